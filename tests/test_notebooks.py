"""The pages obey the rules of tools.lint, and the rules do catch what they are for."""

import builtins
import re
from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lossbook import course
from tools import lint, markdown, notebooks, pages, refresh, written
from tools.lint import Page
from tools.names import needed
from tools.repository import ROOT

ALT = "Two lines cross at zero; the steeper one is the squared error's."


@pytest.mark.per("page", "path")
@pytest.mark.parametrize("path", pages.notebooks(), ids=pages.name)
def test_page(path):
    assert path.is_file(), "_toc.yml lists a page that does not exist"
    assert lint.check(Page.read(path)) == []


def test_every_notebook_is_a_page():
    found = {path for path in (ROOT / "chapters").glob("*/*.ipynb") if not path.name.startswith(".")}
    assert found - set(pages.notebooks()) == set(), "_toc.yml does not list it"


def test_few_cells_go_without_comparison():
    assert lint.check_excused_share([Page.read(path) for path in pages.notebooks()]) == []


@pytest.mark.parametrize("path", [p for p in pages.documents() if p.suffix == ".md"], ids=pages.name)
def test_links_of_a_markdown_page(path):
    links = markdown.links(path.read_text(encoding="utf-8"))
    own = lint.anchors(path)
    problems = {link.target: lint.link_problem(path, own, link.target) for link in links}
    assert {target: problem for target, problem in problems.items() if problem} == {}


def test_every_page_has_a_description_of_its_own():
    found = {pages.name(path): pages.about(path).description for path in pages.documents()}
    assert {page: problems for page, text in found.items() if (problems := lint.description_problems(text))} == {}
    assert len(set(found.values())) == len(found)


def cell(source="", *tags, outputs=()):
    return new_code_cell(source, metadata={"tags": list(tags)}, outputs=list(outputs))


def text(source, *tags):
    return new_markdown_cell(source, metadata={"tags": list(tags)})


PICTURE = '<img src="data:image/svg+xml;base64,a+442/==">'


def stdout(content):
    return new_output("stream", name="stdout", text=content)


def figure(alt=None):
    metadata = {} if alt is None else {"image/png": {"alt": alt}}
    return new_output("display_data", {"image/png": "aGk=", "text/plain": "a figure"}, metadata=metadata)


def page(*cells):
    return Page(pages.documents()[0], new_notebook(cells=list(cells)))


QUANTILES = pages.find("regression/quantiles")


def changed(place=None, source=None, tags=None, drop=False):
    """Return a page with one of its cells changed: the first that has a tag."""
    nb = notebooks.read(QUANTILES)
    if place is not None:
        number = next(number for number, cell in enumerate(nb.cells) if place in notebooks.tags(cell))
        nb.cells[number].source = nb.cells[number].source if source is None else source
        nb.cells[number].metadata.tags = notebooks.tags(nb.cells[number]) if tags is None else tags
        nb.cells[number : number + 1] = [] if drop else [nb.cells[number]]
    return Page(QUANTILES, nb)


def longer(*tags):
    """Return a page with as many words more as a page may have, in a cell with these tags."""
    nb = notebooks.read(QUANTILES)
    nb.cells.append(text("word " * lint.length.WORDS, *tags))
    return Page(QUANTILES, nb)


@pytest.fixture
def about(monkeypatch):
    """Let a page say something else of itself."""

    def change(**changes):
        monkeypatch.setattr(course, "about", lambda page: replace(ABOUT, **changes))

    return change


ABOUT = course.about("regression/quantiles")


GOOD = {
    lint.check_tags: [page(cell("1", "keras"), cell("2", "pytorch")), page(cell("1", "hide-input"))],
    lint.check_written: [
        changed(),
        changed("setup", written.setup_source("https://github.com/owner/name")),
    ],
    lint.check_questions: [changed(), page()],
    lint.check_length: [changed(), longer("aside"), longer("solution"), longer("front-block")],
    lint.check_headings: [page(text("# A\n\n## B\n\n### C\n\n## D\n\n```python\n# no heading\n```"))],
    lint.check_alternative_text: [page(cell(outputs=[figure(ALT)]))],
    lint.check_paths: [page(text("`a/home/b` and https://example.org/tmp/x"), cell("'../data/home.csv'"))],
    lint.check_raw_directives: [page(text("`a::b`, $\\mathbb{R}$, `{x}`, (a) = 3\n\n```python\nx\n```"))],
    lint.check_voice: [page(text("Adjust $n!$ and `just!` and `simply`, justly. ✓"), cell("# just!"))],
    lint.check_numbers: [
        page(text("The slope is 1.23."), cell(outputs=[stdout("slope 1.2345")])),
        page(text("It grew by 45 %, from 949 to 1,450."), cell(outputs=[stdout("45.4%, [949,1450]")])),
        page(text("Loss \u22120.5, error 2.1e-8."), cell(outputs=[stdout("-0.50 2.07e-08")])),
        page(text("12 patients, `0.5`, $\\delta = 1.5$, float32, the 25th, "), text("## Top 50")),
        page(text("[Huber (1964)](x.md#huber-1964) and <https://example.org/99>")),
        page(text("20 minutes, 99.9 %", "front-block")),
        page(
            text("It takes 442 rows."),
            cell(outputs=[new_output("execute_result", {"text/html": "<td>442</td>", "text/plain": ""})]),
        ),
    ],
    lint.check_outputs: [page(cell("print(1)", outputs=[stdout("1")]), cell("x = 1"), cell("%pip list"))],
    lint.check_excuses: [page(cell("# Output not compared: a time\nprint(1)", "nbval-ignore-output"))],
    lint.check_links: [
        page(text("[a](reference/glossary.md#logit), [b](https://example.org), [c](#here)\n\n## Here")),
    ],
}

BAD = [
    (lint.check_tags, page(cell("1", "hide_input"))),
    (lint.check_tags, page(cell("1", "keras"), text("between"), cell("2", "pytorch"))),
    (lint.check_written, changed("title", "# Another title")),
    (lint.check_written, changed("title", drop=True)),
    (lint.check_written, changed("title", tags=[])),
    (lint.check_written, changed("front-block", "**After this page you can** do it")),
    (lint.check_written, changed("setup", "import os")),
    (lint.check_written, changed("setup", written.setup_source("https://example.org/owner/name"))),
    (lint.check_written, changed("setup", drop=True)),
    (lint.check_written, changed("starter", "def pinball(): ...")),
    (lint.check_written, changed("starter", drop=True)),
    (lint.check_written, changed("exercise", "exercises.bug.check(another)")),
    (lint.check_written, changed("exercise", "exercises.nothing")),
    (lint.check_written, changed("exercise", "print(1)")),
    (lint.check_written, changed("exercise", drop=True)),
    (lint.check_written, changed("solution", "<details>Guess.</details>")),
    (lint.check_written, changed("solution", drop=True)),
    (lint.check_written, changed("quiz", "exercises.quiz[0]")),
    (lint.check_written, changed("quiz", tags=["quiz"])),
    (lint.check_written, Page(ROOT / "chapters" / "regression" / "nowhere.ipynb", new_notebook())),
    (lint.check_questions, changed("exercise", drop=True)),
    (lint.check_questions, changed("exercise", "print(1)")),
    (lint.check_questions, changed("exercise", tags=["hide-input"])),
    (lint.check_questions, changed("quiz", drop=True)),
    (lint.check_length, longer()),
    (lint.check_headings, page(text("## B\n\n# A"))),
    (lint.check_headings, page(text("# A\n\n# B"))),
    (lint.check_headings, page(text("# A"), text("### C"))),
    (lint.check_alternative_text, page(cell(outputs=[figure()]))),
    (lint.check_alternative_text, page(cell(outputs=[figure("Two lines.")]))),
    (lint.check_alternative_text, page(cell(outputs=[figure(f"A plot of losses. {ALT}")]))),
    (lint.check_alternative_text, page(cell(outputs=[figure(f"Image of a curve. {ALT}")]))),
    (lint.check_paths, page(cell("open('/home/ada/x.csv')"))),
    (lint.check_paths, page(text("See C:\\Users\\ada."))),
    (lint.check_paths, page(cell(outputs=[stdout("File /tmp/ipykernel_1/2.py")]))),
    (lint.check_raw_directives, page(text(":::{note}\nHello\n:::"))),
    (lint.check_raw_directives, page(text("```{note}\nHello\n```"))),
    (lint.check_raw_directives, page(text("See {ref}`huber`."))),
    (lint.check_raw_directives, page(text("(huber)=\n## Huber"))),
    (lint.check_voice, page(text("It works!"))),
    (lint.check_voice, page(text("It is **just** a line."))),
    (lint.check_voice, page(text("## A powerful idea"))),
    (lint.check_voice, page(text("It is important to *note* this."))),
    (lint.check_voice, page(text("<details><summary>Simply put</summary>\n\nA\n\n</details>"))),
    (lint.check_voice, page(text("Well done \U0001f389"))),
    (lint.check_numbers, page(text("The slope is 1.23."), cell(outputs=[stdout("slope 1.2")]))),
    (lint.check_numbers, page(text("The slope is 1.23."), cell(outputs=[stdout("slope 1.2351")]))),
    (lint.check_numbers, page(text("There are 442 patients."))),
    (
        lint.check_numbers,
        page(text("There are 442 patients."), cell(outputs=[new_output("execute_result", {"text/markdown": PICTURE})])),
    ),
    (lint.check_numbers, page(text("Error grew by 5 %."))),
    (lint.check_numbers, page(text("It is 3 times as steep."))),
    (lint.check_numbers, page(text("Huber wrote this in 1964."))),
    (lint.check_numbers, page(text("| a |\n|---|\n| 0.7 |"))),
    (lint.check_numbers, page(text("<details><summary>Answer</summary>\n\nIt is 0.7.\n\n</details>"))),
    (lint.check_outputs, page(cell("print(1)"))),
    (lint.check_outputs, page(cell("show(figure, alt='x')"))),
    (lint.check_outputs, page(cell(outputs=[new_output("stream", name="stderr", text="warning")]))),
    (lint.check_outputs, page(cell(outputs=[new_output("error", ename="E", evalue="", traceback=["x"])]))),
    (lint.check_outputs, page(cell(outputs=[stdout("<Axes at 0x7f3a>")]))),
    (lint.check_excuses, page(cell("print(1)", "nbval-ignore-output"))),
    (lint.check_excuses, page(cell("# Output not compared:\nprint(1)", "nbval-ignore-output"))),
    (lint.check_excuses, page(cell("# NBVAL_IGNORE_OUTPUT\nprint(1)"))),
    (lint.check_links, page(text("[a](reference/glossary.md#no-such-term)"))),
    (lint.check_links, page(text("[a](reference/bibliography.md#nobody-1900)"))),
    (lint.check_links, page(text("[a](no-such-page.ipynb)"))),
    (lint.check_links, page(text("[a](../README.md)"))),
    (lint.check_links, page(text("[a](#nowhere)"))),
    (lint.check_links, page(text("[a](http://example.org)"))),
]


@pytest.mark.parametrize(
    "changes",
    [
        {"goals": ["one", "two"]},
        {"goals": list("sixmany")},
        {"needs": ""},
        {"practice": 0},
        {"practice": 1000},
        {"reading": 1000},
        {"description": "x" * 69},
        {"description": "x" * 161},
    ],
    ids=str,
)
def test_what_a_page_may_not_say_of_itself(about, changes):
    rules = lint.check_about, lint.check_questions, lint.check_length
    assert [message for rule in rules for message in rule(changed())] == []
    about(**changes)
    assert [message for rule in rules for message in rule(changed())] != []


def test_a_page_to_practice_on_has_exercises(about):
    welcome = Page.read(pages.find("welcome"))
    assert lint.check_questions(welcome) == []
    about(practice=10)
    assert lint.check_questions(welcome) != []


@pytest.mark.parametrize("tool", [lint, refresh])
def test_a_page_that_there_is_not(tool, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["tool", "regression/tie"])
    with pytest.raises(SystemExit):
        tool.main()
    assert "no such page: regression/tie; _toc.yml lists" in capsys.readouterr().err


def names(cases):
    return [rule.__name__ for rule, _ in cases]


GOOD_CASES = [(rule, good) for rule, examples in GOOD.items() for good in examples]


@pytest.mark.parametrize(("rule", "good"), GOOD_CASES, ids=names(GOOD_CASES))
def test_rule_lets_pass(rule, good):
    assert rule(good) == []


@pytest.mark.parametrize(("rule", "bad"), BAD, ids=names(BAD))
def test_rule_reports(rule, bad):
    assert rule(bad) != []


def test_every_rule_is_tried():
    tried = {rule for rule, _ in BAD} & set(GOOD)
    assert set(lint.RULES) - tried == {lint.check_about, lint.check_stored_form}  # have tests of their own


def test_a_number_is_reported_with_its_place():
    (message,) = lint.check_numbers(page(text("# T"), text("It fell to 0.731 after a day.")))
    assert message.startswith("cell 2: '0.731'")
    assert "fell to 0.731 after" in message


def test_stored_form(tmp_path):
    path = tmp_path / "page.ipynb"
    nb = notebooks.normalize(new_notebook(cells=[cell("print(1)", outputs=[stdout("1\n")])]))
    notebooks.write(nb, path)
    assert lint.check_stored_form(Page.read(path)) == []

    path.write_text(notebooks.dumps(nb).rstrip("\n"), encoding="utf-8")
    assert lint.check_stored_form(Page.read(path)) == ["not in the stored form; run tools.refresh"]

    nb.cells.append(text("x" * lint.FILE_SIZE))
    notebooks.write(notebooks.normalize(nb), path)
    (message,) = lint.check_stored_form(Page.read(path))
    assert "bytes" in message


def test_pages_on_losses_of_one_number_invite_to_write_one():
    """Each has one cell for it, which needs no other cell, and whose figure says whether the gradient is right."""
    own = {}
    for path in pages.notebooks():
        cells = notebooks.read(path).cells
        for number, each in enumerate(cells):
            if "own-loss" in notebooks.tags(each):
                assert pages.name(path) not in own, "two cells"
                own[pages.name(path)] = (each, [above.source for above in cells[:number] if above.cell_type == "code"])
    chapters = [name for name in course.pages() if name.split("/")[0] in ("regression", "classification")]
    assert sorted(own) == sorted(["welcome", *(name for name in chapters if course.exercises(name))])
    for name, (cell, above) in own.items():
        lines = [line for line in cell.source.splitlines() if line]
        assert len(lines) <= 12, name
        assert any(line.startswith("# ") for line in lines), name
        assert lines[-1].startswith("explore(my_loss, gradient=my_gradient"), name
        assert needed(cell.source, above, vars(builtins).keys()) == [], name
        (output,) = cell.outputs
        verdict = r"\nmy_gradient (agrees|does not agree) with the measured slope"
        assert re.search(verdict, output.data["text/plain"]), name


def test_excused_share():
    excused = cell("# Output not compared: random\nx", "nbval-ignore-output")
    assert lint.check_excused_share([page(excused, *(cell("x") for _ in range(49)))]) == []
    assert lint.check_excused_share([page(excused, *(cell("x") for _ in range(48)))]) != []


def test_normalize_leaves_nothing_of_the_run():
    widget = "application/vnd.jupyter.widget-view+json"
    shown = new_output("display_data", {widget: {}, "text/html": "<b>1</b>"}, metadata={"took": 3})
    dirty = new_notebook(
        metadata={
            "widgets": {"state": 1},
            "kernelspec": {"name": "python3-venv", "display_name": "mine"},
        },
        cells=[
            text("same"),
            text("same"),
            cell(
                "x\n",
                "hide-input",
                outputs=[
                    stdout("a"),
                    new_output("stream", name="stderr", text="w"),
                    stdout("b"),
                    shown,
                    new_output("display_data", {widget: {"model_id": "2"}}),
                    new_output("execute_result", {"text/plain": "1"}, execution_count=7),
                    new_output("display_data", {"image/png": "aG\nk=\n"}, metadata={"image/png": {"alt": ALT}}),
                ],
            ),
        ],
    )
    dirty.cells[2].execution_count = 7
    dirty.cells[2].metadata["execution"] = {"started": "today"}
    before = dirty.copy()
    clean = notebooks.normalize(dirty)

    assert dirty == before
    assert clean == notebooks.normalize(clean)
    nbformat.validate(clean)
    assert clean.metadata.kernelspec.name == "python3"
    assert "widgets" not in clean.metadata
    assert clean.cells[1].id == f"{clean.cells[0].id}-2"
    assert clean.cells[2].metadata == {"tags": ["hide-input"], "jupyter": {"source_hidden": True}}
    assert clean.cells[2].execution_count is None
    assert [dict(output) for output in clean.cells[2].outputs] == [
        {"output_type": "stream", "name": "stdout", "text": "ab"},
        {"output_type": "stream", "name": "stderr", "text": "w"},
        {"output_type": "display_data", "data": {"text/html": "<b>1</b>"}, "metadata": {}},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "1"},
            "metadata": {},
            "execution_count": None,
        },
        {
            "output_type": "display_data",
            "data": {"image/png": "aGk="},
            "metadata": {"image/png": {"alt": ALT}},
        },
    ]
