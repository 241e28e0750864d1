"""The laboratory's page: its own training function at the ends and defaults of every control, and its explanations."""

import itertools

import numpy as np
import pytest

from lossbook.laboratory import Watch
from lossbook.laboratory.runs import advice
from tools import notebooks
from tools.repository import ROOT

pytestmark = pytest.mark.keras

PAGE = ROOT / "chapters" / "regression" / "laboratory.ipynb"


@pytest.fixture(scope="module")
def page():
    """Run the page's code up to the laboratory, as it stands, and return its names."""
    code = [cell.source for cell in notebooks.read(PAGE).cells if cell.cell_type == "code"]
    assert "Laboratory(" in code[3]
    names = {}
    for source in code[1:4]:  # the first is the setup
        exec(compile(source, str(PAGE), "exec"), names)
    return names


def extremes(control):
    """The least, the default and the greatest value of a control."""
    if hasattr(control, "options"):
        return list(control.options)
    ends = [control.min, control.max]
    if hasattr(control, "base"):
        ends = [control.base**end for end in ends]
    return [ends[0], control.value, ends[1]]


def test_the_controls(page):
    controls = page["laboratory"].controls
    assert list(controls) == ["loss", "typos", "learning_rate", "epochs"]
    assert {name: control.value for name, control in controls.items()} == {
        "loss": "squared error",
        "typos": 10,
        "learning_rate": 0.1,
        "epochs": 50,
    }


def test_what_is_stored(page):
    before, this = (run.metrics["mean absolute error"] for run in page["laboratory"].runs)
    assert 54 < before < 55 < 150 < this < 154


def test_every_pair_of_extremes(page):
    """Each ends in a finite run of the right shape or is explained: never a failure."""
    laboratory = page["Laboratory"](
        page["train"],
        draw=lambda axes, fit: None,
        controls=page["laboratory"].controls,
        metrics=page["laboratory"].metrics,
    )
    # Pictures are the slow part, and have tests of their own.
    laboratory._show = lambda settings, run: None
    losses, typos, rates, epochs = (extremes(control) for control in laboratory.controls.values())
    diverged = set()
    for (i, loss), (j, share) in itertools.product(enumerate(losses), enumerate(typos)):
        # Every loss and every share of typos meets every learning rate once. The default number of epochs is what the
        # page stores, and the greatest has a test of its own.
        rate = rates[(i + j) % len(rates)]
        settings = {"loss": loss, "typos": share, "learning_rate": rate, "epochs": epochs[0]}
        run = laboratory.run(**settings)
        if run is None:
            assert "made the loss grow without bound" in laboratory.message, (settings, laboratory.message)
            diverged.add((settings["loss"], settings["learning_rate"]))
            continue
        assert run.epochs == settings["epochs"]
        assert all(np.isfinite(curve).all() for curve in run.curves.values())
        assert list(run.metrics) == list(laboratory.metrics)
    assert diverged == {("squared error", 10.0)}


@pytest.fixture(scope="module")
def longest(page):
    """Train with each loss for as long as the page allows."""
    return {loss: page["train"](loss, 10, 0.1, 200, Watch()) for loss in page["LOSSES"]}


def test_the_longest_run(longest):
    assert list(longest) == ["squared error", "absolute error", "Huber, 95 points", "quantile 0.9"]
    for loss, run in longest.items():
        assert run.epochs == 200, loss
        assert run.curves["training"][-1] < run.curves["training"][0], loss


def test_the_curves_are_those_of_keras(page):
    """The loss before the first step, as Keras computes it, is the first point of the curve."""
    for name, (keras_loss, _, _) in page["LOSSES"].items():
        run = page["train"](name, 10, 0.1, 10, Watch())
        recorded = page["with_typos"](10)[0][page["training"]]
        expected = float(keras_loss(recorded[:, None], np.zeros((len(recorded), 1))))
        assert run.curves["training"][0] == pytest.approx(expected, rel=1e-5)


def test_typos(page):
    recorded, rows = page["with_typos"](10)
    assert len(set(rows)) == len(rows) == 33
    assert set(rows) <= set(page["training"])
    np.testing.assert_array_equal(recorded[rows], 10 * page["score"][rows])
    others = np.setdiff1d(np.arange(len(recorded)), rows)
    np.testing.assert_array_equal(recorded[others], page["score"][others])


def test_squared_error_ends_at_the_least_squares_line(page, longest):
    recorded, _, slope, level = longest["squared error"].fit
    bmi, rows = page["bmi"], page["training"]
    expected = np.polyfit(bmi[rows] - bmi[rows].mean(), recorded[rows], 1)
    assert [slope, level] == pytest.approx(expected, rel=1e-4)


def test_divergence_is_explained(page):
    laboratory = page["laboratory"]
    before = laboratory.runs
    assert laboratory.run(loss="squared error", learning_rate=2.0) is None
    assert laboratory.message.startswith("A learning rate of 2 made the loss grow without bound: after epoch ")
    assert "Try one tenth, 0.2." in laboratory.message
    assert laboratory.runs == before
    run = laboratory.run(learning_rate=0.2)
    assert laboratory.runs == [before[-1], run]


def test_a_loss_that_is_not_there(page):
    with pytest.raises(ValueError, match="loss does not take 'cubed'"):
        page["laboratory"].run(loss="cubed")


def test_the_messages_that_the_page_announces(page):
    assert advice(page["train"]("Huber, 95 points", 10, 0.1, 50, Watch()), "") == ""
    assert "still falling" in advice(page["train"]("absolute error", 10, 0.1, 50, Watch()), "")


def test_the_page_announces_no_divergence_for_huber(page):
    run = page["train"]("Huber, 95 points", 10, 10.0, 50, Watch())
    levels = np.array(run.curves["training"])
    assert levels[-10:].max() > 1.5 * levels[-10:].min()
