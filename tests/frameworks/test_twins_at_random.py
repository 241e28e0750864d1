"""The twins of both frameworks at random: where the loss has a finite value and gradient, so has its twin, the same."""

import importlib

import numpy as np
import pytest
from fuzz import KINDS, cases, fuzzed
from hypothesis import given
from hypothesis import strategies as st
from test_fuzz import name_of
from twin_samples import twin_of

LEARNING = "GeneralRobustNLL"  # its parameters are variables, compared in files of their own


def common(framework):
    """The kinds that have a twin."""
    source = importlib.import_module(f"lossbook.frameworks.{framework}").__all__
    return [kind for kind in KINDS if name_of(kind) in source and name_of(kind) != LEARNING]


def check(got, expected, dtype):
    """Alike in proportion to the largest entry of a sample, as long as float32 holds its square."""
    assert got.shape == expected.shape
    size = np.abs(expected).reshape(len(expected), -1).max(axis=1).reshape(-1, *[1] * (expected.ndim - 1))
    tolerance = {"float32": 1e-4, "float64": 1e-9}[dtype]
    fits = np.broadcast_to(size < 1e17, expected.shape)
    off = np.abs(got.astype(float)[fits] - expected[fits])
    assert (off <= tolerance * np.broadcast_to(size + 1e-3, expected.shape)[fits]).all(), (got, expected)


def exact(case):
    return [np.asarray(each, float) if isinstance(each, np.ndarray) else each for each in case.arguments]


@pytest.mark.pytorch
@fuzzed(40)
@given(st.data())
def test_in_torch(data):
    torch = importlib.import_module("torch")
    case = data.draw(cases(common("torch"), "moderate"))
    scores = torch.tensor(case.y_pred, requires_grad=True)
    value = twin_of(case.loss, importlib.import_module("lossbook.frameworks.torch"), reduction="none")(
        scores, torch.tensor(case.y_true)
    )
    (gradient,) = torch.autograd.grad(value.sum(), scores)
    name = case.y_pred.dtype.name
    check(value.detach().numpy(), case.loss.value(*exact(case)), name)
    check(gradient.numpy(), case.loss.gradient(*exact(case)), name)


@pytest.mark.pytorch
@fuzzed(20)
@given(st.data(), st.sampled_from(["float16", "bfloat16"]))
def test_halves_in_torch(data, name):
    torch, twins = importlib.import_module("torch"), importlib.import_module("lossbook.frameworks.torch")
    case = data.draw(cases(common("torch"), "moderate"))
    half = getattr(torch, name)
    scores = torch.tensor(np.clip(case.y_pred, -6e4, 6e4)).to(half).requires_grad_()
    value = twin_of(case.loss, twins, reduction="none")(scores, torch.tensor(case.y_true))
    (gradient,) = torch.autograd.grad(value.sum(), scores)
    assert value.dtype == gradient.dtype == half
    y_true, y_pred = np.asarray(case.y_true, float), scores.detach().double().numpy()
    # What is below the smallest normal float16 has lost digits.
    for got, expected in [(value, case.loss.value(y_true, y_pred)), (gradient, case.loss.gradient(y_true, y_pred))]:
        fits = np.abs(expected) < 6e4
        off = np.abs(got.detach().double().numpy() - expected)[fits]
        assert (off <= 2 * torch.finfo(half).eps * np.abs(expected)[fits] + 1e-3).all(), (got, expected)


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
@fuzzed(20, share=0.5)
@given(st.data())
def test_in_keras(data):
    checks = importlib.import_module("keras_checks")
    case = data.draw(cases(common("keras"), "moderate"))
    name = case.y_pred.dtype.name
    twin = twin_of(case.loss, checks.twins, reduction=None, dtype=name)
    value, gradient = checks.value_and_gradient(twin, *case.arguments)
    check(value, case.loss.value(*exact(case)), name)
    check(gradient, case.loss.gradient(*exact(case)), name)
