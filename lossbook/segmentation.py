r"""Losses for segmentation: how much of a predicted mask and the true one does not overlap, image by image.

`y_pred` holds one logit per pixel, and $p = 1 / (1 + e^{-z})$. With the soft counts of pixels $TP = \sum p y$,
$FP = \sum p (1 - y)$ and $FN = \sum (1 - p) y$, every loss here is $E / (TP + E)$ for some weighted errors
$E = \alpha\, FP + \beta\, FN$. Nothing is smoothed: two empty masks cost 0, an empty mask against any other 1. A logit
may be infinite, which makes the prediction exactly 0 or 1.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from lossbook.core import Facts, Loss, shown

__all__ = ["Dice", "Jaccard", "Tversky"]


@dataclass(frozen=True)
class _OverlapLoss(Loss):
    """A loss of the overlap of two masks; `_weights` are those of false positives and of false negatives."""

    _weights: ClassVar[tuple[float, float]]
    score_ndim: ClassVar[int] = 2
    target_ndim: ClassVar[int] = 2
    shapes: ClassVar[str] = "y_pred must be (n, H, W), a logit for each pixel, and y_true (n, H, W), masks in [0, 1]"
    no_hessian: ClassVar[str] = "it would couple all H W pixels, and as the loss is not convex, lead steps uphill"

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        if y_pred.ndim != 3:  # with a last axis of channels, each row would pass for an image
            raise ValueError(f"y_pred must have shape (n, H, W), got shape {y_pred.shape}")
        if y_true.size and not 0 <= y_true.min() <= y_true.max() <= 1:
            raise ValueError(
                f"y_true must be masks in [0, 1], got values from {shown(y_true.min())} to {shown(y_true.max())}; "
                "divide a mask in 0..255 by 255"
            )
        return y_true, y_pred

    def _value(self, y: NDArray, z: NDArray) -> NDArray:
        hits, errors = self._counts(y, special.expit(z), special.expit(-z))
        return _share(errors, hits).astype(z.dtype)

    def _gradient(self, y: NDArray, z: NDArray) -> NDArray:
        return self._value_and_gradient(y, z)[1]

    def _value_and_gradient(self, y: NDArray, z: NDArray) -> tuple[NDArray, NDArray]:
        p, q = special.expit(z), special.expit(-z)
        hits, errors = self._counts(y, p, q)
        value, overlap = _share(errors, hits), _share(hits, errors)
        alpha, beta = self._weights
        raised, lowered = (share.astype(z.dtype)[:, None, None] for share in (alpha * overlap, beta * overlap + value))
        gradient = (raised * (1 - y) - lowered * y) * p * q
        total = hits + errors
        gradient /= np.where(total > 0, total, 1)[:, None, None]  # where it is 0, so is the gradient
        return value.astype(z.dtype), gradient

    def _counts(self, y: NDArray, p: NDArray, q: NDArray) -> tuple[NDArray, NDArray]:
        """The hits, and the weighted errors, of each image; in float64, since millions of pixels may add up."""
        alpha, beta = self._weights
        hits, false_positives, false_negatives = (
            np.asarray(np.sum(each, axis=(1, 2), dtype=np.float64)) for each in (p * y, p * (1 - y), q * y)
        )
        return hits, alpha * false_positives + beta * false_negatives


@dataclass(frozen=True)
class Dice(_OverlapLoss):
    r"""One minus the Dice coefficient of a mask and one of logits: what lies in only one of them, as a share of both.

    It is ``Tversky(alpha=0.5, beta=0.5)``, and on masks of 0 and 1 one minus the F1 score. Unlike a mean over pixels it
    does not depend on how much background there is. The paper has squares in the denominator.

    Shapes: `y_true` and `y_pred` (n, H, W), masks in [0, 1] and logits; the value is (n,), one per image, in [0, 1].

    Gradient: $p_i (1 - p_i) \cdot (1 - \ell - 2 y_i) / (\sum p + \sum y)$.

    Hessian: none. It couples all pixels of an image, and the loss is not convex.

    Fails on an image without object: unless every logit is minus infinity the value is 1, and the gradient 0. Add a
    cross-entropy there. On soft masks a perfect prediction costs more than 0, and pixels are pushed to 0 and 1 anyway:
    the result is a mask, not a probability. A small object weighs as much as a large one, and its value is noisier.

    Raises ValueError unless masks are (n, H, W) and lie in [0, 1].

    >>> loss = Dice()
    >>> y_true = [[[1, 0], [0, 0]], [[1, 1], [1, 1]]]
    >>> loss.value(y_true, np.zeros((2, 2, 2))).round(4)
    array([0.6667, 0.3333])
    >>> loss.value(y_true, loss.to_score([[[1, 1], [0, 0]], [[0, 0], [0, 0]]])).round(4)
    array([0.3333, 1.    ])
    >>> loss.gradient(y_true, np.zeros((2, 2, 2)))[0].round(4).tolist()
    [[-0.1389, 0.0278], [0.0278, 0.0278]]
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"1 - \frac{2 \sum_i p_i y_i}{\sum_i p_i + \sum_i y_i}",
        where=r"p = \operatorname{sigmoid}(z)",
        task="segmentation",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="mask of the largest mean overlap",
        reference="Milletari et al. (2016)",
        link="sigmoid",
        keras="keras.losses.Dice",
    )
    _weights: ClassVar[tuple[float, float]] = (0.5, 0.5)


@dataclass(frozen=True)
class Jaccard(_OverlapLoss):
    r"""One minus the intersection of a mask and one of logits over their union, also called IoU loss.

    It is ``Tversky(alpha=1, beta=1)``, and $2D / (1 + D)$ with the value $D$ of `Dice`: both rank the predictions of an
    image alike, but in a mean over images this one counts small errors for up to twice as much.

    Shapes: `y_true` and `y_pred` (n, H, W), masks in [0, 1] and logits; the value is (n,), one per image, in [0, 1].

    Gradient: $p_i (1 - p_i) \cdot ((1 - \ell)(1 - y_i) - y_i) / \sum (p + y - p y)$.

    Hessian: none. It couples all pixels of an image, and the loss is not convex.

    Fails as `Dice` does: on images without object, and where probabilities are wanted.

    Raises ValueError unless masks are (n, H, W) and lie in [0, 1].

    >>> loss = Jaccard()
    >>> loss.value([[[1, 1, 0]]], loss.to_score([[[0, 1, 1]]])).round(4)
    array([0.6667])
    >>> loss.gradient([[[1, 1, 0]]], [[[0.0, 0.0, 0.0]]]).round(2).tolist()
    [[[-0.1, -0.1, 0.04]]]
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"1 - \frac{\sum_i p_i y_i}{\sum_i (p_i + y_i - p_i y_i)}",
        where=r"p = \operatorname{sigmoid}(z)",
        task="segmentation",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="mask of the largest mean overlap",
        reference="Rahman and Wang (2016)",
        link="sigmoid",
    )
    _weights: ClassVar[tuple[float, float]] = (1.0, 1.0)


@dataclass(frozen=True)
class Tversky(_OverlapLoss):
    r"""A Dice loss of a mask of logits in which false positives and false negatives weigh differently.

    `alpha` is the weight of false positives, `beta` that of false negatives: to miss less of an object, raise `beta`.
    With 1/2 for both it is `Dice`, with 1 for both `Jaccard`.

    Shapes: `y_true` and `y_pred` (n, H, W), masks in [0, 1] and logits; the value is (n,), one per image, in [0, 1].

    Gradient: $p_i (1 - p_i) \cdot (\alpha (1 - y_i)(1 - \ell) - y_i (\beta (1 - \ell) + \ell)) / (TP + \alpha\, FP +
    \beta\, FN)$.

    Hessian: none. It couples all pixels of an image, and the loss is not convex.

    Fails as `Dice` does; and with a large `beta` the masks grow beyond the object.

    Raises ValueError unless `alpha` and `beta` lie between 0 and a million, masks are (n, H, W) and lie in [0, 1].

    >>> loss = Tversky(alpha=0.25, beta=0.75)
    >>> masks = loss.to_score([[[1, 1, 0]], [[0, 0, 0]]])
    >>> loss.value([[[1, 0, 0]], [[1, 0, 0]]], masks), loss.value([[[1, 1, 1]], [[0, 0, 0]]], masks).round(4)
    (array([0.2, 1. ]), array([0.2727, 0.    ]))
    >>> loss.gradient([[[1, 0, 0]]], [[[0.0, 0.0, 0.0]]]).round(4).tolist()
    [[[-0.1975, 0.0247, 0.0247]]]
    """

    alpha: float = 0.5
    beta: float = 0.5

    facts: ClassVar[Facts] = Facts(
        formula=r"1 - \frac{TP}{TP + \alpha\, FP + \beta\, FN}",
        task="segmentation",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="mask of the largest mean overlap",
        reference="Salehi et al. (2017)",
        link="sigmoid",
        keras="keras.losses.Tversky",
    )

    def __post_init__(self) -> None:
        self._set_number("alpha", 0, 1e6)  # so that no weighted count overflows
        self._set_number("beta", 0, 1e6)

    @property
    def _weights(self) -> tuple[float, float]:  # type: ignore[override]
        return self.alpha, self.beta


def _share(part: NDArray, rest: NDArray) -> NDArray:
    """part / (part + rest), and 0 where both are 0."""
    return np.divide(part, part + rest, out=np.zeros_like(part), where=part > 0)
