"""A demo in a real JupyterLab: it appears, its slider moves the drawing, and the trait in Python follows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tools import lab
from tools.lab import run

CELLS = [
    "from lossbook.demos.regression.squared_and_absolute import outlier\n\ndemo = outlier()\ndemo",
    'print(f"in Python: {demo.score:g}")',
    "demo.score = 324",
    "import ipywidgets\n\nslider = ipywidgets.FloatSlider(min=34, max=3460, value=324)\n"
    'ipywidgets.link((demo, "score"), (slider, "value"))\nslider',
    "slider.value = 34",
    'try:\n    demo.score = -1\nexcept Exception as error:\n    print(f"{type(error).__name__}: {error}")',
    "from lossbook.explorable import explore\n\nexplore(lambda r, delta: abs(r) ** delta, delta=(1, 2))",
]


@pytest.fixture(scope="module")
def page(chromium: Browser, tmp_path_factory) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1300, "height": 2400}, reduced_motion="reduce")
    with lab.notebook(tmp_path_factory.mktemp("lab"), CELLS) as address:
        page = context.new_page()
        lab.open_notebook(page, address, len(CELLS))
        yield page
        context.close()


def drawing(demo: Locator) -> str:
    return "".join(svg.inner_html() for svg in demo.locator("svg").all())


def test_demo_and_python_follow_each_other(page):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    cell = run(page, 0)
    demo = cell.locator(".lb-demo")
    demo.wait_for(timeout=30_000)
    value = demo.locator(".lb-value")
    expect(demo.locator("svg").first).to_be_visible()

    before = drawing(demo)
    demo.locator("input[type=range]").focus()
    page.keyboard.press("End")
    expect(value).to_have_text("3460 points")
    assert drawing(demo) != before
    expect(run(page, 1).locator(".jp-OutputArea-output")).to_contain_text("in Python: 3460")

    run(page, 2)
    expect(value).to_have_text("324 points")

    run(page, 3)
    run(page, 4)
    expect(value).to_have_text("34 points")
    demo.locator("input[type=range]").focus()
    page.keyboard.press("End")
    expect(page.locator(".widget-slider .widget-readout")).to_have_text("3460.00")

    expect(run(page, 5).locator(".jp-OutputArea-output")).to_contain_text("TraitError: score takes a whole number from")
    expect(value).to_have_text("3460 points")
    assert problems == []


def test_a_function_of_the_readers_own(page):
    demo = run(page, 6).locator(".lb-demo")
    demo.wait_for(timeout=30_000)
    before = drawing(demo)
    demo.locator("input[type=range]").first.focus()
    page.keyboard.press("End")
    page.wait_for_timeout(200)
    assert drawing(demo) != before
