"""What all demos have in common, in each browser, on a page with demos that have everything a demo can have."""

from collections.abc import Iterator

import engine
import pytest
from accessibility import violations
from checks import (
    GO_TO,
    check_everything,
    check_narrow_screen,
    check_print,
    clicks,
    drag,
    leave,
    printed,
    wait_for_address,
)
from figures import Demo, Figure, Tab, reveal
from playwright.sync_api import Browser, expect
from serving import served

EVERYTHING, HANDLES = engine.DEMOS
VIEWPORT = {"width": 1300, "height": 900}

# Notes every value that the first slider shows.
WATCH = """figure => {
  const value = figure.querySelector(".lb-value");
  figure.values = [];
  new MutationObserver(() => figure.values.push(value.textContent)).observe(value, { childList: true });
}"""
CENTER = """disc => {
  const { left, right, top, bottom } = disc.getBoundingClientRect();
  return [(left + right) / 2, (top + bottom) / 2];
}"""

in_chromium = pytest.mark.parametrize("tab", ["chromium"], indirect=True)
every_demo = pytest.mark.parametrize("demo", engine.DEMOS, ids=str)


@pytest.fixture(scope="module")
def root(html, tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("engine")
    engine.write(html, folder)
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def tab(request, root) -> Iterator[Tab]:
    browser = request.getfixturevalue(request.param)
    # Firefox is started with reduced motion: Playwright cannot ask it for that.
    motion = {"reduced_motion": "reduce"} if request.param == "chromium" else {}
    with browser.new_context(viewport=VIEWPORT, **motion) as window:
        yield Tab(window, root)


@pytest.fixture
def opened(tab):
    """Load the page anew; at the end, nothing may have gone wrong on it."""

    def open_figure(demo: Demo, fragment: str = "") -> Figure:
        tab.load(engine.PAGE + (fragment or f"#demo-{demo}"))
        return Figure(tab.page, demo)

    yield open_figure
    assert tab.problems == []


@pytest.fixture
def shown(tab):
    """Take the page as the test before left it: for tests that depend neither on a guess nor on the state."""

    def show_figure(demo: Demo) -> Figure:
        figure = Figure(tab.open(engine.PAGE), demo)
        reveal(figure.root)
        figure.reset()
        return figure

    yield show_figure
    assert tab.problems == []


@every_demo
def test_all_that_a_reader_does(opened, demo):
    figure = opened(demo)
    check_everything(figure)
    with figure.on_a_narrow_screen():
        check_narrow_screen(figure)


@every_demo
def test_every_option_and_every_place_of_a_slider(shown, demo):
    figure = shown(demo)
    for index, control in enumerate(figure.controls):
        figure.reset()
        seen = {figure.look().positions[index]}
        for click in clicks(figure, index):
            click()
            seen.add(figure.look().positions[index])
        assert len(seen) >= {"slider": 3, "toggle": 2}.get(control["kind"], len(control.get("options", []))), control


@every_demo
def test_keys_of_a_slider(shown, demo):
    figure = shown(demo)
    for index, control in enumerate(figure.controls):
        if control["kind"] == "slider":
            figure.control(index).locator("input").focus()
            seen = []
            for key in ("End", "ArrowLeft", "PageDown", "Home", "ArrowRight", "PageUp", "End"):
                figure.page.keyboard.press(key)
                seen.append(int(figure.look().positions[index]))
            last = (len(control["nodes"]) - 1) * control["between"]
            assert (seen[0], seen[1], seen[3], seen[4], seen[6]) == (last, last - 1, 0, 1, last), control["name"]
            assert seen[2] < seen[1], control["name"]
            assert seen[5] > seen[4], control["name"]


def test_a_disc_stays_under_the_pointer(shown):
    figure = shown(HANDLES)
    for index, moved in enumerate([(40, -30), (40, 0), (40, -30)]):
        figure.reset()
        figure.look()
        disc = figure.root.locator(".lb-handle .lb-hit").nth(index)
        disc.scroll_into_view_if_needed()
        before = disc.evaluate(CENTER)
        drag(figure, disc, moved[0], 30)
        figure.look()
        wanted = [start + by for start, by in zip(before, moved, strict=True)]
        assert disc.evaluate(CENTER) == pytest.approx(wanted, abs=2.5)  # half the distance between two positions


def test_a_disc_on_a_triangle_goes_no_further_than_its_edges(shown):
    figure = shown(HANDLES)
    names = [control["name"] for control in figure.controls]
    disc = figure.root.locator(".lb-handle .lb-hit").nth(2)

    def dragged(right: float, up: float) -> list[str]:
        drag(figure, disc, right, up)
        printed = figure.look().printed
        return [printed[names.index(name)] for name in ("first", "split")]

    assert dragged(300, 0)[1] == "1.00"
    assert dragged(-900, -350) == ["0.00", "0.00"]
    figure.reset()
    assert dragged(0, 350) == ["1.00", "0.50"], "at the tip every split is the same point"


def test_a_finger_drags_a_disc_on_a_triangle(chromium, root):
    with chromium.new_context(viewport=VIEWPORT, reduced_motion="reduce", has_touch=True) as window:
        tab = Tab(window, root)
        figure = Figure(tab.open(engine.PAGE), HANDLES)
        disc = figure.root.locator(".lb-handle .lb-hit").nth(2)
        disc.scroll_into_view_if_needed()
        x, y = disc.evaluate(CENTER)
        finger = window.new_cdp_session(tab.page)
        for kind, part in [("touchStart", 0), *[("touchMove", part) for part in (0.25, 0.5, 0.75, 1)], ("touchEnd", 1)]:
            points = [] if kind == "touchEnd" else [{"x": x + 40 * part, "y": y - 30 * part}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        figure.look()
        assert disc.evaluate(CENTER) == pytest.approx([x + 40, y - 30], abs=2.5)
        assert tab.problems == []


def test_the_keys_of_its_sliders_move_a_disc_on_a_triangle(shown):
    figure = shown(HANDLES)
    disc = figure.root.locator(".lb-handle .lb-hit").nth(2)
    for name, signs in (("first", (0, -1)), ("split", (1, 0))):
        index = [control["name"] for control in figure.controls].index(name)
        figure.look()
        before = disc.evaluate(CENTER)
        figure.control(index).locator("input").focus()
        figure.page.keyboard.press("ArrowRight")
        figure.look()
        moved = [after - start for start, after in zip(before, disc.evaluate(CENTER), strict=True)]
        assert [(by > 0.5) - (by < -0.5) for by in moved] == list(signs), name


def test_a_button_goes_on_by_one_step(shown):
    figure = shown(EVERYTHING)
    (index,) = [index for index, control in enumerate(figure.controls) if control.get("button")]
    button = figure.control(index).get_by_role("button", name="Next step")
    for step in range(1, 4):
        button.click()
        assert figure.look().printed[index] == str(step)
    expect(button).to_be_disabled()


@every_demo
def test_a_demo_opens_in_the_state_of_the_address(opened, demo):
    figure = opened(demo)
    usual = figure.look()
    leave(figure)
    before = figure.look()
    assert before.positions != usual.positions
    figure = opened(demo, wait_for_address(figure, True))
    after = figure.look()
    assert (after.positions, after.readouts) == (before.positions, before.readouts)
    expect(figure.root).to_be_in_viewport()
    figure.page.evaluate(GO_TO, f"#demo-{demo}?")
    assert figure.look().positions == usual.positions


@in_chromium
def test_a_broken_address_does_no_harm(opened):
    for fragment in ("?nonsense", "?a=b&=&&c", "?%E0%A4%A", "?slope=NaN", "?slope=&slope"):
        figure = opened(EVERYTHING, f"#demo-{EVERYTHING}{fragment}")
        start = [printed(control, control["default"]) for control in figure.controls]
        assert figure.look().printed == start, fragment


@in_chromium
@every_demo
def test_on_paper(shown, demo):
    """Playwright cannot ask this Firefox for it."""
    figure = shown(demo)
    with figure.on_paper():
        check_print(figure)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, root, theme):
    with chromium.new_context(reduced_motion="reduce", viewport=VIEWPORT, color_scheme=theme) as window:
        tab = Tab(window, root)
        page = tab.open(engine.PAGE)
        figures = [Figure(page, demo) for demo in engine.DEMOS]
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        assert violations(page) == []
        for figure in figures:
            reveal(figure.root)
            for answer in figure.root.locator(".lb-guess .lb-button:visible").all():
                answer.click()
        assert violations(page) == []
        assert tab.problems == []


def test_presets_glide_where_motion_is_welcome(chromium: Browser, root):
    with chromium.new_context(reduced_motion="no-preference", viewport=VIEWPORT) as window:
        tab = Tab(window, root)
        figure = Figure(tab.open(engine.PAGE), EVERYTHING)
        figure.root.evaluate(WATCH)
        preset = figure.root.get_by_role("button", name="steep")
        preset.click()
        expect(figure.root.locator(".lb-value").first).to_have_text("3.00")
        assert len(set(figure.root.evaluate("figure => figure.values"))) >= 3, "it jumped"
        after = figure.look()
        assert after.printed == ["3.00", *(printed(each, each["default"]) for each in figure.controls[1:])]
        preset.click()
        assert figure.look() == after
        assert tab.problems == []
