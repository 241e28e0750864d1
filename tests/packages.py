"""Shared by the comparisons with other packages: marks, as a package may be missing, and what is to be compared."""

from collections.abc import Iterable

import pytest

MARKS = {"keras": [pytest.mark.keras], "torch": [pytest.mark.pytorch], "sklearn": []}


def claimed(rows: Iterable) -> set[tuple[type, str]]:
    """Return the losses of these rows with each package in which their facts name a counterpart."""
    counterparts = ((type(row.loss), package, getattr(row.loss.facts, package)) for row in rows for package in MARKS)
    return {(kind, package) for kind, package, name in counterparts if name is not None}


def checked(agreements: Iterable) -> set[tuple[type, str]]:
    """Return the losses and packages that are compared: the first two values of each case."""
    return {(type(agreement.values[0]), agreement.values[1]) for agreement in agreements}
