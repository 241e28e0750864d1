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
from website import layout
from website.mathematics import in_text

FOLDER = "_static/exercises"
CHECKER = layout.STATIC / "numbers.js"

# The block around the words of a result, where the checking script puts these.
BLOCKS = {status: Result(status, "{words}")._repr_html_() for status in ("passed", "wrong", "open")}


def typeset(message: str) -> str:
    """Return what a check says as HTML, with its mathematics, which no script of a page would typeset."""
    return in_text(in_html(message))


@lru_cache
def script(page: str) -> str:
    """Return the script that hands over what the exercises of a page declare; nothing where Python has to check all."""
    declared = {
        each.name: each.declared(typeset)
        for each in course.exercises(page).values()
        if isinstance(each, FindNumber | Choose)
    }
    return f"lossbook.declared({_json(declared)},{_json(BLOCKS)});\n" if declared else ""


def address(page: str) -> str | None:
    """Return where on the site the script of a page is, such as "regression/quantiles", and None if it has none."""
    return _versioned(f"{FOLDER}/{_name(page)}", script(page)) if script(page) else None


def checker() -> str:
    """Return where on the site the script is that checks; a page loads it first, and then its own."""
    return _versioned(f"_static/{CHECKER.name}", CHECKER.read_text(encoding="utf-8"))


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


def _versioned(path: str, text: str) -> str:
    return f"{path}?v={hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _json(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write)
