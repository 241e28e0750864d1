"""What all losses share: conversion, validation, reduction, and facts as data."""

# Keeps annotations as they are written: `help` would print ArrayLike as a union of four lines.
from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.numerics import LINKS

LARGEST_SINGLE = 2**24  # up to here float32 has every integer


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

    Where a sample has several scores, `shapes` says which, for the message about arrays that do not go together.
    A loss that may get no samples at all, such as that of mined triplets, says in `empty_mean` what its mean is then.
    """

    facts: ClassVar[Facts]
    score_ndim: ClassVar[int] = 0
    target_ndim: ClassVar[int] = 0
    shapes: ClassVar[str] = "y_pred must have the samples of y_true"
    no_hessian: ClassVar[str] = "it is not defined for this loss"
    empty_mean: ClassVar[float | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__doc__ and "facts" in vars(cls):  # Python drops docstrings when run with -OO
            cls.__doc__ = _with_facts(cls.__doc__, cls.facts)

    if not TYPE_CHECKING:  # a type checker would take it for the name of the class

        @property
        def __name__(self) -> str:
            """What a function has, for those who name one by it, such as scikit-learn's scorers."""
            return repr(self)

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
        value, gradient = self._evaluate(self._value_and_gradient, y_true, y_pred)
        return value, gradient

    def predict(self, score: ArrayLike) -> NDArray:
        """Return the prediction on its natural scale, such as a probability, for a raw score: the link.

        An infinite score gives the limit, as it does in `value`, and NaN is an error there and here.
        """
        score = self._check_scale("score", score)
        with np.errstate(over="ignore"):
            return np.asarray(LINKS[self.facts.link].predict(score))

    def to_score(self, prediction: ArrayLike) -> NDArray:
        """Return a raw score for a prediction on its natural scale: the inverse link.

        Probabilities of exactly 0 and 1 have infinite scores, at which the loss takes its exact limits. The link
        softmax has many inverses; this one returns the logarithms of the probabilities.

        Raises ValueError for a prediction that no score has, such as a probability above 1, or those of classes that do
        not sum to 1.
        """
        given, prediction = prediction, self._check_scale("prediction", prediction)
        link = LINKS[self.facts.link]
        if not np.all((prediction >= link.low) & (prediction <= link.high)):
            raise ValueError(
                f"prediction must lie between {link.low:g} and {link.high:g}, the range of the link {self.facts.link}, "
                f"got values from {shown(np.min(prediction))} to {shown(np.max(prediction))}"
            )
        if self.facts.link == "softmax":
            check_distributions("prediction", prediction, given)
        return np.asarray(link.to_score(prediction))

    def _check_scale(self, name: str, array: ArrayLike) -> NDArray:
        """Check what `predict` or `to_score` converts."""
        (array,) = as_floats(**{name: array})
        check_no_nan(name, array)
        if self.facts.link == "softmax":
            check_classes(name, array)
        return array

    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the mean value, weighted by `sample_weight` where given: the sum of w * value over the sum of w."""
        values = self.value(y_true, y_pred)
        weight = None if sample_weight is None else _check_weight(sample_weight, values.shape)
        if values.size == 0:
            if self.empty_mean is not None:
                return self.empty_mean
            raise ValueError("y_pred must hold at least one sample to take a mean, got none")
        if weight is None:
            return _mean(values)
        used = weight > 0  # a sample without weight is absent, even where its value is infinite
        return _mean(values[used], weight[used])

    def _evaluate(self, kernel: Callable[..., Any], y_true: ArrayLike, y_pred: ArrayLike) -> Any:
        """Return what `kernel` makes of the checked arguments, an array or a tuple of them."""
        with np.errstate(over="ignore"):  # a loss too large for its dtype is infinite, which is the right limit
            arguments = self._arguments(y_true, y_pred)
            if self._exceeds_single and np.float32 in [each.dtype for each in arguments]:
                wide = [each.astype(np.float64) if each.dtype == np.float32 else each for each in arguments]
                result = _each(lambda array: array.astype(np.float32), kernel(*wide))
            else:
                result = kernel(*arguments)
        return _each(np.asarray, result)

    @cached_property
    def _exceeds_single(self) -> bool:
        """Whether float32 cannot hold a hyperparameter and its square."""
        sizes = [abs(each) for each in hyperparameters(self).values() if isinstance(each, float)]
        return any(0 < size < 1e-18 or 1e18 < size < math.inf for size in sizes)

    # Each loss decides what these take. `Any` tells the type checker, so that subclasses can be precise.

    def _arguments(self, y_true: Any, y_pred: Any) -> tuple[NDArray, ...]:
        y_true, y_pred = as_floats(y_true=y_true, y_pred=y_pred)
        self._check_samples(y_true, y_pred)
        check_finite("y_true", y_true)
        check_no_nan("y_pred", y_pred)
        return y_true, y_pred

    def _check_samples(self, y_true: NDArray, y_pred: NDArray) -> None:
        """Raise ValueError unless `y_true` and `y_pred` have the same samples; nothing is ever broadcast.

        Where a target has as many axes as a score, such as two masks, these have to agree as well.
        """
        for name, array, ndim in (("y_true", y_true, self.target_ndim), ("y_pred", y_pred, self.score_ndim)):
            if array.ndim < ndim:
                raise ValueError(f"{name} must have at least {ndim} axes, got shape {array.shape}")
        samples_true = y_true.shape[: y_true.ndim - self.target_ndim]
        samples_pred = y_pred.shape[: y_pred.ndim - self.score_ndim]
        alike = self.target_ndim == self.score_ndim
        if samples_true != samples_pred or (alike and y_true.shape != y_pred.shape):
            raise ValueError(
                f"{self.shapes}, got y_true of shape {y_true.shape} and y_pred of shape {y_pred.shape}"
                f"{self._remedy(y_true.shape, y_pred.shape)}"
            )

    def _remedy(self, true: tuple[int, ...], pred: tuple[int, ...]) -> str:
        """What may help where the shapes do not go together, as the end of the message that says so."""
        if self.score_ndim == self.target_ndim == 0 and [n for n in true if n != 1] == [n for n in pred if n != 1]:
            return "; y_pred.reshape(y_true.shape) has the same entries without the axes of length 1"
        return ""

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

    def _set_number(
        self, name: str, low: float, high: float, *, closed: bool = False, closed_above: bool = False
    ) -> None:
        """Check the hyperparameter `name` and keep it as a Python float, which leaves float32 arrays float32."""
        number = self._number(name, getattr(self, name), low, high, closed, closed_above)
        object.__setattr__(self, name, number)

    def _number(
        self, name: str, got: Any, low: float, high: float, closed: bool = False, closed_above: bool = False
    ) -> float:
        number = math.nan
        if isinstance(got, Real) and not isinstance(got, bool):  # float alone would also take the text "1.5"
            with suppress(OverflowError):
                number = float(got)
        if not (low < number < high or (closed and number == low) or (closed_above and number == high)):
            domain = f"{'[' if closed else '('}{low:g}, {high:g}{']' if closed_above else ')'}"
            raise ValueError(f"{type(self).__name__}: {name} must be a number in {domain}, got {got!r}")
        return number


def _with_facts(docstring: str, facts: Facts) -> str:
    """Return a docstring with the equation after its first paragraph and the reference before its example."""
    text, prompt, example = inspect.cleandoc(docstring).partition("\n\n>>> ")
    summary, *paragraphs = text.split("\n\n")
    equation = textwrap.fill(f"$${facts.equation}$$", 116, break_long_words=False, break_on_hyphens=False)
    return "\n\n".join([summary, equation, *paragraphs, f"Reference: {facts.reference}."]) + prompt + example


def as_floats(**arrays: ArrayLike) -> list[NDArray]:
    """Convert arrays to one common float dtype that keeps every digit: float32 where it does, else float64.

    It is float32 where no float64 takes part, some other float does, and no integer is beyond the 16,777,216 up to
    which float32 has them all. Only what float64 cannot hold is rounded, as everywhere in NumPy. Integers and booleans
    become floats first, so that small unsigned integers cannot wrap around.
    """
    converted = {name: _as_real(name, array) for name, array in arrays.items()}
    floats = [array.dtype for array in converted.values() if array.dtype.kind == "f"]
    single = bool(floats) and np.result_type(*floats).itemsize <= 4
    single = single and not any(map(_needs_double, converted.values()))
    return [array.astype(np.float32 if single else np.float64, copy=False) for array in converted.values()]


def _needs_double(array: NDArray) -> bool:
    """Whether there are integers so large that float32 would round some of their size."""
    if array.dtype.kind not in "iu" or array.dtype.itemsize <= 2 or array.size == 0:
        return False
    return bool(array.max() > LARGEST_SINGLE or array.min() < -LARGEST_SINGLE)


def _as_real(name: str, array: ArrayLike) -> NDArray:
    converted = _as_array(name, array)
    if converted.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of real numbers, got dtype {converted.dtype}")
    return converted


def _as_array(name: str, array: ArrayLike) -> NDArray:
    try:
        converted = np.asarray(array)
    except (RuntimeError, TypeError, ValueError) as error:
        if isinstance(array, list | tuple) and isinstance(error, ValueError):
            raise ValueError(f"{name} must be a rectangular array of numbers, got rows of unequal length") from None
        # a symbolic tensor, or one that gradients flow through
        raise TypeError(
            f"{name} must be numbers that NumPy can read, got {type(array).__name__}. A model trains with a loss of "
            "its framework: that of the same name in lossbook.frameworks.keras or lossbook.frameworks.torch, or the "
            "one that `facts.keras` or `facts.torch` names"
        ) from error
    # NumPy drops the mask, also that of each row of a list.
    rows = array if isinstance(array, list | tuple) else [array]
    masked = sum(np.ma.getmaskarray(row).sum() for row in rows if isinstance(row, np.ma.MaskedArray))
    if masked:
        raise ValueError(f"{name} must not have masked entries, got {masked}; leave them out")
    return converted


def as_labels(name: str, labels: ArrayLike) -> NDArray:
    """Return class labels as an array. They stay as they are, as two large integers may be the same float.

    Raises ValueError for labels that are masked or missing (None or NaN), or that mix text with numbers.
    """
    converted = _as_array(name, labels)
    # Of a list that mixes text with numbers, NumPy has made text alone.
    is_mixture = converted.dtype.kind == "O" or (isinstance(labels, list | tuple) and converted.dtype.kind in "US")
    entries = np.asarray(labels, object).ravel().tolist() if is_mixture else []
    kinds = {"text" if isinstance(entry, str | bytes) else type(entry).__name__ for entry in entries}
    if converted.dtype.kind == "f":
        check_finite(name, converted)
    missing = [entry for entry in entries if entry is None or type(entry).__name__ == "NAType" or entry != entry]
    if missing or (converted.dtype.kind in "mM" and np.isnat(converted).any()):
        raise ValueError(f"{name} must not have missing labels, got {(missing or ['NaT'])[0]}; leave them out")
    if "text" in kinds and len(kinds) > 1:
        raise ValueError(f"{name} must hold labels of one kind, numbers or text, got {' and '.join(sorted(kinds))}")
    return converted


def check_classes(name: str, scores: NDArray) -> None:
    """Raise ValueError unless the last axis holds one class or more."""
    if scores.ndim == 0 or scores.shape[-1] == 0:
        raise ValueError(f"{name} must have at least one class along its last axis, got shape {scores.shape}")


def check_distributions(name: str, rows: NDArray, given: ArrayLike) -> None:
    """Raise ValueError unless the rows are distributions, up to the rounding of the dtype in which they are given."""
    if rows.size and rows.min() < 0:
        raise ValueError(f"{name} must hold probabilities, got {shown(rows.min())}")
    off = np.abs(np.einsum("...k->...", rows, dtype=np.float64) - 1).max(initial=0)
    dtype = np.asarray(given).dtype
    precision = np.finfo(dtype if dtype.kind == "f" else np.float64)
    # Each entry is rounded to half a unit of its last place, the smallest ones to a multiple of the smallest float.
    rounding = precision.eps + rows.shape[-1] * precision.smallest_subnormal
    if off > max(1e-5, float(rounding)):
        raise ValueError(f"{name} must have rows that sum to 1, one-hot or a distribution, got a sum off by {off:.2g}")


def shown(number: Any) -> str:
    """Return a number for a message with all digits that tell it from its neighbors, but no needless ones.

    >>> shown(np.float32(1.0000001)), shown(np.float64(255)), shown(0.1)
    ('1.0000001', '255', '0.1')
    """
    return str(number).removesuffix(".0")


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
    if weight.size and ((weight < 0).any() or not weight.any()):
        raise ValueError(
            "sample_weight must be non-negative and not 0 throughout, "
            f"got weights from {shown(weight.min())} to {shown(weight.max())}"
        )
    return weight


def _mean(values: NDArray, weight: NDArray | None = None) -> float:
    """Return the mean in float64, whatever the scale of the weights, and also where a sum of values overflows."""
    values = values.astype(np.float64, copy=False)
    if weight is not None:  # a power of two, which rounds nothing, makes the largest about 1
        weight = np.ldexp(weight, -np.frexp(weight.max())[1])
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.average(values, weights=weight)
    if not np.isfinite(mean):
        finite = bool(np.isfinite(values).all())
        mean = np.ldexp(np.average(np.ldexp(values, -64), weights=weight), 64) if finite else values.sum()
    return float(mean)


def _each(convert: Callable[[Any], NDArray], result: Any) -> Any:
    """Convert an array, or each array of a tuple."""
    return tuple(map(convert, result)) if isinstance(result, tuple) else convert(result)


def hyperparameters(loss: Loss) -> dict[str, Any]:
    """Return the hyperparameters of a loss by name."""
    return {field.name: getattr(loss, field.name) for field in fields(loss)}
