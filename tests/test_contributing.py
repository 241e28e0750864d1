"""The code in CONTRIBUTING.md does what it says."""

import re
import textwrap

import numpy as np
import pytest
from numpy.typing import NDArray

from lossbook import SquaredError, exercises, explorable, plots
from tools.repository import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = [textwrap.dedent(block) for block in re.findall(r"^ *```python\n(.*?)^ *```", GUIDE, re.S | re.M)]


@pytest.fixture(scope="module")
def names() -> dict:
    """Return what the code defines, run with the imports that the guide leaves out."""
    namespace = {"np": np, "NDArray": NDArray, "SquaredError": SquaredError}
    for module in (explorable, exercises, plots):
        namespace |= {name: getattr(module, name) for name in getattr(module, "__all__", dir(module))}
    for block in BLOCKS:
        exec(block, namespace)
    return namespace


def test_the_demo_is_one(names):
    demo = names["parabola"]()
    assert demo.printed({"scale": 0.5}) == ["at r = 3: 9 · 0.50 = 4.50"]
    assert [preset["label"] for preset in demo.spec["presets"]] == ["flat", "steep"]


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (lambda y_true, y_pred: 2 * (np.asarray(y_pred, dtype=float) - y_true), "passed", "agrees"),
        (lambda y_true, y_pred: 2 * (y_pred - y_true), "wrong", "whole numbers of eight bits"),
        (lambda y_true, y_pred: (y_pred.astype(float) - y_true) ** 2, "wrong", "You return the loss"),
        (lambda y_true, y_pred: 2 * (y_true.astype(float) - y_pred), "wrong", "up to the sign"),
    ],
    ids=["right", "wraps around", "loss", "sign"],
)
def test_the_exercise_is_one(names, answer, status, words):
    result = names["gradient"].check(answer)
    assert result.status == status
    assert words in result.message
