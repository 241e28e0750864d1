"""Losses for boxes: how much of a predicted box and the true one does not overlap.

A box is x1, y1, x2, y2: the corner of the smallest coordinates, then that of the largest, in any unit, as both losses
are ratios. A predicted box may have its corners the wrong way round, x2 < x1: it counts as the box that they span
(`predict` returns that box), and each coordinate gets the gradient of the edge it is, so that training goes on. A true
box with such corners is an error. Coordinates must be finite; no area overflows, however large or small they are.

Both losses have kinks where two edges align. There each coordinate gets the mean of its two one-sided derivatives, so
that a perfect prediction gets 0. Where boxes only touch, the gradient is that of boxes that begin to overlap, so that a
predicted box without width can grow.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.core import Facts, Loss, as_floats, check_finite

__all__ = ["BoxIoU", "GeneralizedIoU"]

OUTWARD = np.array([[-1], [1]], np.int8)
"""The direction in which the edges of the first corner, and of the second, move outward."""


class _Pair:
    """A true and a predicted box per sample, what they share, and their hull: the smallest box around both.

    Lengths end in (x, y), corners in ((x1, y1), (x2, y2)). The unit of each axis is a power of two near the length of
    the hull: that costs no digit, and every length is below 2. Areas are sums in which nothing cancels: next to a
    perfect prediction, a difference of areas would have no digits left.
    """

    def __init__(self, true: NDArray, pred: NDArray) -> None:
        self.swapped = pred[..., :1, :] > pred[..., 1:, :]
        pred = _in_order(pred)
        hull = np.maximum(true, pred)[..., 1, :] - np.minimum(true, pred)[..., 0, :]  # may overflow
        self.exponent = np.frexp(np.minimum(hull, np.finfo(hull.dtype).max))[1][..., None, :]
        true, pred = np.ldexp(true, -self.exponent), np.ldexp(pred, -self.exponent)

        inner, outer = np.maximum(true, pred), np.minimum(true, pred)
        shared = outer[..., 1, :] - inner[..., 0, :]  # negative where there is a gap
        true_size, size = true[..., 1, :] - true[..., 0, :], pred[..., 1, :] - pred[..., 0, :]
        self.outward = OUTWARD * (pred - true)  # how far each edge lies outside the true one
        lacking, excess = np.maximum(-self.outward, 0).sum(axis=-2), np.maximum(self.outward, 0).sum(axis=-2)

        meet, overlap = (shared >= 0).all(axis=-1), shared.prod(axis=-1)
        self.intersection = np.where(meet, overlap, 0)
        self.unshared = np.where(
            meet,
            _area_outside(lacking, true_size, shared) + _area_outside(excess, size, shared),
            true_size.prod(axis=-1) + size.prod(axis=-1),
        )
        self.union = self.intersection + self.unshared
        # what of the hull is in neither box
        self.hole = (lacking * excess[..., ::-1]).sum(axis=-1) - np.where(meet, 0, overlap)

        # How fast three areas grow as each edge of the predicted box moves outward: by the length of the other axis for
        # an edge that bounds the area, else not at all. Nothing ever overlaps a true box without area.
        overlaps = meet & (true_size > 0).all(axis=-1)
        inside, outside = np.heaviside(-self.outward, 0.5), np.heaviside(self.outward, 0.5)
        other = np.where(overlaps[..., None], shared, 0)[..., None, ::-1]
        self.area_slope = size[..., None, ::-1]
        self.intersection_slope = inside * other
        self.hull_slope = outside * (inner[..., 1, :] - outer[..., 0, :])[..., None, ::-1]


@dataclass(frozen=True)
class BoxIoU(Loss):
    r"""One minus the intersection of a predicted box and the true one over their union (IoU).

    It is a ratio of areas: unlike a squared error of coordinates it does not depend on the size of the object.

    Shapes: `y_true` and `y_pred` (n, 4), boxes x1, y1, x2, y2; the value is (n,), in [0, 1].

    Gradient, with $I$ and $U$ the areas of intersection and union: $(\mathrm{IoU}\, \nabla |B| - (1 + \mathrm{IoU})\,
    \nabla I) / U$. For $\nabla I$ an edge of $B$ counts where it bounds the intersection, and half where it aligns with
    an edge of $A$. Boxes that only touch get the gradient of boxes about to overlap.

    Hessian: none. The slope jumps where edges align, and in between the loss is not convex.

    Fails for boxes that do not overlap, however near they are: the value is 1 and the gradient 0. The same
    holds against a true box without area, unless both boxes are equal.

    Raises ValueError unless coordinates are finite and true boxes have x1 <= x2 and y1 <= y2.

    >>> loss = BoxIoU()
    >>> loss.value([[0, 0, 10, 10], [0, 0, 1, 1]], [[1, 0, 11, 10], [2, 0, 3, 1]]).round(4)
    array([0.1818, 1.    ])
    >>> loss.gradient([[0, 0, 2, 2]], [[1, 1, 3, 4]]).round(4)
    array([[0.0864, 0.0988, 0.037 , 0.0247]])
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"1 - \frac{|A \cap B|}{|A \cup B|}",
        variables="A, B",
        task="object detection",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=0,
        statistic="box of the largest mean overlap",
        reference="Rezatofighi et al. (2019)",
    )
    score_ndim: ClassVar[int] = 1
    target_ndim: ClassVar[int] = 1
    shapes: ClassVar[str] = "y_pred and y_true must be (n, 4), boxes x1, y1, x2, y2"
    no_hessian: ClassVar[str] = "its slope jumps where edges align, and in between it would lead steps uphill"

    def predict(self, score: ArrayLike) -> NDArray:
        """Return the boxes with their corners in order."""
        (score,) = as_floats(score=score)
        return _in_order(_corners("score", score)).reshape(score.shape)

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[_Pair]:  # type: ignore[override]
        y_true, y_pred = super()._arguments(y_true, y_pred)
        true, pred = _corners("y_true", y_true), _corners("y_pred", y_pred)
        wrong = (true[..., 0, :] > true[..., 1, :]).any(axis=-1)
        if wrong.any():
            raise ValueError(
                f"y_true must be boxes x1, y1, x2, y2 with x1 <= x2 and y1 <= y2, got {y_true[wrong][0].tolist()}"
            )
        return (_Pair(true, pred),)

    def _value(self, pair: _Pair) -> NDArray:
        return _ratio(pair.unshared, pair.union, otherwise=(pair.outward != 0).any(axis=(-2, -1)))

    def _gradient(self, pair: _Pair) -> NDArray:
        gradient = np.ldexp(OUTWARD * self._slope(pair), -pair.exponent)
        gradient = np.where(pair.swapped, gradient[..., ::-1, :], gradient)
        return gradient.reshape(*gradient.shape[:-2], 4)

    def _slope(self, pair: _Pair) -> NDArray:
        """The derivative of the value as each edge of the predicted box moves outward."""
        iou = _ratio(pair.intersection, pair.union)[..., None, None]
        return _ratio(iou * pair.area_slope - (1 + iou) * pair.intersection_slope, pair.union[..., None, None])


@dataclass(frozen=True)
class GeneralizedIoU(BoxIoU):
    r"""The IoU loss of a predicted box, plus the share of the boxes' hull $C$ that neither of them covers (GIoU).

    The hull is the smallest box around both. For boxes that do not overlap, the second term grows with their distance,
    so there is a way back.

    Shapes: `y_true` and `y_pred` (n, 4), boxes x1, y1, x2, y2; the value is (n,), in [0, 2].

    Gradient: that of `BoxIoU` plus $(U\, \nabla |C| / |C| - \nabla U) / |C|$, with $\nabla U = \nabla |B| - \nabla I$.
    For $\nabla |C|$ an edge of $B$ counts where it bounds the hull, and half where it aligns with an edge of $A$.

    Hessian: none. The slope jumps where edges align, and in between the loss is not convex.

    Fails slowly: from afar the predicted box first grows until it touches the true one, and within the true box the
    loss is that of `BoxIoU`. Two points give no gradient, nor does a point within the true box; a hull without
    area adds 0.

    Raises ValueError unless coordinates are finite and true boxes have x1 <= x2 and y1 <= y2.

    >>> loss = GeneralizedIoU()
    >>> loss.value([[0, 0, 1, 1], [0, 0, 1, 1]], [[2, 0, 3, 1], [8, 0, 9, 1]]).round(4)
    array([1.3333, 1.7778])
    >>> loss.gradient([[0, 0, 1, 1]], [[2, 2, 3, 3]]).round(4)
    array([[ 0.1111,  0.1111, -0.037 , -0.037 ]])
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"1 - \frac{|A \cap B|}{|A \cup B|} + \frac{|C| - |A \cup B|}{|C|}",
        variables="A, B",
        task="object detection",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=0,
        statistic="box of the largest mean generalized overlap",
        reference="Rezatofighi et al. (2019)",
    )

    def _value(self, pair: _Pair) -> NDArray:
        return super()._value(pair) + _ratio(pair.hole, pair.union + pair.hole)

    def _slope(self, pair: _Pair) -> NDArray:
        hull = (pair.union + pair.hole)[..., None, None]
        covered = _ratio(pair.union[..., None, None], hull)
        union_slope = pair.area_slope - pair.intersection_slope
        return super()._slope(pair) + _ratio(covered * pair.hull_slope - union_slope, hull)


def _corners(name: str, boxes: NDArray) -> NDArray:
    if boxes.shape[-1:] != (4,):
        raise ValueError(f"{name} must have shape (n, 4), boxes x1, y1, x2, y2, got shape {boxes.shape}")
    check_finite(name, boxes)
    return boxes.reshape(*boxes.shape[:-1], 2, 2)


def _in_order(corners: NDArray) -> NDArray:
    return np.sort(corners, axis=-2)


def _area_outside(width: NDArray, size: NDArray, shared: NDArray) -> NDArray:
    """The area of a box outside another one that it meets; `width` is how much of it lies outside on each axis."""
    return width[..., 0] * size[..., 1] + shared[..., 0] * width[..., 1]


def _ratio(part: NDArray, whole: NDArray, otherwise: ArrayLike = 0) -> NDArray:
    """part / whole, and `otherwise` where the whole is 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), otherwise)
