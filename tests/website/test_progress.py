"""Quizzes and progress on the built website, in a real browser."""

import json
from collections.abc import Iterator

import pytest
from accessibility import violations
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tools import notebooks, pages
from tools.repository import ROOT

WELCOME = "chapters/welcome.html"


def quiz_pages() -> list[str]:
    return [
        path.relative_to(ROOT).with_suffix(".html").as_posix()
        for path in pages.notebooks()
        if any("import quiz\n" in cell.source for cell in notebooks.read(path).cells)
    ]


QUIZZES = quiz_pages()


@pytest.fixture
def reader(chromium: Browser) -> Iterator[BrowserContext]:
    """A reader who is new to the book."""
    context = chromium.new_context(reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def go(reader, address):
    def open_page(name: str) -> Page:
        page = reader.new_page()
        page.goto(f"{address}/{name}", wait_until="domcontentloaded")
        return page

    return open_page


def questions(page: Page) -> list[list]:
    """The options of each question, in the order of the page."""
    groups: list[list] = []
    quiz = page.locator(".tag_quiz .cell_output")
    for element in quiz.locator("p:has(> strong), details").all():
        if element.evaluate("e => e.tagName") == "DETAILS":
            groups[-1].append(element)
        elif not element.evaluate("e => Boolean(e.closest('details'))"):
            groups.append([])
    return groups


def test_there_are_quizzes():
    assert len(QUIZZES) == 6


@pytest.mark.parametrize("name", QUIZZES)
def test_every_option_answers(go, name):
    page = go(name)
    groups = questions(page)
    assert len(groups) >= 3
    for options in groups:
        assert len(options) >= 2
        for option in options:
            option.locator("summary").click()
            verdict = option.locator("strong").first
            expect(verdict).to_be_visible()
            assert verdict.inner_text() in ("Right.", "No.")
    expect(page.locator(".lossbook-score")).to_contain_text(f"of {len(groups)} right at the first try")
    assert violations(page, ".tag_quiz") == []


def test_the_first_option_counts_and_is_kept(go):
    page = go(QUIZZES[0])
    first = questions(page)[0]
    wrong = next(option for option in first if option.locator("strong").first.text_content() == "No.")
    right = next(option for option in first if option.locator("strong").first.text_content() == "Right.")
    for option in (wrong, right):  # by keyboard
        option.locator("summary").focus()
        page.keyboard.press("Enter")
    score = page.locator(".lossbook-score")
    expect(score).to_contain_text("0 of")
    again = go(QUIZZES[0])
    expect(again.locator(".lossbook-score")).to_contain_text("0 of")
    again.get_by_role("button", name="Answer again").click()
    expect(again.locator(".lossbook-score")).to_have_text("")
    questions(again)[0][first.index(right)].locator("summary").click()
    expect(again.locator(".lossbook-score")).to_contain_text("1 of")


def test_a_page_is_read_at_its_end(go):
    page = go(QUIZZES[0])
    link = page.locator(".site-navigation a.current").first
    expect(link).not_to_contain_text("✓")
    page.locator("article.bd-article > section > :last-child").scroll_into_view_if_needed()
    expect(link).to_contain_text("✓")
    expect(go(WELCOME).locator("#lossbook-progress li").first).to_contain_text("1 of 3 pages read")


def test_progress_goes_into_a_file_and_back(go, reader, tmp_path, chromium, address):
    page = go(QUIZZES[0])
    page.locator("article.bd-article > section > :last-child").scroll_into_view_if_needed()
    expect(page.locator(".site-navigation a.current").first).to_contain_text("✓")
    welcome = go(WELCOME)
    with welcome.expect_download() as download:
        welcome.get_by_role("button", name="Save as a file").click()
    download.value.save_as(tmp_path / "progress.json")
    # The welcome page may count as read by now: its end is where the buttons are.
    assert json.loads((tmp_path / "progress.json").read_text())["read"][QUIZZES[0]] is True

    welcome.get_by_role("button", name="Forget everything").click()
    first = welcome.locator("#lossbook-progress li").first
    expect(first).to_contain_text("0 of 3 pages read")
    welcome.locator("#lossbook-import").set_input_files(tmp_path / "progress.json")
    expect(first).to_contain_text("1 of 3 pages read")

    (tmp_path / "bad.json").write_text("no progress")
    welcome.locator("#lossbook-import").set_input_files(tmp_path / "bad.json")
    expect(welcome.locator("#lossbook-progress [role=status]")).to_contain_text("nothing was changed")
    expect(first).to_contain_text("1 of 3 pages read")
    assert violations(welcome, "#lossbook-progress") == []


def test_nothing_is_sent(go, address):
    page = go(QUIZZES[0])
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    questions(page)[0][0].locator("summary").click()
    page.wait_for_timeout(300)
    assert [url for url in requests if not url.startswith(address)] == []
