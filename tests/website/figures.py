"""Demos on a page of the website, the tab of a browser that shows it, and what a reader sees of a live figure."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tools import notebooks, pages
from website.demos import stored

# Waits for the repaint after the next, by which every change is drawn. A drawing stands here as a number: to send all
# of it would take longer than everything else.
LOOK = """figure => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("nothing was drawn for 20 s")), 20000);
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const drawing = [...figure.querySelectorAll(".lb-panel")].map(panel => panel.querySelector("svg").innerHTML
      + [...panel.querySelectorAll("canvas")].map(canvas => canvas.toDataURL())).join();
    figure.drawings ??= [];
    if (!figure.drawings.includes(drawing)) figure.drawings.push(drawing);
    const controls = [...figure.querySelectorAll(".lb-controls > .lb-control")].map(control => {
      const input = control.querySelector("input:checked, input[type=range], input[type=checkbox], select");
      if (input.type === "checkbox") return [input.checked, input.checked];
      const text = control.querySelector("input:checked + span, .lb-value, option:checked");
      return [input.value, text.textContent];
    });
    done({
      drawing: figure.drawings.indexOf(drawing),
      readouts: [...figure.querySelectorAll(".lb-readout")].map(readout => readout.innerText),
      positions: controls.map(control => control[0]),
      printed: controls.map(control => control[1]),
    });
  }));
})"""

# Firefox complains so where it draws a page of which only a part has arrived, up to the middle of a formula. That no
# formula of the book lacks a part is tested in what is served, by test_layout.py.
HALF_A_FORMULA = re.compile(r"Incorrect number of children for <\w+/> tag\.")

# For clicks that are not what is tested: a click with the mouse takes many times as long.
CLICK = "button => button.click()"


@dataclass(frozen=True)
class Demo:
    """A demo and the page it stands on."""

    page: str
    spec: dict

    def __str__(self) -> str:
        return self.spec["name"]

    @property
    def is_explored(self) -> bool:
        """Whether `explore` made it: then it has no presets, and what it prints need not follow every control."""
        return str(self).startswith("explore-")


def _demos() -> Iterator[Demo]:
    for path in pages.notebooks():
        page = pages.address(path)
        for spec, _ in stored(notebooks.read(path)):
            yield Demo(page, spec)


DEMOS = list(_demos())


class Tab:
    """Opens pages one after the other, and notes what goes wrong on them: a new tab for each would take longer."""

    def __init__(self, window: BrowserContext, root: str) -> None:
        self.root = root
        self.page = window.new_page()
        self.problems: list[str] = []
        self.page.on("console", lambda message: self._note(message.type in ("error", "warning"), message.text))
        self.page.on("pageerror", lambda error: self._note(not HALF_A_FORMULA.fullmatch(str(error)), str(error)))
        self.page.on("request", lambda request: self._note(not self._is_ours(request.url), request.url))

    def _is_ours(self, url: str) -> bool:
        return url.startswith((self.root, "data:", "blob:"))

    def _note(self, is_problem: bool, text: str) -> None:
        if is_problem:
            self.problems.append(f"{self.page.url}: {text}")

    def open(self, name: str) -> Page:
        """Open a page, unless it is open."""
        address = f"{self.root}/{name}"
        if self.page.url.split("#")[0] != address:
            self.page.goto(address)
        return self.page

    def load(self, name: str) -> None:
        """Load a page anew, even where only the fragment differs, and do not wait for its pictures."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.root}/{name}", wait_until="domcontentloaded")


def make_live(figures: Locator) -> Locator:
    """Scroll to each of these figures and wait until it is drawn: out of sight, it would be drawn seconds later."""
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        figure.and_(figure.page.locator("[data-ready]")).wait_for()
    return figures


def reveal(figures: Locator) -> None:
    """Skip the guess of each live figure that has one, so that all of it can be seen."""
    figures.locator(".lb-skip").evaluate_all("skips => skips.forEach(skip => skip.hidden || skip.click())")
    expect(figures.locator(".lb-guessing")).to_have_count(0)


@dataclass(frozen=True)
class Look:
    """What a figure shows: its drawing, its readouts, and each control as the browser holds it and as it is printed."""

    drawing: int
    readouts: list[str]
    positions: list
    printed: list


class Figure:
    """A live figure on the page that a tab shows; it lasts until the tab shows another."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.demo = demo
        self.controls = demo.spec["controls"]
        self.root = make_live(page.locator(f"figure#demo-{demo}"))
        page.evaluate("document.fonts.ready.then(() => {})")

    def look(self) -> Look:
        """Wait until all is drawn, and say what is to be seen."""
        look = Look(**self.root.evaluate(LOOK))
        assert len(look.positions) == len(self.controls)
        return look

    def control(self, index: int) -> Locator:
        return self.root.locator(".lb-controls > .lb-control").nth(index)

    def reset(self) -> None:
        # These tests ask for reduced motion, so the figure jumps there and does not glide.
        self.root.locator(".lb-reset").evaluate(CLICK)

    def states(self) -> Iterator[None]:
        """Go to the initial state, then to that of each preset: a control may matter in one of them only."""
        self.reset()
        yield
        for preset in self.root.locator(".lb-preset").all():
            preset.evaluate(CLICK)
            yield

    @contextmanager
    def on_paper(self) -> Iterator[None]:
        self.page.emulate_media(media="print")
        try:
            yield
        finally:
            self.page.emulate_media(media="screen")

    @contextmanager
    def on_a_narrow_screen(self) -> Iterator[None]:
        usual = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 700})
        self.page.wait_for_function("() => innerWidth === 320")
        try:
            yield
        finally:
            self.page.set_viewport_size(usual)
