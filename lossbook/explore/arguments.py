"""What is said of an argument that does not fit, and the arguments that have to be numbers."""

import math
from numbers import Real
from typing import Any

import numpy as np


class Slip(ValueError):
    """An argument that does not fit. The message says what to change, so a notebook shows it without a traceback."""

    def _render_traceback_(self) -> list[str]:  # IPython looks for this name
        return [f"ValueError: {self}"]


def number_range(name: str, given: Any, alternative: str = ",") -> tuple[float, float]:
    """Return the ends of a range that is given under a name, or say what would do instead."""
    numbers = list(given) if np.ndim(given) == 1 else []
    if not (len(numbers) == 2 and all(map(is_number, numbers)) and numbers[0] < numbers[1]):
        raise Slip(f"{name} must be two finite numbers in order{alternative} got {given!r}")
    return float(numbers[0]), float(numbers[1])


def is_number(given: Any) -> bool:
    """Return whether this is one finite number."""
    return isinstance(given, Real) and math.isfinite(given)
