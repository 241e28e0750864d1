"""The laboratory's page: its own training function, and the runs that its demo shows."""

import itertools
import json

import numpy as np
import pytest

from lossbook import BinaryCrossEntropy
from lossbook.course.classification.laboratory import demos, runs
from lossbook.datasets import digits
from lossbook.laboratory import Run
from lossbook.scoring import Reliability
from tools import notebooks
from tools import runs as tool
from tools.repository import ROOT

PAGE = ROOT / "chapters" / "classification" / "laboratory.ipynb"
NAME = "classification/laboratory"
PLAIN = {"loss": "cross-entropy", "weight": 1, "smoothing": 0.0, "wrong": 0, "nines": 10}


# The stored runs ----------------------------------------------------------------------------------


def stored(**changes):
    """What is stored of the run with some settings, all others those of the plain run."""
    settings = PLAIN | changes
    place = tuple(values.index(settings[name]) for name, values in runs.GRID.items())
    return {name: values[place] for name, values in runs.stored().items() if name != "grid"}


def metrics(**changes):
    return dict(zip(demos.METRICS, stored(**changes)["metrics"], strict=True))


def test_the_runs_were_made_for_this_grid():
    assert json.loads(str(runs.stored()["grid"])) == runs.GRID, f"run: python -m tools.runs {NAME}"


def test_every_run_is_there():
    sizes = [len(values) for values in runs.GRID.values()]
    shapes = {"curves": (2, 26), "bins": (4, 10), "metrics": (4,)}
    found = {name: values.shape for name, values in runs.stored().items() if name != "grid"}
    assert found == {name: (*sizes, *shape) for name, shape in shapes.items()}
    assert all(np.isfinite(runs.stored()[name]).all() for name in shapes)


def test_what_is_stored_is_possible():
    predicted, observed, low, high = np.moveaxis(runs.stored()["bins"], -2, 0)
    empty = predicted == runs.NO_BIN
    for values in (observed, low, high):
        np.testing.assert_array_equal(values == runs.NO_BIN, empty)
    assert not empty[..., 0].any()
    assert np.all(empty | ((low <= observed) & (observed <= high) & (low >= 0) & (high <= 1)))
    assert np.all((np.diff(predicted, axis=-1) > 0) | empty[..., 1:])
    shares = runs.stored()["metrics"][..., :2]
    assert shares.min() >= 0
    assert shares.max() <= 100


@pytest.mark.keras
def test_runs_made_anew_are_those_that_are_stored():
    """Two corners of the grid; the tolerances leave room for a digit at the edge of a bin, or of the threshold."""
    some = [
        {"loss": "cross-entropy", "weight": 9, "smoothing": 0.0, "wrong": 20, "nines": 10},
        {"loss": "focal loss", "weight": 27, "smoothing": 0.4, "wrong": 10, "nines": 2},
    ]
    fresh = tool.trained(NAME, some)
    for i, settings in enumerate(some):
        old = stored(**settings)
        np.testing.assert_allclose(fresh["curves"][i], old["curves"], rtol=0.01)
        np.testing.assert_allclose(fresh["metrics"][i][:2], old["metrics"][:2], atol=5)
        np.testing.assert_allclose(fresh["metrics"][i][2:], old["metrics"][2:], rtol=0.02, atol=0.01)
        np.testing.assert_allclose(fresh["bins"][i][0], old["bins"][0], atol=0.03)


def test_what_the_experiments_announce():
    """On the stored runs, with intervals wide enough for every processor."""
    plain, both = metrics(), metrics(weight=9, wrong=20)
    assert plain["accuracy"] > 95
    assert both["accuracy"] < 20 < 99 < both["recall"]
    for alone in (metrics(weight=9), metrics(wrong=20), metrics(smoothing=0.4)):
        assert 92 < alone["accuracy"] < 95
    assert metrics(weight=9, smoothing=0.4)["accuracy"] < 20
    training, validation = stored(weight=9, smoothing=0.4)["curves"][:, -1]
    assert validation == pytest.approx(training, abs=0.01)
    for smoothing, wrong in ((0.2, 10), (0.4, 20)):
        one, other = metrics(smoothing=smoothing), metrics(wrong=wrong)
        assert one["cross_entropy"] == pytest.approx(other["cross_entropy"], abs=0.02)
        assert one["calibration_error"] == pytest.approx(other["calibration_error"], abs=0.04)
    focal = metrics(loss="focal loss")
    assert focal["accuracy"] == pytest.approx(plain["accuracy"], abs=1)
    assert focal["cross_entropy"] > 1.4 * plain["cross_entropy"]
    rare = metrics(nines=2)
    assert rare["accuracy"] > plain["accuracy"]
    assert rare["recall"] < 30 < 60 < metrics(nines=2, weight=27)["recall"]
    forgiving = metrics(loss="squared error", wrong=20)["cross_entropy"]
    assert plain["cross_entropy"] + 0.15 < forgiving < metrics(wrong=20)["cross_entropy"]


@pytest.mark.parametrize("weight", runs.GRID["weight"])
@pytest.mark.parametrize("loss", ["cross-entropy", "squared error"])
def test_sure_noes_stand_where_the_formula_puts_them(loss, weight):
    """Among the bins with next to no nines."""
    predicted, observed = stored(loss=loss, weight=weight, wrong=20)["bins"][:2]
    expected = 0.2 * weight / (0.2 * weight + 0.8)
    crowd = predicted[(observed >= 0) & (observed < 0.05)]
    assert crowd.min() - 0.1 < expected < crowd.max() + 0.05


def test_the_demo_shows_the_run_of_its_settings():
    demo = demos.classifier()
    assert demo.initial == {"loss": "cross-entropy", "weight": 9, "smoothing": 0, "wrong": 20, "nines": 10}
    printed = demo.printed({"loss": "focal loss", "weight": 1, "smoothing": 0.2, "wrong": 0, "nines": 2})
    accuracy, recall, cross_entropy, error = stored(loss="focal loss", smoothing=0.2, nines=2)["metrics"]
    assert printed == [
        f"accuracy {accuracy:.1f} %, recall {recall:.1f} %",
        f"cross-entropy {cross_entropy:.3f}, calibration error {error:.3f}",
    ]


def test_an_empty_bin_is_padded():
    run = Run(
        fit=Reliability(*(np.array([0.25, 0.5]) + shift for shift in (0, 0.1, -0.1, 0.2)), np.array([3, 4])),
        words="Two bins.",
        curves={"training": range(101), "validation": range(100, -1, -1)},
        unit="loss",
        metrics={"accuracy": 90, "recall": 50, "cross-entropy": 0.3, "calibration error": 0.1},
    )
    kept = runs.kept(run)
    np.testing.assert_allclose(kept["bins"][:, :2], [[0.25, 0.5], [0.35, 0.6], [0.15, 0.4], [0.45, 0.7]])
    assert np.all(kept["bins"][:, 2:] == runs.NO_BIN)
    np.testing.assert_array_equal(kept["curves"][:, [0, 1, -1]], [[0, 4, 100], [100, 96, 0]])
    np.testing.assert_array_equal(kept["metrics"], [90, 50, 0.3, 0.1])


# The page's own code ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page():
    """Run the page's code up to the laboratory, as it stands but for the demo, and return its names."""
    names = {}
    for cell in notebooks.read(PAGE).cells:
        if cell.cell_type == "code" and not {"setup", "hide-input"} & set(notebooks.tags(cell)):
            exec(compile(cell.source, str(PAGE), "exec"), names)
            if "laboratory" in names:
                return names
    raise AssertionError("no laboratory")


@pytest.mark.keras
def test_the_controls(page):
    controls = page["laboratory"].controls
    assert list(controls) == list(runs.GRID)
    assert {name: control.value for name, control in controls.items()} == PLAIN | {"weight": 9, "wrong": 20}


@pytest.mark.keras
def test_the_demo_has_the_controls_of_the_laboratory(page):
    """Every value on its grid can be chosen in the laboratory, and they train with the same losses."""
    controls = page["laboratory"].controls
    assert runs.GRID["loss"] == list(controls["loss"].options) == list(page["LOSSES"])
    for name, values in runs.GRID.items():
        if name != "loss":
            control = controls[name]
            steps = (np.array(values) - control.min) / control.step
            assert control.min <= min(values) < max(values) <= control.max, name
            np.testing.assert_allclose(steps, np.round(steps), atol=1e-9, err_msg=name)


@pytest.mark.keras
def test_what_is_stored_on_the_page(page):
    before, this = (run.metrics["accuracy"] for run in page["laboratory"].runs)
    assert 92 < before < 95
    assert 10 < this < 20


@pytest.mark.keras
def test_extremes_end_in_a_run(page):
    """Every loss is trained, and each control has both of its ends; a run that failed would be none."""
    laboratory = page["Laboratory"](
        page["train"],
        draw=lambda axes, fit: None,
        controls=page["laboratory"].controls,
        metrics=page["laboratory"].metrics,
        rate=None,
    )
    # Pictures are the slow part, and have tests of their own.
    laboratory._show = lambda settings, run: None
    ends = {name: (control.min, control.max) for name, control in laboratory.controls.items() if name != "loss"}
    losses = itertools.cycle(page["LOSSES"])
    for which in ((0, 0, 0, 0), (1, 1, 1, 0), (0, 1, 0, 1), (1, 0, 1, 1)):
        settings = {name: both[end] for (name, both), end in zip(ends.items(), which, strict=True)}
        run = laboratory.run(loss=next(losses), **settings)
        assert run is not None, (settings, laboratory.message)
        assert run.epochs == page["EPOCHS"]
        assert run.curves["training"][-1] < run.curves["training"][0]
        assert list(run.metrics) == list(laboratory.metrics)


def prepared(page, **changes):
    """The data of the page with some settings: two batches, and the held-out digits without anything done to them."""
    settings = {name: value for name, value in (PLAIN | changes).items() if name != "loss"}
    training, held_out, unseen, right = page["prepare"](**settings)
    return [np.asarray(part) for part in training], [np.asarray(part) for part in held_out], unseen, right


@pytest.mark.keras
def test_how_labels_go_wrong(page):
    """Exactly the share that is asked for, among the training digits alone."""
    clean, clean_held_out, _, right = prepared(page)
    wrong, held_out, _, same = prepared(page, wrong=20)
    half = len(clean[1]) // 2
    assert np.sum(clean[1][:half] != wrong[1][:half]) == round(0.2 * half)
    np.testing.assert_array_equal(clean_held_out[1], held_out[1])
    np.testing.assert_array_equal(right, same)
    np.testing.assert_array_equal(held_out[1][: len(right), 0], right)


@pytest.mark.keras
def test_half_of_the_digits_are_held_out_with_their_share_of_nines(page):
    _, nine = digits()
    training, _, unseen, right = prepared(page)
    assert len(unseen) == len(right) == 899
    assert len(training[0]) == 2 * 898
    assert right.sum() + training[1][:898].sum() == np.sum(nine == 9)
    (_, labels, _), *_, rare = prepared(page, nines=2)
    assert rare.mean() == pytest.approx(0.02, abs=0.01)
    assert labels[: len(labels) // 2].sum() == rare.sum() / 2


@pytest.mark.keras
@pytest.mark.parametrize(("weight", "smoothing"), [(1, 0.0), (9, 0.0), (1, 0.4), (9, 0.4)])
def test_the_loss_is_the_smoothed_and_weighted_cross_entropy(page, weight, smoothing):
    """Each digit twice, with weights: the same mean as of lossbook's loss, up to what the weights add up to."""
    (x, y, weights), *_ = prepared(page, weight=weight, smoothing=smoothing, wrong=20)
    half = len(y) // 2
    z = np.random.default_rng(0).normal(size=half)
    np.testing.assert_array_equal(x[:half], x[half:])
    got = float(page["LOSSES"]["cross-entropy"](y, np.tile(z, 2)[:, None].astype("float32"), weights))
    loss = BinaryCrossEntropy(positive_weight=weight, label_smoothing=smoothing)
    labels = y[:half, 0]
    soft = labels * (1 - smoothing) + smoothing / 2
    expected = loss.value(labels, z).sum() / np.sum(weight * soft + 1 - soft)
    assert got == pytest.approx(expected, rel=1e-5)


@pytest.mark.keras
def test_keras_weighs_the_label_before_smoothing(page):
    """Its own smoothing and weights, trained as on the page: the same at a weight of 1, and no harm at 9."""
    import keras

    found = {}
    for weight in (1, 9):
        (x, y, _), _, unseen, right = prepared(page)
        x, y = x[: len(x) // 2], y[: len(y) // 2]
        model = keras.Sequential([keras.Input(shape=(16,)), keras.layers.Dense(1, kernel_initializer="zeros")])
        loss = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.4)
        model.compile(keras.optimizers.Adam(0.3), loss)
        weights = {0: 1, 1: weight}
        model.fit(x, y, epochs=page["EPOCHS"], batch_size=len(x), class_weight=weights, shuffle=False, verbose=0)
        found[weight] = 100 * np.mean((np.asarray(model(unseen))[:, 0] > 0) == right)
    assert found[1] == pytest.approx(metrics(smoothing=0.4)["accuracy"], abs=0.5)
    assert found[9] > 90


@pytest.mark.keras
def test_what_the_validation_loss_and_the_dots_of_the_second_run_say(page):
    """A dip of two epochs, a climb, the loss of a coin; a threshold of 0.9 is far better than one half."""
    run = page["laboratory"].runs[1]
    validation = run.curves["validation"]
    assert np.argmin(validation) == 2
    assert max(validation) > validation[0] + 0.2
    assert validation[-1] == pytest.approx(np.log(2), abs=0.03)
    nines = run.fit.observed * run.fit.count
    yes = run.fit.predicted > 0.9
    correct = nines[yes].sum() + (run.fit.count - nines)[~yes].sum()
    assert correct / run.fit.count.sum() > 0.9
    assert np.all(np.diff(run.fit.observed) >= 0)


@pytest.mark.keras
def test_before_training_every_loss_is_that_of_a_coin(page):
    assert list(page["LOSSES"]) == ["cross-entropy", "focal loss", "squared error"]
    for loss, coin in zip(page["LOSSES"].values(), (np.log(2), np.log(2) / 4, 0.25), strict=True):
        for _, y, weights in prepared(page, weight=3, smoothing=0.2, wrong=10)[:2]:
            assert float(loss(y, np.zeros_like(y), weights)) == pytest.approx(coin, rel=1e-5)
    run = page["laboratory"].runs[0]
    assert [curve[0] for curve in run.curves.values()] == pytest.approx([np.log(2)] * 2, rel=1e-5)
