"""Imports in the package run one way: the course, then engines and losses, then the core."""

import ast

import pytest

from tools.imports import imported
from tools.repository import ROOT

PACKAGE = ROOT / "lossbook"
OURS = {path.name for path in ROOT.iterdir() if path.is_dir()}

CORE = {"core", "numerics", "extras", "datasets", "plots"}
LOSSES = {"classification", "detection", "embedding", "multitask", "probabilistic", "regression"}
LOSSES |= {"segmentation", "sequence"}
ENGINES = {"exercises", "explorable", "laboratory"}

# What each part of the package may import besides itself. A name imported from `lossbook` itself counts as `__init__`.
ALLOWED = {
    "core": {"numerics"},
    **{part: set() for part in ("numerics", "extras")},
    "datasets": {"extras"},
    "scoring": {"core"},
    "plots": {"extras", "scoring"},
    **dict.fromkeys(LOSSES, LOSSES | {"core", "numerics"}),
    "checking": {"core"},
    "optimization": LOSSES | {"core"},
    "tables": LOSSES | {"core", "extras"},
    "__init__": LOSSES | {"core", "checking"},
    "exercises": set(),
    "explorable": {"plots", "extras"},
    "laboratory": {"plots", "explorable", "extras"},
    "frameworks": LOSSES | {"core", "numerics", "extras"},
    "explore": LOSSES | {"core", "checking", "plots", "explorable"},
    "course": LOSSES | CORE | ENGINES | {"checking", "scoring", "optimization", "tables", "explore", "__init__"},
}
# Imported by name, when all exercises are asked for.
LATE = {("exercises", "course")}


def part(module):
    """The part of the package that a module belongs to; nothing for a module of another package."""
    names = module.split(".")
    if names[0] != "lossbook":
        return None
    known = len(names) > 1 and ((PACKAGE / names[1]).is_dir() or (PACKAGE / f"{names[1]}.py").is_file())
    return names[1] if known else "__init__"


def imports(path):
    """Every module that a file imports, anywhere in it, and those that it loads by a name it spells out."""
    code = ast.parse(path.read_text(encoding="utf-8"))
    yield from imported(code, ".".join(path.parent.relative_to(ROOT).parts))
    for node in ast.walk(code):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            yield from (each.value for each in node.args if isinstance(each, ast.Constant))


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_part_has_its_place():
    assert {part(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in FILES} == set(ALLOWED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_run_one_way(path):
    here = part(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = {part(module) for module in imports(path)} - {None, here}
    assert {other for other in found - ALLOWED[here] if (here, other) not in LATE} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_package_needs_nothing_of_the_repository_around_it(path):
    assert {module.split(".")[0] for module in imports(path)} & OURS - {"lossbook"} == set()
