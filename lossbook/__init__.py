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
from lossbook.detection import BoxIoU, GeneralizedIoU
from lossbook.embedding import Contrastive, Triplet, batch_all, batch_hard
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
from lossbook.segmentation import Dice, Jaccard, Tversky
from lossbook.sequence import CTC

__all__ = [
    "CTC",
    "AbsoluteError",
    "BinaryCrossEntropy",
    "BinaryFocal",
    "BoxIoU",
    "CategoricalCrossEntropy",
    "CategoricalFocal",
    "Contrastive",
    "Dice",
    "Expectile",
    "Facts",
    "GaussianNLL",
    "GeneralRobust",
    "GeneralizedIoU",
    "Hinge",
    "Huber",
    "Jaccard",
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
    "Triplet",
    "Tukey",
    "Tversky",
    "UncertaintyWeighted",
    "WeightedSum",
    "batch_all",
    "batch_hard",
    "class_sample_weight",
]
