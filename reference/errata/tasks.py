"""Several tasks: which error goes where."""

import warnings
from collections.abc import Callable

import numpy as np
from scipy.special import softmax

from lossbook import BoxIoU, Huber, SparseCategoricalCrossEntropy
from reference.errata.attempts import failure
from reference.errata.entry import Erratum


def _rows_for_tasks() -> str:
    import keras
    import tensorflow as tf

    random = np.random.default_rng(0)
    x = random.normal(size=(1024, 8)).astype("float32")
    kind, box = np.eye(3, dtype="float32")[x[:, :3].argmax(axis=1)], x[:, 4:] / 2

    def both(y_kind, p_kind, y_box, p_box):
        return keras.losses.categorical_crossentropy(y_kind, p_kind) + keras.losses.huber(y_box, p_box)

    def trained(loss: Callable | list) -> keras.Model:
        keras.utils.set_random_seed(0)
        inputs = keras.Input((8,))
        hidden = keras.layers.Dense(32, activation="relu")(inputs)
        heads = [keras.layers.Dense(3, activation="softmax")(hidden), keras.layers.Dense(4)(hidden)]
        model = keras.Model(inputs, heads)
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss)
        model.fit(x, [kind, box], batch_size=32, epochs=4, verbose=0)
        return model

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        wrong = trained(lambda y, p: both(y[0], p[0], y[1], p[1]))
    assert not caught
    right = trained(["categorical_crossentropy", keras.losses.Huber()])
    accuracy, error = zip(*(_scores(kind, box, model(x)) for model in (wrong, right)), strict=True)
    assert accuracy[0] < 0.9 < 0.95 < accuracy[1]
    assert error[0] > box.var() > 10 * error[1]

    outputs = [tf.Variable(output) for output in wrong(x[:32])]
    with tf.GradientTape() as tape:
        loss = wrong.compute_loss(x[:32], [kind[:32], box[:32]], outputs)
    pulled = {tuple(np.flatnonzero(np.any(slope != 0, axis=1))) for slope in tape.gradient(loss, outputs)}
    assert pulled == {(0, 1)}
    alone = failure(lambda: wrong.compute_loss(x[:1], [kind[:1], box[:1]], wrong(x[:1])))
    return (
        "Keras 3 calls the function once per output, so in a batch of 32 the gradient of both outputs is zero but for "
        f"rows 0 and 1, and a batch of one row ends in `{alone}`. After four epochs on 1,024 rows the accuracy is "
        "below 0.9, where one loss per output brings it above 0.95; the box error is above the variance of the boxes, "
        "where with one loss per output it is less than a tenth of that. Keras raised nothing and warned of nothing."
    )


def _scores(kind: np.ndarray, box: np.ndarray, outputs: list) -> tuple[float, float]:
    """Return the accuracy of the first output, and the mean squared error of the second."""
    p, where = (np.asarray(output) for output in outputs)
    return np.mean(p.argmax(axis=1) == kind.argmax(axis=1)), np.mean((where - box) ** 2)


def _vector_plus_scalar() -> str:
    random = np.random.default_rng(0)
    per_class = random.exponential(size=8)
    box_errors = random.normal(size=(8, 4))
    per_box = Huber().value(np.zeros((8, 4)), box_errors).mean(axis=1)
    worst = per_box.argmax()
    weight = np.where(np.arange(8) == worst, 10, 1)

    def reduced(values: np.ndarray, weight: np.ndarray) -> float:
        return np.mean(weight * values)

    ones = np.ones(8)
    mixed, right = per_class + per_box.mean(), per_class + per_box
    return (
        f"Without weights both means are the same, {reduced(mixed, ones):.3f} and {reduced(right, ones):.3f}. With a "
        f"weight of 10 on the sample with the worst box they are {reduced(mixed, weight):.3f} and "
        f"{reduced(right, weight):.3f}: its box error is {per_box[worst]:.2f}, and it was counted as the mean, "
        f"{per_box.mean():.2f}."
    )


def _not_iou() -> str:
    loss = BoxIoU()
    true, shifted = np.array([0, 0, 10, 10.0]), np.array([1, 0, 11, 10.0])
    overlap = [loss(scale * true, scale * shifted) for scale in (1, 100)]
    squared = [np.mean((scale * true - scale * shifted) ** 2) for scale in (1, 100)]
    far, half = np.array([10, 0, 20, 10.0]), np.array([4, 0, 14, 10.0])
    return (
        f"A box shifted by a tenth of its width: $1 - \\text{{IoU}}$ is {overlap[0]:.3f} in one unit and "
        f"{overlap[1]:.3f} in one that is a hundred times finer; the squared error is {squared[0]:.1f} and "
        f"{squared[1]:,.0f}. From a shift of 0.4 widths to one that has no overlap left, $1 - \\text{{IoU}}$ goes from "
        f"{loss(true, half):.3f} to {loss(true, far):.0f}, and the squared error from "
        f"{np.mean((true - half) ** 2):.0f} to {np.mean((true - far) ** 2):.0f}."
    )


def _softmax_twice() -> str:
    loss = SparseCategoricalCrossEntropy()
    p = np.array([[0.98, 0.01, 0.01]])
    twice, once = loss([0], p), loss([0], np.log(p))
    floor = loss([0], np.eye(3)[:1])
    most = softmax(np.eye(3)[0])[0]
    return (
        f"For the probabilities 0.98, 0.01, 0.01 of a softmax, the loss that applies another is {twice:.3f}; it should "
        f"be {once:.3f}. A perfect 1, 0, 0 becomes a probability of {most:.2f} and costs {floor:.3f}: lower than "
        f"that the loss cannot go."
    )


ERRATA = (
    Erratum(
        id="E57",
        severity="A",
        title="A loss for two outputs that sees rows",
        where="002, multi-task learning and driving; 003, multi-task loss",
        says="One `lambda` gets `y_true[0]`, `y_true[1]` for the two tasks of a model with two outputs.",
        right=(
            "Give `compile` one loss per output, as a list or a dictionary. A single function is called for each "
            "output by itself, and its `[0]` is the first row of the batch."
        ),
        evidence=_rows_for_tasks,
    ),
    Erratum(
        id="E58",
        severity="A",
        title="A vector plus a scalar",
        where="002, multi-task learning",
        says="The class loss, one value per sample, is added to a box loss that is already a mean over the batch.",
        right="Keep both per sample; otherwise a sample's weight meets its own class loss and everybody's box loss.",
        evidence=_vector_plus_scalar,
    ),
    Erratum(
        id="E59",
        severity="D",
        title="Squared error where the text says IoU",
        where="002, autonomous driving",
        says="The text promises intersection over union for the boxes; the listing has their mean squared error.",
        right=(
            "Take $1 - \\text{IoU}$, which does not mind the unit, or the generalized IoU, which also tells apart "
            "boxes that do not meet."
        ),
        evidence=_not_iou,
    ),
    Erratum(
        id="E60",
        severity="A",
        title="Softmax twice",
        where="003, multi-task loss",
        says="The output ends in softmax, and the loss is a cross-entropy of logits.",
        right="End the model in plain scores, or tell the loss that it gets probabilities.",
        evidence=_softmax_twice,
    ),
)
