"""A link to a glossary entry shows the entry's definition where it stands, on hover and on focus.

The definitions of a page stand at its end, once each, where the script finds them. They are not part of the page's
document, so that a search for a word of the field does not find every page that links to the glossary.
"""

from functools import lru_cache
from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

GLOSSARY = "chapters/reference/glossary"


def terms(doctree: nodes.document, page: str) -> list[str]:
    """Return the anchors of the glossary entries that a page links to, each once, in the order of the page."""
    starts = f"{page}#"
    targets = (reference.get("refuri", "") for reference in doctree.findall(nodes.reference))
    return list(dict.fromkeys(target.removeprefix(starts) for target in targets if target.startswith(starts)))


@lru_cache(maxsize=1)
def definitions(app: Sphinx) -> dict[str, str]:
    """Return the first paragraph of each entry after its title as HTML, with nothing in it to click.

    Links would differ from page to page; without them one definition serves all.
    """
    found = {}
    for section in app.env.get_doctree(GLOSSARY).findall(nodes.section):
        title, first = section[0], section[1] if len(section) > 1 else None
        if not isinstance(section.parent, nodes.section) or not isinstance(first, nodes.paragraph):
            continue
        paragraph = nodes.paragraph("", "", nodes.strong("", "", *title.deepcopy().children), nodes.Text(" "))
        paragraph += first.deepcopy().children
        for link in list(paragraph.findall(lambda node: isinstance(node, nodes.reference | addnodes.pending_xref))):
            link.replace_self(link.children)
        found |= dict.fromkeys(section["ids"], app.builder.render_partial(paragraph)["fragment"])
    return found


def add(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Put the definitions that a page's links ask for at its end, with the script that shows them."""
    if doctree is None or pagename == GLOSSARY:
        return
    linked = terms(doctree, app.builder.get_relative_uri(pagename, GLOSSARY))
    if not linked:
        return
    known = definitions(app)
    shown = "".join(
        f'<div class="definition" id="definition-{escape(term)}" popover role="tooltip">{known[term]}</div>\n'
        for term in linked
        if term in known
    )
    context["body"] += shown
    app.add_js_file("definitions.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add)
