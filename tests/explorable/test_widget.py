"""The explorable: what its declaration must say, its errors, its traits, and the formats of its output."""

import base64
import io
import json
import re
import zlib

import ipywidgets
import numpy as np
import pytest
import traitlets
from decode import Decoded
from fixture import made
from PIL import Image

from lossbook.explorable import (
    MIME,
    Area,
    Arrows,
    Axis,
    Bars,
    Bound,
    Choice,
    Contours,
    Explorable,
    Guess,
    Handle,
    Heatmap,
    Line,
    Panel,
    Points,
    Readout,
    Slider,
    Text,
    Toggle,
)
from lossbook.explorable.picture import HINT_HEIGHT

UNIT = Axis("x", 0, 1)
TENFOLD = Axis("x", 1, 1000, log=True)
SQUARE = {"x_limits": (0, 1), "y_limits": (0, 1)}


def controls():
    return [
        Slider(name="a", nodes=[0, 1, 2], default=1, between=2, decimals=1),
        Choice(name="loss", options=["squared", "Huber"]),
        Toggle(name="on"),
    ]


def line(**options):
    return Line(**({"x": [0, 1], "y": lambda a: [0, a], "label": "risk"} | options))


def demo(*marks, x=UNIT, y=UNIT, **options):
    panel = Panel("the panel", x, y, marks=marks or [line()])
    given = {"title": "t", "caption": "c", "alt": "An alternative.", "controls": controls(), "panels": [panel]}
    return Explorable(options.pop("name", "demo"), **(given | options))


def refused(message, *marks, **options):
    with pytest.raises(ValueError, match=re.escape(message)):
        demo(*marks, **options)


def mark_spec(explorable, index=0):
    return explorable.spec["panels"][0]["marks"][index]


# Declarations -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "Upper", "two words", "a--b", "-a", "a_b", "a.b"])
def test_names_are_lower_case_words_with_hyphens(name):
    refused(f"name must be lower-case words joined by hyphens, got {name!r}", name=name)


@pytest.mark.parametrize("argument", ["alt", "caption", "panels", "controls"])
def test_nothing_essential_is_empty(argument):
    refused(f"{argument} must not be empty", **{argument: []})


def test_a_panel_without_marks_is_refused():
    refused("the panel", panels=[Panel("the panel", UNIT, UNIT, marks=[])])


def test_two_controls_of_one_name_are_refused():
    refused("controls must have different names, got a, a", controls=[Toggle(name="a"), controls()[0]])


@pytest.mark.parametrize(
    "name",
    ["spec", "frames", "layout", "keys", "observe", "controls", "name", "title", "caption", "alt", "panels", "readouts",
     "presets", "guess", "initial", "state", "page_bytes"],
)  # fmt: skip
def test_a_control_cannot_take_the_name_of_an_attribute(name):
    refused(f"a control cannot be called {name!r}", line(y=[0, 1]), controls=[Toggle(name=name)])


def test_functions_take_controls_only():
    refused(
        "y of the line 'risk' of the panel 'the panel': the function takes 'gamma', which is no control; controls are",
        line(y=lambda gamma: [0, gamma]),
    )


def test_sources_have_one_shape():
    refused(
        "the sources of the line 'risk' of the panel 'the panel' must have one shape, got x (3,), y (2,)",
        line(x=[0, 0.5, 1]),
    )
    refused("must have one shape", line(y=[lambda a: [0, a], lambda: [1, 2, 3]]))
    refused("must have one shape", Area(x=[0, 1], y1=[0, 0], y2=[1]))


def test_a_handle_names_a_slider():
    for name in ("b", "loss", "on"):
        refused(
            f"y of the handle 'drag' of the panel 'the panel' must name a slider, got {name!r}",
            Handle(x=0.5, y=name, label="drag"),
        )


def curved(**options):
    return Handle(**({"x": lambda a, b: a * b, "y": lambda a: a, "moves": ("a", "b"), "label": "drag"} | options))


TWO = [*controls(), Slider(name="b", nodes=[0, 1], default=0), Slider(name="c", nodes=[0, 1], default=0)]


def test_a_handle_on_a_curved_grid():
    explorable = demo(curved(), curved(y=Bound(lambda b, a: a + b, "b", "a"), moves=["b", "a"]), controls=TWO)
    first, second = explorable.spec["panels"][0]["marks"]
    assert (first["moves"], second["moves"]) == (["a", "b"], ["b", "a"])
    depends = [explorable.spec["functions"][mark[source][0]]["controls"] for mark in (first, second) for source in "xy"]
    assert depends == [["a", "b"], ["a"], ["a", "b"], ["b", "a"]]


def test_a_handle_without_moves_says_nothing_of_it():
    assert "moves" not in mark_spec(demo(Handle(x=0.5, y="a")))


@pytest.mark.parametrize("moves", [("a",), ("a", "a"), ("a", "b", "c"), ("a", "gamma"), ("a", "loss"), "ab", (1, 2)])
def test_a_handle_moves_two_sliders(moves):
    refused(
        "moves of the handle 'drag' of the panel 'the panel' takes the names of two sliders, "
        f"got {moves!r}; sliders are a, b, c",
        curved(moves=moves),
        controls=TWO,
    )


@pytest.mark.parametrize("value", ["a", 0.5, [lambda a, b: a, lambda a, b: b]], ids=["name", "number", "sum"])
@pytest.mark.parametrize("source", ["x", "y"])
def test_a_handle_that_moves_sliders_is_where_functions_put_it(source, value):
    refused(
        f"{source} of the handle 'drag' of the panel 'the panel' takes a function of a and b, which the handle moves, "
        f"got {value!r}",
        curved(**{source: value}),
        controls=TWO,
    )


@pytest.mark.parametrize("source", ["x", "y"])
def test_a_handle_depends_on_what_it_moves_alone(source):
    where = f"{source} of the handle 'drag' of the panel 'the panel'"
    for function, name in ((lambda a, b, c: a, "c"), (lambda a, loss: a, "loss")):
        message = f"{where} takes a function of a and b alone, which the handle moves, got one of {name}"
        refused(message, curved(**{source: function}), controls=TWO)
    message = f"{where}: the function takes 'gamma', which is no control"
    refused(message, curved(**{source: lambda a, gamma: a}), controls=TWO)


def test_a_handle_depends_on_both_that_it_moves():
    for name, functions in (("b", (lambda a: a, lambda a: 1 - a)), ("a", (lambda b: b, lambda: 0.5))):
        refused(
            "x and y of the handle 'drag' of the panel 'the panel' take functions of a and b, "
            f"got none that depends on {name}",
            curved(x=functions[0], y=functions[1]),
            controls=TWO,
        )


def test_a_handle_that_moves_sliders_does_not_jump():
    refused(
        "interpolate of the handle 'drag' of the panel 'the panel' must be True where it moves two sliders",
        curved(interpolate=False),
        controls=TWO,
    )


def test_colors_come_from_the_palette():
    refused("color of line 'risk' of the panel 'the panel' must come from lossbook.plots", line(color="red"))
    refused("color of readout 'text' must come from lossbook.plots", readouts=[Readout("text", color="red")])


def test_arrows_do_not_go_along_a_logarithmic_axis():
    arrows = Arrows(x=[1], y=[0], dx=[1], dy=[1])
    refused("arrows cannot be drawn along the logarithmic axis 'x'", arrows, x=TENFOLD)


def test_positive_numbers_on_a_logarithmic_axis():
    refused(
        "x of the line 'risk' of the panel 'the panel' must be positive for a logarithmic axis, got 0 at a = 0",
        line(x=lambda a: [1, a]),
        x=TENFOLD,
    )
    refused(
        "functions cannot be added up along a logarithmic axis",
        line(y=[lambda a: [a, 1], lambda: [1, 1]]),
        y=Axis("y", 1, 10, log=True),
    )


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (0, float("nan")), (0, float("inf"))])
def test_limits_of_an_axis(low, high):
    with pytest.raises(ValueError, match="limits of the axis 'x' must be"):
        Axis("x", low, high)


def test_limits_of_a_logarithmic_axis():
    with pytest.raises(ValueError, match="limits of the logarithmic axis 'x' must be positive, got 0"):
        Axis("x", 0, 1, log=True)


def test_an_anchor_is_one_of_three():
    with pytest.raises(ValueError, match=r"start.*middle.*end.*center"):
        demo(Text(x=0, y=0, text="here", anchor="center"))


def test_where_a_label_stands_is_positive_on_a_logarithmic_axis():
    refused("line 'risk' of the panel 'the panel'", line(x=[1, 2], label_at=0), x=TENFOLD)


def test_presets_name_controls_and_stay_within_range():
    refused("preset 'high' sets 'b', which is no control; controls are a, loss, on", presets={"high": {"b": 1}})
    refused("a takes a number from 0 to 2, got 3", presets={"high": {"a": 3}})
    refused("loss takes one of squared, Huber; got 'Tukey'", presets={"high": {"loss": "Tukey"}})
    refused("on takes True or False, got 2", presets={"high": {"on": 2}})


def test_readouts_name_functions_or_controls():
    refused("readout 'risk {risk}': 'risk' is neither a control nor one of its", readouts=[Readout("risk {risk}")])
    refused(
        "a control is printed as its slider says, 'a' takes no format",
        readouts=[Readout("{a:.2f}")],
    )
    refused("must have a format such as", readouts=[Readout("{risk:.2e}", risk=lambda a: a)])
    refused("the function takes 'b', which is no control", readouts=[Readout("{risk}", risk=lambda b: b)])
    refused("risk in the readout '{risk}' must be finite, got nan at a = 2",
            readouts=[Readout("{risk}", risk=lambda a: a if a < 2 else np.nan)])  # fmt: skip


def test_text_outside_of_readouts_has_no_fields():
    refused("caption", caption="Move {a}.")
    refused("guess", guess=Guess("Is it {a}?", {"yes": "y", "no": "n"}, right="yes"))


def test_guesses():
    with pytest.raises(ValueError, match="answers must be two or more, got 1"):
        Guess("Which?", {"this": "yes"}, right="this")
    with pytest.raises(ValueError, match="right must be among the answers, got other"):
        Guess("Which?", {"this": "yes", "that": "no"}, right="other")
    with pytest.raises(ValueError, match="right must be among the answers, got a, b"):
        Guess("Which?", {"this": "yes", "that": "no"}, right=["b", "this", "a"])
    both = Guess("Which `one`?", {"this": "yes", "that": "*no*"}, right=["this", "that"], skip="Skip").spec()
    assert both == {
        "question": ["Which ", {"code": "one"}, "?"],
        "options": [
            {"label": "this", "feedback": ["yes"], "right": True},
            {"label": "that", "feedback": [{"i": "no"}], "right": True},
        ],
        "skip": "Skip",
    }


def test_a_function_that_raises_says_where():
    def fails(a):
        raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError, match="by zero") as error:
        demo(line(y=fails))
    assert error.value.__notes__ == ["raised by y of the line 'risk' of the panel 'the panel' at a = 0"]
    with pytest.raises(ZeroDivisionError, match="by zero") as error:
        demo(readouts=[Readout("{risk}", risk=fails)])
    assert error.value.__notes__ == ["raised by risk in the readout '{risk}' at a = 0"]


# Specs --------------------------------------------------------------------------------------------


def test_spec_of_a_demo_with_everything():
    spec = made().spec
    assert json.loads(json.dumps(spec, allow_nan=False))["name"] == "fixture"
    assert spec["format"] == 1
    assert spec["caption"] == ["Move ", {"i": "everything"}, ", ", {"code": "slope"}, " first."]
    assert [mark["kind"] for panel in spec["panels"] for mark in panel["marks"]] == [
        *["heatmap", "contours", "area", "line", "line", "line", "handle", "text", "text"],
        *["bars", "points", "line", "arrows"],
    ]
    left, right, _ = spec["panels"]
    assert (left["description"], right["description"]) == ("Lines over a heat map.", "right")
    assert right["y"] == {"label": "rate", "limits": [-3, 2], "log": True, "ticks": [[-2, "1 %"], [0, "1"]]}
    assert right["x"]["ticks"] == [[0, "none"], [3, "three"]]
    assert left["marks"][6]["y"] == {"control": "slope"}
    assert len(left["marks"][3]["y"]) == 2
    assert right["marks"][1]["after_guess"]
    assert right["marks"][2]["label_below"]
    assert spec["presets"] == [
        {"label": "steep", "state": {"slope": 3}},
        {"label": "other", "state": {"loss": "Huber", "shifted": True}},
    ]
    assert spec["readouts"][1]["color"] == "blue"
    large = spec["readouts"][2]["parts"][0]
    assert large == {"function": large["function"], "decimals": 0, "sign": False, "comma": True, "percent": False}


@pytest.mark.parametrize(
    ("mark", "stored"),
    [
        (Heatmap(z=np.eye(2), x_limits=(10, 100), y_limits=(0, 1), z_limits=(0, 1)), {"x_limits": [1, 2]}),
        (Contours(z=np.eye(2), x_limits=(10, 100), y_limits=(0, 1), levels=[0.5]), {"x_limits": [1, 2]}),
        (Line(x=[10, 100], y=[0, 1], label="risk", label_at=100), {"label_at": 2}),
    ],
    ids=["heatmap", "contours", "line"],
)
def test_everything_along_a_logarithmic_axis_is_stored_as_logarithms(mark, stored):
    got = mark_spec(demo(mark, x=TENFOLD))
    assert {key: list(got[key]) if isinstance(value, list) else got[key] for key, value in stored.items()} == stored


def test_bars_have_no_width_along_a_logarithmic_axis():
    refused("logarithmic axis", Bars(x=[10, 20], y=[0, 1], width=5), x=TENFOLD)


@pytest.mark.parametrize(
    "make",
    [
        lambda: demo(Contours(z=np.eye(2), **SQUARE, levels=np.linspace(0, 1, 3))),
        lambda: demo(Heatmap(z=np.eye(2), x_limits=np.array([0, 1]), y_limits=(0, 1), z_limits=(0, 1))),
        lambda: demo(x=Axis("x", np.int64(0), np.int64(2))),
        lambda: demo(x=Axis("x", 0, 1, ticks=[(np.int64(0), "none")])),
        lambda: demo(line(label_at=np.int64(1))),
        lambda: demo(Bars(x=[0], y=[1], width=np.int64(1))),
        lambda: demo(presets={"one": {"a": np.float64(2)}}),
    ],
    ids=["levels", "limits of a heat map", "limits of an axis", "ticks", "label", "width", "preset"],
)
def test_numbers_from_numpy_become_json(make):
    assert json.dumps(make().spec, allow_nan=False)


def test_functions_with_defaults():
    explorable = demo(*(line(y=lambda a, power=power: [0, a**power], label=str(power)) for power in (1, 2)))
    page = Decoded(explorable.spec, explorable.frames)
    ends = [page.source(mark_spec(explorable, index)["y"], explorable.initial | {"a": 2.0})[1] for index in (0, 1)]
    assert ends == pytest.approx([2, 4], abs=1e-3)


def test_one_array_in_two_marks_is_stored_once():
    x = np.linspace(0, 1, 50)
    explorable = demo(line(x=x, y=x), Points(x=x, y=x))
    first, second = mark_spec(explorable, 0), mark_spec(explorable, 1)
    assert first["x"] == second["x"]
    assert first["y"] == second["y"]
    other = Panel("another", UNIT, UNIT, marks=[line(x=x, y=x)])
    twice = demo(panels=[Panel("one", UNIT, UNIT, marks=[line(x=x, y=x)]), other])
    assert len(twice.spec["functions"]) == 1 == len(explorable.spec["functions"])


def test_weight_is_that_of_frames_and_declaration():
    explorable = demo()
    assert len(explorable.frames) < explorable.page_bytes < len(explorable.frames) + 1500


# Readouts -----------------------------------------------------------------------------------------


def test_printed():
    explorable = demo(
        readouts=[
            Readout("*a* is {a}, `twice` {twice:+.2f}, {loss}", twice=lambda a: 2 * a),
            Readout("{word}: {part:.0%}", word=lambda on: "on" if on else "off", part=lambda a, on: a / 2 * on),
        ]
    )
    assert explorable.printed() == ["a is 1.0, twice +2.00, squared", "off: 0\N{NO-BREAK SPACE}%"]
    there = {"a": 0.5, "loss": "Huber", "on": True}
    assert explorable.printed(there) == ["a is 0.5, twice +1.00, Huber", "on: 25\N{NO-BREAK SPACE}%"]
    assert Decoded(explorable.spec, explorable.frames).printed(there) == explorable.printed(there)


def test_a_toggle_is_printed_as_it_prints_itself():
    explorable = demo(readouts=[Readout("squares {on}")])
    assert explorable.printed() == ["squares off"]
    assert explorable.printed(explorable.initial | {"on": True}) == ["squares on"]


@pytest.mark.parametrize("kind", [float, np.float64])
@pytest.mark.parametrize("value", [2.675, 1.005, 0.125, 2.5, 1e6 + 0.015])
def test_printing_does_not_depend_on_who_made_the_number(kind, value):
    explorable = demo(readouts=[Readout("{v:.2f}", v=lambda: kind(value))])
    assert explorable.printed() == [f"{value:.2f}"]
    assert Decoded(explorable.spec, explorable.frames).printed(explorable.initial) == [f"{value:.2f}"]


# Traits -------------------------------------------------------------------------------------------


def test_controls_are_traits():
    explorable = demo()
    assert (explorable.a, explorable.loss, explorable.on) == (1, "squared", False)
    assert explorable.state == explorable.initial == {"a": 1, "loss": "squared", "on": False}
    explorable.set_trait("a", 2)
    explorable.loss = "Huber"
    assert explorable.state == {"a": 2, "loss": "Huber", "on": False}
    assert explorable.initial["a"] == 1


def test_two_explorables_do_not_share_traits():
    first, second = demo(), demo(line(y=[0, 1]), controls=[Slider(name="b", nodes=[0, 1], default=0)])
    assert first.has_trait("a")
    assert not first.has_trait("b")
    assert not second.has_trait("a")


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("a", 2.5, "a takes a number from 0 to 2, got 2.5"),
        ("a", float("nan"), "a takes a number from 0 to 2, got nan"),
        ("a", "x", "'a' trait"),
        ("loss", "Tukey", "loss takes one of squared, Huber; got 'Tukey'"),
        ("loss", 1, "'loss' trait"),
        ("on", 2, "'on' trait"),
    ],
)
def test_a_bad_value_is_refused_and_nobody_sees_it(name, bad, message):
    explorable = demo()
    before, seen = explorable.state, []
    explorable.observe(lambda change: seen.append(change["new"]), name)
    with pytest.raises(traitlets.TraitError, match=re.escape(message)):
        setattr(explorable, name, bad)
    assert explorable.state == before
    assert seen == []


def test_a_bad_value_does_not_reach_a_linked_widget():
    explorable = demo()
    slider = ipywidgets.FloatSlider(value=1, min=0, max=9)
    traitlets.link((explorable, "a"), (slider, "value"))
    with pytest.raises(traitlets.TraitError, match="a takes a number from 0 to 2"):
        explorable.a = 5
    assert (explorable.a, slider.value) == (1, 1)


def test_linked_widgets_follow_both_ways():
    explorable = demo()
    slider = ipywidgets.FloatSlider(value=0, min=0, max=2)
    box = ipywidgets.Checkbox()
    ipywidgets.jslink((explorable, "on"), (box, "value"))
    traitlets.link((explorable, "a"), (slider, "value"))
    assert slider.value == 1
    slider.value = 2
    assert explorable.a == 2
    explorable.a = 0.5
    assert slider.value == 0.5


def test_a_value_from_the_page_arrives():
    explorable = demo()
    explorable.set_state({"a": 2, "loss": "Huber", "on": True})
    assert explorable.state == {"a": 2, "loss": "Huber", "on": True}


def test_frames_and_spec_are_read_only():
    explorable = demo()
    for name, value in (("spec", {}), ("frames", b"")):
        with pytest.raises(traitlets.TraitError, match="read-only"):
            setattr(explorable, name, value)


# Output -------------------------------------------------------------------------------------------


def test_output_has_four_formats():
    explorable = made()
    data, metadata = explorable._repr_mimebundle_()
    assert set(data) == {MIME, "application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    assert data["text/plain"].splitlines() == [
        explorable.alt,
        "Shown here: slope: 1.00, rate: 0.100 per step, step: 0, Loss: squared, one up: off",
        *explorable.printed(),
    ]
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    size = {"width": image.width // 2, "height": image.height // 2, "hint": HINT_HEIGHT}
    assert metadata["image/png"] == {"alt": explorable.alt} | size
    assert json.loads(data[MIME]["spec"]) == explorable.spec
    frames = base64.b64decode(data[MIME]["frames"])
    assert frames == explorable.frames
    assert len(zlib.decompress(frames)) == Decoded(explorable.spec, frames).used
    assert json.dumps(data[MIME], allow_nan=False)


def test_the_picture_is_drawn_for_those_alone_who_want_it(monkeypatch):
    explorable = made()
    whole, _ = explorable._repr_mimebundle_()
    monkeypatch.setattr(Explorable, "drawn", lambda *_: pytest.fail("the picture was drawn"))
    data, metadata = explorable._repr_mimebundle_(exclude={"image/png"})
    del whole["image/png"]
    assert data.keys() == whole.keys()
    assert (data[MIME], data["text/plain"]) == (whole[MIME], whole["text/plain"])
    assert "image/png" not in metadata


def test_output_shows_the_initial_state_whatever_the_widget_shows():
    explorable = demo()
    before = explorable._repr_mimebundle_()[0]["image/png"]
    explorable.a = 2
    assert explorable._repr_mimebundle_()[0]["image/png"] == before
