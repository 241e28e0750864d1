"""What a page needs to check a number or a choice without Python: what these exercises declare, in a script a page."""

import hashlib
import json
import shutil
from functools import lru_cache
from pathlib import Path

from sphinx.application import Sphinx

from lossbook import course
from lossbook.exercises import Choose, FindNumber, Result
from lossbook.exercises.result import in_html
from website.mathematics import in_text

FOLDER = "_static/exercises"

# The block around the words of a result, by its status.
BLOCKS = {status: Result(status, "{words}")._repr_html_() for status in ("passed", "wrong", "open")}


def typeset(message: str) -> str:
    """Return what a check says as HTML, with its mathematics, which no script of a page would typeset."""
    return in_text(in_html(message))


def unanswered(exercise: FindNumber | Choose) -> str:
    """Return what a page says before there is an answer: its fields have no `...` that one could replace."""
    if isinstance(exercise, FindNumber):
        return "Type a number, such as `0.25` or `1/4`."
    return f"Choose an option{' and a reason' if exercise.reasons else ''}."


def declare(exercise: FindNumber | Choose) -> dict:
    """Return what the check of a page needs of an exercise."""
    declared = exercise.declared(typeset)
    (declared["sentences"] if isinstance(exercise, FindNumber) else declared)["open"] = typeset(unanswered(exercise))
    return declared


@lru_cache
def script(page: str) -> str:
    """Return the script with what the exercises of a page declare; nothing where Python has to check all.

    ``static/numbers.js`` reads what it leaves. Either of the two may be loaded first.
    """
    declared = {
        name: declare(each) for name, each in course.exercises(page).items() if isinstance(each, FindNumber | Choose)
    }
    return hand_over(declared) if declared else ""


def hand_over(declared: dict[str, dict]) -> str:
    """Return a script that hands over declarations by the names that the code of the page has for the exercises."""
    data = json.dumps({"declarations": declared, "blocks": BLOCKS}, ensure_ascii=False, separators=(",", ":"))
    return f"Object.assign(globalThis.lossbook ??= {{}}, {data});\n"


def address(page: str) -> str | None:
    """Return where on the site the script of a page is, such as "regression/quantiles", and None if it has none."""
    text = script(page)
    return f"{FOLDER}/{_name(page)}?v={hashlib.sha256(text.encode()).hexdigest()[:8]}" if text else None


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the scripts of all pages."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for page in course.pages():
        if script(page):
            (folder / _name(page)).write_text(script(page), encoding="utf-8")


def _name(page: str) -> str:
    return f"{page.replace('/', '-')}.js"


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write)
