"""Every demo of the built website, moved in a real browser as a reader would move it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import pytest
from accessibility import violations
from figures import Tab, make_live
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from tools import notebooks, pages
from tools.repository import ROOT
from website.demos import stored


@dataclass(frozen=True)
class Demo:
    """A demo and the page it stands on."""

    page: str
    spec: dict

    def __str__(self) -> str:
        return self.spec["name"]

    def indexes(self, kind: str) -> list[int]:
        return [index for index, control in enumerate(self.spec["controls"]) if control["kind"] == kind]


def demos() -> Iterator[Demo]:
    for path in pages.notebooks():
        page = path.relative_to(ROOT).with_suffix(".html").as_posix()
        for spec, _ in stored(notebooks.read(path)):
            yield Demo(page, spec)


EVERYTHING = list(demos())
# What `explore` makes has no presets of its own.
DEMOS = [demo for demo in EVERYTHING if not str(demo).startswith("explore-")]
# With this scope pytest takes one demo after another, and a demo that is open serves many tests.
every_demo = pytest.mark.parametrize("demo", DEMOS, ids=str, scope="module")


class Figure:
    """A live figure on the page that a tab shows; it lasts until the tab shows another."""

    def __init__(self, tab: Tab, demo: Demo, fragment: str = "") -> None:
        self.demo = demo
        self.tab = tab
        self.page = tab.page
        tab.load(f"{demo.page}{fragment or '#demo-' + demo.spec['name']}")
        self.root = self.page.locator(f"figure#demo-{demo.spec['name']}[data-ready]")
        self.root.wait_for()
        self.page.wait_for_function("document.fonts.status === 'loaded'")

    def control(self, index: int) -> Locator:
        return self.root.locator(".lb-controls > .lb-control").nth(index)

    def settle(self) -> None:
        """Wait for the frame after the next, in which every change is drawn."""
        self.page.evaluate(
            """() => new Promise((done, fail) => {
                setTimeout(() => fail(new Error("nothing was drawn for 20 s")), 20000);
                requestAnimationFrame(() => requestAnimationFrame(done));
            })"""
        )

    def look(self) -> tuple[str, list[str]]:
        """What is drawn, and what the readouts say."""
        self.settle()
        drawing, readouts = self.root.evaluate(
            """figure => [
                [...figure.querySelectorAll(".lb-panel")].map(panel => panel.querySelector("svg").innerHTML
                    + [...panel.querySelectorAll("canvas")].map(canvas => canvas.toDataURL())).join(""),
                [...figure.querySelectorAll(".lb-readout")].map(readout => readout.innerText),
            ]"""
        )
        return drawing, readouts

    def positions(self) -> list:
        """The value of each control as the browser holds it."""
        self.settle()
        positions = self.root.evaluate(
            """figure => [...figure.querySelectorAll(".lb-controls > .lb-control")].map(control => {
                const inputs = "input:checked, input[type=range], input[type=checkbox], select";
                const input = control.querySelector(inputs);
                return input.type === "checkbox" ? input.checked : input.value;
            })"""
        )
        assert len(positions) == len(self.demo.spec["controls"])
        return positions

    def reveal(self) -> None:
        """Skip the guess, so that all marks can be seen."""
        for skip in self.root.locator(".lb-skip:visible").all():
            skip.click()

    def glide(self, button: Locator) -> None:
        button.click()
        # No transition is a promise of the style, and `reduced_motion` asks for none.
        self.settle()


@pytest.fixture(scope="module")
def tabs(chromium: Browser, address: str) -> Iterator[Callable[..., Tab]]:
    """Give a tab for a purpose and for each kind of window; each has a window of its own, or it might not be drawn."""
    windows: dict[str, BrowserContext] = {}
    made: dict[str, Tab] = {}

    def tab(purpose: str, **options) -> Tab:
        key = repr((purpose, sorted(options.items())))
        if key not in made:
            windows[key] = chromium.new_context(**options)
            made[key] = Tab(windows[key], address)
        return made[key]

    yield tab
    for window in windows.values():
        window.close()


USUAL = {"reduced_motion": "reduce", "viewport": {"width": 1300, "height": 900}}


@pytest.fixture
def figure(tabs) -> Iterator[Callable[..., Figure]]:
    """Open figures, one after the other; at the end, none may have complained."""
    opened = []

    def open_figure(demo: Demo, fragment: str = "", **options) -> Figure:
        opened.append(Figure(tabs("one test", **USUAL | options), demo, fragment))
        return opened[-1]

    yield open_figure
    assert [problem for one in opened for problem in one.tab.problems] == []


@pytest.fixture(scope="module")
def opened(demo: Demo, tabs) -> Figure:
    return Figure(tabs("many tests", **USUAL), demo)


@pytest.fixture
def shown(opened: Figure) -> Iterator[Figure]:
    """A demo as it is after the guess and a reset; it may not have complained at the end."""
    opened.reveal()
    opened.glide(opened.root.locator(".lb-reset"))
    yield opened
    assert opened.tab.problems == []


def changes(figure: Figure, act) -> bool:
    """Say whether an action changes both the drawing and a readout."""
    drawing, readouts = figure.look()
    act()
    drawing_after, readouts_after = figure.look()
    return drawing_after != drawing and readouts_after != readouts


def test_there_are_demos():
    assert len(DEMOS) >= 10
    assert len({str(demo) for demo in EVERYTHING}) == len(EVERYTHING)


def states(shown: Figure) -> Iterator[None]:
    """Bring a demo to its initial state, and then to that of each preset: a control may matter in one of them only."""
    for button in (".lb-reset", ".lb-preset"):
        for index in range(shown.root.locator(button).count()):
            shown.glide(shown.root.locator(button).nth(index))
            yield


def keys(control: dict, row: Locator) -> tuple[Locator, list[str]]:
    """Return what takes the focus of a control, and the keys that move it."""
    if control["kind"] == "slider":
        return row.locator("input[type=range]"), ["End", "Home", "PageUp", "ArrowLeft"]
    if control["kind"] == "toggle":
        return row.locator("input"), ["Space"]
    if row.locator("select").count():
        return row.locator("select"), ["ArrowDown", "ArrowUp"]
    return row.locator("input:checked"), ["ArrowRight"]


@every_demo
def test_keyboard_moves_every_control(shown, demo):
    for index, control in enumerate(demo.spec["controls"]):
        moved = False
        for _ in states(shown):
            focus, pressed = keys(control, shown.control(index))
            focus.focus()
            for key in pressed:
                press = partial(shown.page.keyboard.press, key)
                if moved:
                    press()
                else:
                    moved = changes(shown, press)
            if moved:
                break
        assert moved, f"{control['name']}: no key changes the drawing and a readout"


def clicks(control: dict, row: Locator) -> Iterator[Callable[[], object]]:
    """Yield what a pointer can do to a control."""
    if control["kind"] == "slider":
        track = row.locator("input[type=range]")
        box = track.bounding_box()
        for part in (0.1, 0.9, 0.5):
            yield partial(track.click, position={"x": box["width"] * part, "y": box["height"] / 2})
    elif control["kind"] == "toggle":
        yield row.locator("label").click
    elif row.locator("select").count():
        for option in control["options"]:
            yield partial(row.locator("select").select_option, label=option)
    else:
        for segment in row.locator(".lb-segment").all():
            yield segment.click


@every_demo
def test_pointer_moves_every_control(shown, demo):
    for index, control in enumerate(demo.spec["controls"]):
        moved = False
        for _ in states(shown):
            moved = any(changes(shown, click) for click in clicks(control, shown.control(index)))
            if moved:
                break
        assert moved, f"{control['name']}: nothing changes the drawing and a readout"


def drag(shown: Figure, what: Locator, right: float, up: float) -> None:
    """Press in the middle of something, move there in steps, and let go."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    for part in range(1, 5):
        shown.page.mouse.move(x + right * part / 4, y - up * part / 4)
    shown.page.mouse.up()


def can_be_dragged(shown: Figure, what: Locator) -> bool:
    before = shown.positions()
    drag(shown, what, 60, 40)
    if shown.positions() == before:  # it stood at its upper end
        drag(shown, what, -60, -40)
    return shown.positions() != before


@every_demo
def test_handles_are_dragged(shown, demo):
    for handle in shown.root.locator(".lb-handle .lb-hit").all():
        assert can_be_dragged(shown, handle)
        shown.glide(shown.root.locator(".lb-reset"))


@every_demo
def test_numbers_in_the_text_are_dragged(shown, demo):
    for number in shown.root.locator(".lb-readout .lb-scrub").all():
        assert can_be_dragged(shown, number)
        shown.glide(shown.root.locator(".lb-reset"))


@every_demo
def test_presets_and_reset(shown, demo):
    start = shown.positions()
    assert len(demo.spec["presets"]) >= 2
    seen = set()
    for index, preset in enumerate(demo.spec["presets"]):
        shown.glide(shown.root.locator(".lb-preset").nth(index))
        seen.add(tuple(shown.positions()))
        for place, control in enumerate(demo.spec["controls"]):
            wanted = preset["state"].get(control["name"], control["default"])
            text = shown.control(place).locator("input:checked + span, .lb-value, option:checked, input[type=checkbox]")
            if control["kind"] == "slider":
                printed = f"{wanted:.{control['decimals']}f} {control['unit']}".strip().replace("-", "\N{MINUS SIGN}")
                expect(text.first).to_have_text(printed)
            elif control["kind"] == "choice":
                expect(text.first).to_have_text(wanted)
            else:
                expect(text.first).to_be_checked(checked=wanted)
    assert len(seen) == len(demo.spec["presets"]), "two presets are the same state"
    shown.glide(shown.root.locator(".lb-reset"))
    assert shown.positions() == start


@every_demo
def test_presets_glide_where_motion_is_welcome(figure, demo):
    shown = figure(demo, reduced_motion="no-preference")
    shown.root.locator(".lb-preset").last.click()
    shown.page.wait_for_timeout(800)
    after = shown.positions()
    shown.root.locator(".lb-preset").last.click()
    shown.page.wait_for_timeout(800)
    assert shown.positions() == after


@every_demo
def test_the_address_restores_the_state(figure, demo):
    shown = figure(demo)
    usual = shown.positions()
    shown.glide(shown.root.locator(".lb-preset").last)
    shown.page.wait_for_function("location.hash.includes('?')")
    fragment = shown.page.evaluate("location.hash")
    assert fragment.startswith(f"#demo-{demo}?")
    positions, (_, readouts) = shown.positions(), shown.look()
    again = figure(demo, fragment)
    assert again.positions() == positions
    assert again.look()[1] == readouts
    expect(again.root).to_be_in_viewport()
    again.page.evaluate("name => { location.hash = `#demo-${name}?` }", str(demo))
    again.settle()
    again.page.wait_for_timeout(100)
    assert again.positions() == usual


@pytest.mark.parametrize("fragment", ["?nonsense", "?a=b&=&&c", "?%E0%A4%A", "?{name}=NaN", "?{name}=&{name}"])
def test_a_broken_address_does_no_harm(figure, fragment):
    demo = DEMOS[0]
    usual = figure(demo).positions()
    name = demo.spec["controls"][0]["name"]
    assert figure(demo, f"#demo-{demo}{fragment.format(name=name)}").positions() == usual


@every_demo
def test_guess_comes_before_the_answer(figure, demo):
    shown = figure(demo)
    if demo.spec["guess"] is None:
        assert shown.root.locator(".lb-guess").count() == 0
        return
    hidden = shown.root.locator(".lb-after-guess")
    for mark in hidden.all():
        expect(mark).to_be_hidden()
    status = shown.root.get_by_role("status")
    for index, option in enumerate(demo.spec["guess"]["options"]):
        button = shown.root.locator(".lb-guess .lb-button").nth(index)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(button).to_contain_text("(right)" if option["right"] else "(not right)")
        assert status.inner_text().strip()
    assert (
        "visible" in {mark.evaluate("e => getComputedStyle(e).visibility") for mark in hidden.all()}
        or not hidden.count()
    )
    assert not any(mark.evaluate("e => getComputedStyle(e).display === 'none'") for mark in hidden.all())


@pytest.fixture(scope="module")
def audits(tabs) -> Callable[[str, str], list]:
    """Run axe on all demos of a page together, after their guesses: it reads the whole page each time.

    How they are before, test_frame.py sees with the rest of the page.
    """

    @cache
    def audit(page: str, theme: str) -> list:
        demos = [demo for demo in DEMOS if demo.page == page]
        shown = Figure(tabs("audit", **USUAL, color_scheme=theme), demos[0])
        for demo in demos:
            figure = make_live(shown.page.locator(f"figure#demo-{demo}"))
            for skip in figure.locator(".lb-skip:visible").all():
                skip.click()
        assert shown.page.evaluate("document.documentElement.dataset.theme") == theme
        assert shown.tab.problems == []
        return violations(shown.page, *(f"#demo-{demo}" for demo in demos))

    return audit


@every_demo
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_after_the_guess(audits, demo, theme):
    assert audits(demo.page, theme) == []


@every_demo
def test_nothing_overflows_a_narrow_screen(figure, demo):
    shown = figure(demo, viewport={"width": 320, "height": 700})
    shown.reveal()
    shown.settle()
    width, beyond = shown.root.evaluate(
        """figure => {
            const right = figure.getBoundingClientRect().right;
            const wide = [...figure.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > right + 1
                && getComputedStyle(e).visibility !== "hidden" && !e.closest("svg g, .lb-hidden"));
            return [document.documentElement.scrollWidth, wide.map(e => e.outerHTML.slice(0, 80))];
        }"""
    )
    assert width <= 320
    assert beyond == []


@every_demo
def test_without_scripts_there_is_the_picture(tabs, demo):
    page = tabs("look", java_script_enabled=False).open(demo.page)
    expect(page.locator(f"#demo-{demo} .explorable-stage")).to_be_hidden()
    pictures = page.locator("noscript img")
    assert pictures.count() == sum(other.page == demo.page for other in EVERYTHING)
    index = [str(other) for other in EVERYTHING if other.page == demo.page].index(str(demo))
    expect(pictures.nth(index)).to_be_visible()
    assert len(pictures.nth(index).get_attribute("alt")) > 40


@every_demo
def test_print_shows_the_figure_without_its_controls(shown, demo):
    shown.page.emulate_media(media="print")
    expect(shown.root.locator("svg").first).to_be_visible()
    expect(shown.root.locator(".lb-controls")).to_be_hidden()
    expect(shown.root.locator(".lb-buttons").last).to_be_hidden()
    shown.page.emulate_media(media="screen")


@pytest.mark.parametrize("demo", [demo for demo in EVERYTHING if demo not in DEMOS], ids=str, scope="module")
def test_a_figure_of_the_readers_own_is_live(shown, demo):
    for index in range(len(demo.spec["controls"])):
        before, _ = shown.look()
        shown.control(index).locator("input").focus()
        shown.page.keyboard.press("End")
        assert shown.look()[0] != before
