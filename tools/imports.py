"""Which files of the project a piece of code follows from, read from its text.

Nothing is run. So a module is not seen whose name is put together at run time, nor a data file that is not beside the
code that names it.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

from tools.repository import ROOT


def parse(source: str) -> ast.Module:
    """Parse a notebook's cell; magic lines are left out."""
    return ast.parse(re.sub(r"^(\s*)[%!].*", r"\1pass", source, flags=re.M))


def imported(code: ast.AST, package: str = "") -> Iterator[str]:
    """Yield the dotted names that code in a package imports, those in functions too: ``from a import b`` is ``a.b``."""
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (package or not node.level):  # a cell is in no package
            module = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def trace(code: ast.AST, folder: Path, root: Path = ROOT) -> tuple[set[Path], set[str]]:
    """Return the project's files that code in a folder follows from, and the dotted names that it and they import.

    The files are the modules that it imports, the modules that those import and so on, and the data files that any of
    them names by the path from its own folder.
    """
    modules: set[Path] = set()
    data, names = _data(_strings(code), folder), set(imported(code))
    left = list(names)
    while left:
        for path in _modules(left.pop(), root) - modules:
            found, strings = _read(path.read_text(encoding="utf-8"), ".".join(path.parent.relative_to(root).parts))
            modules.add(path)
            data |= _data(strings, path.parent)
            names |= found
            left += found
    return modules | {path.resolve() for path in data if path.resolve().is_relative_to(root)}, names


@cache
def _read(source: str, package: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a module imports, and its strings."""
    code = ast.parse(source)
    return frozenset(imported(code, package)), frozenset(_strings(code))


def _modules(name: str, root: Path) -> set[Path]:
    """Return the project's modules that the import of a dotted name runs: the packages on the way, and the last one."""
    found, path = set(), root
    for part in name.split("."):
        path = path / part
        found |= {each for each in (path / "__init__.py", path.with_name(f"{part}.py")) if each.is_file()}
        if not path.is_dir():
            break
    return found


def _strings(code: ast.AST) -> set[str]:
    """Return the strings that may be paths, and what such strings joined by ``/`` make."""
    return {text for node in ast.walk(code) if (text := _spelled(node)) and re.fullmatch(r"[\w./ -]{1,200}\.\w+", text)}


def _spelled(node: ast.AST) -> str:
    """Return a string, or the strings at the end of ``... / "folder" / "file.csv"`` as one path; else nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and (last := _spelled(node.right)):
        return "/".join(filter(None, (_spelled(node.left), last)))
    return ""


def _data(strings: set[str] | frozenset[str], folder: Path) -> set[Path]:
    return {path for text in strings if (path := folder / text).is_file()}
