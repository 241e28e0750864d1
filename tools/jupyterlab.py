"""A JupyterLab with settings of its own, and cells run in it through a browser, for tests and benchmarks."""

import json
import os
import re
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
import psutil
from playwright.sync_api import Locator, Page, expect

START = 60  # seconds, at most
STOP = 20  # seconds, at most
RUN = 60_000  # milliseconds, at most

# JupyterLab in the folder that it is started in; `make lab` opens the course instead.
COMMAND = (sys.executable, "-m", "jupyter", "lab")


@contextmanager
def server(root: Path, settings: Path, command: Sequence[str] = COMMAND) -> Iterator[str]:
    """Start JupyterLab in a folder, with settings of its own in another, and return its address.

    Raises:
        RuntimeError: if it does not start; the message contains its log.
    """
    port = _free_port()
    settings.mkdir(parents=True, exist_ok=True)
    # A folder of its own keeps the user's settings, extensions and open tabs out. The port is set there and not on the
    # command line, so that the command is the one that a reader types.
    options = {
        "ServerApp": {"port": port, "port_retries": 0, "open_browser": False, "allow_root": True},
        "IdentityProvider": {"token": ""},
        "LabApp": {"news_url": None},
    }
    (settings / "jupyter_lab_config.json").write_text(json.dumps(options), encoding="utf-8")
    own = {"JUPYTER_CONFIG_DIR": str(settings), "JUPYTER_RUNTIME_DIR": str(settings / "runtime")}
    log = settings / "lab.log"
    with log.open("w", encoding="utf-8") as said:
        process = psutil.Popen(command, env=os.environ | own, cwd=root, stdout=said, stderr=said)
        try:
            if not _answers(f"http://127.0.0.1:{port}/api", process):
                raise RuntimeError("JupyterLab did not start:\n" + log.read_text(encoding="utf-8"))
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(process)


def write_notebook(path: Path, sources: Sequence[str]) -> None:
    """Write a notebook with these code cells."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


@contextmanager
def notebook(folder: Path, sources: Sequence[str]) -> Iterator[str]:
    """Start JupyterLab in an empty folder, on a notebook with these code cells, and return the notebook's address."""
    write_notebook(folder / "notebook.ipynb", sources)
    with server(folder, folder / ".jupyter") as address:
        yield f"{address}/lab/tree/notebook.ipynb"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _end(process: psutil.Popen) -> None:
    """End a process and its children; one that hangs, as a server does while a kernel is starting, is killed."""
    if not process.is_running():
        return
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _, hanging = psutil.wait_procs(family, STOP)
    for each in hanging:
        each.kill()
    psutil.wait_procs(hanging)


def _answers(address: str, process: psutil.Popen) -> bool:
    deadline = time.monotonic() + START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address):
                return True
        except OSError:
            time.sleep(0.3)
    return False


def open_notebook(page: Page, address: str, cells: int) -> None:
    """Open the notebook, without what was open before, and wait until its kernel is ready."""
    page.goto(f"{address}?reset")
    page.locator(".jp-Notebook .jp-CodeCell").nth(cells - 1).wait_for(timeout=RUN)
    wait_for_kernel(page)


def wait_for_kernel(page: Page) -> None:
    """Wait until the kernel of the open notebook is ready.

    Raises:
        TimeoutError: if it never is.
    """
    page.locator(".jp-NotebookPanel-toolbar [data-status=idle]").wait_for(timeout=RUN)
    # The toolbar says so a moment before the kernel answers, and cells that are run in that moment are lost.
    kernels = page.url.split("/lab")[0] + "/api/kernels"
    for _ in range(RUN // 200):
        answer = page.request.get(kernels)
        running = answer.json() if answer.ok else []  # the request fails while a kernel is starting
        connected = [each["execution_state"] for each in running if each["connections"]]
        if connected and set(connected) == {"idle"}:
            return
        page.wait_for_timeout(200)
    raise TimeoutError(f"no kernel is ready after {RUN // 1000} s: {running}")


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


def run_all(page: Page) -> None:
    """Start a run of all cells, by the menu."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
