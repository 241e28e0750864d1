"""A live figure of any loss: its value and its slope, with a control for each of its parameters."""

import inspect
import itertools
import math
import re
import reprlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from numbers import Integral, Real
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.checking import GradientCheck, check_along, is_kink
from lossbook.core import Loss, hyperparameters
from lossbook.explorable import Axis, Bound, Choice, Explorable, Handle, Line, Panel, Readout, Slider, Toggle
from lossbook.explorable.controls import Control
from lossbook.explorable.frames import FINE
from lossbook.explorable.functions import Where
from lossbook.explorable.marks import Mark
from lossbook.explorable.text import MINUS
from lossbook.multitask import UncertaintyWeighted, WeightedSum
from lossbook.plots import GRAY, INK, PURPLE

CURVES = 600  # about how many are computed, one for each combination of the controls
POINTS = 201  # on each; the dot stops at every fifth
STOP = 5
MOST_NODES = 61
MOST_ENTRIES = 12
SLIDABLE = (1e-6, 1e9)  # the sizes of a number for which a slider has the decimals and the room; 0 has them too
PRINTABLE = 2**31 / FINE / 2  # what a readout can hold
STEP = 1e-6  # of a central difference, as a share of the axis
MOST_CHECKED = 8  # at so many settings of each slider is a gradient checked
MEASURED: dict[str, Any] = {
    "color": GRAY,
    "width": 6,
    "opacity": 0.35,
}  # how the slope is drawn below a gradient that may cover it
SAME = 1e-4  # how far, relatively, factors between two gradients may be apart to count as one

TARGET = "y_true"  # as the first parameter of a function
TARGETS: Sequence[float] = (-1, 0, 1, 3)  # to choose from, for a loss that does not take just any number
# Samples for losses of several scores, by the axes of a score and of a target. A loss gets the first that it takes.
EXAMPLES: dict[tuple[int, int], list[tuple[Any, Any]]] = {
    (1, 0): [(0, [1.0, 0.0, -1.0]), (0, [1.0, 0.0])],  # scores of three classes; mean and log-variance
    (1, 1): [([1, 0, 0], [1.0, 0.0, -1.0]), ([0, 0, 2, 2], [1.0, 1.0, 3.0, 3.0])],  # the same, one-hot; two boxes
    (2, 0): [(1, [[0.0, 0.0], [0.6, 0.0]]), (None, [[0.0, 0.0], [0.6, 0.0], [0.0, 0.7]])],  # a pair; a triplet
    (2, 1): [(labels, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) for labels in ([1, 2], [0, 2], [0, 1])],
    (2, 2): [([[1, 1], [0, 0]], [[2.0, -1.0], [0.0, -2.0]])],  # two masks
}
# What a loss may raise for an argument that it does not take.
REFUSALS = (ArithmeticError, LookupError, TypeError, ValueError)

# What NumPy raises where a function takes an array for one number, as `if`, `max` and those of `math` do.
ONE_NUMBER = re.compile(r"truth value of an array|can be converted to Python scalars")

Curves = Sequence[NDArray]


class Slip(ValueError):
    """An argument that does not fit. The message says what to change, so a notebook shows it without a traceback."""

    def _render_traceback_(self) -> list[str]:  # IPython looks for this name
        return [f"ValueError: {self}"]


@dataclass(frozen=True)
class _Subject:
    """What is explored along `x`; `curves` takes parameters by their names, and returns a curve for each of `kinds`."""

    x: NDArray
    title: str
    variable: str
    label: str
    curves: Callable[..., Curves]
    parameters: dict[str, Any]
    accepts: Callable[[str, float], bool]
    start: float
    choices: list[Control] = field(default_factory=list)
    sample: str = ""
    moved: str = ""
    """The choice of the entry that is moved, if there is one."""
    gradient: str = ""
    """What the reader's own gradient is called, if there is one."""
    checks: Callable[..., list[GradientCheck]] = lambda: []
    """Takes parameters by their names, and checks the reader's gradient at every position but the ends."""

    @property
    def kinds(self) -> dict[str, str]:
        """The curves by their names, with what they are called in messages."""
        of_loss = {kind: f"the {kind} of {self.title}" for kind in ("value", "slope")}
        return of_loss | ({"gradient": self.gradient} if self.gradient else {})

    def checked(self, **state: Any) -> Curves:
        """Return the curves, or raise an error that says at which arguments."""
        at = Where("", state).at
        with np.errstate(all="ignore"):  # what is not finite is an error below
            curves = self.curves(**state)
        for (kind, what), curve in zip(self.kinds.items(), curves, strict=True):
            if curve.shape != self.x.shape:
                advice = "" if curve.ndim else "; return one value for each position, without a mean or a sum"
                if curve.ndim == 0 and kind == "gradient":
                    advice += f", and a constant as np.full_like({self.variable}, {curve:g})"
                wanted = f"the shape of {self.variable}, {self.x.shape}"
                raise Slip(f"{what} must have {wanted}, got shape {curve.shape}{at}{advice}")
            finite = np.isfinite(curve)
            if not finite.all():
                at = Where("", {self.variable: float(self.x[finite.argmin()])} | state).at
                advice = (
                    "; at a kink, any number between the slopes to both sides is right"
                    if kind == "gradient"
                    else "; span=(low, high) chooses the ends of the axis"
                )
                raise Slip(f"{what} must be finite, got {curve[finite.argmin()]}{at}{advice}")
        return curves


def explore(
    loss: Loss | Callable[..., ArrayLike],
    *,
    gradient: Callable[..., ArrayLike] | None = None,
    y_true: Any = None,
    y_pred: Any = None,
    span: tuple[float, float] = (-5, 5),
    **ranges: tuple[float, float] | Sequence[str],
) -> Explorable:
    """Return a live figure of a loss, or of a function of your own: its value and its slope, with sliders.

    A loss is drawn against the residual where it takes any target, and otherwise against the score, with a choice of
    the target. Where a sample has several scores, one entry of `y_pred` is moved at a time. The slope of a loss is its
    gradient, that of a function a central difference. A gradient of your own is drawn beside that, and a line below
    says whether the two agree, judged as `check_gradient` does, and if not, where they differ most.

    Args:
        loss: a `lossbook.Loss`, or a function of the positions on the axis, an array, and of any parameters. A function
            whose first parameter is `y_true` is drawn against its second one.
        gradient: the derivative of the function `loss`, as a function of the same positions, and of whichever of the
            parameters it needs.
        y_true, y_pred: one sample, in place of the example that is taken for a loss of several scores. For a function
            of `y_true`, its one value, in place of a slider.
        span: the ends of the axis.
        ranges: by the name of a parameter, the ends of its slider, or the texts to choose from. Without them, a
            loss is asked which numbers it accepts, and a positive parameter of a function stays positive. True and
            False become a toggle, and a parameter without a default starts at 1. Any other parameter keeps its value,
            and so does a number that is infinite, or too small or too large for a slider.

    Raises:
        ValueError: says which argument does not fit, or where the value or the slope is not finite.

    >>> from lossbook import Huber
    >>> figure = explore(Huber(delta=1.5))
    >>> figure.printed()
    ['at residual = 2.00: value 1.875, slope +1.500']
    >>> figure.controls["delta"].grid[:3]
    [0.2, 0.4, 0.6]
    >>> figure = explore(lambda r, delta, scale=2.0: scale * np.minimum(np.abs(r), delta), delta=(0.5, 3))
    >>> figure.state
    {'delta': 1.0, 'scale': 2.0, 'r': 2.0}
    >>> figure = explore(lambda r: r**2, gradient=lambda r: r)
    >>> print(*figure.printed(), sep="\\n")
    at r = 2.00: value 4.000, slope +4.000 measured, +2.000 yours
    your gradient does not agree with the measured slope: it is 0.5 times as large everywhere.
    """
    try:
        return _figure(loss, gradient, y_true, y_pred, span, ranges)
    except Exception as error:
        if hasattr(error, "__notes__"):
            error.__traceback__ = _beyond_here(error.__traceback__)
        raise


def _beyond_here(frames: TracebackType | None) -> TracebackType | None:
    """Return the frames of an exception from the reader's function or loss on, without those of this module."""
    while frames and frames.tb_frame.f_code.co_filename == _beyond_here.__code__.co_filename:
        frames = frames.tb_next
    return frames


def _figure(
    loss: Loss | Callable[..., ArrayLike],
    gradient: Callable[..., ArrayLike] | None,
    y_true: Any,
    y_pred: Any,
    span: tuple[float, float],
    ranges: dict[str, Any],
) -> Explorable:
    low, high = _range("span", span)
    x = np.round(np.linspace(low, high, POINTS), 12)  # so that zero is exactly zero
    if isinstance(loss, Loss):
        if gradient is not None:
            raise Slip(f"gradient belongs to a function of your own; {type(loss).__name__} has one already")
        subject = _of_loss(loss, x, y_true, y_pred)
    else:
        subject = _of_function(loss, gradient, x, y_true, y_pred)
    curves = cache(subject.checked)
    controls = _printable([*subject.choices, *_controls(subject, ranges)], curves, ranges)
    names = [control.name for control in controls]
    variable, stops = subject.variable, x[::STOP]
    places = {stop: STOP * number for number, stop in enumerate(stops.tolist())}

    @cache
    def along(*state: Any) -> Curves:
        return curves(**dict(zip(names, state, strict=True)))

    first = along(*(control.default for control in controls))
    family = np.array([along(*state) for state in itertools.product(*(control.grid for control in controls))])
    panels, printed = [], []
    points: dict[str, Any] = {}
    for title, kinds in {"value": [0], "slope": [*range(1, len(subject.kinds))]}.items():
        drawn, begin = family[:, kinds], np.array([first[kind] for kind in kinds])
        digits = _digits(drawn, begin, f"the {title} of {subject.title}")
        marks: list[Mark] = []
        shown = []
        for kind, label in zip(kinds, ("measured", "yours") if len(kinds) > 1 else ("",), strict=True):

            def curve(*state: Any, kind: int = kind) -> NDArray:
                return along(*state)[kind]

            def point(*state: Any, curve: Callable[..., NDArray] = curve) -> float:
                *others, at = state
                values = curve(*others)
                # Nearly always it is a stop, and looking up is much faster than interpolating.
                return values[places[at]] if at in places else float(np.interp(at, x, values))

            key = _free([*subject.kinds][kind], [*names, variable])
            points[key] = Bound(point, *names, variable)
            look = MEASURED if label == "measured" else {"color": PURPLE}
            marks.append(Line(x=x, y=Bound(curve, *names), label=label, **look))
            shown.append(f"{{{key}:{'+' * (title == 'slope')}.{digits}f}}" + f" {label}" * bool(label))
        marks.append(Handle(x=variable, y=points[key], color=INK))
        printed.append(f"{title} {', '.join(shown)}")
        panels.append(Panel(title, Axis(subject.label, low, high), Axis(title, *_limits(drawn, begin)), marks=marks))
    moved = f"{{{subject.moved}}}" if subject.moved else variable
    start = float(stops[np.abs(stops - subject.start).argmin()])
    return Explorable(
        "-".join(["explore", *re.findall("[a-z0-9]+", subject.title.lower())]),
        title=subject.title,
        caption="Move the sliders, and drag a dot along its curve." + subject.sample,
        alt=f"The value of {subject.title}, left, and its slope, right, against {subject.label} "
        f"from {low:g} to {high:g}."
        + f" The slope is drawn as measured, and as {subject.gradient} has it."
        * bool(subject.gradient),
        controls=[*controls, Slider(name=variable, nodes=stops.tolist(), default=start, decimals=_decimals(stops))],
        panels=panels,
        readouts=[
            Readout(f"at {moved} = {{{variable}}}: {', '.join(printed)}", **points),
            *_verdict(subject, controls),
        ],
    )


# What is explored ---------------------------------------------------------------------------------


@contextmanager
def _named(title: str, state: dict[str, Any]) -> Iterator[None]:
    """Let an exception of a loss or a function say whose it is, and at which arguments."""
    try:
        yield
    except Exception as error:
        error.add_note(f"raised by {title}{Where('', state).at}")
        raise


def _of_function(
    function: Callable[..., ArrayLike],
    gradient: Callable[..., ArrayLike] | None,
    x: NDArray,
    y_true: Any,
    y_pred: Any,
) -> _Subject:
    if not callable(function) or isinstance(function, type):
        raise Slip(f"loss must be a loss like Huber(), or a function like lambda r, delta: ..., got {function!r}")
    value = _Function.of(function, "loss", "your loss")
    if y_pred is not None or (y_true is not None and not value.takes_target):
        raise Slip("y_true and y_pred are the sample of a loss; a function takes the positions on the axis")
    if y_true is not None and not _is_number(y_true):
        raise Slip(f"y_true must be one finite number for a function, got {y_true!r}")
    fixed = {} if y_true is None else {TARGET: y_true}
    parameters = {TARGET: 0.0} if value.takes_target and not fixed else {}
    parameters |= {name: 1.0 if each is inspect.Parameter.empty else each for name, each in value.others.items()}
    written = None if gradient is None else _gradient_of(value, gradient)
    value = replace(value, is_measured=written is not None)

    def state_of(changed: dict[str, Any]) -> dict[str, Any]:
        return fixed | parameters | changed

    def curves(**state: Any) -> Curves:
        state, step = state_of(state), STEP * (x[-1] - x[0])
        up, down = np.minimum(x + step, x[-1]), np.maximum(x - step, x[0])  # the ends may be those of its domain
        at, above, below = (value.at(each, state) for each in (x, up, down))
        slope = (above - below) / (up - down)
        return [at, slope] if written is None else [at, slope, written.at(x, state)]

    def checks(**state: Any) -> list[GradientCheck]:
        state = state_of(state)
        slopes = curves(**state)[-1]
        return check_along(lambda places: value.at(places, state), slopes[1:-1], x[1:-1], STEP * (x[-1] - x[0]))

    def accepts(name: str, number: float) -> bool:
        return parameters[name] <= 0 or number > 0

    return _Subject(
        x,
        value.title,
        value.variable,
        value.variable,
        curves,
        parameters,
        accepts,
        x[0] + 0.7 * (x[-1] - x[0]),
        gradient=written.title if written else "",
        checks=checks,
    )


@dataclass(frozen=True)
class _Function:
    """A function of the reader's: of the positions, after the target if it takes one, and of other parameters."""

    function: Callable[..., ArrayLike]
    title: str
    takes_target: bool
    variable: str
    others: dict[str, Any]
    """The other parameters, with their defaults."""
    is_measured: bool = False
    """Whether its slope is measured to check a gradient."""

    @classmethod
    def of(cls, function: Callable[..., ArrayLike], argument: str, unnamed: str) -> "_Function":
        title = getattr(function, "__name__", "<lambda>").replace("<lambda>", unnamed)
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            raise Slip(f"{argument} must say what its parameters are, got {function!r}; put it into a lambda") from None
        starred = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        taken = {name: each.default for name, each in signature.parameters.items() if each.kind not in starred}
        if not taken:
            raise Slip(f"{argument} must take the positions on the axis as its first parameter, got {title}{signature}")
        first, *others = taken
        takes_target = first == TARGET and bool(others)
        variable = others.pop(0) if takes_target else first
        return cls(function, title, takes_target, variable, {name: taken[name] for name in others})

    def at(self, places: NDArray, state: dict[str, Any]) -> NDArray:
        """Return what the function gives at places on the axis, or raise an error that says what to change."""
        state = {name: value for name, value in state.items() if name in (TARGET, *self.others)}
        # A function may work in place, so it gets copies.
        given = [places.copy()]
        if self.takes_target:
            given.insert(0, np.full_like(places, state.pop(TARGET)))
        try:
            with _named(self.title, state):
                returned = self.function(*given, **state)
        except (TypeError, ValueError) as error:
            if ONE_NUMBER.search(str(error)):
                raise Slip(
                    f"{self.title} gets all positions at once, {self.variable} as an array of shape {places.shape}, "
                    f"and{_line(error, self.function)} takes it for one number. Write np.where for if, np.maximum for "
                    "max, and np.log and its like for the functions of math"
                ) from None
            if "bitwise_xor" in str(error):
                raise Slip(f"{self.title} has a ^, which is no power in Python: r squared is r**2") from None
            raise
        if returned is None:
            raise Slip(f"{self.title} returns nothing; put return before its result")
        array = np.asarray(returned)
        if array.dtype.kind not in "biuf":
            raise Slip(f"{self.title} must return an array of real numbers, got {reprlib.repr(returned)}")
        if array.dtype.kind == "f" and array.itemsize < 8 and self.is_measured:
            raise Slip(
                f"{self.title} computes in {array.dtype}, which has too few digits to measure a slope; use float64"
            )
        return array.astype(float)


def _line(error: Exception, function: Callable) -> str:
    """Return the line of the function, as words in a sentence, in which an error was raised."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [each.line for each in traceback.extract_tb(error.__traceback__) if each.filename == file]
    return f" `{lines[-1]}`" if lines and lines[-1] else " a line of it"


def _gradient_of(loss: _Function, gradient: Callable[..., ArrayLike]) -> _Function:
    """Return the gradient of a reader's loss, of which it may take the parameters."""
    if not callable(gradient) or isinstance(gradient, type):
        raise Slip(f"gradient must be a function, its name without parentheses, got {reprlib.repr(gradient)}")
    written = _Function.of(gradient, "gradient", "your gradient")
    if written.takes_target != loss.takes_target:
        one, other = (written, loss) if written.takes_target else (loss, written)
        raise Slip(f"loss and gradient must take the same; {one.title} takes {TARGET} first, {other.title} does not")
    for name, default in written.others.items():
        if name not in loss.others and default is inspect.Parameter.empty:
            known = ", ".join(loss.others) or "none"
            raise Slip(f"gradient takes {name}, which is no parameter of {loss.title}; it has {known}")
    return written


def _of_loss(loss: Loss, x: NDArray, y_true: Any, y_pred: Any) -> _Subject:
    title, tasks = type(loss).__name__, _tasks(loss)
    is_scalar = not tasks and loss.score_ndim == 0
    is_given = y_true is not None or y_pred is not None
    targets: list[float] = []
    if not is_given:
        y_true, y_pred, targets = _example(loss)
    elif y_pred is None and not is_scalar:
        raise Slip(f"y_pred must be given with y_true, as {title} has several scores a sample")
    parts = _parts(loss, 0.0 if y_pred is None else y_pred)
    entries = {
        "y_pred" + f"[{task}]" * bool(tasks) + f"[{', '.join(map(str, index))}]" * bool(index): (task, index)
        for task, part in enumerate(parts)
        for index in np.ndindex(part.shape)
    }
    shown = list(entries)[:MOST_ENTRIES]
    chosen, moved = (_free(name, hyperparameters(loss)) for name in ("target", "entry"))
    choices: list[Control] = []
    if targets:
        options = [f"{each:g}" for each in targets]
        choices.append(Choice(name=chosen, label="y_true", options=options, default=options[-1]))
    if len(shown) > 1:
        choices.append(Choice(name=moved, label="moved entry", options=shown))

    def curves(**state: Any) -> Curves:
        with _named(title, dict(state)):
            return drawn(state)

    def drawn(state: dict[str, Any]) -> Curves:
        target, entry = state.pop(chosen, ""), state.pop(moved, shown[0])
        task, index = entries[entry]
        scores = [_repeat(part, len(x)) for part in parts]
        scores[task][:, *index] = x
        true = [_repeat(each, len(x)) for each in (y_true if tasks else [float(target) if target else y_true])]
        made = replace(loss, **state)
        if tasks:
            value, gradient = made.value_and_gradient(true, scores)
            return value, gradient[task][:, *index]
        value, gradient = made.value_and_gradient(true[0], scores[0])
        return value, gradient[:, *index]

    @cache
    def largest() -> float:
        return max(1e6, 10 * np.abs(subject.checked()).max())

    def accepts(name: str, number: float) -> bool:
        limit = largest()
        try:
            return bool(np.abs(subject.checked(**{name: number})).max() <= limit)
        except REFUSALS:
            return False

    is_residual = is_scalar and not is_given and not targets
    subject = _Subject(
        x,
        title,
        _free("residual" if is_residual else "score", hyperparameters(loss)),
        f"residual y_pred {MINUS} y_true" if is_residual else "score y_pred" if is_scalar else "entry of y_pred",
        curves,
        hyperparameters(loss),
        accepts,
        float(parts[0].flat[0]) if not is_scalar or is_given else x[0] + (0.7 if is_residual else 0.3) * (x[-1] - x[0]),
        choices,
        "" if is_scalar or is_given else f" The sample: y_true = {y_true}, y_pred = {y_pred}.",
        moved if len(shown) > 1 else "",
    )
    return subject


def _tasks(loss: Loss) -> Sequence[Loss]:
    return loss.losses if isinstance(loss, WeightedSum | UncertaintyWeighted) else ()


def _parts(loss: Loss, y_pred: Any) -> list[NDArray]:
    """Return the scores of one sample, an array for each task."""
    tasks = _tasks(loss) or [loss]
    parts = [np.asarray(part, dtype=float) for part in (y_pred if _tasks(loss) else [y_pred])]
    if [part.ndim for part in parts] != [task.score_ndim for task in tasks]:
        wanted, got = (
            " and ".join(map(str, each)) for each in ([t.score_ndim for t in tasks], [p.shape for p in parts])
        )
        raise Slip(f"y_pred must be one sample of {type(loss).__name__}, of {wanted} axes, got shape {got}")
    return parts


def _example(loss: Loss) -> tuple[Any, Any, list[float]]:
    """Return the target and the scores of a sample that the loss takes, and the targets to choose from."""
    if _tasks(loss):
        y_true, y_pred, _ = zip(*map(_example, _tasks(loss)), strict=True)
        return y_true, y_pred, []
    axes = (loss.score_ndim, loss.target_ndim)
    if axes == (0, 0):
        targets = [target for target in TARGETS if _takes(loss, target, 0.5)]
        if _takes(loss, -1.5, 0.5) and _takes(loss, 2.5, 0.5):
            return 0.0, 0.0, []
        if len(targets) > 1:
            return targets[-1], 0.0, targets
    for y_true, y_pred in EXAMPLES.get(axes, []):
        if _takes(loss, y_true, y_pred):
            return y_true, y_pred, []
    raise Slip(
        f"y_true and y_pred must be given for {type(loss).__name__}, as no example fits it: one sample, "
        f"with {axes[1]} axes and with {axes[0]}"
    )


def _takes(loss: Loss, y_true: Any, y_pred: Any) -> bool:
    try:
        with np.errstate(all="ignore"):
            return bool(np.isfinite(loss.value(_repeat(y_true, 1), _repeat(y_pred, 1))).all())
    except REFUSALS:
        return False


def _repeat(sample: Any, count: int) -> Any:
    return None if sample is None else np.repeat(np.asarray(sample, dtype=float)[None], count, axis=0)


# Its controls -------------------------------------------------------------------------------------


def _controls(subject: _Subject, ranges: dict[str, Any]) -> list[Control]:
    made: dict[str, Control] = {}
    numbers: dict[str, tuple[float, float] | None] = {}
    for name in ranges:
        if name not in subject.parameters:
            known = ", ".join(subject.parameters) or "none"
            raise Slip(f"{name} is no parameter of {subject.title}, which has {known}")
    for name, value in subject.parameters.items():
        given = ranges.get(name)
        if given is not None and np.ndim(given) == 1 and all(isinstance(each, str) for each in given):
            made[name] = Choice(name=name, options=given, default=value if value in given else "")
        elif given is not None:
            numbers[name] = _range(name, given, ", or texts to choose from,")
        elif isinstance(value, bool):
            made[name] = Toggle(name=name, default=value)
        elif isinstance(value, Real) and (value == 0 or SLIDABLE[0] <= abs(float(value)) <= SLIDABLE[1]):
            numbers[name] = None
    others = math.prod(len(control.grid) for control in [*subject.choices, *made.values()])
    most = max(3, min(MOST_NODES, int((CURVES / others) ** (1 / max(1, len(numbers))))))
    for name, given in numbers.items():
        nodes, default = _nodes(subject, name, given, most)
        if len(nodes) > 1:  # else the loss accepts nothing near its value
            made[name] = Slider(name=name, nodes=nodes, default=default, decimals=_decimals(np.array(nodes)))
    return [made[name] for name in subject.parameters if name in made]


def _nodes(subject: _Subject, name: str, given: tuple[float, float] | None, most: int) -> tuple[list[float], float]:
    """Return the nodes of a slider and its default. All but the default and the ends that are given are round."""
    value = subject.parameters[name]
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else 1.0
    whole = isinstance(value, Integral) and not subject.accepts(name, number + 0.5)

    def accepts(number: float) -> bool:
        return subject.accepts(name, round(number) if whole else number)

    if given:
        low, high = given
        number = min(max(number, low), high)
        kept = {low, high, number}
    else:
        reach = max(5 * (abs(number) or 1), 1.5)  # beyond 1, so that the end of a share is found
        low, high = (_end(accepts, number, side * reach) for side in (-1, 1))
        room = 0.02 * (high - low)
        low, high = low + room * (not accepts(low)), high - room * (not accepts(high))
        kept = {number}
    rough = max((high - low) / (most - 1), 1e-9)
    decade = 10.0 ** math.floor(math.log10(rough))
    step = max(float(whole), decade * next(step for step in (1, 2, 2.5, 5, 10) if step * decade > rough * (1 - 1e-9)))
    steps = step * np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    nodes = {float(np.round(node, 12)) for node in (*steps, *kept)}
    return sorted(node for node in nodes if given or node == number or accepts(node)), number


def _end(accepts: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return how far a parameter can go from a number that is accepted towards one that may not be."""
    if accepts(outside):
        return outside
    places = 9 - max(0, math.ceil(math.log10(abs(inside - outside))))  # so that the end of a domain is met exactly
    for _ in range(50):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if accepts(middle) else (inside, middle)
    return round(inside, places)


def _printable(controls: list[Control], curves: Callable[..., Curves], ranges: dict[str, Any]) -> list[Control]:
    """Return controls whose sliders end before any combination gives numbers that a readout cannot hold.

    A range that is given stays as it is, and so does all else where the loss itself is too large to be printed.
    """
    names = [control.name for control in controls]
    grids = [list(control.grid) for control in controls]
    starts = [grid.index(control.default) for grid, control in zip(grids, controls, strict=True)]
    states = itertools.product(*grids)
    size = np.array([np.abs(curves(**dict(zip(names, state, strict=True)))).max() for state in states])
    size = size.reshape([len(grid) for grid in grids])
    free = [control.name not in ranges and isinstance(control, Slider) for control in controls]
    while size.max() >= PRINTABLE:
        worst = [int(at) for at in np.unravel_index(size.argmax(), size.shape)]
        away = [abs(at - start) * may for at, start, may in zip(worst, starts, free, strict=True)]
        if not any(away) or size[*starts] >= PRINTABLE:
            break
        axis = away.index(max(away))
        at, start = worst[axis], starts[axis]
        kept = slice(at) if at > start else slice(at + 1, None)
        size = size[(slice(None),) * axis + (kept,)]
        grids[axis], starts[axis] = grids[axis][kept], start - (0 if at > start else at + 1)
    shorter = zip(controls, grids, strict=True)
    return [
        replace(control, nodes=[float(node) for node in grid]) if isinstance(control, Slider) else control
        for control, grid in shorter
        if len(grid) > 1
    ]


def _free(name: str, taken: Iterable[str]) -> str:
    """Return the name of a control or of a field of a readout that no parameter has."""
    while name in taken:
        name += "_"
    return name


def _range(name: str, given: Any, alternative: str = ",") -> tuple[float, float]:
    numbers = list(given) if np.ndim(given) == 1 else []
    if not (len(numbers) == 2 and all(map(_is_number, numbers)) and numbers[0] < numbers[1]):
        raise Slip(f"{name} must be two finite numbers in order{alternative} got {given!r}")
    return float(numbers[0]), float(numbers[1])


def _is_number(given: Any) -> bool:
    return isinstance(given, Real) and math.isfinite(given)


# How it is drawn and printed ----------------------------------------------------------------------


def _limits(family: NDArray, first: NDArray) -> tuple[float, float]:
    """Return limits that nearly all curves keep, unless the first would then fill less than a third of the height."""
    low, high = float(first.min()), float(first.max())
    room = high - low if high - low > 1e-9 else 1.0
    nearly_all = np.quantile(family, [0.02, 0.98])
    low, high = max(min(low, nearly_all[0]), low - room), min(max(high, nearly_all[1]), high + room)
    margin = 0.05 * (high - low) if high - low > 1e-9 else 0.5
    return float(low - margin), float(high + margin)


def _decimals(nodes: NDArray) -> int:
    """Return how many decimals tell the nodes exactly, 6 at most."""
    return next((d for d in range(6) if np.allclose(np.round(nodes, d), nodes, rtol=0, atol=1e-9)), 6)


def _digits(family: NDArray, first: NDArray, what: str) -> int:
    """Return how many decimals are printed: 3, more where numbers are small, fewer where a readout has no room."""
    largest = np.abs(family).max()
    room = math.floor(math.log10(PRINTABLE / max(largest, 1e-3)))
    if room < 0:
        raise Slip(f"{what} must stay below {PRINTABLE:,.0f} to be printed, got {largest:.9g}")
    return min(max(3, 2 - math.floor(math.log10(np.abs(first).max() or 1))), room, 9)


# Whether a gradient is right ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Checked:
    """The check of a gradient at one position and one setting of the controls."""

    check: GradientCheck
    x: float
    state: dict[str, Any]

    @property
    def gap(self) -> float:
        """How far the two are apart, to three digits: the last ones are not the same on every processor."""
        return float(f"{abs(self.check.written - self.check.measured):.3g}")


def _verdict(subject: _Subject, controls: Sequence[Control]) -> list[Readout]:
    """Return a line that says whether the reader's gradient agrees with the slope, and if not, in what it differs."""
    if not subject.gradient:
        return []
    name = f"`{subject.gradient}`" if subject.gradient.isidentifier() else subject.gradient
    found: list[_Checked] = []
    for state in _settings(controls):
        with np.errstate(all="ignore"):
            checks = subject.checks(**state)
        here = [_Checked(check, x, state) for check, x in zip(checks, subject.x[1:-1].tolist(), strict=True)]
        if any(each.check.verdict == "wrong" for each in here):
            return [Readout(f"{name} does not agree with the measured slope: {_difference(subject, here)}.")]
        found += here
    kinks = [each for each in found if is_kink(each.check)]
    near = [each for each in found if "kink" in each.check.verdict and not is_kink(each.check)]
    if near:
        worst = max(near, key=lambda each: each.check.difference)
        line = f"{name} nearly agrees with the measured slope: it is off by up to {worst.check.difference:.1g} of it"
        return [Readout(f"{line}, at {_place(subject, worst)}.")]
    line = f"{name} agrees with the measured slope" + ", whatever the sliders say" * bool(controls)
    if kinks:
        places = {each.x for each in kinks}
        such = "" if len(places) == 1 else " such as"
        line += f". At a kink,{such} {subject.variable} = {_number(kinks[0].x)}, any number between the slopes to both "
        line += "sides is right"
    return [Readout(line + ".")]


def _settings(controls: Sequence[Control]) -> Iterator[dict[str, Any]]:
    """Yield the settings at which a gradient is checked: the start, with each control moved alone, and all to the ends.

    Of long sliders, some nodes are left out.
    """
    start = {control.name: control.default for control in controls}
    yield start
    for control in controls:
        every = -(-len(control.grid) // MOST_CHECKED)
        yield from (start | {control.name: value} for value in control.grid[::every])
    ends = itertools.product(*((control.grid[0], control.grid[-1]) for control in controls))
    for end in itertools.islice(ends, MOST_CHECKED):
        yield dict(zip(start, end, strict=True))


def _difference(subject: _Subject, here: list[_Checked]) -> str:
    """Say in what a wrong gradient differs at one setting: by a factor, by a number, or most at which position."""
    where = _minus(Where("", here[0].state).at)
    if factor := _factor(here):
        sign = "of the other sign" if factor < 0 else ""
        size = "" if math.isclose(abs(factor), 1, rel_tol=SAME) else f"{abs(factor):.4g} times as large"
        return f"it is {' and '.join(filter(None, (sign, size)))} everywhere{where}"
    if offset := _offset(here):
        return f"it is {abs(offset):.4g} too {'high' if offset > 0 else 'low'} everywhere{where}"
    wrong = [each for each in here if each.check.verdict == "wrong"]
    worst = max(wrong, key=lambda each: each.gap)
    digits = f"it gives {_number(worst.check.written)}, and the slope is {_number(worst.check.measured)}"
    many = f"at {len(wrong)} of {len(here)} positions" if len(wrong) < len(here) else "everywhere"
    return f"it is off {many}, most at {_place(subject, worst)}, where {digits}"


def _factor(checked: list[_Checked]) -> float | None:
    """Return the one factor by which gradients differ from what is measured, or None."""
    told = [each for each in _told(checked) if each.written or each.measured]
    if not all(each.written and each.measured for each in told):
        return None
    return _common([each.written / each.measured for each in told])


def _offset(checked: list[_Checked]) -> float | None:
    """Return the one number by which gradients differ from what is measured, or None."""
    return _common([each.written - each.measured for each in _told(checked)])


def _told(checked: list[_Checked]) -> list[GradientCheck]:
    return [each.check for each in checked if not is_kink(each.check) and "rounding" not in each.check.verdict]


def _common(numbers: list[float]) -> float | None:
    """Return the number that all of these are, or None."""
    low, high = min(numbers, default=math.nan), max(numbers, default=math.nan)
    middle = (low + high) / 2
    return middle if high - low <= SAME * abs(middle) else None


def _place(subject: _Subject, checked: _Checked) -> str:
    return _minus(Where("", {subject.variable: checked.x} | checked.state).at.removeprefix(" at "))


def _number(value: float) -> str:
    return _minus(f"{value:.4g}")


def _minus(text: str) -> str:
    return re.sub(r"-(?=\d)", MINUS, text)
