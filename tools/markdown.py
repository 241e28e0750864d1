"""What the lint reads out of Markdown: headings with their anchors, links, and prose without code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

GAP = "\ufffc"  # stands where a code span, a formula or an image was

_YEAR = re.compile(r"\b(1[6-9]\d\d|20\d\d)\b")


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    slug: str


@dataclass(frozen=True)
class Link:
    target: str
    text: str


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)


def slugify(text: str) -> str:
    """Return a heading's anchor, as GitHub and MyST make it."""
    return re.sub(r"[^\w\- ]", "", text.lower().replace(" ", "-"))


def headings(sources: list[str]) -> list[Heading]:
    """Return the headings of a page's Markdown cells; a repeated anchor gets a number, as on the website."""
    found: list[Heading] = []
    taken: set[str] = set()
    for source in sources:
        tokens = _parser().parse(source)
        for opening, inline in pairwise(tokens):
            if opening.type != "heading_open":
                continue
            text = "".join(t.content for t in inline.children or [] if t.type in ("text", "code_inline"))
            slug, repeats = slugify(text), 1
            while slug in taken:
                slug, repeats = f"{slug}-{repeats}", repeats + 1
            taken.add(slug)
            found.append(Heading(int(opening.tag[1]), text, slug))
    return found


def links(source: str) -> Iterator[Link]:
    """Yield the links of a Markdown text."""
    for token in _parser().parse(source):
        target, text = None, ""
        for child in token.children or []:
            if child.type == "link_open":
                target, text = str(child.attrs["href"]), ""
            elif child.type == "link_close":
                yield Link(target, text)
                target = None
            elif target is not None:
                text += child.content


def prose(source: str, *, with_headings: bool = True, with_citations: bool = True) -> Iterator[str]:
    """Yield the prose of a Markdown text, paragraph by paragraph, without code, formulas and link targets."""
    in_heading = False
    for token in _parser().parse(source):
        if token.type in ("heading_open", "heading_close"):
            in_heading = token.type == "heading_open"
        elif token.type == "html_block":  # such as <summary>
            yield re.sub(r"<[^>]*>", " ", token.content)
        elif token.type == "inline" and (with_headings or not in_heading):
            yield _text(token.children or [], with_citations)


def _text(children: list[Token], with_citations: bool) -> str:
    parts: list[str] = []
    link_start = 0
    for child in children:
        if child.type == "link_open":
            link_start = len(parts)
            if child.info == "auto":
                parts.append(GAP)
        elif child.type == "link_close":
            is_citation = _YEAR.search("".join(parts[link_start:]))
            if child.info == "auto" or (is_citation and not with_citations):
                parts[link_start:] = [GAP]
        elif child.type == "text":
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("code_inline", "math_inline", "math_inline_double", "image", "html_inline"):
            parts.append(GAP)
    return "".join(parts)
