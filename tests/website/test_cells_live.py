"""Python in the page, as a reader meets it: one page in each browser, and what goes wrong, in Chromium."""

import json
import re
from collections.abc import Iterator

import pytest
from accessibility import violations
from figures import Tab
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

PAGE = "chapters/regression/quantiles.html"
TITLE = "The gradient of the pinball loss"
WRONG = """\
def pinball_gradient(y_true, y_pred, tau):
    return np.where(y_pred < y_true, tau, tau - 1)"""
RIGHT = """\
def pinball_gradient(y_true, y_pred, tau):
    return np.where(y_pred < y_true, -tau, 1 - tau)"""
ENDLESS = "while True:\n    pass"
FIGURE = "from lossbook.plots import figure, show\nfig, axes = figure()\naxes.plot([1, 2])\nshow(fig, alt='A line.')"
TABLE = "import pandas as pd\npd.DataFrame({'loss': [0.25, 1.5]})"
LOSS = "from lossbook.explore import explore\nexplore(lambda r, delta=1.0: np.minimum(r**2, delta), delta=(0.5, 2))"
# Ways in which a program in a browser could reach the network, what the site has stored, or JavaScript.
REACH = """\
import sys
from pyodide.code import run_js
from pyodide.ffi import JsProxy

reached = []


def attempt(name, reach):
    try:
        reached.append((name, reach()))
    except Exception as error:
        assert isinstance(error, (ImportError, OSError, AttributeError)) or type(error).__name__ == "JsException", error


for name in ("js", "pyodide_js", "pyodide_js._api"):
    attempt(name, lambda: __import__(name))
fetch = next(finder.fetch for finder in sys.meta_path if hasattr(finder, "fetch"))
assert isinstance(fetch, JsProxy)
function = fetch.constructor
attempt("run_js", lambda: run_js("1"))
attempt("Function", lambda: function.new("return 1")())

import urllib.request
attempt("urllib", lambda: urllib.request.urlopen("https://example.org"))

# As a pack that is none: the worker may fetch from the folder of the packs, and from nowhere else.
things = function.prototype.__proto__.constructor
things.prototype.evil = things.fromEntries([["file", "/chapters/welcome.html"], ["bytes", 1], ["size", 10]])
attempt("a page of the site", lambda: fetch("evil"))
del things.prototype.evil
print("reached:", reached)"""
STOPPED = "Stopped. What the cells had made is gone; run again what you need."
AT_REST = "() => !document.querySelector('[data-busy]')"
LONG = 30_000  # milliseconds: to load and start Python, on a busy machine


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def browser(request) -> Browser:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def tab(browser: Browser, packed, address) -> Iterator[Tab]:
    """Visit the page once for all tests, in their order; nothing may go wrong on it until they are done."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as window:
        yield from _visited(window, address)


@pytest.fixture
def reader(chromium: Browser, packed, address) -> Iterator[Tab]:
    with chromium.new_context() as window:
        yield Tab(window, address)


def _visited(window: BrowserContext, address: str) -> Iterator[Tab]:
    tab = Tab(window, address)
    tab.requests = []
    tab.page.on("request", lambda request: tab.requests.append(request.url))
    tab.open(PAGE)
    yield tab
    assert tab.problems == []


def exercise(page: Page, title: str) -> Locator:
    """Return an exercise by its title."""
    return page.get_by_role("heading", name=title).locator("xpath=..").locator(".exercise").first


def check(task: Locator, code: str | None = None) -> str:
    """Answer an exercise, and return what is said of it."""
    if code is not None:
        task.get_by_role("textbox").fill(code)
    task.get_by_role("button", name="Check", exact=True).click()
    return said(task)


def said(task: Locator) -> str:
    task.page.wait_for_function(AT_REST, timeout=LONG)
    result = task.locator(".exercise-result")
    expect(result).to_have_count(1)
    return result.inner_text()


def cell(page: Page, place: int) -> Locator:
    return page.locator(".cell").nth(place)


def run(one: Locator, code: str) -> Locator:
    """Run code in the place of a cell, and return what it shows."""
    if edit := one.get_by_role("button", name="Edit", exact=True).all():
        edit[0].click()
    one.get_by_role("textbox").fill(code)
    one.get_by_role("button", name="Run", exact=True).click()
    one.page.wait_for_function(AT_REST, timeout=LONG)
    return one.locator(".cell_output")


def test_nothing_is_loaded_before_the_first_click(tab):
    note = tab.page.locator(".cell-note")
    assert re.fullmatch(r"Runs in your browser; the first run loads \d+\.\d MB\.", note.inner_text())
    assert not any("/python/" in url or "/exercises/" in url for url in tab.requests)


def test_an_exercise_is_answered_by_keyboard_alone(tab):
    page = tab.page
    task = exercise(page, TITLE)
    field = page.get_by_role("textbox", name=TITLE)
    field.focus()
    expect(page.locator(".cm-content")).to_be_focused()
    for code, verdict in ((WRONG, "Not yet. Your gradient is right up to the sign."), (RIGHT, "Right.")):
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(code)
        page.keyboard.press("Control+Enter")
        expect(task.locator(".exercise-result")).to_contain_text(verdict, timeout=LONG)
        page.wait_for_function(AT_REST, timeout=LONG)
        expect(field).to_be_focused()
    # One announcement a result.
    assert task.locator("[role=status] [role=status], [role=status] [aria-live]").count() == 0
    page.keyboard.press("Escape")
    expect(task.get_by_role("button", name="Check", exact=True)).to_be_focused()


def test_hints_come_one_by_one_and_then_the_solution(tab):
    task = exercise(tab.page, TITLE)
    folds = task.locator("xpath=../..").locator("details")
    expect(folds.filter(visible=True)).to_have_count(0)
    hint, solution = (task.get_by_role("button", name=name, exact=True) for name in ("Hint", "Solution"))
    items = folds.first.locator("li")
    for number in range(1, items.count() + 1):
        hint.click()
        expect(items.filter(visible=True)).to_have_count(number)
    expect(hint).to_be_disabled()
    expect(hint).to_be_focused()
    solution.click()
    expect(folds.last).to_contain_text("-tau, 1 - tau")
    solution.click()
    expect(folds.last).to_be_hidden()


def test_what_was_typed_and_solved_is_there_after_a_reload(tab):
    tab.page.reload()
    task = exercise(tab.page, TITLE)
    expect(task.get_by_role("textbox", name=TITLE)).to_have_value(re.compile("-tau, 1 - tau"))
    expect(task.locator(".cell-status")).to_have_text("Solved.")
    task.get_by_role("button", name="Reset", exact=True).click()
    expect(task.get_by_role("textbox", name=TITLE)).to_have_value(re.compile(r"\.\.\."))


def test_a_loop_that_never_ends_is_stopped(tab):
    task = exercise(tab.page, TITLE)
    said = check(task, f"def pinball_gradient(y_true, y_pred, tau):\n    {ENDLESS.replace(chr(10), chr(10) + '    ')}")
    assert "still running after 5 seconds" in said
    task.get_by_role("textbox").fill(ENDLESS)
    task.get_by_role("button", name="Check", exact=True).click()
    expect(task.locator(".cell-status")).to_have_text("Running.")
    task.get_by_role("button", name="Stop", exact=True).click()
    expect(task.locator(".cell-status")).to_have_text(STOPPED)
    expect(task.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    assert "Right." in check(task, RIGHT)


def test_a_cell_runs_what_it_needs_from_above_and_is_reset(tab):
    one = cell(tab.page, 3)
    printed = one.locator(".cell_output pre")
    stored = printed.text_content()
    assert len(stored) > 100
    one.get_by_role("button", name="Run", exact=True).click()
    expect(one.locator(".cell-status")).to_contain_text(re.compile(r"Ran \d cells above first. Ran in"), timeout=LONG)
    assert printed.text_content() == stored
    assert run(one, "print(pinball(1, 0, 0.25))\nwindow").inner_text().split() == ["0.25", "20"]
    output = run(one, "x = 1\nx.shape")
    assert re.fullmatch(r"Traceback.*\n.*<cell 4>.*line \d.*\n *x.shape\nAttributeError: .*\s*", output.inner_text())
    expect(one.locator(".cell-status")).to_contain_text("Stopped by AttributeError")
    one.get_by_role("button", name="Reset", exact=True).click()
    assert printed.text_content() == stored
    expect(one.get_by_role("textbox")).to_have_count(0)


def test_a_figure_a_table_and_a_loss_of_the_readers_own(tab):
    one = cell(tab.page, 2)
    assert run(one, FIGURE).locator("img").get_attribute("alt") == "A line."
    expect(run(one, TABLE).get_by_role("cell", name="0.25")).to_be_visible()
    demo = run(one, LOSS).locator(".lb-demo")
    expect(demo.get_by_role("slider")).not_to_have_count(0, timeout=LONG)
    readout = demo.locator(".lb-readout").first
    before = readout.inner_text()
    demo.get_by_role("slider").last.focus()
    tab.page.keyboard.press("ArrowRight")
    expect(readout).not_to_have_text(before)


def test_shift_and_enter_goes_on_to_the_next_cell(tab):
    one, following = cell(tab.page, 2), cell(tab.page, 3)
    output = run(one, "a = 1")
    one.get_by_role("textbox").focus()
    tab.page.keyboard.press("Control+End")
    tab.page.keyboard.insert_text("\na + 41")
    tab.page.keyboard.press("Shift+Enter")
    expect(output).to_have_text("42")
    expect(following.get_by_role("button", name="Run", exact=True)).to_be_focused()


def test_run_all_above(tab):
    one = cell(tab.page, 2)
    one.get_by_role("button", name="Run all above").click()
    expect(one.locator(".cell-status")).to_have_text("All cells above were run.", timeout=LONG)
    expect(cell(tab.page, 0).locator(".cell-status")).to_contain_text("Ran")


def test_the_readers_code_reaches_neither_the_network_nor_what_is_stored(tab):
    assert run(cell(tab.page, 2), REACH).inner_text().strip() == "reached: []"
    # Browsers note in their console what the policy stops.
    assert [problem for problem in tab.problems if not re.search(r"Policy|settings blocked|eval", problem)] == []
    tab.problems.clear()


def test_what_code_shows_does_not_lead_away_from_the_page(tab):
    html = "<b>kept</b><meta http-equiv=refresh content='0; url=/x'><iframe src=/></iframe><img src=x onerror=alert(1)>"
    output = run(cell(tab.page, 2), f"from IPython.display import HTML\nHTML({html!r})")
    expect(output.locator("b")).to_have_text("kept")
    assert output.locator("meta, iframe, [onerror]").count() == 0
    run(cell(tab.page, 2), "pass")
    tab.problems.clear()  # there was no picture x


def test_numbers_and_choices_are_checked_at_once(tab):
    page = tab.page
    task = exercise(page, "How many loaves")
    field = page.get_by_role("textbox", name="How many loaves")
    field.fill("0.25")
    field.press("Enter")
    expect(task.locator(".exercise-result")).to_contain_text("Not yet.")
    assert "Right." in check(task, "0.75")
    assert task.locator(".exercise-result math").count() > 0
    choice = exercise(page, "The reserve")
    assert "Not attempted yet." in check(choice)
    choice.get_by_role("radio", name='"expectile 0.99"').check()
    choice.get_by_role("radio", name='"counts"').check()
    assert "Not yet." in check(choice)
    choice.get_by_role("radio", name='"quantile 0.99"').check()
    assert "Right." in check(choice)


def test_what_cannot_run_says_why(tab):
    lines = tab.page.locator(".cell-elsewhere")
    expect(lines.first).to_contain_text("Needs Keras")
    assert "mybinder.org" in lines.first.get_by_role("link", name="Binder").get_attribute("href")


def test_on_a_narrow_dark_page_it_fits_and_axe_finds_nothing(tab, browser):
    page = tab.page
    page.set_viewport_size({"width": 320, "height": 700})
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    task = exercise(page, TITLE)
    assert "Not yet." in check(task, f"{WRONG}  # {'and a comment that is longer than the screen is wide ' * 2}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if browser.browser_type.name == "chromium":
        assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})


# What goes wrong ------------------------------------------------------------------------------------


def test_without_webassembly(reader):
    reader.page.add_init_script("delete window.WebAssembly")
    one = cell(reader.open(PAGE), 2)
    one.get_by_role("button", name="Run", exact=True).click()
    expect(one.locator(".cell-status")).to_contain_text("This browser has no WebAssembly")


def test_what_was_typed_is_there_after_going_back(reader):
    """Playwright does not notice that Firefox has gone back."""
    page = reader.open(PAGE)
    field = page.get_by_role("textbox", name=TITLE)
    field.focus()
    expect(page.locator(".cm-content")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("  # typed a moment ago")
    page.get_by_role("link", name="Welcome").first.click()
    page.go_back()
    expect(field).to_have_value(re.compile(r"def pinball_gradient.*# typed a moment ago", re.S))
    expect(page.get_by_role("textbox", name="What a band costs")).to_have_value(re.compile("def band_loss"))


def test_what_was_kept_of_another_form_is_passed_over(reader):
    typed = {PAGE: {"reserve": "quantile", "bakery": "null"}}
    script = f"localStorage.setItem('lossbook-progress', JSON.stringify({{typed: {json.dumps(typed)}}}))"
    reader.page.add_init_script(script)
    page = reader.open(PAGE)
    expect(page.locator(".exercise")).to_have_count(6)
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)


def test_a_browser_that_keeps_nothing_says_so(reader):
    reader.page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full'); }")
    task = exercise(reader.open(PAGE), "How many loaves")
    task.get_by_role("textbox").fill("1")
    expect(task.locator(".cell-status")).to_contain_text("This browser keeps nothing")


def test_a_connection_that_breaks_later_leaves_what_there_is(reader):
    page = reader.open(PAGE)
    one = cell(page, 2)
    run(one, "kept = 41")
    reader.page.context.set_offline(True)
    assert "could not be loaded: is there no connection?" in run(one, "import sklearn").inner_text()
    assert run(one, "kept + 1").inner_text().strip() == "42"


def test_without_a_connection(reader):
    page = reader.open(PAGE)
    reader.page.context.set_offline(True)
    one = cell(page, 2)
    for _ in range(2):
        one.get_by_role("button", name="Run", exact=True).click()
        expect(one.locator(".cell-status")).to_contain_text("is there no connection?")
    reader.page.context.set_offline(False)
    one.get_by_role("button", name="Run", exact=True).click()
    expect(one.locator(".cell-status")).to_contain_text("Ran in", timeout=LONG)


def test_a_site_without_python_checks_numbers_and_says_nothing_of_running(reader):
    def without(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r'"(script|root)":"[^"]*",?', "", answer.text()))

    reader.page.route("**/*.html", without)
    page = reader.open(PAGE)
    expect(page.get_by_role("button", name="Run", exact=True)).to_have_count(0)
    expect(page.get_by_role("textbox", name=TITLE)).to_have_count(0)
    expect(page.locator(".tag_starter pre").filter(has_text="def pinball_gradient")).to_be_visible()
    assert "Right." in check(exercise(page, "How many loaves"), "3/4")
