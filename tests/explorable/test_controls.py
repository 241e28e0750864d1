"""Sliders, choices and toggles: grids, reachable values, checks, and what they hand to the page."""

import json
import math
import re

import numpy as np
import pytest
from decode import Decoded
from hypothesis import example, given
from hypothesis import strategies as st

from lossbook.explorable import Choice, Slider, Toggle

LINEAR = Slider(name="delta", nodes=[0.5, 1.0, 2.0], default=1.0, between=2, decimals=2, unit="points")
LOGARITHMIC = Slider(name="rate", nodes=[0.1, 1, 3], default=0.5, between=4, log=True, decimals=3)
WHOLE = Slider(name="steps", nodes=range(5), default=2, button="Next step")
CHOICE = Choice(name="loss", options=["squared", "Huber"], default="Huber", label="Loss")
TOGGLE = Toggle(name="squares", default=True)
CONTROLS = [LINEAR, LOGARITHMIC, WHOLE, CHOICE, TOGGLE]
SLIDERS = [LINEAR, LOGARITHMIC, WHOLE]


def on_page(control):
    return Decoded({"controls": [control.spec()], "functions": []}, b"x\x9c\x03\x00\x00\x00\x00\x01")


@st.composite
def sliders(draw):
    is_log = draw(st.booleans())
    low = 1e-3 if is_log else -1e6
    places = draw(st.lists(st.integers(0, 1000), min_size=2, max_size=6, unique=True))
    start, span = draw(st.floats(low, 1e3)), draw(st.floats(0.01, 1e3))
    nodes = [start + span * place for place in sorted(places)]
    return Slider(name="x", nodes=nodes, default=nodes[0], between=draw(st.integers(1, 9)), log=is_log)


# Errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nodes", [[], [1], [2, 1], [1, 1, 2], [0, math.nan], [0, math.inf], [[0, 1], [2, 3]]], ids=repr
)
def test_nodes_must_increase(nodes):
    message = f"nodes of the slider 'x' must be two or more increasing finite numbers, got {nodes!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        Slider(name="x", nodes=nodes, default=0)


@pytest.mark.parametrize("first", [0, -1])
def test_nodes_of_a_logarithmic_slider_must_be_positive(first):
    with pytest.raises(ValueError, match=f"slider 'x' must be positive for a logarithmic slider, got {first} as"):
        Slider(name="x", nodes=[first, 2], default=1, log=True)


@pytest.mark.parametrize("default", [-1, 3, math.nan])
def test_default_must_lie_within_the_nodes(default):
    with pytest.raises(ValueError, match=f"default of the slider 'x' must lie from 0 to 2, got {default}"):
        Slider(name="x", nodes=[0, 2], default=default)


@pytest.mark.parametrize("between", [0, -1, 1.5, "2"])
def test_between_must_be_a_whole_number(between):
    with pytest.raises(
        ValueError, match=f"between of the slider 'x' must be a whole number, 1 or more, got {between!r}"
    ):
        Slider(name="x", nodes=[0, 2], default=1, between=between)


@pytest.mark.parametrize("decimals", [-1, 10])
def test_decimals_must_be_printable(decimals):
    with pytest.raises(ValueError, match="decimals of the slider 'x'"):
        Slider(name="x", nodes=[0, 2], default=1, decimals=decimals)


@pytest.mark.parametrize("name", ["", "learning rate", "1st"])
@pytest.mark.parametrize(
    "make",
    [
        lambda name: Slider(name=name, nodes=[0, 1], default=0),
        lambda name: Choice(name=name, options=["a", "b"]),
        lambda name: Toggle(name=name),
    ],
    ids=["slider", "choice", "toggle"],
)
def test_names_must_be_possible_as_parameters(make, name):
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        make(name)


@pytest.mark.parametrize("value", [0.49, 2.01, math.nan, math.inf, True, None, "1", [1]], ids=repr)
def test_a_slider_refuses_what_it_cannot_show(value):
    with pytest.raises(ValueError, match=re.escape(f"delta takes a number from 0.5 to 2, got {value!r}")):
        LINEAR.check(value)


@pytest.mark.parametrize("options", [[], ["one"], ["a", "a"], ["a", "b", "a"]], ids=repr)
def test_options_must_differ(options):
    message = f"options of the choice 'x' must be two or more different texts, got {options!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        Choice(name="x", options=options)


@pytest.mark.parametrize("value", ["absolute", "", None, 0], ids=repr)
def test_a_choice_refuses_what_is_no_option(value):
    with pytest.raises(ValueError, match=re.escape(f"loss takes one of squared, Huber; got {value!r}")):
        CHOICE.check(value)


def test_default_must_be_an_option():
    with pytest.raises(ValueError, match="x takes one of a, b; got 'c'"):
        Choice(name="x", options=["a", "b"], default="c")


@pytest.mark.parametrize("value", [2, "on", None], ids=repr)
def test_a_toggle_refuses_what_is_no_truth_value(value):
    with pytest.raises(ValueError, match=re.escape(f"squares takes True or False, got {value!r}")):
        TOGGLE.check(value)


# Values -------------------------------------------------------------------------------------------


def test_grids():
    assert LINEAR.grid == [0.5, 1, 2]
    assert CHOICE.grid == ["squared", "Huber"]
    assert TOGGLE.grid == [False, True]


def test_whole_numbers_stay_whole():
    assert WHOLE.is_whole
    assert all(type(value) is int for value in [*WHOLE.grid, WHOLE.check(3.0), WHOLE.value_at(1)])
    assert not LINEAR.is_whole
    assert not Slider(name="x", nodes=[0, 2], default=0, between=2).is_whole
    assert all(type(value) is float for value in [*LINEAR.grid, LINEAR.check(1), LINEAR.check(np.float32(1))])


def test_a_slider_of_whole_numbers_refuses_others():
    with pytest.raises(ValueError, match=r"steps takes a whole number from 0 to 4, got 2\.5"):
        WHOLE.check(2.5)


@pytest.mark.parametrize("slider", SLIDERS, ids=lambda slider: slider.name)
def test_values_at_nodes_are_the_nodes(slider):
    assert [slider.value_at(place) for place in range(len(slider.nodes))] == slider.grid


@pytest.mark.parametrize("slider", SLIDERS, ids=lambda slider: slider.name)
def test_values_between_nodes(slider):
    assert len(slider.positions) == (len(slider.nodes) - 1) * slider.between + 1
    for position in slider.positions:
        low = min(int(position), len(slider.nodes) - 2)
        a, b, part = slider.nodes[low], slider.nodes[low + 1], position - low
        expected = a * (b / a) ** part if slider.log else a + (b - a) * part
        assert slider.value_at(position) == pytest.approx(expected, rel=1e-14)


@given(sliders())
@example(LOGARITHMIC)
@example(Slider(name="x", nodes=[1 / 3, 2 / 3], default=0.5))
def test_every_reachable_value_is_taken_and_leads_back(slider):
    for position in slider.positions:
        value = slider.value_at(position)
        assert slider.check(value) == value
        assert slider.position_of(value) == position


@given(sliders())
@example(LOGARITHMIC)
@example(Slider(name="x", nodes=[1 / 3, 2 / 3], default=0.5))
def test_values_from_the_page_are_taken(slider):
    """The page knows the nodes to twelve digits, and sends back what it knows."""
    page = on_page(slider)
    for position in slider.positions:
        sent = page.control_value(slider.name, {slider.name: slider.value_at(position)})
        assert slider.check(sent) == pytest.approx(slider.value_at(position), rel=1e-9, abs=1e-9)


@given(sliders(), st.floats(0, 1))
def test_page_and_python_agree_on_the_nearest_position(slider, part):
    value = float(
        np.clip(slider.nodes[0] + part * (slider.nodes[-1] - slider.nodes[0]), slider.nodes[0], slider.nodes[-1])
    )
    apart = on_page(slider).position("x", value) - slider.position_of(value)
    # On a tie either may be taken.
    assert abs(apart) * slider.between <= 1 + 1e-9
    if apart:
        ends = [slider.position_of(value) + side * apart for side in (0, 0.5, 1)]
        assert slider.value_at(ends[1]) == pytest.approx(value, rel=1e-6, abs=1e-6)


# Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("control", "value", "printed"),
    [
        (LINEAR, 1.5, "1.50 points"),
        (Slider(name="x", nodes=[-1, 1], default=0, decimals=1), -0.5, "\N{MINUS SIGN}0.5"),
        (Slider(name="x", nodes=[-1, 1], default=0, decimals=1), -0.01, "0.0"),
        (WHOLE, 3, "3"),
        (CHOICE, "Huber", "Huber"),
        (TOGGLE, True, "on"),
        (TOGGLE, False, "off"),
    ],
)
def test_values_are_printed_as_the_reader_sees_them(control, value, printed):
    assert control.print(value) == printed


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_traits_are_sent_to_the_page_and_start_at_the_default(control):
    trait = control.trait()
    assert trait.metadata["sync"]
    assert trait.default_value == control.default


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_the_page_starts_where_python_does(control):
    page = on_page(control)
    started = page.control_value(control.name, {control.name: control.spec()["default"]})
    assert started == pytest.approx(control.default, rel=0.2) if control.kind == "slider" else control.default


def test_specs():
    assert LINEAR.spec() == {
        "kind": "slider",
        "name": "delta",
        "label": "delta",
        "unit": "points",
        "nodes": [0.5, 1, 2],
        "between": 2,
        "log": False,
        "decimals": 2,
        "default": 1,
        "button": None,
    }
    assert WHOLE.spec()["button"] == "Next step"
    assert CHOICE.spec() == {
        "kind": "choice",
        "name": "loss",
        "label": "Loss",
        "options": ["squared", "Huber"],
        "default": "Huber",
    }
    assert TOGGLE.spec() == {"kind": "toggle", "name": "squares", "label": "squares", "default": True}


@pytest.mark.parametrize("kind", [np.arange, lambda n: list(range(n))])
def test_numbers_from_numpy_become_json(kind):
    slider = Slider(name="x", nodes=kind(3), default=kind(3)[1])
    assert json.loads(json.dumps(slider.spec()))["default"] == 1
