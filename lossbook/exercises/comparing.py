"""Compare what a learner's code returns with what it should return, and one piece of code with another."""

import dis
import re
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

# What single precision can hold: code that computes in float32 is not wrong.
SINGLE = {"rtol": 1e-5, "atol": 1e-6}


def numbers(value: Any) -> np.ndarray | None:
    """Return numbers, of a framework's tensor too, as an array, and None for anything else."""
    try:
        array = np.asarray(value)
    except Exception:  # rows of different lengths, or an object with an `__array__` that fails
        return None
    return array if array.dtype.kind in "biufc" else None


def same(got: Any, expected: Any, rtol: float, atol: float) -> bool:
    """Whether two results agree in shape and, to a tolerance, in value; NaN agrees with NaN.

    A tuple is compared part by part, and may be given as a list or an array.
    """
    if isinstance(expected, tuple):
        fits = isinstance(got, tuple | list) or (isinstance(got, np.ndarray) and got.ndim > 0)
        if not fits or len(got) != len(expected):
            return False
        return all(same(one, other, rtol, atol) for one, other in zip(got, expected, strict=True))
    if isinstance(expected, str | bool | type(None)):
        got = bool(got) if isinstance(got, np.bool_) else got
        return type(got) is type(expected) and got == expected
    first, second = numbers(got), numbers(expected)
    if first is None or second is None or first.shape != second.shape:
        return False
    if first.dtype.kind == "f" and first.dtype.itemsize < 8:
        rtol, atol = max(rtol, SINGLE["rtol"]), max(atol, SINGLE["atol"])
    # Booleans cannot be subtracted, and small integers overflow.
    first, second = (array if array.dtype.kind == "c" else array.astype(float) for array in (first, second))
    with np.errstate(all="ignore"):
        return bool(np.allclose(first, second, rtol=rtol, atol=atol, equal_nan=True))


def shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of a number or an array, and None for anything else."""
    array = numbers(value)
    return None if array is None else array.shape


def shown(value: Any, digits: int = 4) -> str:
    """Return a value as a message shows it: a few digits, not too many entries, and a type other than float64."""
    if isinstance(value, tuple):
        inside = ", ".join(shown(each, digits) for each in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    array = numbers(value)
    if array is None or isinstance(value, bool | int):
        return _short(value)
    if array.ndim == 0 and array.dtype.kind == "f":
        return f"{float(array):.{digits + 2}g}"
    with np.printoptions(precision=digits, threshold=12, edgeitems=3, suppress=False):
        text = " ".join(str(array).split())
    return f"{text} ({array.dtype})" if array.dtype.kind in "iubf" and array.dtype != float and array.ndim else text


def _short(value: Any) -> str:
    if callable(value) and isinstance(getattr(type(value), "__name__", None), str):
        name = getattr(value, "__name__", None)
        return name if isinstance(name, str) else f"a {type(value).__name__}"
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 120 else f"{text[:120]}..."


def code_of(function: Callable) -> CodeType | None:
    """Return the code of a function written in Python, and None for anything else."""
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None


def same_code(one: CodeType, other: CodeType) -> bool:
    """Whether two functions do the same, whatever their names, layout, comments and docstrings."""
    return _steps(one) == _steps(other)


def _steps(code: CodeType) -> list:
    # Instructions are compared by what they do. An argument is an index into a table, in which a docstring moves
    # everything, and a jump's target is an address; so both are replaced by what they stand for. Differences that come
    # from layout alone are removed: instructions that only mark a line, two accesses to variables on the same line,
    # which Python 3.13 and later merge into one instruction, and the variants that borrow a reference, from 3.14 on.
    # A function is also called by other instructions if its module is imported in the same cell.
    steps = []
    for step in dis.get_instructions(code):
        opname = step.opname.replace("_BORROW", "").replace("LOAD_METHOD", "LOAD_ATTR")
        pair = re.fullmatch("((?:LOAD|STORE)_FAST.*)_((?:LOAD|STORE)_FAST.*)", opname)
        if pair:
            steps += [(step.offset, name, repr(value)) for name, value in zip(pair.groups(), step.argval, strict=True)]
        elif opname not in ("NOP", "EXTENDED_ARG", "PUSH_NULL"):
            steps.append((step.offset, opname, step))

    def meaning(argument: Any) -> Any:
        if isinstance(argument, str):
            return argument
        if isinstance(argument.argval, CodeType):
            return _steps(argument.argval)
        if argument.opcode in (*dis.hasjrel, *dis.hasjabs):
            return sum(offset < argument.argval for offset, _, _ in steps)
        return repr(argument.argval)  # as text, because 1 == 1.0 == True

    return [code.co_argcount, *((name, meaning(argument)) for _, name, argument in steps)]
