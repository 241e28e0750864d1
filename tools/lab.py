"""A JupyterLab with settings of its own, and cells run in it through a browser, for tests and benchmarks."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, expect

START = 60  # seconds, at most
RUN = 60_000  # milliseconds, at most


@contextmanager
def notebook(folder: Path, sources: Sequence[str]) -> Iterator[str]:
    """Start JupyterLab in an empty folder, on a notebook with these code cells, and return the notebook's address.

    Raises:
        RuntimeError: if it does not start; with what it said.
    """
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "notebook.ipynb")
    port = _free_port()
    # Nobody's own settings, extensions or open tabs.
    own = {name: str(folder / f".{name.lower()}") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--LabApp.news_url="]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.token="]
    command += [f"--ServerApp.root_dir={folder}"]
    with (folder / "lab.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, env=os.environ | own, cwd=folder, stdout=log, stderr=log)
        try:
            if not _answers(f"http://127.0.0.1:{port}/api", process):
                raise RuntimeError("JupyterLab did not start:\n" + (folder / "lab.log").read_text(encoding="utf-8"))
            yield f"http://127.0.0.1:{port}/lab/tree/notebook.ipynb"
        finally:
            process.terminate()
            process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(address: str, process: subprocess.Popen) -> bool:
    deadline = time.monotonic() + START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address):
                return True
        except OSError:
            time.sleep(0.3)
    return False


def open_notebook(page: Page, address: str, cells: int) -> None:
    """Open the notebook and wait until its kernel is ready."""
    page.goto(address)
    page.locator(".jp-Notebook .jp-CodeCell").nth(cells - 1).wait_for(timeout=RUN)
    page.locator(".jp-NotebookPanel-toolbar [data-status=idle]").wait_for(timeout=RUN)
    # The toolbar says so a moment before the kernel answers, and drops the cells that are run in that moment.
    kernels = address.split("/lab/")[0] + "/api/kernels"
    for _ in range(RUN // 200):
        running = page.request.get(kernels).json()
        if running and all(each["execution_state"] == "idle" and each["connections"] for each in running):
            break
        page.wait_for_timeout(200)


def run(page: Page, index: int) -> Locator:
    """Run one cell, wait for its end, and return it."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(index)
    # Looked up anew each time: JupyterLab may render the cell again meanwhile.
    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(prompt).not_to_have_text(before, timeout=RUN)
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=RUN)
    return cell
