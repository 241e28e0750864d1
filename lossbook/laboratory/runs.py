"""What a training run gives back, and what can be said about it from its losses alone."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A loss that has grown by this factor does not come back. Waiting for infinity would take many epochs more.
GROWTH = 1000

# A loss has settled if less than this share of its whole fall came in the last tenth of the epochs.
SETTLED = 0.01


class Diverged(ArithmeticError):
    """Training was ended because its loss grew without bound.

    >>> str(Diverged(epoch=3, times=5200))
    'after epoch 3 it was 5,200 times its first value'
    >>> str(Diverged(epoch=40, times=float("nan")))
    'after epoch 40 it was not a finite number any more'
    """

    def __init__(self, epoch: int, times: float) -> None:
        self.epoch, self.times = epoch, times
        is_finite = math.isfinite(times)
        size = f"{float(f'{times:.2g}'):,.0f} times its first value" if is_finite else "not a finite number any more"
        super().__init__(f"after epoch {epoch} it was {size}")


@dataclass(frozen=True)
class Run:
    """The result of one training run.

    Args:
        fit: whatever the laboratory's `draw` needs for its picture of the fit.
        words: the same in a sentence, for a reader who cannot see the picture.
        curves: the loss before the first epoch and after each, named "training" and "validation".
        unit: what the curves measure, such as "squared error (points²)".
        metrics: by name.

    Raises:
        ValueError: says what is missing, of another length, or not finite.

    >>> losses = {"training": [9.0, 4.0], "validation": [9.0, 5.0]}
    >>> Run(fit=[0, 1], words="A line.", curves=losses, unit="loss", metrics={"error": 2.0}).epochs
    1
    """

    fit: Any
    words: str
    curves: Mapping[str, Sequence[float]]
    unit: str
    metrics: Mapping[str, float]

    def __post_init__(self) -> None:
        if list(self.curves) != ["training", "validation"]:
            raise ValueError(f"curves must be 'training' and 'validation', got {', '.join(self.curves) or 'none'}")
        lengths = {name: len(curve) for name, curve in self.curves.items()}
        if min(lengths.values()) < 2 or len(set(lengths.values())) > 1:
            raise ValueError(f"curves must have one length of at least 2, got {lengths}")
        named = [(f"the {name} curve", value) for name, curve in self.curves.items() for value in curve]
        for name, value in [*named, *self.metrics.items()]:
            if not math.isfinite(value):
                raise ValueError(f"{name} must be finite, got {value}")

    @property
    def epochs(self) -> int:
        """How many epochs were trained."""
        return len(self.curves["training"]) - 1


class Watch:
    """Follows the training loss and ends a run that diverges.

    Called with an epoch, the number of epochs and the loss, it raises `Diverged` once the loss is not finite or has
    grown a thousandfold. As the `progress` of a training function, it lets you try that out without a laboratory.

    >>> watch = Watch()
    >>> watch(0, 5, 10.0)
    >>> watch(1, 5, 400.0)
    >>> watch(2, 5, 16000.0)
    Traceback (most recent call last):
    lossbook.laboratory.runs.Diverged: after epoch 2 it was 1,600 times its first value
    """

    def __init__(self) -> None:
        self.first: float | None = None

    def __call__(self, epoch: int, epochs: int, loss: float) -> None:
        if not math.isfinite(loss):
            raise Diverged(epoch, math.nan)
        if self.first is None:
            self.first = loss
        if loss > GROWTH * self.first > 0:
            raise Diverged(epoch, loss / self.first)


def advice(run: Run, rate: str) -> str:
    """Say what the training curve calls for, or nothing; `rate` is the learning rate in words.

    >>> def after(*losses):
    ...     return Run(None, "", {"training": losses, "validation": losses}, "loss", {})
    >>> advice(after(9, 3, 1, 1), "a learning rate of 0.1")
    ''
    >>> advice(after(9, 8, 7, 6), "a learning rate of 0.001")
    'The training loss was still falling when the epochs ran out: try more of them, or a higher learning rate.'
    >>> advice(after(9, 20, 8, 20), "a learning rate of 2")
    'With a learning rate of 2 the training loss has not come down: it jumps to and fro. Try a lower one.'
    """
    losses = run.curves["training"]
    fallen = losses[0] - losses[-1]
    is_falling = all(later < earlier for earlier, later in itertools.pairwise(losses))
    if not is_falling and fallen < 0.001 * abs(losses[0]):
        return f"With {rate} the training loss has not come down: it jumps to and fro. Try a lower one."
    tenth = max(1, run.epochs // 10)
    if is_falling and losses[-1 - tenth] - losses[-1] > SETTLED * fallen:
        return (
            "The training loss was still falling when the epochs ran out: try more of them, or a higher learning rate."
        )
    return ""
