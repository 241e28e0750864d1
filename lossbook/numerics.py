"""Functions that several losses share, in a form that keeps all digits, and the links from score to prediction."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

SHORT = 16  # terms; in sums of that many, float32 keeps its digits
BLOCK = 16_384  # entries, which fit into the cache with all that is computed from them


def softplus(z: NDArray) -> NDArray:
    """Return log(1 + exp(z)), accurate to the last digits for scores of any size.

    >>> softplus(np.array([-40.0, 0.0, 1000.0])).tolist()
    [4.248354255291589e-18, 0.6931471805599453, 1000.0]
    """
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def sum_of_products(*factors: NDArray) -> NDArray:
    """Return the sum over the last axis of the product of arrays, in their dtype.

    Along a short axis einsum is several times faster than sum. But it adds up one term after another, which over 50,000
    classes loses three digits in float32. So a long axis is added up in pairs, and in float64.

    >>> float(sum_of_products(np.full(50_000, 0.1, np.float32)))
    5000.0
    """
    if factors[0].shape[-1] <= SHORT:
        return np.asarray(np.einsum(",".join(["...k"] * len(factors)) + "->...", *factors))
    product = np.ascontiguousarray(math.prod(factors[1:], start=factors[0]))  # NumPy adds in pairs only in this order
    return np.asarray(product.sum(axis=-1, dtype=np.float64)).astype(factors[0].dtype)


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
    gap -= np.log1p(sum_of_products(others))[..., None]
    return gap


def in_float64(kernel: Callable[..., NDArray], sample_ndim: int, *arrays: NDArray) -> NDArray:
    """Return what `kernel` makes of each sample in float64, in the dtype of the arrays.

    A sample has `sample_ndim` axes. The kernel gets a block of samples at a time, so that it takes little memory.
    """
    first = arrays[0]
    samples = first.shape[: first.ndim - sample_ndim]
    flat = [array.reshape(math.prod(samples), *first.shape[len(samples) :]) for array in arrays]
    result = np.empty(len(flat[0]), first.dtype)
    step = max(1, BLOCK // max(1, math.prod(first.shape[len(samples) :])))
    for start in range(0, len(result), step):
        block = slice(start, start + step)
        result[block] = kernel(*(array[block].astype(np.float64, copy=False) for array in flat))
    return result.reshape(samples)


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
    "softmax": Link(lambda z: np.exp(log_softmax(z)), _log, 0, 1),
    "exp": Link(np.exp, _log, 0, np.inf),
}
