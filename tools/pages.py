"""Which pages the book has: the ones that ``_toc.yml`` lists, in its order."""

from functools import cache
from pathlib import Path

import yaml

from lossbook import course
from reference import about as reference
from tools.repository import ROOT


def _entries(node: dict):
    if "root" in node:
        yield node["root"]
    if "file" in node:
        yield node["file"]
    for key in ("parts", "chapters", "sections"):
        for child in node.get(key, []):
            yield from _entries(child)


@cache
def documents() -> tuple[Path, ...]:
    """Return every page of the book; the ones without a notebook are Markdown."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    paths = []
    for entry in _entries(toc):
        as_markdown = ROOT / f"{entry}.md"
        paths.append(as_markdown if as_markdown.exists() else ROOT / f"{entry}.ipynb")
    return tuple(paths)


def notebooks() -> list[Path]:
    """Return the pages that are notebooks."""
    return [path for path in documents() if path.suffix == ".ipynb"]


def name(path: Path) -> str:
    """Return a page's short name, such as ``regression/quantiles``."""
    return path.resolve().relative_to(ROOT / "chapters").with_suffix("").as_posix()


def address(path: Path) -> str:
    """Return the address of a page on the site, such as ``chapters/regression/quantiles.html``."""
    return path.relative_to(ROOT).with_suffix(".html").as_posix()


def about(path: Path) -> course.About | reference.About:
    """Return what a page says of itself."""
    return course.about(name(path)) if path.suffix == ".ipynb" else reference.PAGES[name(path)]


def find(page: str) -> Path:
    """Return the path of a page given as a path or as ``chapter/page``."""
    for path in (Path(page), ROOT / page, ROOT / "chapters" / f"{page}.ipynb"):
        if path.resolve() in documents():
            return path.resolve()
    raise FileNotFoundError(f"no such page: {page}; _toc.yml lists those that there are and that are to be")


def write_order() -> None:
    """Write down the order of the pages for the package, which does not contain ``_toc.yml``."""
    course.ORDER.write_text("".join(f"{name(path)}\n" for path in notebooks()), encoding="utf-8", newline="\n")
