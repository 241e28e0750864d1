"""Mathematics as MathML, written into the page when the site is built.

A page then needs no script to show a formula, and a screen reader meets mathematics and not a picture of it. MathJax
weighs 265 KB gzipped, KaTeX 80 KB and three times the markup; MathML adds a few KB to a page and one font to the site.
"""

import html
import re

from docutils import nodes
from markdown_it import MarkdownIt
from math_core import LatexError, LatexToMathML
from mdit_py_plugins.dollarmath import dollarmath_plugin
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

RENDERER = "mathml"
LONG = 20  # characters; browsers do not break MathML, and what is shorter fits a line of 18rem

_converter = LatexToMathML(fancy_error=False)
_dollars = MarkdownIt("zero").use(dollarmath_plugin)  # of Markdown, formulas alone
_logger = logging.getLogger(__name__)


def mathml(latex: str, display: bool, place: nodes.Node | None = None) -> str:
    """Return a formula as MathML; one that cannot be converted stays TeX, with a warning, which fails the build."""
    try:
        return _converter.convert_with_local_state(latex.strip(), displaystyle=display)
    except LatexError as error:
        _logger.warning("mathematics: %s in %r", error, latex, location=place)
        return html.escape(latex)


def in_line(latex: str, place: nodes.Node | None = None) -> str:
    """Return a formula within a line of text; one that may be longer than a phone's line gets a box that scrolls."""
    formula = mathml(latex, False, place)
    characters = html.unescape(re.sub(r"<[^>]+>", "", formula))
    return f'<span class="long-formula">{formula}</span>' if len(characters) >= LONG else formula


def in_text(text: str) -> str:
    """Return HTML with each ``$...$`` in it typeset."""
    return "".join(
        in_line(html.unescape(part.content)) if part.type == "math_inline" else part.content
        for part in _dollars.parseInline(text)[0].children
    )


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(in_line(node.astext(), node))
    raise nodes.SkipNode


def _display(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="equation"))
    translator.body.append(mathml(node.astext(), True, node) + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer(RENDERER, (_inline, None), (_display, None))
