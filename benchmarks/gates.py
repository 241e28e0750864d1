"""The budgets of the website's pages, and which pages these are."""

import tomllib
from pathlib import Path

from tools import pages
from website import generated

BUDGETS: dict[str, float] = tomllib.loads(Path(__file__).with_name("budgets.toml").read_text(encoding="utf-8"))
SCORES = ("performance", "accessibility", "best-practices", "seo")
WRITTEN = [pages.address(path) for path in pages.documents()]
PAGES = [*WRITTEN, *(f"{name}.html" for name in generated.PAGES)]
"""Every page of the built website, in the order of the book; ``index.html`` only leads to the first."""


def before(page: str) -> str:
    """Return the page that a reader has opened before this one; before the first the last."""
    return PAGES[PAGES.index(page) - 1]
