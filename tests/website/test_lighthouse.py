"""Lighthouse's scores of the heaviest page of each kind, on its mobile settings.

They depend on how long scripts run, so nothing else may run meanwhile: `make test` does this last and alone.
"""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import served

from benchmarks import lighthouse
from benchmarks.gates import PAGES, WRITTEN
from benchmarks.lighthouse import Verdict
from tools import browser
from tools.repository import ROOT

pytestmark = pytest.mark.quiet

KINDS = ["lesson", "laboratory", "reference", "made by the site"]


@pytest.fixture(scope="module", autouse=True)
def present() -> None:
    """Skip without a browser or Node, or fail in CI."""
    if browser.path() is None or not lighthouse.available():
        missing = browser.MISSING if browser.path() is None else lighthouse.MISSING
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)


@pytest.fixture(scope="module")
def careless(tmp_path_factory) -> Iterator[str]:
    """Serve a page without a title and a description, and return its address."""
    folder = tmp_path_factory.mktemp("careless")
    (folder / "index.html").write_text("<!doctype html><html lang=en><p>No title, no description.")
    with served(folder) as address:
        yield f"{address}/"


def kind(page: str) -> str:
    """Return a name for pages that load the same scripts and styles."""
    if page not in WRITTEN:
        return "made by the site"
    if (ROOT / page).with_suffix(".md").exists():
        return "reference"
    return "laboratory" if page.endswith("/laboratory.html") else "lesson"


@pytest.fixture(scope="module")
def heaviest(html: Path) -> dict[str, str]:
    """Return the page of each kind whose own text is largest; all else it has in common with others of its kind."""
    by_size = sorted(PAGES, key=lambda page: len(gzip.compress((html / page).read_bytes())))
    return {kind(page): page for page in by_size}


@pytest.fixture(scope="module")
def verdicts(present, address: str, careless: str, heaviest: dict[str, str]) -> dict[str, Verdict]:
    """Return the verdict on each of these pages, and on a careless one."""
    addresses = [*(f"{address}/{page}" for page in heaviest.values()), careless]
    return dict(zip([*heaviest, "careless"], lighthouse.verdicts(addresses), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_scores(kind: str, verdicts: dict[str, Verdict]):
    assert lighthouse.problems(verdicts[kind]) == []


def test_every_kind_is_measured(heaviest: dict[str, str]):
    assert set(heaviest) == set(KINDS)


def test_what_costs_points_is_named(verdicts: dict[str, Verdict]):
    found = {line.partition(":")[0]: line for line in lighthouse.problems(verdicts["careless"])}
    assert "document-title" in found["accessibility"]
    assert found["seo"].endswith("document-title (html), meta-description")
