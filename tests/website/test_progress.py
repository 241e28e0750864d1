"""Quizzes and progress on the built website, in a real browser."""

import json
from collections.abc import Iterator

import pytest
from accessibility import violations
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from lossbook import course

WELCOME = "chapters/welcome.html"


QUIZZES = [f"chapters/{page}.html" for page in course.pages() if course.quiz(page)]


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


def first_question(page: Page) -> dict[str, Locator]:
    """Return an option of the first question for each verdict."""
    options = page.locator(".tag_quiz .cell_output details")
    verdicts = options.evaluate_all("all => all.map((option) => option.querySelector('strong').textContent)")
    return {verdict: options.nth(verdicts.index(verdict)) for verdict in ("Right.", "No.")}


def test_the_first_option_counts_and_is_kept(go, address):
    page = go(QUIZZES[0])
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    options = first_question(page)
    for verdict in ("No.", "Right."):  # by keyboard
        options[verdict].locator("summary").focus()
        page.keyboard.press("Enter")
        expect(options[verdict].locator("strong").first).to_be_visible()
    score = page.locator(".lossbook-score")
    expect(score).to_contain_text("0 of")
    page.wait_for_timeout(300)
    assert [url for url in requests if not url.startswith(address)] == [], "nothing is sent"
    page.reload()
    expect(score).to_contain_text("0 of")
    page.get_by_role("button", name="Answer again").click()
    expect(score).to_have_text("")
    options["Right."].locator("summary").click()
    expect(score).to_contain_text("1 of")


def test_a_page_is_read_at_its_end_which_goes_into_a_file_and_back(go, tmp_path):
    page = go(QUIZZES[0])
    link = page.locator(".site-navigation a.current").first
    expect(link).not_to_contain_text("✓")
    page.locator("article.bd-article > section > :last-child").scroll_into_view_if_needed()
    expect(link).to_contain_text("✓")
    welcome = go(WELCOME)
    first = welcome.locator("#lossbook-progress li").first
    expect(first).to_contain_text("1 of 3 pages read")
    with welcome.expect_download() as download:
        welcome.get_by_role("button", name="Save as a file").click()
    download.value.save_as(tmp_path / "progress.json")
    # The welcome page may count as read by now: its end is where the buttons are.
    assert json.loads((tmp_path / "progress.json").read_text())["read"][QUIZZES[0]] is True

    welcome.get_by_role("button", name="Forget everything").click()
    expect(first).to_contain_text("0 of 3 pages read")
    welcome.locator("#lossbook-import").set_input_files(tmp_path / "progress.json")
    expect(first).to_contain_text("1 of 3 pages read")

    (tmp_path / "bad.json").write_text("no progress")
    welcome.locator("#lossbook-import").set_input_files(tmp_path / "bad.json")
    expect(welcome.locator("#lossbook-progress [role=status]")).to_contain_text("nothing was changed")
    expect(first).to_contain_text("1 of 3 pages read")
    assert violations(welcome, "#lossbook-progress") == []


def test_answers_go_into_a_file_and_back(go, tmp_path):
    lesson, title = "chapters/regression/quantiles.html", "How many loaves"
    page = go(lesson)
    field = page.get_by_role("textbox", name=title)
    field.fill("0.25")
    field.press("Enter")
    expect(page.locator(".exercise-result")).to_contain_text("Not yet.")
    welcome = go(WELCOME)
    chapter = welcome.locator("#lossbook-progress li").nth(1)
    expect(chapter).to_contain_text("0 of 6 exercises solved")
    with welcome.expect_download() as download:
        welcome.get_by_role("button", name="Save as a file").click()
    kept = json.loads(download.value.path().read_text())
    assert kept["typed"] == {lesson: {"bakery": "0.25"}}
    assert kept["exercises"][lesson]["bakery"] == "wrong"

    welcome.get_by_role("button", name="Forget everything").click()
    expect(chapter).not_to_contain_text("exercises")
    # A file that somebody else made: what it says was typed is text, and what has no form of ours is left out.
    kept["typed"][lesson]["bakery"] = "<img src=x onerror=alert(1)>"
    kept["typed"]["__proto__"] = kept["exercises"]["__proto__"] = {"bakery": "passed"}
    kept["exercises"][lesson] = {"bakery": "passed", "reserve": "<b>"}
    (tmp_path / "progress.json").write_text(json.dumps(kept))
    welcome.locator("#lossbook-import").set_input_files(tmp_path / "progress.json")
    expect(chapter).to_contain_text("1 of 1 exercises solved")
    page.reload()
    expect(field).to_have_value("<img src=x onerror=alert(1)>")
    expect(page.locator(".exercise", has=field).locator(".cell-status")).to_have_text("Solved.")
    assert page.evaluate("() => ({}).bakery") is None
