"""Everything the source texts speak of has its place in the book, and the generated pages are up to date."""

import pytest
from rows import ROWS as LOSSES

from tools import lint, pages, reference
from tools.errata import page as errata
from tools.reference import PLANNED

ROWS = reference.concepts()


def test_every_item_is_there_once():
    assert sorted(row.id for row in ROWS) == [f"C{number:03d}" for number in range(1, 331)]


def test_planned_only_where_no_page_is_written():
    written = {path.parent.name for path in pages.notebooks()}
    assert [row.id for row in ROWS if row.page == PLANNED and row.chapter in written] == []


def test_places_exist():
    dead = []
    for row in ROWS:
        if row.page == PLANNED:
            if row.anchor:
                dead.append(f"{row.id}: planned, but with an anchor")
        elif row.path not in pages.notebooks():
            dead.append(f"{row.id}: no page {row.page} in _toc.yml")
        elif row.anchor not in lint.anchors(row.path):
            dead.append(f"{row.id}: no heading #{row.anchor} on {row.page}")
    assert dead == []


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[pytest.mark.keras] if path == errata.PATH else []) for path in reference.PAGES],
    ids=pages.name,
)
def test_generated_page_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == reference.PAGES[path](), "run make refresh"


def test_citations_are_distinct():
    page = reference.bibliography_page()
    headings = [line for line in page.splitlines() if line.startswith("### ")]
    assert len(headings) == len(set(headings))


def test_references_of_losses_are_in_the_bibliography():
    headings = set(reference.bibliography_page().splitlines())
    assert {row.loss.facts.reference for row in LOSSES if f"### {row.loss.facts.reference}" not in headings} == set()
