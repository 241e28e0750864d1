"""Demos on a page of the website."""

from playwright.sync_api import Locator, expect


def make_live(figures: Locator) -> Locator:
    """Scroll to each of these figures and wait until it is drawn: one that is far away waits for some seconds."""
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-ready", "")
    return figures
