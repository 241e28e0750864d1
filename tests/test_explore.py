"""`explore`: every loss of the package, functions of a learner's own, and what it says when it cannot."""

import dataclasses
import itertools
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import lossbook
from lossbook import (
    CTC,
    BinaryCrossEntropy,
    BinaryFocal,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Contrastive,
    Dice,
    Expectile,
    GaussianNLL,
    GeneralRobust,
    GeneralRobustNLL,
    Hinge,
    Huber,
    Loss,
    PoissonNLL,
    Quantile,
    SmoothL1,
    SquaredError,
    Triplet,
    Tukey,
    Tversky,
    UncertaintyWeighted,
    WeightedSum,
)
from lossbook.core import hyperparameters
from lossbook.explorable import Explorable
from lossbook.explorable.functions import parameters
from lossbook.explore import Slip, explore

CLASSES = [each for each in vars(lossbook).values() if isinstance(each, type) and issubclass(each, Loss)]
CLASSES.remove(Loss)


def source(figure, kind, state):
    """What the line of a panel shows at a state: its positions and its values."""
    line = figure.panels[kind].marks[0]
    return line.x, line.y(**{name: state[name] for name in parameters(line.y, figure.controls, "")})


def states(figure):
    """The initial state, and those with one control at an end of its grid."""
    yield figure.initial
    for name, control in figure.controls.items():
        for value in (control.grid[0], control.grid[-1]):
            yield figure.initial | {name: value}


# Losses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", CLASSES)
def test_every_loss(loss):
    figure = explore(loss())
    assert isinstance(figure, Explorable)
    assert figure.page_bytes < 150_000
    for state in states(figure):
        x, value = source(figure, 0, state)
        _, slope = source(figure, 1, state)
        off = np.abs(np.gradient(value, x) - slope)[1:-1] / (1 + np.abs(slope[1:-1]))
        assert np.quantile(off, 0.95) < 0.02, state  # at a kink, one or two points differ
        assert len(figure.printed(state)) == 1
        for name, value in state.items():
            setattr(figure, name, value)
    for kind in (0, 1):
        _, first = source(figure, kind, figure.initial)
        axis = figure.panels[kind].y
        assert axis.low < first.min() <= first.max() < axis.high


@pytest.mark.parametrize("loss", [Huber(1.5), Quantile(0.3), Tukey(), SquaredError()])
def test_a_residual(loss):
    figure = explore(loss, span=(-2, 3))
    assert figure.panels[0].x.label.startswith("residual")
    x, value = source(figure, 0, figure.initial)
    assert (x[0], x[-1]) == (-2, 3)
    np.testing.assert_array_equal(value, loss.value(np.zeros_like(x), x))
    np.testing.assert_array_equal(source(figure, 1, figure.initial)[1], loss.gradient(np.zeros_like(x), x))


AT_THE_ENDS = [
    *[kind(size) for kind in (Huber, SmoothL1, Tukey) for size in (1e-300, 1e-9, 1e-5, 1e6, 1e300)],
    *[GeneralRobust(alpha) for alpha in (-np.inf, -1e300, -1e6, -50, -1e-9, 1e-300, 2, 2.5, 10)],
    *[GeneralRobust(-np.inf, c) for c in (1e-3, 1e6)],
    *[GeneralRobustNLL(alpha) for alpha in (0, 1e-300, 2)],
    *[kind(tau) for kind in (Quantile, Expectile) for tau in (1e-300, 1e-9, 1 - 1e-9)],
    *[BinaryCrossEntropy(weight) for weight in (1e-300, 1e6)],
    *[BinaryFocal(gamma, alpha) for gamma in (0, 1e6, 1e300) for alpha in (None, 1e-9)],
    CategoricalFocal(1e300),
    *[Contrastive(margin, distance) for margin in (1e-300, 1e3) for distance in ("plain", "squared")],
    *[Triplet(margin) for margin in (1e-300, 1e6)],
    *[Tversky(alpha, beta) for alpha in (1e-300, 999_999) for beta in (1e-300, 999_999)],
    WeightedSum(weights=(0, 0)),
    WeightedSum(weights=(1e-9, 1e6)),
    UncertaintyWeighted(log_variances=(-10, 699)),
]


@pytest.mark.parametrize("loss", AT_THE_ENDS, ids=repr)
def test_every_legal_hyperparameter(loss):
    """It is drawn, and whatever its sliders offer is legal too."""
    figure = explore(loss)
    for name, value in hyperparameters(loss).items():
        if name in figure.controls:
            grid = figure.controls[name].grid
            assert value in grid
            for node in grid:
                dataclasses.replace(loss, **{name: node})
    for state in states(figure):
        assert all(np.isfinite(source(figure, kind, state)[1]).all() for kind in (0, 1))
    x, value = source(figure, 0, figure.initial)
    if figure.panels[0].x.label.startswith("residual"):
        np.testing.assert_array_equal(value, loss.value(np.zeros_like(x), x))


@pytest.mark.parametrize(
    ("loss", "names"),
    [
        (GeneralRobust(-np.inf), ["c", "residual"]),
        (Huber(1e-300), ["residual"]),
        (Huber(1e300), ["residual"]),
        (Huber(1e6), ["delta", "residual"]),
    ],
)
def test_a_number_that_no_slider_can_show_keeps_its_value(loss, names):
    assert list(explore(loss).controls) == names


def test_a_slider_of_large_numbers_offers_no_zero():
    grid = explore(Huber(1e6)).controls["delta"].grid
    assert (grid[0], grid[-1]) == (1e5, 5e6)


def test_sliders_end_where_numbers_become_too_large_to_print():
    figure = explore(GeneralRobust(-50))
    assert -50 in figure.controls["alpha"].grid
    corners = itertools.product(*(control.grid for control in list(figure.controls.values())[:2]))
    for alpha, c in corners:
        assert abs(GeneralRobust(alpha, c).value([0.0], [5.0])) < 2**26


def test_a_range_that_is_given_is_kept():
    with pytest.raises(ValueError, match=r"the value of GeneralRobust must stay below 67,108,864 to be printed, got"):
        explore(GeneralRobust(), alpha=(1, 40), c=(0.1, 1))
    assert explore(GeneralRobust(), alpha=(1, 40)).controls["alpha"].grid[-1] == 40


@dataclass(frozen=True)
class Named(Loss):
    """A learner's loss whose parameters have the names of everything else in the figure."""

    entry: float = 1.0
    target: float = 1.0
    residual: float = 1.0
    score: float = 1.0

    def _value(self, y_true, y_pred):
        return self.entry * self.target * self.residual * self.score * (y_pred - y_true) ** 2

    def _gradient(self, y_true, y_pred):
        return 2 * self.entry * self.target * self.residual * self.score * (y_pred - y_true)


def test_names_of_parameters_do_not_collide():
    figure = explore(Named())
    assert list(figure.controls) == ["entry", "target", "residual", "score", "residual_"]
    assert figure.printed() == ["at residual_ = 2.00: value 4.000, slope +4.000"]
    assert explore(lambda r, entry=2.0: entry * r).printed() == ["at r = 2.00: value 4.000, slope +2.000"]
    assert explore(lambda r, value=2.0, slope=1.0: value * r).printed() == ["at r = 2.00: value 4.000, slope +2.000"]
    assert explore(lambda value: value**2).printed() == ["at value = 2.00: value 4.000, slope +4.000"]
    assert explore(lambda slope: slope**2).printed() == ["at slope = 2.00: value 4.000, slope +4.000"]


def test_a_hyperparameter_starts_at_the_value_of_the_loss():
    figure = explore(Tukey(4.685))
    assert figure.c == 4.685
    assert 4.685 in figure.controls["c"].grid


@pytest.mark.parametrize(
    ("loss", "name", "low", "high"),
    [
        (Quantile(0.1), "tau", 0.02, 0.98),
        (Huber(), "delta", 0.1, 5),
        (CategoricalFocal(3), "gamma", 0, 15),
        (CategoricalCrossEntropy(), "label_smoothing", 0, 0.98),
        (GeneralRobust(), "alpha", -5, 5),
        (Contrastive(), "margin", 0.1, 5),
    ],
)
def test_a_loss_is_asked_which_numbers_it_accepts(loss, name, low, high):
    grid = explore(loss).controls[name].grid
    assert (grid[0], grid[-1]) == (low, high)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [(Hinge(), ["-1", "1"]), (BinaryCrossEntropy(), ["0", "1"]), (PoissonNLL(), ["0", "1", "3"])],
)
def test_a_loss_is_asked_which_targets_it_takes(loss, targets):
    figure = explore(loss)
    assert figure.controls["target"].options == targets
    for target in targets:
        x, value = source(figure, 0, figure.initial | {"target": target})
        np.testing.assert_array_equal(value, loss.value(np.full_like(x, float(target)), x))


def test_a_target_of_ones_own():
    figure = explore(BinaryCrossEntropy(), y_true=0.25)
    assert "target" not in figure.controls
    x, value = source(figure, 0, figure.initial)
    np.testing.assert_array_equal(value, BinaryCrossEntropy().value(np.full_like(x, 0.25), x))


def test_a_sample_of_ones_own():
    loss, y_true, y_pred = CategoricalCrossEntropy(), np.array([0, 0.5, 0.5, 0]), np.array([0.0, 1, 2, 3])
    figure = explore(loss, y_true=y_true, y_pred=y_pred, span=(0, 4))
    assert figure.controls["entry"].options == [f"y_pred[{k}]" for k in range(4)]
    x, slope = source(figure, 1, figure.initial | {"entry": "y_pred[2]"})
    for at in (0, 77, 200):
        moved = np.array([0.0, 1, x[at], 3])
        assert slope[at] == loss.gradient([y_true], [moved])[0, 2]


def test_the_sample_is_told_where_it_is_an_example():
    assert "y_true = [1, 0, 0], y_pred = [1.0, 0.0, -1.0]" in explore(CategoricalCrossEntropy()).caption
    assert "sample" not in explore(Huber()).caption


def test_a_loss_without_a_target():
    figure = explore(Triplet(), y_pred=[[0.0], [0.6], [0.7]], span=(0, 1))
    x, value = source(figure, 0, figure.initial | {"entry": "y_pred[2, 0]"})
    assert value[100] == Triplet().value(None, [[[0.0], [0.6], [x[100]]]])[0]


def test_only_so_many_entries():
    figure = explore(Dice(), y_true=np.eye(5), y_pred=np.zeros((5, 5)))
    assert len(figure.controls["entry"].options) == 12


@pytest.mark.parametrize("blank", [0, 1, 2])
def test_a_sequence(blank):
    assert "blank" not in explore(CTC(blank)).controls


def test_losses_of_a_sum_keep_their_values():
    loss = WeightedSum((GaussianNLL(), Hinge(), Huber(3)), weights=(1, 2, 0.5))
    figure = explore(loss)
    assert list(figure.controls) == ["entry", "score"]
    assert figure.controls["entry"].options == ["y_pred[0][0]", "y_pred[0][1]", "y_pred[1]", "y_pred[2]"]
    x, value = source(figure, 0, figure.initial | {"entry": "y_pred[1]"})
    rest = loss.value([[0.0], [1.0], [0.0]], [[[1.0, 0.0]], [2.0], [0.0]])
    np.testing.assert_allclose(value, rest + 2 * Hinge().value(np.ones_like(x), x))


def test_texts_to_choose_from():
    figure = explore(Contrastive(), distance=("plain", "squared"))
    assert figure.distance == "plain"
    assert "distance" not in explore(Contrastive()).controls
    _, value = source(figure, 0, figure.initial | {"distance": "squared"})
    assert not np.array_equal(value, source(figure, 0, figure.initial)[1])


@dataclass(frozen=True)
class Power(Loss):
    """A learner's loss: no facts, no checks, a whole number and a switch."""

    exponent: float = 2.0
    times: int = 1
    half: bool = False

    def __post_init__(self):
        if not isinstance(self.times, int) or self.times < 1:
            raise ValueError(f"times must be a whole number from 1 on, got {self.times}")

    def _value(self, y_true, y_pred):
        return self._factor * np.abs(y_pred - y_true) ** self.exponent

    def _gradient(self, y_true, y_pred):
        r = y_pred - y_true
        return self._factor * self.exponent * np.sign(r) * np.abs(r) ** (self.exponent - 1)

    @property
    def _factor(self):
        return self.times / (2 if self.half else 1)


def test_a_loss_of_ones_own():
    figure = explore(Power())
    assert figure.state == {"exponent": 2.0, "times": 1, "half": False, "residual": 2.0}
    grid = figure.controls["exponent"].grid
    assert grid[0] >= 1  # below, the slope is infinite at 0
    assert 6 < grid[-1] < 9  # beyond, its numbers are huge
    assert figure.controls["times"].grid == [1, 2, 3, 4, 5]
    x, value = source(figure, 0, {"exponent": 3.0, "times": 2, "half": True})
    np.testing.assert_array_equal(value, np.abs(x) ** 3)


# Functions ----------------------------------------------------------------------------------------


def test_a_function():
    figure = explore(lambda r, delta: np.where(np.abs(r) <= delta, r**2 / 2, delta * (np.abs(r) - delta / 2)))
    assert figure.title == "your loss"
    assert figure.state == {"delta": 1.0, "r": 2.0}
    assert figure.printed() == ["at r = 2.00: value 1.500, slope +1.000"]
    huber = explore(Huber())
    assert figure.controls["delta"].grid == huber.controls["delta"].grid
    for state in states(figure):
        state |= {"residual": state["r"]}
        for kind in (0, 1):
            np.testing.assert_allclose(source(figure, kind, state)[1], source(huber, kind, state)[1], atol=1e-5)


def in_place(r, shift=1.0, scale=2.0):
    r -= shift
    np.abs(r, out=r)
    r *= r
    r *= scale
    return r


def test_a_function_that_works_in_place():
    figure = explore(in_place)
    for state in states(figure):
        x, value = source(figure, 0, state)
        np.testing.assert_array_equal(x, np.round(np.linspace(-5, 5, 201), 12))
        np.testing.assert_allclose(value, state["scale"] * (x - state["shift"]) ** 2, atol=1e-12)
        slope = 2 * state["scale"] * (x - state["shift"])
        np.testing.assert_allclose(source(figure, 1, state)[1][1:-1], slope[1:-1], atol=1e-4)


def test_a_function_of_the_axis_alone():
    figure = explore(lambda x: x**2, span=(0, 1))
    assert list(figure.state) == ["x"]
    assert figure.panels[0].x.high == 1


def test_the_ends_of_the_axis_may_be_those_of_the_domain():
    figure = explore(lambda p, scale=1.0: -scale * np.log(p), span=(0.01, 1))
    _, slope = source(figure, 1, figure.initial)
    np.testing.assert_allclose(slope[[0, -1]], [-100, -1], rtol=1e-3)


def test_defaults_of_the_signature():
    def gap(r, shift=-2, tilt=0, smooth=True, name="plain", *, sides=None):
        return np.abs(r - shift) + tilt * r + smooth

    figure = explore(gap)
    assert figure.name == "explore-gap"
    assert figure.state == {"shift": -2, "tilt": 0, "smooth": True, "r": 2.0}
    grids = {name: (control.grid[0], control.grid[-1]) for name, control in figure.controls.items()}
    assert grids == {"shift": (-10, 10), "tilt": (-5, 5), "smooth": (False, True), "r": (-5, 5)}
    _, value = source(figure, 0, figure.initial | {"smooth": False})
    np.testing.assert_array_equal(value + 1, source(figure, 0, figure.initial)[1])


def test_a_range_overrides():
    figure = explore(lambda r, delta, power=2: delta * np.abs(r) ** power, delta=(2, 7.5), power=(1, 3))
    assert (figure.delta, figure.power) == (2.0, 2.0)
    grid = figure.controls["delta"].grid
    assert (grid[0], grid[-1]) == (2, 7.5)
    assert explore(Quantile(0.5), tau=(0.6, 0.9)).tau == 0.6
    assert explore(BinaryFocal(alpha=None), alpha=(0.1, 0.9)).alpha == 0.9
    assert "alpha" not in explore(BinaryFocal(alpha=None)).controls


def test_texts_for_a_function():
    def either(r, kind):
        return np.abs(r) if kind == "absolute" else r**2

    figure = explore(either, kind=("absolute", "squared"))
    assert figure.kind == "absolute"
    assert source(figure, 0, {"kind": "squared"})[1][0] == 25


def test_small_and_large_numbers_are_printed():
    assert explore(lambda r: 1e-4 * r).printed() == ["at r = 2.00: value 0.000200, slope +0.000100"]
    assert explore(lambda r: 1e6 * r).printed() == ["at r = 2.00: value 2000000.0, slope +1000000.0"]


def test_a_constant():
    axis = explore(lambda r: np.full_like(r, 3)).panels[0].y
    assert axis.low < 3 < axis.high


def squared_error(y_true, y_pred, scale=1.0):
    return scale * (y_pred - y_true) ** 2


def test_a_function_of_a_target_is_drawn_against_the_prediction():
    figure = explore(squared_error)
    assert figure.state == {"y_true": 0.0, "scale": 1.0, "y_pred": 2.0}
    x, value = source(figure, 0, figure.initial | {"y_true": 1.0, "scale": 3.0})
    np.testing.assert_allclose(value, 3 * (x - 1) ** 2, atol=1e-12)


def test_a_target_of_ones_own_for_a_function():
    def hinge(y_true, y_pred):
        assert y_true.shape == y_pred.shape
        return np.maximum(0, 1 - y_true * y_pred)

    figure = explore(hinge, gradient=lambda y_true, y_pred: np.where(y_true * y_pred < 1, -y_true, 0), y_true=-1)
    assert list(figure.controls) == ["y_pred"]
    x, value = source(figure, 0, figure.initial)
    np.testing.assert_array_equal(value, np.maximum(0, 1 + x))
    assert said(figure).startswith("your gradient agrees with the measured slope. At a kink, y_pred = −1, any number")


def test_y_true_alone_is_a_position():
    assert list(explore(lambda y_true: y_true**2).state) == ["y_true"]


# A gradient of one's own --------------------------------------------------------------------------


def said(figure):
    """The last line below the figure, which is in its text, too."""
    verdict = figure.printed()[-1]
    assert verdict in figure._repr_mimebundle_(exclude={"image/png"})[0]["text/plain"].splitlines()
    return verdict


def square(r):
    return r**2


def absolute(r):
    return np.abs(r)


def huber(r, delta=1.0):
    return np.where(np.abs(r) <= delta, r**2 / 2, delta * (np.abs(r) - delta / 2))


def hinge(m):
    return np.maximum(0, 1 - m)


def test_a_gradient_is_drawn_beside_the_slope():
    def half(r):
        return r

    figure = explore(square, gradient=half)
    measured, yours, dot = figure.panels[1].marks
    assert (measured.label, yours.label) == ("measured", "yours")
    np.testing.assert_allclose(measured.y()[1:-1], 2 * measured.x[1:-1], atol=1e-6)
    np.testing.assert_array_equal(yours.y(), yours.x)
    assert dot.y(r=3.0) == 3.0
    axis = figure.panels[1].y
    assert axis.low < -10
    assert axis.high > 10
    assert figure.printed() == [
        "at r = 2.00: value 4.000, slope +4.000 measured, +2.000 yours",
        "half does not agree with the measured slope: it is 0.5 times as large everywhere.",
    ]
    assert "as half has it" in figure.alt
    assert "has it" not in explore(square).alt


WRONG = {
    "a sign": (square, lambda r: -2 * r, "it is of the other sign everywhere."),
    "a factor": (square, lambda r: 6 * r, "it is 3 times as large everywhere."),
    "both": (square, lambda r: -r, "it is of the other sign and 0.5 times as large everywhere."),
    "the sign at a kink": (absolute, lambda r: -np.sign(r), "it is of the other sign everywhere."),
    "a number": (square, lambda r: 2 * r - 1, "it is 1 too low everywhere."),
    "one side": (
        lambda r: np.where(r < 0, 3 * r**2, r**2),
        lambda r: 2 * r,
        "it is off at 99 of 199 positions, most at r = −4.95, where it gives −9.9, and the slope is −29.7.",
    ),
    "far out": (
        huber,
        lambda r, delta: np.where(np.abs(r) <= delta, r, delta),
        "it is off at 79 of 199 positions, most at r = −4.95, delta = 1, where it gives 1, and the slope is −1.",
    ),
    "beyond both slopes of a kink": (
        absolute,
        lambda r: np.where(r == 0, 2, np.sign(r)),
        "it is off at 1 of 199 positions, most at r = 0, where it gives 2, and the slope is 0.",
    ),
    "a factor that is 1 at first": (
        huber,
        lambda r, delta: np.clip(r, -delta, delta) / delta,
        "it is 10 times as large everywhere at delta = 0.1.",
    ),
    "a number that is 0 at first": (
        lambda z, shift=0: z**2 + shift * z,
        lambda z: 2 * z,
        "it is 5 too high everywhere at shift = −5.",
    ),
    "the loss": (
        lambda r: 2 * r,
        square,
        "it is off everywhere, most at r = −4.95, where it gives 24.5, and the slope is 2.",
    ),
    "zero": (
        square,
        lambda r: np.zeros(len(r), int),
        "it is off at 198 of 199 positions, most at r = −4.95, where it gives 0, and the slope is −9.9.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_gradient_is_told_how(case):
    loss, gradient, message = WRONG[case]
    assert said(explore(loss, gradient=gradient)).partition(" does not agree with the measured slope: ")[2] == message


RIGHT = {
    "a square": (square, lambda r: 2 * r, ""),
    "integers": (lambda r: 3 * np.abs(r), lambda r: 3 * np.sign(r).astype(int), ""),
    "booleans": (lambda m: np.maximum(0, m), lambda m: m > 0, " At a kink, m = 0, any"),
    "a list": (square, lambda r: [2 * each for each in r], ""),
    "in place": (in_place, lambda r, scale, shift: np.multiply(2 * scale, r - shift, out=r), ""),
    "parameters of its own": (square, lambda r, times=2, *, plus=0: times * r + plus, ""),
    "a parameter": (huber, lambda r, delta: np.clip(r, -delta, delta), ""),
    "zero at the kink of |r|": (absolute, lambda r: np.sign(r), ""),
    "one side of the kink of |r|": (absolute, lambda r: np.where(r < 0, -1, 1), " At a kink, r = 0, any"),
    "the hinge": (hinge, lambda m: np.where(m < 1, -1, 0), " At a kink, m = 1, any"),
    "the other side of the hinge": (hinge, lambda m: np.where(m <= 1, -1.0, 0.0), " At a kink, m = 1, any"),
    "two kinks": (
        lambda m: np.clip(1 - m, 0, 2),
        lambda m: np.where(np.abs(m) < 1, -1, 0),
        " At a kink, such as m = −1, any",
    ),
    "a constant": (lambda r: np.full_like(r, 1e6), lambda r: 0 * r, ""),
    "the logistic loss": (lambda z: np.log1p(np.exp(-z)), lambda z: -1 / (1 + np.exp(z)), ""),
}


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_gradient_agrees(case):
    loss, gradient, kink = RIGHT[case]
    figure = explore(loss, gradient=gradient)
    sliders = ", whatever the sliders say" * (len(figure.controls) > 1)
    rest = f"{kink} number between the slopes to both sides is right." if kink else ""
    assert said(figure) == f"your gradient agrees with the measured slope{sliders}.{rest}"


@pytest.mark.parametrize("span", [(0, 1e-3), (1, 1e4), (-5, 5.5), (0.01, 1)])
def test_a_gradient_is_checked_on_any_axis(span):
    """The positions of a check stay on the axis, whose ends may be those of the domain."""

    def inside(r):
        assert span[0] <= r.min()
        assert r.max() <= span[1]
        return np.abs(r - 0.3) ** 1.5

    def gradient(r):
        return 1.5 * np.sqrt(np.abs(r - 0.3)) * np.sign(r - 0.3)

    assert said(explore(inside, gradient=gradient, span=span)) == "gradient agrees with the measured slope."
    wrong = explore(inside, gradient=lambda r: 1.01 * gradient(r), span=span)
    assert said(wrong).endswith("it is 1.01 times as large everywhere.")


def test_a_gradient_that_is_nearly_right():
    line = said(explore(square, gradient=lambda r: 2.0002 * r))
    assert line.startswith("your gradient nearly agrees with the measured slope: it is off by up to 0.0001 of it, at r")


def test_a_mistake_that_shows_only_where_two_sliders_have_moved():
    def loss(r, a=1.0, b=1.0):
        return (r - a * b) ** 2

    def gradient(r, a, b):
        return 2 * (r - a - b + 1)

    assert "does not agree" in said(explore(loss, gradient=gradient))


def test_a_gradient_does_not_change_the_figure_without_one():
    assert explore(huber).panels[1].marks[0].label == ""
    assert len(explore(huber).printed()) == 1


# Errors -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Strange(Loss):
    """One score and a target of three axes, for which there is no example to draw."""

    target_ndim: ClassVar[int] = 3


def one_number(r, delta):
    return float(np.sum(r * delta))


def nothing():
    return 1.0


def forgetful(r):
    r**2


def with_if(r):
    if r > 0:
        return r
    return -r


def with_math(r):
    return math.log(1 + abs(r))


def with_max(r):
    return max(0, r)


ONE_NUMBER = (
    r"{} gets all positions at once, r as an array of shape \(201,\), and `{}` takes it for one number. "
    "Write np.where for if, np.maximum for max, and np.log"
)

ERRORS = {
    "a class": (lambda: explore(Huber), "loss must be a loss like Huber.*got <class 'lossbook.regression.Huber'>"),
    "a number": (lambda: explore(3), "loss must be a loss like Huber.*got 3"),
    "no parameter": (lambda: explore(nothing), r"loss must take the positions .* first parameter, got nothing\(\)"),
    "no signature": (lambda: explore(max), "loss must say what its parameters are, got <built-in"),
    "one number": (
        lambda: explore(one_number),
        r"the value of one_number must have the shape of r, \(201,\), got shape \(\) at delta = 0.1; "
        "return one value for each position, without a mean or a sum",
    ),
    "no return": (lambda: explore(forgetful), "forgetful returns nothing; put return before its result"),
    "no numbers": (lambda: explore(lambda r: "r"), "your loss must return an array of real numbers, got 'r'"),
    "an if": (lambda: explore(with_if), ONE_NUMBER.format("with_if", "if r > 0:")),
    "a function of math": (lambda: explore(with_math), ONE_NUMBER.format("with_math", r"return math.log\(1 \+ .*\)")),
    "a maximum": (lambda: explore(with_max), ONE_NUMBER.format("with_max", r"return max\(0, r\)")),
    "a hat": (
        lambda: explore(lambda r: r ^ 2),
        r"your loss has a \^, which is no power in Python: r squared is r\*\*2",
    ),
    "an axis beyond the domain": (
        lambda: explore(lambda p: -np.log(p)),
        r"the value of your loss must be finite, got nan at p = -5; span=\(low, high\) chooses the ends of the axis",
    ),
    "a gradient of a loss": (
        lambda: explore(Huber(), gradient=np.sign),
        "gradient belongs to a function of your own; Huber has one already",
    ),
    "a gradient that is called": (
        lambda: explore(square, gradient=square(np.ones(2))),
        r"gradient must be a function, its name without parentheses, got array\(\[1\., 1\.\]\)",
    ),
    "a gradient without parameters": (
        lambda: explore(square, gradient=nothing),
        r"gradient must take the positions on the axis as its first parameter, got nothing\(\)",
    ),
    "a gradient with a parameter more": (
        lambda: explore(huber, gradient=lambda r, c: r),
        "gradient takes c, which is no parameter of huber; it has delta",
    ),
    "a gradient of a target": (
        lambda: explore(square, gradient=squared_error),
        "loss and gradient must take the same; squared_error takes y_true first, square does not",
    ),
    "a gradient of no target": (
        lambda: explore(squared_error, gradient=square),
        "loss and gradient must take the same; squared_error takes y_true first, square does not",
    ),
    "a gradient without a return": (
        lambda: explore(square, gradient=forgetful),
        "forgetful returns nothing; put return before its result",
    ),
    "a gradient of another shape": (
        lambda: explore(square, gradient=lambda r: r[1:]),
        r"your gradient must have the shape of r, \(201,\), got shape \(200,\)",
    ),
    "a gradient of one number": (
        lambda: explore(lambda r: 3 * r, gradient=lambda r: 3),
        r"your gradient must have .* got shape \(\); return one .* and a constant as np.full_like\(r, 3\)",
    ),
    "a gradient that is not finite": (
        lambda: explore(absolute, gradient=lambda r: r / np.abs(r)),
        "your gradient must be finite, got nan at r = 0; at a kink, any number between the slopes to both sides is",
    ),
    "a gradient with an if": (lambda: explore(square, gradient=with_if), ONE_NUMBER.format("with_if", "if r > 0:")),
    "too few digits": (
        lambda: explore(lambda r: r.astype(np.float32), gradient=lambda r: r),
        "your loss computes in float32, which has too few digits to measure a slope; use float64",
    ),
    "a target that is no number": (
        lambda: explore(squared_error, y_true=[1]),
        r"y_true must be one finite number for a function, got \[1\]",
    ),
    "a prediction for a function": (
        lambda: explore(squared_error, y_pred=0),
        "y_true and y_pred are the sample of a loss",
    ),
    "not finite": (
        lambda: explore(lambda r, delta: np.log(r + delta)),
        r"the value of your loss must be finite, got nan at r = -5, delta = 0\.1",
    ),
    "not finite at a zero": (
        lambda: explore(lambda r: np.where(r == 0, np.inf, r)),
        "the value of your loss must be finite, got inf at r = 0",
    ),
    "infinite loss": (
        lambda: explore(PoissonNLL(), span=(0, 1000)),
        "the value of PoissonNLL must be finite, got inf at score = 710, target = '0'",
    ),
    "too large": (
        lambda: explore(lambda r: 1e9 * r),
        r"the value of your loss must stay below 67,108,864 to be printed, got 5e\+09",
    ),
    "unknown parameter": (lambda: explore(Huber(), tau=(0, 1)), "tau is no parameter of Huber, which has delta"),
    "no parameters": (
        lambda: explore(SquaredError(), tau=(0, 1)),
        "tau is no parameter of SquaredError, which has none",
    ),
    "a range of one": (
        lambda: explore(Huber(), delta=3),
        "delta must be two finite numbers in order, or texts to choose from, got 3",
    ),
    "a range out of order": (lambda: explore(Huber(), delta=(3, 1)), r"delta must be .* got \(3, 1\)"),
    "an infinite range": (lambda: explore(Huber(), delta=(1, math.inf)), r"delta must be .* got \(1, inf\)"),
    "a range of a text": (lambda: explore(Contrastive(), distance="squared"), "distance must be .* got 'squared'"),
    "a range not accepted": (
        lambda: explore(Huber(), delta=(0, 1)),
        r"Huber: delta must be a number in \(0, inf\), got 0",
    ),
    "one text": (lambda: explore(Contrastive(), distance=("plain",)), "options of the choice 'distance'"),
    "a text not accepted": (
        lambda: explore(Contrastive(), distance=("plain", "far")),
        "distance must be one of .* got 'far'",
    ),
    "a sum of ranges": (lambda: explore(WeightedSum(), losses=(0, 1)), "WeightedSum: losses must be a tuple"),
    "a span": (lambda: explore(Huber(), span=(1, 1)), r"span must be two finite numbers in order, got \(1, 1\)"),
    "no example": (lambda: explore(Strange()), "y_true and y_pred must be given for Strange, .* 3 axes and with 0"),
    "half a sample": (
        lambda: explore(CategoricalCrossEntropy(), y_true=[1, 0]),
        "y_pred must be given with y_true, as CategoricalCrossEntropy has several scores",
    ),
    "a batch": (
        lambda: explore(CategoricalCrossEntropy(), y_true=[[1, 0]], y_pred=[[0.0, 0]]),
        r"y_pred must be one sample of CategoricalCrossEntropy, of 1 axes, got shape \(1, 2\)",
    ),
    "a wrong target": (lambda: explore(Hinge(), y_true=0), r"y_true must hold the labels -1 and \+1, got 0"),
    "a sample for a function": (lambda: explore(lambda r: r, y_true=0), "y_true and y_pred are the sample of a loss"),
    "a name of the widget": (lambda: explore(lambda r, layout: layout * r), "a control cannot be called 'layout'"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case):
    call, message = ERRORS[case]
    with pytest.raises(ValueError, match=message):
        call()


def test_a_function_that_raises_says_where():
    def careful(r, delta=2):
        if delta < 1:
            raise RuntimeError("too small")
        return r * delta

    with pytest.raises(RuntimeError, match="too small") as caught:
        explore(careful)
    assert caught.value.__notes__ == ["raised by careful at delta = 0.2"]


def test_a_loss_without_a_gradient_says_so():
    @dataclass(frozen=True)
    class Half(Loss):
        def _value(self, y_true, y_pred):
            return np.abs(y_pred - y_true)

    with pytest.raises(NotImplementedError, match="Half must define _gradient"):
        explore(Half())


def test_a_gradient_that_raises_says_that_it_is_the_gradient():
    def broken(r, delta):
        return {}["slope"]

    with pytest.raises(KeyError) as caught:
        explore(huber, gradient=broken)
    assert caught.value.__notes__ == ["raised by broken at delta = 0.1"]
    frames = [frame.name for frame in caught.traceback]
    assert frames == ["test_a_gradient_that_raises_says_that_it_is_the_gradient", "broken"], "none of ours"


def test_a_slip_is_told_without_a_traceback():
    """What IPython shows of an exception with this method is what it returns."""
    with pytest.raises(Slip) as caught:
        explore(forgetful)
    assert caught.value._render_traceback_() == ["ValueError: forgetful returns nothing; put return before its result"]
