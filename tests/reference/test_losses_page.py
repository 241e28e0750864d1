"""The page of all losses says what the classes say, and its figures show what the losses compute."""

import re

import numpy as np
import pytest
from PIL import Image

import lossbook
from lossbook import Huber
from lossbook.core import Loss
from reference import losses
from reference.sketches import COLORS, Line, Sketch, sketch, stored_alt

KINDS = losses.losses()
DRAWINGS = {losses.figure(kind): drawing for kind in KINDS if (drawing := sketch(kind())) is not None}
# Its scores are those of any other losses.
WITHOUT_FIGURE = {"WeightedSum"}


@pytest.fixture(scope="module")
def sections():
    """The text of each section of the page by its heading."""
    _, *found = re.split(r"^### (\w+)\n", losses.page(), flags=re.M)
    return dict(zip(found[::2], found[1::2], strict=True))


def test_every_exported_loss_has_a_section(sections):
    exported = {name for name in lossbook.__all__ if _is_loss(getattr(lossbook, name))}
    assert exported - {"Loss"} <= set(sections)


def _is_loss(member):
    return isinstance(member, type) and issubclass(member, Loss)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_section(sections, kind):
    text = sections[kind.__name__]
    for part in ("$$", "**Shapes**", "**Gradient**", "**Hessian**", "**Fails**", "```pycon\n>>> ", "| fact |"):
        assert part in text
    assert "Reference:" not in text
    assert "](bibliography.md#" in text


def test_signature_and_facts(sections):
    text = sections["Huber"]
    assert "```python\nHuber(delta=1.0)\n```" in text
    assert "| [differentiable](glossary.md#subgradient) | once |" in text
    assert "| in Keras | `keras.losses.Huber` |" in text
    assert "| in scikit-learn | none |" in text
    assert "| reference | [Huber (1964)](bibliography.md#huber-1964) |" in text


def test_twins_for_training(sections):
    assert "| in Keras | `lossbook.frameworks.keras.Quantile` |" in sections["Quantile"]
    assert "| in PyTorch | `lossbook.frameworks.torch.Quantile` |" in sections["Quantile"]


def test_facts_that_depend_on_a_hyperparameter(sections):
    fact = "| [bounded influence](glossary.md#influence) | no (alpha = 2); yes (alpha = 1, alpha = 0, alpha = -inf) |"
    assert fact in sections["GeneralRobust"]


def test_losses_are_linked(sections):
    assert "what [`Quantile`](#quantile) is to absolute error" in sections["Expectile"]


def test_every_loss_has_a_figure():
    assert {kind.__name__ for kind in KINDS if sketch(kind()) is None} == WITHOUT_FIGURE


def test_figures_are_up_to_date():
    stored = {path: stored_alt(path) for path in losses.FIGURES.iterdir()}
    assert stored == {path: drawing.alt for path, drawing in DRAWINGS.items()}, "run make refresh"


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_figures_are_light(path):
    assert path.stat().st_size < 16_000


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_labels_fit(path):
    drawing = DRAWINGS[path]
    assert len(drawing.x_label) <= 42
    assert len(drawing.lines) <= len(COLORS)


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_gradient_is_the_slope_of_the_value(path):
    drawing = DRAWINGS[path]
    x = np.linspace(drawing.low, drawing.high, 14)  # without the kinks at integers
    for line in drawing.lines:
        value, gradient = line.curves(x)
        slope = (line.curves(x + 1e-6)[0] - line.curves(x - 1e-6)[0]) / 2e-6
        np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-7)
        assert value.shape == x.shape


def test_alternative_text():
    drawing = Sketch("Huber", [Line("delta = 1", Huber()), Line("delta = 2", Huber(2))])
    assert drawing.alt == (
        "Huber over the residual: at -4, 0 and 4, "
        "the value for delta = 1 is 3.5, 0 and 3.5 and the gradient -1, 0 and 1; "
        "the value for delta = 2 is 6, 0 and 6 and the gradient -2, 0 and 2."
    )


def test_drawing(tmp_path):
    drawing = Sketch("Huber", [Line("delta = 1", Huber()), Line("delta = 2", Huber(2))])
    drawing.draw(tmp_path / "huber.png")
    assert stored_alt(tmp_path / "huber.png") == drawing.alt
    with Image.open(tmp_path / "huber.png") as image:
        assert image.size == (864, 300)


def test_no_figure():
    assert stored_alt(losses.FIGURES / "nothing.png") is None


def test_stale_figures_are_drawn_again(tmp_path, monkeypatch):
    monkeypatch.setattr(losses, "FIGURES", tmp_path)
    monkeypatch.setattr(losses, "losses", lambda: [Huber])
    (tmp_path / "gone.png").touch()
    losses.write_figures()
    assert [path.name for path in tmp_path.iterdir()] == ["huber.png"]
    first = (tmp_path / "huber.png").stat().st_mtime_ns
    losses.write_figures()
    assert (tmp_path / "huber.png").stat().st_mtime_ns == first
    Sketch("Huber", [Line("", Huber())]).draw(tmp_path / "huber.png")
    losses.write_figures()
    assert stored_alt(tmp_path / "huber.png") == sketch(Huber()).alt
