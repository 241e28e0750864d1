"""The laboratory without a framework: what it shows, what it explains, and that nothing brings it down."""

import base64
import io
import re

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from lossbook import laboratory as module
from lossbook.explorable.mime import LABORATORY
from lossbook.laboratory import Diverged, Laboratory, Run, Watch
from lossbook.laboratory.runs import advice

METRICS = {"error": "{:.1f} points", "share": "{:.0f} %"}


def result(losses=(9.0, 4.0, 3.9), **changes):
    fields = {
        "fit": np.array([0.0, 1.0]),
        "words": "A rising line.",
        "curves": {"training": list(losses), "validation": [loss + 1 for loss in losses]},
        "unit": "squared error",
        "metrics": {"error": losses[-1], "share": 50},
    }
    return Run(**(fields | changes))


def train(loss, rate, epochs, progress):
    losses = [9.0 * rate**epoch for epoch in range(epochs + 1)]
    for epoch, value in enumerate(losses):
        progress(epoch, epochs, value)
    return result(losses, unit=f"{loss} error")


def draw(axes, fit):
    axes.plot(fit)


def made(train=train, **changes):
    controls = {
        "loss": ipywidgets.Dropdown(description="loss", options=["squared", "<absolute>"]),
        "rate": ipywidgets.FloatSlider(description="learning rate", value=0.5, min=0, max=2000),
        "epochs": ipywidgets.IntSlider(description="epochs", value=3, min=1, max=200),
    }
    return Laboratory(train, **({"draw": draw, "controls": controls, "metrics": METRICS, "rate": "rate"} | changes))


def button(laboratory):
    return laboratory.children[1].children[0]


def bar(laboratory):
    return laboratory.children[1].children[1]


def shown(laboratory):
    return laboratory.children[3].value


def test_a_click_trains_and_shows_the_run():
    laboratory = made()
    assert (shown(laboratory), laboratory.message) == ("", "Choose, guess, and press Train.")
    button(laboratory).click()
    assert laboratory.runs[0].metrics == {"error": 9 / 8, "share": 50}
    assert (bar(laboratory).value, bar(laboratory).max, bar(laboratory).bar_style) == (3, 3, "success")
    assert 'alt="This run: loss squared, learning rate 0.5, epochs 3. A rising line. Over' in shown(laboratory)
    assert "run before" not in shown(laboratory)
    for text in ("1.1 points", "50 %", ">epochs</th>"):
        assert text in shown(laboratory)


def test_the_run_before_stays_beside_this_one():
    laboratory = made()
    runs = [laboratory.run(rate=rate) for rate in (0.1, 0.2, 0.3)]
    assert laboratory.runs == runs[1:]
    table = re.findall(r"<t[hd][^>]*>([^<]*)", shown(laboratory))
    assert table[:3] == ["", "run before", "this run"]
    assert table[table.index("learning rate") :][:3] == ["learning rate", "0.2", "0.3"]


def test_all_that_is_printed_is_escaped():
    laboratory = made()
    laboratory.run(loss="<absolute>")
    assert "<absolute>" not in shown(laboratory)
    assert "&lt;absolute&gt;" in shown(laboratory)


def test_divergence_is_explained_and_the_runs_before_are_kept():
    laboratory = made()
    first = laboratory.run()
    assert laboratory.run(rate=20) is None
    assert laboratory.message == (
        "A learning rate of 20 made the loss grow without bound: after epoch 3 it was 8,000 times its first value. "
        "Try one tenth, 2. Below are still the runs before it."
    )
    assert (laboratory.runs, bar(laboratory).bar_style) == ([first], "danger")
    assert laboratory.run(rate=0.5) is not None
    assert len(laboratory.runs) == 2


@pytest.mark.parametrize("loss", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_no_number(loss):
    def broken(loss, rate, epochs, progress, value=loss):
        progress(0, epochs, 1.0)
        progress(1, epochs, value)

    laboratory = made(broken)
    assert laboratory.run() is None
    assert "after epoch 1 it was not a finite number any more. Try one tenth, 0.05." in laboratory.message
    assert "Below" not in laboratory.message


def test_a_negative_loss_may_grow():
    watch = Watch()
    for epoch, loss in enumerate((-1.0, 5000.0, -5000.0)):
        watch(epoch, 2, loss)


def test_a_loss_that_starts_at_zero_may_grow():
    watch = Watch()
    watch(0, 2, 0.0)
    watch(1, 2, 1.0)


def test_controls_are_disabled_while_training():
    seen = []

    def look(progress, **settings):
        widgets = [button(laboratory), *laboratory.controls.values()]
        seen.append([widget.disabled for widget in widgets])
        return train(progress=progress, **settings)

    laboratory = made(look)
    laboratory.run()
    assert seen == [[True] * 4]
    assert not any(widget.disabled for widget in [button(laboratory), *laboratory.controls.values()])
    assert button(laboratory).description == "Train"


def test_a_second_click_starts_no_second_run():
    calls = []

    def impatient(progress, **settings):
        calls.append(settings)
        button(laboratory).click()
        with pytest.raises(RuntimeError, match="a run is going on"):
            laboratory.run()
        return train(progress=progress, **settings)

    laboratory = made(impatient)
    button(laboratory).click()
    button(laboratory).click()  # was made during the run, and arrives at its end
    assert len(calls) == 1
    laboratory._ended -= 1  # a second later
    button(laboratory).click()
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ZeroDivisionError("no <patients>"), "no setting should bring about. ZeroDivisionError: no <patients>"),
        (KeyboardInterrupt(), "You stopped this run."),
    ],
)
def test_an_unforeseen_error_leaves_it_usable(error, message):
    errors = [error]

    def fails_once(progress, **settings):
        if errors:
            raise errors.pop()
        return train(progress=progress, **settings)

    laboratory = made(fails_once)
    assert laboratory.run() is None
    assert message in laboratory.message
    assert "<patients>" not in laboratory.children[2].value
    assert not button(laboratory).disabled
    assert laboratory.run() is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"draw": lambda axes, fit: axes.nothing()},
        {"metrics": {"another": "{}"}},
        {"train": lambda progress, **settings: None},
    ],
    ids=["draw", "metrics", "no run"],
)
def test_what_cannot_be_shown_is_no_run(changes):
    laboratory = made(**changes)
    assert laboratory.run() is None
    assert "The run failed" in laboratory.message
    assert laboratory.runs == []
    assert not button(laboratory).disabled


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"speed": 1}, "no control 'speed'; controls are loss, rate, epochs"),
        ({"loss": "cubed"}, "loss does not take 'cubed': Invalid selection"),
        ({"epochs": 201}, "epochs does not take 201; the nearest it takes is 200"),
        ({"epochs": "many"}, "epochs does not take 'many'"),
    ],
)
def test_settings_that_are_refused(settings, message):
    laboratory = made()
    before = laboratory.settings
    with pytest.raises(ValueError, match=re.escape(message)):
        laboratory.run(**settings)
    assert laboratory.settings == before
    assert laboratory.runs == []


def test_a_control_needs_a_description():
    with pytest.raises(ValueError, match="the control 'rate' must have a description"):
        made(controls={"rate": ipywidgets.FloatSlider()})


def test_the_rate_is_a_control():
    with pytest.raises(ValueError, match="rate must be one of loss, rate, epochs, got 'speed'"):
        made(rate="speed")


def test_without_a_rate_nobody_is_asked_to_change_it():
    laboratory = made(rate=None)
    assert laboratory.run(rate=0.999) is not None
    assert laboratory.message == "Done."
    assert laboratory.run(rate=20) is None
    assert laboratory.message == (
        "The loss grew without bound: after epoch 3 it was 8,000 times its first value. Below are still the runs "
        "before it."
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"curves": {"training": [1, 2]}}, "curves must be 'training' and 'validation', got training"),
        ({"curves": {}}, "got none"),
        ({"curves": {"training": [1, 2], "validation": [1]}}, "curves must have one length of at least 2"),
        ({"curves": {"training": [1], "validation": [1]}}, "curves must have one length of at least 2"),
        ({"curves": {"training": [1, np.nan], "validation": [1, 2]}}, "the training curve must be finite, got nan"),
        ({"metrics": {"error": np.inf}}, "error must be finite, got inf"),
    ],
)
def test_a_run_is_checked(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        result(**changes)


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ((9, 4, 2, 1, 0.5, 0.5), ""),
        ((9, 8, 7, 6), "still falling"),
        ((9, 9, 9), "jumps to and fro"),
        ((9, 30, 8, 31), "jumps to and fro"),
        ((9, 2, 3, 2, 3, 2), ""),
        ([1 + 8 * 0.1**epoch for epoch in range(12)], ""),
    ],
)
def test_advice(losses, expected):
    given = advice(result(losses), "a rate of 1")
    assert expected in given if expected else given == ""


@pytest.mark.parametrize("runs", [1, 2])
def test_without_a_kernel_it_is_a_picture_and_a_text(runs):
    laboratory = made()
    for _ in range(runs):
        laboratory.run()
    data, metadata = laboratory._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", LABORATORY, "image/png", "text/plain"}
    assert len(data["text/plain"].splitlines()) == runs
    about = metadata["image/png"]
    assert about["alt"] == data["text/plain"].replace("\n", " ")
    assert "Error 1.1 points, share 50 %." in about["alt"]
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert abs(image.width - 2 * about["width"]) <= 1
    assert about["width"] == 720


def test_before_the_first_run():
    data, metadata = made()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "A laboratory, in which nothing has been trained yet."
    assert metadata == {}


def test_curves_of_one_unit_share_a_scale():
    laboratory = made()
    laboratory.run(rate=0.1)
    laboratory.run(rate=0.9)
    figure, _ = module.widget.picture(laboratory._shown, draw)
    assert len({axes.get_ylim() for axes in figure.axes[2:]}) == 1
    laboratory.run(loss="<absolute>", rate=0.1)
    figure, _ = module.widget.picture(laboratory._shown, draw)
    assert len({axes.get_ylim() for axes in figure.axes[2:]}) == 2


@pytest.mark.parametrize("losses", [(9.0, 0.0, 0.0), (1.0, -1.0, -2.0)])
def test_losses_without_a_logarithm_can_be_drawn(losses):
    laboratory = made(lambda **settings: result(losses))
    assert laboratory.run() is not None


def test_diverged_says_when():
    error = Diverged(epoch=2, times=1234.5)
    assert (error.epoch, error.times) == (2, 1234.5)
    assert str(error) == "after epoch 2 it was 1,200 times its first value"
