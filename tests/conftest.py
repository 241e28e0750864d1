"""A browser for the tests of the website and of JupyterLab."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tools import browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium; without one, skip the test, or fail in CI."""
    if browser.path() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(browser.MISSING)
    with browser.launch() as started:
        yield started
