"""Every demo of the built website, moved in a real browser as a reader would move it, in one visit to its page.

What all demos have in common is tested once, by test_engine.py; here is what can go wrong with one of them.
"""

from collections.abc import Iterator

import pytest
from checks import check_everything, check_picture, check_print
from figures import DEMOS, Demo, Figure, Tab
from playwright.sync_api import Browser, expect


@pytest.fixture(scope="module")
def tab(chromium: Browser, address: str) -> Iterator[Tab]:
    with chromium.new_context(reduced_motion="reduce", viewport={"width": 1300, "height": 900}) as window:
        yield Tab(window, address)


def test_there_are_demos():
    presets = [len(demo.spec["presets"]) for demo in DEMOS if not demo.is_explored]
    assert len(presets) >= 10
    assert min(presets) >= 2
    assert len({str(demo) for demo in DEMOS}) == len(DEMOS)


@pytest.mark.per("demo")
@pytest.mark.parametrize("demo", DEMOS, ids=str)
def test_demo(tab, demo: Demo):
    figure = Figure(tab.open(demo.page), demo)
    check_picture(figure)
    check_everything(figure)
    check_print(figure)
    assert tab.problems == []


def test_without_scripts_there_is_the_picture(chromium, address):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{address}/{DEMOS[0].page}")
    stages = page.locator("figure.explorable .explorable-stage")
    pictures = page.locator("noscript img")
    assert pictures.count() == stages.count() == sum(demo.page == DEMOS[0].page for demo in DEMOS)
    for stage, picture in zip(stages.all(), pictures.all(), strict=True):
        expect(stage).to_be_hidden()
        expect(picture).to_be_visible()
        assert len(picture.get_attribute("alt")) > 40
    page.close()
