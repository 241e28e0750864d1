"""Pages on paper, and the whole book as one PDF."""

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from figures import make_live
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader
from test_every_page import PAPER

from benchmarks.gates import WRITTEN
from tools import browser, pages
from tools.repository import ROOT
from website import __main__ as website
from website import pdf
from website.answers import HEADINGS

LESSON = "chapters/foundations/gradients.html"  # figures, a demo, tabs, a quiz, exercises
LINKS = "chapters/reference/bibliography.html"

VISIBLE = "all => all.filter((one) => one.checkVisibility({visibilityProperty: true})).length"

# Printed as a book: a lesson, one with formulas that are looked for, and pages full of links and of terms.
PRINTED = ["chapters/welcome", "chapters/foundations/gradients", "chapters/regression/quantiles"]
PRINTED += ["chapters/reference/glossary", "chapters/reference/bibliography", "chapters/reference/cite"]


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A dark window, out of which pages are printed."""
    with chromium.new_context(
        color_scheme="dark", reduced_motion="reduce", viewport={"width": PAPER, "height": 900}
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def lesson(window, address: str) -> Page:
    """Open a lesson in the print style."""
    page = window.new_page()
    page.emulate_media(media="print")
    page.goto(f"{address}/{LESSON}")
    make_live(page.locator("figure.explorable"))
    return page


def visible(page: Page, selector: str) -> int:
    return page.locator(selector).evaluate_all(VISIBLE)


def test_only_the_article_is_printed(lesson):
    assert lesson.locator("html").get_attribute("data-theme") == "dark"
    around = "header, footer, nav, .site-navigation, .skip-link, .article-header-buttons, .headerlink, button, input"
    assert lesson.locator(around).count() > 20
    assert visible(lesson, around) == 0
    assert visible(lesson, "article h1") == 1


def test_dark_page_is_black_on_white(lesson):
    style = lesson.locator("article p").first.evaluate(
        "one => [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor]"
    )
    darkest = max(int(part) for part in style[0].removeprefix("rgb(").removesuffix(")").split(","))
    assert darkest < 64
    assert style[1] == "rgb(255, 255, 255)"
    assert lesson.locator("article img").first.evaluate("one => getComputedStyle(one).filter") == "none"


def test_what_unfolds_is_closed(lesson):
    lesson.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
    folded = lesson.locator("details:not(.hide, .menu)").count()
    assert folded > 10
    assert visible(lesson, "details:not(.hide, .menu) > summary") == folded
    assert visible(lesson, "details:not(.hide, .menu) > :not(summary)") == 0


def test_demo_is_a_picture(lesson):
    demos = lesson.locator("figure.explorable").count()
    assert demos > 0
    assert visible(lesson, "figure.explorable svg[role=img]") >= demos
    assert visible(lesson, ".lb-controls, .lb-buttons, .lb-guess") == 0


def test_demo_is_a_picture_without_script(chromium, address):
    page = chromium.new_page(java_script_enabled=False)
    page.emulate_media(media="print")
    page.goto(f"{address}/{LESSON}")
    demos = page.locator("figure.explorable").count()
    pictures = page.locator(
        ".output:has(figure.explorable) + noscript img, figure.explorable ~ noscript img, noscript img"
    )
    assert pictures.count() == demos > 0
    assert all(picture.is_visible() for picture in pictures.all())
    assert not page.locator(".explorable-stage").first.is_visible()
    page.close()


def test_both_tabs_are_printed(lesson):
    for part in ("label", ".sd-tab-content"):
        assert visible(lesson, f".sd-tab-set > {part}") == lesson.locator(f".sd-tab-set > {part}").count() >= 2
    tops = lesson.locator(".sd-tab-set > :is(label, .sd-tab-content)").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)


def test_links_are_footnotes_on_paper_alone(window, address):
    page = window.new_page()
    page.emulate_media(media="print")
    page.goto(f"{address}/{LINKS}")
    shown = page.locator(".link-number").evaluate_all(
        "all => all.map((one) => getComputedStyle(one, '::after').content)"
    )
    assert len(shown) > 30
    assert visible(page, ".link-number") == len(shown)
    assert shown[0].startswith('"1"')
    assert visible(page, ".link-list li") == page.locator(".link-list li").count()
    page.emulate_media(media="screen")
    assert visible(page, ".link-number, .link-list") == 0
    page.close()


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.per("page", "name")) for name in WRITTEN])
def test_footnotes_are_numbered_as_the_list(html, name):
    article = BeautifulSoup((html / name).read_bytes(), "html.parser").article
    addresses = [item.get_text() for item in article.select(".link-list li")]
    assert len(addresses) == len(set(addresses))
    assert all(hidden["aria-hidden"] == "true" and not hidden("a") for hidden in article.select(".link-list"))
    seen = []
    for link in article.select("a[href^=http]"):
        number = link.find_next_sibling("sup", class_="link-number")
        if link.get_text() == link["href"] or link.find_parent("details"):
            continue
        assert number is not None, link
        assert addresses[int(number["data-number"]) - 1] == link["href"]
        seen.append(link["href"])
    assert list(dict.fromkeys(seen)) == addresses


@pytest.fixture(scope="module")
def whole(html) -> BeautifulSoup:
    """Return the whole book as one page; that is quick, and only printing it takes long."""
    merged = pdf.merge(html)
    assert ROOT.as_posix() not in merged
    return BeautifulSoup(merged, "html.parser")


@pytest.fixture(scope="module")
def book(chromium, html, tmp_path_factory) -> Path:
    """Print a book of a few pages."""
    path = tmp_path_factory.mktemp("pdf") / pdf.NAME
    with pytest.MonkeyPatch.context() as patch:
        few = [
            document
            for document in pages.documents()
            if document.relative_to(ROOT).with_suffix("").as_posix() in PRINTED
        ]
        patch.setattr(pdf.pages, "documents", lambda: few)
        pdf.write(pdf.merge(html), html, path, chromium)
    return path


def titles(level) -> list[str]:
    return [title for item in level for title in [item.title, *titles(item.children)]]


def test_outline_has_every_heading(book, html):
    with pikepdf.open(book) as file, file.open_outline() as outline:
        found = titles(outline.root)
    for name in PRINTED:
        article = BeautifulSoup((html / f"{name}.html").read_bytes(), "html.parser").article
        wanted = [heading.get_text().removesuffix("#") for heading in article.select("h1, h2") if not heading("math")]
        assert [title for title in wanted if title not in found] == [], name


def test_pages_stand_in_the_order_of_the_book(book):
    with pikepdf.open(book) as file:
        first = [pikepdf.Page(file.Root.Dests[f"/{name}"][0]).index for name in PRINTED]
        contents = PdfReader(book).pages[1].extract_text().split()
    assert first == sorted(set(first))
    assert [str(index + 1) for index in first if str(index + 1) not in contents] == []


def test_links_inside_the_book_resolve(book):
    inside, outside = [], []
    with pikepdf.open(book) as file:
        for page in file.pages:
            for note in page.get("/Annots", []):
                (inside if "/Dest" in note else outside).append(note)
        dead = [str(note.Dest) for note in inside if note.Dest not in file.Root.Dests]
        addresses = {str(note.A.URI) for note in outside}
    assert len(inside) > 50
    assert dead == []
    assert [address for address in addresses if pdf.HOST in address or not address.startswith("http")] == []


def test_no_page_is_blank(book):
    with pikepdf.open(book) as file:
        drawn = [sum(len(stream.read_bytes()) for stream in _streams(page)) for page in file.pages]
    assert len(drawn) > len(PRINTED)
    assert [index + 1 for index, size in enumerate(drawn) if size < 400] == []


def _streams(page: pikepdf.Page) -> list[pikepdf.Object]:
    return [page.Contents] if isinstance(page.Contents, pikepdf.Stream) else list(page.Contents)


def test_text_of_formulas_is_there(book):
    with pikepdf.open(book) as file:
        first = pikepdf.Page(file.Root.Dests["/chapters/regression/quantiles"][0]).index
    text = "".join(page.extract_text() for page in PdfReader(book).pages[first : first + 3])
    assert "max" in text
    assert "τ" in text or "𝜏" in text


def test_pdf_describes_itself(book):
    about = pdf.citation()
    with pikepdf.open(book) as file, file.open_metadata() as metadata:
        assert (metadata["dc:title"], str(file.Root.Lang)) == (about["title"], "en")
        assert metadata["dc:creator"] == [author["name"] for author in about["authors"]]
        assert file.Root.MarkInfo.Marked
        assert "/CreationDate" not in file.docinfo


def test_without_browser_it_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(browser, "path", lambda: None)
    monkeypatch.setattr(website, "build", lambda output: pytest.fail("built for nothing"))
    assert website.write_pdf() == 1
    assert "apt install chromium" in capsys.readouterr().err


def test_book_holds_every_page_in_order(whole):
    assert [article["id"] for article in whole("article")] == [name.removesuffix(".html") for name in WRITTEN]


def test_book_names_every_chapter_once(whole):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    captions = [part["caption"] for part in toc["parts"]]
    assert [chapter.get_text() for chapter in whole.select("h1.chapter")] == [*captions, "Answers"]
    assert [chapter.get_text() for chapter in whole.select(".pages p")] == [*captions, "Answers"]


def words(element: Tag) -> str:
    return " ".join(element.get_text().split())


def appendix(whole: BeautifulSoup, name: str) -> Tag:
    return whole.find(id=f"answers/{name.removesuffix('.html')}")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.per("page", "name")) for name in WRITTEN])
def test_what_unfolds_stands_open_at_the_end(html, whole, name):
    """All of it, in its order, below the heading that it belongs to; nothing is left to unfold there."""
    article = BeautifulSoup((html / name).read_bytes(), "html.parser").article
    folds, answers = article.select("details:not(.hide)"), appendix(whole, name)
    if not folds:
        assert answers is None
        return
    assert answers("details") == answers("summary") == []
    text, at = words(answers), 0
    for fold in folds:
        for part in fold.find_all(recursive=False):
            at = text.index(words(part), at) + len(words(part))
    headings = {heading.get_text().removesuffix("#") for heading in (fold.find_previous(HEADINGS) for fold in folds)}
    assert {heading.get_text() for heading in answers("h2")} == headings


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.per("page", "name")) for name in WRITTEN])
def test_a_fold_says_where_its_answer_stands(whole, name):
    article, answers = whole.find("article", id=name.removesuffix(".html")), appendix(whole, name)
    for fold in article.select("details:not(.hide)"):
        quiz = fold.find_parent(class_="tag_quiz")
        (link,) = (quiz or fold.summary).select(".answers-at")
        place = whole.find(id=link["href"].removeprefix("#"))
        assert answers in place.parents
        assert place.h2.a["href"] == f"#{fold.find_previous(HEADINGS).find_parent(id=True)['id']}"
        assert words(fold.find_all(recursive=False)[-1]) in words(place)


def test_the_quiz_of_the_appendix_asks_and_answers(html, whole):
    """With the question above its options, and which of these are right."""
    quiz = BeautifulSoup((html / LESSON).read_bytes(), "html.parser").select_one(".tag_quiz .cell_output")
    questions = [words(each) for each in quiz.find_all("p", recursive=False)]
    assert len(questions) >= 3
    text, at = words(appendix(whole, LESSON)), 0
    for question in questions:
        at = text.index(question, at)
    assert text.count("Right. ") >= len(questions)


def test_the_answers_are_printed_on_the_page_that_is_named(book):
    name = "answers/chapters/foundations/gradients"
    with pikepdf.open(book) as file:
        first = pikepdf.Page(file.Root.Dests[f"/{name}"][0]).index
    pages = PdfReader(book).pages
    contents, answers = pages[1].extract_text(), "".join(page.extract_text() for page in pages[first : first + 3])
    assert re.search(rf"^Answers\nGradients: .* {first + 1}$", contents, re.M)
    assert "Answers: Gradients" in answers
    assert "two is the one number for which a forgotten 2" in " ".join(answers.split())


def test_anchors_of_the_whole_book_are_different_and_lead_somewhere(whole):
    ids = [element["id"] for element in whole(id=True)]
    assert len(ids) == len(set(ids))
    inside = [link["href"].removeprefix("#") for link in whole("a", href=True) if link["href"].startswith("#")]
    assert len(inside) > 500
    assert set(inside) - set(ids) == set()
