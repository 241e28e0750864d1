"""The PyTorch twins have the value and gradient of the losses, and PyTorch's order and reductions."""

import copy
import doctest
import importlib
import pickle
import sys

import numpy as np
import pytest
from twin_samples import IN_TORCH, masks, twin_of

from lossbook.core import hyperparameters

pytestmark = pytest.mark.pytorch


def twins():
    return importlib.import_module("lossbook.frameworks.torch")


def torch():
    return importlib.import_module("torch")


each_loss = pytest.mark.parametrize(("loss", "samples"), IN_TORCH, ids=[repr(loss) for loss, _ in IN_TORCH])


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
@each_loss
def test_value_and_gradient_are_those_of_the_loss(loss, samples, dtype, tolerance):
    y_true, y_pred = (array.astype(dtype) for array in samples())
    scores = torch().tensor(y_pred, requires_grad=True)
    value = twin_of(loss, twins(), reduction="none")(scores, torch().from_numpy(y_true))
    (gradient,) = torch().autograd.grad(value.sum(), scores)
    assert str(value.dtype) == f"torch.{dtype}"
    exact = y_true.astype(np.float64), y_pred.astype(np.float64)
    np.testing.assert_allclose(value.detach().numpy(), loss.value(*exact), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(gradient.numpy(), loss.gradient(*exact), rtol=tolerance, atol=tolerance)


def test_every_twin_is_compared():
    assert {type(loss).__name__ for loss, _ in IN_TORCH} == set(twins().__all__)


@each_loss
def test_has_the_defaults_of_the_loss_and_shows_its_settings(loss, samples):
    assert getattr(twins(), type(loss).__name__)().mirrored == type(loss)()
    settings = ", ".join(f"{name}={setting!r}" for name, setting in hyperparameters(loss).items())
    text = repr(twin_of(loss, twins(), reduction="sum"))
    assert text == f"{type(loss).__name__}({settings}{', ' if settings else ''}reduction='sum')"


@each_loss
def test_copies_and_pickles(loss, samples):
    twin = twin_of(loss, twins())
    assert repr(copy.deepcopy(twin)) == repr(pickle.loads(pickle.dumps(twin))) == repr(twin)


def test_reductions_are_those_of_pytorch():
    input, target = torch().tensor([8.0, 12.0]), torch().tensor([10.0, 10.0])
    values = {reduction: twins().Quantile(0.9, reduction)(input, target) for reduction in ("none", "sum", "mean")}
    np.testing.assert_allclose(values["none"], [1.8, 0.2], rtol=1e-6)
    assert values["sum"].item() == pytest.approx(2.0)
    assert values["mean"].item() == pytest.approx(1.0)
    assert twins().Quantile().reduction == "mean"
    with pytest.raises(ValueError, match="Quantile: reduction must be mean, sum or none, got 'median'"):
        twins().Quantile(reduction="median")


def test_masks_may_have_a_channel():
    y_true, y_pred = (torch().from_numpy(array) for array in masks())
    dice = twins().Dice(reduction="none")
    np.testing.assert_array_equal(dice(y_pred[:, None], y_true[:, None]), dice(y_pred, y_true))


def test_the_target_may_hold_integers():
    target = torch().tensor([16], dtype=torch().uint8)
    assert twins().Expectile()(torch().tensor([0.0]), target).item() == 128


@pytest.mark.parametrize(
    ("name", "input_shape", "target_shape"),
    [
        ("Quantile", (3, 1), (3,)),
        ("Quantile", (3,), (3, 1)),
        ("LogCosh", (3, 2), (3, 1)),
        ("BinaryFocal", (3,), (1,)),
        ("Dice", (3, 4, 4), (3, 4, 5)),
        ("Dice", (3, 4), (3, 4)),
        ("Jaccard", (3, 2, 4, 4), (3, 2, 4, 4)),
        ("Tversky", (3, 4, 4, 1), (3, 4, 4, 1)),
        ("BoxIoU", (3, 5), (3, 5)),
        ("GeneralizedIoU", (3, 4), (1, 4)),
    ],
)
def test_nothing_is_broadcast(name, input_shape, target_shape):
    with pytest.raises(ValueError, match=f"{name}: (input|target) must have shape"):
        getattr(twins(), name)()(torch().zeros(input_shape), torch().zeros(target_shape))


@pytest.mark.parametrize(("name", "settings"), [("Quantile", {"tau": 1}), ("Tversky", {"alpha": -1})])
def test_bad_settings_are_refused(name, settings):
    with pytest.raises(ValueError, match=f"{name}: {next(iter(settings))} must be"):
        getattr(twins(), name)(**settings)


def descend(parameters, loss, move, steps):
    """Move the parameters against their gradients, and return the losses on the way.

    By hand, as the first optimizer of `torch.optim` imports PyTorch's compiler, which takes a second.
    """
    history = []
    for _ in range(steps):
        value = loss()
        value.backward()
        history.append(value.item())
        with torch().no_grad():
            for parameter in parameters:
                parameter -= move(parameter.grad)
                parameter.grad = None
    return history


@pytest.mark.parametrize("name", ["Quantile", "GeneralRobust", "BinaryFocal", "Jaccard", "GeneralizedIoU"])
def test_trains(name):
    random = np.random.default_rng(4)
    x = torch().tensor(random.normal(size=(64, 16)), dtype=torch().float32)
    loss = getattr(twins(), name)()
    if name == "GeneralizedIoU":
        low = torch().tensor(random.normal(size=(64, 2)), dtype=torch().float32)
        target = torch().cat([low, low + 2], dim=1)
    else:
        target = (x > 0).float()
    layer = torch().nn.Linear(16, target.shape[1])
    shape = (64, 4, 4) if name == "Jaccard" else target.shape
    history = descend(
        list(layer.parameters()),
        lambda: loss(layer(x).reshape(shape), target.reshape(shape)),
        move=lambda gradient: 0.02 * gradient.sign(),
        steps=30,
    )
    assert history[-1] < 0.9 * history[0]


def test_the_quantile_is_found():
    target = torch().arange(101.0)
    constant = torch().nn.Parameter(torch().tensor(50.0))
    loss = twins().Quantile(0.9)
    descend([constant], lambda: loss(constant.expand(101), target), move=lambda gradient: 5 * gradient, steps=300)
    assert constant.item() == pytest.approx(90, abs=1)


def test_examples():
    result = doctest.testmod(twins())
    assert result.attempted > 0
    assert result.failed == 0


def test_without_pytorch_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "lossbook.frameworks.torch", raising=False)
    message = r"lossbook\.frameworks\.torch needs PyTorch: pip install 'lossbook\[torch\]'"
    with pytest.raises(ImportError, match=message):
        importlib.import_module("lossbook.frameworks.torch")
