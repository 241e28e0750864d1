"""Run a learner's code, which may raise, print, warn, loop forever, or change its arguments."""

import copy
import ctypes
import sys
import sysconfig
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

SECONDS = 5.0
TIMES, INTERVAL = 2000, 1e-5  # how often a thread is told to stop, and the seconds that it may run in between
QUICK_STEPS = 64  # of a loop, at most, between two looks at the clock where no thread can be started
HAS_THREADS = sys.platform != "emscripten"  # in a web page no thread can be started

# Code in these places is not the learner's.
_LIBRARIES = (*{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")},)
_LIBRARIES += (str(Path(__file__).parents[1]), "<frozen", "<__array_function__")


@dataclass(frozen=True)
class Outcome:
    """What a call gave: a value, or in `problem` a sentence on why there is none."""

    value: Any = None
    problem: str = ""
    changed: bool = False
    """Whether the call changed an array or a list that it was given."""


class _Stopped(BaseException):
    """Raised in a learner's code that has run too long; no ``except Exception`` catches it."""


def call(function: Callable, arguments: tuple, seconds: float = SECONDS) -> Outcome:
    """Call a function with copies of its arguments, for `seconds` at most."""
    given = copy.deepcopy(arguments)
    box: dict[str, Any] = {}

    def work() -> None:
        try:
            box["entered"] = True
            try:
                with np.errstate(all="ignore"):
                    value = function(*given)
                # A function may return the same list or array every time, and change it in the next call.
                box["value"] = copy.copy(value) if isinstance(value, np.ndarray | list) else value
            except _Stopped:
                raise
            except BaseException as error:  # including SystemExit, which must not end the notebook
                box["problem"] = _sentence(error)
            box["left"] = True
        except _Stopped:
            box["left"] = True

    # A warning is no mistake, even where warnings are turned into errors. The filters belong to the whole process, so
    # this thread sets and restores them: the learner's may never end.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ended = _in_a_thread(work, seconds, box) if HAS_THREADS else _watched(work, seconds)
    if not ended:
        return Outcome(
            problem=f"Your code was still running after {seconds:g} seconds. Is there a loop that never ends?"
        )
    if "problem" in box:
        return Outcome(problem=box["problem"])
    changed = any(_differ(before, after) for before, after in zip(arguments, given, strict=True))
    return Outcome(box.get("value"), changed=changed)


def _in_a_thread(work: Callable[[], None], seconds: float, box: dict[str, Any]) -> bool:
    """Do the work in a thread of its own, and return whether it ended in time."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    finally:  # also after a KeyboardInterrupt
        ended = _stop(thread, box)
    return ended


def _stop(thread: threading.Thread, box: dict[str, Any]) -> bool:
    """Stop a thread if it is running, by raising an exception in it; return whether it had ended by itself.

    The exception is raised at the thread's next step of Python code. A bare ``except:`` in a loop catches it about 29
    times in 30, so it is raised many times, in short intervals, until one comes while the thread is outside of the
    ``try``. Code that hangs in C goes on, but nobody waits for it.
    """
    if not thread.is_alive():
        return True
    tell = partial(ctypes.pythonapi.PyThreadState_SetAsyncExc, ctypes.c_ulong(thread.ident), ctypes.py_object(_Stopped))
    usual, report = sys.getswitchinterval(), sys.unraisablehook

    def unless_stopped(unraisable: Any) -> None:
        # Raised in what Python itself calls, such as a finalizer, the exception is caught there, and printed.
        if not issubclass(unraisable.exc_type, _Stopped):
            report(unraisable)

    sys.setswitchinterval(INTERVAL)
    sys.unraisablehook = unless_stopped
    try:
        # After an interrupt right at the start it may not have come to the `try` that expects the exception.
        while "entered" not in box and thread.is_alive():
            thread.join(INTERVAL)
        for _ in range(TIMES):
            # Python switches threads, and raises an exception that another thread has sent, only after calls and
            # backward jumps. Neither can happen between this check and the call of `tell`, nor between the learner's
            # last line and the note that the function was left; so no exception is raised after that.
            if "left" in box:
                thread.join()
                break
            tell()
            thread.join(10 * INTERVAL)
    finally:
        sys.setswitchinterval(usual)
        sys.unraisablehook = report
    return False


def _watched(work: Callable[[], None], seconds: float) -> bool:
    """Do the work in this thread, and return whether it ended in time: there is no other. Needs Python 3.12.

    Once the time is up, an exception is raised at every call of the learner's functions, and at every jump within them.
    Code that hangs in C goes on: only the page can end it, together with everything else that Python knows there.
    """
    watch = sys.monitoring
    tool, events = watch.DEBUGGER_ID, (watch.events.PY_START, watch.events.JUMP)
    looked, late, learners = time.monotonic(), False, ""
    until, left, most = looked + seconds, 1, 1

    def look(code: CodeType, *_: Any) -> Any:
        nonlocal looked, late, learners, left, most
        if code.co_filename is not learners:
            if code.co_filename.startswith(_LIBRARIES):
                return watch.DISABLE  # at this place, for as long as events are watched
            learners = code.co_filename
        left -= 1
        if left > 0:
            return None
        # A look at the clock takes longer than a step of most loops: where steps are quick, not every one has it.
        now = time.monotonic()
        most = min(2 * most, QUICK_STEPS) if now - looked < INTERVAL * QUICK_STEPS else 1
        looked, left = now, most
        if now > until:
            late, left = True, 1
            raise _Stopped
        return None

    watch.use_tool_id(tool, "lossbook")
    try:
        for event in events:
            watch.register_callback(tool, event, look)
        watch.set_events(tool, sum(events))
        work()
    finally:
        watch.set_events(tool, 0)
        for event in events:
            watch.register_callback(tool, event, None)
        watch.free_tool_id(tool)
    return not late


def _differ(before: Any, after: Any) -> bool:
    if isinstance(before, np.ndarray):
        return not np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    if isinstance(before, list | tuple):
        return len(before) != len(after) or any(map(_differ, before, after))
    return isinstance(before, int | float | str) and before == before and before != after


def _sentence(error: BaseException) -> str:
    """Say what was raised and on which line of the learner's own code."""
    try:
        said = f": {error}" if str(error) else ""
    except Exception:  # the learner's own exception, which cannot be printed
        said = ""
    said = said if len(said) <= 300 else f"{said[:300]}..."
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.line for frame in frames if not frame.filename.startswith(_LIBRARIES) and frame.line]
    where = f" in the line `{lines[-1]}`" if lines else ""
    return f"Your code raised {type(error).__name__}{said}{where}."
