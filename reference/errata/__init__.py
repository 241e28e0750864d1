"""The mistakes in the four source texts, each with code that shows it.

A module of this package that has ``ERRATA`` is a topic; the first line of its docstring is the topic's heading.
Modules with the same first line are one topic.
"""

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType

from reference.errata.entry import Erratum


@cache
def modules() -> dict[ModuleType, tuple[Erratum, ...]]:
    """Return the modules that have mistakes, with these."""
    every = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return {module: module.ERRATA for module in every if hasattr(module, "ERRATA")}


@cache
def topics() -> dict[str, list[Erratum]]:
    """Return the mistakes by topic, both in the order of the identifiers."""
    found: dict[str, list[Erratum]] = {}
    for module, members in modules().items():
        title = inspect.getdoc(module).partition("\n")[0].removesuffix(".")
        found.setdefault(title, []).extend(members)
    for members in found.values():
        members.sort(key=lambda erratum: erratum.id)
    return dict(sorted(found.items(), key=lambda item: item[1][0].id))


def errata() -> list[Erratum]:
    """Return all mistakes in the order of their identifiers."""
    return sorted((erratum for members in topics().values() for erratum in members), key=lambda erratum: erratum.id)
