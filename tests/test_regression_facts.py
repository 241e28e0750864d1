"""Every entry of a loss's facts, checked by numbers."""

import math
import warnings

import numpy as np
import pytest
from losses import REGRESSION
from scipy import integrate, optimize, stats
from statsmodels.robust import norms

from lossbook import (
    AbsoluteError,
    Expectile,
    GeneralRobust,
    Huber,
    LogCosh,
    Quantile,
    SmoothL1,
    SquaredError,
    Tukey,
)

LOSSES = [row.loss for row in REGRESSION] + [Expectile(0.5)]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)


def value(loss, r):
    return loss.value(np.zeros_like(r), r)


def scale(loss):
    """The residual around which the loss changes its behavior."""
    return next((getattr(loss, name) for name in ("delta", "beta", "c") if hasattr(loss, name)), 1.0)


@each_loss
def test_convex(loss):
    """No chord lies below the curve; of a loss that is not convex one does: from 0 far out onto its flank."""
    random = np.random.default_rng(3)
    ends = scale(loss) * random.choice([-1, 1], (2, 4000)) * 10 ** random.uniform(-3, 3, (2, 4000))
    ends = np.concatenate([ends, [[0.0], [1e3 * scale(loss)]]], axis=1)
    t = random.uniform(0.05, 0.95, ends.shape[1])
    left, right = value(loss, ends[0]), value(loss, ends[1])
    on_segment = (1 - t) * left + t * right
    on_curve = value(loss, (1 - t) * ends[0] + t * ends[1])
    violated = on_curve > on_segment + 1e-12 * np.maximum(left, right)
    assert violated.any() == (not loss.facts.convex)
    if not loss.facts.convex:
        assert violated[-1]


@each_loss
def test_bounded_influence(loss):
    near, far = np.geomspace(1e-2, 1e30, 500), np.geomspace(1e-2, 1e60, 500)

    def pull(r):
        r = np.concatenate([r, -r]) * scale(loss)
        return np.abs(loss.gradient(np.zeros_like(r), r)).max()

    bounded = pull(far) < 1.001 * pull(near)
    assert bounded == loss.facts.bounded_influence
    assert np.isfinite(loss.gradient([0.0, 0.0], [np.inf, -np.inf])).all() == loss.facts.bounded_influence


@each_loss
def test_continuous_derivatives(loss):
    """On a grid 16 times as fine, the largest step of a continuous function shrinks 16-fold; a jump stays."""

    def third(y_true, y_pred):
        step = 1e-6 * scale(loss)
        return (loss.hessian(y_true, y_pred + step) - loss.hessian(y_true, y_pred)) / step

    def largest_step(derivative, points):
        r = scale(loss) * np.linspace(-6.001, 6, points)
        return np.abs(np.diff(derivative(np.zeros_like(r), r))).max()

    derivatives = [loss.value, loss.gradient, loss.hessian, third]
    count = loss.facts.continuous_derivatives
    for derivative in derivatives[: 1 + min(count, 2)]:
        coarse, fine = largest_step(derivative, 1_000), largest_step(derivative, 16_000)
        # alpha = 2 - 1e-9 bends its constant Hessian by 1e-9, within a distance that no grid resolves
        assert fine <= 0.15 * coarse + 1e-8 * scale(loss) ** -2
    if count < 3:
        derivative = derivatives[1 + count]
        coarse, fine = largest_step(derivative, 1_000), largest_step(derivative, 16_000)
        assert fine >= 0.8 * coarse > 0


# The statistic ------------------------------------------------------------------------------------

SAMPLE = np.random.default_rng(4).gamma(2, 1.5, 151)
"""Skewed, so that mean, median and the rest differ, and odd in number, so that the median is one of them."""
SAMPLE[:5] += 40


def best_constant(loss):
    start = np.median(SAMPLE)  # near enough even for a loss that is not convex
    found = optimize.minimize_scalar(
        lambda constant: loss(SAMPLE, np.full_like(SAMPLE, constant)),
        bracket=(start - 0.5, start + 0.5),
        tol=1e-12,
    )
    return found.x


def m_estimate(name, scale):
    """The constant by SciPy's robust least squares, whose losses are those of the papers up to a factor."""
    return optimize.least_squares(
        lambda constant: SAMPLE - constant,
        np.median(SAMPLE),
        loss=name,
        f_scale=scale,
        xtol=1e-14,
        gtol=1e-14,
    ).x[0]


def location(norm):
    """The constant by statsmodels' reweighting, for residuals of scale 1."""
    return norms.estimate_location(SAMPLE, 1, norm, tol=1e-12, maxiter=1000)


STATISTICS = [
    (SquaredError(), "mean", lambda: np.mean(SAMPLE)),
    (AbsoluteError(), "median", lambda: np.median(SAMPLE)),
    (Quantile(0.1), "quantile", lambda: np.quantile(SAMPLE, 0.1, method="inverted_cdf")),
    (Quantile(0.9), "quantile", lambda: np.quantile(SAMPLE, 0.9, method="inverted_cdf")),
    (Expectile(0.5), "mean", lambda: SAMPLE.mean()),
    (Expectile(0.1), "expectile", lambda: stats.expectile(SAMPLE, 0.1)),
    (Expectile(0.9), "expectile", lambda: stats.expectile(SAMPLE, 0.9)),
    (Huber(0.5), "M-estimate", lambda: m_estimate("huber", 0.5)),
    (Huber(1.345), "M-estimate", lambda: location(norms.HuberT(1.345))),
    (SmoothL1(0.5), "M-estimate", lambda: m_estimate("huber", 0.5)),
    (LogCosh(), "M-estimate", lambda: stats.hypsecant.fit(SAMPLE, fscale=1, loc=np.median(SAMPLE))[0]),
    (Tukey(4.685), "M-estimate", lambda: location(norms.TukeyBiweight(4.685))),
    (GeneralRobust(2, 3), "mean", lambda: np.mean(SAMPLE)),
    (GeneralRobust(1, 3), "M-estimate", lambda: m_estimate("soft_l1", 3)),
    (GeneralRobust(0, 3), "M-estimate", lambda: m_estimate("cauchy", 3 * math.sqrt(2))),
]


@pytest.mark.parametrize(("loss", "name", "expected"), STATISTICS, ids=[repr(row[0]) for row in STATISTICS])
def test_statistic(loss, name, expected):
    assert loss.facts.statistic == name
    assert best_constant(loss) == pytest.approx(expected(), abs=1e-4)


def test_every_loss_has_its_statistic_checked():
    assert {type(loss) for loss, _, _ in STATISTICS} == {type(loss) for loss in LOSSES}


# The likelihood -----------------------------------------------------------------------------------


def asymmetric_laplace(tau):
    """Density tau (1 - tau) exp(-loss) of the noise y_true - y_pred, in SciPy's parameters."""
    kappa = math.sqrt(tau / (1 - tau))
    return stats.laplace_asymmetric(kappa, scale=kappa / tau)


DISTRIBUTIONS = [
    (SquaredError(), "Gaussian", stats.norm(scale=math.sqrt(0.5))),
    (AbsoluteError(), "Laplace", stats.laplace()),
    (LogCosh(), "hyperbolic secant", stats.hypsecant()),
    *[(Quantile(tau), "asymmetric Laplace", asymmetric_laplace(tau)) for tau in (0.1, 0.5, 0.8)],
    (GeneralRobust(2, 3), "Barron's density", stats.norm(scale=3)),
    (GeneralRobust(1, 3), "Barron's density", stats.genhyperbolic(p=1, a=1, b=0, scale=3)),
    (GeneralRobust(0, 3), "Barron's density", stats.cauchy(scale=3 * math.sqrt(2))),
]


@pytest.mark.parametrize(("loss", "name", "distribution"), DISTRIBUTIONS, ids=[repr(row[0]) for row in DISTRIBUTIONS])
def test_likelihood(loss, name, distribution):
    assert loss.facts.likelihood == name
    noise = np.linspace(-6, 6, 41)  # noise is y_true - y_pred
    costs, surprise = loss.value(noise, np.zeros_like(noise)), -distribution.logpdf(noise)
    assert costs - costs[20] == pytest.approx(surprise - surprise[20], rel=1e-9, abs=1e-9)


def test_likelihood_of_the_two_piece_gaussian():
    """SciPy has no asymmetric Gaussian: each half is a normal distribution of its own width."""
    noise, tau = np.linspace(0.1, 4, 20), 0.8
    loss = Expectile(tau)
    assert loss.facts.likelihood == "asymmetric Gaussian"
    for side, weight in ((1, tau), (-1, 1 - tau)):
        half = stats.norm(scale=math.sqrt(1 / (2 * weight)))
        surprise = half.logpdf(0) - half.logpdf(noise)
        assert loss.value(side * noise, np.zeros_like(noise)) == pytest.approx(surprise, rel=1e-12)


@pytest.mark.parametrize("loss", [Huber(1.5), SmoothL1(1.5)], ids=repr)
def test_likelihood_of_huber(loss):
    assert loss.facts.likelihood == "Gaussian center, Laplace tails"
    width = math.sqrt(1 if isinstance(loss, Huber) else loss.beta)
    slope = loss.delta if isinstance(loss, Huber) else 1
    center, tails = np.linspace(-1.4, 1.4, 15), np.linspace(1.6, 9, 15)
    gaussian, laplace = stats.norm(scale=width), stats.laplace(scale=1 / slope)
    for noise, distribution in ((center, gaussian), (tails, laplace), (-tails, laplace)):
        costs, surprise = loss.value(noise, np.zeros(15)), -distribution.logpdf(noise)
        assert costs - costs[7] == pytest.approx(surprise - surprise[7], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    "loss",
    # just below alpha = 0 the plateau begins beyond the largest float
    [loss for loss in LOSSES if not -1 < getattr(loss, "alpha", 0) < 0],
    ids=repr,
)
def test_a_likelihood_is_claimed_where_one_exists(loss):
    """exp(-loss) is a density, up to a constant, if and only if its integral converges."""
    radii = scale(loss) * 10.0 ** np.array([6, 9])
    # the logarithm of the most that a doubling of the radius adds
    added = np.log(radii) - np.minimum(value(loss, radii), value(loss, -radii))
    converges = added[1] < added[0]
    assert converges == (loss.facts.likelihood is not None)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss.facts.likelihood], ids=repr)
def test_the_density_can_be_normalized(loss):
    def density(noise):
        return math.exp(-loss.value([noise], [0.0])[0])

    with warnings.catch_warnings():
        warnings.simplefilter("error", integrate.IntegrationWarning)
        mass = sum(integrate.quad(density, *side, limit=400)[0] for side in ((-np.inf, 0), (0, np.inf)))
    assert 0 < mass < np.inf
