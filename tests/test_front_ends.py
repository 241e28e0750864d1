"""A stored page where nothing of ours runs: nbconvert's HTML stands in for GitHub and for a notebook not yet run.

nbconvert shows no alternative text of pictures, so that is looked for where it is stored.
"""

import re

import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter

from lossbook.explorable import MIME
from tools import notebooks, pages

every_page = [pytest.param(path, id=pages.name(path), marks=pytest.mark.per("page")) for path in pages.notebooks()]


@pytest.fixture(scope="module", params=every_page)
def page(request):
    """Return a page as it is stored, and as it is shown."""
    stored = notebooks.read(request.param)
    # Code is not looked at, and coloring it would take longest.
    body, _ = HTMLExporter(template_name="lab", exclude_input=True).from_notebook_node(stored)
    return stored, BeautifulSoup(body, "html.parser")


def outputs(stored) -> list:
    """Return what the page's cells show, in order."""
    return [each for cell in stored.cells for each in cell.get("outputs", []) if "data" in each]


def test_text_reads_without_the_website(page):
    stored, shown = page
    assert len(shown.select("h1")) == 1
    prose = []
    for block in shown.select(".jp-MarkdownCell .jp-RenderedHTMLCommon, .jp-RenderedMarkdown"):
        for code in block.select("pre, code"):
            code.replace_with("`code`")
        prose.append(block.get_text())
    text = "\n".join(prose)
    assert re.findall(r"^:::.*|^```.*|^\(.+\)=$|\{\w[\w:-]*\}`|</?(?:details|summary|a|div)\b", text, re.M) == []
    folded = sum("<details" in cell.source for cell in stored.cells if cell.cell_type == "markdown")
    assert len(shown.select(".jp-MarkdownCell details > summary")) >= folded


def test_every_output_is_shown(page):
    stored, shown = page
    shown_pictures = [img["src"].partition(",")[2] for img in shown.select(".jp-OutputArea img")]
    kept = []
    for each in outputs(stored):
        kept += [each.data["image/png"]] if "image/png" in each.data else []
        kept += re.findall(r'<img [^>]*src="data:[^,"]*,([^"]*)"', each.data.get("text/markdown", ""))  # in a table
    assert shown_pictures == kept
    printed = [each.text.strip() for cell in stored.cells for each in cell.get("outputs", []) if "text" in each]
    blocks = [block.get_text().strip() for block in shown.select(".jp-OutputArea [data-mime-type='text/plain'] pre")]
    assert [text for text in printed if text not in blocks] == []


def test_nothing_waits_for_a_script(page):
    stored, shown = page
    assert shown.select(".jp-OutputArea script, .jp-MarkdownCell script") == []
    text = shown.get_text()
    assert "Error displaying widget" not in text
    assert "widget-view" not in text
    # An output that only a widget's script can show would not be seen at all.
    assert [each.data.keys() for each in outputs(stored) if not {"image/png", "text/plain"} & each.data.keys()] == []


def test_every_demo_is_a_picture_with_words(page):
    stored, _ = page
    for each in outputs(stored):
        if MIME in each.data:
            alt = each.metadata["image/png"]["alt"]
            assert len(alt) >= 40
            assert each.data["text/plain"].startswith(alt)
