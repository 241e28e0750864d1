"""Many lines at once: a fit of each of hundreds of samples, in array operations over all of them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook import Loss

MOST_ROUNDS = 1000
UNSETTLED = f"the lines have not come to rest after {MOST_ROUNDS:,} rounds"

Scale = Callable[[NDArray], NDArray]


def residuals(lines: ArrayLike, x: NDArray, y_true: NDArray) -> NDArray:
    """Return prediction minus target of each sample under its own line.

    Args:
        lines: level, which is the height at x = 0, and slope of each line, shape (..., 2).
        x: shape (..., n), or (n,) if all samples share it.
        y_true: shape (..., n).
    """
    level, slope = np.moveaxis(np.asarray(lines)[..., None], -2, 0)
    return level + slope * x - y_true


def absolute_lines(x: NDArray, y_true: NDArray) -> NDArray:
    """Return level and slope of the line with the smallest mean absolute error, for each sample.

    With the best level for it, the median of ``y - slope * x``, the error is a convex function of the slope, and
    piecewise linear. Where the tangents at two slopes around its minimum meet is the next slope to try. On adjacent
    pieces that is the minimum itself.

    Args:
        x: shape (..., n), or (n,) if all samples share it; not the same everywhere.
        y_true: shape (..., n).
    """
    x, y_true = np.broadcast_arrays(x, y_true)

    def error(slope: NDArray) -> tuple[NDArray, NDArray]:
        """Return the sum of the absolute errors, and its derivative with respect to the slope."""
        off = y_true - slope[..., None] * x
        off = off - np.median(off, axis=-1, keepdims=True)
        side, on = np.sign(off), off == 0
        # At the best level the pulls add up to 0, with those on the line, which may pull by anything from -1 to 1.
        side = side - on * (side.sum(axis=-1) / np.maximum(on.sum(axis=-1), 1))[..., None]
        return np.abs(off).sum(axis=-1), -(side * x).sum(axis=-1)

    spread = np.abs(x - np.median(x, axis=-1, keepdims=True)).sum(axis=-1)
    flat, _ = error(np.zeros_like(spread))
    # The error at a slope is at least that times the spread, less the error at the slope 0. So here it is larger.
    high = np.where(flat > 0, 4 * flat / spread, 1)
    low = -high
    (at_low, falling), (at_high, rising) = error(low), error(high)
    rounding = 1e-12 * at_high
    for _ in range(MOST_ROUNDS):
        slope = (at_high - at_low + falling * low - rising * high) / (falling - rising)
        least = at_low + falling * (slope - low)
        at_slope, derivative = error(slope)
        if np.all(at_slope - least <= rounding):
            return np.stack([np.median(y_true - slope[..., None] * x, axis=-1), slope], axis=-1)
        falls = derivative < 0
        low, at_low, falling = np.where(falls, (slope, at_slope, derivative), (low, at_low, falling))
        high, at_high, rising = np.where(falls, (high, at_high, rising), (slope, at_slope, derivative))
    raise RuntimeError(UNSETTLED)


def fit_lines(
    loss: Loss, x: NDArray, y_true: NDArray, start: ArrayLike | None = None, scale: ArrayLike | Scale = 1.0
) -> NDArray:
    """Return level and slope of the line with the smallest mean loss, for each sample.

    A pull is the residual times a weight. So the line is that of least squares with these weights, which it sets in
    turn, until all lines stand still.

    Args:
        loss: a loss of the residual.
        x: shape (..., n), or (n,) if all samples share it.
        y_true: shape (..., n).
        start: lines to start from; those of squared error if None. A loss that is not convex may end elsewhere from
            another start.
        scale: the unit in which the loss takes the residuals, a number or one for each sample; or a function that
            measures it from the residuals of each round.

    Raises:
        RuntimeError: if the lines have not come to rest after 1,000 rounds.
    """
    x, y_true = np.broadcast_arrays(x, y_true)
    lines = _weighted(x, y_true, np.ones_like(x)) if start is None else np.asarray(start)
    zero = np.zeros_like(x)
    for _ in range(MOST_ROUNDS):
        off = residuals(lines, x, y_true)
        unit = np.asarray(scale(off) if callable(scale) else scale)
        # Where the residual is 0, the weight is the limit.
        off = np.where(off == 0, np.finfo(float).tiny, off) / unit[..., None]
        before, lines = lines, _weighted(x, y_true, loss.gradient(zero, off) / off)
        if np.all(np.abs(lines - before) <= 1e-9 * np.abs(lines)):
            return lines
    raise RuntimeError(UNSETTLED)


def _weighted(x: NDArray, y_true: NDArray, weights: NDArray) -> NDArray:
    total = weights.sum(axis=-1)
    x_mean, y_mean = (weights * x).sum(axis=-1) / total, (weights * y_true).sum(axis=-1) / total
    from_mean = x - x_mean[..., None]
    lever = weights * from_mean
    slope = (lever * y_true).sum(axis=-1) / (lever * from_mean).sum(axis=-1)
    return np.stack([y_mean - slope * x_mean, slope], axis=-1)
