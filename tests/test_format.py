"""The code, that of the pages included, is formatted and free of what ruff finds."""

import subprocess
import sys

import pytest

from tools.repository import ROOT


@pytest.mark.parametrize("command", [["format", "--check"], ["check"]], ids=" ".join)
def test_ruff(command):
    run = subprocess.run([sys.executable, "-m", "ruff", *command, str(ROOT)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
