"""The palette can be read by everybody, and a figure never comes without its alternative text."""

import base64
import io
import itertools

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image

from lossbook import plots
from lossbook.scoring import reliability

PALETTE = {name: getattr(plots, name) for name in ("BLUE", "ORANGE", "GREEN", "PURPLE", "GRAY")}


def linear_rgb(color):
    """The color in linear light, as sRGB defines it."""
    channels = np.array([int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


# From linear sRGB to CIE XYZ, white point D65 (IEC 61966-2-1); the row of Y holds the weights of luminance.
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def contrast_on_white(color):
    """WCAG 2.2, relative luminance and contrast ratio."""
    return 1.05 / (XYZ[1] @ linear_rgb(color) + 0.05)


def lab(linear):
    """CIE 1976 L*a*b*, in which a distance of about 2.3 is just noticeable."""
    relative = XYZ @ np.clip(linear, 0, 1) / XYZ.sum(axis=1)
    bent = np.where(relative > (6 / 29) ** 3, np.cbrt(relative), relative / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


@pytest.mark.parametrize("color", [*PALETTE.values(), plots.INK])
def test_contrast(color):
    assert contrast_on_white(color) >= 4.5


@pytest.mark.parametrize("vision", list(VISION))
@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PALETTE, 2)))
def test_colors_stay_apart(vision, one, other):
    seen = [lab(VISION[vision] @ linear_rgb(PALETTE[name])) for name in (one, other)]
    assert np.linalg.norm(seen[0] - seen[1]) > 10


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """IPython's shell, without which nothing is displayed, with its files away from the home directory."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    yield InteractiveShell.instance(history_length=0)
    InteractiveShell.clear_instance()


def shown(figure, alt):
    with capture_output() as captured:
        plots.show(figure, alt)
    (output,) = captured.outputs
    return output


@pytest.mark.usefixtures("shell")
def test_show():
    made, axes = plots.figure()
    axes.plot([0, 1], [0, 1])
    output = shown(made, "A line rises from zero to one.")
    assert set(output.data) == {"image/png", "text/plain"}
    assert output.data["text/plain"] == "A line rises from zero to one."
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    about = output.metadata["image/png"]
    assert image.format == "PNG"
    assert image.size == (2 * about["width"], 2 * about["height"])
    assert about == {"alt": "A line rises from zero to one.", "width": 720, "height": 340}


@pytest.mark.usefixtures("shell")
def test_the_same_figure_gives_the_same_bytes():
    def draw():
        made, axes = plots.figure()
        axes.plot([0, 1], [1, 0])
        return shown(made, "A falling line.").data["image/png"]

    assert draw() == draw()


@pytest.mark.parametrize("alt", ["", "  ", "\n"])
def test_no_figure_without_alternative_text(alt):
    made, _ = plots.figure()
    with pytest.raises(ValueError, match="alt must say what the figure shows"):
        plots.show(made, alt)


def test_figure():
    made, axes = plots.figure(1, 2, height=3, sharey=True)
    assert axes.shape == (2,)
    assert made.get_size_inches().tolist() == [7.2, 3]
    lines = [axes[0].plot([0, 1], [0, k])[0].get_color() for k in range(4)]
    assert lines == [plots.BLUE, plots.ORANGE, plots.GREEN, plots.PURPLE]


def test_the_style_stays_in_its_figures():
    import matplotlib

    before = dict(matplotlib.rcParams)
    plots.figure()
    assert dict(matplotlib.rcParams) == before


def test_label():
    _, axes = plots.figure()
    plots.label(axes, 0.5, 2, "Huber", plots.BLUE, ha="right")
    (text,) = axes.texts
    assert (text.get_text(), text.xy, text.get_color()) == ("Huber", (0.5, 2), plots.BLUE)
    assert (text.get_horizontalalignment(), text.get_verticalalignment()) == ("right", "center")


def test_reliability_diagram():
    """Each dot lies within its interval, which is drawn at the dot's own x; and the line of agreement is there."""
    result = reliability([0, 1, 0, 1, 1, 1], [0.1, 0.2, 0.2, 0.9, 0.8, 0.9], bins=2)
    _, axes = plots.figure()
    plots.reliability_diagram(axes, result, plots.GREEN, "cross-entropy")
    agreement, dots = axes.lines
    assert agreement.get_xydata().tolist() == [[0, 0], [1, 1]]
    np.testing.assert_array_equal(dots.get_xydata(), np.column_stack([result.predicted, result.observed]))
    (intervals,) = axes.collections
    for (x, y), ((left, low), (right, high)) in zip(dots.get_xydata(), intervals.get_segments(), strict=True):
        assert left == right == x
        assert low <= y <= high
    assert [text.get_text() for text in axes.texts] == ["cross-entropy"]
    assert dots.get_color() == axes.texts[0].get_color() == plots.GREEN
