"""requirements.txt and pyproject.toml agree."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tools.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [
    Requirement(line)
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    if re.match(r"\w", line)
]
WANTED = [
    Requirement(text)
    for group in (
        PROJECT["dependencies"],
        *(PROJECT["optional-dependencies"][e] for e in ("site", "book", "test")),
    )
    for text in group
    if not text.startswith("lossbook")
]


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_every_range_has_its_version(wanted):
    versions = [str(pin.specifier).removeprefix("==") for pin in PINS if pin.name == wanted.name]
    assert versions, "run make lock"
    assert all(version in wanted.specifier for version in versions), "run make lock"


def test_versions_are_exact():
    assert [str(pin) for pin in PINS if not re.fullmatch(r"==[\w.]+", str(pin.specifier))] == []
