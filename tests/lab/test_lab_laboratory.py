"""The laboratory in a real JupyterLab: Train moves the bar, the result appears, and the run before stays beside it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tools import lab, notebooks
from tools.repository import ROOT

pytestmark = pytest.mark.keras

LONG = 30_000  # milliseconds, on a busy machine

# Notes every width that the progress bar takes.
WATCH = """() => {
  window.widths = [];
  const bar = document.querySelector(".progress-bar");
  new MutationObserver(() => window.widths.push(bar.style.width)).observe(bar, { attributes: true });
}"""


def cells() -> list[str]:
    """The page's code, up to the laboratory."""
    page = notebooks.read(ROOT / "chapters" / "regression" / "laboratory.ipynb")
    return [cell.source for cell in page.cells if cell.cell_type == "code"][:4]


@pytest.fixture(scope="module")
def page(chromium: Browser, tmp_path_factory) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1300, "height": 2600}, reduced_motion="reduce")
    sources = cells()
    with lab.notebook(tmp_path_factory.mktemp("lab"), sources) as address:
        page = context.new_page()
        lab.open_notebook(page, address, len(sources))
        yield page
        context.close()


def column(laboratory: Locator, header: str) -> list[str]:
    """One column of the table below the picture."""
    rows = [row.locator("th, td").all_inner_texts() for row in laboratory.locator("tr").all()]
    at = rows[0].index(header)
    return [row[at] for row in rows[1:]]


def train(page: Page, laboratory: Locator) -> None:
    """Click "Train" and wait for the end."""
    laboratory.get_by_role("button", name="Train").click()
    expect(laboratory.get_by_role("button", name="Training")).to_be_disabled(timeout=LONG)
    expect(laboratory.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=LONG)


def test_train_and_compare(page):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    for index in range(len(cells())):
        cell = lab.run(page, index)
    laboratory = cell.locator(".jp-OutputArea-output", has=page.get_by_role("button", name="Train")).last
    picture = laboratory.locator("img")
    expect(picture).to_have_attribute(
        "alt", re.compile(r"^Run before: loss squared error, typos \(%\) 0,.* This run: ")
    )
    assert column(laboratory, "this run")[:4] == ["squared error", "10", "0.1", "50"]

    # The longest run, so that the bar can be seen on its way.
    laboratory.locator(".noUi-handle").nth(2).focus()
    page.keyboard.press("End")
    page.evaluate(WATCH)
    train(page, laboratory)
    expect(laboratory.get_by_text("epoch 200 of 200")).to_be_visible()
    widths = page.evaluate("window.widths")
    assert len(set(widths)) > 5, "the bar moved in a few jumps at most"
    assert column(laboratory, "run before")[:4] == ["squared error", "10", "0.1", "50"]
    assert column(laboratory, "this run")[:4] == ["squared error", "10", "0.1", "200"]

    laboratory.locator("select").select_option("Huber, 95 points")
    train(page, laboratory)
    expect(picture).to_have_attribute("alt", re.compile(r"^Run before: loss squared error.* This run: loss Huber"))
    assert column(laboratory, "run before")[0] == "squared error"
    assert column(laboratory, "this run")[0] == "Huber, 95 points"
    assert problems == []


def test_a_diverging_run_is_explained(page):
    laboratory = page.locator(".jp-OutputArea-output", has=page.get_by_role("button", name="Train")).last
    before = column(laboratory, "this run")
    laboratory.locator("select").select_option("squared error")
    laboratory.locator(".noUi-handle").nth(1).focus()
    page.keyboard.press("End")
    laboratory.get_by_role("button", name="Train").click()
    expect(laboratory.get_by_role("status")).to_contain_text("A learning rate of 10 made the loss grow", timeout=LONG)
    expect(laboratory.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=LONG)
    assert column(laboratory, "this run") == before


def test_all_has_a_name(page):
    """Every control carries its description, and the picture its words."""
    laboratory = page.locator(".jp-OutputArea-output", has=page.get_by_role("button", name="Train")).last
    for description in ("loss", "typos (%)", "learning rate", "epochs", "progress"):
        expect(laboratory.locator("label", has_text=description).first).to_be_visible()
    assert len(laboratory.locator("img").get_attribute("alt")) > 100
