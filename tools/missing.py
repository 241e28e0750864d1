"""A pytest plugin: where PyTorch or TensorFlow is missing, what needs it is left out, and the summary says so.

In CI that is an error, unless the package does not exist for this version of Python.
"""

import importlib.util
import os
import sys
from dataclasses import dataclass

import pytest

from tools.needs import cells_that_need


@dataclass(frozen=True)
class Package:
    """A package that may be missing, and what then cannot be tested."""

    name: str
    reason: str
    marker: str
    """The marker of the tests that need it."""
    modules: frozenset[str]
    """The page cells that need it import one of these, or use what such a cell has made."""
    missing_from: tuple[int, int] | None = None
    """The first Python for which it does not exist."""

    def is_missing(self) -> bool:
        return importlib.util.find_spec(self.name) is None

    def is_left_out(self) -> bool:
        exists = self.missing_from is None or sys.version_info < self.missing_from
        return self.is_missing() and not (exists and os.environ.get("CI"))


PACKAGES = (
    Package(
        name="torch",
        reason="PyTorch is not installed: pip install torch",
        marker="pytorch",
        modules=frozenset({"torch", "lossbook.frameworks.torch"}),
    ),
    Package(
        name="tensorflow",
        reason="TensorFlow, on which Keras runs here, is not installed: it exists for Python 3.11 to 3.13",
        marker="keras",
        modules=frozenset({"keras", "tensorflow", "lossbook.frameworks.keras"}),
        missing_from=(3, 14),
    ),
)
LEFT_OUT = [package for package in PACKAGES if package.is_left_out()]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests and the page cells that need what is missing."""
    for package in LEFT_OUT:
        skip = pytest.mark.skip(reason=package.reason)
        cells: dict[pytest.Collector, set[int]] = {}
        for item in items:
            if hasattr(item, "cell"):
                if item.parent not in cells:
                    cells[item.parent] = {id(cell) for cell in cells_that_need(package.modules, item.parent.nb)}
                needs = id(item.cell) in cells[item.parent]
            else:
                needs = item.get_closest_marker(package.marker) is not None
            if needs:
                item.add_marker(skip)
