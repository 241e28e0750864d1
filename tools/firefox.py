"""The Firefox of this system, for tests. Playwright speaks WebDriver BiDi with it and needs no driver and no build."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("firefox-esr", "firefox")
MISSING = "no Firefox: install one (Debian: apt install firefox-esr) or set FIREFOX to its path"
PREFERENCES = {
    # Playwright cannot ask this Firefox for reduced motion.
    "ui.prefersReducedMotion": 1,
    # Under remote control Firefox treats all files as one site; for readers each file is a site of its own.
    "security.fileuri.strict_origin_policy": True,
}


def path() -> str | None:
    """Return where the browser is, or None without one; the environment variable FIREFOX takes precedence."""
    return os.environ.get("FIREFOX") or next(filter(None, map(shutil.which, NAMES)), None)


def start(playwright: Playwright, downloads: Path) -> Browser:
    """Start it without a window; it saves files in `downloads`, which Playwright does not notice.

    Raises:
        FileNotFoundError: without a browser.
    """
    executable = path()
    if executable is None:
        raise FileNotFoundError(MISSING)
    # Without this channel Playwright speaks the protocol of its own Firefox, which Mozilla's does not understand.
    return playwright.firefox.launch(
        channel="moz-firefox", executable_path=executable, firefox_user_prefs=PREFERENCES, downloads_path=downloads
    )
