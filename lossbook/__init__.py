"""Loss functions with exact values, gradients and Hessians: the package behind the Loss Book course.

>>> loss = Huber(delta=1.5)
>>> y_true, y_pred = [0.0, 0.0], [1.0, 4.0]
>>> loss(y_true, y_pred)  # the mean, which sample_weight=[...] weights
2.6875
>>> loss.value(y_true, y_pred)  # one per sample, and so are gradient and hessian
array([0.5  , 4.875])
>>> loss.gradient(y_true, y_pred)
array([1. , 1.5])

`y_pred` is always the raw score that a model puts out: a value, a logit, a log-rate. `loss.predict` makes a probability
or a rate of it, `loss.to_score` a score of those, and `loss.facts` says what is known of the loss.

Regression: SquaredError, AbsoluteError, Huber, SmoothL1, LogCosh, Quantile, Expectile, Tukey, GeneralRobust.
Two classes: BinaryCrossEntropy, BinaryFocal, Hinge, SquaredHinge.
More classes: CategoricalCrossEntropy, SparseCategoricalCrossEntropy, LogitAdjustedCrossEntropy, CategoricalFocal;
    class_sample_weight.
Distributions: GaussianNLL, LaplaceNLL, GeneralRobustNLL, PoissonNLL, KLDivergence.
Embeddings: Contrastive, Triplet; batch_all and batch_hard find triplets.
Masks, boxes, sequences: Dice, Jaccard, Tversky; BoxIoU, GeneralizedIoU; CTC.
Several tasks: WeightedSum, UncertaintyWeighted.
For losses of your own: Loss, Facts, NoHessianError; check_gradient, which returns a GradientCheck.

Models are trained with `lossbook.frameworks.keras` and `lossbook.frameworks.torch`. A loss is drawn live by
`lossbook.explore.explore`, compared with others by `lossbook.tables.facts_table`, and minimized step by step by
`lossbook.optimization.gradient_descent`.
"""

from typing import TYPE_CHECKING

from lossbook.checking import GradientCheck, check_gradient
from lossbook.classification import (
    BinaryCrossEntropy,
    BinaryFocal,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Hinge,
    LogitAdjustedCrossEntropy,
    SparseCategoricalCrossEntropy,
    SquaredHinge,
    class_sample_weight,
)
from lossbook.core import Facts, Loss, NoHessianError
from lossbook.detection import BoxIoU, GeneralizedIoU
from lossbook.embedding import Contrastive, Triplet, batch_all, batch_hard
from lossbook.multitask import UncertaintyWeighted, WeightedSum
from lossbook.probabilistic import GaussianNLL, GeneralRobustNLL, KLDivergence, LaplaceNLL, PoissonNLL
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

__version__ = "0.1.0"

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
    "GeneralRobustNLL",
    "GeneralizedIoU",
    "GradientCheck",
    "Hinge",
    "Huber",
    "Jaccard",
    "KLDivergence",
    "LaplaceNLL",
    "LogCosh",
    "LogitAdjustedCrossEntropy",
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
    "check_gradient",
    "class_sample_weight",
]


if not TYPE_CHECKING:  # a type checker would take every name for one of ours

    def __getattr__(name: str) -> None:
        """Say what a loss of another library is called here."""
        ours = []
        for each in __all__:
            facts = getattr(globals()[each], "facts", None)
            theirs = (facts.keras, facts.torch, facts.sklearn) if isinstance(facts, Facts) else ()
            found = [dotted for dotted in theirs if dotted and dotted.rpartition(".")[2] == name]
            ours += [f"{found[0]} is lossbook.{each}"] if found else []
        said = f": {', or '.join(ours)}" if ours else ""
        raise AttributeError(f"module 'lossbook' has no attribute {name!r}{said}", name=name)
