"""What is measured: losses with data, and the bounds to meet."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lossbook import (
    AbsoluteError,
    BinaryCrossEntropy,
    BinaryFocal,
    BoxIoU,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Contrastive,
    Dice,
    Expectile,
    GaussianNLL,
    GeneralizedIoU,
    GeneralRobust,
    GeneralRobustNLL,
    Hinge,
    Huber,
    Jaccard,
    KLDivergence,
    LaplaceNLL,
    LogCosh,
    LogitAdjustedCrossEntropy,
    Loss,
    PoissonNLL,
    Quantile,
    SmoothL1,
    SparseCategoricalCrossEntropy,
    SquaredError,
    SquaredHinge,
    Triplet,
    Tukey,
    Tversky,
)

SAMPLES = 100_000
CLASSES = 10
PRIOR = (0.28, 0.2, 0.16, 0.12, 0.08, 0.06, 0.04, 0.03, 0.02, 0.01)

QUANTITIES = ("value", "gradient", "both")


@dataclass(frozen=True)
class Case:
    """A loss and its input."""

    loss: Loss
    y_true: NDArray | None
    y_pred: NDArray

    @property
    def name(self) -> str:
        return type(self.loss).__name__

    @property
    def dtype(self) -> str:
        return self.y_pred.dtype.name

    def __str__(self) -> str:
        chosen = [
            f"{field.name}={getattr(self.loss, field.name)}"
            for field in fields(self.loss)
            if getattr(self.loss, field.name) != field.default
        ]
        return f"{self.name}({', '.join(chosen)}), {self.dtype}"


class Bound(NamedTuple):
    """How many times as long as a rival a loss may take."""

    loss: str
    dtype: str
    quantity: str
    rival: str
    ratio: float


BOUNDS = [
    Bound("BinaryCrossEntropy", "float64", "value", "scikit-learn", 0.65),
    Bound("BinaryCrossEntropy", "float64", "value", "PyTorch", 1.05),
    Bound("BinaryCrossEntropy", "float64", "both", "scikit-learn", 0.85),
    Bound("BinaryCrossEntropy", "float32", "value", "scikit-learn", 0.27),
    Bound("BinaryCrossEntropy", "float32", "value", "PyTorch", 1.3),
    Bound("CategoricalCrossEntropy", "float64", "value", "scikit-learn", 1.5),
    Bound("CategoricalCrossEntropy", "float64", "value", "PyTorch", 0.85),
    Bound("SparseCategoricalCrossEntropy", "float64", "value", "scikit-learn", 1.5),
    Bound("SparseCategoricalCrossEntropy", "float64", "value", "PyTorch", 0.85),
]
IMPORT_SECONDS = 0.35
MEMORY = 4
"""How many times the size of its input a loss may take at its peak."""


def cases() -> list[Case]:
    """Return every loss with its input, in float64 and in float32."""
    generator = np.random.default_rng(0)
    target, prediction = generator.normal(scale=3, size=(2, SAMPLES))
    label = generator.integers(2, size=SAMPLES).astype(float)
    index = generator.integers(CLASSES, size=SAMPLES)
    scores = generator.normal(scale=1.5, size=(SAMPLES, CLASSES))  # beyond a gap of 16, Keras clips focal losses
    shares = generator.dirichlet(np.ones(CLASSES), size=SAMPLES)
    count = generator.poisson(3, size=SAMPLES).astype(float)
    location_and_spread = generator.normal(size=(SAMPLES, 2))
    boxes = np.sort(generator.normal(size=(2, SAMPLES, 2, 2)), axis=-2).reshape(2, SAMPLES, 4)
    points = generator.normal(size=(SAMPLES, 3, 8))
    images = (10, 100, SAMPLES // 1000)  # a sample is a pixel here
    inputs = [
        (SquaredError(), target, prediction),
        (AbsoluteError(), target, prediction),
        (Huber(delta=1.5), target, prediction),
        (SmoothL1(beta=0.5), target, prediction),
        (LogCosh(), target, prediction),
        (Quantile(tau=0.9), target, prediction),
        (Expectile(tau=0.5), target, prediction),
        (Tukey(c=4.0), target, prediction),
        (GeneralRobust(alpha=-1.5), target, prediction),
        (BinaryCrossEntropy(), label, prediction),
        (BinaryFocal(gamma=2), label, prediction),
        (CategoricalCrossEntropy(), np.eye(CLASSES)[index], scores),
        (SparseCategoricalCrossEntropy(), index, scores),
        (LogitAdjustedCrossEntropy(PRIOR), index, scores),
        (CategoricalFocal(gamma=2), np.eye(CLASSES)[index], scores),
        (Hinge(), 2 * label - 1, prediction),
        (SquaredHinge(), 2 * label - 1, prediction),
        (GaussianNLL(), target, location_and_spread),
        (LaplaceNLL(), target, location_and_spread),
        (GeneralRobustNLL(alpha=0.5), target, prediction),
        (PoissonNLL(), count, prediction),
        (KLDivergence(), shares, scores),
        (Contrastive(), label, points[:, :2]),
        (Triplet(), None, points),
        (Dice(), label.reshape(images), prediction.reshape(images)),
        (Jaccard(), label.reshape(images), prediction.reshape(images)),
        (Tversky(alpha=0.3, beta=0.7), label.reshape(images), prediction.reshape(images)),
        (BoxIoU(), *boxes),
        (GeneralizedIoU(), *boxes),
    ]
    return [
        Case(loss, _cast(y_true, dtype), y_pred.astype(dtype))
        for loss, y_true, y_pred in inputs
        for dtype in (np.float64, np.float32)
    ]


def _cast(y_true: NDArray | None, dtype: type) -> NDArray | None:
    """Convert a target; a class index stays an integer."""
    return y_true if y_true is None or y_true.dtype.kind == "i" else y_true.astype(dtype)
