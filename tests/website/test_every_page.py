"""What holds for every page, seen in one visit to each: weight, demos, accessibility, quiz, a narrow screen, paper.

What all demos have in common is tested once, by test_engine.py; here is what can go wrong with one of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from accessibility import COLORS, violations
from checks import check_everything, check_narrow_screen, check_picture, check_print
from figures import DEMOS, Figure, Tab, make_live, reveal
from naming import naming
from playwright.sync_api import Browser, Page, expect
from test_progress import QUIZZES

from benchmarks.gates import PAGES, before
from benchmarks.page_weight import Visit, after, problems, visit, visits

every_page = pytest.mark.parametrize(
    "opened", [pytest.param(name, marks=pytest.mark.per("page", "opened")) for name in PAGES], indirect=True
)

WINDOW = {"width": 1280, "height": 720}
PAPER = 665  # the width of A4 without the margins of the print style, in pixels; Letter is wider
TENTH_REPAINT = "() => { window.drawn = (window.drawn ?? 0) + 1; return window.drawn % 10 === 0; }"
PICTURES = """() => [...document.images].filter((one) => one.checkVisibility() && one.clientWidth > 0)
  .map((one) => [one.src, [one.naturalWidth, one.naturalHeight], [one.clientWidth, one.clientHeight]])"""
OPTIONS = """() => {
  document.querySelector(".tag_quiz .lossbook-button")?.click();
  const questions = [];
  for (const part of document.querySelectorAll(".tag_quiz .cell_output :is(p:has(> strong), details)")) {
    if (part.tagName === "P" && !part.closest("details")) questions.push([]);
    if (part.tagName !== "DETAILS") continue;
    const verdict = part.querySelector("strong");
    const wasVisible = verdict.checkVisibility();
    part.querySelector("summary").click();
    questions.at(-1).push([wasVisible, verdict.checkVisibility(), verdict.textContent]);
  }
  return questions;
}"""
# A section whose layout is put off hides what overflows it. With `display: contents` no layout is put off.
BEYOND_SCREEN = """() => {
  const menus = document.querySelectorAll("details.menu");
  const sections = document.querySelectorAll("article section");
  menus.forEach((menu) => { menu.open = true; });
  sections.forEach(({ style }) => { style.display = "contents"; });
  const width = document.documentElement.scrollWidth;
  const scrolling = ".equation, .long-formula, .pst-scrollable-table-container, pre";
  const beyond = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > 321
      && !one.closest(`${scrolling}, svg, canvas, .skip-link, .menu ul, noscript`))
    .map((one) => one.outerHTML.slice(0, 120));
  sections.forEach(({ style }) => { style.display = ""; });
  menus.forEach((menu) => { menu.open = false; });
  return [width, beyond];
}"""
BEYOND_PAPER = """() => {
  const article = document.querySelector("article");
  const edge = article.getBoundingClientRect().right + 1;
  return [...article.querySelectorAll("*")]
    .filter((one) => one.checkVisibility() && !one.closest(".lb-hidden") && one.getBoundingClientRect().right > edge)
    .map((one) => one.outerHTML.slice(0, 100));
}"""

INVITATIONS = """() => [...document.querySelectorAll("article .lb-label")]
  .filter((one) => one.checkVisibility() && /\\bdrag\\b/i.test(one.textContent)).map((one) => one.textContent)"""


def test_there_are_demos():
    presets = [len(demo.spec["presets"]) for demo in DEMOS if not demo.is_explored]
    assert len(presets) >= 10
    assert min(presets) >= 2
    assert len({str(demo) for demo in DEMOS}) == len(DEMOS)


@dataclass
class Opened:
    """A page in a wide window, light, with everything unfolded."""

    name: str
    page: Page
    visit: Visit

    def reveal(self) -> None:
        """Leave no guess to make."""
        reveal(make_live(self.page.locator("figure.explorable")))

    def figures(self, page: Page | None = None) -> Iterator[Figure]:
        """Go to each of its demos, in another tab where one is given: a demo out of sight may not be drawn."""
        for demo in DEMOS:
            if demo.page == self.name:
                yield Figure(page or self.page, demo)


@pytest.fixture(scope="module")
def seen() -> dict[str, Visit]:
    """Keep what pages weighed: that of each is needed for the next."""
    return {}


@pytest.fixture(scope="module")
def opened(request, chromium: Browser, address: str, seen: dict[str, Visit]) -> Iterator[Opened]:
    """Visit a page, on which nothing may go wrong until the last test is done with it."""
    with chromium.new_context(reduced_motion="reduce", viewport=WINDOW) as window:
        tab = Tab(window, address)
        seen[request.param] = visit(tab.page, f"{address}/{request.param}")
        tab.page.locator("details.menu").evaluate_all("menus => menus.forEach((menu) => { menu.open = false; })")
        yield Opened(request.param, tab.page, seen[request.param])
    assert tab.problems == []


@every_page
def test_it_is_light(opened, seen, chromium, address):
    earlier = before(opened.name)
    if earlier not in seen:
        (seen[earlier],) = visits(chromium, f"{address}/{earlier}")
    assert problems(opened.visit, after(seen[earlier], opened.visit)) == []


@every_page
def test_its_demos_do_what_a_reader_asks_of_them(opened, spending):
    """Before any guess is made. How they look on a narrow screen and on paper is tested with the rest of the page."""
    for figure in opened.figures():
        with spending("demo", str(figure.demo)), naming(f"the demo {figure.demo}"):
            check_picture(figure)
            check_everything(figure)


@every_page
def test_axe_finds_nothing(opened):
    page = opened.page
    opened.reveal()
    for theme, rules in {"light": None, "dark": COLORS}.items():
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        assert violations(page, rules=rules) == [], theme
        page.click("#theme-button")


@every_page
def test_its_pictures_are_fine_enough_and_keep_their_shape(opened):
    """What Lighthouse asks of pictures; it visits only a few pages."""
    for address, own, shown in opened.page.evaluate(PICTURES):
        assert own[0] >= shown[0], address
        assert own[0] / own[1] == pytest.approx(shown[0] / shown[1], rel=0.05), address


@every_page
def test_every_option_of_its_quiz_answers(opened):
    """By mouse and by keyboard: `test_progress.py`."""
    questions = opened.page.evaluate(OPTIONS)
    assert bool(questions) == (opened.name in QUIZZES)
    if not questions:
        return
    assert len(questions) >= 3
    for options in questions:
        assert len(options) >= 2
        assert [seen for *seen, _ in options] == [[False, True]] * len(options)
        assert {verdict for *_, verdict in options} <= {"Right.", "No."}
    score = opened.page.locator(".lossbook-score")
    expect(score).to_contain_text(f"of {len(questions)} right at the first try")


@every_page
def test_nothing_overflows_a_narrow_screen(opened):
    opened.reveal()
    opened.page.set_viewport_size({"width": 320, "height": 700})
    opened.page.wait_for_function(TENTH_REPAINT)  # by then the figures have been drawn anew
    width, beyond = opened.page.evaluate(BEYOND_SCREEN)
    assert width <= 320, beyond
    for figure in opened.figures():
        check_narrow_screen(figure)
    opened.page.set_viewport_size(WINDOW)


@every_page
def test_nothing_is_cut_on_paper(opened):
    """In a tab of its own, whose figures are drawn for paper from the start."""
    page = opened.page.context.new_page()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.goto(opened.page.url)
    make_live(page.locator("figure.explorable"))
    assert page.evaluate(BEYOND_PAPER) == []
    # Nobody is asked to drag there.
    assert page.evaluate(INVITATIONS) == []
    captions = page.locator("figure.explorable figcaption").evaluate_all(
        "all => all.map((one) => getComputedStyle(one, '::before').content)"
    )
    assert set(captions) <= {'"On the website: "'}
    for figure in opened.figures(page):
        check_print(figure)
    page.close()


def test_without_scripts_there_is_the_picture(chromium, address):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{address}/{DEMOS[0].page}")
    stages = page.locator("figure.explorable .explorable-stage")
    pictures = page.locator("noscript img")
    assert pictures.count() == stages.count() == sum(demo.page == DEMOS[0].page for demo in DEMOS)
    for stage, picture in zip(stages.all(), pictures.all(), strict=True):
        expect(stage).to_be_hidden()
        expect(picture).to_be_visible()
        assert len(picture.get_attribute("alt")) > 40
    page.close()
