"""Arrays: shapes and dtypes."""

import numpy as np

from reference.errata.attempts import failure
from reference.errata.entry import Erratum
from reference.errata.measure import number

Y = np.array([3, -0.5, 2, 7])
PREDICTED = np.array([2.5, 0, 2, 8])


def _mse(y, p):
    return np.mean((y - p) ** 2)


def _metric_and_loss() -> tuple[float, float]:
    """Return the same function as a compiled loss and as a metric, for a model of one output and flat targets."""
    import keras

    def squared(y, p):
        return keras.ops.mean(keras.ops.square(y - p))

    x = np.random.default_rng(0).normal(size=(8, 1)).astype("float32")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(loss=squared, metrics=[squared])
    loss, metric = model.evaluate(x, 2 * x[:, 0] - 1, verbose=0)
    return loss, metric


def broadcasting() -> str:
    def weighted(y, p, weight=2):
        return -np.mean(np.where(y == 1, weight * np.log(p), np.log(1 - p)))

    column = PREDICTED[:, None]
    loss, metric = _metric_and_loss()
    labels, p = np.array([1, 0, 1, 1]), np.array([0.9, 0.1, 0.8, 0.4])
    return (
        f"Four predictions have an MSE of {number(_mse(Y, PREDICTED))}, as a column {_mse(Y, column):.3f}; perfect ones"
        f" as a column {_mse(Y, Y[:, None]):.3f}, which is twice the variance of the targets ({np.var(Y):.3f}), and a"
        f" gradient of shape {(Y - column).shape}. In Keras the same function is {loss:.4f} as the compiled loss of a"
        f" model with one output and {metric:.4f} as its metric. A weighted cross-entropy is"
        f" {weighted(labels, p[:, None]):.4f} instead of {weighted(labels, p):.4f}."
    )


def dtypes() -> str:
    import keras
    import tensorflow as tf

    pixels, black = np.array([20, 16], dtype="uint8"), np.zeros(1, dtype="uint8")
    wrapped = [_mse(pixels[i : i + 1], black) for i in range(2)]
    right = [_mse(float(pixel), 0.0) for pixel in pixels]

    def squared(y, p):
        return tf.reduce_mean(tf.square(y - p))

    seen = []

    def spying(y, p):
        seen.append(y.dtype.name)
        return squared(y, p)

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss=spying)
    model.fit(np.zeros((4, 1)), np.arange(4), verbose=0)
    direct = failure(lambda: squared(tf.constant([1]), tf.constant([0.5])))
    return (
        f"Pixels 20 and 16 as `uint8` against 0 cost {wrapped[0]:.0f} and {wrapped[1]:.0f} instead of {right[0]:.0f}"
        f" and {right[1]:.0f}. Lists end in `{failure(lambda: _mse([1.0], [0.5]))}`. A TensorFlow loss called with"
        f" whole numbers ends in `{direct}`; in `fit` it runs, because Keras turns whole-number labels into {seen[0]}"
        " there."
    )


ERRATA = (
    Erratum(
        id="E05",
        severity="A",
        title="A column against a flat array: no error, another number",
        where="002 and 003, losses in NumPy; 003, `huber_loss`, `quantile_loss`, Dice and the monitoring callback",
        says="The losses take their arguments as they come and assume that the shapes agree.",
        right=(
            "Check the shapes, or flatten both. Keras aligns the two in its own losses and in a function that `compile`"
            " takes as the loss, but neither in a metric or a `Loss` of yours nor when you call the function yourself."
        ),
        evidence=broadcasting,
    ),
    Erratum(
        id="E06",
        severity="C",
        title="Arithmetic in the dtype of the input",
        where="002 and 003, losses in NumPy and in Keras",
        says="Nothing is converted.",
        right=(
            "Convert first: `np.asarray(y, dtype=float)`, or `keras.ops.cast` to the dtype of the prediction. Unsigned"
            " whole numbers wrap around without a word."
        ),
        evidence=dtypes,
    ),
)
