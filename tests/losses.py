"""The table of losses under test: one row per loss and setting, with an oracle in 60-digit arithmetic.

An oracle is written from the published formula, as it stands: at 60 digits nothing cancels that matters, so
it needs none of the care that the package takes, and shares none of its code. A new family of losses adds its
oracles and rows here; `test_accuracy.py` takes every row of `ROWS`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import mpmath
import numpy as np
from hypothesis import settings
from numpy.typing import NDArray

from lossbook import (
    AbsoluteError,
    Expectile,
    GeneralRobust,
    Huber,
    LogCosh,
    Loss,
    Quantile,
    SmoothL1,
    SquaredError,
    Tukey,
)
from lossbook.core import hyperparameters

# The same examples in every run, and no deadline: a busy machine is not the fault of a loss.
settings.register_profile("lossbook", deadline=None, derandomize=True)
settings.load_profile("lossbook")

mp = mpmath.MPContext()
mp.dps = 60
number = mp.mpf

QUANTITIES = ("value", "gradient", "hessian")


@dataclass(frozen=True)
class Oracle:
    """The loss in 60-digit arithmetic, for one sample at a time."""

    value: Callable
    gradient: Callable
    hessian: Callable | None = None
    sizes: dict[str, Callable] | None = None
    """For a sum of terms of both signs, or a result that contains a power with a large exponent: the size of the
    intermediate results that are rounded, since no formula in float64 comes closer than a few ULP of these. By default,
    the size of the result."""


@dataclass(frozen=True)
class Row:
    """One loss with its settings, and how many ULP its value, gradient and Hessian may be off."""

    loss: Loss
    oracle: Callable[[Loss], Oracle]
    ulps: tuple[float, float, float]
    samples: Callable[[Loss, type], tuple[NDArray, NDArray]]
    arguments: Callable[[Any, Any], tuple]
    """Makes the arguments of the oracle from one target and score."""
    smooth: Callable[[Loss, NDArray, NDArray, float], NDArray]
    """Which samples lie further than a distance from every kink."""
    ulps_single: tuple[float, float, float] | None = None
    """The bounds in float32, if NumPy's functions are so much less accurate there that the bounds differ."""

    def __str__(self) -> str:
        return repr(self.loss)

    def in_precision(self, dtype: type) -> "Row":
        """Return the row with the hyperparameters rounded to `dtype`, as NumPy rounds them."""
        settings = hyperparameters(self.loss)
        rounded = {name: float(dtype(setting)) for name, setting in settings.items() if isinstance(setting, float)}
        ulps = self.ulps_single if dtype == np.float32 and self.ulps_single else self.ulps
        return replace(self, loss=replace(self.loss, **rounded), ulps=ulps)


def exact(row: Row, function: Callable, y_true: NDArray, y_pred: NDArray) -> list:
    """The oracle's result for every sample."""
    to_number = np.vectorize(lambda entry: number(float(entry)), otypes=[object])
    targets = [None] * len(y_pred) if y_true is None else to_number(y_true)
    pairs = zip(targets, to_number(y_pred), strict=True)
    return [function(*row.arguments(target, score)) for target, score in pairs]


def errors_in_ulps(got: NDArray, expected: list, sizes: list) -> NDArray:
    """The distance of each entry from the exact result, in units of the last place of `sizes`.

    Results below the smallest normal number have lost digits by definition, so no unit is smaller than that.
    """
    smallest = np.finfo(got.dtype).tiny / np.finfo(got.dtype).eps
    ours, truths = np.ravel(got).astype(float), np.ravel(expected)
    # The exact result as a sum of two floats, so that NumPy can do the rest; too large a one is infinite.
    nearest = np.array([float(truth) for truth in truths])
    beyond = np.abs(nearest) > np.finfo(got.dtype).max
    parts = zip(truths, np.where(beyond, 0, nearest).tolist(), strict=True)
    rest = np.array([float(truth - near) for truth, near in parts])
    sizes = nearest if sizes is expected else np.array([float(size) for size in np.ravel(sizes)])
    unit = np.spacing(np.maximum(np.abs(np.where(beyond, 0, sizes)).astype(got.dtype), smallest)).astype(float)
    infinite = np.where(ours == np.copysign(np.inf, nearest), 0.0, np.inf)
    finite = np.isfinite(ours) & ~beyond
    errors = np.full(ours.shape, np.inf)
    errors[finite] = np.abs(ours[finite] - nearest[finite] - rest[finite]) / unit[finite]
    return np.where(beyond, infinite, errors)


# Regression: losses of the residual ---------------------------------------------------------------


def thresholds_of(loss: Loss) -> list[float]:
    """Every number that could be a threshold: the hyperparameters, and 1 for a loss that has none."""
    return [setting for setting in hyperparameters(loss).values() if 0 < setting < np.inf] or [1.0]


def residuals(loss: Loss, dtype: type) -> NDArray:
    """Residuals of both signs over fifteen magnitudes, at random, and at thresholds with their neighbors."""
    random = np.random.default_rng(20)
    thresholds = np.array(thresholds_of(loss))
    sizes = np.concatenate(
        [
            np.geomspace(1e-12, 1e3, 121),
            10 ** random.uniform(-2, 2, 80),
            np.concatenate([random.uniform(0, 2 * threshold, 40) for threshold in thresholds]),
        ]
    ).astype(dtype)
    edges = thresholds.astype(dtype)
    below, above = np.nextafter(edges, dtype(0)), np.nextafter(edges, dtype(np.inf))
    sizes = np.concatenate([sizes, edges, below, above])
    return np.concatenate([sizes, -sizes, [dtype(0)]])


def targets_and_scores(loss: Loss, dtype: type) -> tuple[NDArray, NDArray]:
    """The residuals against the target 0, then pairs of binary fractions, which subtract without rounding."""
    random = np.random.default_rng(21)
    r = residuals(loss, dtype)
    y_true = random.integers(-4096, 4096, 100) / 1024
    y_pred = random.integers(-4096, 4096, 100) / 1024
    return np.concatenate([np.zeros_like(r), y_true.astype(dtype)]), np.concatenate([r, y_pred.astype(dtype)])


def away_from_thresholds(loss: Loss, y_true: NDArray, y_pred: NDArray, distance: float) -> NDArray:
    thresholds = np.array([0.0, *thresholds_of(loss)])
    return (np.abs(np.abs(y_pred - y_true)[:, None] - thresholds) > distance).all(axis=1)


def residual(loss: Loss, oracle: Callable[[Loss], Oracle], *ulps: float, single: tuple | None = None) -> Row:
    return Row(
        loss,
        oracle,
        ulps,
        targets_and_scores,
        lambda target, score: (score - target,),
        away_from_thresholds,
        ulps_single=single,
    )


def squared_error(loss):
    return Oracle(lambda r: r**2, lambda r: 2 * r, lambda r: number(2))


def absolute_error(loss):
    return Oracle(abs, mp.sign)


def huber(loss):
    delta = number(loss.delta)
    return Oracle(
        lambda r: r**2 / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2),
        lambda r: r if abs(r) <= delta else delta * mp.sign(r),
        lambda r: number(1 if abs(r) <= delta else 0),
    )


def smooth_l1(loss):
    beta = number(loss.beta)
    return Oracle(
        lambda r: r**2 / (2 * beta) if abs(r) <= beta else abs(r) - beta / 2,
        lambda r: r / beta if abs(r) <= beta else mp.sign(r),
        lambda r: 1 / beta if abs(r) <= beta else number(0),
    )


def log_cosh(loss):
    return Oracle(lambda r: mp.log(mp.cosh(r)), mp.tanh, lambda r: mp.sech(r) ** 2)


def quantile(loss):
    tau = number(loss.tau)
    return Oracle(
        lambda r: max(-tau * r, (1 - tau) * r),
        lambda r: -tau if r < 0 else 1 - tau if r > 0 else number(0),
    )


def expectile(loss):
    tau = number(loss.tau)
    return Oracle(
        lambda r: (tau if r <= 0 else 1 - tau) * r**2,
        lambda r: 2 * (tau if r <= 0 else 1 - tau) * r,
        lambda r: 2 * (tau if r <= 0 else 1 - tau),
    )


def tukey(loss):
    c = number(loss.c)
    return Oracle(
        lambda r: c**2 / 6 * (1 - (1 - (r / c) ** 2) ** 3) if abs(r) <= c else c**2 / 6,
        lambda r: r * (1 - (r / c) ** 2) ** 2 if abs(r) <= c else number(0),
        lambda r: (1 - (r / c) ** 2) * (1 - 5 * (r / c) ** 2) if abs(r) <= c else number(0),
        # the second factor crosses zero at c / sqrt(5)
        {"hessian": lambda r: (1 - (r / c) ** 2) * (1 + 5 * (r / c) ** 2) if abs(r) <= c else number(0)},
    )


def general_robust(loss):
    """Barron (2019): equation 8, and its derivatives.

    Gradient and Hessian contain the power of a base, or the exponential of a square; the rounding of an exponent E is
    magnified E-fold in the result. In the Hessian two terms of opposite sign cancel near x = 1.
    """
    alpha, c = loss.alpha, number(loss.c)
    if alpha == 2:
        return Oracle(lambda r: (r / c) ** 2 / 2, lambda r: r / c**2, lambda r: 1 / c**2)
    if alpha == -math.inf:
        bell = cache(lambda r: mp.exp(-((r / c) ** 2) / 2))
        steps = lambda r: 1 + (r / c) ** 2 / 2  # noqa: E731
        return Oracle(
            lambda r: 1 - bell(r),
            lambda r: r / c**2 * bell(r),
            lambda r: (1 - (r / c) ** 2) / c**2 * bell(r),
            {
                "gradient": lambda r: abs(r) / c**2 * bell(r) * steps(r),
                "hessian": lambda r: (1 + (r / c) ** 2) / c**2 * bell(r) * steps(r),
            },
        )
    alpha = number(alpha)
    b = abs(alpha - 2)
    # Gradient, Hessian and their sizes ask for these at the same residuals, and 60 digits take their time.
    base = cache(lambda r: (r / c) ** 2 / b + 1)
    factor = cache(lambda r: base(r) ** (alpha / 2 - 1) / c**2)
    slope = cache(lambda r: (alpha - 2) / b * (r / c) ** 2 / base(r))
    steps = cache(lambda r: 1 + abs(alpha / 2 - 1) * mp.log(base(r)))
    return Oracle(
        (lambda r: mp.log((r / c) ** 2 / 2 + 1))
        if alpha == 0
        else (lambda r: b / alpha * (base(r) ** (alpha / 2) - 1)),
        lambda r: r * factor(r),
        lambda r: factor(r) * (1 + slope(r)),
        {
            "gradient": lambda r: abs(r) * factor(r) * steps(r),
            "hessian": lambda r: factor(r) * (1 + abs(slope(r))) * steps(r),
        },
    )


ALPHAS = (-math.inf, -1e6, -10, -2, -1, -1e-9, 0, 1e-9, 0.5, 1, 1.5, 2 - 1e-9, 2, 2.5)

REGRESSION = [
    residual(SquaredError(), squared_error, 0.5, 0, 0),
    residual(AbsoluteError(), absolute_error, 0, 0),
    *[residual(Huber(delta), huber, 1, 0, 0) for delta in (0.01, 0.3, 1, 1.345, 1.5, 100)],
    *[residual(SmoothL1(beta), smooth_l1, 1.5, 0.5, 0.5) for beta in (0.01, 0.3, 1, 1.345, 100)],
    residual(LogCosh(), log_cosh, 3, 2, 4),
    *[residual(Quantile(tau), quantile, 1.5, 0.5) for tau in (0.01, 0.1, 0.3, 0.5, 0.9, 0.999)],
    *[residual(Expectile(tau), expectile, 2, 1.5, 0.5) for tau in (0.01, 0.1, 0.3, 0.9, 0.999)],
    *[residual(Tukey(c), tukey, 2, 6, 3) for c in (0.1, 1, 3, 4.685, 100)],
    residual(GeneralRobust(alpha=1, c=1), general_robust, 2, 3, 3, single=(4, 3, 3)),  # pseudo-Huber
    *[
        residual(GeneralRobust(alpha, c), general_robust, 8, 4, 4)
        for alpha in ALPHAS
        for c in (0.1, 1, 3.7)
        if (alpha, c) != (1, 1)
    ],
]
