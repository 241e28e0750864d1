"""Keras: a monitor, and losses that are saved."""

import tempfile
import warnings
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from reference.errata.attempts import failure
from reference.errata.entry import Erratum


class _Monitor:
    """What the source's callback does after each epoch, without Keras around it."""

    def __init__(self, y: np.ndarray, loss) -> None:
        self.y, self.loss, self.losses, self.axes = y, loss, [], Figure().add_subplot()

    def on_epoch_end(self, epoch: int, predicted: np.ndarray) -> str:
        self.losses.append(self.loss(self.y, predicted))
        if epoch % 10 == 0:
            self.axes.plot(list(self.losses))
        return f"Epoch {epoch}: {self.losses[-1]:.4f}"


def _monitored() -> str:
    def mse(y, p):
        return np.mean((y - p) ** 2)

    random = np.random.default_rng(0)
    y = 2 * random.normal(size=200)
    predicted = (y + 0.1 * random.normal(size=200))[:, None]  # as a network with one output returns it
    monitor = _Monitor(y, mse)
    for epoch in range(100):
        monitor.on_epoch_end(epoch, predicted)
    refused = failure(lambda: _Monitor(y, lambda y, p: (y - p[:, 0]) ** 2).on_epoch_end(0, predicted))
    lines = monitor.axes.lines
    return (
        "With targets of shape `(200,)` and predictions of shape `(200, 1)` the monitor reports "
        f"{monitor.losses[-1]:.2f}, where the loss is {mse(y, predicted[:, 0]):.4f}. With one loss per sample, "
        f"printing raises `{refused}`. After 100 epochs there are {len(lines)} lines on one pair of axes, the first of "
        f"them with {len(lines[0].get_xdata())} point."
    )


def _saved() -> str:
    import keras

    def squared(y_true, y_pred):
        return keras.ops.mean((y_true - y_pred) ** 2, axis=-1)

    def attempt(loss, **options) -> tuple[str, str]:
        """Return what saving warns of, and what loading raises."""
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(loss=loss)
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)  # of other categories, NumPy and Keras warn in any case
            path = Path(folder) / "model.keras"
            model.save(path)
            warned = ", ".join(sorted({w.category.__name__ for w in caught if issubclass(w.category, UserWarning)}))
            try:
                keras.saving.load_model(path, **options)
            except (TypeError, ValueError) as error:
                return warned, type(error).__name__
        return warned, ""

    (warned, refused), (_, unknown) = attempt(lambda y, p: squared(y, p)), attempt(squared)
    known = attempt(squared, custom_objects={"squared": squared})
    bare = attempt(squared, compile=False)
    assert known == bare == ("", "")
    return (
        f"Saving a model with a `lambda` for a loss gives a `{warned}`, and loading it a `{refused}`. With a plain "
        f"function, loading raises `{unknown}`; it works with the function in `custom_objects`, or with "
        f"`compile=False`."
    )


ERRATA = (
    Erratum(
        id="E71",
        severity="A",
        title="A monitor that measures something else",
        where="003, loss debugging, callback",
        says=(
            "The callback predicts on the validation data after each epoch, applies a NumPy loss to flat targets, and "
            "plots every tenth epoch."
        ),
        right=(
            "`fit` reports `val_loss` when it gets `validation_data`; plot it once, after the fit. In a callback of "
            "your own, give both arrays one shape and reduce the loss."
        ),
        evidence=_monitored,
    ),
    Erratum(
        id="E72",
        severity="D",
        title="A lambda for a loss",
        where="002 and 003, calls of compile",
        says="Losses with more than two arguments are handed to `compile` in a `lambda`.",
        right=(
            "Register a named function or a `keras.losses.Loss` with `keras.saving.register_keras_serializable`, so "
            "that the model can be loaded again."
        ),
        evidence=_saved,
    ),
)
