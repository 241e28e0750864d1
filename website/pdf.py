"""The whole book as one PDF: its built pages, put together into one page, which a browser prints.

The pages are put together here because Sphinx's own builder of a single page does not tell their anchors apart: every
link to an "Exercises" would lead to the first. LaTeX would need no browser, but Sphinx's writer for it leaves out what
is HTML in a page: the live figures, and the tags around what unfolds, so that every solution would stand open where it
is to be found by the reader. Here it stands in an appendix.
"""

import io
import posixpath
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jinja2
import pikepdf
import yaml
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page, Route

from tools import browser, pages
from tools.repository import ROOT
from website import address, answers

NAME = "lossbook.pdf"
MISSING = f"The PDF is printed by a browser, and there is {browser.MISSING}."
TIMEOUT = 180_000  # in ms: a busy machine takes a minute for hundreds of pages
HOST = "http://book.invalid/"  # answered from the folder of the built site
TEMPLATE = Path(__file__).parent / "templates" / "pdf.html"

# Attributes that name other elements by their ids.
NAMING = ("for", "aria-controls", "aria-describedby", "aria-labelledby")
# A page's title is one level below the name of its chapter.
HEADINGS = ("h1", "h2", "h3", "h4", "h5")


def citation() -> dict:
    """Return what the book says of itself in ``CITATION.cff``."""
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def merge(html: Path) -> str:
    """Return the pages of the site built in `html` as one page, in the order of the book."""
    found, styles, scripts = [], {}, {}
    names = [pages.address(path) for path in pages.documents()]
    for name in names:
        page = BeautifulSoup((html / name).read_bytes(), "html.parser")
        styles |= {_target(name, link["href"]): None for link in page.select("head link[rel=stylesheet]")}
        scripts |= {_target(name, script["src"]): None for script in page.select("script[src*='/explorable.js']")}
        title = page.h1.get_text().removesuffix("#")
        _move(page.article, name, names)
        page.article["id"] = _id(name)
        kicker = page.select_one(".kicker")
        chapter = kicker.get_text() if kicker else ""  # the page before all chapters has none
        places = answers.gather(page.article)
        found.append({"id": _id(name), "title": title, "chapter": chapter, "article": page.article, "places": places})
    chapters = [(chapter, list(members)) for chapter, members in groupby(found, lambda page: page["chapter"])]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        citation=citation(),
        site=address.site(),
        styles=styles,
        scripts=scripts,
        chapters=chapters,
        answered=[page for page in found if page["places"]],
    )


def _target(name: str, link: str) -> str:
    """Return where a link on a page leads to, seen from the root of the site."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), link))


def _id(name: str, fragment: str = "") -> str:
    """Return the anchor of a page, or of a place on it, in the page of all pages."""
    page = name.removesuffix(".html")
    return f"{page}/{fragment}" if fragment else page


def _move(article: Tag, name: str, names: list[str]) -> None:
    """Make an article part of the book: its anchors unlike those of others, its links leading where they led."""
    for element in article.find_all(True):
        if "id" in element.attrs:
            element["id"] = _id(name, element["id"])
        for attribute in NAMING:
            if attribute in element.attrs:
                element[attribute] = " ".join(_id(name, one) for one in str(element[attribute]).split())
        if "name" in element.attrs:  # shared by the buttons of one choice, such as tabs
            element["name"] = _id(name, element["name"])
        if element.name in HEADINGS:
            element["aria-level"] = HEADINGS.index(element.name) + 2
        if "src" in element.attrs and not urlsplit(element["src"]).scheme:
            element["src"] = _target(name, element["src"])
        if element.name == "a" and "href" in element.attrs:
            _lead(element, name, names)


def _lead(link: Tag, name: str, names: list[str]) -> None:
    parts = urlsplit(link["href"])
    if parts.scheme:
        return
    page = _target(name, unquote(parts.path)) if parts.path else name
    if page in names:
        link["href"] = "#" + _id(page, unquote(parts.fragment))
    elif address.site():  # a page that is no part of the book, such as the index
        link["href"] = address.site() + _target(name, link["href"])
    else:
        del link["href"]


def write(book: str, html: Path, output: Path, chromium: Browser) -> None:
    """Print what `merge` returns for the site built in `html` to `output`, which is replaced."""

    def answer(route: Route) -> None:
        name = unquote(urlsplit(route.request.url).path).lstrip("/")
        if name:
            route.fulfill(path=html / name)
        else:
            route.fulfill(body=book, content_type="text/html; charset=utf-8")

    # About as wide as the paper, so that the figures are drawn as they will stand there.
    page = chromium.new_page(viewport={"width": 660, "height": 900}, reduced_motion="reduce")
    page.set_default_timeout(TIMEOUT)
    page.route("**/*", answer)
    page.goto(HOST)
    page.wait_for_function("document.querySelector('.explorable:not([data-ready])') === null")
    page.evaluate("document.fonts.ready")
    titles = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("all => all.map((one) => one.textContent)")
    titles = [title.removesuffix("#") for title in titles]
    # Printed twice: the page numbers in the contents are known only after the first time.
    _number(page, page.pdf(format="A4", prefer_css_page_size=True))
    printed = page.pdf(format="A4", prefer_css_page_size=True, outline=True, tagged=True)
    page.close()
    _describe(printed, titles, output)


def _number(page: Page, printed: bytes) -> None:
    """Fill in the page numbers of the contents."""
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        places = {name: pikepdf.Page(place[0]).index + 1 for name, place in pdf.Root.Dests.items()}
    page.locator("[data-page]").evaluate_all(
        "(all, places) => all.forEach((one) => { one.textContent = places['/' + one.dataset.page] })", places
    )


def _describe(printed: bytes, titles: list[str], output: Path) -> None:
    """Write the PDF with the metadata that a library asks for, and without the day on which it was made."""
    about = citation()
    spaced = {"".join(title.split()): title for title in titles}
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        del pdf.trailer.Info
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            metadata["dc:title"] = about["title"]
            metadata["dc:creator"] = [author["name"] for author in about["authors"]]
            metadata["dc:description"] = about["abstract"]
            metadata["dc:language"] = ["en"]
            metadata["dc:rights"] = "CC BY 4.0 (text and figures), BSD-3-Clause (code)"
        with pdf.open_outline() as outline:
            # Chromium forgets the space where a title goes on in a new line.
            for item in _items(outline.root):
                item.title = spaced.get("".join(item.title.split()), item.title)
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _items(level: list[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    for item in level:
        yield item
        yield from _items(item.children)
