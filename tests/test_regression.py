"""What is special to the losses of a residual: their limits, symmetries, relations and conventions."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from losses import REGRESSION, general_robust, number

from lossbook import (
    AbsoluteError,
    Expectile,
    GeneralRobust,
    Huber,
    LogCosh,
    NoHessianError,
    Quantile,
    SmoothL1,
    SquaredError,
    Tukey,
)

LOSSES = [row.loss for row in REGRESSION]
SYMMETRIC = [loss for loss in LOSSES if not isinstance(loss, Quantile | Expectile)]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)

finite = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.floats(-1e6, 1e6)
positive = st.floats(1e-3, 1e3)
# Binary fractions, so that 1 - tau is exact.
share = st.integers(1, 255).map(lambda numerator: numerator / 256)


def has_hessian(loss):
    return not isinstance(loss, AbsoluteError | Quantile)


def quantities(loss):
    return (loss.value, loss.gradient, loss.hessian) if has_hessian(loss) else (loss.value, loss.gradient)


def same(got, expected, ulps=8):
    np.testing.assert_allclose(got, expected, rtol=ulps * np.finfo(np.float64).eps, atol=1e-300)


# Every loss ---------------------------------------------------------------------------------------


@given(loss=st.sampled_from(LOSSES), y_true=finite, y_pred=finite)
def test_never_nan_nor_negative(loss, y_true, y_pred):
    for function in quantities(loss):
        assert not np.isnan(function([y_true], [y_pred])).any()
    assert loss.value([y_true], [y_pred]) >= 0


@each_loss
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_residuals(loss, dtype):
    info = np.finfo(dtype)
    sizes = np.array([info.smallest_subnormal, info.tiny, 1e-30, 1e15, 1e18, 1e30, info.max], dtype)
    r = np.concatenate([sizes, -sizes])
    zero = np.zeros_like(r)
    for function in quantities(loss):
        result = function(zero, r)
        assert result.dtype == dtype
        assert not np.isnan(result).any()


@each_loss
def test_a_perfect_prediction_costs_nothing(loss):
    y = np.array([-1e300, -3.0, 0.0, 0.1, 1e-310])
    assert (loss.value(y, y) == 0).all()
    assert (loss.gradient(y, y) == 0).all()
    assert loss(y, y) == 0


@given(loss=st.sampled_from(LOSSES), small=moderate, factor=st.floats(1, 1e6))
def test_a_larger_residual_of_the_same_sign_never_costs_less(loss, small, factor):
    near, far = loss.value([0.0, 0.0], [small, small * factor])
    assert near <= far * (1 + 1e-15)


@given(loss=st.sampled_from(SYMMETRIC), r=finite)
def test_symmetry(loss, r):
    assert loss.value([0.0], [r]) == loss.value([0.0], [-r])
    assert loss.gradient([0.0], [r]) == -loss.gradient([0.0], [-r])
    if has_hessian(loss):
        assert loss.hessian([0.0], [r]) == loss.hessian([0.0], [-r])


@each_loss
def test_only_the_residual_counts(loss):
    r = np.array([-2.0, -0.5, 0.0, 0.25, 8.0])
    for function in quantities(loss):
        np.testing.assert_array_equal(function(np.full(5, 3.0), r + 3), function(np.zeros(5), r))


@each_loss
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3), (2, 3, 4)])
def test_any_shape(loss, shape):
    y_pred = np.linspace(-3, 3, math.prod(shape)).reshape(shape)
    for function in quantities(loss):
        result = function(np.zeros(shape), y_pred)
        assert isinstance(result, np.ndarray)
        assert result.shape == shape


@each_loss
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype(loss, dtype):
    arrays = np.zeros(3, dtype), np.array([-2, 0, 2], dtype)
    for function in quantities(loss):
        assert function(*arrays).dtype == (np.float64 if dtype == np.float64 else np.float32)


@each_loss
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, bool])
def test_integers_are_converted_before_they_are_subtracted(loss, dtype):
    y_true, y_pred = np.array([1, 0, 1], dtype), np.array([0, 1, 100], dtype)
    expected = loss.value(y_true.astype(float), y_pred.astype(float))
    np.testing.assert_array_equal(loss.value(y_true, y_pred), expected)


@pytest.mark.parametrize(("y_true", "y_pred", "expected"), [(16, 0, 256.0), (0, 20, 400.0)])
def test_small_unsigned_integers_do_not_wrap_around(y_true, y_pred, expected):
    assert SquaredError().value(np.uint8(y_true), np.uint8(y_pred)) == expected


@each_loss
def test_column_against_row_is_refused(loss):
    y = np.arange(4.0)
    for function in (*quantities(loss), loss):
        with pytest.raises(ValueError, match=r"y_true of shape \(4,\) and y_pred of shape \(4, 1\)"):
            function(y, y[:, None])


# Limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "value", "gradient", "hessian"),
    [
        (SquaredError(), np.inf, np.inf, 2),
        (AbsoluteError(), np.inf, 1, None),
        (Huber(1.5), np.inf, 1.5, 0),
        (SmoothL1(0.5), np.inf, 1, 0),
        (LogCosh(), np.inf, 1, 0),
        (Tukey(3), 1.5, 0, 0),
        (GeneralRobust(-np.inf), 1, 0, 0),
        (GeneralRobust(-10), 1.2, 0, 0),
        (GeneralRobust(-2), 2, 0, 0),
        (GeneralRobust(-2, c=0.1), 2, 0, 0),
        (GeneralRobust(0), np.inf, 0, 0),
        (GeneralRobust(0.5), np.inf, 0, 0),
        (GeneralRobust(1, c=4), np.inf, 0.25, 0),
        (GeneralRobust(1.5), np.inf, np.inf, 0),
        (GeneralRobust(2, c=2), np.inf, np.inf, 0.25),
        (GeneralRobust(2.5), np.inf, np.inf, np.inf),
    ],
    ids=repr,
)
def test_infinite_prediction(loss, value, gradient, hessian):
    y_true, y_pred = np.zeros(2), np.array([np.inf, -np.inf])
    same(loss.value(y_true, y_pred), [value, value])
    same(loss.gradient(y_true, y_pred), [gradient, -gradient])
    if hessian is not None:
        same(loss.hessian(y_true, y_pred), [hessian, hessian])


@pytest.mark.parametrize("tau", [0.1, 0.5, 0.9])
def test_infinite_prediction_of_the_skewed_losses(tau):
    y_true, y_pred = np.zeros(2), np.array([np.inf, -np.inf])
    for loss in (Quantile(tau), Expectile(tau)):
        assert (loss.value(y_true, y_pred) == np.inf).all()
    same(Quantile(tau).gradient(y_true, y_pred), [1 - tau, -tau])
    same(Expectile(tau).gradient(y_true, y_pred), [np.inf, -np.inf])
    same(Expectile(tau).hessian(y_true, y_pred), [2 * (1 - tau), 2 * tau])


@pytest.mark.parametrize("loss", [SquaredError(), Huber(), LogCosh(), GeneralRobust(), GeneralRobust(0)])
def test_a_difference_too_large_for_float64_is_infinite(loss):
    assert loss.value([-1e308], [1e308]) == np.inf


def test_log_cosh_at_both_ends():
    tiny = np.array([1e-4, 1e-8, 1e-12])
    # r^2 / 2 - r^4 / 12 ...
    same(LogCosh().value(np.zeros(3), tiny), tiny**2 / 2 - tiny**4 / 12)
    assert LogCosh().value(np.float32([0]), np.float32([1e-4])) == pytest.approx(5e-9, rel=1e-6)
    for size in (1e3, 1e5, 1e300):
        assert LogCosh().value([0.0], [-size]) == size - math.log(2)


@pytest.mark.parametrize("r", [1e-12, 1e-6, 1e-3, 0.5, 1.0, 30.0, 1e3])
@pytest.mark.parametrize("alpha", [0, 2, -math.inf])
def test_general_robust_is_continuous_at_its_named_members(alpha, r):
    named = GeneralRobust(alpha).value([0.0], [r])
    neighbors = (-1e15, -1e12) if alpha == -math.inf else (alpha - 1e-12, alpha + 1e-12)
    for neighbor in neighbors:
        assert GeneralRobust(neighbor).value([0.0], [r]) == pytest.approx(named, rel=1e-9)


@given(r=moderate, c=positive)
def test_named_members_of_general_robust(r, c):
    x = r / c

    def member(alpha):
        return GeneralRobust(alpha, c).value([0.0], [r])

    same(member(2), x**2 / 2)
    same(member(1), x**2 / (math.hypot(x, 1) + 1))  # sqrt(x^2 + 1) - 1, without the cancellation
    same(member(0), math.log1p(x**2 / 2))
    same(member(-2), 2 * x**2 / (x**2 + 4))
    same(member(-math.inf), -math.expm1(-(x**2) / 2))


@pytest.mark.parametrize(
    ("loss", "r", "expected"),
    [
        (Tukey(1e300), 1.5e154, 1.5e154 * (1.5e154 / 2)),  # its square overflows, half of it does not
        (GeneralRobust(2 - 1e-9, 1.5), 1e150, 1e150 * (1e150 / 4.5)),  # a power did, before it was scaled
        (GeneralRobust(1e163), 3.0, math.expm1(4.5)),  # the limit for a large alpha, whose base rounds to 1
        (GeneralRobust(1e163), -3.0, math.expm1(4.5)),
        (GeneralRobust(1e5), 0.0, 0.0),
    ],
)
def test_a_result_in_reach_of_what_overflows(loss, r, expected):
    assert loss.value([0.0], [r]) == pytest.approx(expected, rel=1e-6)


def test_the_slope_of_a_large_alpha():
    assert GeneralRobust(1e163).gradient([0.0], [3.0]) == pytest.approx(3 * math.exp(4.5), rel=1e-12)


def test_a_scale_whose_inverse_overflows():
    for loss in (GeneralRobust(-2, 5e-324), GeneralRobust(0, 5e-324), GeneralRobust(1.5, 5e-324)):
        assert loss.gradient([1.0], [1.0]) == 0


@pytest.mark.parametrize(
    "kind", [Huber, SmoothL1, Tukey, lambda c: GeneralRobust(-2, c), lambda c: GeneralRobust(1, c)]
)
@pytest.mark.parametrize("size", [1e-300, 1e-39, 1e-30, 1e30, 3.4028235677973366e38, 1e39, 1e300])
def test_a_threshold_that_float32_does_not_hold(kind, size):
    """The result is that of float64, in float32."""
    loss, r = kind(size), np.array([0, 1e-3, -2, 1e30], np.float32)
    with np.errstate(over="ignore"):
        for function in quantities(loss):
            got = function(np.zeros_like(r), r)
            assert got.dtype == np.float32
            np.testing.assert_array_equal(got, function(np.zeros(4), r.astype(float)).astype(np.float32))
        value, gradient = loss.value_and_gradient(np.zeros_like(r), r)
        np.testing.assert_array_equal(value, loss.value(np.zeros_like(r), r))
        np.testing.assert_array_equal(gradient, loss.gradient(np.zeros_like(r), r))


@each_loss
def test_a_residual_too_large_for_a_float_is_infinite(loss):
    for function in quantities(loss):
        np.testing.assert_array_equal(function([-1e308], [1.7e308]), function([0.0], [math.inf]))


@pytest.mark.parametrize("alpha", [-1, 0, 0.5, 1, 1.5])
@pytest.mark.parametrize("r", [1e8, 3e9, 1e12, 1e100])
def test_general_robust_far_out(alpha, r):
    loss = GeneralRobust(alpha)
    oracle = general_robust(loss)
    assert loss.value([0.0], [r])[0] == pytest.approx(float(oracle.value(number(r))), rel=1e-13)
    assert loss.gradient([0.0], [r])[0] == pytest.approx(float(oracle.gradient(number(r))), rel=1e-13, abs=1e-300)


def test_named_members_of_general_robust_by_hand():
    assert GeneralRobust(2).value([0.0], [3.0]) == 4.5
    assert GeneralRobust(1).value([0.0], [math.sqrt(3)]) == pytest.approx(1, rel=1e-15)
    assert GeneralRobust(0).value([0.0], [math.sqrt(2)]) == pytest.approx(math.log(2), rel=1e-15)
    assert GeneralRobust(-2).value([0.0], [2.0]) == 1
    assert GeneralRobust(-math.inf).value([0.0], [100.0]) == 1


@given(r=moderate)
def test_huber_between_squared_and_absolute_error(r):
    size = abs(r)
    same(Huber(2e6).value([0.0], [r]), SquaredError().value([0.0], [r]) / 2)
    tiny = 1e-12
    assert tiny * size * (1 - 1e-15) - tiny**2 <= Huber(tiny).value([0.0], [r]) <= tiny * size * (1 + 1e-15)


# Relations ----------------------------------------------------------------------------------------


@given(tau=share, r=finite)
def test_skewed_losses_mirror(tau, r):
    for loss in (Quantile, Expectile):
        left, right = loss(tau), loss(1 - tau)
        assert left.value([0.0], [r]) == right.value([0.0], [-r])
        assert left.gradient([0.0], [r]) == -right.gradient([0.0], [-r])
    assume(r != 0)  # at 0 the convention takes the side of r < 0
    assert Expectile(tau).hessian([0.0], [r]) == Expectile(1 - tau).hessian([0.0], [-r])


@given(r=st.floats(-1e150, 1e150))  # beyond, one of the squares is infinite before the other
def test_the_middle_of_the_skewed_losses(r):
    assert Quantile(0.5).value([0.0], [r]) == AbsoluteError().value([0.0], [r]) / 2
    assert Quantile(0.5).gradient([0.0], [r]) == AbsoluteError().gradient([0.0], [r]) / 2
    same(Expectile(0.5).value([0.0], [r]), SquaredError().value([0.0], [r]) / 2)
    assert Expectile(0.5).gradient([0.0], [r]) == r
    assert Expectile(0.5).hessian([0.0], [r]) == 1


@given(tau=share, r=moderate, k=positive)
def test_homogeneity(tau, r, k):
    for loss, degree in ((AbsoluteError(), 1), (Quantile(tau), 1), (SquaredError(), 2), (Expectile(tau), 2)):
        same(loss.value([0.0], [k * r]), k**degree * loss.value([0.0], [r]))


@given(setting=positive, r=moderate, k=positive)
def test_scaling_the_threshold_with_the_residual(setting, r, k):
    for loss, degree in ((Huber, 2), (SmoothL1, 1), (Tukey, 2)):
        same(loss(setting * k).value([0.0], [k * r]), k**degree * loss(setting).value([0.0], [r]), ulps=16)
    for alpha in (-2, 0, 0.5, 1, 2):
        scaled = GeneralRobust(alpha, setting * k).value([0.0], [k * r])
        same(scaled, GeneralRobust(alpha, setting).value([0.0], [r]), ulps=32)


@given(beta=positive, r=moderate)
def test_smooth_l1_is_huber_divided(beta, r):
    smooth, huber = SmoothL1(beta), Huber(beta)
    same(smooth.value([0.0], [r]), huber.value([0.0], [r]) / beta)
    same(smooth.gradient([0.0], [r]), huber.gradient([0.0], [r]) / beta)
    same(smooth.hessian([0.0], [r]), huber.hessian([0.0], [r]) / beta)


# Conventions at kinks -----------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [AbsoluteError(), Quantile(0.1), Quantile(0.9)], ids=repr)
def test_subgradient_zero_at_the_kink(loss):
    assert loss.gradient([2.0, 0.0], [2.0, -0.0]).tolist() == [0, 0]


def test_hessian_on_the_kink():
    edges, zero = np.array([2.0, -2.0]), np.zeros(2)
    assert Huber(2).hessian(zero, edges).tolist() == [1, 1]
    assert SmoothL1(2).hessian(zero, edges).tolist() == [0.5, 0.5]
    assert Tukey(2).hessian(zero, edges).tolist() == [0, 0]
    assert Expectile(0.75).hessian([0.0], [0.0]) == 1.5


def test_tukey_leaves_its_plateau_smoothly():
    c = 4.685
    inside = np.nextafter(c, 0)
    gap = c - inside
    # r (1 - (r/c)^2)^2 next to c is c (2 gap / c)^2; a naive 1 - (r/c)^2 would be wrong by about 100 %
    assert Tukey(c).gradient([0.0], [inside]) == pytest.approx(4 * gap**2 / c, rel=1e-12)
    assert Tukey(c).hessian([0.0], [inside]) == pytest.approx(-8 * gap / c, rel=1e-12)


@pytest.mark.parametrize("loss", [AbsoluteError(), Quantile(0.9)], ids=repr)
def test_no_hessian(loss):
    with pytest.raises(NoHessianError, match=f"{type(loss).__name__} has no Hessian: its slope jumps at 0"):
        loss.hessian([1.0], [2.0])


# Hyperparameters ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "name", "domain", "outside"),
    [
        (Huber, "delta", r"\(0, inf\)", [0, -1, np.inf]),
        (SmoothL1, "beta", r"\(0, inf\)", [0, -1, np.inf]),
        (Tukey, "c", r"\(0, inf\)", [0, -1, np.inf]),
        (GeneralRobust, "c", r"\(0, inf\)", [0, -1, np.inf]),
        (GeneralRobust, "alpha", r"\[-inf, inf\)", [np.inf]),
        (Quantile, "tau", r"\(0, 1\)", [0, 1, -0.1, 1.1, np.inf]),
        (Expectile, "tau", r"\(0, 1\)", [0, 1, -0.1, 1.1, np.inf]),
    ],
)
def test_hyperparameter_outside_its_domain(loss, name, domain, outside):
    for setting in [
        *outside,
        np.nan,
        None,
        "0.5",
        b"1",
        True,
        0.5j,
        [0.5],
        np.array(0.5),
        np.array([0.5]),
        10**400,
    ]:
        with pytest.raises(ValueError, match=f"{loss.__name__}: {name} must be a number in {domain}, got "):
            loss(**{name: setting})


def test_the_message_shows_what_it_got():
    with pytest.raises(ValueError, match="got 'wide'"):
        Huber(delta="wide")


@pytest.mark.parametrize("setting", [np.float32(0.5), np.float64(0.5), 0.5])
def test_hyperparameters_are_python_floats(setting):
    loss = Quantile(setting)
    assert type(loss.tau) is float
    assert loss == Quantile(0.5)
