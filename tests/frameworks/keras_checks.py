"""Checks of the Keras twins that hold on every backend.

`test_keras.py` runs them on TensorFlow, and once more in a process of its own for each other backend that is installed:
``KERAS_BACKEND=torch python keras_checks.py``.
"""

import itertools
import json
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
from twin_samples import boxes, hard_labels, masks, pairs, residuals, soft_labels, triplets, two_columns

from lossbook import classification, detection, embedding, multitask, probabilistic, regression, segmentation
from lossbook.frameworks import keras as twins

# Value and gradient -------------------------------------------------------------------------------


def pair(module, name, samples, **settings):
    return getattr(twins, name)(**settings), getattr(module, name)(**settings), samples


ALPHAS = (-math.inf, -1e6, -2, -1e-9, 0, 1e-30, 1e-9, 1, 1.5, 2 - 1e-9, 2, 2.5)
PAIRS = [
    *[pair(regression, "Quantile", residuals, tau=tau) for tau in (0.5, 0.9)],
    *[pair(regression, "Expectile", residuals, tau=tau) for tau in (0.5, 0.1)],
    *[pair(regression, "Tukey", residuals, c=c) for c in (1, 4.685)],
    *[pair(regression, "GeneralRobust", residuals, alpha=alpha, c=1.5) for alpha in ALPHAS],
    pair(classification, "BinaryCrossEntropy", soft_labels),
    pair(classification, "BinaryCrossEntropy", soft_labels, positive_weight=3, label_smoothing=0.1),
    *[
        pair(classification, "BinaryFocal", hard_labels, gamma=gamma, alpha=alpha)
        for gamma in (0, 0.5, 2, 5)
        for alpha in (None, 0.25)
    ],
    pair(probabilistic, "GaussianNLL", two_columns),
    pair(probabilistic, "LaplaceNLL", two_columns),
    *[pair(embedding, "Contrastive", pairs, margin=3, distance=distance) for distance in ("plain", "squared")],
    *[pair(embedding, "Triplet", triplets, margin=0.5, distance=distance) for distance in ("plain", "squared")],
    pair(segmentation, "Jaccard", masks),
    pair(detection, "BoxIoU", boxes),
    pair(detection, "GeneralizedIoU", boxes),
]


def name_of(entry):
    return f"{entry[1]!r}"


def value_and_gradient(loss, y_true, y_pred):
    """One value per sample, and the derivative of their sum, as the backend differentiates it."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        scores = tf.Variable(y_pred)
        with tf.GradientTape() as tape:
            value = loss(y_true, scores)
        gradient = tape.gradient(value, scores)
    elif backend == "torch":
        import torch

        scores = torch.tensor(y_pred, requires_grad=True)
        value = loss(y_true, scores)
        (gradient,) = torch.autograd.grad(value.sum(), scores)
    else:
        import jax

        def total_and_values(scores):
            values = loss(y_true, scores)
            return values.sum(), values

        # Compiled as a whole, as in training, and not operation by operation: that takes longer.
        (_, value), gradient = jax.jit(jax.value_and_grad(total_and_values, has_aux=True))(y_pred)
    return keras.ops.convert_to_numpy(value), keras.ops.convert_to_numpy(gradient)


def check_agreement(twin, loss, samples, dtype):
    """The twin, saved as JSON and loaded, has the value and gradient of the loss."""
    y_true, y_pred = (None if array is None else array.astype(dtype) for array in samples())
    twin = type(twin).from_config({**twin.get_config(), "reduction": None, "dtype": dtype})
    saved = json.dumps(keras.saving.serialize_keras_object(twin))
    twin = keras.saving.deserialize_keras_object(json.loads(saved))
    value, gradient = value_and_gradient(twin, y_true, y_pred)
    assert value.dtype == gradient.dtype == dtype
    exact = [None if array is None else array.astype(np.float64) for array in (y_true, y_pred)]
    tolerance = {"float32": 1e-5, "float64": 1e-12}[dtype]
    np.testing.assert_allclose(value, loss.value(*exact), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(gradient, loss.gradient(*exact), rtol=tolerance, atol=tolerance)


# Training -----------------------------------------------------------------------------------------


def model_for(name: str, **settings) -> tuple[keras.Model, list, list]:
    """A tiny compiled model, with data for `fit`: inputs, and targets, which Triplet does not have."""
    keras.utils.set_random_seed(4)
    random = np.random.default_rng(5)
    x = random.normal(size=(64, 3)).astype("float32")
    target = x @ np.array([1, -2, 0.5], "float32")
    label = (target > 0).astype("float32")
    loss = getattr(twins, name)(**settings)
    inputs = keras.Input((3,))
    if name in ("Contrastive", "Triplet"):
        embed = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        many = [keras.Input((3,)) for _ in range(loss.mirrored.points)]
        model = keras.Model(many, keras.ops.stack([embed(each) for each in many], axis=1))
        order = random.permutation(len(x))
        x = [x, x + 0.1, x[order]] if name == "Triplet" else [x, x[order]]
        y = None if name == "Triplet" else (label != label[order]).astype("float32")
    elif name == "Jaccard":
        image, y = keras.Input((4, 4, 1)), random.integers(0, 2, (64, 4, 4)).astype("uint8")
        model = keras.Model(image, keras.layers.Conv2D(1, 3, padding="same")(image))
        x = y[..., None] + random.normal(size=(64, 4, 4, 1)).astype("float32")
    else:
        outputs = {"GaussianNLL": 2, "LaplaceNLL": 2, "BoxIoU": 4, "GeneralizedIoU": 4}.get(name, 1)
        model = keras.Model(inputs, keras.layers.Dense(outputs)(inputs))
        y = label if name.startswith("Binary") else target
        if outputs == 4:
            y = np.stack([target - 1, label - 1, target + 1, label + 1], axis=-1)
            model.layers[-1].bias.assign([-1, -1, 1, 1])  # else IoU starts from boxes without area
    model.compile(keras.optimizers.Adam(0.05), loss=loss)
    return model, x, y


def check_training(name: str, **settings) -> None:
    """`fit` lowers the loss, the saved model is the same, and `sample_weight` counts."""
    model, x, y = model_for(name, **settings)
    history = model.fit(x, y, epochs=8, verbose=0).history["loss"]
    assert history[-1] < history[0]

    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder, "model.keras"))
        loaded = keras.saving.load_model(Path(folder, "model.keras"))
    assert type(loaded.loss) is getattr(twins, name)
    assert loaded.loss.get_config() == model.loss.get_config()
    assert loaded.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)

    # The weighted mean over two halves tells them apart; without a target Keras drops the weights.
    first = np.repeat([1.0, 0.0], 32).astype("float32")
    y = first if y is None else y
    weighted = [model.evaluate(x, y, sample_weight=weight, verbose=0) for weight in (first, 1 - first)]
    assert weighted[0] != weighted[1]
    np.testing.assert_allclose(sum(weighted), model.evaluate(x, y, verbose=0), rtol=1e-5)


TRAINED = {
    "Quantile": {"tau": 0.9},
    "AsymmetricSquaredError": {"under": 10},
    "GeneralRobust": {"alpha": -math.inf, "c": 2},
    "GaussianNLL": {},
    "BinaryCrossEntropy": {"positive_weight": 3},
    "BinaryFocal": {"gamma": 0.5, "alpha": None},
    "Contrastive": {"distance": "squared"},
    "Triplet": {"margin": 0.5},
    "Jaccard": {},
    "GeneralizedIoU": {},
}


# Several tasks ------------------------------------------------------------------------------------


def multitask_model() -> tuple[keras.Model, np.ndarray, list]:
    keras.utils.set_random_seed(6)
    x = np.random.default_rng(7).normal(size=(64, 3)).astype("float32")
    target = x @ np.array([1, -2, 0.5], "float32")
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(8, activation="relu")(inputs)
    network = keras.Model(inputs, [keras.layers.Dense(1)(hidden), keras.layers.Dense(1)(hidden)])
    losses = [keras.losses.MeanSquaredError(), twins.BinaryCrossEntropy(positive_weight=2)]
    model = twins.UncertaintyWeighted(network, losses, factors=[0.5, 1], log_variances=[0.5, -0.25])
    model.compile(keras.optimizers.Adam(0.05))
    return model, x, [target, (target > 0).astype("float32")]


def check_multitask_agreement() -> None:
    model, x, y = multitask_model()
    losses = (regression.SquaredError(), classification.BinaryCrossEntropy(positive_weight=2))
    loss = multitask.UncertaintyWeighted(losses, log_variances=(0.5, -0.25))
    y_pred = [scores[:, 0].astype(float) for scores in model.predict(x, verbose=0)]
    expected = loss.value(y, y_pred)
    assert abs(model.evaluate(x, y, verbose=0) - expected.mean()) < 1e-5

    weight = np.random.default_rng(8).uniform(size=64).astype("float32")
    assert abs(model.evaluate(x, y, sample_weight=weight, verbose=0) - (weight * expected).mean()) < 1e-5
    only_first = model.evaluate(x, y, sample_weight=[weight, 0 * weight], verbose=0)
    first = 0.5 * np.exp(-0.5) * losses[0].value(y[0], y_pred[0]) + 0.25
    assert abs(only_first - (weight * first).mean()) < 1e-5

    # One step of plain gradient descent moves the log-variances by their gradient.
    model.compile(keras.optimizers.SGD(1.0))
    model.train_on_batch(x, y)
    moved = loss.log_variance_gradient(y, y_pred).mean(axis=0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model.log_variances + 0), [0.5, -0.25] - moved, atol=1e-5)


def check_multitask_training() -> None:
    model, x, y = multitask_model()
    history = model.fit(x, y, epochs=8, verbose=0).history["loss"]
    assert history[-1] < history[0]
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder, "model.keras"))
        loaded = keras.saving.load_model(Path(folder, "model.keras"))
    assert loaded.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    loaded.fit(x, y, verbose=0)


def check_everything() -> Iterator[str]:
    # JAX computes in float32 unless told otherwise before it starts.
    dtypes = ["float32"] if keras.backend.backend() == "jax" else ["float32", "float64"]
    for entry, dtype in itertools.product(PAIRS, dtypes):
        yield f"{name_of(entry)} {dtype}"
        check_agreement(*entry, dtype)
    for name, settings in TRAINED.items():
        yield f"training {name}"
        check_training(name, **settings)
    yield "several tasks"
    check_multitask_agreement()
    check_multitask_training()


if __name__ == "__main__":
    for step in check_everything():
        print(step, file=sys.stderr)
    print(f"all of it on {keras.backend.backend()}")
