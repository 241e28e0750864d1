"""The wheel: built, installed outside the checkout, imported and tried there with NumPy and SciPy alone."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import lossbook
from lossbook.exercises import exercises
from tools.repository import ROOT

# What `pip install lossbook` does not bring along, and which of the modules at the top cannot do without it.
HIDDEN = ["anywidget", "arch", "ipywidgets", "IPython", "keras", "matplotlib", "pandas", "sklearn", "tabulate", "torch"]
NEED_MORE = {"datasets", "plots", "tables"}

# Not as None in sys.modules, which SciPy takes for a module.
HIDE = f"""
import sys


class Hidden:
    def find_spec(name, path=None, target=None):
        if name in {HIDDEN}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Hidden)
"""


EXTENSION = ("remoteEntry.js", "explorable.js", "explorable.css")


def python(*arguments: str, **options) -> str:
    """Run this Python, and return what it prints."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def left_by_builds() -> list[str]:
    return [path.name for path in ROOT.iterdir() if path.name in ("build", "dist") or path.suffix == ".egg-info"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, before = tmp_path_factory.mktemp("wheel"), left_by_builds()
    python("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    assert left_by_builds() == before
    (built,) = folder.iterdir()
    return built


def test_it_holds_the_package_and_nothing_else(wheel):
    """Its modules, the built drawing module without its sources, the course's order and its runs, and py.typed."""
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
        licenses = [name for name in file.namelist() if name.endswith("licenses/LICENSE")]
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lossbook").rglob("*.py")}
    static = {f"lossbook/explorable/static/explorable.{kind}" for kind in ("css", "js")}
    others = {"lossbook/py.typed", "lossbook/course/order.txt"}
    runs = {path.with_suffix(".npz").as_posix() for path in map(Path, modules) if path.match("course/*/*/runs.py")}
    assert "lossbook/course/classification/laboratory/runs.npz" in runs
    extension = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    assert extension == {
        "share/jupyter/labextensions/lossbook/package.json",
        *(f"share/jupyter/labextensions/lossbook/static/{name}" for name in EXTENSION),
    }
    inside = {name for name in names if ".data/data/" not in name}
    assert inside == {name for name in modules if "/js/" not in name} | static | others | runs
    assert len(licenses) == 1


def test_it_is_of_the_version_that_the_package_says(wheel):
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M)[1]
    extension = json.loads((ROOT / "lossbook/explorable/labextension/package.json").read_text(encoding="utf-8"))
    assert lossbook.__version__ == cited == wheel.name.split("-")[1] == extension["version"]


def test_its_examples_run_outside_the_checkout(wheel, tmp_path):
    site = tmp_path / "site"
    python("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(site), str(wheel))
    (site / "sitecustomize.py").write_text(HIDE, encoding="utf-8")
    there = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}}
    where = python("-c", "import lossbook; print(lossbook.__file__)", **there)
    assert Path(where.strip()) == site / "lossbook" / "__init__.py"
    found = python("-c", "from lossbook.exercises import exercises; print(exercises()[-1].name)", **there)
    assert found.strip() == exercises()[-1].name
    modules = [path for path in (site / "lossbook").glob("*.py") if path.stem not in NEED_MORE]
    said = python("-m", "pytest", "-p", "no:cacheprovider", "--doctest-modules", *map(str, modules), **there)
    assert " passed" in said
    assert "skipped" not in said
