"""The Chromium or Chrome of this system, for tests and benchmarks."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MISSING = "no Chromium or Chrome: install one (Debian: apt install chromium) or set CHROMIUM to its path"


def path() -> str | None:
    """Return where the browser is, or None without one; the environment variable CHROMIUM has the first word."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launch(*arguments: str) -> Iterator[Browser]:
    """Start it without a window; `arguments` are switches of its own.

    Raises:
        FileNotFoundError: without a browser.
    """
    executable = path()
    if executable is None:
        raise FileNotFoundError(MISSING)
    # Root, as in a container, has no sandbox.
    is_root = os.name == "posix" and os.geteuid() == 0
    switches = ["--disable-gpu", *(["--no-sandbox"] if is_root else []), *arguments]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=switches)
        try:
            yield browser
        finally:
            browser.close()
