"""The course in a real JupyterLab: `make lab` opens it, a page runs, and runs again after its kernel has died."""

import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lossbook.exercises.foundations.properties import per_mille
from tools import lab
from tools.repository import ROOT

# Two demos and six exercises, without Keras: the page that runs fastest.
PAGE = "chapters/foundations/properties.ipynb"
RUN = 120_000  # milliseconds, at most


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """Serve a copy of the course, as a reader has it in a clone, by `make lab`; the copy takes what the run writes."""
    make = shutil.which("make")
    if make is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no make: install one (Debian: apt install make)")
    clone = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "chapters", clone / "chapters", ignore=shutil.ignore_patterns(".*"))
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy2(ROOT / name, clone)
    (clone / ".venv").symlink_to(sys.prefix)
    # The environment is this one, whatever its age.
    command = [make, "--old-file=.venv/book", "lab"]
    with lab.server(clone, tmp_path_factory.mktemp("settings"), command) as address:
        yield address


def run_all(page: Page) -> None:
    """Run the notebook from top to bottom, and wait for the end."""
    lab.run_all(page)
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
    lab.run(page, index - 1)
    return lab.run(page, index).get_by_role("status")


def kernels() -> list[psutil.Process]:
    """Return the kernels that this process has started."""
    return [each for each in psutil.Process().children(recursive=True) if "ipykernel_launcher" in each.cmdline()]


def test_a_page_runs_and_outlives_its_kernel(chromium: Browser, address: str):
    context = chromium.new_context(viewport={"width": 1300, "height": 1200}, reduced_motion="reduce")
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    for name in PAGE.split("/"):
        page.locator(".jp-DirListing-item").filter(has_text=name).dblclick(timeout=RUN)
    lab.wait_for_kernel(page)

    run_all(page)
    move_demo(page)
    expect(answer(page, "answer = 5")).to_contain_text("Not yet.")
    expect(answer(page, f"answer = {per_mille.answer}")).to_contain_text("Right.")

    (kernel,) = kernels()
    kernel.send_signal(signal.SIGKILL)
    said = page.get_by_role("dialog")
    expect(said).to_contain_text("appears to have died", timeout=RUN)
    said.get_by_role("button", name="Ok").click()
    lab.wait_for_kernel(page)
    (another,) = kernels()
    assert another.pid != kernel.pid

    run_all(page)
    move_demo(page)
    expect(page.get_by_role("status").filter(has_text="Right.")).to_have_count(1)
    assert problems == []
    context.close()
