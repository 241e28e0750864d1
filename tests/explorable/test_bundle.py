"""The committed script is what its source builds, and passes its own tests."""

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lossbook.explorable import widget

SOURCE = widget.STATIC.parent / "js"
FILES = ("explorable.js", "explorable.css")


def run(*command: str, folder: Path) -> None:
    # On Windows npm is a script, which only its whole path starts.
    whole = [shutil.which(command[0]), *command[1:]]
    done = subprocess.run(whole, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Path:
    """Return a copy of the source with its dependencies, exactly those of the lockfile."""
    if shutil.which("npm") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Node: the script can be used, but not rebuilt")
    folder = tmp_path_factory.mktemp("explorable") / "lossbook" / "explorable" / "js"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(Path(__file__).parent, folder.parents[2] / "tests" / "explorable")
    # What a package would run on installing is not needed.
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)
    return folder


def test_the_source_builds_what_is_committed(workshop, tmp_path):
    run("node", "build.js", str(tmp_path), folder=workshop)
    different = [name for name in FILES if (tmp_path / name).read_bytes() != (widget.STATIC / name).read_bytes()]
    assert different == [], "run npm ci and npm run build in lossbook/explorable/js"


def test_the_script_passes_its_own_tests(workshop):
    run("npm", "test", "--silent", folder=workshop)


def test_script_and_style_weigh_at_most_60_kilobytes():
    assert sum(len(gzip.compress((widget.STATIC / name).read_bytes(), 9)) for name in FILES) <= 60_000
