"""Other implementations of the losses."""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from benchmarks.cases import Case


class Rival(NamedTuple):
    """Another implementation of a loss, on the input of a case; each field is a call without arguments."""

    name: str
    value: Callable[[], object]
    gradient: Callable[[], object]
    both: Callable[[], object]


_PACKAGES = {"textbook": "numpy", "scikit_learn": "sklearn", "pytorch": "torch", "keras_tensorflow": "keras"}


def rivals(case: Case) -> Iterator[Rival]:
    """Yield the rivals of a case whose packages are installed."""
    for module, package in _PACKAGES.items():
        if find_spec(package) is not None:
            rival = import_module(f"{__name__}.{module}").rival(case)
            if rival is not None:
                yield rival
