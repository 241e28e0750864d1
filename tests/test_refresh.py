"""`make refresh` runs what may have changed, and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from reference.errata import page as errata
from tools import notebooks, pages
from tools.record import Record
from tools.refresh import causes_of, refresh
from tools.repository import ROOT

# Each run leaves a mark in the file `runs`.
CODE = """\
from course.direct import doubled

print(doubled(), file=open("runs", "a"))
doubled()"""
MODULES = {
    "__init__.py": "",
    "direct.py": "def doubled():\n    from course.indirect import value\n    return 2 * value()\n",
    "indirect.py": (
        "from pathlib import Path\n\n\ndef value():\n"
        "    return int(Path(__file__).with_name('value.txt').read_text())\n"
    ),
    "value.txt": "21",
    "unrelated.py": "",
}


class Project:
    """A small project: one page, and the modules that it imports."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.page = root / "page.ipynb"

    def refresh(self, **options) -> bool:
        return refresh(self.page, Record(self.root / "_build" / "refresh.json"), root=self.root, **options)

    @property
    def runs(self) -> list[str]:
        return (self.root / "runs").read_text().split()

    def edit(self, change) -> None:
        nb = notebooks.read(self.page)
        change(nb)
        nbformat.write(nb, self.page)

    @property
    def shown(self) -> str:
        return notebooks.read(self.page).cells[1].outputs[0].data["text/plain"]


@pytest.fixture(scope="module")
def once(tmp_path_factory) -> Path:
    """The project after its page has been run for the first time."""
    root = tmp_path_factory.mktemp("project")
    (root / "requirements.txt").write_text("numpy==2.0.0\n")
    (root / "course").mkdir()
    for name, text in MODULES.items():
        (root / "course" / name).write_text(text)
    nbformat.write(new_notebook(cells=[new_markdown_cell("# A page"), new_code_cell(CODE)]), root / "page.ipynb")
    assert Project(root).refresh()
    return root


@pytest.fixture
def project(once, tmp_path) -> Project:
    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    return Project(tmp_path)


def test_the_first_time_a_page_is_run(project):
    assert project.runs == ["42"]
    assert project.shown == "42"


def test_what_has_not_changed_is_not_run_again(project, capsys):
    before = project.page.stat().st_mtime_ns
    assert project.refresh()
    assert project.runs == ["42"]
    assert project.page.stat().st_mtime_ns == before
    assert capsys.readouterr().out == "page.ipynb: up to date\n"


def test_a_page_that_does_not_exist_yet_is_started(project, capsys):
    project.page.unlink()
    assert project.refresh()
    assert notebooks.read(project.page).cells == []
    assert capsys.readouterr().out == "page.ipynb: started\n"


def test_but_it_is_if_somebody_asks(project, capsys):
    assert project.refresh(why="asked for")
    assert project.runs == ["42", "42"]
    assert capsys.readouterr().out.startswith("page.ipynb is run (asked for): ")


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("course/direct.py", "def doubled():\n    return 5\n", "5"),
        ("course/indirect.py", "def value():\n    return 3\n", "6"),
        ("course/value.txt", "4", "8"),
        ("course/__init__.py", "# changed", "42"),
        ("requirements.txt", "numpy==2.1.0\n", "42"),
    ],
)
def test_a_page_is_run_when_what_it_follows_from_changes(project, capsys, name, text, shown):
    (project.root / name).write_text(text)
    assert project.refresh()
    assert project.runs == ["42", shown]
    assert project.shown == shown
    assert capsys.readouterr().out.startswith(f"page.ipynb is run (changed: {name}")
    assert project.refresh()
    assert project.runs == ["42", shown]


def test_a_module_that_it_does_not_import_may_change(project):
    (project.root / "course/unrelated.py").write_text("x = 1\n")
    (project.root / "course/new.py").write_text("x = 1\n")
    assert project.refresh()
    assert project.runs == ["42"]


def test_a_page_is_run_when_its_code_changes(project, capsys):
    def change(nb):
        nb.cells[1].source += " + 1"

    project.edit(change)
    assert project.refresh()
    assert project.shown == "43"
    assert capsys.readouterr().out.startswith("page.ipynb is run (changed: its code): ")


def test_a_page_is_run_when_it_was_saved_with_other_outputs(project, capsys):
    def change(nb):
        nb.cells[1].outputs = [new_output("execute_result", {"text/plain": "41"}, execution_count=7)]

    project.edit(change)
    assert project.refresh()
    assert project.shown == "42"
    assert capsys.readouterr().out.startswith("page.ipynb is run (changed: its outputs): ")


def test_prose_is_stored_in_normal_form_without_a_run(project):
    def change(nb):
        nb.cells[0].source = "# A better page\n\n"
        nb.cells[1].execution_count = 7
        nb.metadata.kernelspec = {"name": "other", "display_name": "Other"}

    project.edit(change)
    assert project.refresh()
    assert project.runs == ["42"]
    stored = notebooks.read(project.page)
    assert stored.cells[0].source == "# A better page"
    assert project.page.read_text(encoding="utf-8") == notebooks.dumps(notebooks.normalize(stored))


@pytest.mark.parametrize(("line", "said"), [("1 / 0", "ZeroDivisionError"), ("1 +", "SyntaxError")])
def test_a_page_that_fails_is_left_as_it_is(project, capsys, line, said):
    def change(nb):
        nb.cells[1].source += f"\n{line}"

    project.edit(change)
    before = project.page.read_bytes()
    for _ in range(2):
        assert not project.refresh()
        assert project.page.read_bytes() == before
        out = capsys.readouterr().out
        assert out.startswith("page.ipynb is run (changed: its code")
        assert "): failed, and its file is unchanged\n" in out
        assert said in out


def test_a_page_does_not_follow_from_what_others_say_of_themselves():
    path = ROOT / "chapters" / "regression" / "quantiles.ipynb"
    course = {Path(name) for name in causes_of(notebooks.read(path), path.parent, ROOT) if "/course/" in name}
    folder = Path("lossbook/course/regression/quantiles")
    assert course == {folder / "demos.py", folder / "exercises.py"}


def test_an_interrupted_write_leaves_the_record_whole(tmp_path):
    record = Record(tmp_path / "refresh.json")
    record.store("result", {"cause": "1"}, {"E01": "text"})
    with pytest.raises(TypeError):
        record.store("other", {"cause": "1"}, object())
    again = Record(record.file)
    assert again.why("result", {"cause": "1"}) == ""
    assert again.result("result") == {"E01": "text"}


def test_reasons(tmp_path):
    record = Record(tmp_path / "refresh.json")
    assert record.why("result", {}) == "no run is on record"
    record.store("result", {"a": "1", "b": "1", "c": "1"})
    assert record.why("result", {"a": "1", "b": "2", "c": "1"}) == "changed: b"
    assert record.why("result", {"a": "1", "b": "1"}) == "changed: c"
    assert record.why("result", {name: "2" for name in "abcde"}) == "changed: a, b, c and 2 more"


# Python, as if some packages were not installed.
HIDDEN = """\
import sys
from importlib.machinery import PathFinder


class Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, *arguments):
        return None if name in ("keras", "tensorflow", "torch") else super().find_spec(name, *arguments)


sys.meta_path[sys.meta_path.index(PathFinder)] = Hiding
"""


# Records everything as up to date, except for the page that runs fastest and a module of the errata without Keras: to
# run everything would take minutes, and other tests compare what is stored with what a run gives.
RECORD = """\
import ast
import re

from reference import errata
from reference.errata import page
from tools import notebooks, pages, record, refresh, written

kept = record.Record()
for path in pages.notebooks():
    if pages.name(path) != "welcome":
        nb = written.stored(notebooks.read(path), pages.name(path))
        kept.store(path.relative_to(record.ROOT).as_posix(), refresh.causes_of(nb, path.parent, record.ROOT))
measured = re.findall(r"^### (E\\d+): .*?^- \\*\\*Measured:\\*\\* (.*?)$", page.PATH.read_text(), re.M | re.S)
for module, members in errata.modules().items():
    if module.__name__ != "reference.errata.descent":
        causes = record.causes(ast.parse(f"import {module.__name__}"), record.ROOT)
        kept.store(module.__name__, causes, {each.id: dict(measured)[each.id] for each in members})
"""


class Book:
    """A copy of the project, of whose pages only the welcome page has to be run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        leave = shutil.ignore_patterns("__pycache__", "js", ".*")
        for name in ("chapters", "lossbook", "reference", "tools"):
            shutil.copytree(ROOT / name, root / name, ignore=leave)
        for name in ("CITATION.cff", "_toc.yml", "requirements.txt"):
            shutil.copy(ROOT / name, root)
        (root / "hidden").mkdir()
        (root / "hidden" / "sitecustomize.py").write_text(HIDDEN)
        assert self.python("-c", RECORD) == (0, [])

    def touch(self, *names: str) -> None:
        """Change modules of the errata, but not what they measure."""
        for name in names:
            with (self.root / "reference" / "errata" / f"{name}.py").open("a", encoding="utf-8") as file:
                file.write("# changed\n")

    def refresh(self, *arguments: str, hidden: bool) -> tuple[int, list[str]]:
        """Return the exit code and the lines of ``make refresh``, where Keras and PyTorch may be missing."""
        return self.python("-m", "tools.refresh", *arguments, hidden=hidden)

    def python(self, *arguments: str, hidden: bool = False) -> tuple[int, list[str]]:
        folders = [self.root / "hidden", self.root] if hidden else [self.root]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=self.root, env=environment, stdout=subprocess.PIPE, text=True)
        return done.returncode, done.stdout.splitlines()


@pytest.mark.keras
def test_the_whole_book(tmp_path):
    book = Book(tmp_path)
    page = tmp_path / errata.PATH.relative_to(ROOT)
    quantiles = tmp_path / "chapters/regression/quantiles.ipynb"
    measured = page.read_text(encoding="utf-8")
    page.write_text("gone\n")
    code, said = book.refresh(hidden=False)
    assert code == 0
    assert said[0].startswith("chapters/welcome.ipynb is run (no run is on record): ")
    assert [line for line in said if "is measured" in line] == [
        "reference.errata.descent is measured (no run is on record)"
    ]
    assert "chapters/reference/losses is drawn (no run is on record)" in said
    assert page.read_text(encoding="utf-8") == measured

    # Nothing is run: Keras is not even imported.
    code, said = book.refresh(hidden=True)
    assert code == 0
    names = [f"chapters/{pages.name(path)}.ipynb" for path in pages.notebooks()]
    assert said == [f"{name}: up to date" for name in (*names, "reference.errata", "chapters/reference/losses")]

    # Titles and prose are shown without a run; one module of the errata is measured without the others.
    nb = notebooks.read(quantiles)
    heading = next(cell for cell in nb.cells if cell.source.startswith("## In Keras"))
    heading.source = heading.source.replace("## In Keras", "## In KERAS")
    notebooks.write(nb, quantiles)
    about = tmp_path / "lossbook/course/regression/quantiles/__init__.py"
    about.write_text(about.read_text(encoding="utf-8").replace("a range", "the range"), encoding="utf-8")
    book.touch("descent")
    code, said = book.refresh(hidden=True)
    assert code == 0
    assert [line for line in said if not line.endswith(": up to date")] == [
        "reference.errata.descent is measured (changed: reference/errata/descent.py)"
    ]
    assert notebooks.read(quantiles).cells[0].source == "# Quantiles and expectiles: predicting the range"
    assert page.read_text(encoding="utf-8") == measured.replace(
        "[In Keras](../regression/q", "[In KERAS](../regression/q"
    )

    # What needs Keras is named, and left as it is.
    book.touch("callbacks", "frameworks")
    shutil.copy(ROOT / quantiles.relative_to(tmp_path), quantiles)
    kept = page.read_bytes(), quantiles.read_bytes()
    code, said = book.refresh("regression/quantiles", hidden=True)
    assert code == 2
    reason = "TensorFlow, on which Keras runs here, is not installed: it exists for Python 3.11 to 3.13"
    assert said[:2] == [
        f"chapters/regression/quantiles.ipynb cannot be run (asked for), and its file is unchanged: {reason}",
        f"the evidence in callbacks, frameworks cannot be measured, and errata.md is unchanged: {reason}",
    ]
    assert (page.read_bytes(), quantiles.read_bytes()) == kept
