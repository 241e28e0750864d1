"""A learner's code does what it likes, and the check goes on."""

import functools
import itertools
import sys
import threading
import warnings
import weakref

import numpy as np
import pytest

from lossbook.exercises import running
from lossbook.exercises.running import Outcome, call

GIVEN = (np.array([1.0, 2.0]),)


def raises_deep_down(y):
    def inner(values):
        return values["missing"]

    return inner({}) + y


def raises_in_a_library(y):
    return np.concatenate([y, 1.0])


def calls_itself(y):
    return calls_itself(y)


def shapes_differ(y):
    return y + np.ones(3)


@pytest.mark.parametrize(
    ("function", "name", "line"),
    [
        (raises_deep_down, "KeyError: 'missing'", 'return values["missing"]'),
        (raises_in_a_library, "ValueError: all the input arrays", "return np.concatenate([y, 1.0])"),
        (calls_itself, "RecursionError: maximum recursion depth", "return calls_itself(y)"),
        (shapes_differ, "ValueError: operands could not be broadcast", "return y + np.ones(3)"),
        (functools.partial(shapes_differ), "ValueError", "return y + np.ones(3)"),
        (np.vectorize(lambda y: y["a"]), "IndexError", 'y["a"]'),
    ],
)
def test_an_exception_and_the_learners_own_line(function, name, line):
    problem = call(function, GIVEN).problem
    assert problem.startswith(f"Your code raised {name}")
    assert f"{line}" in problem
    assert " in the line `" in problem


class Unprintable(Exception):
    def __str__(self):
        raise ValueError


def raising(error):
    def function(y):
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError(), "Your code raised ValueError in the line `raise error`."),
        (SystemExit(1), "Your code raised SystemExit: 1 in the line"),
        (KeyboardInterrupt(), "Your code raised KeyboardInterrupt in"),
        (StopIteration(), "Your code raised StopIteration in"),
        (Unprintable(), "Your code raised Unprintable in the line"),
    ],
)
def test_whatever_is_raised(error, said):
    assert call(raising(error), GIVEN).problem.startswith(said)


def test_a_long_message_is_cut():
    assert len(call(raising(ValueError("x" * 10_000)), GIVEN).problem) < 400


def test_exit_does_not_end_the_session():
    assert "SystemExit" in call(lambda y: sys.exit(), GIVEN).problem


def test_wrong_number_of_arguments():
    assert "takes 0 positional arguments but 1 was given" in call(lambda: 1, GIVEN).problem


def test_a_function_written_in_c_has_no_line():
    assert call(len, (3,)).problem == "Your code raised TypeError: object of type 'int' has no len()."


def loops(y):
    while True:
        y = y + 1


def loops_and_catches(y):
    while True:
        try:
            y = y + 1
            raise ValueError
        except Exception:
            y = y - 1


def loops_and_catches_everything(y):
    while True:
        try:
            y = np.add(y, 1)
        except:  # noqa: E722 - what a learner may write
            y = np.add(y, 2)


def loops_in_finally(y):
    try:
        return y
    finally:
        while True:
            y = y + 1


LOOPS = [loops, loops_and_catches, loops_and_catches_everything, loops_in_finally]


@pytest.mark.parametrize("function", LOOPS)
def test_a_loop_without_end_is_stopped_for_good(function):
    before = set(threading.enumerate())
    outcome = call(function, GIVEN, seconds=0.1)
    assert outcome.problem == "Your code was still running after 0.1 seconds. Is there a loop that never ends?"
    for thread in set(threading.enumerate()) - before:
        thread.join(2)
    assert set(threading.enumerate()) <= before


@pytest.fixture
def one_thread(monkeypatch):
    """Let there be no other thread, as in a web page."""
    if sys.version_info < (3, 12):
        pytest.skip("sys.monitoring came with Python 3.12; tests/website/python runs the same in the page's Python")
    monkeypatch.setattr(running, "HAS_THREADS", False)
    monkeypatch.setattr(threading.Thread, "start", lambda thread: pytest.fail("a thread was started"))


@pytest.mark.parametrize("function", [*LOOPS, lambda y: [x for x in itertools.count() if x < 0]])
def test_without_threads_a_loop_without_end_is_stopped(function, one_thread):
    filters = list(warnings.filters)
    outcome = call(function, GIVEN, seconds=0.1)
    assert outcome.problem == "Your code was still running after 0.1 seconds. Is there a loop that never ends?"
    assert sys.monitoring.get_tool(sys.monitoring.DEBUGGER_ID) is None
    assert list(warnings.filters) == filters


def test_without_threads_everything_else_is_as_with_them(one_thread):
    assert call(lambda y: y + 1, GIVEN).value.tolist() == [2.0, 3.0]
    assert call(change_array, GIVEN).changed
    assert "KeyError: 'missing'" in call(raises_deep_down, GIVEN).problem
    assert "SystemExit" in call(lambda y: sys.exit(), GIVEN).problem


def test_what_hangs_outside_of_python_is_left_behind():
    before, ready = set(threading.enumerate()), threading.Lock()
    ready.acquire()
    assert "still running" in call(lambda y: ready.acquire(timeout=60), GIVEN, seconds=0.1).problem
    (left,) = set(threading.enumerate()) - before
    ready.release()
    left.join(60)
    assert not left.is_alive()


def test_warnings_are_neither_shown_nor_errors(recwarn):
    def warns(y):
        warnings.warn("a habit of old", DeprecationWarning, stacklevel=1)
        return np.log(0 * y)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = call(warns, GIVEN)
    np.testing.assert_array_equal(outcome.value, [-np.inf, -np.inf])
    assert not recwarn


def test_after_a_loop_without_end_warnings_are_as_before():
    before = list(warnings.filters)
    call(loops, GIVEN, seconds=0.05)
    assert list(warnings.filters) == before


def test_what_is_printed_is_shown(capsys):
    assert call(lambda y: print("here"), GIVEN) == Outcome()
    assert capsys.readouterr().out == "here\n"


def change_array(y):
    y -= 1


def change_nan(y):
    y[np.isnan(y)] = 0


@pytest.mark.parametrize(
    ("function", "given", "changed"),
    [
        (change_array, (np.array([1.0]),), True),
        (change_nan, (np.array([np.nan, 1.0]),), True),
        (lambda y: y.sort(), ([2, 1],), True),
        (lambda pair: pair[0].fill(0), ((np.ones(2), 1.0),), True),
        (lambda y: y.append(np.ones(2)), ([np.zeros(2)],), True),
        (lambda y: y - 1, (np.array([np.nan]),), False),
        (lambda y: y, ([np.ones(2), "a", float("nan")],), False),
        (lambda y: y, (np.array([1, 2]),), False),
        (lambda f: f(1.0), (abs,), False),
    ],
)
def test_changed_arguments(function, given, changed):
    kept = repr(given)
    assert call(function, given).changed is changed
    assert repr(given) == kept


def test_an_array_that_is_handed_out_again_keeps_what_it_was():
    kept = []

    def collects(y):
        kept.append(y)
        return kept

    first, second = call(collects, (1.0,)), call(collects, (2.0,))
    assert (first.value, second.value) == ([1.0], [1.0, 2.0])


def test_an_interrupt_from_the_keyboard_stops_the_code_too(monkeypatch):
    before = set(threading.enumerate())
    real = threading.Thread.join

    def interrupted(thread, seconds=None):
        if seconds == 60:
            raise KeyboardInterrupt
        return real(thread, seconds)

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call(loops, GIVEN, seconds=60)
    assert set(threading.enumerate()) <= before


def loops_in_finalizers(y):
    while True:
        weakref.finalize(Thing(), sum, range(1000))


class Thing:
    pass


def test_what_is_stopped_in_a_finalizer_prints_nothing(monkeypatch):
    unexpected = []
    monkeypatch.setattr(sys, "unraisablehook", unexpected.append)
    assert "never ends" in call(loops_in_finalizers, GIVEN, seconds=0.05).problem
    assert unexpected == []


class Late(threading.Thread):
    """Comes to the learner's code a moment after it was started, as under load."""

    def run(self):
        for _ in range(100_000):
            pass
        super().run()


def test_code_that_is_stopped_before_it_has_begun(monkeypatch):
    """The exception that stops it comes where it is expected."""
    unexpected = []
    monkeypatch.setattr(threading, "excepthook", unexpected.append)
    monkeypatch.setattr(sys, "unraisablehook", unexpected.append)
    monkeypatch.setattr(threading, "Thread", Late)
    for _ in range(5):
        assert "never ends" in call(loops, GIVEN, seconds=0).problem
    assert unexpected == []
