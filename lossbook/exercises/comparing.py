"""Compare what a learner's code returns with what it should return."""

from typing import Any

import numpy as np


def same(got: Any, expected: Any, rtol: float, atol: float) -> bool:
    """Whether two results agree in shape and, to a tolerance, in value; NaN agrees with NaN."""
    if isinstance(expected, str | bool | type(None)) or isinstance(got, str | type(None)):
        return type(got) is type(expected) and got == expected
    try:
        got, expected = np.asarray(got), np.asarray(expected)
        if got.shape != expected.shape:
            return False
        return bool(np.allclose(got.astype(float), expected.astype(float), rtol=rtol, atol=atol, equal_nan=True))
    except (TypeError, ValueError):
        return False


def shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of a number or an array, and None for anything else."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    return array.shape if array.dtype.kind in "biuf" else None


def shown(value: Any) -> str:
    """Return a value as a message shows it: a few digits, and not too many entries."""
    if isinstance(value, np.ndarray | np.generic | list | float):
        with np.printoptions(precision=4, threshold=12, edgeitems=3, suppress=False):
            text = str(np.asarray(value)).replace("\n", "")
        return (
            f"{text} ({np.asarray(value).dtype})" if np.asarray(value).dtype.kind in "iub" and np.ndim(value) else text
        )
    return repr(value)
