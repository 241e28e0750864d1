"""The cells that are written from the package: a page's title, front block and setup, its exercises and its quiz.

Where the address of the website is known, a link to the page on it stands before the setup, for those who read the
notebook where nothing can be run.

For an exercise, an author writes the task and, below it, a code cell tagged ``exercise`` that names the exercise, such
as ``exercises.bakery``. This cell becomes the check; a cell with the starter is put above it, and one with hints and
solution below. A code cell tagged ``quiz`` shows the quiz.
"""

import ast
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from lossbook import course
from lossbook.exercises import Exercise
from tools.notebooks import normalize, tags

OPENING = ("title", "front-block", "live", "setup")
ELSEWHERE = ("live", "setup")
"""What the website leaves out."""
AROUND = ("starter", "solution")
TAGS = {*OPENING, *AROUND, "exercise", "quiz"}

_SETUP = """\
# On Colab, this {does} lossbook, the package of the course.
# Elsewhere it only keeps TensorFlow quiet.
import importlib.util
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
if "google.colab" in sys.modules and importlib.util.find_spec("lossbook") is None:
    {then}"""

# What Colab lacks is named. The repository's default branch is installed, and not the one that is checked out where the
# pages are refreshed: a reader would look for it in vain once it is merged.
_INSTALL = '%pip install --quiet anywidget arch "lossbook @ git+{repository}"'
# Without an address nothing is installed: a bare name could be anybody's package.
_ASK = r"""raise ModuleNotFoundError(
        "This copy of the page does not know the repository of the course. Run\n"
        '    %pip install anywidget arch "lossbook @ git+ADDRESS"\n'
        "in a cell above, with https://github.com/... of the repository as ADDRESS."
    )"""

_LIVE = "[This page on the website]({site}chapters/{page}.html), where its demos move and exercises are checked."

_ADDRESS = re.compile(r'"lossbook @ git\+(https://github\.com/[\w.-]+/[\w.-]+)"')
_SITE = re.compile(r"\]\((https://[^\s()]*/)chapters/")


def setup_source(repository: str | None) -> str:
    """Return the text of a page's setup cell for a repository's address."""
    if repository:
        return _SETUP.format(does="installs", then=_INSTALL.format(repository=repository))
    return _SETUP.format(does="says how to install", then=_ASK)


def setup_address(nb: NotebookNode) -> str | None:
    """Return the address from which a notebook's setup cell installs the package, or None."""
    return _find(_ADDRESS, "setup", nb)


def _find(pattern: re.Pattern, tag: str, nb: NotebookNode) -> str | None:
    """Return the group of a pattern in the cell with a tag, or None."""
    found = (pattern.search(cell.source) for cell in nb.cells if tag in tags(cell))
    return next((match[1] for match in found if match), None)


def stored(nb: NotebookNode, page: str, repository: str | None = None, site: str | None = None) -> NotebookNode:
    """Return a page as it is stored: with its written cells up to date, and in normal form."""
    return normalize(NotebookNode({**nb, "cells": cells(nb, page, repository, site)}))


def cells(nb: NotebookNode, page: str, repository: str | None = None, site: str | None = None) -> list[NotebookNode]:
    """Return the cells of a page, with those that are written from the package up to date.

    The cells of the opening get the addresses of the repository and of the website or, without, those they had.

    Raises:
        ValueError: for a cell tagged ``exercise`` that names no exercise of the page, or ``quiz`` where there is none.
    """
    written = _opening(nb, page, repository or setup_address(nb), site or _find(_SITE, "live", nb))
    known = course.exercises(page)
    names_come_from = f"from {course.module(page)} import exercises\n\n"
    for number, cell in enumerate(nb.cells, start=1):
        if "exercise" in tags(cell):
            name = named(cell)
            if name not in known:
                raise ValueError(
                    f"cell {number}: tagged exercise, it has to name one as exercises.<name>, got {cell.source!r}; "
                    f"{page} has {', '.join(known) or 'none'}"
                )
            exercise = known[name]
            check = f"{names_come_from}exercises.{name}.check({exercise.answered})"
            written += [
                _code(exercise.starter, ["starter"]),
                _code(check, ["exercise"], cell.get("outputs", [])),
                _markdown(_folds(exercise), ["solution"]),
            ]
            names_come_from = ""
        elif "quiz" in tags(cell):
            if course.quiz(page) is None:
                raise ValueError(f"cell {number}: tagged quiz, and {course.module(page)}.exercises has no quiz")
            written.append(_code(f"{names_come_from}exercises.quiz", ["quiz", "hide-input"], cell.get("outputs", [])))
            names_come_from = ""
        elif not set(tags(cell)) & {*OPENING, *AROUND}:
            written.append(cell)
    return written


def _opening(nb: NotebookNode, page: str, repository: str | None, site: str | None) -> list[NotebookNode]:
    about = course.about(page)
    opening = [_markdown(f"# {about.title}", ["title"]), _markdown(about.front_block(), ["front-block"])]
    if any(cell.cell_type == "code" and not set(tags(cell)) & {"setup", "starter"} for cell in nb.cells):
        if site:
            opening.append(_markdown(_LIVE.format(site=site, page=page), ["live"]))
        opening.append(_code(setup_source(repository), ["setup"]))
    return opening


def named(cell: NotebookNode) -> str | None:
    """Return the name in the first ``exercises.<name>`` of a cell's code."""
    try:
        nodes = ast.walk(ast.parse(cell.source))
    except SyntaxError:
        return None
    return next(
        (
            node.attr
            for node in nodes
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "exercises"
        ),
        None,
    )


def _folds(exercise: Exercise) -> str:
    return "\n\n".join(
        f"<details>\n<summary>{title}</summary>\n\n{content}\n\n</details>"
        for title, content in exercise.folds().items()
    )


def _code(source: str, tags: list[str], outputs: list[NotebookNode] | None = None) -> NotebookNode:
    return new_code_cell(source, metadata={"tags": tags}, outputs=outputs or [])


def _markdown(source: str, tags: list[str]) -> NotebookNode:
    return new_markdown_cell(source, metadata={"tags": tags})
