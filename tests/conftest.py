"""Chromium for the tests of the website and of JupyterLab: the system's own, found by its name."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium; without one, skip the test, or fail in CI."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = "no Chromium or Chrome: install one (Debian: apt install chromium) or set CHROMIUM to its path"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    # Root, as in a container, has no sandbox.
    is_root = os.name == "posix" and os.geteuid() == 0
    with sync_playwright() as playwright:
        options = ["--disable-gpu", *(["--no-sandbox"] if is_root else [])]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()
