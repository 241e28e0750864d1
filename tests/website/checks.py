"""What a reader does with a live figure, and what has to come of it."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from figures import Figure
from playwright.sync_api import Locator, expect

MINUS = "\N{MINUS SIGN}"
STYLES = """marks => marks.map(mark => getComputedStyle(mark))
  .map(({ display, visibility }) => [display !== "none", visibility])"""
BEYOND = """figure => {
  const right = figure.getBoundingClientRect().right;
  return [...figure.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > right + 1
    && getComputedStyle(e).visibility !== "hidden" && !e.closest("svg g, .lb-underlay > *, .lb-hidden"))
    .map(e => e.outerHTML.slice(0, 80));
}"""
GO_TO = """fragment => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("the address did not change for 20 s")), 20000);
  addEventListener("hashchange", () => done(), { once: true });
  location.hash = fragment;
})"""
PICTURE = """figure => {
  const after = figure.parentElement.nextElementSibling;
  const picture = new DOMParser().parseFromString(after.textContent, "text/html").querySelector("img");
  return [after.tagName, picture.alt];
}"""


def check_guess(figure: Figure) -> None:
    """Give every answer, after which nothing is hidden."""
    guess = figure.demo.spec["guess"]
    if guess is None:
        expect(figure.root.locator(".lb-guess")).to_have_count(0)
        return
    hidden = figure.root.locator(".lb-after-guess")
    assert not any(is_there for is_there, _ in hidden.evaluate_all(STYLES))
    for index, option in enumerate(guess["options"]):
        button = figure.root.locator(".lb-guess .lb-button").nth(index)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(button).to_contain_text("(right)" if option["right"] else "(not right)")
        assert figure.root.get_by_role("status").inner_text().strip()
    shown = hidden.evaluate_all(STYLES)
    assert all(is_there for is_there, _ in shown)
    assert not shown or "visible" in {visibility for _, visibility in shown}  # a label that finds no place is invisible
    expect(figure.root.locator(".lb-skip")).to_be_hidden()


def keys(control: dict, row: Locator) -> tuple[Locator, list[str]]:
    """Return what takes the focus of a control, and the keys that move it."""
    if control["kind"] == "slider":
        return row.locator("input[type=range]"), ["End", "Home"]
    if control["kind"] == "toggle":
        return row.locator("input"), ["Space"]
    if row.locator("select").count():
        return row.locator("select"), ["ArrowDown", "ArrowUp"]
    return row.locator("input:checked"), ["ArrowRight"]


def presses(figure: Figure, index: int) -> Iterator[Callable[[], None]]:
    """Yield what the keyboard can do to a control."""
    focus, pressed = keys(figure.controls[index], figure.control(index))
    focus.focus()
    for key in pressed:
        yield partial(figure.page.keyboard.press, key)


def clicks(figure: Figure, index: int) -> Iterator[Callable[[], object]]:
    """Yield what a pointer can do to a control."""
    control, row = figure.controls[index], figure.control(index)
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


def moves(figure: Figure, actions: Iterable[Callable[[], object]]) -> bool:
    """Say whether one of some actions changes both the drawing and a readout; after it no other is done."""
    before = figure.look()
    for act in actions:
        act()
        after = figure.look()
        if after.drawing != before.drawing and (after.readouts != before.readouts or figure.demo.is_explored):
            return True
        before = after
    return False


def check_controls(figure: Figure) -> None:
    """Move every control by keyboard and then, in the state in which that shows, with a pointer."""
    for index, control in enumerate(figure.controls):
        moved = any(moves(figure, presses(figure, index)) for _ in figure.states())
        assert moved, f"{control['name']}: no key changes the drawing and a readout"
        assert moves(figure, clicks(figure, index)), f"{control['name']}: no click changes the drawing and a readout"


def drag(figure: Figure, what: Locator, right: float, up: float) -> None:
    """Press in the middle of something, move there in steps, and let go."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = figure.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + right, y - up, steps=4)
    mouse.up()


def check_drags(figure: Figure) -> None:
    """Drag every handle, and every number in the text that can be."""
    figure.reset()
    start = figure.look().positions
    for what in figure.root.locator(".lb-handle .lb-hit, .lb-readout .lb-scrub").all():
        figure.reset()
        drag(figure, what, 60, 40)
        if figure.look().positions == start:  # it was at the end of its range
            drag(figure, what, -60, -40)
            assert figure.look().positions != start, what.evaluate("e => e.outerHTML")


def printed(control: dict, value) -> str | bool:
    """Return what a control shows at a value."""
    if control["kind"] == "slider":
        return f"{value:.{control['decimals']}f} {control['unit']}".strip().replace("-", MINUS)
    return value


def check_presets(figure: Figure) -> None:
    """Go to every preset, each of which is a state of its own, and back to the initial state."""
    figure.reset()
    start = figure.look()
    seen = []
    for button, preset in zip(figure.root.locator(".lb-preset").all(), figure.demo.spec["presets"], strict=True):
        button.click()
        look = figure.look()
        assert look.printed == [
            printed(control, preset["state"].get(control["name"], control["default"])) for control in figure.controls
        ], preset["label"]
        seen.append(look.positions)
    assert len(set(map(tuple, seen))) == len(seen), "two presets are the same state"
    figure.root.locator(".lb-reset").click()
    assert figure.look() == start


def wait_for_address(figure: Figure, has_state: bool) -> str:
    """Wait until the address holds the state of the figure, or no longer does, and return its fragment."""
    arg = [f"#demo-{figure.demo}?", has_state]
    figure.page.wait_for_function("([start, has]) => location.hash.startsWith(start) === has", arg=arg, polling=50)
    return figure.page.evaluate("location.hash")


def leave(figure: Figure) -> None:
    """Go to the last preset, or without one to the end of the first control."""
    presets = figure.root.locator(".lb-preset")
    if presets.count():
        presets.last.click()
    else:
        next(presses(figure, 0))()


def check_address(figure: Figure) -> None:
    """The address follows the figure, and the figure the address."""
    figure.reset()
    start = figure.look()
    wait_for_address(figure, False)
    leave(figure)
    look = figure.look()
    fragment = wait_for_address(figure, True)
    figure.reset()
    assert figure.look() == start
    wait_for_address(figure, False)
    figure.page.evaluate(GO_TO, fragment)
    assert figure.look() == look
    expect(figure.root).to_be_in_viewport()


def check_print(figure: Figure) -> None:
    """On paper there is the drawing, and nothing to click."""
    for panel in figure.root.locator(".lb-panel svg[role=img]").all():
        expect(panel).to_be_visible()
    for clickable in figure.root.locator(".lb-controls, .lb-buttons, .lb-guess").all():
        expect(clickable).to_be_hidden()


def check_narrow_screen(figure: Figure) -> None:
    """On a narrow screen nothing stands out of the figure."""
    figure.root.scroll_into_view_if_needed()  # what is out of sight may be put off, and keeps its width
    figure.look()
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert figure.root.evaluate(BEYOND) == []


def check_picture(figure: Figure) -> None:
    """After the figure comes its picture, for browsers without scripts."""
    tag, alt = figure.root.evaluate(PICTURE)
    assert tag == "NOSCRIPT"
    assert len(alt) > 40


def check_everything(figure: Figure) -> None:
    """Do all that a reader can do, in one visit; the guess comes first, as it must."""
    panels = figure.root.locator(".lb-panel svg[role=img]:visible")
    assert panels.count() == len(figure.demo.spec["panels"])
    check_guess(figure)
    check_presets(figure)
    check_controls(figure)
    check_drags(figure)
    check_address(figure)
