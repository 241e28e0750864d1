"""Definitions on hover, the search and the page for addresses that do not exist, in a real browser."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from accessibility import COLORS, violations
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from serving import served

PAGE = "chapters/foundations/gradients.html"
# Its definition has formulas.
TERM = "finite-difference"


USUAL = {"reduced_motion": "reduce", "viewport": {"width": 1300, "height": 900}}


@pytest.fixture(scope="module")
def usual(chromium: Browser) -> Iterator[BrowserContext]:
    """A window for all tests that leave nothing behind: a new one for each would take longer than many a test."""
    with chromium.new_context(**USUAL) as window:
        yield window


@pytest.fixture
def go(chromium: Browser, usual: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open pages, with options in a window of their own; none may have raised an error at the end."""
    opened, errors = [], []

    def open_page(target: str, **options) -> Page:
        window = chromium.new_context(**USUAL | options) if options else usual
        page = window.new_page()
        opened.append(window if options else page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(target, wait_until="domcontentloaded")
        return page

    yield open_page
    for each in opened:
        each.close()
    assert errors == []


def link_and_definition(page: Page) -> tuple[Locator, Locator]:
    link = page.locator(f"article a[href$='glossary.html#{TERM}'][aria-describedby]").first
    link.scroll_into_view_if_needed()
    return link, page.locator(f"#definition-{TERM}")


def center(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_hover_shows_a_definition_until_it_is_dismissed(go, address):
    page = go(f"{address}/{PAGE}")
    link, definition = link_and_definition(page)
    expect(definition).to_be_hidden()
    link.hover()
    expect(definition).to_be_visible()
    for theme in ("dark", "light"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        assert violations(page, f"#definition-{TERM}") == [], theme
    # The pointer may go there, and stay.
    page.mouse.move(*center(definition), steps=5)
    page.wait_for_timeout(600)
    expect(definition).to_be_visible()
    page.mouse.move(5, 5)
    expect(definition).to_be_hidden()
    link.hover()
    expect(definition).to_be_visible()
    page.keyboard.press("Escape")
    expect(definition).to_be_hidden()


def test_the_keyboard_shows_a_definition(go, address):
    page = go(f"{address}/{PAGE}")
    link, definition = link_and_definition(page)
    link.evaluate(
        """link => {
            const all = [...document.querySelectorAll("a[href], button, input, summary")];
            all.slice(0, all.indexOf(link)).reverse().find(e => e.checkVisibility()).focus();
        }"""
    )
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(definition).to_be_visible()
    # A pointer that comes and goes does not close what the keyboard has opened.
    page.mouse.move(*center(definition))
    page.mouse.move(5, 5)
    page.wait_for_timeout(600)
    expect(definition).to_be_visible()
    page.keyboard.press("Escape")
    expect(definition).to_be_hidden()
    expect(link).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(definition).to_be_visible()
    page.keyboard.press("Tab")
    expect(definition).to_be_hidden()


def test_a_screen_reader_hears_the_definition(go, address):
    page = go(f"{address}/{PAGE}")
    _, definition = link_and_definition(page)
    expect(definition).to_be_hidden()
    session = page.context.new_cdp_session(page)
    handle = session.send("Runtime.evaluate", {"expression": f"document.querySelector('a[aria-describedby$={TERM}]')"})
    tree = session.send("Accessibility.getPartialAXTree", {"objectId": handle["result"]["objectId"]})
    description = tree["nodes"][0]["description"]["value"]
    assert description.startswith("Finite difference An estimate of a derivative")


def test_a_finger_follows_the_link(go, address):
    page = go(f"{address}/{PAGE}", has_touch=True, viewport={"width": 320, "height": 700})
    link, _ = link_and_definition(page)
    link.tap()
    page.wait_for_url(f"**/glossary.html#{TERM}")


def test_a_definition_fits_a_narrow_screen_and_is_not_printed(go, address):
    page = go(f"{address}/{PAGE}", viewport={"width": 320, "height": 700})
    for link in page.locator("article a[aria-describedby]:visible").all():
        link.scroll_into_view_if_needed()
        link.hover()
        definition = page.locator(f"#{link.get_attribute('aria-describedby')}")
        expect(definition).to_be_visible()
        box = definition.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.emulate_media(media="print")
    expect(page.locator(".definition:visible")).to_have_count(0)


@pytest.mark.parametrize("name", ["search.html?q=gradient", "no/such/page.html"])
def test_axe_finds_nothing(go, address, name):
    page = go(f"{address}/{name}")
    if name.startswith("search"):
        expect(page.locator("#search-results li").first).to_be_visible()
    for theme, rules in {"light": None, "dark": COLORS}.items():
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        assert violations(page, rules=rules) == [], theme
        page.click("#theme-button")


def results(page: Page) -> list[str]:
    expect(page.locator("#search-results .search-summary")).to_contain_text("found")
    return page.locator("#search-results li > a").all_inner_texts()


def test_the_search_works_with_a_server_and_in_a_folder(go, address, html):
    online = go(f"{address}/search.html?q=pinball+loss")
    found = results(online)
    assert "Quantiles and expectiles: predicting a range" in found
    expect(online.locator("#search-results ul")).to_contain_text("pinball")  # results quote their pages around the word
    expect(online.locator("#in-a-folder")).to_be_hidden()

    folder = go(f"{html.as_uri()}/search.html?q=pinball+loss")
    assert results(folder) == found
    expect(folder.locator("#in-a-folder")).to_be_visible()
    folder.get_by_role("link", name="Quantiles and expectiles: predicting a range").last.click()
    expect(folder.locator("h1")).to_contain_text("Quantiles")


def test_what_is_typed_on_a_page_is_searched(go, address):
    page = go(f"{address}/{PAGE}")
    page.get_by_role("searchbox").fill("winsorizing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=winsorizing")
    expect(page.locator("#search-results .search-summary")).to_be_visible()


def test_a_missing_page_leads_back_into_the_book(go, address):
    for missing in ("no-such-page.html", "chapters/regression/robust.html", "a/b/c/d/"):
        page = go("about:blank", locale="en")  # a window of its own, whose cache is empty
        answers = []
        page.on("response", lambda response, kept=answers: kept.append((response.status, response.url)))
        page.goto(f"{address}/{missing}")
        assert answers[0] == (404, f"{address}/{missing}")
        assert [url for status, url in answers if status != 200] == [f"{address}/{missing}"]
        link = page.locator("article").get_by_role("link", name="What is a loss?")
        assert link.evaluate("link => link.href") == f"{address}/chapters/foundations/what-is-a-loss.html"
        assert page.locator("article form").evaluate("form => form.action") == f"{address}/search.html"
    link.click()
    expect(page.locator("h1")).to_contain_text("What is a loss?")
    page.go_back()
    page.locator("article").get_by_role("searchbox").fill("huber")
    page.keyboard.press("Enter")
    assert "Losses" in " ".join(results(page))


def test_without_the_page_the_server_answers_in_its_own_words(html, tmp_path, chromium):
    shutil.copy(html / "search.html", tmp_path)
    with served(tmp_path) as address:
        page = chromium.new_page()
        answer = page.goto(f"{address}/nothing.html")
        assert answer.status == 404
        page.close()
