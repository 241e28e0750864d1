"""The Chromium or Chrome of this system, for tests and benchmarks."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MISSING = "no Chromium or Chrome: install one (Debian: apt install chromium) or set CHROMIUM to its path"
# Root, as in a container, has no sandbox.
SWITCHES = ["--disable-gpu", *(["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else [])]

# The suggestions under the address bar are two pages of their own in every window. Nobody sees them here, and they cost
# more than most of our pages.
UNSEEN = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"]
# Of several --disable-features switches, Chromium obeys only the last: ours replaces the one that Playwright gives. So
# it repeats from Playwright's list the features that ask other hosts, or that change when and how a page is shown.
UNWANTED = ["AimEnabled", "HttpsUpgrades", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints"]
UNWANTED += ["PaintHolding", "ThirdPartyStoragePartitioning", "Translate"]


def path() -> str | None:
    """Return where the browser is, or None without one; the environment variable CHROMIUM takes precedence."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def start(playwright: Playwright, *arguments: str) -> Browser:
    """Start it without a window; `arguments` are further switches.

    Raises:
        FileNotFoundError: without a browser.
    """
    executable = path()
    if executable is None:
        raise FileNotFoundError(MISSING)
    features = f"--disable-features={','.join(UNSEEN + UNWANTED)}"
    return playwright.chromium.launch(executable_path=executable, args=[*SWITCHES, features, *arguments])


@contextmanager
def launch(*arguments: str) -> Iterator[Browser]:
    """Start it, and close it in the end; `arguments` are further switches.

    Raises:
        FileNotFoundError: without a browser.
    """
    with sync_playwright() as playwright, start(playwright, *arguments) as browser:
        yield browser
