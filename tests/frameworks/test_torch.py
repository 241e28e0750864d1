"""The PyTorch twins have the value and gradient of the losses, and PyTorch's order and reductions."""

import copy
import importlib
import pickle
import subprocess
import sys

import numpy as np
import pytest
from twin_samples import boxes, hard_labels, masks, residuals

from lossbook import classification, detection, regression, segmentation
from lossbook.core import hyperparameters

pytestmark = pytest.mark.pytorch


def twins():
    return importlib.import_module("lossbook.frameworks.torch")


def torch():
    return importlib.import_module("torch")


ALPHAS = (-np.inf, -1e6, -2, -1e-9, 0, 1e-30, 1e-9, 1, 1.5, 2 - 1e-9, 2, 2.5)
CASES = [
    *[(regression.Quantile(tau), residuals) for tau in (0.5, 0.9)],
    *[(regression.Expectile(tau), residuals) for tau in (0.5, 0.1)],
    *[(regression.Tukey(c), residuals) for c in (1, 4.685)],
    *[(regression.GeneralRobust(alpha, c=1.5), residuals) for alpha in ALPHAS],
    (regression.LogCosh(), residuals),
    *[(classification.BinaryFocal(gamma, alpha), hard_labels) for gamma in (0, 0.5, 2, 5) for alpha in (None, 0.25)],
    (segmentation.Dice(), masks),
    (segmentation.Jaccard(), masks),
    (segmentation.Tversky(alpha=0.2, beta=0.7), masks),
    (detection.BoxIoU(), boxes),
    (detection.GeneralizedIoU(), boxes),
]
each_loss = pytest.mark.parametrize(("loss", "samples"), CASES, ids=[repr(loss) for loss, _ in CASES])


def twin_of(loss, **settings):
    return getattr(twins(), type(loss).__name__)(**hyperparameters(loss), **settings)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
@each_loss
def test_value_and_gradient_are_those_of_the_loss(loss, samples, dtype, tolerance):
    y_true, y_pred = (array.astype(dtype) for array in samples())
    scores = torch().tensor(y_pred, requires_grad=True)
    value = twin_of(loss, reduction="none")(scores, torch().from_numpy(y_true))
    (gradient,) = torch().autograd.grad(value.sum(), scores)
    assert str(value.dtype) == f"torch.{dtype}"
    exact = y_true.astype(np.float64), y_pred.astype(np.float64)
    np.testing.assert_allclose(value.detach().numpy(), loss.value(*exact), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(gradient.numpy(), loss.gradient(*exact), rtol=tolerance, atol=tolerance)


def test_every_twin_is_compared():
    assert {type(loss).__name__ for loss, _ in CASES} == set(twins().__all__)


@each_loss
def test_has_the_defaults_of_the_loss_and_shows_its_settings(loss, samples):
    assert getattr(twins(), type(loss).__name__)().mirrored == type(loss)()
    settings = ", ".join(f"{name}={setting!r}" for name, setting in hyperparameters(loss).items())
    text = repr(twin_of(loss, reduction="sum"))
    assert text == f"{type(loss).__name__}({settings}{', ' if settings else ''}reduction='sum')"


@each_loss
def test_copies_and_pickles(loss, samples):
    twin = twin_of(loss)
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
    optimizer = torch().optim.Adam(layer.parameters(), lr=0.05)
    history = []
    for _ in range(30):
        optimizer.zero_grad()
        value = loss(layer(x).reshape(shape), target.reshape(shape))
        value.backward()
        optimizer.step()
        history.append(value.item())
    assert history[-1] < 0.9 * history[0]


def test_the_quantile_is_found():
    target = torch().arange(101.0)
    constant = torch().nn.Parameter(torch().tensor(50.0))
    optimizer = torch().optim.SGD([constant], lr=5.0)
    for _ in range(300):
        optimizer.zero_grad()
        twins().Quantile(0.9)(constant.expand(101), target).backward()
        optimizer.step()
    assert constant.item() == pytest.approx(90, abs=1)


def test_without_pytorch_the_message_says_what_to_install():
    code = "import sys; sys.modules['torch'] = None; import lossbook.frameworks.torch"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 1
    assert "ImportError: lossbook.frameworks.torch needs PyTorch: pip install 'lossbook[torch]'" in run.stderr
