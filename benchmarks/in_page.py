"""Measure Python in the page, in both browsers: ``python -m benchmarks.in_page``.

From a click to what the reader sees: the first output, the first check and the next, a figure; with nothing in the
browser's cache, from this machine; beside a kernel that does the same. What is loaded is counted by the server, packed
as it is for publishing. A phone is simulated by a slow line, and a page that stands still three quarters of the time.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import results
from tools import browser, firefox
from website.__main__ import _Handler, build
from website.python import packs

PAGE = "chapters/regression/quantiles.html"
TITLE = "The gradient of the pinball loss"
TIMES = 3
NUMPY = "import numpy as np\nprint(np.arange(3).sum())"
FIGURE = "from lossbook.plots import figure, show\nfig, axes = figure()\naxes.plot([1, 2])\nshow(fig, alt='A line.')"
WRONG = (
    "import numpy as np\n\ndef pinball_gradient(y_true, y_pred, tau):\n    return np.where(y_pred > y_true, tau, -1)"
)
KERNEL = f"""\
{WRONG}

from lossbook.course.regression.quantiles import exercises
exercises.pinball_gradient.check(pinball_gradient)
print(flush=True)"""
LIMIT = 90_000  # milliseconds

# From a click on the button to the end of the repaint that shows what came of it.
CLICK = """async ([place, name]) => {
  const buttons = [...place.querySelectorAll("button")];
  const said = () => place.querySelector(".exercise-said, .cell_output")?.childElementCount;
  place.querySelector(".exercise-said, .cell_output").replaceChildren();
  const start = performance.now();
  buttons.find((button) => button.textContent === name).click();
  while (!said()) {
    if (performance.now() > start + 90000) throw new Error(place.querySelector(".cell-status").textContent);
    await new Promise((done) => setTimeout(done, 1));
  }
  await new Promise(requestAnimationFrame);
  const seconds = (performance.now() - start) / 1000;
  while (document.querySelector("[data-busy]")) await new Promise((done) => setTimeout(done, 20));
  return seconds;
}"""


class Line:
    """What comes through to a reader: how many bytes, and how fast.

    Args:
        rate: bits a second at most; 0 for any number.
    """

    def __init__(self, rate: float = 0) -> None:
        self.rate, self.bytes = rate, 0
        self._lock = threading.Lock()

    def send(self, content: bytes, target) -> None:
        for start in range(0, len(content), 16384):
            piece = content[start : start + 16384]
            with self._lock:  # all answers share the line
                self.bytes += len(piece)
                if self.rate:
                    time.sleep(8 * len(piece) / self.rate)
            target.write(piece)


class _Counted(_Handler):
    def __init__(self, *arguments, line: Line, **options) -> None:
        self.line = line
        super().__init__(*arguments, **options)

    def copyfile(self, source, outputfile) -> None:
        self.line.send(source.read() if self.body is None else self.body, outputfile)


@contextmanager
def served(folder: Path, line: Line) -> Iterator[str]:
    """Serve a folder through a line."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Counted, directory=str(folder), line=line)) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


@contextmanager
def standing_still(share: float) -> Iterator[None]:
    """Have all pages that are open stand still for a share of the time."""
    pages = [each for each in psutil.Process().children(recursive=True) if "--type=renderer" in each.cmdline()]
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            for sent, pause in ((signal.SIGSTOP, 0.02 * share), (signal.SIGCONT, 0.02 * (1 - share))):
                for page in pages:
                    os.kill(page.pid, sent)
                time.sleep(pause)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def check(page: Page) -> float:
    """Return the seconds from a click on Check until the result is there."""
    task = page.get_by_role("heading", name=TITLE).locator("xpath=..").locator(".exercise")
    task.get_by_role("textbox").fill(WRONG)
    return page.evaluate(CLICK, [task.element_handle(), "Check"])


def run(page: Page, code: str) -> float:
    """Return the seconds from a click on Run until the output is there."""
    cell = page.locator(".cell").nth(2)
    if edit := cell.get_by_role("button", name="Edit", exact=True).all():
        edit[0].click()
    cell.get_by_role("textbox").fill(code)
    return page.evaluate(CLICK, [cell.element_handle(), "Run"])


def visit(opened: Browser, html: Path) -> dict[str, float]:
    """Return the figures of one visit with an empty cache to begin with a check, and one to begin with a cell."""
    line = Line()
    with served(html, line) as address:
        found = {}
        for first in ("check", "output"):
            with opened.new_context() as window:
                page = window.new_page()
                page.set_default_timeout(LIMIT)
                page.goto(f"{address}/{PAGE}", wait_until="networkidle")
                if first == "output":
                    found["first output of NumPy"] = run(page, NUMPY)
                    continue
                line.bytes = 0
                found["first check"] = check(page)
                found["loaded for it"] = line.bytes / 1e6
                found["next check"] = statistics.median(check(page) for _ in range(5))
                found["memory"] = page.evaluate("() => lossbook.python.memory") / 1e6
                found["first figure"] = run(page, FIGURE)
                found["loaded with it"] = line.bytes / 1e6
                found["memory with it"] = page.evaluate("() => lossbook.python.memory") / 1e6
                found["after Stop"] = restart(page)
        return found


def restart(page: Page) -> float:
    """Return the seconds from a click on Stop, which ends a loop, until the next output."""
    cell = page.locator(".cell").nth(2)
    cell.get_by_role("textbox").fill("while True:\n    pass")
    cell.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_timeout(300)
    start = time.perf_counter()
    cell.get_by_role("button", name="Stop", exact=True).click()
    run(page, NUMPY)
    return time.perf_counter() - start


def on_a_phone(opened: Browser, html: Path) -> float:
    """Return the seconds of the first check on a line with 20 Mbit/s, at a quarter of the speed."""
    with served(html, Line(20e6)) as address, opened.new_context() as window:
        page = window.new_page()
        page.set_default_timeout(LIMIT)
        page.goto(f"{address}/{PAGE}", wait_until="networkidle")
        with standing_still(0.75):
            return check(page)


def in_a_kernel() -> float:
    """Return the seconds in which Python on this machine starts and does the first check."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", KERNEL], check=True, capture_output=True)
    return time.perf_counter() - start


BUDGETS = {
    "first output of NumPy": 2.5,
    "next check": 0.05,
    "loaded for it": 9.0,
    "loaded with it": 13.0,
    "first check on a phone": 10.0,
}
UNITS = {"loaded for it": "MB", "loaded with it": "MB", "memory": "MB", "memory with it": "MB"}


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = Path(scratch)
        packs.build(folder / "_build" / "python", thorough=True)
        if build(folder) != 0:
            raise SystemExit("the website cannot be built")
        html = folder / "_build" / "html"
        found = {}
        kernel = statistics.median(in_a_kernel() for _ in range(TIMES))
        for start in (browser.start, partial(firefox.start, downloads=folder)):
            with start(playwright) as opened:
                visits = [visit(opened, html) for _ in range(TIMES)]
                figures = {name: statistics.median(each[name] for each in visits) for name in visits[0]}
                if opened.browser_type.name == "chromium":
                    figures["first check on a phone"] = statistics.median(on_a_phone(opened, html) for _ in range(3))
                found[f"{opened.browser_type.name.capitalize()} {opened.version}"] = figures
    rows = [
        (name, *(_printed(each.get(name), UNITS.get(name, "s")) for each in found.values()), _budget(name))
        for name in next(iter(found.values()))
    ]
    first = [figures["first check"] / kernel for figures in found.values()]
    rows.append(("first check, of that in a new process of Python", *(f"{ratio:.1f} times" for ratio in first), ""))
    body = results.table(("", *found, "budget"), rows)
    print(f"\n{body}")
    results.write("Python in the page", f"Medians of {TIMES} visits.\n\n{body}")


def _printed(figure: float | None, unit: str) -> str:
    if figure is None:
        return ""
    return f"{figure:.2f} {unit}" if unit == "s" else f"{figure:.1f} {unit}"


def _budget(name: str) -> str:
    return f"at most {BUDGETS[name]:g} {UNITS.get(name, 's')}" if name in BUDGETS else ""


if __name__ == "__main__":
    main()
