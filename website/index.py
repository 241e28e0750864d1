"""The index: every term of the glossary and every loss, with the sections that explain, link or use it.

Sphinx would number the places and sort them by their addresses. Here they have titles, in the order of the course.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import groupby

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from tools import pages
from tools.repository import ROOT
from website.definitions import GLOSSARY

PAGE = "genindex"
LOSSES = "chapters/reference/losses"


@dataclass
class Place:
    """A page, and the sections of it that an entry is mentioned in; the page's opening is none of them."""

    title: str
    address: str
    sections: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Entry:
    """A term or a loss, the address of its explanation, and where else to find it."""

    name: str
    is_code: bool
    address: str
    places: list[Place] = field(default_factory=list)

    @property
    def letter(self) -> str:
        return unicodedata.normalize("NFD", self.name)[0].upper()


def fill(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give the index to its template, by letter."""
    if pagename == PAGE:
        found = sorted(entries(app).values(), key=lambda entry: (entry.name.casefold(), entry.address))
        context["letters"] = [(letter, list(members)) for letter, members in groupby(found, lambda one: one.letter)]


def entries(app: Sphinx) -> dict[tuple[str, str], Entry]:
    """Return the entries by the page and the anchor that explain them."""
    found = {}
    for page, level in ((GLOSSARY, 2), (LOSSES, 3)):
        for section in app.env.get_doctree(page).findall(nodes.section):
            if _level(section) == level:
                name, anchor = section[0].astext(), section["ids"][-1]
                is_code = page == LOSSES or "_" in name
                found[page, anchor] = Entry(name, is_code, f"{app.builder.get_target_uri(page)}#{anchor}")
    losses = {entry.name: key for key, entry in found.items() if key[0] == LOSSES}
    for path in pages.documents():
        page = path.relative_to(ROOT).with_suffix("").as_posix()
        # There, every entry speaks of many others.
        if page in app.env.found_docs and page not in (GLOSSARY, LOSSES):
            for key, sections in _mentions(app.env.get_doctree(page), losses).items():
                if key in found:
                    found[key].places.append(_place(app, page, sections))
    return found


def _level(section: nodes.section) -> int:
    return 1 + _level(section.parent) if isinstance(section.parent, nodes.section) else 1


def _mentions(document: nodes.document, losses: dict[str, tuple[str, str]]) -> dict[tuple[str, str], list]:
    """Return the sections that link to an entry or have the name of a loss in their code, by the entry."""
    names = re.compile(rf"\b(?:{'|'.join(losses)})\b")
    found: dict[tuple[str, str], list] = {}
    for link in document.findall(addnodes.pending_xref):
        found.setdefault((link.get("reftarget"), link.get("reftargetid")), []).append(_section(link))
    for code in document.findall(_is_code):
        for name in names.findall(code.astext()):
            found.setdefault(losses[name], []).append(_section(code))
    order = list(document.findall(nodes.section))
    return {key: sorted(set(sections), key=order.index) for key, sections in found.items()}


def _is_code(node: nodes.Node) -> bool:
    """Say whether a node is code that somebody wrote, not what it printed."""
    is_block = isinstance(node, nodes.literal_block) and "python" in node.get("language", "")
    return is_block or isinstance(node, nodes.literal)


def _section(node: nodes.Node) -> nodes.section:
    while not isinstance(node, nodes.section):
        node = node.parent
    return node


def _place(app: Sphinx, page: str, sections: list[nodes.section]) -> Place:
    address = app.builder.get_target_uri(page)
    place = Place(app.env.titles[page].astext(), address)
    for section in sections:
        if isinstance(section.parent, nodes.section):
            title = nodes.inline("", "", *section[0].deepcopy().children)
            place.sections.append((app.builder.render_partial(title)["fragment"], f"{address}#{section['ids'][0]}"))
    return place


class InNavigation(SphinxTransform):
    """Put the index, which is nobody's file and so not in ``_toc.yml``, at the end of the navigation."""

    # After sphinx-external-toc has put in what that file lists.
    default_priority = 110

    def apply(self, **kwargs) -> None:
        if self.env.docname == self.config.root_doc:
            *_, last = self.document.findall(addnodes.toctree)
            last["entries"].append((None, PAGE))


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", fill)
    app.add_transform(InNavigation)
