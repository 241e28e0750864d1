"""A learner's code is run here: it may raise, print, loop for ever, or change its arguments."""

import copy
import ctypes
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

SECONDS = 5.0


@dataclass(frozen=True)
class Outcome:
    """What a call gave: a value, or in `problem` a sentence on why there is none."""

    value: Any = None
    problem: str = ""
    changed: bool = False
    """Whether the call changed an array that it was given."""


class _Stopped(BaseException):
    """Raised in a learner's code that has run too long; no ``except Exception`` catches it."""


def call(function: Callable, arguments: tuple, seconds: float = SECONDS) -> Outcome:
    """Call a function with copies of its arguments, for `seconds` at most."""
    given = copy.deepcopy(arguments)
    box: dict[str, Any] = {}

    def work() -> None:
        try:
            with np.errstate(all="ignore"):
                box["value"] = function(*given)
        except _Stopped:
            pass
        except BaseException as error:  # SystemExit too: it must not end the notebook
            box["problem"] = _sentence(error, function)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        # Ends at the next step of Python code; what hangs inside of C goes on, but nobody waits for it.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Stopped))
        return Outcome(
            problem=f"Your code was still running after {seconds:g} seconds. Is there a loop that never ends?"
        )
    if "problem" in box:
        return Outcome(problem=box["problem"])
    changed = any(
        isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
        for before, after in zip(arguments, given, strict=True)
    )
    return Outcome(box["value"], changed=changed)


def _sentence(error: BaseException, function: Callable) -> str:
    """Say what was raised and on which line of the learner's own code."""
    code = getattr(function, "__code__", None)
    lines = [
        frame.line for frame in traceback.extract_tb(error.__traceback__) if code and frame.filename == code.co_filename
    ]
    where = f" in the line `{lines[-1]}`" if lines and lines[-1] else ""
    said = f": {error}" if str(error) else ""
    return f"Your code raised {type(error).__name__}{said}{where}."
