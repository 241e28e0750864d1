"""The compiled losses behind scikit-learn's gradient boosting and linear models."""

from sklearn._loss import loss as losses

from benchmarks.cases import CLASSES, Case
from benchmarks.rivals import Rival

_LOSSES = {
    "AbsoluteError": losses.AbsoluteError(),
    "Huber": losses.HuberLoss(delta=1.5),
    "Quantile": losses.PinballLoss(quantile=0.9),
    "Expectile": losses.HalfSquaredError(),
    "BinaryCrossEntropy": losses.HalfBinomialLoss(),
    "CategoricalCrossEntropy": losses.HalfMultinomialLoss(n_classes=CLASSES),
    "SparseCategoricalCrossEntropy": losses.HalfMultinomialLoss(n_classes=CLASSES),
}


def rival(case: Case) -> Rival | None:
    loss = _LOSSES.get(case.name)
    if loss is None:
        return None
    z = case.y_pred
    y = case.y_true.argmax(axis=1) if case.name == "CategoricalCrossEntropy" else case.y_true
    y = y.astype(z.dtype)  # class indices too are floats here
    return Rival("scikit-learn", lambda: loss.loss(y, z), lambda: loss.gradient(y, z), lambda: loss.loss_gradient(y, z))
