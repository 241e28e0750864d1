"""Frameworks, case studies and counts."""

import numpy as np

from lossbook import PoissonNLL
from reference.errata.attempts import failure
from reference.errata.entry import Erratum


def tied_to_tensorflow() -> str:
    import keras
    import tensorflow as tf

    y, p = keras.KerasTensor((None, 1)), keras.KerasTensor((None, 1))

    def tied():
        return tf.reduce_mean(tf.square(y - p), axis=-1)

    def free():
        return keras.ops.mean(keras.ops.square(y - p), axis=-1)

    return (
        f"Keras' own symbolic tensors, which belong to no backend, end in `{failure(tied)}` with `tf.square`, and pass"
        f" through the same loss written with `keras.ops`, as a {type(free()).__name__} of shape {free().shape}."
    )


def asserted_outcomes() -> str:
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    data = load_breast_cancer()
    x, new_x, y, new_y = train_test_split(data.data[:, :4], 1 - data.target, test_size=0.5, random_state=0)

    def mistakes(weight, threshold):
        model = make_pipeline(StandardScaler(), LogisticRegression(class_weight={0: 1, 1: weight}))
        ill = model.fit(x, y).predict_proba(new_x)[:, 1] > threshold
        return f"{np.sum(~ill & (new_y == 1))} missed and {np.sum(ill & (new_y == 0))} false alarms"

    return (
        f"On {len(new_y)} tumors, {new_y.sum()} of them malignant, a logistic regression on four measurements has"
        f" {mistakes(1, 0.5)}; with the weight 3 it has {mistakes(3, 0.5)}, and without a weight but with the threshold"
        f" at 0.25 {mistakes(1, 0.25)}."
    )


def counts() -> str:
    import keras

    ten = np.float32([10])
    in_keras = float(keras.losses.poisson(ten, ten))
    as_log_rate = np.exp(10.0) - 10 * 10
    return (
        f"Ten counts expected and ten seen: the whole negative log-likelihood is"
        f" {PoissonNLL().value(10, np.log(10)):.4f}, Keras, which takes the rate and leaves out the constant, has"
        f" {in_keras:.2f}. The rate given where a log-rate is expected, PyTorch's default, costs {as_log_rate:,.0f}."
    )


ERRATA = (
    Erratum(
        id="E74",
        severity="D",
        title="Losses tied to one backend",
        where="002 and 003, losses in Keras",
        says="Custom losses are written with TensorFlow's functions.",
        right="Keras 3 also runs on PyTorch and JAX; a loss written with `keras.ops` runs on all of them.",
        evidence=tied_to_tensorflow,
    ),
    Erratum(
        id="E75",
        severity="D",
        title="Case studies without results",
        where="002, case studies",
        says="A custom loss improved each of the four applications; no figure and no source is given.",
        right=(
            "Read them as hypotheses, and measure. Two of the four listings cannot have done what is said of them: see"
            " E57 and E59. For a third, a threshold does nearly what the weight is praised for."
        ),
        evidence=asserted_outcomes,
    ),
    Erratum(
        id="E76",
        severity="D",
        title="The Poisson loss, of a rate or of its logarithm",
        where="003, guide to probabilistic losses",
        says="The Poisson negative log-likelihood is named, without a formula.",
        right=(
            r"$e^z - y z + \log y!$ with the log-rate $z$. Look which of the two a library expects, and whether it"
            " keeps the last term."
        ),
        evidence=counts,
    ),
)
