"""Highlighted code without the markup that no style uses, which is half the elements of a page with many cells."""

from functools import lru_cache

from pygments.formatters import HtmlFormatter
from pygments.lexers import find_lexer_class_by_name
from pygments.token import _TokenType
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

# The first letters of the classes that have a color in static/styles/code.css: keywords, strings, numbers, comments.
COLORED = ("k", "s", "m", "c")
ALSO = {"ow", "gp", "go", "il"}


class SparseFormatter(HtmlFormatter):
    """Leaves a token plain unless the book colors it."""

    def _get_css_classes(self, ttype: _TokenType) -> str:
        classes = super()._get_css_classes(ttype)
        return classes if classes.startswith(COLORED) or classes in ALSO else ""


def setup(app: Sphinx) -> None:
    # Sphinx makes a formatter for every block, and each computes a style sheet that nobody reads: one is enough.
    PygmentsBridge.html_formatter = staticmethod(lru_cache(SparseFormatter))
    # Otherwise Pygments looks for the lexer of the notebooks' code among all installed packages, for every cell.
    app.add_lexer("ipython3", find_lexer_class_by_name("ipython3"))
