"""The layout of every page, in a browser: light and dark, by keyboard, on a narrow screen, without a server."""

import io
from collections.abc import Callable, Iterator

import pytest
from accessibility import violations
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_every_page import TENTH_REPAINT

from benchmarks.gates import PAGES
from website import layout

TEXT = "chapters/regression/laboratory.html"  # without demos, so that it is there at once
LESSON = "chapters/regression/quantiles.html"

# How many parts each element of a formula has that takes neither more nor fewer.
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}

LINKS_ON_EACH_OTHER = """() => {
  const meet = (a, b) => ({
    left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom),
  });
  const isThere = ({ left, right, top, bottom }) => right > left && bottom > top;
  const seen = [...document.querySelectorAll("article section a[href]")].map((link) => {
    let box = link.getBoundingClientRect();
    for (let around = link.parentElement; around; around = around.parentElement) {
      if (getComputedStyle(around).overflow === "hidden") box = meet(box, around.getBoundingClientRect());
    }
    return { html: link.outerHTML, section: link.closest("section"), box };
  }).filter(({ box }) => isThere(box));
  return seen.flatMap((one, index) => seen.slice(index + 1)
    .filter((other) => other.section !== one.section && isThere(meet(one.box, other.box)))
    .map((other) => [one.html, other.html]));
}"""


@pytest.fixture(scope="module")
def usual(chromium: Browser) -> Iterator[BrowserContext]:
    """A window for all tests that leave nothing behind: a new one for each would take longer than many a test."""
    with chromium.new_context(reduced_motion="reduce") as window:
        yield window


@pytest.fixture
def browse(chromium: Browser, usual: BrowserContext, address: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page, with options in a window of its own. Errors in its scripts fail the test."""
    opened, errors = [], []

    def open_page(name: str, **options) -> Page:
        window = chromium.new_context(reduced_motion="reduce", **options) if options else usual
        page = window.new_page()
        opened.append(window if options else page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/{name}")
        return page

    yield open_page
    for each in opened:
        each.close()
    assert errors == []


def test_the_dark_page_is_remembered(browse):
    page = browse(TEXT, color_scheme="light")
    button = page.get_by_role("button", name="Dark page")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark page")).to_have_attribute("aria-pressed", "true")


def test_the_page_is_dark_at_first_where_the_system_is(browse):
    expect(browse(TEXT, color_scheme="dark").locator("html")).to_have_attribute("data-theme", "dark")


def test_focus_is_visible_and_in_order(browse):
    page = browse(TEXT)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        width = page.evaluate(
            "() => { const field = document.activeElement; const ring = field.closest('form') ?? field; "
            "return parseFloat(getComputedStyle(ring).outlineWidth) }"
        )
        assert width > 0, page.evaluate("document.activeElement.outerHTML")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert "Welcome" in seen


def test_skip_link_leads_to_the_text(browse):
    page = browse(TEXT)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main-content').contains(document.activeElement)")


def test_contents_unfold_on_a_narrow_screen(browse):
    page = browse(LESSON, viewport={"width": 360, "height": 700})
    contents = page.locator("#site-navigation")
    button = page.get_by_role("button", name="Contents")
    expect(contents).to_be_hidden()
    button.click()
    expect(contents).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(contents).to_be_hidden()
    expect(button).to_be_focused()


def test_links_lead_to_sections_that_were_put_off(browse):
    page = browse("chapters/reference/losses.html", viewport={"width": 412, "height": 800})
    links = page.evaluate("[...document.querySelectorAll('article section section section')].map(({ id }) => '#' + id)")
    assert len(links) > 20
    for link in links[::-3]:
        page.evaluate("link => { location.hash = link }", link)
        page.wait_for_function(TENTH_REPAINT)  # by then the sections around it have their full height
        assert page.evaluate("link => document.querySelector(link).getBoundingClientRect().top", link) == pytest.approx(
            24, abs=4
        ), link


def test_links_put_off_do_not_lie_on_each_other(browse):
    """Seen as axe sees them: it considers that what overflows may be hidden, but not that layout may be put off."""
    page = browse("chapters/reference/losses.html", viewport={"width": 412, "height": 800})
    assert page.evaluate("getComputedStyle(document.querySelector('#tversky')).contentVisibility") == "auto"
    assert page.evaluate(LINKS_ON_EACH_OTHER) == []


def test_without_a_script_the_contents_stand_there(browse):
    page = browse(TEXT, viewport={"width": 360, "height": 700}, java_script_enabled=False)
    expect(page.locator("#site-navigation")).to_be_visible()
    expect(page.locator("#theme-button")).to_be_hidden()


def test_menus_open_and_close(browse):
    page = browse(TEXT)
    menus = page.locator(".article-header-buttons summary")
    assert menus.all_inner_texts() == ["Run", "Source", "Download"]
    menus.nth(0).press("Enter")
    expect(page.locator(".menu").get_by_role("link", name="Binder")).to_be_visible()
    assert violations(page) == []
    menus.nth(1).click()
    expect(page.locator(".menu").get_by_role("link", name="Binder")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(".menu[open]")).to_have_count(0)
    expect(menus.nth(1)).to_be_focused()


def test_search_has_a_key(browse):
    page = browse(TEXT)
    page.keyboard.press("Control+k")
    page.keyboard.type("residual")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=residual")
    expect(page.locator("#search-results li").first).to_be_visible()


def test_the_section_being_read_is_marked(browse):
    page = browse(TEXT)
    last = page.locator(".sections > li > a").last
    last.click()
    marked = page.locator(".sections a[aria-current='true']")
    page.mouse.wheel(0, 1)
    expect(marked).to_have_count(1)


def test_long_equations_scroll_by_keyboard(browse):
    page = browse("chapters/reference/losses.html", viewport={"width": 320, "height": 700})
    wide = page.locator(".equation[tabindex='0']").first
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 0")


def test_nothing_moves_where_motion_is_unwelcome(browse):
    page = browse(LESSON)
    moving = """[...document.querySelectorAll("*")].filter(element => {
        const style = getComputedStyle(element);
        return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
    }).map(element => element.outerHTML.slice(0, 100))"""
    assert page.evaluate(moving) == []


def test_formulas_are_mathml_in_a_font_of_the_site(html):
    covered = set()
    for file in (layout.STATIC / "fonts").glob("stix-two-math*.woff2"):
        covered |= set(TTFont(io.BytesIO(file.read_bytes())).getBestCmap())
    formulas = 0
    for name in PAGES:
        page = BeautifulSoup((html / name).read_bytes(), "html.parser")
        for formula in page("math"):
            formulas += 1
            missing = {letter for letter in formula.get_text() if ord(letter) not in covered and not letter.isspace()}
            assert missing == set(), (name, str(formula))
            for part in formula(list(CHILDREN)):
                assert len(part.find_all(recursive=False)) == CHILDREN[part.name], (name, str(formula))
        for code in page(["code", "pre", "script", "math"]):
            code.extract()
        assert r"\(" not in page.get_text(), name
    assert formulas > 300


def test_text_is_set_in_the_fonts_of_the_site_on_the_first_visit(chromium, address):
    """A face that arrives late is not used: the words in italics would be in whatever font the system has."""
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/chapters/regression/quantiles.html")
        page.evaluate("document.fonts.ready.then(() => {})")
        tools = context.new_cdp_session(page)
        tools.send("DOM.enable")
        tools.send("CSS.enable")
        root = tools.send("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
        for element in ("main p", "main p em", "main h2"):
            nodes = tools.send("DOM.querySelectorAll", {"nodeId": root, "selector": element})["nodeIds"]
            used = [
                font for node in nodes for font in tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            ]
            assert used
            assert {font["familyName"] for font in used if not font["isCustomFont"]} == set(), element


def test_a_page_opens_from_a_folder(chromium, html):
    context = chromium.new_context()
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((html / LESSON).as_uri())
    page.locator(".explorable svg").first.wait_for()
    page.click("#theme-button")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="Glossary").click()
    expect(page.locator("h1")).to_contain_text("Glossary")
    context.close()
    assert errors == []
