"""What all losses share: conversion, validation, reduction, and facts as data."""

# Keeps annotations as they are written: `help` would print ArrayLike as a union of four lines.
from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.numerics import LINKS


class NoHessianError(TypeError):
    """The loss has no second derivative worth using; the message says why."""


@dataclass(frozen=True)
class Facts:
    """What is true of a loss. The tables of the book are made from it, and tests check each entry numerically.

    The score is `y_pred`; the residual is ``r = y_pred - y_true``. A class states what is true for its default
    hyperparameters. An instance whose hyperparameters change some of that has facts of its own.
    """

    formula: str
    """The value as LaTeX, without the left side of the equation."""
    task: str
    """What it is for: "regression", "binary classification"..."""
    convex: bool
    """Convex in the score."""
    bounded_influence: bool
    """The gradient stays bounded, however far one sample lies off."""
    continuous_derivatives: float
    """How many derivatives are continuous everywhere: 0 with a kink, infinity when smooth."""
    statistic: str
    """What the best constant prediction estimates."""
    reference: str
    """Author and year, a heading of the bibliography."""
    variables: str = "y, z"
    """What the value is a function of, as LaTeX: target and score, or the residual r."""
    where: str = ""
    """What the symbols in the formula stand for, as LaTeX."""
    link: str = "identity"
    """How the score becomes the prediction on its natural scale, such as "sigmoid"."""
    likelihood: str | None = None
    """The distribution of which the loss is the negative log-likelihood, up to a constant."""
    keras: str | None = None
    """The same loss in Keras."""
    torch: str | None = None
    """The same loss in PyTorch."""
    sklearn: str | None = None
    """The same loss in scikit-learn."""

    @property
    def equation(self) -> str:
        """The formula as LaTeX with its left side, and with what its symbols stand for."""
        variables = f"({self.variables})" if self.variables else ""
        where = f", \\qquad {self.where}" if self.where else ""
        return rf"\ell{variables} = {self.formula}{where}"


@dataclass(frozen=True)
class Loss:
    """A loss: its value per sample, the derivatives of that value, and the weighted mean.

    A subclass is a frozen dataclass whose fields are the hyperparameters. It declares `facts` and writes `_value`,
    `_gradient` and `_hessian`, each a few lines on arrays that are already checked. Its docstring gets the formula and
    the reference from `facts`. Three declarations say what one sample is, so that the checks below suit every family:

    - `score_ndim`: how many trailing axes of `y_pred` belong to one sample. 0 for one score per sample, 1 for the
      scores of K classes or the mean and log-variance of a Gaussian, 2 for a mask or for the embeddings of a pair.
    - `target_ndim`: the same for `y_true`.
    - `_arguments`: from (`y_true`, `y_pred`) to what `_value` and its derivatives take. Extend it to restrict the
      labels, or to accept targets of unequal length.

    A loss that may get no samples at all, such as that of mined triplets, says in `empty_mean` what its mean is then.
    """

    facts: ClassVar[Facts]
    score_ndim: ClassVar[int] = 0
    target_ndim: ClassVar[int] = 0
    no_hessian: ClassVar[str] = "it is not defined for this loss"
    empty_mean: ClassVar[float | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__doc__ and "facts" in vars(cls):  # Python drops docstrings when run with -OO
            cls.__doc__ = _with_facts(cls.__doc__, cls.facts)

    def value(self, y_true: ArrayLike, y_pred: ArrayLike) -> NDArray:
        """Return one value per sample, not reduced."""
        return self._evaluate(self._value, y_true, y_pred)

    def gradient(self, y_true: ArrayLike, y_pred: ArrayLike) -> NDArray:
        """Return the derivative of each sample's value with respect to its score, in the shape of `y_pred`."""
        return self._evaluate(self._gradient, y_true, y_pred)

    def hessian(self, y_true: ArrayLike, y_pred: ArrayLike) -> NDArray:
        """Return the second derivative of each sample's value.

        It has the shape of `y_pred`; where K scores belong to one sample, (n, K, K).
        Raises NoHessianError for a loss that has none.
        """
        return self._evaluate(self._hessian, y_true, y_pred)

    def value_and_gradient(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, NDArray]:
        """Return `value` and `gradient` from one check of the input, and from one exponential where they share it."""
        with np.errstate(over="ignore"):
            value, gradient = self._value_and_gradient(*self._arguments(y_true, y_pred))
        return np.asarray(value), np.asarray(gradient)

    def predict(self, score: ArrayLike) -> NDArray:
        """Return the prediction on its natural scale, such as a probability, for a raw score: the link."""
        (score,) = as_floats(score=score)
        with np.errstate(over="ignore"):
            return np.asarray(LINKS[self.facts.link].predict(score))

    def to_score(self, prediction: ArrayLike) -> NDArray:
        """Return a raw score for a prediction on its natural scale: the inverse link.

        Probabilities of exactly 0 and 1 have infinite scores, at which the loss takes its exact limits. The link
        softmax has many inverses; this one returns the logarithms of the probabilities.

        Raises ValueError for a prediction that no score has, such as a probability above 1.
        """
        (prediction,) = as_floats(prediction=prediction)
        link = LINKS[self.facts.link]
        if not np.all((prediction >= link.low) & (prediction <= link.high)):
            raise ValueError(
                f"prediction must lie between {link.low:g} and {link.high:g}, the range of the link {self.facts.link}, "
                f"got values from {np.min(prediction):g} to {np.max(prediction):g}"
            )
        return np.asarray(link.to_score(prediction))

    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the mean value, weighted by `sample_weight` where given: the sum of w * value over the sum of w."""
        values = self.value(y_true, y_pred)
        if values.size == 0:
            if self.empty_mean is not None:
                return self.empty_mean
            raise ValueError("y_pred must hold at least one sample to take a mean, got none")
        with np.errstate(over="ignore"):  # as in `_evaluate`
            if sample_weight is None:
                return float(np.mean(values, dtype=np.float64))
            weight = _check_weight(sample_weight, values.shape)
            used = weight > 0  # a sample without weight is absent, even where its value is infinite
            return float(np.average(values[used], weights=weight[used]))

    def _evaluate(self, kernel: Callable[..., NDArray], y_true: ArrayLike, y_pred: ArrayLike) -> NDArray:
        with np.errstate(over="ignore"):  # a loss too large for its dtype is infinite, which is the right limit
            return np.asarray(kernel(*self._arguments(y_true, y_pred)))

    # Each loss decides what these take. `Any` tells the type checker, so that subclasses can be precise.

    def _arguments(self, y_true: Any, y_pred: Any) -> tuple[NDArray, ...]:
        y_true, y_pred = as_floats(y_true=y_true, y_pred=y_pred)
        check_samples(y_true, y_pred, self.target_ndim, self.score_ndim)
        check_finite("y_true", y_true)
        check_no_nan("y_pred", y_pred)
        return y_true, y_pred

    def _value(self, *arguments: Any, **_: Any) -> NDArray:
        raise NotImplementedError(f"{type(self).__name__} must define _value")

    def _gradient(self, *arguments: Any, **_: Any) -> NDArray:
        raise NotImplementedError(f"{type(self).__name__} must define _gradient")

    def _value_and_gradient(self, *arguments: Any, **_: Any) -> tuple[NDArray, NDArray]:
        return self._value(*arguments), self._gradient(*arguments)

    def _hessian(self, *arguments: Any, **_: Any) -> NDArray:
        raise NoHessianError(f"{type(self).__name__} has no Hessian: {self.no_hessian}")

    def _set_facts(self, **changed: Any) -> None:
        """Give this instance facts of its own, for hyperparameters that make the facts of its class wrong."""
        object.__setattr__(self, "facts", replace(type(self).facts, **changed))

    def _set_number(self, name: str, low: float, high: float, *, closed: bool = False) -> None:
        """Check the hyperparameter `name` and keep it as a Python float, which leaves float32 arrays float32."""
        object.__setattr__(self, name, self._number(name, getattr(self, name), low, high, closed))

    def _number(self, name: str, got: Any, low: float, high: float, closed: bool = False) -> float:
        number = math.nan
        if isinstance(got, Real) and not isinstance(got, bool):  # float alone would also take the text "1.5"
            with suppress(OverflowError):
                number = float(got)
        if not (low < number < high or (closed and low <= number < high)):
            domain = f"{'[' if closed else '('}{low:g}, {high:g})"
            raise ValueError(f"{type(self).__name__}: {name} must be a number in {domain}, got {got!r}")
        return number


def _with_facts(docstring: str, facts: Facts) -> str:
    """Return a docstring with the equation after its first paragraph and the reference before its example."""
    text, prompt, example = inspect.cleandoc(docstring).partition("\n\n>>> ")
    summary, *paragraphs = text.split("\n\n")
    equation = textwrap.fill(f"$${facts.equation}$$", 116, break_long_words=False, break_on_hyphens=False)
    return "\n\n".join([summary, equation, *paragraphs, f"Reference: {facts.reference}."]) + prompt + example


def as_floats(**arrays: ArrayLike) -> list[NDArray]:
    """Convert arrays to one common float dtype: float32 where no float64 takes part, else float64.

    Integers and booleans become floats first, so that small unsigned integers cannot wrap around.
    """
    converted = {name: _as_real(name, array) for name, array in arrays.items()}
    floats = [array.dtype for array in converted.values() if array.dtype.kind == "f"]
    single = bool(floats) and np.result_type(*floats).itemsize <= 4
    return [array.astype(np.float32 if single else np.float64, copy=False) for array in converted.values()]


def _as_real(name: str, array: ArrayLike) -> NDArray:
    try:
        converted = np.asarray(array)
    except ValueError:
        raise ValueError(f"{name} must be a rectangular array of numbers, got rows of unequal length") from None
    except (RuntimeError, TypeError) as error:
        raise TypeError(
            f"{name} must be numbers that NumPy can read, got {type(array).__name__}. A model trains with a loss of "
            "its framework: that of the same name in lossbook.frameworks.keras or lossbook.frameworks.torch, or the "
            "one that `facts.keras` or `facts.torch` names"
        ) from error
    if np.ma.is_masked(array):
        masked = np.ma.count_masked(array)  # type: ignore[no-untyped-call]
        raise ValueError(f"{name} must not have masked entries, got {masked}; leave them out")
    if converted.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of real numbers, got dtype {converted.dtype}")
    return converted


def check_samples(y_true: NDArray, y_pred: NDArray, target_ndim: int, score_ndim: int) -> None:
    """Raise ValueError unless `y_true` and `y_pred` have the same samples; nothing is ever broadcast.

    Where a target has as many axes as a score, such as two masks, these have to agree as well.
    """
    for name, array, ndim in (("y_true", y_true, target_ndim), ("y_pred", y_pred, score_ndim)):
        if array.ndim < ndim:
            raise ValueError(f"{name} must have at least {ndim} axes, got shape {array.shape}")
    samples_true = y_true.shape[: y_true.ndim - target_ndim]
    samples_pred = y_pred.shape[: y_pred.ndim - score_ndim]
    if samples_true != samples_pred or (target_ndim == score_ndim and y_true.shape != y_pred.shape):
        raise ValueError(
            f"y_pred must have the samples of y_true, got y_true of shape {y_true.shape} "
            f"and y_pred of shape {y_pred.shape}"
        )


def check_finite(name: str, array: NDArray) -> None:
    """Raise ValueError that names the argument unless every entry is finite."""
    if np.isfinite(_sum(array)):  # then every entry is finite; the sum is by far the cheaper test
        return
    bad = ~np.isfinite(array)
    if bad.any():
        raise ValueError(f"{name} must be finite, got NaN or infinity in {bad.sum()} of {array.size} entries")


def check_no_nan(name: str, array: NDArray) -> None:
    """Raise ValueError that names the argument if an entry is NaN."""
    if np.isfinite(_sum(array)):
        return
    bad = np.isnan(array)
    if bad.any():
        raise ValueError(f"{name} must not contain NaN, got {bad.sum()} of {array.size}")


def _sum(array: NDArray) -> np.floating:
    with np.errstate(over="ignore", invalid="ignore"):
        return array.sum()


def _check_weight(sample_weight: ArrayLike, shape: tuple[int, ...]) -> NDArray:
    (weight,) = as_floats(sample_weight=sample_weight)
    if weight.shape != shape:
        raise ValueError(f"sample_weight must have one weight per sample, shape {shape}, got shape {weight.shape}")
    check_finite("sample_weight", weight)
    weight = weight.astype(np.float64, copy=False)
    if (weight < 0).any() or not 0 < weight.sum() < np.inf:
        raise ValueError(
            f"sample_weight must be non-negative with a positive and finite sum, got a sum of {weight.sum():g} "
            f"and a smallest weight of {weight.min():g}"
        )
    return weight


def hyperparameters(loss: Loss) -> dict[str, Any]:
    """Return the hyperparameters of a loss by name."""
    return {field.name: getattr(loss, field.name) for field in fields(loss)}
