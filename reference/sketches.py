"""The figures of the loss reference: value and gradient of a loss along a straight path of scores.

A figure carries its alternative text, which holds numbers read off the curves. By that text alone the tests tell
whether a stored figure is up to date: the pixels depend on the machine's fonts and rounding, the curves do not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lossbook import plots
from lossbook.core import Loss
from lossbook.multitask import UncertaintyWeighted
from lossbook.regression import ResidualLoss, SquaredError

COLORS = (plots.BLUE, plots.ORANGE, plots.GREEN, plots.PURPLE)
# Some thirty figures share one page, so each has to be light.
PALETTE_SIZE = 32
SCALE = 1.2
ALT = "Description"  # the keyword that the PNG standard has for it


@dataclass(frozen=True)
class Line:
    """A loss for one target, along the scores ``start + x * direction``."""

    label: str
    loss: Loss
    target: ArrayLike | None = 0.0
    start: ArrayLike = 0.0
    direction: ArrayLike = 1.0

    def curves(self, x: NDArray) -> tuple[NDArray, NDArray]:
        """Return the value and its derivative with respect to `x`."""
        direction = np.asarray(self.direction, dtype=float)
        scores = np.asarray(self.start, dtype=float) + np.multiply.outer(x, direction)
        targets = None if self.target is None else np.broadcast_to(self.target, (x.size, *np.shape(self.target)))
        value, gradient = self.loss.value_and_gradient(targets, scores)
        return value, np.sum(gradient * direction, axis=tuple(range(1, scores.ndim)))


@dataclass(frozen=True)
class LogVarianceLine:
    """A loss of one task with a learned log-variance `x`, at a fixed residual."""

    label: str
    residual: float
    loss: Loss

    def curves(self, x: NDArray) -> tuple[NDArray, NDArray]:
        """Return the value and its derivative with respect to `x`."""
        data = ([0.0],), ([self.residual],)
        losses = [UncertaintyWeighted((SquaredError(),), (s,)) for s in x]
        values = [loss.value(*data).item() for loss in losses]
        gradients = [loss.log_variance_gradient(*data).item() for loss in losses]
        return np.array(values), np.array(gradients)


@dataclass(frozen=True)
class Sketch:
    """What the figure of a loss shows."""

    name: str
    lines: list[Line] | list[LogVarianceLine]
    x_label: str = "residual"
    low: float = -4.0
    high: float = 4.0

    @property
    def alt(self) -> str:
        """The figure in words: value and gradient at both ends and in the middle."""
        x = np.array([self.low, (self.low + self.high) / 2, self.high])
        parts = []
        for line in self.lines:
            value, gradient = line.curves(x)
            of = f" for {line.label}" if line.label else ""
            parts.append(f"the value{of} is {_listed(value)} and the gradient {_listed(gradient)}")
        return f"{self.name} over the {self.x_label}: at {_listed(x)}, {'; '.join(parts)}."

    def draw(self, path: Path) -> None:
        """Write the figure, with its alternative text inside."""
        figure, panels = plots.figure(1, 2, height=2.5)
        x = np.linspace(self.low, self.high, 401)
        for line, color in zip(self.lines, COLORS, strict=False):
            for axes, y in zip(panels, line.curves(x), strict=True):
                axes.plot(x, y, color=color, label=line.label)
        for axes, quantity in zip(panels, ("value", "gradient"), strict=True):
            axes.set(title=quantity, xlabel=self.x_label, xlim=(self.low, self.high))
        if len(self.lines) > 1:
            handles, labels = panels[0].get_legend_handles_labels()
            figure.legend(
                handles, labels, loc="outside upper center", ncols=len(labels), frameon=False, labelcolor="linecolor"
            )
        text = PngInfo()
        text.add_itxt(ALT, self.alt)
        plots.picture(figure, PALETTE_SIZE, SCALE).save(path, format="png", optimize=True, pnginfo=text)


def _listed(numbers: Iterable[float]) -> str:
    *most, last = (f"{number + 0:.3g}" for number in numbers)  # adding 0 turns -0 into 0
    return f"{', '.join(most)} and {last}"


Axis = tuple[str, float, float]
Kind = Callable[[type[Loss]], Sketch]


def stored_alt(path: Path) -> str | None:
    """Return the alternative text inside a stored figure; None where there is no figure."""
    if not path.is_file():
        return None
    with Image.open(path) as image:
        return image.text.get(ALT)


def sketch(loss: Loss) -> Sketch | None:
    """Return what the figure of a loss shows, or None for one that is neither listed below nor a `ResidualLoss`."""
    name = type(loss).__name__
    if name in _SKETCHES:
        return _SKETCHES[name](type(loss))
    return Sketch(name, [Line("", loss)]) if isinstance(loss, ResidualLoss) else None


RESIDUAL = ("residual", -4, 4)
SCORE = ("score", -4, 4)


def _varied(parameter: str, *values: float | str | tuple, x: Axis = RESIDUAL, **place: ArrayLike | None) -> Kind:
    """Sketch a loss for some values of a hyperparameter; `place` says where, as in `Line`."""
    return lambda kind: Sketch(
        kind.__name__, [Line(f"{parameter} = {value}", kind(**{parameter: value}), **place) for value in values], *x
    )


def _targets(targets: dict[str, ArrayLike], x: Axis = SCORE, **place: ArrayLike) -> Kind:
    """Sketch a loss with its default hyperparameters for some targets, given with their labels."""
    return lambda kind: Sketch(
        kind.__name__, [Line(label, kind(), target, **place) for label, target in targets.items()], *x
    )


def _starts(starts: dict[str, ArrayLike], x: Axis, **place: ArrayLike) -> Kind:
    """Sketch a loss with its default hyperparameters along parallel paths, given with their labels."""
    return lambda kind: Sketch(
        kind.__name__, [Line(label, kind(), start=start, **place) for label, start in starts.items()], *x
    )


# Three classes, of which only the first has another score than 0.
_FIRST_OF_THREE = {
    "x": ("score of the first of three classes", -4, 4),
    "start": np.zeros(3),
    "direction": np.eye(3)[0],
}

# Two pixels of an object beside two of the background; the score of one kind varies, the other is right.
_OBJECT, _BACKGROUND = np.array([[1, 1, 0, 0]]), np.array([[0, 0, 1, 1]])


def _pixels(kind: type[Loss]) -> Sketch:
    lines = [
        Line("object pixels", kind(), _OBJECT, -4 * _BACKGROUND, _OBJECT),
        Line("background pixels", kind(), _OBJECT, 4 * _OBJECT, _BACKGROUND),
    ]
    return Sketch(kind.__name__, lines, "score of these pixels")


_BOXES = _starts(
    {"at its height": [0, 0, 1, 1], "half its height off": [0, 0.5, 1, 1.5]},
    ("shift to the right, in widths", -2, 2),
    target=[0, 0, 1, 1],
    direction=[1, 0, 1, 0],
)

_LOG_SPREADS = _starts({f"log-spread {s}": [0, s] for s in (-1, 0, 1)}, RESIDUAL, direction=[1, 0])

_SKETCHES: dict[str, Kind] = {
    "Huber": _varied("delta", 0.5, 1, 2),
    "SmoothL1": _varied("beta", 0.5, 1, 2),
    "Quantile": _varied("tau", 0.1, 0.5, 0.9),
    "Expectile": _varied("tau", 0.1, 0.5, 0.9),
    "Tukey": _varied("c", 1.5, 3, 4.685),
    "GeneralRobust": _varied("alpha", 2, 1, 0, -np.inf),
    "BinaryCrossEntropy": _targets({"label 1": 1, "label 0.5": 0.5, "label 0": 0}),
    "CategoricalCrossEntropy": _targets(
        {"first class true": np.eye(3)[0], "another class true": np.eye(3)[1]}, **_FIRST_OF_THREE
    ),
    "SparseCategoricalCrossEntropy": _targets({"first class true": 0, "another class true": 1}, **_FIRST_OF_THREE),
    "LogitAdjustedCrossEntropy": _varied(
        "prior",
        *[(0.5, 0.5), (0.1, 0.9), (0.01, 0.99)],
        x=("score of the first of two classes", -4, 8),
        start=np.zeros(2),
        direction=np.eye(2)[0],
    ),
    "Hinge": _targets({"label +1": 1, "label -1": -1}),
    "SquaredHinge": _targets({"label +1": 1, "label -1": -1}),
    "BinaryFocal": _varied("gamma", 0, 0.5, 2, 5, x=("score, for label 1", -4, 4), target=1),
    "CategoricalFocal": _varied("gamma", 0, 0.5, 2, 5, target=np.eye(3)[0], **_FIRST_OF_THREE),
    "GaussianNLL": _LOG_SPREADS,
    "LaplaceNLL": _LOG_SPREADS,
    "GeneralRobustNLL": _varied("alpha", 2, 1, 0),
    "PoissonNLL": _targets({"count 0": 0, "count 1": 1, "count 5": 5}, ("score", -2, 3)),
    "KLDivergence": _targets({"target 1, 0, 0": [1, 0, 0], "target 0.5, 0.3, 0.2": [0.5, 0.3, 0.2]}, **_FIRST_OF_THREE),
    "Contrastive": _targets(
        {"a similar pair": 0, "a dissimilar pair": 1},
        ("place of one point, the other at 0", -2, 2),
        start=np.zeros((2, 1)),
        direction=[[0], [1]],
    ),
    "Triplet": _varied(
        "distance",
        "plain",
        "squared",
        x=("negative (anchor at 0, positive at 0.5)", -1, 1),
        target=None,
        start=[[0], [0.5], [0]],
        direction=[[0], [0], [1]],
    ),
    "Dice": _pixels,
    "Jaccard": _pixels,
    "Tversky": _varied(
        "beta",
        0.1,
        0.5,
        0.9,
        x=("score of the object's pixels", -4, 4),
        target=_OBJECT,
        start=-4 * _BACKGROUND,
        direction=_OBJECT,
    ),
    "BoxIoU": _BOXES,
    "GeneralizedIoU": _BOXES,
    "UncertaintyWeighted": lambda kind: Sketch(
        kind.__name__,
        [LogVarianceLine(f"residual {residual:g}", residual, kind()) for residual in (0.5, 1, 2)],
        "log-variance of a task with squared error",
        -2,
        3,
    ),
    # Three frames of three classes; the scores along one path grow together, all others are 0.
    "CTC": _targets(
        {"target 1 2": [1, 2], "target 1": [1], "target 2 1": [2, 1]},
        ("score of each step of the path 1, 2, 2", -4, 4),
        start=np.zeros((3, 3)),
        direction=np.eye(3)[[1, 2, 2]],
    ),
}
