"""From functions to bytes and back: what is stored is what the functions return, as near as promised."""

import math
import re
import zlib

import numpy as np
import pytest
from decode import Decoded, js_print, unpack
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lossbook.explorable import Choice, Slider, Toggle
from lossbook.explorable.frames import (
    FINE,
    FINEST,
    MARGIN,
    MOST_EVALUATIONS,
    Frames,
    Scale,
    evaluate,
    pack,
    quantize,
    smallest,
)
from lossbook.explorable.functions import Bound, Where, parameters
from lossbook.explorable.text import Field

CONTROLS = {
    control.name: control
    for control in [
        Slider(name="a", nodes=[0, 1, 3], default=1, between=4, decimals=1),
        Slider(name="b", nodes=[0.1, 1, 10, 100], default=1, between=3, log=True),
        Slider(name="n", nodes=range(4), default=0),
        Choice(name="loss", options=["squared", "Huber"]),
        Toggle(name="on"),
    ]
}
AXIS = Scale(0, 10)


@pytest.fixture
def frames():
    return Frames(CONTROLS)


def decoded(frames):
    spec = {"controls": [control.spec() for control in CONTROLS.values()], "functions": frames.functions}
    return Decoded(spec, frames.compressed())


def state(**values):
    return {name: control.default for name, control in CONTROLS.items()} | values


# Integers to bytes --------------------------------------------------------------------------------


def smooth_or_not(width):
    high = 256**width - 1
    shapes = hnp.array_shapes(min_dims=0, max_dims=5, min_side=1, max_side=5)
    anything = hnp.arrays(np.int64, shapes, elements=st.integers(0, high))
    jumps = hnp.arrays(np.int64, shapes, elements=st.sampled_from([0, 1, high // 2, high // 2 + 1, high - 1, high]))
    constants = st.builds(np.full, shapes, st.integers(0, high))
    return anything | jumps | constants


@pytest.mark.parametrize("width", [2, 4])
@given(data=st.data())
def test_what_is_packed_is_unpacked(width, data):
    integers = data.draw(smooth_or_not(width))
    axes = data.draw(st.lists(st.integers(0, integers.ndim - 1), unique=True)) if integers.ndim else []
    packed = pack(integers, width, axes)
    assert len(packed) == integers.size * width
    np.testing.assert_array_equal(unpack(packed, integers.shape, width, axes), integers)


def test_differences_are_taken_where_they_help():
    x = np.linspace(0, 1, 400)
    unlike = np.stack([1e4 * np.sin(9 * x), 1e4 * np.exp(-5 * x), 2e4 * x**3, 1e4 * np.cos(14 * x)])
    alike = np.stack([1e4 * np.sin(9 * x + shift) for shift in np.linspace(0, 0.1, 40)])
    assert smallest(np.round(unlike + 3e4).astype(np.int64), 2)[0] == [1]
    assert smallest(np.round(alike + 3e4).astype(np.int64), 2)[0] == [0, 1]


def test_packed_bytes_by_hand():
    # 0, 1, 3, 2 and 65535 differ by 0, 1, 2, -1 and, modulo 65536, -3; in zigzag 0, 2, 4, 1 and 5.
    assert pack(np.array([0, 1, 3, 2, 65535]), 2, [0]) == bytes([0, 2, 4, 1, 5, 0, 0, 0, 0, 0])
    # 300 is 600 in zigzag, which is 2 * 256 + 88.
    assert pack(np.array(300), 2, []) == bytes([88, 2])
    assert pack(np.array(300), 4, []) == bytes([88, 2, 0, 0])


# Numbers to integers ------------------------------------------------------------------------------

numbers = st.floats(-1e9, 1e9).map(lambda number: number + 0.0)
close = st.builds(
    lambda middle, small: [middle + 1e-4 * part for part in small], numbers, st.lists(numbers, min_size=1)
)


@given(st.lists(numbers, min_size=1, max_size=20) | close)
@example([123456.7898, 123466.7898])
@example([0.0])
@example([1e9, 1e9 + 1])
@example([-1e-300, 0.0])
def test_quantized_within_half_a_step(values):
    values = np.array(values)
    integers, low, step = quantize(values)
    assert integers.min() >= 0
    assert integers.max() <= FINEST
    span = np.ptp(values)
    size = np.abs(values).max()
    assert np.abs(low + step * integers - values).max() <= (0.5 + 1e-6) * span / FINEST + 2e-9 * max(1, size)
    assert (float(f"{low:.9g}"), float(f"{step:.9g}")) == (low, step)


printable = (
    st.floats(-1e4, 1e4)
    | st.integers(-10_000, 10_000).map(lambda n: n / 8)
    | st.integers(-10_000, 10_000).map(lambda n: n / 1000)
)


@given(st.lists(printable, min_size=1, max_size=10), st.sampled_from(["", ".1f", ".2f", "+.3f", ",.0f", ".0%", ".1%"]))
@example([0.285, 0.145, 0.575], ".0%")
@example([1.9965, 1.9935], ".1%")
@example([2.675, 1.005, 0.5, 1.5, 2.5], ".2f")
@example([0.5, 1.5, 2.5, -0.5], ".0f")
def test_printed_exactly_at_nodes_and_never_on_a_tie(values, spec):
    field = Field("x", spec)
    options = field.options
    places = Slider(name="n", nodes=range(max(2, len(values))), default=0)
    frames = Frames({"n": places})
    index = frames.readout(lambda n: values[n % len(values)], options["decimals"], options["percent"], "v")
    page = Decoded({"controls": [places.spec()], "functions": frames.functions}, frames.compressed())
    for place, value in enumerate(values):
        stored = float(page.value(index, {"n": place}))
        assert js_print(stored, options) == field.print(value)
        in_digits, exact = (
            number * 10.0 ** (options["decimals"] + 2 * options["percent"]) for number in (stored, value)
        )
        assert abs(in_digits - math.floor(in_digits) - 0.5) > 0.9 / FINE
        assert abs(in_digits - exact) <= 1.01 / FINE


@pytest.mark.parametrize("spec", ["", ",.0f", ".2f", ".9f"])
def test_large_readouts_are_printed_or_refused(frames, spec):
    """Four bytes hold 268 million last digits; what does not fit must not come out as something else."""
    options = Field("v", spec).options

    def value(a):
        return 3e8 * a + 0.25

    try:
        index = frames.readout(value, options["decimals"], False, "v of the readout")
    except ValueError as error:
        assert "v of the readout" in str(error)  # noqa: PT017
    else:
        for a in CONTROLS["a"].grid:
            printed = js_print(float(decoded(frames).value(index, state(a=a))), options)
            assert printed == Field("v", spec).print(value(a))


# Functions to frames ------------------------------------------------------------------------------


def curve(a):
    return [a, a**2]


def surface(a, loss, on, n):
    return np.array([[a, n], [on * 10 + (loss == "Huber"), 7], [0, 0]])


def test_functions_of_no_some_and_many_controls(frames):
    sources = {
        lambda: [1, 2]: ([1, 2], 1),
        curve: ([2.5, 7], 1),  # three quarters of the way from (1, 1) to (3, 9)
        surface: ([[2.5, 3], [11, 7], [0, 0]], 2),
        lambda on: 5.0 if on else 1.0: (5, 0),
    }
    at = state(a=2.5, loss="Huber", on=True, n=3)
    for function, (expected, ndim) in sources.items():
        (index,) = frames.numbers(function, Scale(), ndim, "y", True)
        np.testing.assert_allclose(decoded(frames).value(index, at), expected, atol=1e-3)
        assert frames.functions[index]["shape"] == list(np.shape(expected))
    assert [function["controls"] for function in frames.functions] == [[], ["a"], ["a", "loss", "on", "n"], ["on"]]


def test_interpolated_in_two_sliders_at_once(frames):
    (index,) = frames.numbers(lambda b, a: a * np.log10(b), Scale(), 0, "y", True)
    b = 10 ** (2 / 3)
    assert decoded(frames).value(index, state(a=2.5, b=b)) == pytest.approx(2.5 * 2 / 3, abs=1e-3)


def test_the_nearest_node_where_nothing_is_interpolated(frames):
    (index,) = frames.numbers(lambda a: a, Scale(), 0, "y", False)
    got = [float(decoded(frames).value(index, state(a=a))) for a in (0, 0.25, 0.5, 1, 1.5, 2, 3)]
    assert got == pytest.approx([0, 0, 1, 1, 1, 3, 3], abs=1e-3)


def test_a_source_used_twice_is_stored_once(frames):
    array = np.arange(100.0)
    first = frames.numbers(array, AXIS, 1, "y", True)
    assert frames.numbers(array, AXIS, 1, "another", True) == first
    assert frames.numbers([curve, curve], AXIS, 1, "y", True) == [1, 1]
    assert len(frames.functions) == 2
    # On another axis it is clipped in another way.
    assert frames.numbers(array, Scale(0, 1000), 1, "y", True) == [2]


def test_sources_that_are_gone_do_not_share(frames):
    indexes = [frames.numbers(np.full(3, float(n)), AXIS, 1, "y", True)[0] for n in range(20)]
    assert len(set(indexes)) == 20


def test_offsets_and_bytes(frames):
    frames.numbers(np.arange(100.0), AXIS, 1, "y", True)
    frames.readout(lambda a: a, 2, False, "v")
    frames.texts(lambda loss: loss, "text")
    assert [function["offset"] for function in frames.functions] == [0, 200, 212]
    assert len(zlib.decompress(frames.compressed())) == 216


def test_sums(frames):
    indexes = frames.numbers([curve, lambda n, on: [n, 10 * on], lambda: [100, 200]], AXIS, 1, "y", True)
    assert [frames.functions[index]["controls"] for index in indexes] == [["a"], ["n", "on"], []]
    got = decoded(frames).source(indexes, state(a=3, n=2, on=True))
    np.testing.assert_allclose(got, [105, 219], atol=0.01)


def test_sums_stay_exact_where_a_part_goes_far_outside(frames):
    """Half a pixel is 1/500 of an axis; the panel shows 0 to 10."""
    indexes = frames.numbers([lambda a: [a, 1e7 * a**2], lambda: [1, 1]], AXIS, 1, "y", True)
    assert decoded(frames).source(indexes, state(a=1))[0] == pytest.approx(2, abs=10 / 500)


def test_heat_maps_stay_exact_where_a_peak_goes_far_outside():
    from lossbook.explorable import Axis, Explorable, Heatmap, Panel

    z = np.array([[0.3, 0.6], [0.9, 1e6]])
    heat = Heatmap(z=z, x_limits=(0, 1), y_limits=(0, 1), z_limits=(0, 1))
    demo = Explorable(
        "peak",
        title="Peak",
        caption="Look.",
        alt="A peak.",
        controls=[Toggle(name="on")],
        panels=[Panel("", Axis("x", 0, 1), Axis("y", 0, 1), marks=[heat])],
    )
    drawn = Decoded(demo.spec, demo.frames).source(demo.spec["panels"][0]["marks"][0]["z"], demo.initial)
    np.testing.assert_allclose(np.clip(drawn, 0, 1), np.clip(z, 0, 1), atol=1 / 512)


def test_logarithmic_axes_store_logarithms(frames):
    scale = Scale(-2, 3, log=True)
    (index,) = frames.numbers(lambda b: [b, 10 * b], scale, 1, "x", True)
    got = decoded(frames).value(index, state(b=10 ** (1 / 3)))
    np.testing.assert_allclose(got, [1 / 3, 4 / 3], atol=1e-3)
    assert scale.along(100) == 2
    assert AXIS.along(100) == 100
    assert scale.along(None) is None


def test_far_outside_is_cut_off_and_inside_is_not(frames):
    values = np.array([-1e9, -101, -99, 0, 5, 10, 109, 111, 1e9])
    (index,) = frames.numbers(values, AXIS, 1, "y", True)
    got = decoded(frames).value(index, state())
    room = MARGIN * 10
    half_a_step = (0.5 + 1e-3) * (10 + 2 * room) / FINEST
    np.testing.assert_allclose(got, np.clip(values, -room, 10 + room), rtol=0, atol=half_a_step)


def test_lengths_are_cut_off_on_both_sides(frames):
    (index,) = frames.numbers(np.array([-1e9, -3, 4, 1e9]), Scale(0, 10, is_length=True), 1, "dx", True)
    half_a_step = (0.5 + 1e-3) * 200 / FINEST
    np.testing.assert_allclose(decoded(frames).value(index, state()), [-100, -3, 4, 100], rtol=0, atol=half_a_step)


def test_texts(frames):
    index = frames.texts(lambda a, loss: f"{loss} {'low' if a < 2 else 'high'}", "text")
    function = frames.functions[index]
    assert function["table"] == ["squared low", "Huber low", "squared high", "Huber high"]
    assert decoded(frames).value(index, state(a=1.5, loss="Huber")) == "Huber low"
    assert decoded(frames).value(index, state(a=2.5, loss="Huber")) == "Huber high"


def test_a_readout_of_words_is_a_table(frames):
    index = frames.readout(lambda on: "yes" if on else "no", 0, False, "v")
    assert decoded(frames).value(index, state(on=True)) == "yes"


# Parameters ---------------------------------------------------------------------------------------


def test_parameters_are_controls():
    assert parameters(lambda on, a: 0, CONTROLS, "y") == ["on", "a"]
    assert parameters(lambda: 0, CONTROLS, "y") == []


def test_parameters_with_defaults_may_be_anything(frames):
    functions = [lambda a, power=power: [a**power] for power in (1, 2, 3)]
    assert parameters(functions[0], CONTROLS, "y") == ["a"]
    indexes = [frames.numbers(function, Scale(), 1, "y", True)[0] for function in functions]
    got = [float(decoded(frames).value(index, state(a=3))[0]) for index in indexes]
    assert got == pytest.approx([3, 9, 27], abs=1e-3)


def test_a_parameter_that_is_no_control_is_named():
    with pytest.raises(
        ValueError, match="y of the line: the function takes 'gamma', which is no control; controls are a, b"
    ):
        parameters(lambda a, gamma: 0, CONTROLS, "y of the line")
    with pytest.raises(ValueError, match="controls are none"):
        parameters(lambda a: 0, {}, "y")


def test_a_bound_function_takes_its_controls_in_order(frames):
    """Also where its own parameters have defaults, or the names of other controls."""

    def difference(n, a=7):
        return n - a

    bound = Bound(difference, "a", "on")
    assert parameters(bound, CONTROLS, "y") == ["a", "on"]
    assert bound(on=True, a=3) == 2
    (index,) = frames.numbers(bound, Scale(), 0, "y", True)
    assert frames.functions[index]["controls"] == ["a", "on"]
    assert decoded(frames).value(index, state(a=3, n=2, on=True)) == pytest.approx(2, abs=1e-3)


def test_a_bound_control_that_is_none_is_named():
    with pytest.raises(ValueError, match="y: the function takes 'gamma', which is no control; controls are a, b"):
        parameters(Bound(lambda a: a, "gamma"), CONTROLS, "y")


def test_too_many_combinations_are_refused_before_they_are_tried():
    controls = {name: Slider(name=name, nodes=range(300), default=0) for name in "ab"}
    most = f"{MOST_EVALUATIONS:,}"
    message = f"y would be evaluated at 90,000 combinations, 300 values of a times 300 values of b; at most {most}"
    with pytest.raises(ValueError, match=message):
        Frames(controls).numbers(lambda a, b: pytest.fail("tried"), Scale(), 0, "y", True)


# Errors of functions ------------------------------------------------------------------------------


def refused(function, message, scale=AXIS, ndim=1):
    with pytest.raises(ValueError, match=re.escape(message)):
        Frames(CONTROLS).numbers(function, scale, ndim, "y of the line 'risk'", True)


def test_wrong_shapes_are_named_with_the_state():
    refused(lambda a: a, "y of the line 'risk' must be an array of 1 dimension, got shape () at a = 0")
    refused(lambda a: [a], "must be an array of 2 dimensions, got shape (1,) at a = 0", ndim=2)
    refused(lambda a, loss: [a], "must be a number, got shape (1,) at a = 0, loss = 'squared'", ndim=0)
    refused(lambda a: [0] * int(a + 1), "y of the line 'risk' must keep its shape (1,), got (2,) at a = 1")
    refused(np.ones((2, 2)), "y of the line 'risk' must be an array of 1 dimension, got shape (2, 2)")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_must_be_finite(bad):
    refused(lambda a: [0, bad if a == 3 else a], f"y of the line 'risk' must be finite, got {bad} at a = 3")
    refused([0, bad], f"y of the line 'risk' must be finite, got {bad}")


def test_values_must_be_positive_on_a_logarithmic_axis():
    log = Scale(0, 2, log=True)
    refused(lambda a: [5, a], "y of the line 'risk' must be positive for a logarithmic axis, got 0 at a = 0", log)
    refused([5, -1], "must be positive for a logarithmic axis, got -1", log)


def test_nothing_to_draw_is_refused():
    refused([], "y of the line 'risk' must not be empty")


def test_functions_cannot_be_added_up_on_a_logarithmic_axis():
    message = "y of the line 'risk': functions cannot be added up along a logarithmic axis"
    refused([lambda a: [a + 1], lambda: [1]], message, Scale(0, 2, log=True))


class OwnError(Exception):
    pass


def fails_at_three(a):
    if a == 3:
        raise OwnError("cannot fit")
    return "fine"


@pytest.mark.parametrize(
    "add",
    [
        lambda frames: frames.numbers(lambda a: [len(fails_at_three(a))], AXIS, 1, "my source", True),
        lambda frames: frames.readout(lambda a: len(fails_at_three(a)), 0, False, "my source"),
        lambda frames: frames.readout(lambda a: len(fails_at_three(3 - a)), 0, False, "my source"),
        lambda frames: frames.readout(fails_at_three, 0, False, "my source"),
        lambda frames: frames.texts(fails_at_three, "my source"),
    ],
    ids=["numbers", "readout at the end", "readout at the start", "readout of words", "texts"],
)
def test_a_function_that_raises_keeps_its_exception_with_a_note(add, frames):
    with pytest.raises(OwnError, match="cannot fit") as error:
        add(frames)
    (note,) = error.value.__notes__
    assert re.fullmatch(r"raised by my source at a = [03]", note)


def test_words_where_numbers_were_before_are_refused(frames):
    with pytest.raises(ValueError, match="could not convert") as error:
        frames.readout(lambda on: "word" if on else 1, 0, False, "v")
    assert error.value.__notes__ == ["raised by v at on = True"]


def test_numbers_where_words_were_before_are_refused(frames):
    with pytest.raises(ValueError, match="v must be a text everywhere, got 1 at on = True"):
        frames.readout(lambda on: 1 if on else "word", 0, False, "v")


def test_floats_in_messages_are_short():
    where = Where("y", {"a": 1 / 3, "n": 2, "loss": "Huber", "on": False})
    assert where.at == " at a = 0.333333, n = 2, loss = 'Huber', on = False"
    assert Where("y").at == ""


def test_evaluated_on_the_grid_of_its_controls():
    values = evaluate(lambda n, on: [n, on], ["n", "on"], [[0, 1, 2, 3], [False, True]], Where("y"), Scale(), 1)
    assert values.shape == (4, 2, 2)
    assert values[2, 1].tolist() == [2, 1]
