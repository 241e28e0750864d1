"""How good predicted probabilities are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from lossbook.core import shown

STRATEGIES = ("uniform", "quantile")


@dataclass(frozen=True)
class Reliability:
    """What was predicted and what happened, in bins of the predicted probability; arrays of shape (bins,).

    Attributes:
        predicted: the mean of the predicted probabilities in each bin.
        observed: the share of positive samples in it.
        low, high: an interval that holds the share behind the draw in 95 of 100 cases, Wilson's.
        count: the number of samples in it; empty bins are left out.
    """

    predicted: NDArray
    observed: NDArray
    low: NDArray
    high: NDArray
    count: NDArray

    @property
    def ece(self) -> float:
        """The expected calibration error: how far observed and predicted lie apart, on average over the samples.

        It depends on the bins, and is above zero by chance alone even for perfect probabilities. The other way it can
        mislead is the opposite one: errors in both directions cancel within a bin.
        """
        return float(np.average(np.abs(self.observed - self.predicted), weights=self.count))


def reliability(y_true: ArrayLike, probability: ArrayLike, bins: int = 10, strategy: str = "uniform") -> Reliability:
    """Compare predicted probabilities with what happened, bin by bin.

    Args:
        y_true: 0 or 1, of shape (n,).
        probability: that of 1, of shape (n,).
        bins: how many.
        strategy: "uniform" for bins of the same width, "quantile" for bins of the same number of samples, as nearly as
            ties allow.

    Raises:
        ValueError: for other labels, probabilities outside 0 to 1, shapes that differ, or another strategy.

    References: Wilson (1927) for the intervals, Guo et al. (2017) for the calibration error.

    >>> result = reliability([0, 0, 0, 1, 1, 1, 1, 0], [0.1, 0.1, 0.2, 0.2, 0.9, 0.8, 0.9, 0.8], bins=2)
    >>> result.predicted.round(2).tolist(), result.observed.tolist(), result.count.tolist()
    ([0.15, 0.85], [0.25, 0.75], [4, 4])
    >>> result.low.round(2).tolist(), result.high.round(2).tolist(), round(result.ece, 2)
    ([0.05, 0.3], [0.7, 0.95], 0.1)
    """
    y, p = np.asarray(y_true, dtype=float), np.asarray(probability, dtype=float)
    if y.ndim != 1 or y.shape != p.shape or not y.size:
        raise ValueError(f"y_true and probability must have one shape (n,), got {y.shape} and {p.shape}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"y_true must hold 0 and 1, got {shown(y[~np.isin(y, (0, 1))][0])}")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"probability must lie between 0 and 1, got {shown(p[~((p >= 0) & (p <= 1))][0])}")
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise ValueError(f"bins must be a whole number from 1, got {bins!r}")
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy must be one of {', '.join(STRATEGIES)}, got {strategy!r}")
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = inner if strategy == "uniform" else np.quantile(p, inner)
    place = np.searchsorted(edges, p)
    count = np.bincount(place, minlength=bins)
    kept = count > 0
    positive = np.bincount(place, weights=y, minlength=bins)[kept]
    predicted = np.bincount(place, weights=p, minlength=bins)[kept]
    count = count[kept]
    low, high = _wilson(positive, count)
    return Reliability(
        predicted=predicted / count,
        observed=positive / count,
        low=low,
        high=high,
        count=count,
    )


def _wilson(positive: NDArray, count: NDArray) -> tuple[NDArray, NDArray]:
    """Return the ends of Wilson's intervals.

    They are those of `scipy.stats.binomtest`, which takes far longer: it also computes a p-value.
    """
    z = special.ndtri(0.975)
    share = positive / count
    center = (2 * positive + z**2) / (2 * (count + z**2))
    half = z * np.sqrt(4 * positive * (1 - share) + z**2) / (2 * (count + z**2))
    return np.where(positive == 0, 0.0, center - half), np.where(positive == count, 1.0, center + half)
