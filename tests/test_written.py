"""What is written into a page from the package: where it stands, what is kept, and what is refused."""

import importlib.util
import re
import shlex
import sys

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lossbook import course
from tools import notebooks, pages, written
from website import notebooks as website

PAGE = "regression/quantiles"
ADDRESS = "https://github.com/owner/name"


def code(source, *tags, outputs=()):
    return new_code_cell(source, metadata={"tags": list(tags)}, outputs=list(outputs))


def text(source, *tags):
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def kinds(cells):
    return [" ".join(notebooks.tags(cell)) or cell.cell_type for cell in cells]


def test_an_author_names_an_exercise_and_gets_all_that_belongs_to_it():
    nb = new_notebook(cells=[text("### How many loaves"), code("exercises.bakery", "exercise"), text("Next.")])
    cells = written.cells(nb, PAGE)
    assert kinds(cells) == ["title", "front-block", "setup", "markdown", "starter", "exercise", "solution", "markdown"]
    title, front_block, _, _, starter, check, solution, _ = (cell.source for cell in cells)
    about, bakery = course.about(PAGE), course.exercises(PAGE)["bakery"]
    assert title == f"# {about.title}"
    assert all(f"- {goal}\n" in front_block for goal in about.goals)
    assert starter == "answer = ..."
    assert check == "from lossbook.course.regression.quantiles import exercises\n\nexercises.bakery.check(answer)"
    assert all(f"- {hint}\n" in solution for hint in bakery.hints)
    assert bakery.why in solution


def test_the_first_cell_that_needs_the_exercises_imports_them():
    names = [("quiz", "exercises.quiz"), ("exercise", "exercises.coverage"), ("exercise", "exercises.reserve")]
    nb = new_notebook(cells=[code(source, tag) for tag, source in names])
    sources = [cell.source for cell in written.cells(nb, PAGE) if {"quiz", "exercise"} & set(notebooks.tags(cell))]
    assert ["import exercises" in source for source in sources] == [True, False, False]
    scope = {}
    exec("\n".join(sources).replace("check(coverage)", "check(...)").replace("(answer, reason)", "(...)"), scope)


def test_writing_again_changes_nothing_and_keeps_outputs():
    output = new_output("display_data", {"text/plain": "Not attempted yet."})
    nb = new_notebook(
        cells=[
            code("exercises.bug", "exercise", outputs=[output]),
            code("exercises.quiz", "quiz", outputs=[output]),
            code("print(1)", "hide-input", outputs=[output]),
        ]
    )
    once = written.stored(nb, PAGE, ADDRESS)
    assert written.stored(once, PAGE) == once
    kept = [cell for cell in once.cells if cell.get("outputs")]
    assert kinds(kept) == ["exercise", "quiz hide-input", "hide-input"]
    assert kept[1].metadata.jupyter == {"source_hidden": True}


def test_a_learner_s_answer_and_an_old_copy_give_way():
    nb = written.stored(new_notebook(cells=[code("exercises.bug", "exercise")]), PAGE)
    for cell in nb.cells:
        cell.source = cell.source if "exercise" in notebooks.tags(cell) else "something else"
    assert written.stored(nb, PAGE).cells[3].source == course.exercises(PAGE)["bug"].starter
    assert kinds(written.cells(nb, PAGE)) == ["title", "front-block", "setup", "starter", "exercise", "solution"]


def test_an_exercise_that_is_taken_out_leaves_nothing_behind():
    nb = written.stored(new_notebook(cells=[code("exercises.bug", "exercise"), text("The end.")]), PAGE)
    nb.cells = [cell for cell in nb.cells if "exercise" not in notebooks.tags(cell)]
    assert kinds(written.cells(nb, PAGE)) == ["title", "front-block", "markdown"], "no code, and so no setup either"


@pytest.mark.parametrize(
    ("page", "cell", "said"),
    [
        (
            PAGE,
            code("exercises.bred", "exercise"),
            "cell 1: .* got 'exercises.bred'; .* has bug, pinball_gradient, ",
        ),
        (PAGE, code("1 +", "exercise"), "cell 1: .* got '1 \\+'"),
        ("welcome", code("exercises.bug", "exercise"), "welcome has none"),
        ("welcome", code("exercises.quiz", "quiz"), r"cell 1: .* lossbook\.course\.welcome\.exercises has no quiz"),
    ],
    ids=["unknown", "no code", "none", "no quiz"],
)
def test_what_there_is_not(page, cell, said):
    with pytest.raises(ValueError, match=said):
        written.cells(new_notebook(cells=[cell]), page)


def test_the_address_of_the_setup_is_kept_until_there_is_another():
    nb = written.stored(new_notebook(cells=[code("print(1)")]), PAGE, ADDRESS)
    assert written.setup_address(nb) == ADDRESS
    assert written.setup_address(written.stored(nb, PAGE)) == ADDRESS
    fork = written.stored(nb, PAGE, "https://github.com/other/name")
    assert written.setup_address(fork) == "https://github.com/other/name"
    assert written.setup_address(written.stored(new_notebook(cells=[code("print(1)")]), PAGE)) is None


class Shell:
    """Notes the magic commands that a cell runs."""

    def __init__(self) -> None:
        self.commands = []

    def run_line_magic(self, name: str, line: str) -> None:
        self.commands.append([name, *shlex.split(line)])


def run_setup(monkeypatch, address, *, is_colab=True, is_installed=False) -> list[list[str]]:
    """Run a setup cell, on Colab or elsewhere, and return its magic commands."""
    shell = Shell()
    found = importlib.util.find_spec
    spec = found("lossbook") if is_installed else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "lossbook" else found(name))
    monkeypatch.setitem(sys.modules, "google.colab", sys) if is_colab else None
    exec(TransformerManager().transform_cell(written.setup_source(address)), {"get_ipython": lambda: shell})
    return shell.commands


def test_on_colab_the_setup_installs_what_colab_lacks(monkeypatch):
    """From the repository's default branch: another may be gone when the reader comes."""
    wanted = ["pip", "install", "--quiet", "anywidget", "arch", f"lossbook @ git+{ADDRESS}"]
    assert run_setup(monkeypatch, ADDRESS) == [wanted]
    monkeypatch.setenv("LOSSBOOK_BRANCH", "a-branch")
    assert run_setup(monkeypatch, ADDRESS) == [wanted]


def test_on_colab_without_an_address_the_setup_says_what_to_run(monkeypatch):
    with pytest.raises(ModuleNotFoundError) as raised:
        run_setup(monkeypatch, None)
    (command,) = re.findall(r"%(pip .*)", str(raised.value))
    command = shlex.split(command.replace("ADDRESS", ADDRESS))
    assert command == ["pip", "install", "anywidget", "arch", f"lossbook @ git+{ADDRESS}"]


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_where_lossbook_is_installed_the_setup_is_content(monkeypatch, address):
    assert run_setup(monkeypatch, address, is_installed=True) == []


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_elsewhere_the_setup_installs_nothing(monkeypatch, address):
    assert run_setup(monkeypatch, address, is_colab=False) == []


@pytest.mark.parametrize(("address", "verb"), [(None, "says how to install"), (ADDRESS, "installs")])
def test_the_setup_says_what_it_does(address, verb):
    assert written.setup_source(address).startswith(f"# On Colab, this {verb} lossbook,")


def test_the_page_on_the_website_is_linked_where_its_address_is_known():
    nb = written.stored(new_notebook(cells=[code("print(1)")]), PAGE, site="https://reader.example/book/")
    assert kinds(nb.cells) == ["title", "front-block", "live", "setup", "code"]
    assert "](https://reader.example/book/chapters/regression/quantiles.html)" in nb.cells[2].source
    assert written.stored(nb, PAGE) == nb, "the address is kept"
    moved = written.stored(nb, PAGE, site="https://other.example/")
    assert "](https://other.example/chapters/regression/quantiles.html)" in moved.cells[2].source
    assert "live" not in kinds(written.stored(new_notebook(cells=[text("No demo.")]), PAGE, site="https://a.b/").cells)


def test_the_website_shows_neither_the_link_to_itself_nor_the_setup():
    nb = written.stored(new_notebook(cells=[code("print(1)")]), PAGE, ADDRESS, "https://reader.example/")
    assert kinds(website.read(notebooks.dumps(nb)).cells) == ["title", "front-block", "code"]


def test_the_order_of_the_course_is_that_of_the_book():
    assert course.pages() == [pages.name(path) for path in pages.notebooks()], "run make refresh"
