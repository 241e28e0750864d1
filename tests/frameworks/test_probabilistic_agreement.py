"""The probabilistic losses beside Keras, PyTorch and scikit-learn: the same values; differences are listed.

All three take predictions on their natural scale, or nearly: what `loss.predict` returns.
"""

import importlib
import math
from pkgutil import resolve_name

import numpy as np
import pytest
from losses_probabilistic import PROBABILISTIC
from packages import MARKS, checked, claimed
from sklearn.metrics import mean_poisson_deviance

from lossbook.probabilistic import GaussianNLL, KLDivergence, LaplaceNLL, PoissonNLL

EXACT = {"rel": 1e-13, "abs": 1e-14}
SINGLE = {"rel": 2e-6, "abs": 1e-6}
inf, nan = np.inf, np.nan


def in_keras(loss, y_true, y_pred):
    """Keras takes a rate or probabilities, averages or sums over the last axis, and computes in float32."""
    rows = (lambda array: array) if isinstance(loss, KLDivergence) else (lambda array: array[:, None])
    theirs = resolve_name(loss.facts.keras)(reduction=None)(rows(y_true), rows(loss.predict(y_pred)))
    return importlib.import_module("keras").ops.convert_to_numpy(theirs)


def in_torch(loss, y_true, y_pred, **settings):
    """PyTorch takes mean and variance, the log-rate, or log-probabilities, of which it does not sum the terms."""
    torch = importlib.import_module("torch")
    theirs = resolve_name(loss.facts.torch)(**{"reduction": "none"} | settings)
    if isinstance(loss, GaussianNLL):
        mean, variance = torch.from_numpy(loss.predict(y_pred)).T
        return theirs(mean, torch.from_numpy(y_true), variance).numpy()
    if isinstance(loss, KLDivergence):
        y_pred = torch.log_softmax(torch.from_numpy(y_pred), dim=-1)
        result = theirs(y_pred, torch.from_numpy(y_true)).numpy()
        return result.sum(axis=-1) if result.ndim else result
    return theirs(torch.from_numpy(y_pred), torch.from_numpy(y_true)).numpy()


PACKAGES = {"keras": in_keras, "torch": in_torch}

RANDOM = np.random.default_rng(50)
TWO_COLUMNS = RANDOM.normal(size=20), RANDOM.normal(size=(20, 2)) * 2
NONE_OR_ONE = np.arange(20.0) % 2, RANDOM.normal(size=20) * 2
SHARES = RANDOM.dirichlet([1, 1, 1], 20), RANDOM.normal(size=(20, 3))


def case(loss, package, samples, tolerance, **settings):
    return pytest.param(loss, package, samples, tolerance, settings, marks=MARKS[package], id=f"{loss!r}-{package}")


AGREEMENTS = [
    case(GaussianNLL(), "torch", TWO_COLUMNS, EXACT, full=True),
    # log y! is 0 for these; for larger counts see below
    case(PoissonNLL(), "keras", NONE_OR_ONE, SINGLE),
    case(PoissonNLL(), "torch", NONE_OR_ONE, EXACT, full=True),
    case(KLDivergence(), "keras", SHARES, SINGLE),
    case(KLDivergence(), "torch", SHARES, EXACT),
]


@pytest.mark.parametrize(("loss", "package", "samples", "tolerance", "settings"), AGREEMENTS)
def test_agrees(loss, package, samples, tolerance, settings):
    theirs = PACKAGES[package](loss, *samples, **settings)
    assert theirs == pytest.approx(loss.value(*samples), **tolerance)


def test_every_name_is_checked():
    assert checked(AGREEMENTS) == claimed(PROBABILISTIC)


def disagreement(loss, package, sample, ours, theirs, reason, **settings):
    """One target and its score, what either package makes of it, and why they differ."""
    samples = tuple(np.array([entry], float) for entry in sample)
    return pytest.param(loss, package, samples, ours, theirs, settings, marks=MARKS[package], id=f"{package}: {reason}")


GAUSS, POISSON, KL = GaussianNLL(), PoissonNLL(), KLDivergence()
HALF_LOG_2_PI = math.log(2 * math.pi) / 2
STIRLING = 3 * math.log(3) - 3 + math.log(2 * math.pi * 3) / 2
TEN = 10 - 10 * math.log(10)
CLIPPED = -math.log(1e-7)

DISAGREEMENTS = [
    disagreement(GAUSS, "torch", (0, [2, 0]), 2 + HALF_LOG_2_PI, 2, "no constant by default"),
    disagreement(
        GAUSS,
        "torch",
        (0, [0, -23]),
        HALF_LOG_2_PI - 11.5,
        HALF_LOG_2_PI - 3 * math.log(10),
        "floor of 1e-6",
        full=True,
    ),
    disagreement(POISSON, "keras", (3, 0), 1 + math.log(6), 1, "never log y!"),
    disagreement(POISSON, "keras", (10, math.log(10)), TEN + math.lgamma(11), TEN, "so a value may be far below 0"),
    disagreement(POISSON, "keras", (1, -inf), inf, CLIPPED, "1e-7 is added to the rate"),
    disagreement(POISSON, "torch", (3, 0), 1 + math.log(6), 1, "no log y! by default"),
    disagreement(POISSON, "torch", (3, 0), 1 + math.log(6), 1 + STIRLING, "Stirling's formula for log y!", full=True),
    disagreement(POISSON, "torch", (0, -inf), 0, nan, "0 times minus infinity"),
    disagreement(KL, "torch", ([0, 1], [-inf, 0]), 0, nan, "0 times minus infinity, for a class rightly ruled out"),
    disagreement(
        KL,
        "torch",
        ([0.5, 0.5], [0, math.log(3)]),
        math.log(4 / 3) / 2,
        math.log(4 / 3) / 4,
        "mean divides by samples times classes",
        reduction="mean",
    ),
    disagreement(KL, "keras", ([1, 0], [-50, 0]), 50, CLIPPED, "probabilities clipped at 1e-7"),
    disagreement(KL, "keras", ([1, 0], [-inf, 0]), inf, CLIPPED, "even the probability of what cannot be"),
]


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides the total loss:UserWarning")
@pytest.mark.parametrize(("loss", "package", "samples", "ours", "theirs", "settings"), DISAGREEMENTS)
def test_known_disagreement(loss, package, samples, ours, theirs, settings):
    assert loss.value(*samples) == pytest.approx([ours], rel=1e-13)
    got = PACKAGES[package](loss, *samples, **settings)
    assert got == pytest.approx(np.full_like(got, theirs), rel=1e-6, nan_ok=True)
    assert got != pytest.approx(np.full_like(got, ours), rel=1e-3)


def test_stirlings_formula_is_off_by_three_percent_at_3():
    assert STIRLING - math.log(6) == pytest.approx(-0.0277, abs=1e-4)


@pytest.mark.pytorch
def test_the_mean_of_pytorch_that_is_a_divergence():
    theirs = in_torch(KLDivergence(), *SHARES, reduction="batchmean")
    assert theirs == pytest.approx(KLDivergence()(*SHARES), **EXACT)


@pytest.mark.pytorch
@pytest.mark.parametrize("loss", [GaussianNLL(), LaplaceNLL(), PoissonNLL(), KLDivergence()], ids=repr)
def test_gradient_by_automatic_differentiation(loss):
    torch = importlib.import_module("torch")
    y_true, y_pred = {PoissonNLL: NONE_OR_ONE, KLDivergence: SHARES}.get(type(loss), TWO_COLUMNS)
    score, y = torch.tensor(y_pred, requires_grad=True), torch.from_numpy(y_true)
    distributions = torch.distributions
    if isinstance(loss, GaussianNLL):
        total = -distributions.Normal(score[:, 0], torch.exp(score[:, 1] / 2)).log_prob(y).sum()
    elif isinstance(loss, LaplaceNLL):
        total = -distributions.Laplace(score[:, 0], torch.exp(score[:, 1])).log_prob(y).sum()
    elif isinstance(loss, PoissonNLL):
        total = -distributions.Poisson(torch.exp(score)).log_prob(y).sum()
    else:
        predicted = distributions.Categorical(logits=score)
        total = distributions.kl_divergence(distributions.Categorical(probs=y), predicted).sum()
    total.backward()
    assert loss.value(y_true, y_pred).sum() == pytest.approx(total.item(), rel=1e-12)
    assert loss.gradient(y_true, y_pred) == pytest.approx(score.grad.numpy(), rel=1e-9, abs=1e-12)


@pytest.mark.pytorch
def test_gradient_where_pytorch_clamps_the_variance():
    """Below its floor PyTorch's gradient still pushes the variance, by 1e12 times the squared residual."""
    torch = importlib.import_module("torch")
    variance = torch.tensor([1e-8], dtype=torch.float64, requires_grad=True)
    mean, y = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    torch.nn.GaussianNLLLoss()(mean, y, variance).backward()
    assert variance.grad.item() == pytest.approx(-5e11, rel=1e-5)
    pull = GaussianNLL().gradient([0.0], [[1.0, math.log(1e-8)]])[0, 1]
    assert pull == pytest.approx(-5e7, rel=1e-6)


def test_the_deviance_of_scikit_learn_is_twice_the_loss_above_that_of_a_perfect_rate():
    loss, counts = PoissonNLL(), np.array([1.0, 2.0, 5.0, 30.0])
    z = np.array([0.3, -1.0, 2.0, 3.0])
    excess = loss(counts, z) - loss(counts, loss.to_score(counts))
    assert mean_poisson_deviance(counts, loss.predict(z)) == pytest.approx(2 * excess, rel=1e-13)
