"""Demos, quizzes, progress and formulas in Firefox; and what is left of them when the book is opened from a folder."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from checks import moves, presses
from figures import DEMOS, Figure, Tab, reveal
from naming import naming
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_progress import QUIZZES, WELCOME

# Formulas that can be seen; those in a closed answer cannot.
FORMULAS = """() => [...document.querySelectorAll("article math")].filter(math => math.checkVisibility()).map(math => {
  const { width, height } = math.getBoundingClientRect();
  return { text: math.textContent, width, height };
})"""
FRACTIONS = """() => [...document.querySelectorAll("article mfrac")].filter(part => part.checkVisibility())
  .map(part => part.children[1].getBoundingClientRect().top - part.children[0].getBoundingClientRect().top)"""

# The number of the question and the verdict of each option of a quiz.
OPTIONS = """quiz => {
  const found = [];
  let question = -1;
  for (const part of quiz.querySelectorAll("p:has(> strong), details")) {
    if (part.tagName === "DETAILS") found.push([question, part.querySelector("strong").textContent]);
    else if (!part.closest("details")) question += 1;
  }
  return found;
}"""


def window(firefox: Browser) -> BrowserContext:
    """Return a window for a reader who is new to the book."""
    return firefox.new_context(viewport={"width": 1300, "height": 900})


@pytest.fixture(scope="module")
def shared_tab(firefox, address) -> Iterator[Tab]:
    """Visit each page once for all its demos."""
    with window(firefox) as opened:
        yield Tab(opened, address)


@pytest.fixture
def tab(firefox, address) -> Iterator[Tab]:
    with window(firefox) as opened:
        yield Tab(opened, address)


@pytest.mark.per("page", "name")
@pytest.mark.parametrize("name", sorted({WELCOME, *QUIZZES, *(demo.page for demo in DEMOS)}))
def test_page(shared_tab, spending, name):
    """Its demos are drawn, and move; what all demos have in common is tested by test_engine.py, in Firefox too.

    Then the same page on a narrow screen, with its formulas.
    """
    page = shared_tab.open(name)
    for demo in DEMOS:
        if demo.page == name:
            with spending("demo", str(demo)), naming(f"the demo {demo}"):
                figure = Figure(page, demo)
                assert figure.root.locator(".lb-panel svg:visible").count() == len(demo.spec["panels"])
                reveal(figure.root)
                assert moves(figure, presses(figure, 0)), "no key changes the drawing and a readout"

    wide = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    page.wait_for_function("() => innerWidth === 320")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    formulas = page.evaluate(FORMULAS)
    assert [
        formula for formula in formulas if formula["text"].strip() and formula["width"] * formula["height"] < 4
    ] == []
    assert all(distance > 5 for distance in page.evaluate(FRACTIONS)), "a numerator is not above its denominator"
    page.set_viewport_size(wide)
    assert shared_tab.problems == []


def answer(page: Page, question: int, verdict: str, by_keyboard: bool = False) -> None:
    """Open the first option of a question that gets this verdict."""
    quiz = page.locator(".tag_quiz .cell_output")
    option = quiz.locator("details").nth(quiz.evaluate(OPTIONS).index([question, verdict]))
    feedback = option.locator("strong").first
    expect(feedback).to_be_hidden()
    if by_keyboard:
        option.locator("summary").focus()
        page.keyboard.press("Enter")
    else:
        option.locator("summary").click()
    expect(feedback).to_be_visible()


def take_quiz(page: Page) -> None:
    """Answer one question wrongly and one rightly, and read to the end."""
    answer(page, 0, "No.")
    answer(page, 0, "Right.")
    answer(page, 1, "Right.", by_keyboard=True)
    expect(page.locator(".lossbook-score")).to_contain_text("1 of")
    page.locator("article.bd-article > section > :last-child").scroll_into_view_if_needed()


def saved(page: Page, path: Path) -> dict:
    """Wait until Firefox has saved a file, which is there before all of it is written, and return its content."""
    for _ in range(200):
        # A file that is half written is not valid JSON.
        with suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(path.read_text(encoding="utf-8"))
        page.wait_for_timeout(50)
    pytest.fail(f"{path} is not there, or not whole, after 10 s")


def test_quiz_and_progress(tab, downloads: Path):
    page = tab.open(QUIZZES[0])
    take_quiz(page)
    page.wait_for_function("() => localStorage.getItem('lossbook-progress').includes('true')")
    page.reload()
    expect(page.locator(".lossbook-score")).to_contain_text("1 of")

    tab.open(WELCOME)
    chapter = page.locator("#lossbook-progress li").first
    done = re.compile(r"1 of \d+ pages read, 1 of \d+ quiz questions right")
    expect(chapter).to_have_text(done)
    page.get_by_role("button", name="Save as a file").click()
    kept = downloads / "lossbook-progress.json"
    assert saved(page, kept)["read"][QUIZZES[0]] is True
    page.get_by_role("button", name="Forget everything").click()
    expect(chapter).to_contain_text("0 of")
    expect(chapter).not_to_contain_text("quiz")
    page.locator("#lossbook-import").set_input_files(kept)
    expect(chapter).to_have_text(done)
    assert tab.problems == []


def test_from_a_folder(firefox, html: Path):
    """Demos and quizzes work as served; progress stays with the page it was made on, and search finds titles alone."""
    with window(firefox) as opened:
        tab = Tab(opened, html.as_uri())
        demo = next(demo for demo in DEMOS if demo.page in QUIZZES)
        page = tab.open(demo.page)
        figure = Figure(page, demo)
        reveal(figure.root)
        assert moves(figure, presses(figure, 0))
        take_quiz(page)
        page.reload()
        expect(page.locator(".lossbook-score")).to_contain_text("1 of")
        tab.open(WELCOME)
        expect(page.locator("#lossbook-progress li").first).to_contain_text("0 of")
        expect(page.locator("#lossbook-progress")).to_contain_text("Firefox keeps each page's progress apart")
        assert tab.problems == []
        page.goto(f"{html.as_uri()}/search.html?q=huber")
        expect(page.locator("#search-results a").first).to_be_visible()
