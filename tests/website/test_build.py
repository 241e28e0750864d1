"""The built website: complete, without dead links, and with buttons that lead into its own repository."""

import posixpath
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from published import FORK

from lossbook.explorable import MIME
from reference import concepts
from tools import notebooks, pages, repository
from tools.notebooks import tags
from tools.repository import ROOT
from tools.written import setup_address
from website import mathematics
from website.buttons import drop_colab_without_address, theme_options


@pytest.fixture(scope="module")
def site(html) -> dict[str, BeautifulSoup | None]:
    """Return the pages of the built site, and None for other files, by their paths."""
    files = {path.relative_to(html).as_posix(): path for path in html.rglob("*") if path.is_file()}
    return {
        name: BeautifulSoup(path.read_bytes(), "html.parser") if _is_page(name) else None
        for name, path in files.items()
    }


def _is_page(name: str) -> bool:
    return name.endswith(".html") and not name.startswith("_static/")  # the theme leaves a template there


def written(site) -> list[tuple[Path, BeautifulSoup]]:
    return [(path, site[pages.address(path)]) for path in pages.documents()]


def cells(path: Path, tag: str) -> int:
    return sum(tag in tags(cell) for cell in notebooks.read(path).cells) if path.suffix == ".ipynb" else 0


def test_every_page_is_built(site):
    assert [path for path in pages.documents() if pages.address(path) not in site] == []
    assert site["index.html"] is not None


def text(element) -> str:
    """Return the words of an element, without the sign for the link to a heading."""
    return " ".join(element.get_text().split()).removesuffix("#")


def test_contents_list_every_page_on_every_page(site):
    names = [*(pages.address(path) for path in pages.documents()), "genindex.html"]
    titles = ["Welcome", *(text(site[name].h1) for name in names[1:])]
    for name in [*names, "search.html"]:
        entries = site[name].select(".site-navigation li.toctree-l1 > a")
        assert [urljoin(name, entry["href"]) for entry in entries] == names, name
        assert [text(entry) for entry in entries] == titles, name


def test_a_page_names_its_chapter(site):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    captions = {f"{page['file']}.html": part["caption"] for part in toc["parts"] for page in part["chapters"]}
    kickers = {name: kicker for name, page in site.items() if page and (kicker := page.select_one(".kicker"))}
    assert {name: text(kicker) for name, kicker in kickers.items()} == captions


def test_contents_mark_the_page_and_list_its_sections(site):
    welcome, *others = written(site)
    for path, page in [welcome, *others]:
        (entry,) = page.select(".site-navigation li.current")
        assert entry.a["href"] == "#", path
    for path, page in others:
        listed = [link["href"] for link in page.select(".site-navigation li.current > .sections > li > a")]
        assert listed == [f"#{heading.parent['id']}" for heading in page.select("article h2")], path


def test_every_image_has_alternative_text(site):
    images = [(name, image) for name, page in site.items() if page for image in page("img")]
    assert [(name, str(image)) for name, image in images if not image.get("alt")] == []


def test_every_link_leads_somewhere(site):
    dead = []
    for name, page in site.items():
        for element in page(["a", "img", "link", "script"]) if page else []:
            target = element.get("href") or element.get("src")
            if not target or urlsplit(target).scheme or target.startswith("//"):
                continue
            parts = urlsplit(target)
            file = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
            file = name if not parts.path else file.removeprefix("/")  # so begin the links of the page for no address
            anchor = unquote(parts.fragment)
            if file not in site:
                dead.append((name, target, "no such file"))
            elif anchor and site[file] and not site[file].find(id=anchor):
                dead.append((name, target, "no such anchor"))
    assert dead == []


def test_concepts_are_found(site):
    dead = [
        row.id
        for row in concepts.concepts()
        if row.page != concepts.PLANNED and row.anchor and not site[pages.address(row.path)].find(id=row.anchor)
    ]
    assert dead == []


def test_front_block_is_a_card(site):
    for path, page in written(site):
        assert len(page.select("article div.front-block")) == cells(path, "front-block"), path


def test_setup_cell_is_not_shown(site):
    for path, page in written(site):
        assert "google.colab" not in page.article.get_text(), path


def test_pictures_of_demos_ask_nobody_to_run_a_cell(site):
    """They are those of the notebook without the lowest pixels, which do."""
    for path, page in written(site):
        if path.suffix != ".ipynb":
            continue
        nb = notebooks.read(path)
        assert all(cell.select_one(".cell_output") is None for cell in page.select(".tag_own-loss"))
        drawn = [cell for cell in nb.cells if "own-loss" not in notebooks.tags(cell)]
        stored = [each for cell in drawn for each in cell.get("outputs", [])]
        sizes = [each.metadata["image/png"] for each in stored if MIME in each.get("data", {})]
        shown = page.select("article noscript img")
        assert [int(image["height"]) for image in shown] == [2 * (size["height"] - size["hint"]) for size in sizes], (
            path
        )
        assert [image["alt"] for image in shown] == [size["alt"] for size in sizes], path


def test_frameworks_are_tabs(site):
    for path, page in written(site):
        labels = [label.get_text(strip=True) for label in page.select("article label.sd-tab-label")]
        assert labels == ["Keras", "PyTorch"] * cells(path, "pytorch"), path


def test_figures_keep_their_proportions(site):
    for path, page in written(site):
        for image in page.select("article .cell_output img"):
            assert "height" not in image.get("style", ""), path


def launch_links(page: BeautifulSoup) -> dict[str, str]:
    links = [link["href"] for link in page.select(".article-header-buttons a[href^='https:']")]
    return {urlsplit(link).netloc: link for link in links}


def test_buttons_lead_into_the_repository(site):
    for path, page in written(site):
        links = launch_links(page)
        assert all("reader/fork" in link for link in links.values()), path
        assert "github.com" in links
        if path.suffix == ".ipynb":
            where = path.relative_to(ROOT).as_posix()
            assert links["mybinder.org"].endswith(f"/reader/fork/main?urlpath=lab/tree/{where}")
            has_address = setup_address(notebooks.read(path)) is not None
            assert ("colab.research.google.com" in links) == has_address


def test_no_repository_no_buttons(monkeypatch):
    monkeypatch.delenv("LOSSBOOK_REPOSITORY", raising=False)
    monkeypatch.setattr(repository, "_git", lambda *arguments: "")
    assert theme_options() == {}


def test_remote_is_used(monkeypatch):
    monkeypatch.delenv("LOSSBOOK_REPOSITORY", raising=False)
    monkeypatch.delenv("LOSSBOOK_BRANCH", raising=False)
    answers = {"remote": "git@github.com:reader/fork.git", "branch": "draft"}
    monkeypatch.setattr(repository, "_git", lambda command, *arguments: answers[command])
    options = theme_options()
    assert (options["repository_url"], options["repository_branch"]) == (FORK, "draft")


def test_wrong_address_is_refused(monkeypatch):
    monkeypatch.setenv("LOSSBOOK_REPOSITORY", "https://example.org/reader/fork")
    with pytest.raises(ValueError, match="LOSSBOOK_REPOSITORY"):
        theme_options()


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/reader/fork", FORK),
        ("https://github.com/reader/fork.git", FORK),
        ("https://token@github.com/reader/fork.git", FORK),
        ("https://github.com/reader/fork/", FORK),
        ("git@github.com:reader/fork.git", FORK),
        ("ssh://git@github.com/reader/fork.git", FORK),
        ("https://github.com/reader/fork.js", f"{FORK}.js"),
        ("https://gitlab.com/reader/fork", None),
        ("https://example.org/github.com/reader/fork", None),
        ("../elsewhere", None),
        ("", None),
    ],
)
def test_remote_forms(remote, address):
    assert repository.github_address(remote) == address


@pytest.mark.parametrize(("address", "left"), [(None, ["Binder"]), (FORK, ["Binder", "Colab"])])
def test_colab_needs_an_address(address, left):
    app = SimpleNamespace(env=SimpleNamespace(metadata={"page": {"setup_address": address}}))
    buttons = [{"text": "Binder"}, {"text": "Colab"}]
    context = {"header_buttons": [{"label": "launch-buttons", "buttons": buttons}]}
    drop_colab_without_address(app, "page", "page.html", context, None)
    assert [button["text"] for button in context["header_buttons"][0]["buttons"]] == left


def test_formulas_in_summaries_are_typeset(site):
    summaries = [(name, summary) for name, page in site.items() if page for summary in page("summary")]
    assert any(summary.select("math") for _, summary in summaries)
    assert [(name, str(summary)) for name, summary in summaries if "$" in summary.get_text()] == []


def test_an_escaped_dollar_begins_no_formula():
    assert mathematics.in_text(r"<summary>\$5 or \$6</summary>") == r"<summary>\$5 or \$6</summary>"
