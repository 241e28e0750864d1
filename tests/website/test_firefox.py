"""Demos, quizzes, progress and formulas in Firefox; and what is left of them when the book is opened from a folder."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from figures import Tab, make_live
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_live_demos import DEMOS, EVERYTHING, Demo, drag, keys
from test_progress import QUIZZES, WELCOME

# What a reader sees of a figure: its drawing, its readouts, and where its controls stand.
LOOK = """async figure => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const inputs = figure.querySelectorAll(".lb-controls :is(input, select)");
  return {
    drawing: [...figure.querySelectorAll(".lb-panel svg")].map(svg => svg.innerHTML).join(),
    readouts: [...figure.querySelectorAll(".lb-readout")].map(readout => readout.innerText),
    positions: [...inputs].map(input => [input.value, input.checked]),
  };
}"""
GO_TO_FRAGMENT = """fragment => new Promise(done => {
  addEventListener("hashchange", () => done(), { once: true });
  location.hash = fragment;
})"""
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


def window(firefox: Browser, width: int = 1300) -> BrowserContext:
    """Return a window for a reader who is new to the book."""
    return firefox.new_context(viewport={"width": width, "height": 900})


@pytest.fixture(scope="module")
def shared_tab(firefox, address) -> Iterator[Tab]:
    """Visit each page once for all its demos."""
    with window(firefox) as opened:
        yield Tab(opened, address)


@pytest.fixture
def tab(firefox, address) -> Iterator[Tab]:
    with window(firefox) as opened:
        yield Tab(opened, address)


def live(page: Page, demo: Demo) -> Locator:
    return make_live(page.locator(f"figure#demo-{demo}"))


def look(figure: Locator) -> dict:
    return figure.evaluate(LOOK)


def wait_for_state(page: Page, demo: Demo, kept: bool) -> str:
    """Wait until the address holds the state of a demo, or no longer does, and return its fragment."""
    page.wait_for_function("([start, kept]) => location.hash.startsWith(start) === kept", arg=[f"#demo-{demo}?", kept])
    return page.evaluate("location.hash")


def check_keyboard(figure: Locator, demo: Demo) -> None:
    """Move the first control until the drawing and a readout change."""
    before = look(figure)
    focus, pressed = keys(demo.spec["controls"][0], figure.locator(".lb-controls > .lb-control").first)
    focus.focus()
    for key in pressed:
        figure.page.keyboard.press(key)
        after = look(figure)
        if after["drawing"] != before["drawing"] and (after["readouts"] != before["readouts"] or demo not in DEMOS):
            return
    pytest.fail("no key changes the drawing and a readout")


def check_preset(figure: Locator, demo: Demo) -> None:
    """Go to the last preset and back, and there once more by its address."""
    reset, preset = figure.locator(".lb-reset"), figure.locator(".lb-preset").last
    reset.click()
    start = look(figure)
    wait_for_state(figure.page, demo, False)  # what the keyboard did may stand there
    preset.click()
    last = look(figure)
    assert last["drawing"] != start["drawing"]
    fragment = wait_for_state(figure.page, demo, True)
    reset.click()
    assert look(figure) == start
    wait_for_state(figure.page, demo, False)
    figure.page.evaluate(GO_TO_FRAGMENT, fragment)
    assert look(figure) == last


@pytest.mark.parametrize("demo", EVERYTHING, ids=str)
def test_demo(shared_tab, demo):
    figure = live(shared_tab.open(demo.page), demo)
    assert figure.locator(".lb-panel svg:visible").count() == len(demo.spec["panels"])
    assert figure.locator(".lb-controls > .lb-control").count() == len(demo.spec["controls"])
    for skip in figure.locator(".lb-skip:visible").all():
        skip.click()
    check_keyboard(figure, demo)
    if demo in DEMOS:
        check_preset(figure, demo)
    assert shared_tab.problems == []


def test_a_handle_is_dragged(tab):
    demo = next(demo for demo in DEMOS if "handle" in kinds(demo))
    figure = live(tab.open(demo.page), demo)
    for skip in figure.locator(".lb-skip:visible").all():
        skip.click()
    before = look(figure)
    handle = figure.locator(".lb-handle .lb-hit").first
    drag(figure, handle, 60, 40)
    if look(figure) == before:  # it stood at its upper end
        drag(figure, handle, -60, -40)
    after = look(figure)
    assert after["positions"] != before["positions"]
    assert after["drawing"] != before["drawing"]
    assert tab.problems == []


def kinds(demo: Demo) -> set[str]:
    return {mark["kind"] for panel in demo.spec["panels"] for mark in panel["marks"]}


def test_a_demo_opens_in_the_state_of_the_address(tab):
    demo = DEMOS[0]
    page = tab.open(demo.page)
    live(page, demo).locator(".lb-preset").last.click()
    wait_for_state(page, demo, True)
    before = look(live(page, demo))
    page.reload()
    figure = live(page, demo)
    after = look(figure)
    assert (after["positions"], after["readouts"]) == (before["positions"], before["readouts"])
    expect(figure).to_be_in_viewport()


@pytest.fixture(scope="module")
def narrow_tab(firefox, address) -> Iterator[Tab]:
    with window(firefox, width=320) as opened:
        yield Tab(opened, address)


@pytest.mark.parametrize("name", sorted({WELCOME, *QUIZZES, *(demo.page for demo in EVERYTHING)}))
def test_page_on_a_narrow_screen(narrow_tab, name):
    page = narrow_tab.open(name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert narrow_tab.problems == []
    formulas = page.evaluate(FORMULAS)
    assert [
        formula for formula in formulas if formula["text"].strip() and formula["width"] * formula["height"] < 4
    ] == []
    assert all(distance > 5 for distance in page.evaluate(FRACTIONS)), "a numerator is not above its denominator"


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


def test_quiz_and_progress(tab, downloads: Path):
    page = tab.open(QUIZZES[0])
    take_quiz(page)
    page.wait_for_function("localStorage.getItem('lossbook-progress').includes('true')")
    page.reload()
    expect(page.locator(".lossbook-score")).to_contain_text("1 of")

    tab.open(WELCOME)
    chapter = page.locator("#lossbook-progress li").first
    done = re.compile(r"1 of \d+ pages read, 1 of \d+ quiz questions right")
    expect(chapter).to_have_text(done)
    page.get_by_role("button", name="Save as a file").click()
    kept = downloads / "lossbook-progress.json"
    for _ in range(100):
        if kept.exists():
            break
        page.wait_for_timeout(50)
    assert json.loads(kept.read_text())["read"][QUIZZES[0]] is True
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
        check_keyboard(live(page, demo), demo)
        take_quiz(page)
        page.reload()
        expect(page.locator(".lossbook-score")).to_contain_text("1 of")
        tab.open(WELCOME)
        expect(page.locator("#lossbook-progress li").first).to_contain_text("0 of")
        expect(page.locator("#lossbook-progress")).to_contain_text("Firefox keeps each page's progress apart")
        assert tab.problems == []
        page.goto(f"{html.as_uri()}/search.html?q=huber")
        expect(page.locator("#search-results a").first).to_be_visible()
