"""What a page's head says to search engines, and to sites that show a link to it.

No extension does this as the book needs it: sphinxext-opengraph takes the first words of a page for its description,
leaves out the pages without a source (index, search, 404), and wants Matplotlib for its pictures.
"""

from html import escape
from pathlib import Path

from sphinx.application import Sphinx

from tools import pages
from website import address, cards, generated

FRONT_DOOR = "index"  # the page at the bare address, which leads to the first page of the book


def description(app: Sphinx, pagename: str) -> str:
    """Return what a page says of itself."""
    if pagename in generated.PAGES:
        return generated.PAGES[pagename].description
    return pages.about(Path(app.env.doc2path(pagename))).description


def add_tags(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Add a page's description and, where the site has an address, the picture and the words of a shared link."""
    # For search engines and shared links, the front door is the page that it leads to.
    shown = app.config.root_doc if pagename == FRONT_DOOR else pagename
    text = description(app, shown)
    tags = {"description": text}
    properties = {}
    site = address.site()
    if site:
        context["pageurl"] = site + app.builder.get_target_uri(shown)
        tags["twitter:card"] = "summary_large_image"
        properties = {
            "og:site_name": app.config.html_title,
            "og:type": "website" if shown == app.config.root_doc else "article",
            "og:title": cards.title(app, shown),
            "og:description": text,
            "og:url": context["pageurl"],
            "og:image": f"{site}{cards.FOLDER}/{cards.file_name(shown)}",
            "og:image:width": str(cards.SIZE[0]),
            "og:image:height": str(cards.SIZE[1]),
            "og:image:alt": cards.alternative(app, shown),
        }
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n    <meta {kind}="{name}" content="{escape(content)}" />'
        for kind, given in (("name", tags), ("property", properties))
        for name, content in given.items()
    )


def front_door(app: Sphinx) -> list[tuple[str, dict, str]]:
    """Return the front door, with what its template shows."""
    return [(FRONT_DOOR, {"target": app.builder.get_target_uri(app.config.root_doc)}, "front-door.html")]


def setup(app: Sphinx) -> None:
    app.connect("html-collect-pages", front_door)
    # After Sphinx, which sets the canonical address.
    app.connect("html-page-context", add_tags)
