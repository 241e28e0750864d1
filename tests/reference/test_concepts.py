"""Everything the source texts speak of has its place in the book."""

from reference.concepts import PLANNED, concepts
from tools import lint, pages

ROWS = concepts()


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
