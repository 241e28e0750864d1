"""What axe finds on a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page, *selectors: str) -> list[tuple[str, list[str]]]:
    """Return the rules that a page breaks, and where; with selectors, only in what they select."""
    # What scrolls can be reached by keyboard once the page has found out what scrolls. It takes its time for that,
    # but not where the window has a new size.
    page.evaluate("dispatchEvent(new Event('resize'))")
    page.wait_for_function("'stops' in document.documentElement.dataset")
    context = {"include": [[selector] for selector in selectors]} if selectors else None
    # To describe everything that is as it should be takes axe longer than to check it.
    found = Axe().run(page, context=context, options={"resultTypes": ["violations"]}).response["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]
