"""Functions become frames: evaluated on the grid of their controls, rounded to integers, and packed.

What comes out is small because neighboring frames look alike: differences along the axes of the grid and of the curve
are mostly near zero. Fifteen bits are 1,500 steps per height of a panel, even with the room kept around it.
"""

import itertools
import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbook.explorable.controls import Control
from lossbook.explorable.functions import Where, call, parameters

# A function of more combinations takes long to evaluate, and its values are too many for a page.
MOST_EVALUATIONS = 50_000

# How far beyond the limits of an axis a curve is kept, in lengths of the axis. A segment that leaves the panel is
# still drawn in its direction.
MARGIN = 10

# Steps over the whole range of a source. One is about a fifth of a pixel, so what is drawn is off by a tenth at most.
# Twice as many would make the frames a tenth heavier, and nobody would see the difference.
FINEST = 32767

# A readout is stored in units of a sixteenth of its last printed digit.
FINE = 16


@dataclass(frozen=True)
class Scale:
    """How the values of a source are stored: along an axis with limits, or as they are."""

    low: float = -np.inf
    high: float = np.inf
    log: bool = False
    is_length: bool = False

    def along(self, place: float | None) -> float | None:
        """Return a place on the axis as it is stored."""
        return math.log10(place) if self.log and place is not None else place

    def apply(self, values: NDArray) -> NDArray:
        """Return values as they are stored; on a logarithmic axis they must be positive."""
        if self.log:
            values = np.log10(values)
        if not np.isfinite(self.low):
            return values
        room = MARGIN * (self.high - self.low)
        if self.is_length:
            return np.clip(values, -room, room)
        return np.clip(values, self.low - room, self.high + room)


def grid(function: Callable, controls: dict[str, Control], what: str) -> tuple[list[str], list[list]]:
    """Return the controls that a function depends on, and the values of each on the grid."""
    names = parameters(function, controls, what)
    axes = [controls[name].grid for name in names]
    combinations = int(np.prod([len(axis) for axis in axes])) if axes else 1
    if combinations > MOST_EVALUATIONS:
        sizes = " times ".join(f"{len(axis)} values of {name}" for name, axis in zip(names, axes, strict=True))
        raise ValueError(
            f"{what} would be evaluated at {combinations:,} combinations, {sizes}; at most {MOST_EVALUATIONS:,} are "
            "possible: give these sliders fewer nodes, or add up functions of fewer controls"
        )
    return names, axes


def evaluate(function: Callable, names: list[str], axes: list[list], where: Where, scale: Scale, ndim: int) -> NDArray:
    """Return a function's values on a grid: the axes of the grid first, then those of one value.

    Raises:
        ValueError: for a value that is not finite, of the wrong shape, or not positive on a logarithmic axis.
    """
    states = [dict(zip(names, combination, strict=True)) for combination in itertools.product(*axes)]

    def number(**state: Any) -> NDArray:
        return np.asarray(function(**state), dtype=float)

    values = []
    for state in states:
        place = Where(where.what, state)
        value = call(number, place)
        if value.size == 0:
            raise ValueError(f"{place} must not be empty{place.at}")
        if value.ndim != ndim:
            wanted = "a number" if ndim == 0 else f"an array of {ndim} dimension{'s' * (ndim > 1)}"
            raise ValueError(f"{place} must be {wanted}, got shape {value.shape}{place.at}")
        if values and value.shape != values[0].shape:
            raise ValueError(f"{place} must keep its shape {values[0].shape}, got {value.shape}{place.at}")
        values.append(value)
    stacked = np.array(values)

    def refuse(bad: NDArray, must: str) -> None:
        """Raise an error for the first of the bad values."""
        if bad.any():
            first = np.argwhere(bad)[0]
            place = Where(where.what, states[first[0]])
            raise ValueError(f"{place} must be {must}, got {stacked[tuple(first)]:g}{place.at}")

    refuse(~np.isfinite(stacked), "finite")
    if scale.log:
        refuse(stacked <= 0, "positive for a logarithmic axis")
    return np.reshape(scale.apply(stacked), (*map(len, axes), *values[0].shape))


def quantize(values: NDArray) -> tuple[NDArray, float, float]:
    """Return 16-bit integers, the lowest value, and the step: ``values`` is nearly ``low + step * integers``."""
    low, high = float(values.min()), float(values.max())
    # Few digits, so that the last one does not depend on the machine; the range still covers everything.
    low = float(f"{low - 6e-9 * max(1, abs(low)):.9g}")
    step = float(f"{max(high - low, 1e-12) * (1 + 1e-6) / FINEST:.9g}")
    return np.round((values - low) / step).astype(np.int64), low, step


def quantize_printed(values: NDArray, decimals: int) -> tuple[NDArray, float, float]:
    """Return integers in units of a sixteenth of the last printed digit, each on the side to which Python rounds it."""
    unit = 10.0**-decimals
    # Python rounds here, since it printed what the page is compared with: NumPy rounds some numbers otherwise.
    printed = np.array([round(round(float(value), decimals) / unit) for value in values.flat])
    exact = np.round(values.ravel() / unit * FINE)
    # At most seven sixteenths from the printed digit: eight would be a tie, which the page may round the other way.
    fine = np.clip(exact, FINE * printed - 7, FINE * printed + 7).astype(np.int64).reshape(values.shape)
    lowest = int(fine.min())
    return fine - lowest, lowest * unit / FINE, unit / FINE


def pack(integers: NDArray, width: int, axes: Iterable[int]) -> bytes:
    """Return the bytes of an array of integers: differences along some axes, zigzag, then one plane per byte."""
    bits = 8 * width
    differences = integers.astype(np.int64)
    for axis in axes:
        differences = np.diff(differences, axis=axis, prepend=0)
    signed = (differences + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)
    zigzag = (signed << 1) ^ (signed >> 63)
    return b"".join(((zigzag >> 8 * plane) & 255).astype(np.uint8).tobytes() for plane in range(width))


def smallest(integers: NDArray, width: int) -> tuple[list[int], bytes]:
    """Return the axes whose differences compress best, and the bytes; between unlike neighbors they only add noise."""
    every = range(integers.ndim)
    subsets = itertools.chain.from_iterable(itertools.combinations(every, count) for count in range(len(every) + 1))
    packed = {axes: pack(integers, width, axes) for axes in subsets}
    best = min(packed, key=lambda axes: len(zlib.compress(packed[axes], 9)))
    return list(best), packed[best]


class Frames:
    """The functions of one explorable, each stored once."""

    def __init__(self, controls: dict[str, Control]) -> None:
        self.controls = controls
        self.functions: list[dict] = []
        self._packed: list[bytes] = []
        self._size = 0
        self._known: dict[tuple, int] = {}
        self._kept: list[Any] = []

    def numbers(self, source: Any, scale: Scale, ndim: int, what: str, interpolate: bool) -> list[int]:
        """Add a source of numbers (an array, a function, or functions to be added up) and return its functions."""
        if isinstance(source, Sequence) and not isinstance(source, str) and any(map(callable, source)):
            if scale.log:
                raise ValueError(f"{what}: functions cannot be added up along a logarithmic axis")
            parts = source
            # A part may lie beyond the limits where the sum does not, but not far beyond.
            reach = max(abs(scale.low), abs(scale.high))
            scale = Scale(-reach, reach)
        else:
            parts = [source]
        return [self._numbers(part, scale, ndim, what, interpolate) for part in parts]

    def _numbers(self, source: Any, scale: Scale, ndim: int, what: str, interpolate: bool) -> int:
        key = (id(source), scale, ndim, interpolate)
        if key in self._known:
            return self._known[key]
        function = source if callable(source) else lambda: source
        names, axes = grid(function, self.controls, what)
        values = evaluate(function, names, axes, Where(what), scale, ndim)
        integers, low, step = quantize(values)
        index = self._add(names, values.shape[len(axes) :], integers, 2, low, step, interpolate)
        # The source has to live on: the id of an object that is gone may be given to another.
        self._kept.append(source)
        self._known[key] = index
        return index

    def readout(self, function: Callable, decimals: int, percent: bool, what: str) -> int:
        """Add a function that returns a number to be printed, or a text."""
        names, axes = grid(function, self.controls, what)
        if isinstance(
            call(function, Where(what, {name: axis[0] for name, axis in zip(names, axes, strict=True)})), str
        ):
            return self.texts(function, what)
        values = evaluate(function, names, axes, Where(what), Scale(), 0)
        factor = 100 if percent else 1
        integers, low, step = quantize_printed(factor * values, decimals)
        if integers.max() >= 2**31:
            digits = f"from {values.min():g} to {values.max():g} with {decimals} decimals"
            raise ValueError(f"{what} has too many digits, {digits}; print fewer, or return a text")
        low, step = low / factor, step / factor
        return self._add(names, (), integers, 4, low, step, True)

    def texts(self, function: Callable, what: str) -> int:
        """Add a function that returns a text; between nodes the nearest one is shown."""
        names, axes = grid(function, self.controls, what)
        table: dict[str, int] = {}
        places = []
        for combination in itertools.product(*axes):
            where = Where(what, dict(zip(names, combination, strict=True)))
            text = call(function, where)
            if not isinstance(text, str):
                raise ValueError(f"{what} must be a text everywhere, got {text!r}{where.at}")
            places.append(table.setdefault(text, len(table)))
        integers = np.reshape(places, tuple(map(len, axes)))
        return self._add(names, (), integers, 2, 0, 1, False, list(table))

    def _add(
        self,
        names: list[str],
        shape: Iterable[int],
        integers: NDArray,
        width: int,
        low: float,
        step: float,
        interpolate: bool,
        table: list[str] | None = None,
    ) -> int:
        axes, packed = smallest(integers, width)
        self.functions.append(
            {
                "controls": names,
                "shape": list(shape),
                "width": width,
                "axes": axes,
                "low": low,
                "step": step,
                "interpolate": interpolate,
                "table": table,
                "offset": self._size,
            }
        )
        self._packed.append(packed)
        self._size += len(packed)
        return len(self.functions) - 1

    def compressed(self) -> bytes:
        """Return all frames as the page unpacks them."""
        return zlib.compress(b"".join(self._packed), 9)
