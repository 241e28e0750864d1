"""The reader's copy of the course follows the book, and never loses what the reader has written."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import notebooks, workbook
from tools.repository import ROOT


def write(path: Path, source: str, shown: str | None = None) -> None:
    """Write a page of one code cell, run or not."""
    outputs = [new_output("stream", text=shown)] if shown else []
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[new_code_cell(source, outputs=outputs, id="one")]), path)


def source(path: Path) -> str:
    return notebooks.read(path).cells[0].source


@pytest.fixture
def folders(tmp_path):
    """Return a book of three files, and a reader's copy of it."""
    book, copy = tmp_path / "chapters", tmp_path / "workbook"
    write(book / "welcome.ipynb", "1")
    write(book / "one/page.ipynb", "2", shown="2")
    (book / "one/words.md").write_text("words")
    (book / "data.csv").write_text("1, 2")
    changes = workbook.update(book, copy)
    assert changes.new == ["one/page.ipynb", "one/words.md", "welcome.ipynb"]
    return book, copy


def names(copy: Path) -> set[str]:
    return {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}


def test_a_reader_gets_the_pages_in_the_same_folders(folders):
    book, copy = folders
    assert names(copy) == {"one/page.ipynb", "one/words.md", "welcome.ipynb", workbook.RECORD}
    assert (copy / "one/page.ipynb").read_bytes() == (book / "one/page.ipynb").read_bytes()


def test_again_nothing_happens(folders):
    before = (folders[1] / "one/page.ipynb").stat().st_mtime_ns
    assert workbook.update(*folders) == workbook.Changes()
    assert (folders[1] / "one/page.ipynb").stat().st_mtime_ns == before


@pytest.mark.parametrize("has_run", [False, True])
def test_a_page_that_changes_in_the_book_arrives(folders, has_run):
    book, copy = folders
    if has_run:
        write(copy / "one/page.ipynb", "2", shown="another 2")
    write(book / "one/page.ipynb", "3")
    write(book / "two/new.ipynb", "4")
    changes = workbook.update(*folders)
    assert changes == workbook.Changes(new=["two/new.ipynb"], replaced=["one/page.ipynb"])
    assert (source(copy / "one/page.ipynb"), source(copy / "two/new.ipynb")) == ("3", "4")


def test_what_a_reader_has_run_stays_as_long_as_the_book_does(folders):
    write(folders[1] / "one/page.ipynb", "2", shown="another 2")
    assert workbook.update(*folders) == workbook.Changes()
    assert notebooks.read(folders[1] / "one/page.ipynb").cells[0].outputs[0].text == "another 2"


@pytest.mark.parametrize("is_record_lost", [False, True])
def test_what_a_reader_has_changed_stays(folders, is_record_lost):
    book, copy = folders
    write(copy / "one/page.ipynb", "my answer")
    (copy / "one/words.md").write_text("my words")
    (copy / "mine.ipynb").write_text("mine")
    assert workbook.update(*folders) == workbook.Changes()
    write(book / "one/page.ipynb", "3")
    (book / "one/words.md").write_text("other words")
    write(book / "mine.ipynb", "the book's")
    if is_record_lost:
        (copy / workbook.RECORD).write_text("{")
    changes = workbook.update(*folders)
    assert changes == workbook.Changes(kept=["mine.ipynb", "one/page.ipynb", "one/words.md"])
    assert source(copy / "one/page.ipynb") == "my answer"
    assert [(copy / name).read_text() for name in ("one/words.md", "mine.ipynb")] == ["my words", "mine"]
    (said,) = changes.lines()
    assert said.endswith("rename yours to get the new ones): mine.ipynb, one/page.ipynb, one/words.md")

    (copy / "one/page.ipynb").rename(copy / "one/my page.ipynb")
    assert workbook.update(*folders).new == ["one/page.ipynb"]
    assert (source(copy / "one/page.ipynb"), source(copy / "one/my page.ipynb")) == ("3", "my answer")


def test_with_the_record_lost_what_is_as_in_the_book_still_follows_it(folders):
    (folders[1] / workbook.RECORD).unlink()
    assert workbook.update(*folders) == workbook.Changes()
    write(folders[0] / "welcome.ipynb", "5")
    assert workbook.update(*folders).replaced == ["welcome.ipynb"]


@pytest.mark.parametrize(("text", "is_left"), [("2", False), ("my answer", True)])
def test_a_page_that_leaves_the_book_leaves_unless_the_reader_has_changed_it(folders, text, is_left):
    book, copy = folders
    write(copy / "one/page.ipynb", text)
    (book / "one/page.ipynb").unlink()
    assert workbook.update(*folders).removed == ([] if is_left else ["one/page.ipynb"])
    assert (copy / "one/page.ipynb").exists() == is_left
    assert workbook.update(*folders) == workbook.Changes()


def test_a_copy_that_is_interrupted_leaves_no_half_page(folders, monkeypatch):
    book, copy = folders
    write(book / "one/page.ipynb", "3")

    def broken(original, target):
        Path(target).write_text("{")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(workbook.shutil, "copyfile", broken)
        with pytest.raises(KeyboardInterrupt):
            workbook.update(*folders)
    assert source(copy / "one/page.ipynb") == "2"
    assert workbook.update(*folders).replaced == ["one/page.ipynb"]


def test_what_is_no_notebook_any_more_is_the_readers(folders):
    (folders[1] / "welcome.ipynb").write_text("broken")
    write(folders[0] / "welcome.ipynb", "5")
    assert workbook.update(*folders).kept == ["welcome.ipynb"]


def test_it_has_all_that_pages_link_to(tmp_path):
    """And git does not see it."""
    workbook.update(folder=tmp_path)
    linked = {
        path.relative_to(workbook.BOOK) for path in workbook.BOOK.rglob("*.*") if path.suffix in (".ipynb", ".md")
    }
    assert {
        path for path in linked if not (tmp_path / path).is_file() and ".ipynb_checkpoints" not in path.parts
    } == set()
    assert f"/{workbook.FOLDER.relative_to(ROOT)}/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
