"""What code follows from is found in its text: modules, those that these import, and data files beside them."""

import ast

import pytest

from tools.imports import imported, parse, trace

FILES = {
    "course/__init__.py": "",
    "course/direct.py": "def f():\n    from course import late\n",
    "course/late.py": "import course.inner.last, numpy.linalg",
    "course/inner/__init__.py": "from ..sibling import VALUE",
    "course/inner/last.py": "from .data import *\n",
    "course/inner/data.py": "from pathlib import Path\n\nROWS = Path(__file__).with_name('rows.csv').read_text()\n",
    "course/inner/rows.csv": "1,2",
    "course/sibling.py": "from pathlib import Path\n\nVALUE = Path(__file__).parent / 'tables' / 'one.json'\n",
    "course/tables/one.json": "1",
    "course/tables/two.json": "2",
    "course/unrelated.py": "import torch",
    "loose/script.py": "",
    "loose/named.py": "import loose.again\n\nNAME = 'again.py'",
    "loose/again.py": "import loose.script",
    "page/words.txt": "words",
}


@pytest.fixture
def root(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def files(source: str, root) -> set[str]:
    found, _ = trace(parse(source), root / "page", root)
    return {path.relative_to(root).as_posix() for path in found}


INNER = {"course/__init__.py", "course/inner/__init__.py", "course/sibling.py", "course/tables/one.json"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import math, numpy.linalg", set()),
        ("import course", {"course/__init__.py"}),
        ("from course import unrelated", {"course/__init__.py", "course/unrelated.py"}),
        ("import course.unrelated as other", {"course/__init__.py", "course/unrelated.py"}),
        ("from course.unrelated import name", {"course/__init__.py", "course/unrelated.py"}),
        ("if True:\n    import course", {"course/__init__.py"}),
        ("%matplotlib inline\n!pip list\nimport course", {"course/__init__.py"}),
        ("import loose.script", {"loose/script.py"}),
        ("import loose.named", {f"loose/{name}.py" for name in ("named", "again", "script")}),
        ("import course.inner", INNER),
        ("import course.inner.last", INNER | {f"course/inner/{name}" for name in ("last.py", "data.py", "rows.csv")}),
        ("from course import nothing", {"course/__init__.py"}),
        ("from . import course", set()),
    ],
)
def test_modules(root, source, expected):
    assert files(source, root) == expected


def test_imports_of_imports_in_functions(root):
    assert files("from course.direct import f", root) == (
        INNER
        | {f"course/{name}.py" for name in ("direct", "late")}
        | {f"course/inner/{name}" for name in ("last.py", "data.py", "rows.csv")}
    )


def test_what_they_import_from_elsewhere(root):
    _, names = trace(parse("import course.direct"), root, root)
    assert {"numpy.linalg", "course.inner.data.*", "course.sibling.VALUE"} <= names
    assert "torch" not in names
    _, names = trace(parse("import course.unrelated"), root, root)
    assert "torch" in names


@pytest.mark.parametrize("source", ["open('words.txt')", "open(f'{folder}/words.txt', *['words.txt'])"])
def test_data_files_of_a_page(root, source):
    assert files(source, root) == {"page/words.txt"}


def test_data_files_elsewhere_are_none_of_the_project(root):
    (root / "page" / "project").mkdir()
    found, _ = trace(parse("open('../words.txt'), open('/etc/hosts.conf')"), root / "page/project", root / "page")
    assert found == {root / "page/words.txt"}
    found, _ = trace(parse("open('../words.txt')"), root / "page/project", root / "page/project")
    assert found == set()


def test_a_module_that_changes_is_read_again(root):
    assert files("import course.unrelated", root) == {"course/__init__.py", "course/unrelated.py"}
    (root / "course/unrelated.py").write_text("import loose.script", encoding="utf-8")
    assert "loose/script.py" in files("import course.unrelated", root)


def test_names():
    code = ast.parse("import a.b, c as d\nfrom e.f import g, h as i\nfrom .j import k\nfrom .. import l")
    assert list(imported(code, "package.inner")) == ["a.b", "c", "e.f.g", "e.f.h", "package.inner.j.k", "package.l"]
    assert list(imported(code)) == ["a.b", "c", "e.f.g", "e.f.h"]
