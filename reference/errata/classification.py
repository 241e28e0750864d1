"""Classification: labels, margins and metrics."""

import numpy as np

from lossbook import BinaryCrossEntropy
from reference.errata.entry import Erratum
from reference.errata.measure import number, row


def _hinge(y, score):
    return np.maximum(0, 1 - y * score)


def hinge_over_probabilities() -> str:
    import keras

    p = np.linspace(0.01, 0.99, 99)
    off = max(np.abs(_hinge(1, p) - (1 - p)).max(), np.abs(_hinge(-1, p) - (1 + p)).max())
    margins = np.linspace(-3, 3, 99)
    truth = np.array([[0.0], [1.0]])
    perfect = float(keras.losses.Hinge()(truth, truth))
    return (
        f"From 0.01 to 0.99 the hinge is a straight line, with a largest deviation of {off:.0f} and"
        f" {np.sum(_hinge(1, p) == 0)} of 99 points on its flat part; from -3 to 3 there are"
        f" {np.sum(_hinge(1, margins) == 0)}. With a label of 0 in place of -1 it is"
        f" {number(*np.unique(_hinge(0, margins)))} for every score, and Keras' hinge of perfect probabilities 0 and 1"
        f" is {number(perfect)}."
    )


def hard_requirements() -> str:
    import keras

    p = np.array([[0.7, 0.2, 0.1]])
    sparse = float(keras.losses.sparse_categorical_crossentropy(np.array([0]), p)[0])
    dense = float(keras.losses.categorical_crossentropy(np.array([[1.0, 0, 0]]), p)[0])
    score = np.float32([2])
    without = [float(keras.losses.binary_crossentropy(np.float32([y]), score)) for y in (1, 0)]
    right = BinaryCrossEntropy().value([1, 0], [2.0, 2.0])
    scores = np.random.default_rng(0).normal(size=(400, 1))
    labels = np.where(scores > 0, 1.0, 0.0)
    accuracy = float(np.mean(keras.metrics.binary_accuracy(labels, scores)))
    return (
        f"Class number and one-hot row give {sparse:.5f} and {dense:.5f}. A score of 2 without `from_logits=True` costs"
        f" {number(without[0], 2)} for label 1 and {without[1]:.2f} for label 0, instead of {right[0]:.4f} and"
        f" {right[1]:.4f}. And 400 scores with the right sign throughout have an accuracy of {accuracy:.3f} in Keras,"
        " whose threshold is 0.5, where a score turns at 0."
    )


def surrogate() -> str:
    bold, timid = np.array([0.51, 0.51, 0.51, 0.05]), np.full(4, 0.49)
    return (
        f"Four samples of class 1: probabilities {row(bold)} have a cross-entropy of {-np.log(bold).mean():.3f} and an"
        f" accuracy of {np.mean(bold > 0.5):.2f}, four times 0.49 have {-np.log(timid).mean():.3f} and"
        f" {np.mean(timid > 0.5):.0f}."
    )


ERRATA = (
    Erratum(
        id="E13",
        severity="D",
        title="The hinge drawn over probabilities",
        where="003, figure of the classification losses",
        says="The hinge for labels $\\pm 1$ is drawn over a predicted probability from 0.01 to 0.99.",
        right="It is a function of a score, any real number, and of labels -1 and +1: draw it from -3 to 3.",
        evidence=hinge_over_probabilities,
    ),
    Erratum(
        id="E24",
        severity="D",
        title="Requirements that are none, and one that is not named",
        where="003, guide to classification losses; 001, losses by task",
        says="Categorical cross-entropy requires one-hot labels and a softmax, binary cross-entropy a sigmoid.",
        right=(
            "Class numbers and soft labels work too, and `from_logits=True` takes scores without an activation. What is"
            " required is that the flag and the threshold of the metric match the output."
        ),
        evidence=hard_requirements,
    ),
    Erratum(
        id="E26",
        severity="D",
        title="A lower loss taken for a higher accuracy",
        where="001, optimizers; 003, role of the loss",
        says="Minimizing the loss improves the accuracy.",
        right="The loss stands in for the metric; the two agree often, and not always.",
        evidence=surrogate,
    ),
)
