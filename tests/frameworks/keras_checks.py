"""Checks of the Keras twins for every backend; they run on the one that Keras was started with.

`test_keras.py` runs them on TensorFlow, and once more in a process of its own for each other backend that is installed.
"""

import json
import math
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from naming import naming
from twin_samples import IN_KERAS, STARTS, bent, noise, residuals, slopes, twin_of

from lossbook import classification, multitask, probabilistic, regression
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


def second_derivatives(losses: list, samples: list, directions: list) -> Iterator[np.ndarray]:
    """What the derivative of the sum of the values changes by when the scores move in a direction, for each loss."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def bend(loss, y_true, scores, direction):
            def slope(scores):
                return (jax.grad(lambda scores: loss(y_true, scores).sum())(scores) * direction).sum()

            return jax.grad(slope)(scores)

        def all_of_them(scores):
            rows = zip(losses, samples, scores, directions, strict=True)
            return [bend(loss, y_true, each, direction) for loss, (y_true, _), each, direction in rows]

        yield from map(keras.ops.convert_to_numpy, jax.jit(all_of_them)([y_pred for _, y_pred in samples]))
        return
    for loss, (y_true, y_pred), direction in zip(losses, samples, directions, strict=True):
        if backend == "tensorflow":
            import tensorflow as tf

            scores = tf.Variable(y_pred)
            with tf.GradientTape() as outer:
                with tf.GradientTape() as inner:
                    value = loss(y_true, scores)
                slope = tf.reduce_sum(inner.gradient(value, scores) * direction)
            yield outer.gradient(slope, scores).numpy()
        else:
            import torch

            scores = torch.tensor(y_pred, requires_grad=True)
            (gradient,) = torch.autograd.grad(loss(y_true, scores).sum(), scores, create_graph=True)
            (second,) = torch.autograd.grad((gradient * torch.from_numpy(direction)).sum(), scores)
            yield second.numpy()


def check_second_derivatives(entries: list, dtype: str) -> None:
    """The backend finds the Hessian of the losses in that of the twins."""
    rows = []
    for loss, draw in entries:
        sample = [array.astype(dtype) for array in draw()]
        hessian = loss.hessian(*[array.astype(np.float64) for array in sample])
        if loss.score_ndim == 0:
            rows.append((loss, sample, np.ones_like(sample[1]), hessian))
            continue
        for column in range(hessian.shape[-1]):
            direction = np.zeros_like(sample[1])
            direction[..., column] = 1
            rows.append((loss, sample, direction, hessian[..., column]))
    losses, samples, directions, hessians = zip(*rows, strict=True)
    twins_of = [twin_of(loss, twins, reduction=None, dtype=dtype) for loss in losses]
    results = second_derivatives(twins_of, list(samples), list(directions))
    rtol, rounding, smallest = {"float32": (1e-4, 1e-6, 1e-36), "float64": (1e-10, 1e-15, 0)}[dtype]
    for loss, second, hessian in zip(losses, results, hessians, strict=True):
        # Autograd subtracts powers where Tukey and Barron level off, and probabilities from 1 for softmax; everywhere
        # else the tails keep their digits.
        subtracts = regression.Tukey, regression.GeneralRobust, classification.LogitAdjustedCrossEntropy
        atol = rounding if isinstance(loss, subtracts) else smallest
        with naming(loss):
            np.testing.assert_allclose(second, hessian, rtol=rtol, atol=atol)


def check_points_that_meet() -> None:
    """The square of a distance bends where two points meet, as everywhere, though the distance has a kink there."""
    y_pred = np.zeros((1, 2, 3), "float32")
    direction = np.zeros_like(y_pred)
    direction[0, 0, 0] = 1
    loss = twins.Contrastive(reduction=None)
    (second,) = second_derivatives([loss], [(np.zeros(1, "float32"), y_pred)], [direction])
    np.testing.assert_array_equal(second, [[[2, 0, 0], [-2, 0, 0]]])


def check_nan() -> None:
    """A target of NaN makes the loss NaN, whatever its weight, as in Keras' own losses."""
    y_true, y_pred, weight = np.array([[1.0], [np.nan]]), np.zeros((2, 1)), np.array([1.0, 0.0])
    for loss in (twins.Quantile(), keras.losses.MeanAbsoluteError()):
        assert math.isnan(float(loss(y_true, y_pred, sample_weight=weight)))


def check_a_loss_that_is_no_twin() -> None:
    """Compiled into a model it says what to take instead."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss=regression.Huber(1))
    with pytest.raises(TypeError, match=r"lossbook\.frameworks\.keras .* `facts\.keras`"):
        model.fit(np.zeros((4, 1)), np.zeros((4, 1)), verbose=0)


# What is rounded ----------------------------------------------------------------------------------


def check_halves(entries: list) -> None:
    """A twin in half precision rounds its arguments and its result, and nothing in between."""
    for dtype, step, largest in [("float16", 2**-10, 65504), ("bfloat16", 2**-7, 3.3895e38)]:
        if dtype == "float16" and not has_float16():
            continue
        for loss, draw in entries:
            y_true, y_pred = draw()
            y_pred = in_float32(keras.ops.cast(np.clip(y_pred, -6e4, 6e4).astype("float32"), dtype))
            value = twin_of(loss, twins, reduction=None, dtype=dtype)(y_true, y_pred)
            expected = loss.value(y_true, y_pred.astype(np.float64))
            expected[expected > largest] = np.inf
            with naming((loss, dtype)):
                assert keras.backend.standardize_dtype(value.dtype) == dtype
                np.testing.assert_allclose(in_float32(value), expected, rtol=step, atol=1e-7)


@cache
def has_float16() -> bool:
    """Whether the backend can compute with float16: XLA, and so JAX, cannot on a processor without F16C."""
    if keras.backend.backend() != "jax":
        return True
    try:
        in_float32(keras.ops.cast([1.0], "float16"))
    except RuntimeError:
        return False
    return True


def in_float32(tensor: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))


def check_sums_of_halves() -> None:
    """Sums, areas and constants may exceed the largest float16."""
    masks, boxes = np.ones((1, 512, 512), "float16"), np.array([[0, 0, 900, 900]], "float16")
    rows = [
        ("Jaccard", {}, masks, 0 * masks, 0.5),
        ("BoxIoU", {}, boxes, np.array([[0, 0, 1000, 1000]], "float16"), 0.19),
        ("GeneralizedIoU", {}, boxes, np.array([[0, 0, 1000, 1000]], "float16"), 0.19),
        ("Quantile", {}, np.zeros(100_000, "float16"), np.full(100_000, 4, "float16"), 2),
        ("Tukey", {"c": 1e6}, np.zeros(1, "float16"), np.full(1, 4, "float16"), 8),
    ]
    for name, settings, y_true, y_pred, expected in rows:
        with naming(name):
            assert abs(float(getattr(twins, name)(**settings, dtype="float16")(y_true, y_pred)) - expected) < 1e-3


def check_exactness() -> None:
    """Neither side is rounded to the dtype of the other, and lists are taken as they are by Keras' own losses."""
    rows = [
        (np.array([257.0], "float32"), keras.ops.cast([256.0], "bfloat16"), {}, [0.5]),
        (np.array([10, 10]), np.array([8, 12]), {"tau": 0.9}, [1.8, 0.2]),
        ([10, 10], [8, 12], {"tau": 0.9}, [1.8, 0.2]),
        ([10.0, 10.0], [8.0, 12.0], {"tau": 0.9}, [1.8, 0.2]),
        ([10.0, 10.0], list(map(keras.ops.convert_to_tensor, [8.0, 12.0])), {"tau": 0.9}, [1.8, 0.2]),
        ([[10.0], [10.0]], (8.0, 12.0), {"tau": 0.9}, [1.8, 0.2]),
        (10.0, 8.0, {"tau": 0.9}, 1.8),
    ]
    if has_float16():
        rows.append((np.array([2049]), np.array([2048.0], "float16"), {}, [0.5]))
    if keras.backend.backend() != "jax":  # which computes in float32 unless told otherwise before it starts
        rows += [
            (np.array([2.0**24 + 1]), np.array([2**24], "float32"), {}, [0.5]),
            (np.array([2**24 + 1]), np.array([2**24], "float32"), {}, [0.5]),
            ([2**24 + 1], [2**24], {}, [0.5]),
            ([2.0**24 + 1], [2.0**24], {}, [0.5]),
        ]
    for y_true, y_pred, settings, expected in rows:
        with naming((y_true, y_pred)):
            value = twins.Quantile(reduction=None, **settings)(y_true, y_pred)
            assert keras.backend.standardize_dtype(value.dtype) == "float32"
            np.testing.assert_allclose(keras.ops.convert_to_numpy(value), expected, rtol=1e-6)
            mean = twins.Quantile(**settings)(y_true, y_pred, sample_weight=np.ones(np.shape(expected)).tolist())
            np.testing.assert_allclose(float(mean), np.mean(expected), rtol=1e-6)


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


def evaluated(model: keras.Model, x: Any, y: Any, weight: Any = None) -> dict[str, float]:
    """Each loss by its name, and their sum as "loss"."""
    weights = {name: weight for name in y} if isinstance(y, dict) and isinstance(weight, np.ndarray) else weight
    return model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)


# The likelihood that learns its shape and scale ---------------------------------------------------


def check_likelihoods(dtype: str) -> None:
    """Value and gradient of the loss within `GeneralRobustNLL` are those of `lossbook`."""
    inputs = keras.Input((1,))
    network = keras.Model(inputs, keras.layers.Identity()(inputs))
    sample = [array.astype(dtype) for array in residuals()]
    exact = [array.astype(np.float64) for array in sample]
    models = [twins.GeneralRobustNLL(network, alpha, c, dtype=dtype) for alpha, c in STARTS]
    losses = []
    for model in models:
        loss = model._loss()
        loss.reduction = None
        losses.append(loss)
    results = values_and_gradients(losses, [sample] * len(losses))
    tolerance = {"float32": 2e-5, "float64": 1e-12}[dtype]
    for (alpha, c), (value, gradient) in zip(STARTS, results, strict=True):
        loss = probabilistic.GeneralRobustNLL(alpha, c)
        with naming(loss):
            np.testing.assert_allclose(value, loss.value(*exact), rtol=tolerance, atol=tolerance)
            np.testing.assert_allclose(gradient, loss.gradient(*exact), rtol=tolerance, atol=tolerance)


def check_learned_likelihood() -> None:
    """`GeneralRobustNLL` has the value of the loss, steps by its slopes, finds the noise, and is saved."""
    keras.utils.set_random_seed(13)
    random = np.random.default_rng(14)
    x = random.normal(size=(2000, 1)).astype("float32")
    y = (5 * x[:, 0] - 1 + noise(2000)).astype("float32")
    inputs = keras.Input((1,))
    model = twins.GeneralRobustNLL(keras.Model(inputs, keras.layers.Dense(1)(inputs)), alpha=0.5, c=2)
    model.compile(keras.optimizers.SGD(0.1))
    loss, y_pred = probabilistic.GeneralRobustNLL(0.5, 2), keras.ops.convert_to_numpy(model(x))[:, 0].astype(float)
    weight = random.uniform(size=2000).astype("float32")
    expected = (weight * loss.value(y, y_pred)).mean()
    assert abs(model.evaluate(x, y, 2000, 0, weight) - expected) < 1e-4

    model.fit(x, y, 2000, verbose=0)
    start = np.array([math.log(0.5 / 1.5), math.log(2)])
    moved = np.array([float(model.logit_alpha + 0), float(model.log_c + 0)])
    np.testing.assert_allclose(moved, start - 0.1 * slopes(0.5, 2, y, y_pred), atol=1e-5)

    model.optimizer.learning_rate = 0.5
    model.fit(np.tile(x, (80, 1)), np.tile(y, 80), 2000, epochs=2, verbose=0)  # an epoch takes longer than a step
    kernel, bias = (float(each.item()) for each in model.network.get_weights())
    assert abs(kernel - 5) < 0.3
    assert abs(bias + 1) < 0.3
    assert abs(float(model.alpha) - 1) < 0.25
    assert abs(float(model.c) - 3) < 0.4

    loaded = saved_and_loaded_model(model)
    assert (float(loaded.alpha), float(loaded.c)) == (float(model.alpha), float(model.c))
    assert loaded.evaluate(x, y, 2000, 0, weight) == model.evaluate(x, y, 2000, 0, weight)


# Several tasks ------------------------------------------------------------------------------------


def multitask_model() -> tuple[keras.Model, np.ndarray, list]:
    keras.utils.set_random_seed(6)
    x = np.random.default_rng(7).normal(size=(64, 3)).astype("float32")
    target = x @ np.array([1, -2, 0.5], "float32")
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(8, activation="relu")(inputs)
    network = keras.Model(inputs, [keras.layers.Dense(1)(hidden), keras.layers.Dense(1)(hidden)])
    losses = [keras.losses.MeanSquaredError(), twins.BinaryCrossEntropy(positive_weight=2)]
    model = twins.UncertaintyWeighted(network, losses, factors=np.array([0.5, 1]), log_variances=[0.5, -0.25])
    return model, x, [target, (target > 0).astype("float32")]


def check_multitask() -> None:
    """`UncertaintyWeighted` has the value of the loss, weighted and not, steps by its gradient, trains and is saved."""
    model, x, y = multitask_model()
    losses = (regression.SquaredError(), classification.BinaryCrossEntropy(positive_weight=2))
    loss = multitask.UncertaintyWeighted(losses, log_variances=(0.5, -0.25))
    model.compile(keras.optimizers.SGD(1.0))
    y_pred = [scores[:, 0].astype(float) for scores in model.predict(x, verbose=0)]
    expected = loss.value(y, y_pred)
    results = evaluated(model, x, y)
    assert abs(results["loss"] - expected.mean()) < 1e-5
    assert abs(sum(results[f"{name}_loss"] for name in model.output_names) - expected.mean()) < 1e-5

    weight = np.random.default_rng(8).uniform(size=64).astype("float32")
    assert abs(evaluated(model, x, y, weight)["loss"] - (weight * expected).mean()) < 1e-5
    only_first = evaluated(model, x, y, [weight, 0 * weight])["loss"]
    first = 0.5 * np.exp(-0.5) * losses[0].value(y[0], y_pred[0]) + 0.25
    assert abs(only_first - (weight * first).mean()) < 1e-5

    # One step of plain gradient descent moves the log-variances by their gradient.
    model.fit(x, y, batch_size=64, verbose=0)
    moved = loss.log_variance_gradient(y, y_pred).mean(axis=0)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model.log_variances + 0), [0.5, -0.25] - moved, atol=1e-5)

    model.optimizer.learning_rate = 0.05
    history = model.fit(x, y, batch_size=64, epochs=8, verbose=0).history["loss"]
    assert history[-1] < history[0]
    loaded = saved_and_loaded_model(model)
    assert evaluated(loaded, x, y) == evaluated(model, x, y)
    loaded.fit(x, y, batch_size=64, verbose=0)  # with the optimizer that it was saved with
    assert evaluated(loaded, x, y)["loss"] < evaluated(model, x, y)["loss"]


class Both(keras.Model):
    """A network whose outputs are known when it is called: two layers' in a container of this kind."""

    def __init__(self, kind: type) -> None:
        super().__init__()
        self.kind = kind
        self.one, self.other = keras.layers.Dense(1, "softplus"), keras.layers.Dense(1, "sigmoid")

    def call(self, x: Any) -> Any:
        outputs = {"one": self.one(x), "other": self.other(x)}
        return outputs if self.kind is dict else self.kind(outputs.values())


def ways_to_hand_over() -> Iterator[tuple]:
    """Networks, losses as Keras takes them, and targets and weights as it takes them for these."""
    random = np.random.default_rng(10)
    x = random.uniform(size=(8, 3)).astype("float32")
    y, v, w, v2 = random.uniform(size=(4, 8)).astype("float32")
    one, other = "mse", keras.losses.BinaryCrossentropy()
    weighted = keras.losses.Huber(reduction="mean_with_sample_weight")
    inputs = keras.Input((3,))
    first, second = keras.layers.Dense(1, name="one")(inputs), keras.layers.Dense(1, "sigmoid", name="other")(inputs)

    for outputs in (first, [first], {"one": first}):
        losses = {"one": one} if isinstance(outputs, dict) else [one]
        own = ({"one": y}, {"one": v}) if isinstance(outputs, dict) else ([y], [v])
        for target, weight in [(y, None), ([y], None), (y, v), own]:
            yield keras.Model(inputs, outputs), losses, x, target, weight
    yield keras.Model(inputs, first), keras.losses.mean_absolute_error, x, y, v

    network = keras.Model(inputs, [first, second])
    for target, weight in [
        *[([y, v], None), ((y, v), None), ([y, v], v2), ([y, v], [w, v2]), ((y, v), (w, v2))],
        *[({"one": y, "other": v}, None), ({"other": v, "one": y}, {"other": v2, "one": w})],
    ]:
        yield network, [one, other], x, target, weight
    yield network, {"one": one, "other": other}, x, [y, v], [w, v2]
    yield network, {"other": other, "one": one}, x, {"one": y, "other": v}, {"one": w, "other": v2}
    yield network, [keras.losses.mean_absolute_error, weighted], x, [y, v], [w, v2]
    yield network, [keras.losses.LogCosh(), keras.losses.Poisson(reduction="sum")], x, [y, v], [w, v2]

    network = keras.Model(inputs, {"other": second, "one": first})
    for weight in (None, v2, {"one": w, "other": v2}):
        yield network, {"one": one, "other": other}, x, {"other": v, "one": y}, weight
    for kind in (list, tuple):
        yield Both(kind), [one, other], x, [y, v], [w, v2]
        yield Both(kind), (one, other), x, (y, v), None
    yield Both(dict), {"other": other, "one": one}, x, {"one": y, "other": v}, {"one": w, "other": v2}

    # Two of four steps are padded in the first row and three in the second.
    words = keras.Input((4,), dtype="int32")
    embedded = keras.layers.Embedding(3, 2, mask_zero=True)(words)
    steps = [keras.layers.Dense(1, name=name)(embedded) for name in ("one", "other")]
    x, y, v = np.array([[1, 2, 0, 0], [1, 0, 0, 0]]), *random.uniform(size=(2, 2, 4, 1)).astype("float32")
    per_step = random.uniform(size=(2, 4)).astype("float32")
    for weight in (None, [per_step, 2 * per_step]):
        yield keras.Model(words, steps), ["mse", "mae"], x, [y, v], weight
    yield keras.Model(words, steps[0]), ["mse"], x, y, per_step


def check_handing_over() -> None:
    """With weights of 1 the total is that of the same network compiled with the same losses, and so is each part."""
    keras.utils.set_random_seed(9)
    for network, losses, x, y, weight in ways_to_hand_over():
        ones = dict.fromkeys(losses, 1) if isinstance(losses, dict) else [1] * len(keras.tree.flatten(losses))
        model = twins.UncertaintyWeighted(network, losses, factors=ones)
        model.compile(run_eagerly=True)
        network.compile(loss=losses, run_eagerly=True)
        with naming((losses, keras.tree.map_structure(np.shape, (y, weight)))):
            got = model.evaluate(x, y, sample_weight=weight, verbose=0)
            if isinstance(weight, dict) and not isinstance(network(x), dict):  # Keras has no such weights for lists
                y, weight = ([each["one"], each["other"]] for each in (y, weight))
            expected = network.evaluate(x, y, sample_weight=weight, verbose=0)
            np.testing.assert_allclose(got, expected, rtol=1e-5)


def check_saving_by_name() -> None:
    """Names that are not in alphabetical order keep their log-variances, in training and in a saved model."""
    keras.utils.set_random_seed(11)
    x, inputs = np.random.default_rng(12).normal(size=(8, 3)).astype("float32"), keras.Input((3,))
    outputs = {name: keras.layers.Dense(1, name=name)(inputs) for name in ("late", "early")}
    losses, factors = {"late": "mse", "early": twins.Quantile(0.9)}, {"early": 1, "late": 0.5}
    model = twins.UncertaintyWeighted(keras.Model(inputs, outputs), losses, factors, {"early": 2.0, "late": -1.0})
    model.compile("sgd")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model.log_variances + 0), [-1, 2])
    y = {"early": x[:, 0], "late": x[:, 1]}
    predicted = model.predict(x, verbose=0)
    expected = {
        "early_loss": np.exp(-2) * regression.Quantile(0.9)(y["early"], predicted["early"][:, 0]) + 1,
        "late_loss": 0.5 * np.exp(1) * regression.SquaredError()(y["late"], predicted["late"][:, 0]) - 0.5,
    }
    results = evaluated(model, x, y)
    for name, value in expected.items():
        assert abs(results[name] - value) < 1e-5
    assert evaluated(saved_and_loaded_model(model), x, y) == results


def check_weights_of_samples() -> None:
    """Each counts for all steps of its sample, also where there are as many steps as samples."""
    y_true, y_pred = np.zeros((2, 2, 1)), np.array([[[1.0], [2.0]], [[3.0], [4.0]]])
    inputs = keras.Input((2, 1))
    network = keras.Model(inputs, keras.layers.Identity()(inputs))
    for weight, expected in [([1.0, 0.0], (1 + 2) / 4), ([[1.0, 0.0], [0.0, 2.0]], (1 + 2 * 4) / 4)]:
        model = twins.UncertaintyWeighted(network, ["mae"], factors=[1])
        model.compile()
        assert model.evaluate(y_pred, y_true, sample_weight=np.array(weight), verbose=0) == expected
        assert float(twins.Quantile()(y_true, y_pred, sample_weight=weight)) == expected / 2


def check_one_output_and_padding() -> None:
    """What their totals are by hand."""
    inputs, words = keras.Input((1,)), keras.Input((4,), dtype="int32")
    model = twins.UncertaintyWeighted(keras.Model(inputs, [keras.layers.Identity()(inputs)]), ["mse"], factors=[1])
    model.compile()
    assert model.evaluate(np.array([[0.0], [10.0]]), np.zeros(2), verbose=0) == 50

    threes = keras.layers.Embedding(2, 1, embeddings_initializer=keras.initializers.Constant(3), mask_zero=True)(words)
    network = keras.Model(words, [keras.layers.Identity()(threes), keras.layers.Identity()(threes)])
    model = twins.UncertaintyWeighted(network, ["mse", "mse"], factors=[1, 1])
    model.compile()
    assert evaluated(model, np.array([[1, 1, 0, 0]]), [np.zeros((1, 4, 1))] * 2)["loss"] == 18


# All of it ----------------------------------------------------------------------------------------


def check_everything() -> None:
    # JAX computes in float32 unless told otherwise before it starts.
    for dtype in ["float32"] if keras.backend.backend() == "jax" else ["float32", "float64"]:
        check_agreement(IN_KERAS, dtype)
        check_second_derivatives(bent(IN_KERAS), dtype)
        check_likelihoods(dtype)
    check_learned_likelihood()
    check_points_that_meet()
    check_halves(IN_KERAS)
    if has_float16():
        check_sums_of_halves()
    check_exactness()
    check_nan()
    check_a_loss_that_is_no_twin()
    check_training(*model_with_targets())
    check_training(*model_of_triplets())
    check_multitask()
    check_handing_over()
    check_saving_by_name()
    check_weights_of_samples()
    check_one_output_and_padding()
