"""Every mistake in the source texts is on the errata page, in the form that the page needs.

That the page says what the evidence measures is compared with the other generated pages, in test_pages.py.
"""

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest

from lossbook import course
from reference import errata
from reference.errata import page
from reference.errata.entry import SEVERITIES, SOURCES
from reference.errata.measure import number, row, slopes
from tools import lint, markdown, pages

ENTRIES = errata.errata()
UNUSED = {34, 49, 73}  # numbers that no mistake has


def each(entries=ENTRIES):
    return pytest.mark.parametrize("erratum", entries, ids=lambda erratum: erratum.id)


def test_every_mistake_is_there_once():
    assert [erratum.id for erratum in ENTRIES] == [f"E{number:02}" for number in range(1, 77) if number not in UNUSED]


@each()
def test_form(erratum):
    assert erratum.severity in SEVERITIES
    assert re.match(f"({'|'.join(SOURCES)})[, ]", erratum.where)
    for text in (erratum.title, erratum.where, erratum.says, erratum.right):
        assert text.strip() == text != ""
        assert "\n" not in text
    assert erratum.title[-1] not in ".!?"
    assert erratum.says[-1] in ".)"
    assert erratum.right[-1] in ".)"


@pytest.mark.parametrize("path", pages.documents(), ids=pages.name)
def test_what_a_page_puts_right(path):
    for erratum, anchor in pages.about(path).errata.items():
        assert erratum in [each.id for each in ENTRIES]
        assert anchor in lint.anchors(path), f"no heading #{anchor}, which is to teach {erratum}"


@pytest.fixture(scope="module")
def stored():
    """The committed page, section by section."""
    _, *found = re.split(r"^### (E\d+): .*\n", page.PATH.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(found[::2], found[1::2], strict=True))


@each()
def test_evidence_is_measured(erratum, stored):
    measured = re.search(r"^- \*\*Measured:\*\* (.*)$", stored[erratum.id], re.M)[1]
    assert re.search(r"\d|`", measured), "no figure, and nothing that code printed or raised"
    assert measured.endswith(".")
    assert not re.search(r"\bnp\.|array\(|<[A-Za-z]", measured), "a value printed as Python writes it"


def test_summary_counts_every_mistake():
    text = page.compose({erratum.id: "Measured." for erratum in ENTRIES})
    rows = re.findall(r"^\| ([A-E]): .* \| (\d+) \| (.*) \|$", text, re.M)
    assert [letter for letter, _, _ in rows] == list(SEVERITIES)
    assert sum(int(count) for _, count, _ in rows) == len(ENTRIES)
    slugs = {heading.slug for heading in markdown.headings([text])}
    targets = {link.target.removeprefix("#") for link in markdown.links(text) if link.target.startswith("#")}
    assert len(targets) == len(ENTRIES)
    assert targets <= slugs


def test_entry():
    erratum = replace(ENTRIES[0], id="E99")
    title, rows = page._entry(erratum, "It ends at 7.")
    assert title.startswith("### E99: ")
    assert "(severity A, silently wrong result)" in rows
    assert rows.splitlines()[3:] == ["- **Measured:** It ends at 7.", "- **In the book:** planned"]


def test_link_to_the_place():
    """On a page, in the reference, and on the page where both say that they put it right."""
    assert page._place("E02") == "[The gradient check](../foundations/gradients.ipynb#the-gradient-check)"
    assert page._place("E67") == "[CTC](losses.md#ctc)"


def test_a_page_comes_before_the_reference(monkeypatch):
    in_both = replace(course.about("foundations/gradients"), errata={"E13": "the-gradient-check"})
    monkeypatch.setattr(course, "about", lambda name: in_both)
    page.places.cache_clear()
    path, anchor = page.places()["E13"]
    page.places.cache_clear()
    assert (path.suffix, anchor) == (".ipynb", "the-gradient-check")


def test_other_mistakes_are_linked():
    erratum = replace(ENTRIES[0], right="As for E01.")
    assert "- **Right:** As for [E01](#e01-" in page._entry(erratum, "")[1]


def test_broken_versions_may_warn():
    def noisy():
        warnings.warn("deprecated", DeprecationWarning, stacklevel=1)
        return f"{np.log(np.zeros(1))[0]}"

    assert page.evidence(replace(ENTRIES[0], evidence=noisy)) == "-inf"


def test_slopes():
    at = np.array([[1.0, -2.0], [0.5, 3.0]])
    np.testing.assert_allclose(slopes(lambda x: np.sum(x**3), at), 3 * at**2, rtol=1e-8)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.375, "0.375"),
        (-0.0, "0"),
        (65_432.1, "65,400"),
        (1.84e9, r"$1.84 \cdot 10^{9}$"),
        (1.23e-13, r"$1.23 \cdot 10^{-13}$"),
        (float("nan"), "NaN"),
        (float("inf"), "infinite"),
    ],
)
def test_number(value, text):
    assert number(value) == text


def test_row():
    assert row([[-0.25, 1e-9], [1 / 3, 2.0]]) == "`[-0.25, 0, 0.333, 2]`"
