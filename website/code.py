"""Code without markup that no style uses: half the elements of a page with many cells would be names and brackets."""

from pygments.formatters import HtmlFormatter
from pygments.token import _TokenType
from sphinx.highlighting import PygmentsBridge

# The first letters of the classes that have a color in static/styles/code.css: keywords, strings, numbers, comments.
COLORED = ("k", "s", "m", "c")
ALSO = {"ow", "gp", "go", "il"}


class SparseFormatter(HtmlFormatter):
    """Leaves a token plain unless the book colors it."""

    def _get_css_classes(self, ttype: _TokenType) -> str:
        classes = super()._get_css_classes(ttype)
        return classes if classes.startswith(COLORED) or classes in ALSO else ""


def setup() -> None:
    PygmentsBridge.html_formatter = SparseFormatter
