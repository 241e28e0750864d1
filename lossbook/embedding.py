"""Losses for embeddings: points that a network learns to place near each other or apart, and triplets to learn from.

`y_pred` holds the points of each sample, two for a pair and three for a triplet. Only distances count. A distance of 0
has no direction, so there the subgradient 0 is returned, where a plain square root gives NaN. Points must be finite:
two that go to infinity may have any distance.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.core import Facts, Loss, as_floats, as_labels, check_finite, shown

__all__ = ["Contrastive", "Triplet", "batch_all", "batch_hard"]

DISTANCES = ("plain", "squared")


@dataclass(frozen=True)
class _DistanceLoss(Loss):
    """A loss of distances between the points of a sample; its fields are `margin` and `distance`."""

    points: ClassVar[int]
    score_ndim: ClassVar[int] = 2

    if TYPE_CHECKING:  # fields only of the subclasses, where they have defaults
        margin: float
        distance: str

    def __post_init__(self) -> None:
        self._set_number("margin", 0, math.inf)
        if self.distance not in DISTANCES:
            raise ValueError(f"{type(self).__name__}: distance must be one of {DISTANCES}, got {self.distance!r}")

    def _check_points(self, y_pred: NDArray) -> None:
        if y_pred.ndim < 2 or y_pred.shape[-2] != self.points:
            raise ValueError(f"y_pred must have shape (n, {self.points}, d), got shape {y_pred.shape}")
        check_finite("y_pred", y_pred)


@dataclass(frozen=True)
class Contrastive(_DistanceLoss):
    r"""Pulls the two embeddings of a similar pair together, and pushes those of a dissimilar pair `margin` apart.

    The label is 1 for a dissimilar pair and 0 for a similar one, as in the paper; much code has it the other way round.
    $D$ is the Euclidean distance $d = |z_1 - z_2|$ or, with ``distance="squared"``, $d^2$; `margin` $m$ is in units of
    $D$. The paper's factor 1/2 is left out.

    Shapes: `y_true` (n,), `y_pred` (n, 2, d), the two points of each pair; the value is (n,), in squared units of $D$.

    Gradient: $\pm 2\,((1 - y)\, D - y \max(m - D, 0))\, \nabla D$ for the first and the second point, where $\nabla D$
    is $u = (z_1 - z_2)/d$, or $2 d\, u$ if squared. Two points that coincide get the subgradient 0: no
    direction is better.

    Hessian: none. It couples all 2 d coordinates, and for dissimilar pairs it is not positive.

    Fails when labels are swapped; when most dissimilar pairs are already apart and teach nothing; and from a collapse:
    where all points coincide, no gradient separates the dissimilar ones.

    Raises ValueError unless labels are 0 or 1, points are finite, `margin` is positive and finite, and `distance` is
    "plain" or "squared".

    >>> loss = Contrastive()
    >>> pairs = [[[0.0, 0.0], [0.06, 0.08]]] * 2  # 0.1 apart
    >>> loss.value([0, 1], pairs).round(4)
    array([0.01, 0.81])
    >>> loss.gradient([0, 1], pairs).round(2).tolist()
    [[[-0.12, -0.16], [0.12, 0.16]], [[1.08, 1.44], [-1.08, -1.44]]]
    """

    margin: float = 1.0
    distance: str = "plain"

    points: ClassVar[int] = 2
    shapes: ClassVar[str] = "y_pred must be (n, 2, d), the two points of each pair, and y_true (n,)"
    no_hessian: ClassVar[str] = "it would couple all coordinates of a pair, and for a dissimilar one lead steps uphill"

    facts: ClassVar[Facts] = Facts(
        formula=r"(1 - y)\, D^2 + y \max(m - D,\, 0)^2",
        variables="y, D",
        task="embedding",
        convex=False,
        bounded_influence=False,
        continuous_derivatives=0,
        statistic="share of dissimilar pairs, times the margin, as a distance",
        reference="Hadsell et al. (2006)",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.distance == "squared":  # it has no kink where points meet
            self._set_facts(continuous_derivatives=1)

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        self._check_points(y_pred)
        other = (y_true != 0) & (y_true != 1)
        if other.any():
            raise ValueError(f"y_true must be 0 (similar) or 1 (dissimilar), got {shown(y_true[other][0])}")
        return y_true == 1, y_pred

    def _value(self, dissimilar: NDArray, y_pred: NDArray) -> NDArray:
        distance, _ = self._measure(y_pred)
        return np.where(dissimilar, np.maximum(self.margin - distance, 0), distance) ** 2

    def _gradient(self, dissimilar: NDArray, y_pred: NDArray) -> NDArray:
        distance, slope = self._measure(y_pred)
        pull = 2 * np.where(dissimilar, -np.maximum(self.margin - distance, 0), distance)
        with np.errstate(invalid="ignore"):  # an infinite pull along a coordinate in which the points agree
            first = np.where(slope == 0, 0, pull[..., None] * slope)
        return np.stack([first, -first], axis=-2)

    def _measure(self, y_pred: NDArray) -> tuple[NDArray, NDArray]:
        """The distance D of each pair, and its derivative with respect to the first point."""
        d, unit, gap = _separate(y_pred[..., 0, :], y_pred[..., 1, :])
        return (d, unit) if self.distance == "plain" else ((gap * gap).sum(axis=-1), 2 * gap)


@dataclass(frozen=True)
class Triplet(_DistanceLoss):
    r"""Wants a negative embedding further from the anchor's than the positive one is, by at least `margin`.

    $D$ is the Euclidean distance or, with ``distance="squared"`` as in the paper, its square; `margin` $m$ is in units
    of $D$, so the same number means another loss. There is no target: `y_true` is None. `batch_all` and `batch_hard`
    find the triplets of a labeled batch. The mean over no triplets is 0, for a batch may hold none.

    Shapes: `y_true` None, `y_pred` (n, 3, d), the anchor, the positive and the negative; the value is (n,), in units
    of $D$.

    Gradient, where the loss is positive: $u_{ap} - u_{an}$ for the anchor, $-u_{ap}$ for the positive and $u_{an}$ for
    the negative, with $u$ the unit vectors to the anchor; if squared, twice the differences themselves. Else 0, on the
    hinge too, and $u$ is 0 where two points meet.

    Hessian: none. It is 0 where the margin is kept, and elsewhere not positive.

    Fails from a collapse: a loss stuck at `margin` says that all points meet. With random triplets most are soon
    satisfied and the mean says little; mine harder ones. Unless embeddings are normalized, they may just grow.

    Raises ValueError unless `y_true` is None, points are finite, `margin` is positive and finite, and `distance` is
    "plain" or "squared".

    >>> triplet = [[[0.0], [0.6], [0.7]]]
    >>> Triplet().value(None, triplet).round(4), Triplet(distance="squared").value(None, triplet).round(4)
    (array([0.1]), array([0.07]))
    >>> Triplet().gradient(None, triplet).tolist()
    [[[0.0], [1.0], [-1.0]]]
    """

    margin: float = 0.2
    distance: str = "plain"

    points: ClassVar[int] = 3
    empty_mean: ClassVar[float | None] = 0.0
    no_hessian: ClassVar[str] = "it is 0 where the margin is kept, and elsewhere would lead steps uphill"

    facts: ClassVar[Facts] = Facts(
        formula=r"\max(D_{ap} - D_{an} + m,\; 0)",
        variables="",
        task="embedding",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=0,
        statistic="the more frequent order of two distances, the margin apart",
        reference="Schroff et al. (2015)",
        torch="torch.nn.TripletMarginLoss",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.distance == "squared":  # it pulls harder from afar, and PyTorch does not have it
            self._set_facts(bounded_influence=False, torch=None)

    if TYPE_CHECKING:  # there is no target
        # fmt: off
        def value(self, y_true: None, y_pred: ArrayLike) -> NDArray: ...  # type: ignore[override]
        def gradient(self, y_true: None, y_pred: ArrayLike) -> NDArray: ...  # type: ignore[override]
        def value_and_gradient(self, y_true: None, y_pred: ArrayLike) -> tuple[NDArray, NDArray]: ...  # type: ignore[override]
        def __call__(  # type: ignore[override]
            self, y_true: None, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
        ) -> float: ...
        # fmt: on

    def _arguments(self, y_true: None, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        if y_true is not None:
            raise ValueError(f"y_true must be None, as a triplet has no target, got {type(y_true).__name__}")
        (y_pred,) = as_floats(y_pred=y_pred)
        self._check_points(y_pred)
        anchor, positive, negative = np.moveaxis(y_pred, -2, 0)
        return (*_separate(anchor, positive), *_separate(anchor, negative))

    def _value(self, *distances: NDArray) -> NDArray:
        return np.maximum(self._violation(*distances), 0)

    def _gradient(self, *distances: NDArray) -> NDArray:
        _, unit_ap, gap_ap, _, unit_an, gap_an = distances
        to_positive, to_negative = (unit_ap, unit_an) if self.distance == "plain" else (2 * gap_ap, 2 * gap_an)
        gradient = np.stack([to_positive - to_negative, -to_positive, to_negative], axis=-2)
        return np.where(self._violation(*distances)[..., None, None] > 0, gradient, 0)

    def _violation(self, d_ap: NDArray, _unit_ap: NDArray, _gap_ap: NDArray, d_an: NDArray, *_: NDArray) -> NDArray:
        difference = d_ap - d_an
        if self.distance == "squared":  # of squares, factored so that none of them overflows
            difference = difference * (d_ap + d_an)
        return difference + self.margin


def batch_all(labels: ArrayLike, embeddings: ArrayLike) -> NDArray:
    """Return every triplet of a batch as indices (m, 3): two points of one label, and one of another.

    ``embeddings[triplets]`` is the `y_pred` of `Triplet`. There may be none, m = 0. Reference: Hermans et al. (2017).

    >>> batch_all([7, 7, 8], np.zeros((3, 2))).tolist()
    [[0, 1, 2], [1, 0, 2]]
    """
    labels, _ = _check_batch(labels, embeddings)
    found = [
        np.stack(np.meshgrid(anchor, positives, negatives, indexing="ij"), axis=-1).reshape(-1, 3)
        for anchor, positives, negatives in _candidates(labels)
    ]
    return np.concatenate([np.empty((0, 3), np.intp), *found])


def batch_hard(labels: ArrayLike, embeddings: ArrayLike) -> NDArray:
    """Return one triplet per anchor as indices (m, 3): its furthest positive and its nearest negative.

    Plain and squared distances choose alike; of equals the first is taken. An anchor that lacks a positive or a
    negative has no triplet, so m may be 0. Reference: Hermans et al. (2017).

    >>> embeddings = np.array([[0.0], [1.0], [3.0], [4.0]])
    >>> triplets = batch_hard([7, 7, 7, 8], embeddings)
    >>> triplets.tolist()
    [[0, 2, 3], [1, 2, 3], [2, 0, 3]]
    >>> Triplet().value(None, embeddings[triplets]).round(1)
    array([0. , 0. , 2.2])
    """
    labels, embeddings = _check_batch(labels, embeddings)
    found = []
    for anchor, positives, negatives in _candidates(labels):
        d, _, _ = _separate(embeddings[anchor], embeddings)
        found.append((anchor, positives[d[positives].argmax()], negatives[d[negatives].argmin()]))
    return np.array(found, np.intp).reshape(-1, 3)


def _check_batch(labels: ArrayLike, embeddings: ArrayLike) -> tuple[NDArray, NDArray]:
    labels, (embeddings,) = as_labels("labels", labels), as_floats(embeddings=embeddings)
    if embeddings.ndim != 2:
        raise ValueError(f"embeddings must have shape (n, d), got shape {embeddings.shape}")
    check_finite("embeddings", embeddings)
    if labels.shape != embeddings.shape[:1]:
        raise ValueError(f"labels must have one label per embedding, {len(embeddings)}, got shape {labels.shape}")
    return labels, embeddings


def _candidates(labels: NDArray) -> Iterator[tuple[int, NDArray, NDArray]]:
    """Yield each anchor that has positives and negatives, with both."""
    for anchor, label in enumerate(labels):
        same = labels == label
        negatives = np.flatnonzero(~same)
        same[anchor] = False
        positives = np.flatnonzero(same)
        if positives.size and negatives.size:
            yield anchor, positives, negatives


def _separate(a: NDArray, b: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """The distances between points, the unit vectors from b to a, 0 where these meet, and the differences.

    A distance is at most a quarter of the largest float, so that sums and differences of two are finite. It is computed
    in units of a power of two near the largest difference, whose square neither overflows nor underflows.
    """
    largest = np.finfo(a.dtype).max / 4
    gap = np.clip(a - b, -largest, largest)
    _, exponent = np.frexp(np.abs(gap).max(axis=-1, keepdims=True, initial=0))
    scaled = np.ldexp(gap, -exponent)
    length = np.linalg.norm(scaled, axis=-1, keepdims=True)
    d = np.minimum(np.ldexp(length, exponent), largest)
    return d[..., 0], scaled / np.where(length > 0, length, 1), gap
