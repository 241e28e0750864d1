"""Focal loss."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from lossbook import BinaryCrossEntropy, BinaryFocal, CategoricalFocal
from reference.errata.entry import Erratum
from reference.errata.measure import number


def _one_sided(y: ArrayLike, p: ArrayLike) -> NDArray:
    """The focal loss of the source, one value per element, in Keras' float32."""
    y, p = np.float32(y), np.clip(np.float32(p), np.float32(1e-7), np.float32(1 - 1e-7))
    return -np.float32(0.25) * (1 - p) ** 2 * y * np.log(p)


def _one_sided_slope(y: NDArray, score: NDArray) -> NDArray:
    """The derivative of `_one_sided`, without its clipping, with respect to the score that a sigmoid turns into `p`."""
    p = expit(score)
    return 0.25 * y * (1 - p) ** 2 * (2 * p * np.log(p) - (1 - p))


def _all_positive() -> str:
    random = np.random.default_rng(0)
    y = (np.arange(2000) < 130).astype(float)
    x = np.column_stack([np.ones(2000), random.normal(size=(2000, 2)) + 1.5 * y[:, None]])

    def fitted(slope: Callable[[NDArray, NDArray], NDArray]) -> NDArray:
        weights = np.zeros(3)
        for _ in range(2000):
            weights -= 2.0 * x.T @ slope(y, x @ weights) / len(x)
        return x @ weights

    scores = {"wrong": fitted(_one_sided_slope), "right": fitted(BinaryFocal(gamma=2, alpha=0.25).gradient)}
    scores["plain"] = fitted(BinaryCrossEntropy().gradient)
    accuracy = {name: np.mean((score > 0) == y) for name, score in scores.items()}
    assert (_one_sided(np.zeros(4), [0.1, 0.5, 0.9, 0.99]) == 0).all()
    return (
        "A negative sample costs 0 at every probability, 0.99 included. A logistic regression on 2,000 samples, 6.5 % "
        f"of them positive, calls {100 * np.mean(scores['wrong'] > 0):.0f} % positive after 2,000 steps, with an "
        f"accuracy of {accuracy['wrong']:.2f} and a loss of {number(_one_sided(y, expit(scores['wrong'])).mean(), 1)}; "
        f"with both terms the accuracy is {accuracy['right']:.2f}, with plain cross-entropy {accuracy['plain']:.2f}."
    )


def _clipped() -> str:
    worst, moved = (float(_one_sided(1, p)) for p in (0, 5e-8))
    gradient = BinaryFocal(gamma=2, alpha=0.25).gradient(1, -40)
    assert worst == moved == _one_sided(1, expit(-40))
    rows, p = np.eye(3), np.array([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]])
    written = _one_sided(rows, p).mean()
    right = 0.25 * CategoricalFocal(gamma=2)(rows, np.log(p))
    return (
        f"At label 1 the loss is {worst:.2f} for a probability of 0, of $5 \\cdot 10^{{-8}}$ and for a score of -40 "
        f"alike, so the gradient is 0; the right one at that score is {gradient:.2f}. And for three classes the mean "
        f"over all entries is {written:.5f}, where the sum over classes, then the mean over samples, is {right:.5f}, "
        f"{right / written:.0f} times as much."
    )


ERRATA = (
    Erratum(
        id="E62",
        severity="A",
        title="Focal loss without the negatives",
        where="003, focal loss",
        says="$-\\alpha (1 - p)^\\gamma\\, y \\log p$ alone, recommended for imbalanced classes.",
        right=(
            "With a single output, add the other side: $-(1 - \\alpha)\\, p^\\gamma (1 - y) \\log(1 - p)$. Without it "
            "nothing keeps the model from saying yes to everything."
        ),
        evidence=_all_positive,
    ),
    Erratum(
        id="E63",
        severity="C",
        title="Focal loss clipped, and averaged over classes",
        where="003, focal loss",
        says="The probability is clipped before the logarithm, and the mean runs over all elements.",
        right="Compute from scores, where nothing has to be clipped; sum over classes and take the mean over samples.",
        evidence=_clipped,
    ),
)
