"""What the evidence measures with, and how it writes numbers."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray


def slopes(function: Callable[[NDArray], float], at: ArrayLike, step: float = 1e-6) -> NDArray:
    """Return the central finite differences of a function of an array, entry by entry."""
    at = np.asarray(at, float)
    result = np.empty_like(at)
    for index in np.ndindex(at.shape):
        move = np.zeros_like(at)
        move[index] = step
        result[index] = (function(at + move) - function(at - move)) / (2 * step)
    return result


def number(value: float, digits: int = 3) -> str:
    """Return a number as the page prints it: with `digits` significant digits, and no minus before a zero."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else "infinite"
    text = f"{value:.{digits}g}"
    if "e" not in text:
        return "0" if text == "-0" else text
    if 1 <= abs(value) < 1e6:
        return f"{float(text):,.0f}"
    mantissa, exponent = text.split("e")
    return rf"${mantissa} \cdot 10^{{{int(exponent)}}}$"


def row(values: ArrayLike, digits: int = 3) -> str:
    """Return an array as code; entries below a millionth, noise of the finite differences, print as 0."""
    flat = np.ravel(np.asarray(values, float))
    texts = [f"{0.0 if abs(value) < 1e-6 else value:.{digits}g}" for value in flat]
    return f"`[{', '.join(texts)}]`"
