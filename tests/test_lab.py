"""`make lab` and `make serve` refuse a port before they build or start anything, and say at once what they do."""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys

import pytest

from tools import lab, ports, workbook
from tools.repository import ROOT
from website import __main__ as website


@pytest.fixture
def taken():
    """A port on which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


@pytest.mark.parametrize("text", ["0", "65536", "80000", "-1", "8001.5", "abc", ""])
def test_there_is_no_such_port(text):
    with pytest.raises(argparse.ArgumentTypeError, match=rf"whole number from 1 to 65535, not {re.escape(text)}"):
        ports.usable(text)


def test_a_taken_port(taken):
    with pytest.raises(argparse.ArgumentTypeError, match=f"port {taken} cannot be served on, .*; try another"):
        ports.usable(taken)


def test_a_free_port(taken):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert ports.usable(str(free)) == free


@pytest.mark.parametrize(
    ("main", "arguments"), [(lab.main, []), (website.main, ["serve"])], ids=["make lab", "make serve"]
)
def test_a_port_is_refused_before_anything_is_done(main, arguments, taken, monkeypatch, capsys):
    monkeypatch.setattr(workbook, "update", lambda: pytest.fail("copied for nothing"))
    monkeypatch.setattr(website, "build", lambda: pytest.fail("built for nothing"))
    for port in (taken, "80000"):
        monkeypatch.setattr(sys, "argv", ["command", *arguments, "--port", port])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert port in capsys.readouterr().err


@pytest.fixture
def started(monkeypatch, capsys):
    """Return a function that starts JupyterLab with arguments, and says with which options, and what was said."""

    def start(*arguments: str) -> tuple[list[str], str]:
        given = []
        monkeypatch.setattr("jupyterlab.labapp.main", given.extend)
        monkeypatch.setattr(workbook, "update", workbook.Changes)
        monkeypatch.setattr(sys, "argv", ["lab", *arguments])
        lab.main()
        return given, capsys.readouterr().out

    return start


def test_a_reader_gets_the_copy_and_an_author_the_book(started):
    options, said = started()
    assert options == [f"--ServerApp.root_dir={ROOT / 'workbook'}", "--LabApp.default_url=/lab/tree/welcome.ipynb"]
    assert f"Your copy of the course is in {ROOT / 'workbook'}" in said
    options, said = started("--edit")
    assert options == [f"--ServerApp.root_dir={ROOT}", "--LabApp.default_url=/lab/tree/chapters/welcome.ipynb"]
    assert "what you save changes its pages" in said


def test_a_port_is_taken_or_nothing(started):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert started("--port", str(free))[0][2:] == [f"--ServerApp.port={free}", "--ServerApp.port_retries=0"]


MAKE = shutil.which("make")


@pytest.mark.skipif(os.name == "nt", reason="Windows runs no shell script in place of Python")
@pytest.mark.skipif(MAKE is None and not os.environ.get("CI"), reason="no make: install one (Debian: apt install make)")
class TestMake:
    """The first set-up, with a Python that only pretends."""

    def run(self, tmp_path, version: str, pip: str) -> tuple[int, list[str], str]:
        """Run `make lab`, and return its code, the lines that it printed and what it printed on stderr."""
        for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
            shutil.copy2(ROOT / name, tmp_path)
        python = tmp_path / "python"
        # It makes an environment of itself, knows its version, and installs nothing.
        python.write_text(
            "#!/bin/sh\n"
            f'case "$*" in "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python;;\n'
            f"-V) echo Python {version};;\n"
            f"-c*) case {version} in 3.10) exit 1;; esac;;\n"
            f"*pip*) {pip};;\n"
            '*) echo "started $*";; esac\n'
        )
        python.chmod(0o755)
        (tmp_path / "bin").mkdir()
        for tool in ("sh", "grep", "rm", "mkdir", "cp", "touch", "echo", "test", "awk"):
            if found := shutil.which(tool):
                (tmp_path / "bin" / tool).symlink_to(found)
        done = subprocess.run(
            [MAKE, "lab", f"PYTHON={python}"],
            cwd=tmp_path,
            env={"PATH": str(tmp_path / "bin")},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout.splitlines(), done.stderr

    def test_it_says_what_it_does_first_of_all(self, tmp_path):
        code, said, _ = self.run(tmp_path, "3.12", pip="echo Collecting numpy")
        assert code == 0
        assert said == [
            "Setting up .venv, once; this takes a few minutes.",
            "Collecting numpy",
            "started -m tools.lab",
        ]

    def test_an_old_python_is_named_before_anything_is_installed(self, tmp_path):
        code, said, error = self.run(tmp_path, "3.10", pip="echo Collecting numpy")
        assert code != 0
        assert "Loss Book needs Python 3.11 or newer with its module venv, or uv; found Python 3.10." in error
        assert said == ["Setting up .venv, once; this takes a few minutes."]
        assert not (tmp_path / ".venv").exists()

    def test_without_a_network_the_last_word_is_clear(self, tmp_path):
        code, said, error = self.run(tmp_path, "3.12", pip="echo 'No matching distribution found' >&2; exit 1")
        assert code != 0
        assert error.splitlines()[-2].startswith("Not everything could be installed; the reason is above.")
        assert not [line for line in said if line.startswith("started")]
