"""The page about Python in the page: its example does what it says, here and there."""

import contextlib
import io
import re

import numpy as np

from lossbook import SquaredError
from tools.repository import ROOT

PAGE = (ROOT / "chapters" / "reference" / "python-in-the-page.md").read_text(encoding="utf-8")
LIMIT = 2_147_483_647


def example() -> tuple[str, str]:
    """Return the code of the example, and what it prints in a page."""
    (code,), (printed,) = (re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.S | re.M) for kind in ("python", "text"))
    return code, printed


def test_the_example_is_about_a_limit_that_is_not_here():
    code, printed = example()
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        exec(code, {})
    here, there = stream.getvalue().splitlines(), printed.splitlines()
    assert here[:2] == here[2:] == there[2:]
    assert here[:2] != there[:2]
    assert np.iinfo(np.int32).max == LIMIT
    assert f"{LIMIT:,}" in PAGE


def test_losses_turn_whole_numbers_into_floats():
    residual = np.array([100_000], np.int32)
    assert SquaredError().value(np.zeros(1, np.int32), residual) == [1e10]
