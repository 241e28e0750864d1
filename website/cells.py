"""What a page's script has to know of its cells: which run in the page, which cannot, and which are exercises.

What runs Python in a page is packed by ``python -m website.python``. Where that was not done, the site has none.
"""

import json
import os
import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from nbformat import NotebookNode
from sphinx.application import Sphinx

from lossbook import course
from lossbook.exercises import Choose, Exercise, FindNumber
from tools import notebooks, pages, written
from website import exercises, layout
from website.python import packs, runnable

FOLDER = "_static/python"
HELP = "chapters/reference/python-in-the-page"
MISSING = "The website has no Python in its pages: `make python`, once, gets what runs it."


@lru_cache(maxsize=1)
def index(output: Path) -> dict | None:
    """Return the index of the packs in the folder of a build; None where there are none."""
    file = packed(output) / "index.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def packed(output: Path) -> Path:
    """Return the folder with the packs for the site that is built into a folder."""
    return output.parent / "python"


def about(nb: NotebookNode, page: str) -> dict:
    """Return which cells of a page run, in the order in which they stand on it, and of which form its exercises are."""
    lacks = runnable.reasons(nb)
    ahead = runnable.packs(page)
    shown = [cell for cell in nb.cells if not set(notebooks.tags(cell)) & set(written.ELSEWHERE)]
    return {
        "name": page,
        "cells": [_kind(cell, lacks[cell.id], ahead) for cell in shown if cell.cell_type == "code"],
        "exercises": {name: _form(exercise) for name, exercise in course.exercises(page).items()},
    }


def _kind(cell: NotebookNode, lacks: list[str], ahead: dict[str, list[str]]) -> list:
    tags = set(notebooks.tags(cell))
    if tags & {"exercise", "quiz"}:
        return []
    if "starter" in tags:
        return ["starter", ahead.get(cell.id, [])]
    return ["needs", " and ".join(lacks)] if lacks else ["runs", ahead.get(cell.id, [])]


def _form(exercise: Exercise) -> str | list[list[str]]:
    """Return the form of an exercise: "code", "number", or what there is to choose from."""
    if isinstance(exercise, Choose):
        return [list(each) for each in (exercise.options, exercise.reasons) if each]
    return "number" if isinstance(exercise, FindNumber) else "code"


def add_context(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give the template of a page with cells what its script asks for."""
    path = Path(app.env.doc2path(pagename, base=True)) if pagename in app.env.found_docs else Path()
    if path.suffix != ".ipynb":
        return
    nb = notebooks.read(path)
    told = about(nb, pages.name(path))
    if not any(told["cells"]):
        return
    told |= _addresses(context["pathto"], told, index(Path(app.outdir)))
    context["cells"] = json.dumps(told, separators=(",", ":")).replace("</", "<\\/")
    context["cells_script"] = layout.versioned(context["pathto"], "cells.js")


def _addresses(pathto: Callable[..., str], page: dict, found: dict | None) -> dict:
    """Return from where a page gets its scripts; those that run Python only where there is Python."""
    told = {"demos": layout.versioned(pathto, "explorable.js")}
    if declared := exercises.address(page["name"]):
        told |= {"declared": pathto(declared, 1), "checker": layout.versioned(pathto, "numbers.js")}
    if found:
        root = pathto(FOLDER, 1)
        runtime = f"{root}/{found['runtime']}"
        first = next((kind[1] for kind in page["cells"] if kind[:1] == ["runs"]), [])
        loaded = sum(found["packs"][name]["bytes"] for name in [*packs.first(found), *first])
        told |= {"help": pathto(HELP), "root": f"{root}/", "size": round(loaded / 1e6, 1)}
        told |= {"script": f"{runtime}/page.js", "editor": f"{runtime}/editor.js", "markdown": f"{runtime}/markdown.js"}
    return told


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Put the packs into the finished site, as links to the same files where the system has them."""
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    if index(Path(app.outdir)) is None:
        print(MISSING)
    else:
        shutil.copytree(packed(Path(app.outdir)), target, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_context, priority=900)
    app.connect("build-finished", copy, priority=900)
