"""The pages that the website makes itself: no file holds them, and ``_toc.yml`` does not list them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page's name (its address without ``.html``), its title, and what search engines show of it."""

    name: str
    title: str
    description: str


INDEX = Page(
    "genindex",
    "Index",
    "Every term and every loss of the book from A to Z, with the sections that explain or use them.",
)
SEARCH = Page(
    "search",
    "Search",
    "Search all pages of Loss Book. It runs in your browser, needs no server, and sends nothing you type.",
)
NOT_FOUND = Page(
    "404",
    "No such page",
    "There is no page at this address. Search the book, or go on from the list of its chapters.",
)

PAGES = {page.name: page for page in (INDEX, SEARCH, NOT_FOUND)}
