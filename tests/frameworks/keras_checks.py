"""Checks of the Keras twins for every backend; they run on the one that Keras was started with.

`test_keras.py` runs them on TensorFlow, and once more in a process of its own for each other backend that is installed.
"""

import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from naming import naming
from twin_samples import IN_KERAS, twin_of

from lossbook import classification, multitask, regression
from lossbook.frameworks import keras as twins

# Value and gradient -------------------------------------------------------------------------------


def values_and_gradients(losses: list, samples: list) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One value per sample, and the derivative of their sum, as the backend differentiates it, for each loss."""
    backend = keras.backend.backend()
    if backend == "jax":
        yield from _in_jax(losses, samples)
        return
    for loss, (y_true, y_pred) in zip(losses, samples, strict=True):
        if backend == "tensorflow":
            import tensorflow as tf

            scores = tf.Variable(y_pred)
            with tf.GradientTape() as tape:
                value = loss(y_true, scores)
            gradient = tape.gradient(value, scores)
        else:
            import torch

            scores = torch.tensor(y_pred, requires_grad=True)
            value = loss(y_true, scores)
            (gradient,) = torch.autograd.grad(value.sum(), scores)
        yield keras.ops.convert_to_numpy(value), keras.ops.convert_to_numpy(gradient)


def _in_jax(losses: list, samples: list) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Compiled, as in training, and all at once: one by one takes twice as long, and uncompiled still longer."""
    import jax

    def one(loss, y_true, scores):
        def total_and_values(scores):
            values = loss(y_true, scores)
            return values.sum(), values

        with naming(loss.mirrored):
            return jax.value_and_grad(total_and_values, has_aux=True)(scores)

    def all_of_them(scores):
        return [one(loss, y_true, each) for loss, (y_true, _), each in zip(losses, samples, scores, strict=True)]

    for (_, value), gradient in jax.jit(all_of_them)([y_pred for _, y_pred in samples]):
        yield keras.ops.convert_to_numpy(value), keras.ops.convert_to_numpy(gradient)


def value_and_gradient(loss: Any, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return next(values_and_gradients([loss], [(y_true, y_pred)]))


def saved_and_loaded(twin: Any) -> Any:
    return keras.saving.deserialize_keras_object(json.loads(json.dumps(keras.saving.serialize_keras_object(twin))))


def check_agreement(entries: list, dtype: str) -> None:
    """The twins, saved as JSON and loaded, have the values and gradients of the losses."""
    losses = [loss for loss, _ in entries]
    samples = [[None if array is None else array.astype(dtype) for array in draw()] for _, draw in entries]
    loaded = [saved_and_loaded(twin_of(loss, twins, reduction=None, dtype=dtype)) for loss in losses]
    tolerance = {"float32": 1e-5, "float64": 1e-12}[dtype]
    results = values_and_gradients(loaded, samples)
    for loss, arrays, (value, gradient) in zip(losses, samples, results, strict=True):
        exact = [None if array is None else array.astype(np.float64) for array in arrays]
        with naming(loss):
            assert value.dtype == gradient.dtype == dtype
            np.testing.assert_allclose(value, loss.value(*exact), rtol=tolerance, atol=tolerance)
            np.testing.assert_allclose(gradient, loss.gradient(*exact), rtol=tolerance, atol=tolerance)


# Training -----------------------------------------------------------------------------------------

WITH_TARGETS = {
    "Quantile": {"tau": 0.9},
    "AsymmetricSquaredError": {"under": 10},
    "GeneralRobust": {"alpha": -math.inf, "c": 2},
    "GaussianNLL": {},
    "BinaryCrossEntropy": {"positive_weight": 3},
    "BinaryFocal": {"gamma": 0.5, "alpha": None},
    "Contrastive": {"distance": "squared"},
    "Jaccard": {},
    "GeneralizedIoU": {},
}


def data() -> tuple[np.random.Generator, np.ndarray, np.ndarray, np.ndarray]:
    """With all seeds set: the generator, features, and what depends on them: a target and a label."""
    keras.utils.set_random_seed(4)
    random = np.random.default_rng(5)
    x = random.normal(size=(64, 3)).astype("float32")
    target = x @ np.array([1, -2, 0.5], "float32")
    return random, x, target, (target > 0).astype("float32")


def compiled(inputs: list, outputs: Any, loss: Any) -> keras.Model:
    model = keras.Model(inputs, outputs)
    # Like Adam's, its steps have the same size whatever the scale of a loss; but they take less time to compile.
    model.compile(keras.optimizers.Lion(0.05), loss=loss)
    return model


def model_with_targets() -> tuple[keras.Model, list, dict]:
    """A compiled model with one output per loss, and its data.

    No output shares a weight with another, so each loss trains as it would alone; but only one model is traced and
    compiled instead of nine.
    """
    random, x, target, label = data()
    order = random.permutation(len(x))
    mask = random.integers(0, 2, (64, 4, 4)).astype("uint8")
    image = mask[..., None] + random.normal(size=(64, 4, 4, 1)).astype("float32")
    inputs = features, other, picture = keras.Input((3,)), keras.Input((3,)), keras.Input((4, 4, 1))
    outputs, y = {}, {}
    for name in WITH_TARGETS:
        outputs[name] = keras.layers.Dense(2 if name == "GaussianNLL" else 1)(features)
        y[name] = label if name.startswith("Binary") else target
    embed, corners = keras.layers.Dense(2), keras.layers.Dense(4)
    outputs["Contrastive"] = keras.ops.stack([embed(features), embed(other)], axis=1)
    y["Contrastive"] = (label != label[order]).astype("float32")
    outputs["Jaccard"] = keras.layers.Conv2D(1, 3, padding="same")(picture)
    y["Jaccard"] = mask
    outputs["GeneralizedIoU"] = corners(features)
    corners.bias.assign([-1, -1, 1, 1])  # else IoU starts from boxes without area
    y["GeneralizedIoU"] = np.stack([target - 1, label - 1, target + 1, label + 1], axis=-1)
    losses = {name: getattr(twins, name)(**settings) for name, settings in WITH_TARGETS.items()}
    return compiled(list(inputs), outputs, losses), [x, x[order], image], y


def model_of_triplets() -> tuple[keras.Model, list, None]:
    random, x, _, _ = data()
    points = [keras.Input((3,)) for _ in range(3)]
    embed = keras.layers.Dense(2)
    stacked = keras.ops.stack([embed(point) for point in points], axis=1)
    return compiled(points, stacked, twins.Triplet(margin=0.5)), [x, x + 0.1, random.permutation(x)], None


def saved_and_loaded_model(model: keras.Model) -> keras.Model:
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder, "model.keras"))
        return keras.saving.load_model(Path(folder, "model.keras"))


def check_training(model: keras.Model, x: list, y: dict | None) -> None:
    """`fit` lowers each loss, the saved model is the same, and `sample_weight` counts."""
    history = model.fit(x, y, epochs=4, verbose=0).history
    whole = evaluated(model, x, y)
    loaded = saved_and_loaded_model(model)
    again = evaluated(loaded, x, y)
    # If weights count, the two halves differ. Without a target Keras would ignore the weights.
    first = np.repeat([1.0, 0.0], 32).astype("float32")
    halves = [evaluated(model, x, first if y is None else y, weight) for weight in (first, 1 - first)]
    losses, loaded_losses = (each.loss if isinstance(each.loss, dict) else {"": each.loss} for each in (model, loaded))
    assert losses.keys() == loaded_losses.keys()
    for name, loss in losses.items():
        with naming(type(loss).__name__):
            key = f"{name}_loss".removeprefix("_")
            assert history[key][-1] < 0.95 * history[key][0]
            assert type(loaded_losses[name]) is type(loss)
            assert loaded_losses[name].get_config() == loss.get_config()
            assert again[key] == whole[key]
            assert halves[0][key] != halves[1][key]
            np.testing.assert_allclose(halves[0][key] + halves[1][key], whole[key], rtol=1e-5)


def evaluated(model: keras.Model, x: Any, y: Any, weight: np.ndarray | None = None) -> dict[str, float]:
    """Each loss by its name, and their sum as "loss"."""
    weights = {name: weight for name in y} if isinstance(y, dict) and weight is not None else weight
    return model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)


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
    return model, x, [target, (target > 0).astype("float32")]


def check_multitask() -> None:
    """`UncertaintyWeighted` has the value of the loss, weighted and not, steps by its gradient, trains and is saved."""
    model, x, y = multitask_model()
    losses = (regression.SquaredError(), classification.BinaryCrossEntropy(positive_weight=2))
    loss = multitask.UncertaintyWeighted(losses, log_variances=(0.5, -0.25))
    model.compile(keras.optimizers.SGD(1.0))
    y_pred = [scores[:, 0].astype(float) for scores in model.predict(x, verbose=0)]
    expected = loss.value(y, y_pred)
    assert abs(model.evaluate(x, y, verbose=0) - expected.mean()) < 1e-5

    weight = np.random.default_rng(8).uniform(size=64).astype("float32")
    assert abs(model.evaluate(x, y, sample_weight=weight, verbose=0) - (weight * expected).mean()) < 1e-5
    only_first = model.evaluate(x, y, sample_weight=[weight, 0 * weight], verbose=0)
    first = 0.5 * np.exp(-0.5) * losses[0].value(y[0], y_pred[0]) + 0.25
    assert abs(only_first - (weight * first).mean()) < 1e-5

    # One step of plain gradient descent moves the log-variances by their gradient.
    model.fit(x, y, batch_size=64, verbose=0)
    moved = loss.log_variance_gradient(y, y_pred).mean(axis=0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model.log_variances + 0), [0.5, -0.25] - moved, atol=1e-5)

    model.optimizer.learning_rate = 0.05
    history = model.fit(x, y, batch_size=64, epochs=8, verbose=0).history["loss"]
    assert history[-1] < history[0]
    assert saved_and_loaded_model(model).evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)


# All of it ----------------------------------------------------------------------------------------


def check_everything() -> None:
    # JAX computes in float32 unless told otherwise before it starts.
    for dtype in ["float32"] if keras.backend.backend() == "jax" else ["float32", "float64"]:
        check_agreement(IN_KERAS, dtype)
    check_training(*model_with_targets())
    check_training(*model_of_triplets())
    check_multitask()
