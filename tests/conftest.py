"""Browsers for the tests of the website and of JupyterLab."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tools import browser
from tools import firefox as mozilla


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright, of which a process can have only one."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start a headless Chromium; without one, skip the test, or fail in CI."""
    _require(browser)
    with browser.start(playwright) as started:
        yield started


@pytest.fixture(scope="session")
def downloads(tmp_path_factory) -> Path:
    """Return the folder in which Firefox saves files."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def firefox(playwright: Playwright, downloads: Path) -> Iterator[Browser]:
    """Start a headless Firefox; without one, skip the test, or fail in CI."""
    _require(mozilla)
    with mozilla.start(playwright, downloads) as started:
        yield started


def _require(kind) -> None:
    if kind.path() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(kind.MISSING)
