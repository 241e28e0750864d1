"""What the engine imports: no module in a circle, and widgets only once one is asked for."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

import lossbook.explorable

MODULES = {path.stem: path for path in sorted(Path(lossbook.explorable.__path__[0]).glob("*.py"))}
ENGINE = "lossbook.explorable."


def imported(path):
    """Every name that a module imports, anywhere in it, and for type checkers alone as well; each ends in a dot."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (f"{each.name}." for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by a relative path"
            yield from (f"{node.module}.{each.name}." for each in node.names)


def test_no_modules_import_in_a_circle():
    """Types count too: a module can be read after those that it imports."""
    graph = {}
    for module, path in MODULES.items():
        parts = [name.removeprefix(ENGINE).partition(".")[0] for name in imported(path) if name.startswith(ENGINE)]
        # What is no module comes from the package itself.
        graph[module] = {part if part in MODULES else "__init__" for part in parts}
    assert list(graphlib.TopologicalSorter(graph).static_order())[-1] == "__init__"


def test_what_reads_stored_demos_needs_neither_widgets_nor_matplotlib():
    code = (
        "import sys\n"
        "for name in ('anywidget', 'ipywidgets', 'matplotlib', 'traitlets'): sys.modules[name] = None\n"
        "from lossbook.explorable import MIME, Slider\n"
        "print(MIME)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "application/vnd.lossbook.explorable+json\n"


def test_an_unknown_name_is_refused_as_by_any_module():
    with pytest.raises(ImportError, match="cannot import name 'explore'"):
        from lossbook.explorable import explore  # noqa: F401
