"""The bibliography has every reference once, as the pages cite it."""

from rows import ROWS as LOSSES

from reference import bibliography


def test_citations_are_distinct():
    headings = [line for line in bibliography.page().splitlines() if line.startswith("### ")]
    assert len(headings) == len(set(headings))


def test_references_of_losses_are_in_the_bibliography():
    headings = set(bibliography.page().splitlines())
    assert {row.loss.facts.reference for row in LOSSES if f"### {row.loss.facts.reference}" not in headings} == set()
