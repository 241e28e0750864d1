"""Progress is kept in a small file, and no trouble with it keeps anybody from learning."""

import json
from pathlib import Path

import numpy as np
import pytest
from samples import pinball, value_exercise

from lossbook import exercises
from lossbook.exercises import record


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    path = tmp_path / "lossbook-progress.json"
    monkeypatch.setattr(record, "FILE", path)
    return path


def test_what_is_kept(file):
    exercise = value_exercise()
    exercise.check(...)
    exercise.hint()
    exercise.solution()
    assert not file.exists()
    exercise.check(lambda y_true, y_pred: y_pred)
    assert record.read() == {exercise.name: "wrong"}
    exercise.check(pinball)
    assert record.read() == {exercise.name: "passed"}
    exercise.check(lambda y_true, y_pred: y_pred)
    assert record.read() == {exercise.name: "passed"}
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_two_exercises():
    record.keep("a/b/one", "passed")
    record.keep("a/b/two", "wrong")
    assert record.read() == {"a/b/one": "passed", "a/b/two": "wrong"}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'"text"', b"[" * 100_000])
def test_a_file_that_is_none(file, content):
    file.write_bytes(content)
    assert record.read() == {}
    record.keep("a/b/one", "passed")
    assert json.loads(file.read_text()) == {"a/b/one": "passed"}


def test_a_folder_that_cannot_be_written_to(file, monkeypatch):
    for path in (file / "missing" / "progress.json", file.parent):  # no such folder; a folder where a file should be
        monkeypatch.setattr(record, "FILE", path)
        assert value_exercise().check(pinball).status == "passed"
        assert record.read() == {}


def test_a_file_system_that_refuses(file, monkeypatch):
    def refuse(*given, **named):
        raise PermissionError

    record.keep("a/b/one", "passed")
    monkeypatch.setattr(type(file), "write_text", refuse)
    assert value_exercise().check(pinball).status == "passed"
    assert record.read() == {"a/b/one": "passed"}


def test_what_was_kept_survives_a_write_that_fails_halfway(file, monkeypatch):
    record.keep("a/b/one", "passed")
    real = type(file).write_text

    def half(path, text, **named):
        real(path, text[:3], **named)
        raise OSError("no space left")

    monkeypatch.setattr(type(file), "write_text", half)
    record.keep("a/b/two", "passed")
    assert record.read() == {"a/b/one": "passed"}


def test_summary():
    names = ["a/long-page/one", "a/long-page/two", "b/page/one"]
    record.keep(names[0], "passed")
    record.keep(names[1], "wrong")
    record.keep("gone/from/course", "passed")
    assert repr(record.summary(names)) == (
        "1 of 3 exercises solved.\n\na/long-page  1 of 2 solved\nb/page       0 of 1 solved"
    )
    assert record.summary([]).message == "0 of 0 exercises solved."


def test_progress_of_the_course(monkeypatch):
    first, second = value_exercise(), value_exercise()
    second.name = "samples/values/another"
    monkeypatch.setattr(exercises, "exercises", lambda: [first, second])
    first.check(pinball)
    second.check(lambda y_true, y_pred: np.nan)
    assert exercises.progress().message == "1 of 2 exercises solved."
    assert exercises.progress().status == "note"


@pytest.mark.parametrize("folder", ["", "chapters", "chapters/regression"])
def test_the_course_has_one_file(tmp_path, monkeypatch, folder):
    (tmp_path / "_toc.yml").touch()
    (tmp_path / "chapters" / "regression").mkdir(parents=True)
    monkeypatch.setattr(record, "FILE", Path("lossbook-progress.json"))
    monkeypatch.chdir(tmp_path / folder)
    record.keep("a/b/one", "passed")
    assert [path.parent for path in tmp_path.rglob("lossbook-progress.json")] == [tmp_path]
    monkeypatch.chdir(tmp_path)
    assert record.read() == {"a/b/one": "passed"}


def test_elsewhere_it_is_beside_the_notebook(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "FILE", Path("lossbook-progress.json"))
    monkeypatch.chdir(tmp_path)
    assert record.path() == tmp_path / "lossbook-progress.json"
