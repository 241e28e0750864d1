"""Loss functions with exact values, gradients and Hessians: the package behind the Loss Book course."""

from lossbook.classification import (
    BinaryCrossEntropy,
    BinaryFocal,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Hinge,
    SparseCategoricalCrossEntropy,
    SquaredHinge,
    class_sample_weight,
)
from lossbook.core import Facts, Loss, NoHessianError
from lossbook.multitask import UncertaintyWeighted, WeightedSum
from lossbook.probabilistic import GaussianNLL, KLDivergence, LaplaceNLL, PoissonNLL
from lossbook.regression import (
    AbsoluteError,
    Expectile,
    GeneralRobust,
    Huber,
    LogCosh,
    Quantile,
    SmoothL1,
    SquaredError,
    Tukey,
)
from lossbook.sequence import CTC

__all__ = [
    "CTC",
    "AbsoluteError",
    "BinaryCrossEntropy",
    "BinaryFocal",
    "CategoricalCrossEntropy",
    "CategoricalFocal",
    "Expectile",
    "Facts",
    "GaussianNLL",
    "GeneralRobust",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LaplaceNLL",
    "LogCosh",
    "Loss",
    "NoHessianError",
    "PoissonNLL",
    "Quantile",
    "SmoothL1",
    "SparseCategoricalCrossEntropy",
    "SquaredError",
    "SquaredHinge",
    "Tukey",
    "UncertaintyWeighted",
    "WeightedSum",
    "class_sample_weight",
]
