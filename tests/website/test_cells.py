"""What the pages tell their script of their cells, and the policy under which all scripts of the site run."""

import base64
import hashlib
import json
import re

import pytest
from bs4 import BeautifulSoup

from lossbook import course
from lossbook.exercises import Choose, FindNumber, WriteFunction
from tools import notebooks, pages
from website import cells

NOTEBOOKS = [page for page in course.pages() if pages.find(page).suffix == ".ipynb"]


@pytest.fixture(scope="module")
def read(html):
    def parsed(page: str) -> BeautifulSoup:
        return BeautifulSoup((html / pages.address(pages.find(page))).read_text(encoding="utf-8"), "html.parser")

    return parsed


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_each_cell_is_told_in_its_place(read, packed, page):
    site = read(page)
    told = json.loads(site.find(id="cells").string)
    shown = site.select(".bd-article .cell")
    assert len(told["cells"]) == len(shown)
    by_code = {cell.source.strip(): cell for cell in notebooks.read(pages.find(page)).cells}
    for kind, cell in zip(told["cells"], shown, strict=True):
        code = cell.select_one(".cell_input pre").get_text().strip()
        tags = notebooks.tags(by_code[code])
        needs = re.search(r"\b(keras|torch|ipywidgets)\b", code)
        assert (kind[:1] == ["starter"]) == ("starter" in tags), code
        assert (kind == []) == bool({"exercise", "quiz"} & set(tags)), code
        assert not needs or kind[0] == "needs", code
    exercises = {name: form for name, form in told["exercises"].items()}
    kinds = {WriteFunction: "code", FindNumber: "number"}
    for name, exercise in course.exercises(page).items():
        if isinstance(exercise, Choose):
            assert exercises[name] == [list(each) for each in (exercise.options, exercise.reasons) if each]
        else:
            assert exercises[name] == kinds[type(exercise)]


def test_everything_that_a_page_names_is_there(read, html, packed):
    told = json.loads(read("regression/quantiles").find(id="cells").string)
    folder = html / "chapters" / "regression"
    for name in ("demos", "declared", "checker", "root", "help", "script", "editor", "markdown"):
        assert (folder / told[name].partition("?")[0]).exists(), name
    index = json.loads((html / cells.FOLDER / "index.json").read_text(encoding="utf-8"))
    for pack in index["packs"].values():
        assert (html / cells.FOLDER / pack["file"]).stat().st_size == pack["bytes"]


def test_without_packs_a_page_is_told_of_no_python():
    told = cells._addresses(lambda name, resource=0: name, {"name": "regression/quantiles"}, None)
    assert sorted(told) == ["checker", "declared", "demos"]


def test_every_page_runs_under_the_policy(html):
    for path in sorted(html.rglob("*.html")):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        if path == html / "index.html":  # only leads to the first page
            continue
        policy = page.select_one('meta[http-equiv="Content-Security-Policy"]')["content"]
        assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert "unsafe-inline" not in rules["script-src"]
        for script in page.select("script:not([src], [type='application/json'])"):
            digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in rules["script-src"], path
        handlers = [name for each in page.find_all(True) for name in each.attrs if name.startswith("on")]
        assert handlers == [], path
        outside = [each["src"] for each in page.select("[src]") if re.match(r"(https?:)?//", each["src"])]
        assert outside == [], path
