"""A type checker finds the annotations of what users call consistent, and reports what a user calls wrongly."""

import re
from pathlib import Path

from mypy import api

from tools.repository import ROOT

# Right calls state the type of their result; wrong ones end in the code of the expected error.
USER = """
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

from lossbook import CTC, BinaryCrossEntropy, Expectile, Facts, GradientCheck, Huber, Loss, SquaredError, Triplet
from lossbook import WeightedSum, check_gradient
from lossbook.frameworks import keras, torch
from lossbook.optimization import gradient_descent, linear_objective

y, pair, frames = np.zeros(3), np.zeros((2, 3, 4)), np.zeros((2, 7, 5))
assert_type(Huber()(y, y), float)
assert_type(Huber(delta=2)([1, 2], (0.5, True), sample_weight=[1, 0]), float)
assert_type(Huber().delta, float)
assert_type(Huber().value(y, y), NDArray[Any])
assert_type(Huber().gradient(y, [1, 2, 3]), NDArray[Any])
assert_type(Huber().value_and_gradient(y, y), tuple[NDArray[Any], NDArray[Any]])
assert_type(Huber.facts, Facts)
assert_type(Expectile.facts, Facts)
assert_type(WeightedSum.facts.formula, str)
assert_type(BinaryCrossEntropy(label_smoothing=0.1).facts, Facts)
assert_type(Triplet()(None, pair), float)
assert_type(CTC().value([[1, 2], [3]], frames), NDArray[Any])
assert_type(CTC().gradient([np.ones(2), np.ones(1)], frames), NDArray[Any])
tasks = WeightedSum((SquaredError(), BinaryCrossEntropy()), weights=(1, 2))
assert_type(tasks.weights, tuple[float, ...])
assert_type(tasks(([1.0, 2.0], np.ones(2)), ([1.0, 2.0], [0, 1])), float)
assert_type(tasks.gradient([y, y], [y, y]), tuple[NDArray[Any], ...])
loss: Loss = WeightedSum()
for step in gradient_descent(linear_objective(Huber(), [[1.0]], [2.0]), [0.0], learning_rate=0.1, steps=3):
    assert_type(step.value, float)
keras.Quantile(tau=0.9), torch.Tukey(c=4, reduction="none")
assert_type(check_gradient(lambda x: Huber()(y, x), lambda x: Huber().gradient(y, x) / 3, [1, 2, 3]), GradientCheck)
assert_type(check_gradient(np.sum, np.ones_like, y, h=1e-4).difference, float)

Huber(delta="1.5")  # arg-type
Huber(tau=1)  # call-arg
Huber().delta = 3  # misc
Huber()(y)  # call-arg
Huber()(None, y)  # arg-type
Huber().grad(y, y)  # attr-defined
total: str = Huber()(y, y)  # assignment
Triplet()(y, pair)  # arg-type
keras.Quantile(tau="high")  # arg-type
torch.Tukey(reduction=None)  # arg-type
gradient_descent(Huber(), [0.0], learning_rate=0.1, steps=3)  # arg-type
check_gradient(Huber(), np.ones_like, y)  # arg-type
"""


def test_the_public_api_and_a_user_of_it(tmp_path: Path):
    user = tmp_path / "a_user.py"
    user.write_text(USER, encoding="utf-8")
    configured = re.search(r"^files = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)[1]
    files = [str(path) for pattern in re.findall(r'"(.*?)"', configured) for path in ROOT.glob(pattern)]
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    said, trouble, _ = api.run([*options, "--no-error-summary", *files, str(user)])
    assert trouble == ""
    # By name alone: mypy repeats messages of its last run, with the paths of that time, where nothing has changed.
    errors = [(Path(path).name, *rest) for path, *rest in re.findall(r"^(.+):(\d+): error: .*\[(.+)\]$", said, re.M)]
    assert [error for error in errors if error[0] != user.name] == [], said
    expected = [(number, line.partition("  # ")[2]) for number, line in enumerate(USER.splitlines(), start=1)]
    assert [(int(number), code) for _, number, code in errors] == [each for each in expected if each[1]], said
