"""Keras's losses, compiled by TensorFlow; a gradient takes the value and its backward pass."""

from functools import partial

import keras
import tensorflow as tf

from benchmarks.cases import Case
from benchmarks.rivals import Rival

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

_LOSSES = {
    "SquaredError": keras.losses.MeanSquaredError,
    "AbsoluteError": keras.losses.MeanAbsoluteError,
    "Huber": partial(keras.losses.Huber, delta=1.5),
    "LogCosh": keras.losses.LogCosh,
    "BinaryCrossEntropy": partial(keras.losses.BinaryCrossentropy, from_logits=True),
    "BinaryFocal": partial(keras.losses.BinaryFocalCrossentropy, from_logits=True, apply_class_balancing=True),
    "CategoricalCrossEntropy": partial(keras.losses.CategoricalCrossentropy, from_logits=True),
    "CategoricalFocal": partial(keras.losses.CategoricalFocalCrossentropy, from_logits=True, alpha=1),
    "SparseCategoricalCrossEntropy": partial(keras.losses.SparseCategoricalCrossentropy, from_logits=True),
    "Hinge": keras.losses.Hinge,
    "SquaredHinge": keras.losses.SquaredHinge,
}


def rival(case: Case) -> Rival | None:
    kind = _LOSSES.get(case.name)
    if kind is None:
        return None
    loss = kind(reduction=None, dtype=case.dtype)
    # Keras' losses average over the last axis, which therefore has to hold a single score.
    column = case.y_pred.ndim == 1
    y = tf.constant(case.y_true[:, None] if column else case.y_true)
    z = tf.constant(case.y_pred[:, None] if column else case.y_pred)

    @tf.function
    def value(y: tf.Tensor, z: tf.Tensor) -> tf.Tensor:
        return loss(y, z)

    @tf.function
    def both(y: tf.Tensor, z: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(z)
            value = loss(y, z)
        gradient = tape.gradient(value, z)
        return value, tf.squeeze(gradient, -1) if column else gradient

    return Rival("Keras", lambda: value(y, z), lambda: both(y, z)[1], lambda: both(y, z))
