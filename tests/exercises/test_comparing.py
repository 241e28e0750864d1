"""When two results are the same, how they are shown, and when two pieces of code are the same."""

import numpy as np
import pytest

from lossbook.exercises.comparing import same, same_code, shape, shown

NAN, INF = np.nan, np.inf


class Broken:
    def __array__(self, *given, **named):
        raise RuntimeError("call detach() first")

    def __repr__(self):
        raise RuntimeError


class Tensor:
    def __array__(self, *given, **named):
        return np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([1.0, 2.0], np.array([1.0, 2.0])),
        (Tensor(), np.array([1.0, 2.0])),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array([0.1, 100.1], dtype=np.float32), np.array([0.1, 100.1])),
        (np.array([NAN, INF, -INF]), np.array([NAN, INF, -INF])),
        (np.array(2.0), 2.0),
        (2, 2.0),
        (np.True_, True),
        (True, np.True_),
        (np.array([True, False]), np.array([1.0, 0.0])),
        ("a", "a"),
        (None, None),
        ((np.ones(3), 1.0), (np.ones(3), 1.0)),
        ([np.ones(3), 1.0], (np.ones(3), 1.0)),
        (np.array([1.0, 2.0]), (1.0, 2.0)),
        (1.0 + 1e-8, 1.0),
    ],
)
def test_same(got, expected):
    assert same(got, expected, 1e-6, 1e-9)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (np.ones((2, 1)), np.ones(2)),
        (1.0, np.ones(1)),
        (np.ones(1), 1.0),
        (np.array([1.0, NAN]), np.array([1.0, 2.0])),
        (np.array([1.0, INF]), np.array([1.0, -INF])),
        (["1.0", "2.0"], np.array([1.0, 2.0])),
        ("1.0", 1.0),
        (1.0 + 2.0j, 1.0),
        (None, np.ones(2)),
        ([[1.0], [1.0, 2.0]], np.ones(2)),
        ((value for value in (1.0, 2.0)), np.array([1.0, 2.0])),
        ({"a": 1.0}, 1.0),
        (Broken(), 1.0),
        (1, True),
        (np.ones(3), (np.ones(3), 1.0)),
        (1.0, (1.0, 2.0)),
        (np.array(1.0), (1.0, 2.0)),
        (1.001, 1.0),
        (np.array([0.101], dtype=np.float32), np.array([0.1])),
    ],
)
def test_not_same(got, expected):
    assert not same(got, expected, 1e-6, 1e-9)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, ()), ([1, 2], (2,)), (np.ones((2, 3)), (2, 3)), ("a", None), ([[1], [1, 2]], None), (Broken(), None)],
)
def test_shape(value, expected):
    assert shape(value) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (np.float32(0.1), "0.1"),
        (np.array([1.0, 2.5]), "[1. 2.5]"),
        (np.array([1, 2]), "[1 2] (int64)"),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), "[[1. 2.] [3. 4.]]"),
        (3, "3"),
        (True, "True"),
        ("a", "'a'"),
        (abs, "abs"),
        ((np.ones(1), 0.1 + 0.2), "([1.], 0.3)"),
        ((1.0,), "(1,)"),
        ([[1], [1, 2]], "[[1], [1, 2]]"),
        (Broken(), "a Broken"),
        ("x" * 1000, "'" + "x" * 119 + "..."),
    ],
)
def test_shown(value, text):
    assert shown(value).replace("  ", " ").replace("[1. 2. ]", "[1. 2.]") == text


def test_long_arrays_are_cut():
    assert len(shown(np.linspace(0, 1, 10_000))) < 80


STARTER = """
def loss(y_true, y_pred):
    total = 0.0
    for one, other in zip(y_true, y_pred):
        if one > other:
            total += 2 * (one - other)
            total -= 1
    return total
"""

SAME = {
    "renamed": STARTER.replace("def loss", "def my_loss"),
    "comments": STARTER.replace("total = 0.0", "total = 0.0  # the sum\n    # so far\n"),
    "docstring": STARTER.replace("y_pred):\n", 'y_pred):\n    """Return the loss."""\n', 1),
    "reformatted": STARTER.replace("(one - other)", "(\n                one\n                - other\n            )"),
    "one line": STARTER.replace(
        "total += 2 * (one - other)\n            total -= 1", "total += 2*(one-other); total -= 1"
    ),
    "annotated": STARTER.replace("y_pred)", "y_pred: list) -> float", 1),
}
CHANGED = {
    "constant": STARTER.replace("2 *", "3 *"),
    "type of a constant": STARTER.replace("2 *", "2.0 *"),
    "comparison": STARTER.replace(">", ">="),
    "operator": STARTER.replace("-= 1", "+= 1"),
    "swapped": STARTER.replace("one - other", "other - one"),
    "indentation": STARTER.replace("            total -= 1", "        total -= 1"),
    "return inside the loop": STARTER.replace("    return", "        return"),
    "function called": STARTER.replace("zip(", "map("),
    "more arguments": STARTER.replace("y_pred)", "y_pred, tau)", 1),
}


def function(source):
    space = {}
    exec(source, space)
    return next(each for name, each in space.items() if name != "__builtins__").__code__


@pytest.mark.parametrize("source", SAME.values(), ids=SAME)
def test_same_code(source):
    assert same_code(function(source), function(STARTER))


@pytest.mark.parametrize("source", CHANGED.values(), ids=CHANGED)
def test_other_code(source):
    assert source != STARTER
    assert not same_code(function(source), function(STARTER))


def test_code_that_was_called_often_is_the_same():
    """Python rewrites instructions while it runs them."""
    code = function(STARTER)
    space = {}
    exec(STARTER, space)
    for _ in range(1000):
        space["loss"]([1.0, 2.0], [0.5, 3.0])
    assert same_code(space["loss"].__code__, code)


@pytest.mark.parametrize("above", ["import numpy as np", "import numpy.linalg as n", "from numpy import exp"])
def test_imports_in_the_same_cell(above):
    """Python compiles a call differently if it has seen in the same cell that the object is a module."""
    source = "def last(y):\n    total = [np.exp(each) for each in y]\n    return np.linalg.norm(total) + y.mean()"
    space = {}
    exec(f"{above}\n\n{source}", space)
    assert same_code(space["last"].__code__, function(source))
    assert not same_code(space["last"].__code__, function(source.replace("mean", "sum")))


def test_functions_inside_functions():
    outer = "def outer(y):\n    return [other(each) for each in y] + list(map(lambda x: x + {}, y))"
    assert same_code(function(outer.format(1)), function(outer.format(1).replace("[other", "[\n other")))
    assert not same_code(function(outer.format(1)), function(outer.format(2)))
