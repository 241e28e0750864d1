"""Functions that several losses share, in a form that keeps all digits, and the links from score to prediction."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special


def softplus(z: NDArray) -> NDArray:
    """Return log(1 + exp(z)), accurate to the last digits for scores of any size.

    >>> softplus(np.array([-40.0, 0.0, 1000.0])).tolist()
    [4.248354255291589e-18, 0.6931471805599453, 1000.0]
    """
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def log_softmax(z: NDArray) -> NDArray:
    """Return the logarithms of the softmax along the last axis, accurate also for a probability next to 1.

    Infinite scores give the limit: where the largest scores of a row are infinite, they share the probability equally.

    >>> log_softmax(np.array([[40.0, 0.0], [0.0, -np.inf], [-np.inf, -np.inf]])).tolist()
    [[-4.248354255291589e-18, -40.0], [0.0, -inf], [-0.6931471805599453, -0.6931471805599453]]
    """
    top = z.argmax(axis=-1, keepdims=True)
    largest = np.take_along_axis(z, top, axis=-1)
    with np.errstate(invalid="ignore", over="ignore"):  # a gap too large for the dtype is infinite
        gap = z - largest
    if not np.isfinite(largest).all():
        np.copyto(gap, 0, where=np.isnan(gap))  # infinity minus itself
    others = np.exp(gap)
    np.put_along_axis(others, top, 0, axis=-1)
    # Along a short axis einsum is several times faster than sum.
    gap -= np.log1p(np.einsum("...k->...", others))[..., None]
    return gap


class Link(NamedTuple):
    """The way from a raw score to the prediction on its natural scale, and back."""

    predict: Callable[[NDArray], NDArray]
    to_score: Callable[[NDArray], NDArray]
    low: float
    high: float
    """The predictions that have a score, both ends included."""


def _log(p: NDArray) -> NDArray:
    with np.errstate(divide="ignore"):  # a prediction of 0 has a score of minus infinity, on purpose
        return np.log(p)


LINKS = {
    "identity": Link(lambda z: z, lambda p: p, -np.inf, np.inf),
    "sigmoid": Link(special.expit, special.logit, 0, 1),
    "softmax": Link(lambda z: special.softmax(z, axis=-1), _log, 0, 1),
    "exp": Link(np.exp, _log, 0, np.inf),
}
