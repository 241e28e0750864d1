"""What is special to the probabilistic losses: limits, relations, input, and every fact checked by numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from losses import mp, number
from losses_probabilistic import PROBABILISTIC, partition
from scipy import integrate, optimize, special, stats

from lossbook import AbsoluteError, GeneralRobust, NoHessianError, SquaredError
from lossbook.classification import CategoricalCrossEntropy
from lossbook.probabilistic import (
    GaussianNLL,
    GeneralRobustNLL,
    KLDivergence,
    LaplaceNLL,
    PoissonNLL,
    log_partition,
)

LOSSES = [row.loss for row in PROBABILISTIC]
TWO_COLUMNS = [GaussianNLL(), LaplaceNLL()]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)
each_two_column_loss = pytest.mark.parametrize("loss", TWO_COLUMNS, ids=repr)

finite = st.floats(allow_nan=False, allow_infinity=False)
any_score = st.floats(allow_nan=False)
moderate = st.floats(-1e6, 1e6)
small = st.floats(-30, 30)
counts = st.integers(0, 10**6)
inf = np.inf


def distribution(*weights):
    return np.array(weights) / np.sum(weights)


shares = st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any).map(lambda weights: distribution(*weights))
rows = st.lists(small, min_size=3, max_size=3)


def quantities(loss):
    return (loss.value, loss.gradient) if isinstance(loss, LaplaceNLL) else (loss.value, loss.gradient, loss.hessian)


def same(got, expected, ulps=8):
    np.testing.assert_allclose(got, expected, rtol=ulps * np.finfo(np.float64).eps, atol=1e-300)


def example(loss, dtype=np.float64):
    """Two samples that the loss takes."""
    target = [[0.25, 0.75, 0.0], [1.0, 0.0, 0.0]] if isinstance(loss, KLDivergence) else [0.0, 3.0]
    score = {0: [-1.0, 2.0], 2: [[0.5, -1.0], [2.0, 3.0]], 3: [[0.5, -1.0, 0.0], [2.0, 3.0, 0.0]]}
    return np.array(target, dtype), np.array(score[columns(loss)], dtype)


def columns(loss):
    return 0 if loss.score_ndim == 0 else 3 if isinstance(loss, KLDivergence) else 2


# Every loss ---------------------------------------------------------------------------------------


@given(loss=st.sampled_from(TWO_COLUMNS), y=finite, location=any_score, log_spread=any_score)
def test_two_columns_are_never_nan(loss, y, location, log_spread):
    for function in quantities(loss):
        assert not np.isnan(function([y], [[location, log_spread]])).any()


@given(y=st.floats(0, 1.7e308).map(np.floor), z=any_score)
def test_poisson_is_never_nan(y, z):
    for function in quantities(PoissonNLL()):
        assert not np.isnan(function([y], [z])).any()


@given(y=shares, z=st.lists(any_score, min_size=3, max_size=3))
def test_kl_is_never_nan_nor_negative(y, z):
    for function in quantities(KLDivergence()):
        assert not np.isnan(function([y], [z])).any()
    assert KLDivergence().value([y], [z]) >= 0


@given(alpha=st.floats(0, 2), c=st.floats(1e-150, 1e150), y=finite, location=any_score)
def test_the_general_robust_is_never_nan(alpha, c, y, location):
    for function in quantities(GeneralRobustNLL(alpha, c)):
        assert not np.isnan(function([y], [location])).any()


@given(y=counts, z=small)
def test_a_probability_is_never_above_1(y, z):
    assert PoissonNLL().value([y], [z]) >= 0


@pytest.mark.parametrize(("loss", "density_at_its_peak"), [(GaussianNLL(), math.sqrt(50 / math.pi)), (LaplaceNLL(), 5)])
def test_a_density_above_1_has_a_negative_value(loss, density_at_its_peak):
    score = loss.to_score([[2.0, 0.01 if isinstance(loss, GaussianNLL) else 0.1]])
    same(loss.value([2.0], score), -math.log(density_at_its_peak))
    assert loss.value([2.0], score) < 0


@each_loss
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_and_shapes(loss, dtype):
    y_true, y_pred = example(loss, dtype)
    single = np.float64 if dtype == np.float64 else np.float32
    assert loss.value(y_true, y_pred).shape == (2,)
    assert loss.gradient(y_true, y_pred).shape == y_pred.shape
    assert (y_true.ndim, y_pred.ndim) == (1 + loss.target_ndim, 1 + loss.score_ndim)
    if loss.score_ndim and not isinstance(loss, LaplaceNLL):
        assert loss.hessian(y_true, y_pred).shape == (2, columns(loss), columns(loss))
    for function in quantities(loss):
        assert function(y_true, y_pred).dtype == single
        np.testing.assert_array_equal(function(y_true[:1], y_pred[:1]), function(y_true, y_pred)[:1])
        # The power and the exponential of NumPy have other last digits for a single number than for several.
        alike = same if isinstance(loss, GeneralRobust) else np.testing.assert_array_equal
        alike(function(y_true[0], y_pred[0]), function(y_true, y_pred)[0])
        np.testing.assert_array_equal(function(y_true[None], y_pred[None]), function(y_true, y_pred)[None])
        assert function(y_true[:0], y_pred[:0]).shape[0] == 0


@each_loss
def test_value_and_gradient(loss):
    value, gradient = loss.value_and_gradient(*example(loss))
    np.testing.assert_array_equal(value, loss.value(*example(loss)))
    np.testing.assert_array_equal(gradient, loss.gradient(*example(loss)))


@each_loss
def test_mean(loss):
    first, second = loss.value(*example(loss))
    assert loss(*example(loss), [1, 3]) == pytest.approx((first + 3 * second) / 4)


# Limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("residual", "s", "value", "gradient", "hessian"),
    [
        (0, -inf, -inf, [0, 0.5], [inf, 0, 0]),
        (0, inf, inf, [0, 0.5], [0, 0, 0]),
        (3, -inf, inf, [inf, -inf], [inf, -inf, inf]),
        (-3, -inf, inf, [-inf, -inf], [inf, inf, inf]),
        (1e-300, -inf, inf, [inf, -inf], [inf, -inf, inf]),
        (5e-324, -inf, inf, [inf, -inf], [inf, -inf, inf]),
        (3, inf, inf, [0, 0.5], [0, 0, 0]),
        (1e308, inf, inf, [0, 0.5], [0, 0, 0]),
        (inf, 0, inf, [inf, -inf], [1, -inf, inf]),
        (-inf, 2, inf, [-inf, -inf], [math.exp(-2), inf, inf]),
        (inf, 1500, inf, [inf, -inf], [0, -inf, inf]),
        (inf, -inf, inf, [inf, -inf], [inf, -inf, inf]),
        (0, 1e308, 5e307, [0, 0.5], [0, 0, 0]),
    ],
)
def test_limits_of_the_gaussian(residual, s, value, gradient, hessian):
    loss, arguments = GaussianNLL(), ([0.0], [[residual, s]])
    same(loss.value(*arguments), [value])
    same(loss.gradient(*arguments), [gradient])
    upper, mixed, lower = hessian
    same(loss.hessian(*arguments), [[[upper, mixed], [mixed, lower]]])


@pytest.mark.parametrize(
    ("residual", "s", "value", "gradient"),
    [
        (0, -inf, -inf, [0, 1]),
        (0, inf, inf, [0, 1]),
        (3, -inf, inf, [inf, -inf]),
        (-3, -inf, inf, [-inf, -inf]),
        (5e-324, -inf, inf, [inf, -inf]),
        (3, inf, inf, [0, 1]),
        (inf, 0, inf, [1, -inf]),
        (-inf, 2, inf, [-math.exp(-2), -inf]),
        (inf, -inf, inf, [inf, -inf]),
    ],
)
def test_limits_of_laplace(residual, s, value, gradient):
    same(LaplaceNLL().value([0.0], [[residual, s]]), [value])
    same(LaplaceNLL().gradient([0.0], [[residual, s]]), [gradient])


def test_a_spread_that_underflows_beside_a_residual_as_small():
    """Far below the smallest float, yet the residual is 0.1 or 10 spreads and the density an ordinary number."""
    for z in (0.1, 10.0):
        residual = z * math.exp(-700)
        assert LaplaceNLL().value([0.0], [[residual, -700.0]]) == pytest.approx(z - 700 + math.log(2), rel=1e-14)
        assert LaplaceNLL().value([0.0], [[residual * 1e-3, -709.0]]) == pytest.approx(
            z * 1e-3 * math.exp(9) - 709 + math.log(2), rel=1e-13
        )
        _, slope = GaussianNLL().gradient([0.0], [[residual, -1400.0]])[0]
        assert slope == pytest.approx((1 - z * z) / 2, rel=1e-12)
    # exp(1000) is infinite, its product with the residual is not
    pull, _ = GaussianNLL().gradient([0.0], [[1e-200, -1000.0]])[0]
    assert pull == pytest.approx(1e-200 * math.exp(500) * math.exp(500), rel=1e-12)
    pull, _ = GaussianNLL().gradient([0.0], [[1e200, 1000.0]])[0]
    assert pull == pytest.approx(1e200 * math.exp(-500) * math.exp(-500), rel=1e-12)


@pytest.mark.parametrize(
    ("y", "z", "value", "gradient", "hessian"),
    [
        (0, -inf, 0, 0, 0),
        (2, -inf, inf, -2, 0),
        (0, inf, inf, inf, inf),
        (2, inf, inf, inf, inf),
        (2, 800, inf, inf, inf),
        (0, -800, 0, 0, 0),
        (2, -800, 1600 + math.log(2), -2, 0),
        (0, 0, 1, 1, 1),
        (1, 0, 1, 0, 1),
        (3, 0, 1 + math.log(6), -2, 1),
    ],
)
def test_limits_of_poisson(y, z, value, gradient, hessian):
    same(PoissonNLL().value([y], [z]), [value])
    assert PoissonNLL().gradient([y], [z]) == [gradient]
    assert PoissonNLL().hessian([y], [z]) == [hessian]


@pytest.mark.parametrize(
    ("count", "dtype"),
    [(16_777_216, np.float32), (1e15, np.float32), (1e15, np.float64), (1e300, np.float64), (24, np.float64)],
)
def test_a_large_count_at_its_own_rate(count, dtype):
    """There nothing is left of terms as large as the count but half the logarithm of 2 pi times it."""
    y, z = dtype(count), dtype(math.log(count))
    rate = mp.exp(number(float(z)))
    expected = rate - number(float(y)) * number(float(z)) + mp.loggamma(number(float(y)) + 1)
    moved = abs(rate - number(float(y)))  # what one rounding of the rate, in float64, moves the value by
    bound = 1e-6 if dtype == np.float32 else 1e-15 * float(1 + moved / expected)
    assert PoissonNLL().value([y], np.array([z])) == pytest.approx(float(expected), rel=bound)


def test_the_likelihood_of_large_counts():
    """At its own rate, a count has about the density of a Gaussian at its peak."""
    for count in (16_777_216, 10**15):
        best = math.log(2 * math.pi * count) / 2
        assert PoissonNLL().value([count], [math.log(count)]) == pytest.approx(best, abs=1e-6)
        assert PoissonNLL().value(np.float32([count]), np.float32([math.log(count)])) >= best - 1e-5


@pytest.mark.parametrize("gap", [1e-1, 1e-4, 1e-7, 1e-10, 1e-13])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_small_divergence_keeps_its_digits(gap, dtype):
    z = dtype(gap)
    p = 1 / (1 + mp.exp(-number(float(z))))
    expected = float(-(mp.log(2 * p) + mp.log(2 * (1 - p))) / 2)
    got = KLDivergence().value(np.full((1, 2), 0.5, dtype), np.array([[0, z]], dtype))
    assert got == pytest.approx(expected, rel=max(1e-7, 1e-15 / gap))


def test_a_rate_of_exactly_zero():
    score = PoissonNLL().to_score([0.0, 0.0])
    assert score.tolist() == [-inf, -inf]
    assert PoissonNLL().value([0, 1], score).tolist() == [0, inf]


@pytest.mark.parametrize(
    ("y", "z", "value"),
    [
        ([0.5, 0.5, 0.0], [1.0, 1.0, -inf], 0),
        ([0.5, 0.5, 0.0], [1.0, -inf, 1.0], inf),
        ([1.0, 0.0, 0.0], [inf, 0.0, 0.0], 0),
        ([1.0, 0.0, 0.0], [-inf, -inf, 0.0], inf),
        ([0.5, 0.5, 0.0], [inf, inf, 0.0], 0),
        ([1.0, 0.0, 0.0], [1000.0, 0.0, 0.0], 0),
        ([1.0, 0.0, 0.0], [-1000.0, 0.0, 0.0], 1000 + math.log(2)),
        ([0.5, 0.5, 0.0], [-1000.0, 0.0, 0.0], 500 + math.log(2) / 2 - math.log(2) / 2),
    ],
)
def test_limits_of_the_divergence(y, z, value):
    same(KLDivergence().value([y], [z]), [value])
    assert np.isfinite(KLDivergence().gradient([y], [z])).all()
    assert np.isfinite(KLDivergence().hessian([y], [z])).all()


def test_the_divergence_of_a_sure_and_right_prediction_keeps_its_digits():
    same(KLDivergence().value([[1.0, 0.0]], [[40.0, 0.0]]), [math.log1p(math.exp(-40))])
    assert KLDivergence().value([[1.0, 0.0]], [[40.0, 0.0]]) > 0


def test_the_gradient_at_the_kink():
    assert LaplaceNLL().gradient([2.0], [[2.0, -3.0]]).tolist() == [[0, 1]]


# Relations ----------------------------------------------------------------------------------------


@given(y=moderate, mean=moderate, s=small)
def test_gaussian_with_a_fixed_variance_is_squared_error(y, mean, s):
    expected = (math.log(2 * math.pi) + s + SquaredError().value([y], [mean]) * math.exp(-s)) / 2
    assert GaussianNLL().value([y], [[mean, s]]) == pytest.approx(expected, rel=1e-13, abs=1e-13)
    slope = SquaredError().gradient([y], [mean]) * math.exp(-s) / 2
    assert GaussianNLL().gradient([y], [[mean, s]])[..., 0] == pytest.approx(slope, rel=1e-13)


@given(y=moderate, location=moderate, s=small)
def test_laplace_with_a_fixed_scale_is_absolute_error(y, location, s):
    expected = math.log(2) + s + AbsoluteError().value([y], [location]) * math.exp(-s)
    assert LaplaceNLL().value([y], [[location, s]]) == pytest.approx(expected, rel=1e-13, abs=1e-13)
    slope = AbsoluteError().gradient([y], [location]) * math.exp(-s)
    assert LaplaceNLL().gradient([y], [[location, s]])[..., 0] == pytest.approx(slope, rel=1e-13)


@given(loss=st.sampled_from(TWO_COLUMNS), y=moderate, location=moderate, s=small)
def test_symmetry(loss, y, location, s):
    assert loss.value([y], [[location, s]]) == loss.value([-y], [[-location, s]])
    same(loss.gradient([y], [[location, s]]), loss.gradient([-y], [[-location, s]]) * [-1, 1])


@given(r=moderate, s=small, power=st.integers(-20, 20))
def test_a_change_of_units_shifts_the_value(r, s, power):
    """The density of a target that is k times as large is k times as small."""
    k = 2.0**power
    for loss, times in ((GaussianNLL(), 2), (LaplaceNLL(), 1)):
        value = loss.value([0.0], [[r, s]])
        scaled = loss.value([0.0], [[k * r, s + times * math.log(k)]])
        assert scaled == pytest.approx(value + math.log(k), rel=1e-12, abs=1e-12)


@given(alpha=st.floats(0, 2), c=st.floats(1e-3, 1e3), r=moderate)
def test_a_normalized_loss_is_shifted(alpha, c, r):
    loss, plain = GeneralRobustNLL(alpha, c), GeneralRobust(alpha, c)
    shift = GeneralRobustNLL(alpha).log_partition + math.log(c)
    assert loss.value([0.0], [r]) == pytest.approx(plain.value([0.0], [r]) + shift, rel=1e-14, abs=1e-14)
    assert loss.gradient([0.0], [r]) == plain.gradient([0.0], [r])
    assert loss.hessian([0.0], [r]) == plain.hessian([0.0], [r])
    assert loss.facts.convex == plain.facts.convex
    assert loss.facts.bounded_influence == plain.facts.bounded_influence


@given(y=moderate, mean=moderate, c=st.floats(1e-6, 1e6))
def test_the_general_robust_of_alpha_2_is_gaussian(y, mean, c):
    expected = GaussianNLL().value([y], [[mean, 2 * math.log(c)]])
    assert GeneralRobustNLL(2, c).value([y], [mean]) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(y=counts, z=small)
def test_poisson_as_published(y, z):
    expected = -stats.poisson.logpmf(y, math.exp(z))
    assert PoissonNLL().value([y], [z]) == pytest.approx(expected, rel=1e-9, abs=1e-8)


def test_a_count_over_a_longer_time_needs_the_log_of_that_time():
    rate, years = 0.3, 7.0
    with_exposure = PoissonNLL().value([2], [math.log(rate) + math.log(years)])
    assert with_exposure == pytest.approx(-stats.poisson.logpmf(2, rate * years), rel=1e-14)


@given(y=shares, z=rows)
def test_divergence_is_cross_entropy_less_entropy(y, z):
    cross_entropy = CategoricalCrossEntropy()
    expected = cross_entropy.value([y], [z]) - stats.entropy(y)
    assert KLDivergence().value([y], [z]) == pytest.approx(expected, abs=1e-13)
    np.testing.assert_array_equal(KLDivergence().gradient([y], [z]), cross_entropy.gradient([y], [z]))
    np.testing.assert_array_equal(KLDivergence().hessian([y], [z]), cross_entropy.hessian([y], [z]))


@given(y=shares, z=rows)
def test_divergence_as_published(y, z):
    p = special.softmax(z)
    assert KLDivergence().value([y], [z]) == pytest.approx([special.rel_entr(y, p).sum()], abs=1e-13)
    assert KLDivergence().gradient([y], [z]) == pytest.approx((p - y)[None], abs=1e-14)


@given(z=rows, shift=small)
def test_only_differences_of_scores_count(z, shift):
    y, z = [[0.2, 0.3, 0.5]], np.array([z])
    assert KLDivergence().value(y, z + shift) == pytest.approx(KLDivergence().value(y, z), abs=1e-12)


@given(y=st.lists(st.integers(1, 50), min_size=3, max_size=3).map(lambda weights: distribution(*weights)))
def test_a_perfect_prediction_diverges_by_nothing(y):
    assert KLDivergence().value([y], KLDivergence().to_score([y])) == pytest.approx(0, abs=1e-15)


def test_divergence_is_no_distance():
    loss, p, q = KLDivergence(), np.array([[0.9, 0.1]]), np.array([[0.5, 0.5]])
    forward, backward = loss.value(p, loss.to_score(q)), loss.value(q, loss.to_score(p))
    assert forward == pytest.approx(0.9 * math.log(1.8) + 0.1 * math.log(0.2))
    assert backward == pytest.approx(0.5 * math.log(5 / 9) + 0.5 * math.log(5))
    assert forward < backward


def test_one_direction_covers_both_peaks_and_the_other_picks_one():
    """On a row of cells with two peaks, the best bell curve in this direction is wide and lies between them."""
    cells = np.arange(41.0)

    def bell(center, width):
        return -((cells - center) ** 2) / (2 * width**2)

    target = special.softmax(bell(10, 2)) / 2 + special.softmax(bell(30, 2)) / 2
    centers = np.arange(5, 36)
    widths = np.arange(1, 20)
    values = [[KLDivergence().value(target, bell(center, width)) for width in widths] for center in centers]
    best, width = np.unravel_index(np.argmin(values), (len(centers), len(widths)))
    assert centers[best] == 20
    assert widths[width] > 5


# Convexity ----------------------------------------------------------------------------------------


def chords(loss, free, seed=3):
    """How far the loss lies above the chords between random scores that differ in the columns `free` only."""
    random = np.random.default_rng(seed)
    n = 2000
    y_true = {
        PoissonNLL: lambda: random.integers(0, 20, n).astype(float),
        KLDivergence: lambda: random.dirichlet([1, 1, 1], n),
    }.get(type(loss), lambda: random.normal(size=n))()
    shape = (2, n, columns(loss)) if loss.score_ndim else (2, n)
    left, right = random.normal(size=shape) * 10 ** random.uniform(-2, 1, shape[:2] + (1,) * (len(shape) - 2))
    if free is not None:
        right = np.where(np.isin(np.arange(columns(loss)), free), right, left)
    t = random.uniform(0.05, 0.95, n)
    s = t.reshape(-1, *[1] * (left.ndim - 1))
    low, high = loss.value(y_true, left), loss.value(y_true, right)
    excess = loss.value(y_true, (1 - s) * left + s * right) - ((1 - t) * low + t * high)
    return excess / (1 + np.abs(low) + np.abs(high))


@each_loss
def test_convex(loss):
    excess = chords(loss, None)
    assert (excess > 1e-12).any() == (not loss.facts.convex)


@each_two_column_loss
@pytest.mark.parametrize("column", [0, 1])
def test_convex_in_each_column_alone(loss, column):
    assert not loss.facts.convex
    assert (chords(loss, [column]) < 1e-12).all()


@given(r=st.floats(1e-3, 1e3), s=small)
def test_the_gaussian_curves_down_somewhere_unless_the_mean_is_right(r, s):
    curvatures = np.linalg.eigvalsh(GaussianNLL().hessian([0.0], [[r, s]]))[0] / math.exp(-s)
    assert curvatures[0] < 0 < curvatures[1]
    assert curvatures.prod() == pytest.approx(-(r**2) / 2, rel=1e-6)
    assert np.linalg.eigvalsh(GaussianNLL().hessian([0.0], [[0.0, s]])).min() == 0


@given(y=shares, z=rows)
def test_hessian_of_the_divergence(y, z):
    hessian = KLDivergence().hessian([y], [z])[0]
    np.testing.assert_array_equal(hessian, hessian.T)
    assert hessian.sum(axis=-1) == pytest.approx(np.zeros(3), abs=1e-15)
    assert np.linalg.eigvalsh(hessian).min() >= -1e-15


def test_laplace_has_no_hessian():
    with pytest.raises(NoHessianError, match="LaplaceNLL has no Hessian: its slope in the location jumps at 0"):
        LaplaceNLL().hessian([1.0], [[2.0, 0.0]])


# Influence and smoothness -------------------------------------------------------------------------


@each_loss
def test_bounded_influence(loss):
    def pull(distance):
        if isinstance(loss, KLDivergence):
            return np.abs(loss.gradient([[1.0, 0.0, 0.0]], [[-distance, 0.0, 0.0]])).max()
        if loss.score_ndim == 0:
            return np.abs(loss.gradient([distance], [0.0])).max()
        return np.abs(loss.gradient([distance], [[0.0, 0.0]])).max()

    assert (pull(1e60) < 1.001 * pull(1e30)) == loss.facts.bounded_influence


def test_an_outlier_pulls_the_location_of_laplace_no_harder_than_others():
    gradient = LaplaceNLL().gradient([1.0, 1e60], [[0.0, 0.0], [0.0, 0.0]])
    assert gradient[:, 0].tolist() == [-1, -1]
    assert gradient[:, 1].tolist() == [0, -1e60]


def test_continuous_derivatives():
    for loss in LOSSES:
        assert loss.facts.continuous_derivatives == (0 if isinstance(loss, LaplaceNLL) else math.inf)
    below, above = LaplaceNLL().gradient([0.0, 0.0], [[-1e-300, 0.0], [1e-300, 0.0]])[:, 0]
    assert (below, above) == (-1, 1)


# The statistic ------------------------------------------------------------------------------------

SAMPLE = np.random.default_rng(4).gamma(2, 1.5, 151)
COUNTS = np.random.default_rng(5).poisson(3.4, 200)
DISTRIBUTIONS = np.random.default_rng(6).dirichlet([2, 1, 0.5], 50)


def best_constant(loss, y_true, start):
    """The prediction, on its natural scale, that costs least for all samples alike."""

    def cost(score):
        return loss(y_true, np.broadcast_to(score, (len(y_true), *np.shape(score))))

    found = optimize.minimize(cost, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15})
    return loss.predict(found.x)


def test_best_constant_of_gaussian():
    assert GaussianNLL().facts.statistic == "mean and variance"
    found = best_constant(GaussianNLL(), SAMPLE, [1.0, 0.0])
    assert found == pytest.approx([np.mean(SAMPLE), np.var(SAMPLE)], rel=1e-6)


def test_best_constant_of_laplace():
    assert LaplaceNLL().facts.statistic == "median and mean absolute deviation"
    found = best_constant(LaplaceNLL(), SAMPLE, [1.0, 0.0])
    deviation = np.abs(SAMPLE - np.median(SAMPLE)).mean()
    assert found == pytest.approx([np.median(SAMPLE), deviation], rel=1e-6)


@pytest.mark.parametrize("alpha", [0, 1, 2])
def test_best_constant_of_the_general_robust(alpha):
    """Any scale shifts it, but the best scale for the sample is that of SciPy's distributions."""
    assert GeneralRobustNLL(alpha).facts.statistic == ("mean" if alpha == 2 else "M-estimate")
    made = {0: stats.cauchy, 1: stats.genhyperbolic, 2: stats.norm}[alpha]
    shape = {"f0": 1, "f1": 1, "f2": 0} if alpha == 1 else {}
    *_, location, scale = made.fit(SAMPLE, **shape, loc=2.0, scale=1.5)

    def cost(constant_and_log_c):
        constant, log_c = constant_and_log_c
        return GeneralRobustNLL(alpha, math.exp(log_c))(SAMPLE, np.full_like(SAMPLE, constant))

    found = optimize.minimize(cost, [1.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-14}).x
    c = scale / math.sqrt(2) if alpha == 0 else scale
    assert [found[0], math.exp(found[1])] == pytest.approx([location, c], rel=1e-3)


def test_best_constant_of_poisson():
    assert PoissonNLL().facts.statistic == "mean"
    found = optimize.minimize_scalar(lambda z: PoissonNLL()(COUNTS, np.full(200, z)), tol=1e-12).x
    assert PoissonNLL().predict(found) == pytest.approx(COUNTS.mean(), rel=1e-6)


def test_best_constant_of_the_divergence():
    assert KLDivergence().facts.statistic == "mean distribution"
    found = best_constant(KLDivergence(), DISTRIBUTIONS, [0.0, 0.0, 0.0])
    assert found == pytest.approx(DISTRIBUTIONS.mean(axis=0), rel=1e-5)


@pytest.mark.parametrize("r", [1e-3, 0.5, 7.0])
def test_the_spread_that_excuses_a_residual_best(r):
    """One sample: the best variance is the squared residual, the best scale the absolute one."""
    assert GaussianNLL().gradient([0.0], [[r, 2 * math.log(r)]])[0, 1] == pytest.approx(0, abs=1e-13)
    assert LaplaceNLL().gradient([0.0], [[r, math.log(r)]])[0, 1] == pytest.approx(0, abs=1e-13)


def test_the_value_falls_without_bound_where_a_target_is_hit():
    for loss in TWO_COLUMNS:
        values = loss.value(np.zeros(4), [[0.0, s] for s in (0.0, -10.0, -1000.0, -1e300)])
        assert (np.diff(values) < -4).all()


# The likelihood -----------------------------------------------------------------------------------


@pytest.mark.parametrize("s", [-2.0, 0.0, 1.5])
@pytest.mark.parametrize(
    ("loss", "name", "made"),
    [
        (GaussianNLL(), "Gaussian", lambda variance: stats.norm(1.5, math.sqrt(variance))),
        (LaplaceNLL(), "Laplace", lambda scale: stats.laplace(1.5, scale)),
    ],
    ids=["GaussianNLL()", "LaplaceNLL()"],
)
def test_likelihood(loss, name, made, s):
    y = np.linspace(-2, 5, 29)
    location, spread = loss.predict([1.5, s])
    assert location == 1.5
    assert loss.facts.likelihood == name
    expected = -made(spread).logpdf(y)
    assert loss.value(y, np.broadcast_to([1.5, s], (29, 2))) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("alpha", "distribution"),
    [
        (0, stats.cauchy(1.5, 3 * math.sqrt(2))),
        (1, stats.genhyperbolic(p=1, a=1, b=0, loc=1.5, scale=3)),
        (2, stats.norm(1.5, 3)),
    ],
)
def test_likelihood_of_the_general_robust(alpha, distribution):
    loss, y = GeneralRobustNLL(alpha, 3), np.linspace(-20, 50, 29)
    assert loss.facts.likelihood == "Barron's density"
    assert loss.value(y, np.full(29, 1.5)) == pytest.approx(-distribution.logpdf(y), rel=1e-9)


@pytest.mark.parametrize(
    "alpha", [0, 1e-9, 1e-3, 0.1, 0.5, 1, 1.5, 1.9, 1.99, 1.999, 2 - 1e-5, math.nextafter(2, 0), 2]
)
def test_the_log_partition(alpha):
    assert log_partition(alpha) == pytest.approx(float(mp.log(partition(alpha))), rel=4e-16)


def test_known_partitions():
    assert log_partition(0) == pytest.approx(math.log(math.pi * math.sqrt(2)), rel=4e-16)
    assert log_partition(5e-324) == pytest.approx(log_partition(0), rel=4e-16)
    assert log_partition(1) == pytest.approx(math.log(2 * math.e * special.k1(1)), rel=4e-16)
    assert log_partition(2) == math.log(2 * math.pi) / 2
    # The heavier the tails, the more there is below the curve.
    assert (np.diff([log_partition(alpha) for alpha in np.linspace(0, 2, 101)]) < 0).all()


@pytest.mark.parametrize("loss", [GaussianNLL(), LaplaceNLL(), *map(GeneralRobustNLL, (0.3, 1.7))], ids=repr)
def test_the_density_integrates_to_1(loss):
    def density(y):
        return math.exp(-loss.value(y, [0.5, 0.7] if loss.score_ndim else 0.5))

    assert sum(integrate.quad(density, *side)[0] for side in ((-inf, 0.5), (0.5, inf))) == pytest.approx(1)


def test_likelihood_of_poisson():
    assert PoissonNLL().facts.likelihood == "Poisson"
    assert np.exp(-PoissonNLL().value(np.arange(200), np.full(200, math.log(42)))).sum() == pytest.approx(1, rel=1e-13)


def test_likelihood_of_the_divergence():
    assert KLDivergence().facts.likelihood == "categorical"
    z = np.array([0.3, -1.0, 2.0])
    expected = -stats.multinomial(1, special.softmax(z)).logpmf(np.eye(3))
    assert KLDivergence().value(np.eye(3), np.tile(z, (3, 1))) == pytest.approx(expected, rel=1e-12)


# Links --------------------------------------------------------------------------------------------


@each_two_column_loss
def test_link_of_two_columns(loss):
    assert loss.facts.link == "identity and exp"
    assert loss.predict([[-3.0, 0.0], [inf, -inf], [2.0, inf]]).tolist() == [[-3, 1], [inf, 0], [2, inf]]
    assert loss.to_score([[-3.0, 1.0], [2.0, 0.0]]).tolist() == [[-3, 0], [2, -inf]]
    scores = np.random.default_rng(7).normal(size=(4, 5, 2))
    same(loss.to_score(loss.predict(scores)), scores, ulps=64)
    assert loss.predict(scores.astype(np.float32)).dtype == np.float32
    assert loss.predict([1000, 1000]).tolist() == [1000, inf]


@pytest.mark.parametrize(("loss", "spread"), [(GaussianNLL(), "variance"), (LaplaceNLL(), "scale")], ids=repr)
def test_predictions_without_a_score(loss, spread):
    with pytest.raises(ValueError, match=f"prediction must have a {spread} of at least 0, got -2"):
        loss.to_score([[0.0, 1.0], [0.0, -2.0]])
    for nan in ([[np.nan, 1.0]], [[0.0, np.nan]]):
        with pytest.raises(ValueError, match="prediction must not contain NaN, got 1 of 2"):
            loss.to_score(nan)


def test_links_of_one_kind():
    assert PoissonNLL().facts.link == "exp"
    same(PoissonNLL().predict([0.0, math.log(7)]), [1, 7])
    assert KLDivergence().facts.link == "softmax"
    same(KLDivergence().predict([0.0, math.log(3)]), [0.25, 0.75])


# Bad input ----------------------------------------------------------------------------------------


@each_two_column_loss
@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        (
            [0.0],
            [[0.0, 0.0, 0.0]],
            r"y_pred must have two columns, (mean and log-variance|location and log-scale), got shape \(1, 3\)",
        ),
        (
            [0.0],
            [[0.0]],
            r"y_pred must have two columns, (mean and log-variance|location and log-scale), got shape \(1, 1\)",
        ),
        ([0.0, 0.0], [[0.0, 0.0]], r"y_true of shape \(2,\) and y_pred of shape \(1, 2\)"),
        ([[0.0], [0.0]], [[0.0, 0.0], [0.0, 0.0]], r"y_true of shape \(2, 1\) and y_pred of shape \(2, 2\)"),
        (0.0, 1.0, r"y_pred must have at least 1 axes, got shape \(\)"),
        ([inf], [[0.0, 0.0]], "y_true must be finite"),
        ([0.0], [[0.0, np.nan]], "y_pred must not contain NaN, got 1 of 2"),
    ],
)
def test_bad_columns(loss, y_true, y_pred, message):
    for function in (loss, *quantities(loss)):
        with pytest.raises(ValueError, match=message):
            function(y_true, y_pred)


@each_two_column_loss
def test_bad_columns_of_the_link(loss):
    with pytest.raises(
        ValueError,
        match=r"score must have two columns, (mean and log-variance|location and log-scale), got shape \(3,\)",
    ):
        loss.predict([1.0, 2.0, 3.0])
    with pytest.raises(
        ValueError, match=r"prediction must have two columns, (mean and variance|location and scale), got shape \(\)"
    ):
        loss.to_score(1.0)


@pytest.mark.parametrize("alpha", [-0.1, 2.1, -inf, inf, math.nan, "1", None, True])
def test_what_has_no_density(alpha):
    for function in (GeneralRobustNLL, log_partition):
        with pytest.raises(ValueError, match=r"GeneralRobustNLL: alpha must be a number in \[0, 2\], got "):
            function(alpha)
    with pytest.raises(ValueError, match=r"GeneralRobustNLL: c must be a number in \(0, inf\), got 0"):
        GeneralRobustNLL(1, c=0)


@pytest.mark.parametrize("wrong", [-1, 0.5, 2.000001, -0.1])
def test_what_is_not_a_count(wrong):
    for function in (PoissonNLL(), *quantities(PoissonNLL())):
        with pytest.raises(ValueError, match=f"y_true must hold counts, whole numbers from 0 on, got {wrong:g}"):
            function([3, wrong], [0.0, 0.0])


def test_counts_of_other_types():
    for dtype in (np.uint8, np.int64, bool, np.float32):
        assert PoissonNLL().value(np.array([1, 0], dtype), [0.0, 0.0]).tolist() == [1, 1]
    assert PoissonNLL().value([-0.0], [-inf]) == 0


@pytest.mark.parametrize(
    ("y_true", "message"),
    [
        ([[0.5, 0.4]], "y_true must .* sum"),
        ([[2.0, 2.0]], "y_true must .* sum"),
        ([[1.5, -0.5]], "y_true must hold probabilities"),
        ([0.5, 0.5], r"y_true of shape \(2,\) and y_pred of shape \(1, 2\)"),
        ([[1.0, 0.0, 0.0]], r"y_true of shape \(1, 3\) and y_pred of shape \(1, 2\)"),
    ],
)
def test_what_is_not_a_distribution(y_true, message):
    for function in (KLDivergence(), *quantities(KLDivergence())):
        with pytest.raises(ValueError, match=message):
            function(y_true, [[0.0, 0.0]])
