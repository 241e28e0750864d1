"""PyTorch: what its losses take and return."""

import numpy as np

from lossbook import Huber, SparseCategoricalCrossEntropy
from reference.errata.attempts import exception
from reference.errata.entry import Erratum


def _unreduced() -> str:
    y, predicted = np.array([3, -0.5, 2, 7]), np.array([2.5, 0, 2, 8])
    error = np.abs(predicted - y)
    unreduced = np.where(error <= 1, error**2 / 2, error - 0.5)
    refused = exception(lambda: f"{unreduced:.4f}")
    assert unreduced.mean() == Huber()(y, predicted)
    return (
        f"Four predictions have the losses {', '.join(f'{loss:.3f}' for loss in unreduced)}. Formatted with `.4f`, an "
        f"array of them is a `{type(refused).__name__}`, like a tensor; their mean prints as {unreduced.mean():.4f}."
    )


def _wants_logits() -> str:
    p, label = np.array([[0.7, 0.2, 0.1]]), np.array([0])
    loss = SparseCategoricalCrossEntropy()  # like PyTorch's, it takes scores and class indices
    sure = loss(label, np.array([[1.0, 0, 0]]))
    return (
        f"Given the probabilities 0.7, 0.2, 0.1 as if they were scores, the loss of class 0 is {loss(label, p):.4f}; "
        f"given their logarithms, it is {loss(label, np.log(p)):.4f}, which is $-\\log 0.7$. Even a sure and right "
        f"answer, probabilities 1, 0, 0, would cost {sure:.4f}."
    )


ERRATA = (
    Erratum(
        id="E50",
        severity="B",
        title="A Huber loss that forgets the mean",
        where="003, losses in PyTorch",
        says="The class returns one loss per element, and the example prints it as one number with four decimals.",
        right="Return the mean. (A Keras loss is the other way round: it returns one value per sample, see E54.)",
        evidence=_unreduced,
    ),
    Erratum(
        id="E51",
        severity="D",
        title="A cross-entropy that wants logits",
        where="003, losses in PyTorch",
        says=(
            "`nn.CrossEntropyLoss` is put beside the NumPy function for one-hot labels and probabilities, under its "
            "name."
        ),
        right=(
            "`nn.CrossEntropyLoss` takes logits, to which it applies softmax, and class indices; one-hot labels only "
            "as floating-point numbers."
        ),
        evidence=_wants_logits,
    ),
)
