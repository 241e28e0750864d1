"""The course: a folder for each page, with what the page says of itself, its demos and its exercises.

>>> from lossbook import course
>>> course.pages()[:2]
['welcome', 'foundations/what-is-a-loss']
>>> course.about("foundations/what-is-a-loss").title
'What is a loss?'
"""

import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lossbook.course.page import About
from lossbook.exercises import Exercise, Quiz

__all__ = ["About", "about", "exercises", "module", "pages", "quiz"]

ORDER = Path(__file__).parent / "order.txt"  # written from _toc.yml, which a reader of the package does not have


def pages() -> list[str]:
    """Return the names of the pages, such as ``regression/quantiles``, in the order of the course."""
    return ORDER.read_text(encoding="utf-8").split()


def module(page: str) -> str:
    """Return the name of the package that belongs to a page."""
    return f"{__name__}.{page.replace('-', '_').replace('/', '.')}"


def about(page: str) -> About:
    """Return what a page says of itself.

    Raises:
        LookupError: where the package of the page does not say it.
    """
    name = module(page)
    try:
        package = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):  # the package exists, but not what it imports
            raise
        package = None
    if not hasattr(package, "about"):
        raise LookupError(f"{page} needs a package {name} that says in `about` what the page is about")
    return package.about


def exercises(page: str) -> dict[str, Exercise]:
    """Return the exercises of a page by the names that its code gives them, in the order in which they are declared."""
    return {name: each for name, each in _names(page, "exercises").items() if isinstance(each, Exercise)}


def quiz(page: str) -> Quiz | None:
    """Return the quiz of a page, if it has one."""
    return _names(page, "exercises").get("quiz")


def _names(page: str, part: str) -> dict[str, Any]:
    """Return what a module of a page defines; nothing where the page has no such module."""
    name = f"{module(page)}.{part}"
    return vars(importlib.import_module(name)) if find_spec(name) else {}
