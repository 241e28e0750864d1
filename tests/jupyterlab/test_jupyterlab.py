"""The course in a real JupyterLab: a page outlives its kernel; a demo, an exercise and the laboratory work.

All in one file, so that all are run by one process, with one JupyterLab: to start it takes longer than most tests.
"""

import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from lossbook.course.foundations.properties import exercises as properties
from lossbook.course.regression.squared_and_absolute import exercises
from lossbook.exercises import record
from lossbook.explorable.mime import LABORATORY as LABORATORY_MIME
from lossbook.explorable.mime import MIME
from tools import jupyterlab, notebooks, workbook
from tools.repository import ROOT

RUN = 120_000  # milliseconds, at most
LONG = 30_000
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MAKE = shutil.which("make")

# Two demos and six exercises, without Keras: the page that runs fastest.
PAGE = "foundations/properties.ipynb"


def laboratory_cells() -> list[str]:
    """The page's code, up to the laboratory."""
    page = notebooks.read(ROOT / "chapters" / "regression" / "laboratory.ipynb")
    return [cell.source for cell in page.cells if cell.cell_type == "code"][:4]


DEMO = [
    "from lossbook.course.regression.squared_and_absolute import demos\n\ndemo = demos.outlier()\ndemo",
    'print(f"in Python: {demo.score:g}")',
    "demo.score = 324",
    "import ipywidgets\n\nslider = ipywidgets.FloatSlider(min=34, max=3460, value=324)\n"
    'ipywidgets.link((demo, "score"), (slider, "value"))\nslider',
    "slider.value = 34",
    'try:\n    demo.score = -1\nexcept Exception as error:\n    print(f"{type(error).__name__}: {error}")',
    "from lossbook.explore import explore\n\nexplore(lambda r, delta: abs(r) ** delta, delta=(1, 2))",
]
CHECK = "exercises.bug.check(mean_squared_error)"
EXERCISE = [
    "import numpy as np\n\nfrom lossbook.course.regression.squared_and_absolute import exercises\n\n"
    f"{exercises.bug.starter}\n\n\n{CHECK}",
    f"def mean_squared_error(y_true, y_pred):\n    return np.mean((np.ravel(y_pred) - y_true) ** 2)\n\n\n{CHECK}",
    f"def mean_squared_error(y_true, y_pred):\n    return y_true.men()\n\n\n{CHECK}",
    "exercises.bug.hint()",
    "def mean_squared_error(y_true, y_pred):\n    return np.mean((np.ravel(y_pred) - np.ravel(y_true)) ** 2)\n\n\n"
    + CHECK,
    "import lossbook.exercises\n\nlossbook.exercises.progress()",
]
LABORATORY = laboratory_cells()
# One notebook has one kernel, and to start one takes seconds.
CELLS = [*DEMO, *EXERCISE, *LABORATORY]
NOTEBOOK = "cells.ipynb"

# Notes every width that the progress bar takes.
WATCH = """() => {
  window.widths = [];
  const bar = document.querySelector(".progress-bar");
  new MutationObserver(() => window.widths.push(bar.style.width)).observe(bar, { attributes: true });
}"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("clone")


@pytest.fixture(scope="module")
def address(clone, tmp_path_factory) -> Iterator[str]:
    """Serve the course from a clone, as a reader does, by `make lab`; the clone takes what the run writes."""
    for name in ("chapters", "tools"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    for name in ("Makefile", "_toc.yml", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy2(ROOT / name, clone)
    (clone / ".venv").symlink_to(sys.prefix)
    (clone / workbook.FOLDER.name).mkdir()
    jupyterlab.write_notebook(clone / workbook.FOLDER.name / NOTEBOOK, CELLS)
    # The environment is this one, whatever its age.
    command = [MAKE, "--old-file=.venv/book", "lab"] if MAKE else [sys.executable, "-m", "tools.lab"]
    with jupyterlab.server(clone, tmp_path_factory.mktemp("settings"), command) as address:
        yield address


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Page]:
    """One window for all: JupyterLab is loaded from the network once."""
    with chromium.new_context(viewport={"width": 1300, "height": 1200}, reduced_motion="reduce") as context:
        yield context.new_page()


@pytest.fixture
def page(window: Page) -> Iterator[Page]:
    """The window; no script may have failed in it at the end."""
    problems = []

    def note(error) -> None:
        problems.append(str(error))

    window.on("pageerror", note)
    yield window
    window.remove_listener("pageerror", note)
    assert problems == []


def run_all(page: Page) -> None:
    """Run the notebook from top to bottom, and wait for the end."""
    jupyterlab.run_all(page)
    prompts = page.locator(".jp-CodeCell .jp-InputArea-prompt")
    expect(prompts.last).to_have_text("[*]:")
    expect(prompts.last).to_have_text(re.compile(r"\[\d+\]"), timeout=RUN)
    assert [text for text in prompts.all_text_contents() if not re.fullmatch(r"\[\d+\]:", text)] == []
    for kind in ("error", "stderr"):
        expect(page.locator(f"[data-mime-type='application/vnd.jupyter.{kind}']")).to_have_count(0)


def move_demo(page: Page) -> None:
    """Take the slider of the first demo to its end, and see the drawing follow."""
    demo = page.locator(".lb-demo").first
    drawing = demo.locator("svg").first
    before = drawing.inner_html()
    demo.locator("input[type=range]").first.focus()
    page.keyboard.press("End")
    expect(drawing).not_to_have_js_property("innerHTML", before)


def answer(page: Page, source: str) -> Locator:
    """Write the answer of an exercise into its cell, run that and the check below, and return what the check says."""
    cells = page.locator(".jp-CodeCell").all_text_contents()
    index = next(index for index, text in enumerate(cells) if "per_mille.check(answer)" in text)
    page.locator(".jp-CodeCell").nth(index - 1).locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(source)
    jupyterlab.run(page, index - 1)
    return jupyterlab.run(page, index).get_by_role("status")


def kernel(page: Page, address: str) -> psutil.Process:
    """Return the kernel of the page of the course."""
    sessions = page.request.get(f"{address}/api/sessions").json()
    (wanted,) = [session["kernel"]["id"] for session in sessions if session["path"] == PAGE]
    (process,) = [each for each in psutil.Process().children(recursive=True) if wanted in " ".join(each.cmdline())]
    return process


def save(page: Page) -> None:
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu [data-command='docmanager:save']").click()
    expect(page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty")).to_have_count(0)


def test_a_page_runs_and_outlives_its_kernel(page, address, clone):
    """And it is the reader's copy that is run and saved: the book stays as it is."""
    if MAKE is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no make: install one (Debian: apt install make)")
    page.goto(address)
    tabs = page.locator(".lm-TabBar-tab").filter(has_text=".ipynb")
    expect(tabs).to_have_text("welcome.ipynb", timeout=RUN)
    jupyterlab.wait_for_kernel(page)
    save(page)
    page.get_by_role("link", name="Properties").click()
    expect(tabs).to_have_text(["welcome.ipynb", Path(PAGE).name], timeout=RUN)
    tabs.first.locator(".lm-TabBar-tabCloseIcon").click()
    expect(tabs).to_have_text(Path(PAGE).name)
    jupyterlab.wait_for_kernel(page)

    run_all(page)
    move_demo(page)
    expect(answer(page, "answer = 5")).to_contain_text("Not yet.")
    expect(answer(page, f"answer = {properties.per_mille.answer}")).to_contain_text("Right.")

    killed = kernel(page, address)
    killed.send_signal(signal.SIGKILL)
    said = page.get_by_role("dialog")
    expect(said).to_contain_text("appears to have died", timeout=RUN)
    said.get_by_role("button", name="Ok").click()
    jupyterlab.wait_for_kernel(page)
    assert kernel(page, address).pid != killed.pid

    run_all(page)
    move_demo(page)
    expect(page.get_by_role("status").filter(has_text="Right.")).to_have_count(1)

    save(page)
    own, original = (clone / folder / PAGE for folder in (workbook.FOLDER.name, "chapters"))
    assert f"answer = {properties.per_mille.answer}" in [cell.source for cell in notebooks.read(own).cells]
    assert original.read_bytes() == (ROOT / "chapters" / PAGE).read_bytes()
    assert json.loads((clone / record.FILE.name).read_text(encoding="utf-8")) == {properties.per_mille.name: "passed"}


@pytest.fixture(scope="module")
def opened(window, address) -> None:
    jupyterlab.open_notebook(window, f"{address}/lab/tree/{NOTEBOOK}", len(CELLS))


@pytest.fixture
def run(page, opened):
    """Return a function that runs a cell by its source."""
    return lambda source: jupyterlab.run(page, CELLS.index(source))


def drawing(demo: Locator) -> str:
    return "".join(svg.inner_html() for svg in demo.locator("svg").all())


def test_demo_and_python_follow_each_other(page, run):
    demo = run(DEMO[0]).locator(".lb-demo")
    demo.wait_for(timeout=LONG)
    value = demo.locator(".lb-value")
    expect(demo.locator("svg").first).to_be_visible()

    before = drawing(demo)
    demo.locator("input[type=range]").focus()
    page.keyboard.press("End")
    expect(value).to_have_text("3460 points")
    assert drawing(demo) != before
    expect(run(DEMO[1]).locator(".jp-OutputArea-output")).to_contain_text("in Python: 3460")

    run(DEMO[2])
    expect(value).to_have_text("324 points")

    run(DEMO[3])
    run(DEMO[4])
    expect(value).to_have_text("34 points")
    demo.locator("input[type=range]").focus()
    page.keyboard.press("End")
    expect(page.locator(".widget-slider .widget-readout").first).to_have_text("3460.00")

    expect(run(DEMO[5]).locator(".jp-OutputArea-output")).to_contain_text("TraitError: score takes a whole number from")
    expect(value).to_have_text("3460 points")


def test_a_function_of_the_readers_own(page, run):
    demo = run(DEMO[6]).locator(".lb-demo")
    demo.wait_for(timeout=LONG)
    line = demo.locator("svg").first
    before = line.inner_html()
    demo.locator("input[type=range]").first.focus()
    page.keyboard.press("End")
    expect(line).not_to_have_js_property("innerHTML", before)


def test_the_check_follows_the_learner(page, run):
    said = ["Not attempted yet", "the predictions only", "AttributeError", "Hint 1 of 3", "Right.", "1 of"]
    for source, words in zip(EXERCISE, said, strict=True):
        expect(run(source).get_by_role("status")).to_contain_text(words)
    # The line is the learner's own, and no traceback of ours is to be seen.
    raised = page.locator(".jp-CodeCell").nth(CELLS.index(EXERCISE[2]))
    expect(raised.get_by_role("status")).to_contain_text("return y_true.men()")
    expect(page.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
    found = Axe().run(page, context={"include": [[".exercise-result"]]}, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()


@pytest.fixture(scope="module")
def laboratory(window, opened) -> Locator:
    for source in LABORATORY:
        cell = jupyterlab.run(window, CELLS.index(source))
    return cell.locator(".jp-OutputArea-output", has=window.get_by_role("button", name="Train")).last


def column(laboratory: Locator, header: str) -> list[str]:
    """One column of the table below the picture."""
    rows = [row.locator("th, td").all_inner_texts() for row in laboratory.locator("tr").all()]
    at = rows[0].index(header)
    return [row[at] for row in rows[1:]]


def train(laboratory: Locator) -> None:
    """Click "Train" and wait for the end."""
    laboratory.get_by_role("button", name="Train").click()
    expect(laboratory.get_by_role("button", name="Training")).to_be_disabled(timeout=LONG)
    expect(laboratory.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=LONG)


@pytest.mark.keras
def test_train_and_compare(page, laboratory):
    picture = laboratory.locator("img")
    expect(picture).to_have_attribute(
        "alt", re.compile(r"^Run before: loss squared error, typos \(%\) 0,.* This run: ")
    )
    assert column(laboratory, "this run")[:4] == ["squared error", "10", "0.1", "50"]

    # The longest run, so that the bar can be seen on its way.
    laboratory.locator(".noUi-handle").nth(2).focus()
    page.keyboard.press("End")
    page.evaluate(WATCH)
    train(laboratory)
    expect(laboratory.get_by_text("epoch 200 of 200")).to_be_visible()
    widths = page.evaluate("window.widths")
    assert len(set(widths)) > 5, "the bar moved in a few jumps at most"
    assert column(laboratory, "run before")[:4] == ["squared error", "10", "0.1", "50"]
    assert column(laboratory, "this run")[:4] == ["squared error", "10", "0.1", "200"]

    laboratory.locator("select").select_option("Huber, 95 points")
    laboratory.locator(".noUi-handle").nth(2).focus()
    page.keyboard.press("Home")  # the shortest run
    train(laboratory)
    expect(picture).to_have_attribute("alt", re.compile(r"^Run before: loss squared error.* This run: loss Huber"))
    assert column(laboratory, "run before")[0] == "squared error"
    assert column(laboratory, "this run")[0] == "Huber, 95 points"


@pytest.mark.keras
def test_a_diverging_run_is_explained(page, laboratory):
    before = column(laboratory, "this run")
    laboratory.locator("select").select_option("squared error")
    laboratory.locator(".noUi-handle").nth(1).focus()
    page.keyboard.press("End")
    laboratory.get_by_role("button", name="Train").click()
    expect(laboratory.get_by_role("status")).to_contain_text("A learning rate of 10 made the loss grow", timeout=LONG)
    expect(laboratory.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=LONG)
    assert column(laboratory, "this run") == before


@pytest.mark.keras
def test_all_has_a_name(page, laboratory):
    """Every control carries its description, and the picture its words."""
    for description in ("loss", "typos (%)", "learning rate", "epochs", "progress"):
        expect(laboratory.locator("label", has_text=description).first).to_be_visible()
    assert len(laboratory.locator("img").get_attribute("alt")) > 100


@pytest.mark.keras
def test_a_saved_notebook_shows_demos_and_laboratory_without_its_kernel(page, run, laboratory, address, clone):
    """A demo is alive again; of the laboratory there is the picture.

    Both have a picture beside the widget, for front ends without our extension: VS Code, for one, shows the next type
    that it knows where a widget's model is gone.
    """
    run(DEMO[0])
    save(page)
    cells = notebooks.read(clone / workbook.FOLDER.name / NOTEBOOK).cells
    for source, kind in ((DEMO[0], MIME), (LABORATORY[-1], LABORATORY_MIME)):
        (output,) = [each for each in cells[CELLS.index(source)].outputs if kind in each.get("data", {})]
        assert output.data.keys() == {WIDGET_VIEW, kind, "image/png", "text/plain"}
    for session in page.request.get(f"{address}/api/sessions").json():
        page.request.delete(f"{address}/api/sessions/{session['id']}")
    page.goto(f"{address}/lab/tree/{NOTEBOOK}?reset")

    demo = page.locator(".jp-CodeCell").nth(CELLS.index(DEMO[0])).locator(".lb-demo")
    expect(demo).to_be_visible(timeout=LONG)
    before = drawing(demo)
    demo.locator("input[type=range]").focus()
    page.keyboard.press("End")
    expect(demo.locator(".lb-value")).to_have_text("3460 points")
    assert drawing(demo) != before

    last = page.locator(".jp-CodeCell").nth(CELLS.index(LABORATORY[-1]))
    last.scroll_into_view_if_needed()
    expect(last.locator(".jp-RenderedImage img")).to_be_visible()
    expect(last.get_by_text("Error displaying widget").locator("visible=true")).to_have_count(0)
