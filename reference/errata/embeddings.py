"""Embeddings: triplets and pairs."""

import numpy as np

from lossbook import Contrastive, Triplet
from reference.errata.attempts import exception, failure
from reference.errata.entry import Erratum


def _lambda_model() -> str:
    import keras

    def triplet(anchor, positive, negative):
        near = keras.ops.sum((anchor - positive) ** 2, axis=-1)
        far = keras.ops.sum((anchor - negative) ** 2, axis=-1)
        return keras.ops.mean(keras.ops.maximum(near - far + 0.2, 0))

    embed = keras.layers.Dense(4)
    inputs = [keras.Input((8,)) for _ in range(3)]
    outputs = [embed(each) for each in inputs]
    refused = failure(lambda: keras.layers.Lambda(triplet)(outputs))
    cause = exception(lambda: triplet(outputs))
    loss = keras.layers.Lambda(lambda each: triplet(*each))(outputs)
    model = keras.Model(inputs, loss)
    model.compile(loss=lambda y_true, y_pred: y_pred)
    rows = [np.ones((6, 8))] * 3
    shape = np.shape(model.predict_on_batch(rows))
    unlabeled = failure(lambda: model.test_on_batch(rows))
    return (
        f"`Lambda(triplet_loss)` of a list of three raises `{refused}`, because the list arrives as one argument: "
        f"called so, the function raises `{type(cause).__name__}`. Unpacked, the model is built, but for a batch of "
        f"six triplets it returns an array of shape `{shape}`, and evaluating it without labels raises `{unlabeled}`."
    )


def _squared_or_not() -> str:
    def line(near: float, far: float) -> list:  # one triplet: the anchor at 0
        return [[[0.0], [near], [far]]]

    plain, squared = Triplet(margin=0.2), Triplet(margin=0.2, distance="squared")
    short, long = line(0.6, 0.7), line(2.0, 2.1)
    random = np.random.default_rng(0)
    embedded = np.maximum(random.normal(size=(1000, 16)) @ random.normal(size=(16, 32)), 0)
    collapsed = squared(None, line(0.0, 0.0))
    return (
        f"With a margin of 0.2, the distances 0.6 and 0.7 cost {plain(None, short):.2f} plain and "
        f"{squared(None, short):.2f} squared, the distances 2.0 and 2.1 cost {plain(None, long):.2f} and "
        f"{squared(None, long):.2f}. A new layer with ReLU sets {100 * np.mean(embedded == 0):.0f} % of its outputs to "
        f"0, and where all embeddings meet, the loss rests at the margin, {collapsed:.1f}."
    )


def _which_label() -> str:
    loss = Contrastive(margin=1.0)
    near, far = [[[0.0], [0.1]]], [[[0.0], [1.5]]]
    together = np.zeros(4, np.float32)
    distance = np.sqrt(np.sum(together**2))
    naive = together / distance  # the derivative of the distance, by the chain rule
    slope = loss.gradient([1], [[together, together]])
    smooth = together / np.sqrt(np.sum(together**2) + 1e-7)
    assert np.isnan(naive).all()
    assert not slope.any()
    assert not smooth.any()
    return (
        f"A pair 0.1 apart costs {loss([0], near):.2f} with label 0 and {loss([1], near):.2f} with label 1; a "
        f"dissimilar pair 1.5 apart, which is far enough, costs {loss([1], far):.2f} with label 1 and "
        f"{loss([0], far):.2f} with label 0. Where the two points meet, all {naive.size} entries of the distance's "
        f"gradient are 0/0, which is NaN; with $\\sqrt{{d^2 + \\varepsilon}}$ they are {smooth[0]:.0f}."
    )


ERRATA = (
    Erratum(
        id="E64",
        severity="B",
        title="A triplet model with the loss as a layer",
        where="003, triplet loss, model",
        says=(
            "A `Lambda` layer around the loss gets the three embeddings as a list, and the model's loss hands on "
            "whatever the model puts out."
        ),
        right=(
            "Keep the loss out of the model: have it return embeddings, and compute the loss in a `train_step` of your "
            "own, or per triplet from outputs stacked along a new axis."
        ),
        evidence=_lambda_model,
    ),
    Erratum(
        id="E65",
        severity="D",
        title="A distance in the formula, its square in the code",
        where="003, triplet loss",
        says="The formula has a distance $d$; the code sums squares without a root. The embedding ends in ReLU.",
        right=(
            "Say which of the two is meant: the margin is in its units. End the embedding in a linear layer, scaled "
            "to length 1, so that all directions can be used."
        ),
        evidence=_squared_or_not,
    ),
    Erratum(
        id="E66",
        severity="C",
        title="Which label means similar, and a distance of zero",
        where="003, contrastive loss",
        says="$(1 - y)\\, d^2 + y \\max(m - d, 0)^2$, without a word on what $y = 1$ means.",
        right=(
            "Here 1 is a dissimilar pair; much code has it the other way round. In code with automatic gradients, "
            "take $\\sqrt{d^2 + \\varepsilon}$: the root has no slope at 0."
        ),
        evidence=_which_label,
    ),
)
