"""The gradient check: a gradient that somebody wrote against one that is measured, with a verdict."""

# Keeps annotations as they are written: `help` would print ArrayLike as a union of four lines.
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.core import as_floats, check_finite

Verdict = Literal["right", "look closer, lost in rounding", "look closer, a kink perhaps", "wrong"]
_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # from the best to the worst

BANDS = {"float64": (1e-6, 1e-3), "float32": (1e-2, 1e-1)}
"""A relative difference up to the first number is right, one beyond the second is wrong."""

_SHORTER = (1, 0.1, 0.01)  # the steps that an entry is measured with, in multiples of h, until it passes
_SPREAD = 8  # a loss is computed in many operations; its last digits are off by some times epsilon


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """The result of a gradient check, and the entry that decides it.

    >>> GradientCheck("wrong", difference=0.75, index=(2,), written=4.0, measured=1.0)
    wrong: relative difference 0.75 at [2], written / measured = 4
    """

    verdict: Verdict
    difference: float
    """The largest relative difference among the entries with this verdict."""
    index: tuple[int, ...]
    """The place of that entry in `x`; empty where `x` is one number."""
    written: float
    """The gradient that was checked, at that entry."""
    measured: float
    """The central difference there."""

    def __repr__(self) -> str:
        place = f" at [{', '.join(map(str, self.index))}]" if self.index else ""
        ratio = f", written / measured = {self.written / self.measured + 0:.4g}" if self.measured else ""
        return f"{self.verdict}: relative difference {self.difference:.2g}{place}{ratio}"


def check_gradient(
    function: Callable[[NDArray], ArrayLike],
    gradient: Callable[[NDArray], ArrayLike],
    x: ArrayLike,
    *,
    h: ArrayLike | None = None,
) -> GradientCheck:
    """Compare a gradient with central differences, ``(f(x + h) - f(x - h)) / 2h`` along one coordinate after the other.

    The relative difference of an entry is ``|written - measured|``, divided by the larger of the two absolute values.
    In float64 it is right up to 1e-6 and wrong beyond 1e-3; in float32, where a right gradient may be off by much more,
    right up to 1e-2 and wrong beyond 1e-1. In between, look closer. The same holds for whatever lies between the slopes
    to the left and to the right of `x`: at a kink, every number between the two is a subgradient. To tell a kink from a
    mistake, move `x` a little. The worst entry decides.

    Shapes: `x` may have any shape, even that of one number. `function` takes an array of that shape and returns one
    number, such as the mean loss. `gradient` takes the same and returns an array of the same shape.

    The step: too long an `h` leaves a truncation error, which grows with its square, and too short a one a rounding
    error near ``epsilon / h``. They meet at the cube root of epsilon, 6.1e-6 in float64 and 4.9e-3 in float32, if the
    function bends over a distance of about 1. Otherwise the best step is that times this distance, which is taken to be
    the size of the entry, but at least 1: ``h = epsilon**(1/3) * max(|x|, 1)``, as in SciPy. Where the function bends
    over a much shorter distance, give an `h`. An entry that does not pass is measured again with steps 10 and 100 times
    shorter, out of reach of a kink nearby, and its smallest difference counts: a mistake does not depend on the step.

    Rounding: the smaller an entry is beside the function's value, the fewer of its digits can be measured, so its
    difference is divided by no less than what rounding accounts for. An entry of which nothing can be measured is left
    out, unless all are like that; then the verdict says so. Rounding inside the function that does not show in its
    value, such as that of a residual between two large numbers, is not seen: check at random weights, not at a minimum.

    The check is done in float32 if `x` is, or if `function` returns it, else in float64, which tells much more. To a
    function that computes in float32 and returns a float64, it does no justice.

    Args:
        function: the loss as a function of `x`; called 2 to 6 times for each entry.
        gradient: the gradient to be checked, as a function of `x`.
        x: the point, away from kinks and from the minimum, where there is little to measure.
        h: the step, one number or one for each entry of `x`; positive.

    Raises:
        ValueError: if `x` has no entries or is not finite, `function` does not return one number, finite at `x` and a
            step to both sides, `gradient` does not return the shape of `x`, or `h` has another shape, is not positive
            or is too short to change `x`.

    Reference: Nocedal and Wright (2006), section 8.1.

    >>> y_true = np.array([3.0, -0.5, 2.0])
    >>> def risk(y_pred):
    ...     return np.mean((y_pred - y_true) ** 2)
    >>> check_gradient(risk, lambda y_pred: 2 / 3 * (y_pred - y_true), [2.5, 0.0, 4.0]).verdict
    'right'
    >>> check_gradient(risk, lambda y_pred: y_pred - y_true, [2.5, 0.0, 4.0])
    wrong: relative difference 0.33 at [0], written / measured = 1.5
    """
    (point,) = as_floats(x=x)
    if point.size == 0:
        raise ValueError("x must have at least one entry, got none")
    check_finite("x", point)
    # Copies, so that what the functions do to their argument does not move the point.
    center = _one_number(function(point.copy()), "x")
    (written,) = as_floats(gradient=gradient(point.copy()))
    if written.shape != point.shape:
        raise ValueError(f"gradient must return an array of the shape of x, {point.shape}, got shape {written.shape}")
    dtype = np.dtype(np.float32 if np.float32 in (point.dtype, center.dtype) else np.float64)
    steps = _steps(point, h, dtype)

    def check(index: tuple[int, ...]) -> GradientCheck:
        def along(place: float) -> tuple[float, float]:
            moved = point.copy()
            moved[index] = place
            place = float(moved[index])  # as far as the dtype of x has it
            return place, float(_one_number(function(moved), f"{place:.9g} in entry {list(index)} of x"))

        start = float(point[index]), float(center)
        return _check_entry(along, start, float(written[index]), index, float(steps[index]), dtype)

    found = [check(index) for index in np.ndindex(point.shape)]
    told = [each for each in found if each.verdict != "look closer, lost in rounding"] or found
    return max(told, key=lambda each: (_VERDICTS.index(each.verdict), each.difference))


def check_along(function: Callable[[NDArray], NDArray], gradient: NDArray, x: NDArray, h: float) -> list[GradientCheck]:
    """Check a derivative at many positions at once, as `check_gradient` would one by one.

    Args:
        function: takes positions, and returns what belongs to each, on its own.
        gradient: the derivative to be checked, at each of the positions.
        x: the positions, in float64, more than two steps apart.
        h: the longest step.
    """
    values: dict[float, float] = {}
    for places in (x, *(x + side * (shorter * h) for shorter in _SHORTER for side in (-1, 1))):
        values |= zip(places.tolist(), function(places).tolist(), strict=True)

    def along(place: float) -> tuple[float, float]:
        return place, values[place]

    return [
        _check_entry(along, along(place), written, (index,), h, np.dtype(np.float64))
        for index, (place, written) in enumerate(zip(x.tolist(), gradient.tolist(), strict=True))
    ]


def is_kink(check: GradientCheck) -> bool:
    """Return whether a check passed for the slopes to the left and to the right alone."""
    return check.verdict == "look closer, a kink perhaps" and check.difference > BANDS["float64"][1]


def _one_number(value: ArrayLike, where: str) -> NDArray:
    (number,) = as_floats(function=value)
    if number.shape != ():
        raise ValueError(f"function must return one number, such as a mean or a sum, got shape {number.shape}")
    if not np.isfinite(number):
        raise ValueError(f"function must be finite at x and a step to both sides, got {number} at {where}")
    return number


def _steps(point: NDArray, h: ArrayLike | None, dtype: np.dtype) -> NDArray:
    """Return the step for each entry of a point, as float64."""
    if h is None:
        return np.asarray(np.cbrt(np.finfo(dtype).eps) * np.maximum(np.abs(point), 1), np.float64)
    (given,) = as_floats(h=h)
    if given.ndim and given.shape != point.shape:
        raise ValueError(f"h must be one number or have the shape of x, {point.shape}, got shape {given.shape}")
    if not (np.isfinite(given) & (given > 0)).all():
        raise ValueError(f"h must be positive and finite, got {h!r}")
    steps = np.broadcast_to(given, point.shape).astype(np.float64)
    shortest = (min(_SHORTER) * steps).astype(point.dtype)
    if not ((point - shortest < point) & (point < point + shortest)).all():
        raise ValueError(f"h must be so long that a hundredth of it changes x in {point.dtype}, got {h!r}")
    return steps


def _check_entry(
    along: Callable[[float], tuple[float, float]],
    start: tuple[float, float],
    written: float,
    index: tuple[int, ...],
    h: float,
    dtype: np.dtype,
) -> GradientCheck:
    """Check the derivative along one coordinate.

    Args:
        along: takes a place on the coordinate, returns that place as `x` can hold it, and the function there.
        start: the same two for the point itself.
        written: the derivative to be checked.
        index: which coordinate it is.
        h: the longest step.
        dtype: that of the computation, which decides the bands.
    """
    right, wrong = BANDS[dtype.name]
    x, at_x = start
    smallest, measured, floor = math.inf, math.nan, 0.0
    verdict: Verdict = "wrong"
    for shorter in _SHORTER:
        (low, below), (high, above) = along(x - shorter * h), along(x + shorter * h)
        slopes = sorted([(at_x - below) / (x - low), (above - at_x) / (high - x)])
        central = (above - below) / (high - low)
        # The last digits of the function, and those of x where the slope changes with x.
        digits = max(abs(below), abs(above)) + abs(x) * (slopes[1] - slopes[0])
        rounding = _SPREAD * float(np.finfo(dtype).eps) * digits / (shorter * h)
        floor = floor or rounding / right
        larger = max(abs(written), abs(central))
        if written != central and larger < floor * right / wrong:
            return GradientCheck(
                "look closer, lost in rounding", abs(written - central) / larger, index, written, central
            )
        difference = abs(written - central) / max(larger, floor) if written != central else 0.0
        if math.isnan(measured) or difference < smallest:
            smallest, measured = difference if math.isfinite(written) else math.inf, central
        if smallest <= right:
            return GradientCheck("right", smallest, index, written, measured)
        is_between = slopes[0] - rounding <= written <= slopes[1] + rounding
        verdict = "look closer, a kink perhaps" if smallest <= wrong or is_between else "wrong"
    return GradientCheck(verdict, smallest, index, written, measured)
