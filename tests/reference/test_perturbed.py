"""Inputs that differ in their last digits show which evidence is chaos, and leave the rest as it is."""

import importlib.util
import re

import numpy as np
import perturbed
import pytest

from reference import errata

# One page of a text of errata: its evidence measures the same with other last digits, or something else.
MODULE = """
import numpy as np
from sklearn.datasets import load_diabetes

from reference.errata.entry import Erratum

START = np.array([0.3, 2.0])


def iterated(x, steps):
    for _ in range(steps):
        x = 4 * x * (1 - x)  # doubles a difference at every step
    return f"{x:.6f}"


def literal(steps):
    return lambda: iterated(START[0], steps)


def drawn(steps):
    return lambda: iterated(np.random.default_rng(0).random(3)[0], steps)


def ranged(steps):
    return lambda: iterated(np.linspace(0, 1, 8)[3], steps)


def loaded(steps):
    return lambda: iterated(abs(load_diabetes(return_X_y=True)[0][1, 2]), steps)


ERRATA = tuple(
    Erratum(f"{make.__name__} {steps}", "A", "", "", "", "", make(steps))
    for make in (literal, drawn, ranged, loaded)
    for steps in (10, 100)
)
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    path = tmp_path_factory.mktemp("errata") / "chaos.py"
    path.write_text(MODULE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("chaos", path)
    made = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(perturbed.sys.modules, "chaos", made)
        spec.loader.exec_module(made)
        yield made


@pytest.mark.parametrize("what", ["literal", "drawn", "ranged", "loaded"])
def test_a_hundred_steps_are_chaos_and_ten_are_not(module, what):
    few, many = [each for each in module.ERRATA if each.id.startswith(what)]
    assert perturbed.evidence(few) == few.evidence()
    assert perturbed.evidence(many) != many.evidence()


def test_the_data_sets_are_those_that_are_used():
    used = set()
    for each in errata.modules():
        used |= set(re.findall(r"\bload_\w+", perturbed.inspect.getsource(each))) - {"load_model"}
    assert used == set(perturbed.DATA_SETS)


def test_numbers_change_by_their_last_digits_alone():
    values = np.random.default_rng(0).normal(size=1000)
    moved = perturbed.nudged(values, 1e-15)
    assert 1e-16 < np.abs(moved / values - 1).min() <= np.abs(moved / values - 1).max() < 1.3e-15
    assert 400 < np.sum(np.abs(moved) > np.abs(values)) < 600


def test_what_is_equal_or_whole_stays_so():
    values = np.array([0.1, 0.1, 3.0, 0.0, -2.0, np.inf, np.nan])
    moved = perturbed.nudged(values, 1e-15)
    assert moved[0] == moved[1] == perturbed.nudged(0.1, 1e-15) != 0.1
    np.testing.assert_array_equal(moved[2:], values[2:])
    for other in ("text", 3, None, np.array([1, 2])):
        assert perturbed.nudged(other, 1e-15) is other
    assert perturbed.nudged((0.1, 1), 1e-15) == (moved[0], 1)
    assert perturbed.nudged(np.float32([0.1]), 2e-7).dtype == np.float32
