"""The pinned versions and pyproject.toml agree, and a reader installs no more than the pages need."""

import re
import tomllib
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import missing
from tools.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(name: str) -> list[Requirement]:
    """Return the versions in a file."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if re.match(r"\w", line)]


READERS = pins("requirements.txt")
ALL = READERS + pins("requirements-dev.txt")


# The version of a package may depend on the system.
SYSTEMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")]
PLACES = [
    {"sys_platform": system, "platform_machine": machine, "python_version": f"3.{minor}"}
    | {"python_full_version": f"3.{minor}.0"}
    for system, machine in SYSTEMS
    for minor in range(11, 15)
]


def at(place: dict[str, str], requirements: list[Requirement]) -> list[Requirement]:
    """Return those that hold on one system with one Python."""
    return [each for each in requirements if not each.marker or each.marker.evaluate(place)]


def wanted(*extras: str) -> list[Requirement]:
    """Return what the package and some of its extras ask for."""
    groups = (PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras))
    return [Requirement(text) for group in groups for text in group if not text.startswith("lossbook")]


def closure(requirements: list[Requirement]) -> set[str]:
    """Return the names of these packages and of all that they need, here, in the versions that are installed."""
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [each for each in requirements if not each.marker or each.marker.evaluate()]
    while left:
        one = left.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras or {""}))
        if key not in seen:
            seen.add(key)
            for each in map(Requirement, requires(one.name) or []):
                if not each.marker or any(each.marker.evaluate({"extra": extra}) for extra in key[1]):
                    left.append(each)
    return {name for name, _ in seen}


@pytest.mark.parametrize("extras", [("book",), ("site", "test")], ids="-".join)
def test_every_range_has_its_version(extras):
    versions = READERS if extras == ("book",) else ALL
    for place in PLACES:
        exact = {pin.name: str(pin.specifier).removeprefix("==") for pin in at(place, versions)}
        for requirement in at(place, wanted(*extras)):
            assert requirement.name in exact, "run make lock"
            assert exact[requirement.name] in requirement.specifier, "run make lock"


def test_versions_are_exact_and_the_same_in_both_files():
    assert [str(pin) for pin in ALL if not re.fullmatch(r"==[\w.]+", str(pin.specifier))] == []
    for place in PLACES:
        readers = {pin.name: pin.specifier for pin in at(place, READERS)}
        assert [str(pin) for pin in at(place, ALL) if pin.specifier != readers.get(pin.name, pin.specifier)] == []


def test_readers_install_what_the_pages_need():
    """What the website and the tests need stays out of a reader's environment, and of Binder."""
    here = {canonicalize_name(pin.name) for pin in READERS if not pin.marker or pin.marker.evaluate()}
    assert here == closure(wanted("book"))


def test_where_tensorflow_is_missing():
    """It is required exactly where it exists, and only there is its absence an error in CI."""
    (tensorflow,) = (package for package in missing.PACKAGES if package.name == "tensorflow")
    asked = [each for each in wanted("book") if each.name.startswith("tensorflow")]
    for place in PLACES:
        exists = tuple(map(int, place["python_version"].split("."))) < tensorflow.missing_from
        assert len(at(place, asked)) == exists
        assert sum(pin.name.startswith("tensorflow") for pin in at(place, READERS)) == exists
    complete = f"(3, 11) <= sys.version_info < {tensorflow.missing_from})"
    assert complete in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_each_file_holds_more_than_versions_only_where_it_has_to():
    """The package itself for readers, and the readers' versions for everybody else."""
    for name, line in (("requirements.txt", "-e ."), ("requirements-dev.txt", "-r requirements.txt")):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert [each for each in lines if each.startswith("-")] == [line]
