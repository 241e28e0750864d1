"""Demos on a page of the website, and the tab of a browser that shows it."""

from playwright.sync_api import BrowserContext, Locator, Page, expect


class Tab:
    """Opens pages one after the other, and notes what goes wrong on them: a new tab for each would take longer."""

    def __init__(self, window: BrowserContext, root: str) -> None:
        self.root = root
        self.page = window.new_page()
        self.problems: list[str] = []
        self.page.on("console", lambda message: self._note(message.type in ("error", "warning"), message.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("request", lambda request: self._note(not self._is_ours(request.url), request.url))

    def _is_ours(self, url: str) -> bool:
        return url.startswith((self.root, "data:", "blob:"))

    def _note(self, is_problem: bool, text: str) -> None:
        if is_problem:
            self.problems.append(f"{self.page.url}: {text}")

    def open(self, name: str) -> Page:
        """Open a page, unless it is open."""
        address = f"{self.root}/{name}"
        if self.page.url.split("#")[0] != address:
            self.page.goto(address)
        return self.page

    def load(self, name: str) -> None:
        """Load a page anew, which another fragment alone would not do, and do not wait for its pictures."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.root}/{name}", wait_until="domcontentloaded")


def make_live(figures: Locator) -> Locator:
    """Scroll to each of these figures and wait until it is drawn: one that is far away waits for some seconds."""
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-ready", "")
    return figures
