"""The PyTorch twins have the value and gradient of the losses, and PyTorch's order and reductions."""

import copy
import doctest
import importlib
import pickle
import sys

import numpy as np
import pytest
from twin_samples import IN_TORCH, STARTS, bent, masks, noise, residuals, slopes, twin_of

from lossbook import (
    GeneralRobust,
    GeneralRobustNLL,
    LogitAdjustedCrossEntropy,
    Quantile,
    Tukey,
    detection,
    segmentation,
)
from lossbook.core import hyperparameters

pytestmark = pytest.mark.pytorch


def twins():
    return importlib.import_module("lossbook.frameworks.torch")


def torch():
    return importlib.import_module("torch")


BENT_IN_TORCH = bent(IN_TORCH)
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


HALVES = ["float16", "bfloat16"]


@pytest.mark.parametrize("dtype", HALVES)
@each_loss
def test_in_half_precision_only_input_and_result_are_rounded(loss, samples, dtype):
    half = getattr(torch(), dtype)
    y_true, y_pred = samples()
    y_true = y_true.astype(np.float32)
    scores = torch().tensor(np.clip(y_pred, -6e4, 6e4)).to(half).requires_grad_()
    value = twin_of(loss, twins(), reduction="none")(scores, torch().from_numpy(y_true))
    (gradient,) = torch().autograd.grad(value.sum(), scores)
    assert value.dtype == gradient.dtype == half
    exact = y_true.astype(np.float64), scores.detach().double().numpy()
    for got, expected in [(value, loss.value(*exact)), (gradient, loss.gradient(*exact))]:
        rounded = torch().from_numpy(expected).to(half)
        torch().testing.assert_close(got, rounded, rtol=torch().finfo(half).eps, atol=1e-7)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize(("name", "expected"), [("Dice", 1 / 3), ("Jaccard", 0.5), ("Tversky", 1 / 3)])
def test_an_image_of_halves_has_a_finite_sum(name, expected, dtype):
    half = getattr(torch(), dtype)
    scores = torch().zeros(1, 512, 512, dtype=half, requires_grad=True)
    value = getattr(twins(), name)()(scores, torch().ones(1, 512, 512))
    (gradient,) = torch().autograd.grad(value, scores)
    assert value.item() == pytest.approx(expected, rel=2e-3)
    assert gradient.isfinite().all()


@pytest.mark.parametrize("loss", [detection.BoxIoU(), detection.GeneralizedIoU()], ids=repr)
def test_a_box_of_halves_has_a_finite_area(loss):
    y_true, y_pred = np.array([[0, 0, 900, 900]]), np.array([[0, 0, 1000, 1000]])
    box = torch().tensor(y_pred, dtype=torch().float16, requires_grad=True)
    value = twin_of(loss, twins())(box, torch().from_numpy(y_true))
    (gradient,) = torch().autograd.grad(value, box)
    assert value.item() == pytest.approx(0.19, rel=1e-3)
    np.testing.assert_allclose(gradient.numpy(), loss.gradient(y_true, y_pred), rtol=1e-3, atol=6e-8)  # one step


def test_a_mean_of_halves_is_finite_and_a_threshold_may_exceed_them():
    scores, target = torch().full((100_000,), 4.0, dtype=torch().float16), torch().zeros(100_000)
    assert twins().Quantile()(scores, target).item() == 2
    assert twins().Tukey(c=1e6)(scores, target).item() == 8


def test_autocast_has_a_result_in_float32():
    """As of PyTorch's own losses: times the scale of a GradScaler, a float16 would overflow."""
    scores, target = torch().ones(1, dtype=torch().bfloat16), torch().zeros(1)
    own = torch().nn.MSELoss()
    with torch().autocast("cpu", dtype=torch().bfloat16):
        assert twins().Expectile()(scores, target).dtype == own(scores, target).dtype == torch().float32
    assert twins().Expectile()(scores, target).dtype == torch().bfloat16


@pytest.mark.parametrize(
    ("settings", "input", "input_dtype", "target", "target_dtype", "expected"),
    [
        ({}, [256], "bfloat16", [257], "float32", [0.5]),
        ({}, [2048], "float16", [2049], "int64", [0.5]),
        ({}, [2**24], "float32", [2**24 + 1], "float64", [0.5]),
        ({}, [2**24], "float32", [2**24 + 1], "int32", [0.5]),
        ({}, [2**24], "int32", [2**24 + 1], "float32", [0]),  # float32 holds no such target
        ({}, [2**24], "int64", [2**24 + 1], "int64", [0.5]),
        ({"tau": 0.9}, [8, 12], "int64", [10, 10], "int64", [1.8, 0.2]),
        ({"tau": 0.9}, [8, 12], "uint8", [10, 10], "uint8", [1.8, 0.2]),
    ],
)
def test_neither_side_is_rounded_to_the_dtype_of_the_other(
    settings, input, input_dtype, target, target_dtype, expected
):
    input = torch().tensor(input, dtype=getattr(torch(), input_dtype))
    target = torch().tensor(target, dtype=getattr(torch(), target_dtype))
    value = twins().Quantile(**settings, reduction="none")(input, target)
    assert value.dtype == (input.dtype if input.is_floating_point() else torch().float32)
    assert value.tolist() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float64"])
@pytest.mark.parametrize("name", ["BinaryFocal", "Dice", "Jaccard", "Tversky"])
def test_labels_may_have_any_dtype(name, dtype):
    scores, labels = torch().tensor([[[3.0, -1.0, 0.5]]]), torch().tensor([[[1, 0, 1]]])
    loss = getattr(twins(), name)()
    value = loss(scores, labels.to(getattr(torch(), dtype)))
    assert value.dtype == torch().float32
    assert value.item() == pytest.approx(loss(scores, labels.float()).item(), rel=1e-6)


@pytest.mark.parametrize(("loss", "samples"), BENT_IN_TORCH, ids=[repr(loss) for loss, _ in BENT_IN_TORCH])
def test_second_derivative_is_the_hessian_of_the_loss(loss, samples):
    y_true, y_pred = samples()
    scores = torch().tensor(y_pred, requires_grad=True)
    value = twin_of(loss, twins(), reduction="none")(scores, torch().from_numpy(y_true))
    (gradient,) = torch().autograd.grad(value.sum(), scores, create_graph=True)
    slopes = gradient.unbind(-1) if loss.score_ndim == 1 else [gradient]
    seconds = [torch().autograd.grad(slope.sum(), scores, retain_graph=True)[0].numpy() for slope in slopes]
    second = np.stack(seconds, axis=-2) if loss.score_ndim == 1 else seconds[0]
    # Autograd subtracts powers where Tukey and Barron level off, and probabilities from 1 for softmax; everywhere else
    # the tails keep their digits.
    atol = 1e-15 if isinstance(loss, Tukey | GeneralRobust | LogitAdjustedCrossEntropy) else 0
    np.testing.assert_allclose(second, loss.hessian(y_true, y_pred), rtol=1e-10, atol=atol)


def test_a_mask_pulls_in_its_tail_as_it_should():
    """Its relative error counts as well: far out, 1 less the sigmoid is 0, where the sigmoid of the opposite is not."""
    y_true, y_pred = np.array([[[1.0, 0.0, 1.0]]]), np.array([[[40.0, 45.0, -50.0]]])
    for loss in (segmentation.Dice(), segmentation.Jaccard(), segmentation.Tversky(0.2, 0.7)):
        scores = torch().tensor(y_pred, requires_grad=True)
        value = twin_of(loss, twins())(scores, torch().from_numpy(y_true))
        (gradient,) = torch().autograd.grad(value, scores)
        np.testing.assert_allclose(gradient.numpy(), loss.gradient(y_true, y_pred), rtol=1e-12)


def test_a_target_of_nan_stays_nan_whatever_its_weight():
    target, weight = torch().tensor([1.0, np.nan]), torch().tensor([1.0, 0.0])
    values = twins().Quantile(reduction="none")(torch().zeros(2), target)
    assert (weight * values).sum().isnan()
    assert values[weight > 0].mean().item() == 0.5
    with pytest.raises(ValueError, match="y_true must be finite"):
        Quantile()([1.0, np.nan], [0.0, 0.0], sample_weight=[1.0, 0.0])


def test_a_loss_that_is_no_twin_points_to_one():
    scores = torch().zeros(2, requires_grad=True)
    with pytest.raises(TypeError, match=r"y_pred must be numbers .* got Tensor\. .* lossbook\.frameworks\.torch"):
        Quantile()(torch().zeros(2), scores)


def test_every_twin_is_compared():
    learning = {"GeneralRobustNLL"}  # compared below
    assert {type(loss).__name__ for loss, _ in IN_TORCH} | learning == set(twins().__all__)


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


# The likelihood that learns its shape and scale ---------------------------------------------------


def learning(alpha, c, reduction="mean", dtype="float64"):
    """A twin of these parameters in double precision, so that they are these and not their roundings."""
    loss = twins().GeneralRobustNLL(alpha, c, reduction).to(getattr(torch(), dtype))
    with torch().no_grad():
        loss.logit_alpha.fill_(np.log(alpha / (2 - alpha)))
        loss.log_c.fill_(np.log(c))
    return loss


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize(("alpha", "c"), STARTS)
def test_the_likelihood_is_that_of_the_loss(alpha, c, dtype, tolerance):
    y_true, y_pred = (array.astype(dtype) for array in residuals())
    scores = torch().tensor(y_pred, requires_grad=True)
    twin = learning(alpha, c, "none")
    value = twin(scores, torch().from_numpy(y_true))
    (gradient,) = torch().autograd.grad(value.sum(), scores, create_graph=True)
    (second,) = torch().autograd.grad(gradient.sum(), scores)
    loss, exact = GeneralRobustNLL(alpha, c), (y_true.astype(float), y_pred.astype(float))
    assert value.dtype == gradient.dtype == scores.dtype
    for got, expected in [(value, loss.value), (gradient, loss.gradient), (second, loss.hessian)]:
        np.testing.assert_allclose(got.detach().numpy(), expected(*exact), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("alpha", "c"), STARTS)
def test_the_likelihood_learns_by_its_slopes(alpha, c):
    y_true, y_pred = np.zeros(5), np.array([0.0, 1e-3, -0.5, 3.0, -40.0])
    expected = slopes(alpha, c, y_true, y_pred)
    for dtype, tolerance in [("float32", 2e-4), ("float64", 2e-6)]:
        twin = learning(alpha, c, dtype=dtype)
        twin(torch().from_numpy(y_pred), torch().from_numpy(y_true)).backward()
        got = [twin.logit_alpha.grad.item(), twin.log_c.grad.item()]
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * 1e-3)


def learned(target, location, steps=600):
    """The parameters and the constant that fit the target, learned step by step."""
    loss, constant = twins().GeneralRobustNLL(), torch().nn.Parameter(torch().tensor(location))
    target = torch().tensor(target, dtype=torch().float32)
    parameters = [*loss.parameters(), constant]
    history = descend(
        parameters, lambda: loss(constant.expand(len(target)), target), lambda gradient: 0.5 * gradient, steps
    )
    assert history[-1] < history[0]
    return loss.alpha.item(), loss.c.item(), constant.item()


def test_the_likelihood_finds_shape_and_scale():
    alpha, c, constant = learned(50 + noise(4000), 45.0)
    assert (alpha, c, constant) == (pytest.approx(1, abs=0.2), pytest.approx(3, rel=0.1), pytest.approx(50, abs=0.2))
    alpha, c, _ = learned(np.random.default_rng(7).normal(scale=0.4, size=4000), 0.1)
    assert 1.7 < alpha < 2  # it takes forever to get there, and the scale with it
    assert c == pytest.approx(0.4, rel=0.2)
    heavy, _, _ = learned(np.random.default_rng(8).standard_t(1.5, 4000), 0.0)
    light, _, _ = learned(np.random.default_rng(8).standard_t(5, 4000), 0.0)
    assert 0 < heavy < 0.5 < light < 1.5


def test_the_likelihood_is_saved_and_restored():
    loss, other = twins().GeneralRobustNLL(0.5, 3), twins().GeneralRobustNLL()
    assert set(loss.state_dict()) == {"logit_alpha", "log_c"}
    other.load_state_dict(loss.state_dict())
    for again in (other, copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert (again.alpha.item(), again.c.item()) == (loss.alpha.item(), loss.c.item())
    assert (loss.alpha.item(), loss.c.item()) == (pytest.approx(0.5), pytest.approx(3))
    assert repr(loss) == "GeneralRobustNLL(alpha=0.5, c=3.0, reduction='mean')"
    assert twins().GeneralRobustNLL().mirrored == GeneralRobustNLL()


@pytest.mark.parametrize("alpha", [0, 2, -1, 2.5, np.nan])
def test_a_likelihood_without_room_to_learn_is_refused(alpha):
    with pytest.raises(ValueError, match=r"GeneralRobustNLL: alpha must be a number in [(\[]0, 2[)\]], got"):
        twins().GeneralRobustNLL(alpha)
    with pytest.raises(ValueError, match="GeneralRobustNLL: c must be"):
        twins().GeneralRobustNLL(1, 0)


@pytest.mark.parametrize("dtype", HALVES)
def test_the_likelihood_of_halves_is_computed_in_float32(dtype):
    half = getattr(torch(), dtype)
    target, scores = torch().zeros(4), torch().tensor([0.0, 0.1, -3.0, 250.0]).to(half)
    for loss in (learning(1.25, 0.5, "none", "float32"), learning(1.25, 0.5, "none", dtype)):
        value = loss(scores, target)
        exact = GeneralRobustNLL(loss.alpha.item(), loss.c.item())
        expected = exact.value(np.zeros(4), scores.double().numpy())
        assert value.dtype == half
        torch().testing.assert_close(value.detach(), torch().from_numpy(expected).to(half), rtol=2**-6, atol=0)
        value.sum().backward()
        assert all(parameter.grad.isfinite() for parameter in loss.parameters())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_likelihood_stays_finite_wherever_it_is_led(dtype):
    scores = torch().tensor([0.0, 1e-30, 1.0, -3.0, 1e10, 1e15], dtype=getattr(torch(), dtype), requires_grad=True)
    for logit_alpha in (-800, -40, 0, 40, 800):
        for log_c in (-800, -40, 0, 40, 800):
            loss = twins().GeneralRobustNLL().to(scores.dtype)
            with torch().no_grad():
                loss.logit_alpha.fill_(logit_alpha)
                loss.log_c.fill_(log_c)
            value = loss(scores, torch().zeros_like(scores))
            gradients = torch().autograd.grad(value, [scores, *loss.parameters()])
            assert all(each.isfinite().all() for each in (value, *gradients)), (logit_alpha, log_c)


def test_examples():
    result = doctest.testmod(twins())
    assert result.attempted > 0
    assert result.failed == 0


def test_without_pytorch_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "lossbook.frameworks.torch", raising=False)
    message = r"lossbook\.frameworks\.torch needs PyTorch: pip install torch"
    with pytest.raises(ImportError, match=message):
        importlib.import_module("lossbook.frameworks.torch")
