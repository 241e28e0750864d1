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
from website import generated
from website.definitions import GLOSSARY

LOSSES = "chapters/reference/losses"


@dataclass
class Place:
    """A page, and the sections of it that an entry is mentioned in; the opening of the page is not listed."""

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


@dataclass
class Mentions:
    """What a section links to, as pages and anchors, and the names in its code; without those of its subsections."""

    anchor: str
    title: nodes.inline | None  # the page itself has none
    links: set[tuple[str, str]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def note(app: Sphinx, document: nodes.document) -> None:
    """Keep what a page's sections mention while it is read: the index then need not go through all pages again."""
    sections = {section: _no_mentions(section) for section in document.findall(nodes.section)}
    for link in document.findall(addnodes.pending_xref):
        sections[_section(link)].links.add((link.get("reftarget"), link.get("reftargetid")))
    for kind in (nodes.literal_block, nodes.literal):
        for code in document.findall(kind):
            # Only code that somebody wrote, not what it printed.
            if kind is nodes.literal or "python" in code.get("language", ""):
                sections[_section(code)].names.update(re.findall(r"\w+", code.astext()))
    app.env.metadata[app.env.docname]["mentions"] = list(sections.values())


def _no_mentions(section: nodes.section) -> Mentions:
    is_page = not isinstance(section.parent, nodes.section)
    title = None if is_page else nodes.inline("", "", *section[0].deepcopy().children)
    return Mentions(section["ids"][0], title)


def fill(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give the index to its template, by letter."""
    if pagename == generated.INDEX.name:
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
        # Not from these two, where every entry mentions many others.
        if page in app.env.found_docs and page not in (GLOSSARY, LOSSES):
            address = app.builder.get_target_uri(page)
            places: dict[tuple[str, str], Place] = {}
            for section in app.env.metadata[page]["mentions"]:
                keys = section.links & found.keys() | {losses[name] for name in section.names & losses.keys()}
                for key in keys:
                    places.setdefault(key, Place(app.env.titles[page].astext(), address))
                if keys and section.title is not None:
                    shown = (app.builder.render_partial(section.title)["fragment"], f"{address}#{section.anchor}")
                    for key in keys:
                        places[key].sections.append(shown)
            for key, place in places.items():
                found[key].places.append(place)
    return found


def _level(section: nodes.section) -> int:
    return 1 + _level(section.parent) if isinstance(section.parent, nodes.section) else 1


def _section(node: nodes.Node) -> nodes.section:
    while not isinstance(node, nodes.section):
        node = node.parent
    return node


class InNavigation(SphinxTransform):
    """Put the index, which has no file and so no line in ``_toc.yml``, at the end of the navigation."""

    # After sphinx-external-toc has put in what that file lists.
    default_priority = 110

    def apply(self, **kwargs) -> None:
        if self.env.docname == self.config.root_doc:
            *_, last = self.document.findall(addnodes.toctree)
            last["entries"].append((generated.INDEX.title, generated.INDEX.name))


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", note)
    app.connect("html-page-context", fill)
    app.add_transform(InNavigation)
