"""How the book is found, and what is found in it: descriptions, addresses, social pictures, index, citation."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from PIL import Image
from published import SITE
from pybtex.database import parse_string

from lossbook import plots
from reference import cite, losses
from tools import lint, markdown, notebooks, pages
from tools.repository import ROOT
from website import address, cards, meta, notfound

CARD_SIZE = 80_000


@pytest.fixture(scope="module")
def site(html) -> dict[str, BeautifulSoup]:
    """Return every page of the built site by its path."""
    names = [path.relative_to(html).as_posix() for path in sorted(html.rglob("*.html"))]
    return {
        name: BeautifulSoup((html / name).read_bytes(), "html.parser")
        for name in names
        if not name.startswith("_static/")
    }


def tag(page: BeautifulSoup, name: str) -> str:
    """Return what the one meta tag of a name says."""
    (found,) = page.head.select(f'meta[name="{name}"], meta[property="{name}"]')
    return found["content"]


def test_every_page_is_described(site):
    assert {"404.html", "genindex.html", "search.html", "index.html"} < set(site)
    found = {name: tag(page, "description") for name, page in site.items()}
    assert {name: problems for name, text in found.items() if (problems := lint.description_problems(text))} == {}
    assert found.pop("index.html") == found["chapters/welcome.html"]  # where it leads
    assert len(set(found.values())) == len(found)


def test_pages_without_a_file_have_titles(site):
    for name, title in {"genindex.html": "Index", "search.html": "Search", "404.html": "No such page"}.items():
        page = site[name]
        assert [page.title.get_text(), page.h1.get_text(), tag(page, "og:title")] == [
            f"{title} · Loss Book",
            title,
            title,
        ]


def test_every_page_has_one_canonical_address(site):
    for name, page in site.items():
        (link,) = page.head("link", rel="canonical")
        assert link["href"] == SITE + ("chapters/welcome.html" if name == "index.html" else name)
        assert tag(page, "og:url") == link["href"]


def test_every_page_has_a_social_picture(site, html):
    for name, page in site.items():
        assert tag(page, "og:title")
        assert tag(page, "og:description") == tag(page, "description")
        assert tag(page, "twitter:card") == "summary_large_image"
        file = html / tag(page, "og:image").removeprefix(SITE)
        assert file.stat().st_size <= CARD_SIZE, name
        with Image.open(file) as card:
            assert card.size == (1200, 630)
            # No title runs into the margin.
            assert min(card.convert("L").crop((1160, 0, 1200, 500)).getextrema()) > 250, name
        assert not page.select("img[src*='_static/social']")


def test_links_say_where_they_lead(site):
    """What Lighthouse asks of links; it visits only a few pages."""
    empty = {"click here", "go", "here", "information", "learn more", "more", "more info", "more information"}
    empty |= {"read more", "right here", "see more", "start", "this"}
    for name, page in site.items():
        links = page("a")
        assert links, name
        assert [link for link in links if not link.get("href")] == [], name
        assert [link for link in links if link.get_text(strip=True).lower() in empty] == [], name


Box = tuple[int, int, int, int]


def colors(card: Path, box: Box) -> list[tuple[int, tuple[int, int, int]]]:
    """Return the colors in a part of a card with their numbers of pixels, the most frequent first."""
    with Image.open(card) as image:
        return sorted(image.convert("RGB").crop(box).getcolors(), reverse=True)


def distance(color: tuple[int, int, int], name: str) -> int:
    """Return by how much a color differs from one given as #rrggbb, in the channel in which it differs most."""
    return max(abs(a - b) for a, b in zip(color, bytes.fromhex(name[1:]), strict=True))


def test_a_card_shows_the_figure_of_its_page(html):
    def amount_of_blue(name: str) -> int:
        found = colors(html / cards.FOLDER / cards.file_name(name), (0, 0, 1200, 540))
        return sum(count for count, color in found if distance(color, plots.BLUE) < 16)

    assert amount_of_blue("chapters/foundations/what-is-a-loss") > 500
    assert amount_of_blue("chapters/reference/bibliography") == 0


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        pytest.param((60, 0, 1200, 540), ["#ffffff", plots.INK], id="title"),
        pytest.param((60, 546, 116, 622), ["#ffffff", plots.ORANGE, plots.BLUE], id="logo"),
        pytest.param((130, 546, 1200, 622), ["#ffffff", plots.GRAY], id="name of the book"),
        pytest.param((0, 622, 1200, 630), [plots.BLUE], id="line at the foot"),
    ],
)
def test_a_card_has_the_colors_of_the_figures(html, box: Box, expected: list[str]):
    """A card has few colors, which may be off by one."""
    found = colors(html / cards.FOLDER / cards.file_name("chapters/reference/bibliography"), box)
    for (_, color), name in zip(found[: len(expected)], expected, strict=True):  # the others are those of edges
        assert distance(color, name) <= 1, (color, name)


def test_without_an_address_nothing_is_absolute(monkeypatch):
    monkeypatch.delenv("LOSSBOOK_SITE", raising=False)
    context = {}
    meta.add_tags(None, "search", "search.html", context, None)
    tags = BeautifulSoup(context["metatags"], "html.parser")("meta")
    assert [tag.get("name") or tag.get("property") for tag in tags] == ["description"]
    assert "pageurl" not in context


@pytest.mark.parametrize(
    ("given", "site", "folder"),
    [
        (None, None, "/"),
        ("", None, "/"),
        ("https://reader.example", "https://reader.example/", "/"),
        ("https://reader.example/", "https://reader.example/", "/"),
        ("https://reader.example/book", "https://reader.example/book/", "/book/"),
        ("https://reader.example:8443/a/book/", "https://reader.example:8443/a/book/", "/a/book/"),
    ],
)
def test_address(monkeypatch, given, site, folder):
    if given is None:
        monkeypatch.delenv("LOSSBOOK_SITE", raising=False)
    else:
        monkeypatch.setenv("LOSSBOOK_SITE", given)
    config = SimpleNamespace()
    notfound.configure(None, config)
    assert (address.site(), address.folder(), config.notfound_urls_prefix) == (site, folder, folder)


@pytest.mark.parametrize(
    "given",
    [
        "http://reader.example",
        "reader.example",
        "https://",
        "https:///book",
        "https://a b",
        "https://a/?q",
        "https://a/#b",
    ],
)
def test_wrong_address_is_refused(monkeypatch, given):
    monkeypatch.setenv("LOSSBOOK_SITE", given)
    with pytest.raises(ValueError, match="LOSSBOOK_SITE"):
        address.site()


def glossary_links(page: BeautifulSoup) -> set[str]:
    links = page.select("article a[href*='glossary.html#']")
    return {link["href"].partition("#")[2] for link in links}


def test_definitions_of_a_page_are_those_that_it_links_to(site):
    scripts = 0
    for name, page in site.items():
        # On the glossary the entries are there anyway, and the index links to all of them.
        expected = set() if name in ("chapters/reference/glossary.html", "genindex.html") else glossary_links(page)
        shown = [definition["id"].removeprefix("definition-") for definition in page.select("article .definition")]
        assert sorted(shown) == sorted(expected), name
        assert not page.select(".definition a, .definition [id]"), name
        assert bool(page.select("script[src*='definitions.js']")) == bool(expected), name
        scripts += bool(expected)
    assert scripts >= 5
    (gradient,) = site["chapters/foundations/gradients.html"].select("#definition-finite-difference")
    assert gradient.get_text().startswith("Finite difference An estimate of a derivative")
    assert len(gradient("math")) == 2


def test_definitions_are_not_searched(html):
    """A search for a word of a definition finds the glossary, not every page that links to it."""
    index = json.loads((html / "searchindex.js").read_text().removeprefix("Search.setIndex(").removesuffix(")"))
    # Of a finite difference the glossary says that too small a step drowns in rounding.
    assert index["terms"]["drown"] == index["docnames"].index("chapters/reference/glossary")


def index_entries(site) -> dict[str, BeautifulSoup]:
    """Return the entries of the index by the addresses of their explanations."""
    return {entry.a["href"]: entry for entry in site["genindex.html"].select(".index-entries > li")}


def test_the_index_has_every_term_and_every_loss(site):
    glossary = markdown.headings([(ROOT / "chapters/reference/glossary.md").read_text(encoding="utf-8")])
    expected = {f"chapters/reference/glossary.html#{entry.slug}": entry.text for entry in glossary if entry.level == 2}
    expected |= {
        f"chapters/reference/losses.html#{kind.__name__.lower()}": kind.__name__
        for members in losses.families().values()
        for kind in members
    }
    found = {target: entry.a.get_text(strip=True) for target, entry in index_entries(site).items()}
    assert {target: name for target, name in found.items() if target in expected} == expected


def sections(source: str) -> Iterator[str]:
    """Yield a Markdown text in parts, each of which begins with a heading; the first may have none."""
    lines = source.splitlines(keepends=True)
    starts = [token.map[0] for token in MarkdownIt().parse(source) if token.type == "heading_open"]
    for start, end in pairwise([0, *starts, len(lines)]):
        yield "".join(lines[start:end])


def test_the_index_lists_every_section_with_a_link_to_a_term(site):
    """The links are read from the notebooks as the lint reads them, not as the site does."""
    entries = index_entries(site)
    checked = 0
    for path in pages.notebooks():
        own = pages.address(path)
        heading = ""
        for cell in notebooks.read(path).cells:
            if cell.cell_type != "markdown":
                continue
            for part in sections(cell.source):
                for title in markdown.headings([part]):
                    heading = f"#{title.slug}" if title.level > 1 else ""
                for link in markdown.links(part):
                    if "/glossary.md#" in link.target:
                        term = link.target.partition("#")[2]
                        entry = entries[f"chapters/reference/glossary.html#{term}"]
                        assert entry.find("a", href=own), (own, term)
                        assert entry.find("a", href=own + heading), (own + heading, term)
                        checked += 1
    assert checked >= 30


def test_the_index_shows_where_a_loss_is_used(site):
    huber = index_entries(site)["chapters/reference/losses.html#huber"]
    titles = [link.get_text() for link in huber.select("li > a:first-child")]
    before, after = "Gradients: by hand, checked, and by machine", "Robust losses: how much should an outlier count?"
    assert titles.index(before) < titles.index(after)
    assert huber.find("a", string="Huber: a pull with a limit")
    assert "Bibliography" not in titles


def test_the_index_is_in_the_navigation(site):
    for name, page in site.items():
        if name != "index.html":
            (link,) = [link for link in page.select("nav a") if link.get_text(strip=True) == "Index"]
            assert link["href"].endswith("genindex.html") or name == "genindex.html", name


def test_the_citation_is_that_of_the_repository():
    cff = yaml.safe_load(cite.SOURCE.read_text())
    (block,) = [token for token in MarkdownIt().parse(cite.page()) if token.info == "bibtex"]
    (entry,) = parse_string(block.content, "bibtex").entries.values()
    assert entry.fields["title"] == cff["title"]
    assert entry.fields["version"] == str(cff["version"])
    assert [str(person) for person in entry.persons["author"]] == [f"{{{author['name']}}}" for author in cff["authors"]]
    assert all(author["name"] in cite.plain(cff) for author in cff["authors"])


def test_a_citation_has_the_year_and_the_address_once_there_are_any():
    cff = yaml.safe_load(cite.SOURCE.read_text()) | {"date-released": "2031-05-04", "url": SITE}
    (entry,) = parse_string(cite.bibtex(cff), "bibtex").entries.values()
    assert (entry.fields["year"], entry.fields["url"]) == ("2031", SITE)
    assert cite.plain(cff) == f"The Loss Book authors (2031). Loss Book, version {cff['version']}. {SITE}"
