"""Lighthouse's scores of every page, on its mobile settings.

They depend on how long scripts run, so nothing else may run meanwhile: `make test` does this last and alone.
"""

import os
from collections.abc import Iterator

import pytest
from serving import served

from tools import browser, lighthouse
from tools.gates import PAGES
from tools.lighthouse import Verdict

pytestmark = pytest.mark.quiet


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


@pytest.fixture(scope="module")
def verdicts(present, address: str, careless: str) -> dict[str, Verdict]:
    """Return the verdict on every page."""
    addresses = [*(f"{address}/{page}" for page in PAGES), careless]
    return dict(zip([*PAGES, "careless"], lighthouse.verdicts(addresses), strict=True))


@pytest.mark.parametrize("page", PAGES)
def test_scores(page: str, verdicts: dict[str, Verdict]):
    assert lighthouse.problems(verdicts[page]) == []


def test_what_costs_points_is_named(verdicts: dict[str, Verdict]):
    found = {line.partition(":")[0]: line for line in lighthouse.problems(verdicts["careless"])}
    assert "document-title" in found["accessibility"]
    assert found["seo"].endswith("document-title (html), meta-description")
