"""Listings: names, layout, and how Keras is called."""

import warnings

import numpy as np

from reference.errata.attempts import exception
from reference.errata.entry import Erratum

# Statements of the kinds that the source puts on one line, here laid out as Python wants them.
LAYOUTS = {
    "a function and a call": "def mse(y, p):\n    return ((p - y) ** 2).mean()\nprint(mse(1, 2))",
    "a comment before the code": "# Compile the model\nanswer = 42",
    "a comment inside a function": "def mse(y, p): squares = (p - y) ** 2\n # now the mean\n return squares.mean()",
}

# A line of our own for each name that the source uses and never defines.
UNDEFINED = (
    "layer = {'units': 64, 'input_shape': (input_shape,)}",
    "rows = len(X_train)",
    "model.compile('adam', 'mean_squared_error')",
    "layer = {'units': 128, 'input_dim': input_dim}",
    "layer = {'units': num_classes, 'activation': 'softmax'}",
    "class Monitor(Callback): pass",
    "rows = len(X_val)",
    "layer = Conv2D(16, 3)",
    "layer = MaxPooling2D(2)",
)


def _one_line() -> str:
    refused = {kind: code for kind, code in LAYOUTS.items() if not _compiles(code.replace("\n", " "))}
    silent, kept = {}, {}
    exec(LAYOUTS["a comment before the code"].replace("\n", " "), silent)
    exec(LAYOUTS["a comment inside a function"].replace("\n", " "), kept)
    assert "answer" not in silent
    assert list(refused) == ["a function and a call"]
    returned = kept["mse"](np.zeros(2), np.ones(2))
    return (
        "Put on one line, a function followed by a call is a `SyntaxError`. A listing that opens with a comment "
        "compiles and defines nothing, as all of it is the comment; and a function with a comment in its middle "
        f"compiles and returns {returned}."
    )


def _compiles(code: str) -> bool:
    try:
        compile(code, "listing", "exec")
    except SyntaxError:
        return False
    return True


def _undefined() -> str:
    errors = [exception(lambda line=line: exec(line, {})) for line in UNDEFINED]
    assert all(isinstance(error, NameError) for error in errors)
    placeholder = exception(lambda: exec("model = ...\nmodel.fit([0], [0])", {}))
    return (
        f"Used in a line of code each, {len(errors)} names are a `NameError`: "
        + ", ".join(f"`{error.name}`" for error in errors)
        + f". The placeholder `...` in place of a model is an `{type(placeholder).__name__}`: {placeholder}."
    )


def _input_shape() -> str:
    import keras

    said = {}
    for first in ({"input_shape": (3,)}, {"input_dim": 3}, None):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            dense = keras.layers.Dense(2, **first or {})
            model = keras.Sequential([dense] if first else [keras.Input((3,)), dense])
        assert model.built
        said[next(iter(first or {"Input": 0}))] = [warning.category.__name__ for warning in caught]
    assert said["Input"] == []
    return (
        f"In Keras 3 a `Dense` layer with `input_shape` gives a `{said['input_shape'][0]}`, one with `input_dim` "
        f"a `{said['input_dim'][0]}`, and an `Input` before the layer gives none. All three models are built."
    )


def _integer_labels() -> str:
    import keras

    labels, p = np.arange(32) % 10, np.full((32, 10), 0.1)
    error = exception(lambda: keras.losses.CategoricalCrossentropy()(labels, p))
    one_hot = float(keras.losses.CategoricalCrossentropy()(np.eye(10)[labels], p))
    sparse = float(keras.losses.SparseCategoricalCrossentropy()(labels, p))
    return (
        f"32 integer labels against probabilities of ten classes end in a `{type(error).__name__}`: "
        f"{str(error).partition('.')[0]}. One-hot rows cost {one_hot:.4f}, and the integers under the sparse loss "
        f"{sparse:.4f}: the same."
    )


def _built_in_plots() -> str:
    import keras

    plots = [name for name in dir(keras.utils) + dir(keras.callbacks.History()) if "plot" in name]
    galleries = [name for name in dir(keras.visualization) if "plot" in name]
    assert plots == ["plot_model"]
    assert all("gallery" in name for name in galleries)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mean_squared_error")
    record = model.fit(np.ones((4, 1)), np.ones(4), epochs=3, verbose=0).history
    return (
        f'`keras.utils` and the `History` of a fit have one name with "plot" in it, `{plots[0]}`, which '
        f"draws layers; the {len(galleries)} functions of `keras.visualization` with it lay out images. What a fit "
        f"leaves is a dictionary: `{next(iter(record))}`, with {len(record['loss'])} numbers after 3 epochs."
    )


def _recompiled() -> str:
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    losses = ("mean_squared_error", "binary_crossentropy", "categorical_crossentropy")
    for loss in losses:
        model.compile(loss=loss)
    return f"After three calls of `compile`, with `{'`, `'.join(losses)}`, the model has one loss: `{model.loss}`."


ERRATA = (
    Erratum(
        id="E43",
        severity="B",
        title="Listings run together into one line",
        where="002, all eleven listings",
        says="Every listing stands on one line, its comments included.",
        right="Break the lines again: Python needs them, and a comment ends where its line ends.",
        evidence=_one_line,
    ),
    Erratum(
        id="E44",
        severity="B",
        title="Names that nobody defines",
        where="000, model and training; 001, compile; 002, comparison and dropout; 003, callback and segmentation",
        says="Listings use data, sizes, layers and a model that no line before them makes or imports.",
        right="A listing imports what it uses, makes its data, and runs from an empty session.",
        evidence=_undefined,
    ),
    Erratum(
        id="E45",
        severity="D",
        title="The input's shape as an argument of a layer",
        where="000, 002 and 003, Keras models",
        says="The first layer gets `input_shape` or `input_dim`.",
        right="Begin the model with `keras.Input(shape=...)`. The older arguments still work, with a warning.",
        evidence=_input_shape,
    ),
    Erratum(
        id="E46",
        severity="D",
        title="Which labels categorical cross-entropy takes",
        where="000, model for ten classes",
        says="The model is compiled with categorical cross-entropy, and the form of the labels is left open.",
        right="Categorical cross-entropy takes one-hot rows, the sparse one takes integers.",
        evidence=_integer_labels,
    ),
    Erratum(
        id="E47",
        severity="D",
        title="Plots that Keras does not have",
        where="000, monitoring and evaluation",
        says="Keras comes with tools that draw the course of a training.",
        right="Plot `history.history` with matplotlib, or write logs for TensorBoard with its callback.",
        evidence=_built_in_plots,
    ),
    Erratum(
        id="E48",
        severity="D",
        title="One model compiled for three tasks",
        where="001, losses in Keras",
        says="The same model is compiled for regression, then for two classes, then for many.",
        right="`compile` replaces what was set before. Each task gets a model of its own, with an output that fits.",
        evidence=_recompiled,
    ),
)
