"""Evidence measured with inputs that differ in their last digits: what then prints another number is chaos.

Inputs are the numbers that a module of errata writes down, what its random generators draw, and the data sets of
scikit-learn. Equal numbers stay equal. Whole numbers stay as they are: they are labels, counts and kinks.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import sklearn.datasets

from reference.errata import page
from reference.errata.entry import Erratum

CHANGE = 1e-15
# What Keras computes is in float32, in which that would be no change at all.
CHANGE_IN_KERAS = 2e-7
DATA_SETS = ("load_breast_cancer", "load_diabetes")


def nudged(values: Any, change: float) -> Any:
    """Return numbers, each a little larger or smaller than before, as its digits decide; anything else as it is."""
    if isinstance(values, tuple):
        return tuple(nudged(each, change) for each in values)
    if isinstance(values, float):
        return float(nudged(np.array(values), change))
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        return values
    moves = np.isfinite(values) & (values != np.round(values))
    mantissa, _ = np.frexp(np.where(moves, values, 0))
    factor = np.where(mantissa * 1e6 % 1 < 0.5, 1 + change, 1 - change)
    return np.where(moves, values * factor, values).astype(values.dtype)


class _Nudged:
    """An object whose methods return nudged numbers."""

    def __init__(self, inner: Any, change: float) -> None:
        self._inner, self._change = inner, change

    def __getattr__(self, name: str) -> Callable:
        method = getattr(self._inner, name)
        return lambda *arguments, **options: nudged(method(*arguments, **options), self._change)


def _numpy(change: float) -> ModuleType:
    """Return NumPy with random numbers and ranges that are nudged."""
    copy = ModuleType("numpy")
    vars(copy).update(vars(np))
    copy.linspace = _Nudged(np, change).linspace
    copy.random = ModuleType("numpy.random")
    copy.random.default_rng = lambda seed: _Nudged(np.random.default_rng(seed), change)
    return copy


class _Literals(ast.NodeTransformer):
    def __init__(self, change: float) -> None:
        self._change = change

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.copy_location(ast.Constant(nudged(node.value, self._change)), node)

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        return None if [each.name for each in node.names] == ["numpy"] else node


@cache
def _names(module: ModuleType, change: float) -> dict[str, Any]:
    """Return what a module of errata defines with other numbers."""
    code = _Literals(change).visit(ast.parse(inspect.getsource(module)))
    names = {"__name__": module.__name__, "np": _numpy(change)}
    exec(compile(code, str(module.__file__), "exec"), names)
    return names


@contextmanager
def _data_sets(change: float) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in DATA_SETS:
            load = getattr(sklearn.datasets, name)

            def loaded(load: Callable = load, return_X_y: bool = False) -> Any:
                data = load(return_X_y=return_X_y)
                if return_X_y:
                    return nudged(data, change)
                return type(data)(**{key: nudged(value, change) for key, value in data.items()})

            patch.setattr(sklearn.datasets, name, loaded)
        yield


def evidence(erratum: Erratum) -> str:
    """Return what the evidence of a mistake prints with such inputs."""
    uses_keras = "import keras" in inspect.getsource(erratum.evidence)
    change = CHANGE_IN_KERAS if uses_keras else CHANGE
    module = sys.modules[erratum.evidence.__module__]
    with _data_sets(change):
        (same,) = [each for each in _names(module, change)["ERRATA"] if each.id == erratum.id]
        return page.evidence(same)
