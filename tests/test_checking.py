"""The gradient check: right gradients pass, mistakes do not, and neither a kink nor rounding is taken for a mistake."""

import dataclasses

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize

from lossbook import (
    AbsoluteError,
    BinaryFocal,
    CategoricalCrossEntropy,
    Expectile,
    GaussianNLL,
    GeneralRobust,
    GradientCheck,
    Huber,
    LogCosh,
    Quantile,
    SquaredError,
    Triplet,
    Tukey,
    check_gradient,
)
from lossbook.checking import BANDS, check_along, is_kink

DTYPES = [np.float64, np.float32]


def cubes(x):
    return np.sum(x**3)


def slope_of_cubes(x):
    return 3 * x**2


def pinball(x):
    return Quantile(tau=0.9)(np.zeros(x.shape), x)


def slope_of_pinball(x):
    return Quantile(tau=0.9).gradient(np.zeros(x.shape), x) / x.size


# Right gradients


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [0.1, 1, 1e3, 1e6])
def test_a_right_gradient_is_right_at_any_size(dtype, size):
    draw = np.random.default_rng(0)
    for _ in range(20):
        x = (size * draw.normal(size=5)).astype(dtype)
        found = check_gradient(cubes, slope_of_cubes, x)
        assert found.verdict == "right"
        assert found.difference <= BANDS[np.dtype(dtype).name][0]


RESIDUAL = [
    SquaredError(),
    AbsoluteError(),
    Huber(),
    LogCosh(),
    Quantile(0.9),
    Expectile(0.9),
    Tukey(),
    GeneralRobust(),
]
DRAW = np.random.default_rng(3)
LOSSES = [(loss, DRAW.normal(size=8), DRAW.normal(size=8)) for loss in RESIDUAL] + [
    (BinaryFocal(), DRAW.integers(0, 2, size=8), DRAW.normal(size=8)),
    (CategoricalCrossEntropy(), np.eye(3)[DRAW.integers(0, 3, size=8)], DRAW.normal(size=(8, 3))),
    (GaussianNLL(), DRAW.normal(size=8), DRAW.normal(size=(8, 2))),
    (Triplet(), None, DRAW.normal(size=(8, 3, 2))),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("loss", "y_true", "y_pred"), LOSSES, ids=[type(loss).__name__ for loss, *_ in LOSSES])
def test_the_losses_of_the_package(dtype, loss, y_true, y_pred):
    y_true = y_true if y_true is None else y_true.astype(dtype)

    def check(factor):
        return check_gradient(
            lambda y_pred: loss(y_true, y_pred),
            lambda y_pred: factor * loss.gradient(y_true, y_pred) / 8,
            y_pred.astype(dtype),
        )

    assert check(1).verdict == "right"
    assert check(-1).verdict == check(8).verdict == "wrong"


def test_the_measured_derivative_is_more_accurate_than_scipys():
    x = np.array([0.3, -2.0, 5.0])
    found = check_gradient(cubes, slope_of_cubes, x)
    forward = approx_fprime(x, cubes)[found.index[0]]
    exact = slope_of_cubes(x)[found.index]
    assert abs(found.measured - exact) < abs(forward - exact) / 10


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (2, 1, 2)])
def test_x_has_any_shape(shape):
    x = np.random.default_rng(1).uniform(1, 2, size=shape)
    assert check_gradient(cubes, slope_of_cubes, x).verdict == "right"
    wrong = check_gradient(cubes, lambda x: slope_of_cubes(x) + 0.5 * (x == x.max()), x)
    assert wrong.verdict == "wrong"
    assert wrong.index == np.unravel_index(np.argmax(x), shape)


def test_what_the_result_says():
    """Everything by hand: (3 + h)^2 - (3 - h)^2 = 12 h, so a parabola is measured without truncation."""
    found = check_gradient(lambda x: np.sum(x**2), lambda x: np.array([2.0, 9.0]) * x, [1, 3])
    assert found.verdict == "wrong"
    assert found.index == (1,)
    assert found.written == 27
    assert found.measured == pytest.approx(6, rel=1e-9)
    assert found.difference == pytest.approx(21 / 27, rel=1e-9)
    assert repr(found) == "wrong: relative difference 0.78 at [1], written / measured = 4.5"
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.verdict = "right"


@pytest.mark.parametrize(
    ("index", "measured", "shown"),
    [
        ((), 2.0, "right: relative difference 0.5, written / measured = 0.5"),
        ((3, 0), 2.0, "right: relative difference 0.5 at [3, 0], written / measured = 0.5"),
        ((3,), 0.0, "right: relative difference 0.5 at [3]"),
        ((), -np.inf, "right: relative difference 0.5, written / measured = 0"),
    ],
)
def test_repr(index, measured, shown):
    assert repr(GradientCheck("right", 0.5, index, 1.0, measured)) == shown


# Mistakes


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("factor", "difference"), [(0.5, 0.5), (2, 0.5), (-1, 2), (4, 0.75), (0, 1), (2 / 3, 1 / 3), (np.nan, np.inf)]
)
def test_a_wrong_factor_is_wrong(dtype, factor, difference):
    found = check_gradient(cubes, lambda x: factor * slope_of_cubes(x), np.array([0.5, -1.25, 2], dtype))
    assert found.verdict == "wrong"
    assert found.difference == pytest.approx(difference, rel=1e-2)


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [
        (1 + 0.5e-6, "right"),
        (1 + 2e-6, "look closer, a kink perhaps"),
        (1 + 0.5e-3, "look closer, a kink perhaps"),
        (1.35 / 1.345, "wrong"),
        (442 / 441, "wrong"),
    ],
)
def test_the_bands(factor, verdict):
    assert check_gradient(cubes, lambda x: factor * slope_of_cubes(x), [0.5, -1.25, 2]).verdict == verdict


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.005, "right"), (1.05, "look closer, a kink perhaps"), (1.2, "wrong")]
)
@pytest.mark.parametrize("returned", [False, True])
def test_the_bands_in_float32(factor, verdict, returned):
    """Whether x is float32, or only what the function returns."""
    x = np.array([0.5, -1.25, 2], np.float64 if returned else np.float32)

    def function(x):
        return np.float32(cubes(x.astype(np.float32))) if returned else cubes(x)

    assert check_gradient(function, lambda x: factor * slope_of_cubes(x), x).verdict == verdict


def test_one_wrong_entry_of_many_decides():
    def gradient(x):
        slopes = slope_of_cubes(x)
        slopes[17] *= 1.1
        return slopes

    found = check_gradient(cubes, gradient, np.random.default_rng(2).uniform(1, 2, size=40))
    assert (found.verdict, found.index) == ("wrong", (17,))


@pytest.mark.parametrize("h", np.logspace(-8, -1, 8))
def test_a_mistake_does_not_depend_on_the_step(h):
    found = check_gradient(cubes, lambda x: 2 * slope_of_cubes(x), [1.0, 2.0], h=h)
    assert (found.verdict, round(found.difference, 2)) == ("wrong", 0.5)


# Kinks


def test_at_a_kink_every_subgradient_is_looked_at_closer():
    for written in (-0.9, -0.4001, 0.0, 0.0999):
        found = check_gradient(pinball, lambda x, written=written: np.full(1, written), [0.0])
        assert found.verdict == "look closer, a kink perhaps", written
        assert found.measured == pytest.approx(-0.4)
    for written in (-0.91, 0.11, 0.9):
        assert check_gradient(pinball, lambda x, written=written: np.full(1, written), [0.0]).verdict == "wrong"
    assert check_gradient(pinball, lambda x: np.full(1, -0.4), [0.0]).verdict == "right"


def test_the_slopes_to_the_left_and_right_count_as_subgradients_up_to_rounding():
    x = np.append(np.random.default_rng(6).normal(size=100), 0.0)
    for side in (-0.9, 0.1):
        found = check_gradient(pinball, lambda x, side=side: np.where(x == 0, side / 101, slope_of_pinball(x)), x)
        assert (found.verdict, found.index) == ("look closer, a kink perhaps", (100,))


@pytest.mark.parametrize("sign", [-1, 1])
def test_near_a_kink_a_shorter_step_stays_on_one_side(sign):
    """The step is 6.1e-6, and the shortest a hundredth of that."""
    for distance in (1e-4, 1e-5, 1e-6, 1e-7):
        x = np.array([1.0, sign * distance])
        assert check_gradient(pinball, slope_of_pinball, x).verdict == "right", distance
        assert check_gradient(pinball, lambda x: -slope_of_pinball(x), x).verdict == "wrong", distance
    x = np.array([1.0, sign * 1e-8])
    assert check_gradient(pinball, slope_of_pinball, x).verdict == "look closer, a kink perhaps"


@pytest.mark.parametrize("at_the_kink", [-0.9, -0.4, 0.1, 0.5])
@pytest.mark.parametrize("factor", [1, 1.0001, 1.01])
def test_positions_of_an_axis_are_checked_as_one_by_one(factor, at_the_kink):
    x = np.array([-2.0, -1e-5, 0.0, 1e-5, 3.0])

    def bent(x):
        return np.where(x < 0, -0.9 * x, 0.1 * x) + x**3

    slopes = factor * (np.where(x == 0, at_the_kink, np.where(x < 0, -0.9, 0.1)) + 3 * x**2)
    found = check_along(bent, slopes, x, h=1e-6)
    alone = [
        check_gradient(lambda x: float(bent(x)), lambda x, slope=slope: np.asarray(slope), place, h=1e-6)
        for place, slope in zip(x, slopes, strict=True)
    ]
    assert [dataclasses.replace(each, index=()) for each in found] == alone
    assert [each.index for each in found] == [(0,), (1,), (2,), (3,), (4,)]


def test_a_kink_is_told_from_what_is_nearly_right():
    def check(gradient):
        return check_gradient(pinball, lambda x: np.full(1, gradient), [0.0])

    assert is_kink(check(-0.9))
    assert not is_kink(check(-0.4))
    assert not is_kink(check(0.2))
    near = check_gradient(lambda x: x**2, lambda x: 2.0002 * x, 1.0)
    assert near.verdict == "look closer, a kink perhaps"
    assert not is_kink(near)


def test_a_mistake_elsewhere_outranks_a_kink():
    found = check_gradient(pinball, lambda x: slope_of_pinball(x) * np.array([1, 1, 1.5]), [0.0, 1.0, -1.0])
    assert (found.verdict, found.index) == ("wrong", (2,))


# Rounding


def test_an_entry_lost_in_rounding_counts_only_if_all_are():
    def function(x):
        return 1e6 + x[0] + 1e-9 * x[1]

    assert check_gradient(function, lambda x: np.array([1, 5e-9]), [1.0, 1.0]).verdict == "right"
    lost = check_gradient(lambda x: 1e6 + 1e-9 * x[0], lambda x: np.array([5e-9]), [1.0])
    assert lost.verdict == "look closer, lost in rounding"
    assert check_gradient(function, lambda x: np.array([2, 1e-9]), [1.0, 1.0]).verdict == "wrong"


@pytest.mark.parametrize("digits", [0, 3, 6, 7, 9, 12, 16])
def test_a_constant_beside_the_function_makes_the_check_milder_and_never_wrong(digits):
    draw, constant = np.random.default_rng(4), 10.0**digits

    def verdict(factor):
        x = draw.uniform(1, 2, size=2)
        return check_gradient(lambda x: cubes(x) + constant, lambda x: factor * slope_of_cubes(x), x).verdict

    verdicts = {verdict(1) for _ in range(20)}
    assert verdicts == ({"right"} if digits < 8 else {"look closer, lost in rounding"})
    assert {verdict(2) for _ in range(20)} == ({"wrong"} if digits < 8 else {"look closer, lost in rounding"})


def test_at_the_minimum_there_is_nothing_to_measure():
    """The gradient is 0, and so is what is measured, but for the last digits of x."""
    draw = np.random.default_rng(5)
    for _ in range(50):
        y = draw.normal(size=1)
        found = check_gradient(lambda x, y=y: np.mean((x - y) ** 2), lambda x, y=y: 2 * (x - y), y)
        assert found.verdict in ("right", "look closer, lost in rounding")


@pytest.mark.parametrize("seed", range(3))
def test_at_the_minimum_of_a_network_a_right_gradient_is_not_called_wrong(seed):
    """Entries are nearly 0, so central differences alone are off by more than the band of mistakes."""
    draw = np.random.default_rng(seed)
    X, y = draw.normal(size=(8, 3)), draw.normal(size=8)

    def objective(parameters):
        W1, w2 = parameters[:24].reshape(3, 8), parameters[24:]
        hidden = np.tanh(X @ W1)
        pull = 2 / 8 * (hidden @ w2 - y)
        slopes = X.T @ (np.outer(pull, w2) * (1 - hidden**2))
        return np.mean((hidden @ w2 - y) ** 2), np.append(slopes, hidden.T @ pull)

    minimum = minimize(objective, draw.normal(scale=0.5, size=32), jac=True, options={"gtol": 1e-9}).x

    def verdict(factor):
        return check_gradient(lambda x: objective(x)[0], lambda x: factor * objective(x)[1], minimum).verdict

    step = 1e-5 * np.eye(32)
    central = [(objective(minimum + each)[0] - objective(minimum - each)[0]) / 2e-5 for each in step]
    written = objective(minimum)[1]
    assert np.max(np.abs(written - central) / np.maximum(np.abs(written), np.abs(central))) > BANDS["float64"][1]
    assert verdict(1) != "wrong"
    assert verdict(2) != "right"


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_where_nothing_changes_the_gradient_is_zero(value):
    assert check_gradient(lambda x: value, np.zeros_like, [1.0, 2.0]).verdict == "right"
    assert check_gradient(lambda x: value, np.ones_like, [1.0, 2.0]).verdict == "wrong"


# The step


def evaluated(x, **options):
    """The places at which the function is evaluated along its only coordinate, besides x itself."""
    places = set()

    def function(x):
        places.add(float(x[0]))
        return x[0] ** 2

    check_gradient(function, lambda x: 2 * x, np.atleast_1d(x), **options)
    return sorted(places - {float(np.atleast_1d(x)[0])})


@pytest.mark.parametrize(("x", "scale"), [(0.0, 1), (0.5, 1), (-1.0, 1), (-300.0, 300), (1e8, 1e8)])
@pytest.mark.parametrize(("dtype", "cube_root"), [(np.float64, 6.055e-6), (np.float32, 4.922e-3)])
def test_the_step_grows_with_x_and_with_the_rounding_of_the_dtype(x, scale, dtype, cube_root):
    x = np.array([x], dtype)
    low, *_, high = evaluated(x)
    assert (high - low) / 2 == pytest.approx(cube_root * scale, rel=1e-3)
    assert (high + low) / 2 == pytest.approx(x[0], rel=1e-6)


def test_a_step_of_ones_own():
    assert evaluated(2.0, h=0.25) == [1.75, 2.25]
    assert evaluated(2.0, h=[0.5]) == [1.5, 2.5]


def test_a_function_that_bends_over_a_short_distance_needs_a_short_step():
    def wave(x):
        return np.sum(np.sin(1e6 * x))

    def slope(x):
        return 1e6 * np.cos(1e6 * x)

    x = np.array([1e-7, 3e-7])
    assert check_gradient(wave, slope, x).verdict != "right"
    assert check_gradient(wave, slope, x, h=6e-12).verdict == "right"


def test_a_step_is_as_long_as_the_digits_of_x_make_it():
    """Next to a million, floats are 1.2e-10 apart."""
    assert check_gradient(lambda x: x[0], np.ones_like, [1e6 + 0.1], h=1e-6).difference == 0


def test_the_functions_may_change_what_they_are_given():
    def function(x):
        x *= 2
        return np.sum(x**2) / 4

    def gradient(x):
        x *= 2
        return x

    x = np.array([1.0, 2.0, 3.0])
    assert check_gradient(function, gradient, x).verdict == "right"
    assert x.tolist() == [1, 2, 3]


# Bad input


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": []}, ValueError, "x must have at least one entry"),
        ({"x": [1.0, np.nan]}, ValueError, "x must be finite, got NaN or infinity in 1 of 2"),
        ({"x": ["a"]}, ValueError, "x must be an array of real numbers"),
        ({"x": [1j]}, ValueError, "x must be an array of real numbers"),
        ({"function": lambda x: x**2}, ValueError, r"function must return one number, .* got shape \(2,\)"),
        ({"function": lambda x: x[:1]}, ValueError, r"function must return one number, .* got shape \(1,\)"),
        ({"function": lambda x: None}, ValueError, "function must be an array of real numbers"),
        ({"function": lambda x: np.inf}, ValueError, "function must be finite .* got inf at x"),
        ({"gradient": lambda x: x[:1]}, ValueError, r"gradient must return .* shape of x, \(2,\), got shape \(1,\)"),
        ({"gradient": np.sum}, ValueError, r"gradient must return .* got shape \(\)"),
        ({"gradient": lambda x: x * 1j}, ValueError, "gradient must be an array of real numbers"),
        ({"h": 0}, ValueError, "h must be positive and finite, got 0"),
        ({"h": -1e-5}, ValueError, "h must be positive and finite, got -1e-05"),
        ({"h": np.nan}, ValueError, "h must be positive and finite, got nan"),
        ({"h": [1e-5, np.inf]}, ValueError, "h must be positive and finite"),
        ({"h": [1e-5]}, ValueError, r"h must be one number or have the shape of x, \(2,\), got shape \(1,\)"),
        ({"h": 1e-15}, ValueError, "a hundredth of it changes x in float64, got 1e-15"),
        ({"h": 1e-6, "x": np.float32([1, 2])}, ValueError, "a hundredth of it changes x in float32, got 1e-06"),
    ],
)
def test_bad_input_is_named(change, error, message):
    given = {"function": cubes, "gradient": slope_of_cubes, "x": [1.0, 2.0]} | change
    with pytest.raises(error, match=message):
        check_gradient(**given)


def test_an_edge_within_a_step_is_named():
    def root(x):
        with np.errstate(invalid="ignore"):
            return np.sum(np.sqrt(x))

    with pytest.raises(ValueError, match=r"got nan at -5\.05545\d*e-06 in entry \[1\] of x"):
        check_gradient(root, lambda x: 0.5 / np.sqrt(x), [1.0, 1e-6])
    assert check_gradient(root, lambda x: 0.5 / np.sqrt(x), [1.0, 1e-6], h=[1e-5, 1e-10]).verdict == "right"
