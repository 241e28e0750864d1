"""Losses for one model with several outputs: a weighted sum of the losses of its tasks.

`y_true` and `y_pred` are lists or tuples with one entry per task, each what the loss of that task takes, all for the
same samples. One array for all tasks is refused: its first entry would be the first sample, not the first task.
"""

# A list of arrays, one per task, goes in, and a tuple comes out, where `Loss` has one array:
# mypy: disable-error-code="override"

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.classification import BinaryCrossEntropy
from lossbook.core import Facts, Loss
from lossbook.regression import SquaredError

__all__ = ["UncertaintyWeighted", "WeightedSum"]


@dataclass(frozen=True)
class _MultiTaskLoss(Loss):
    """A sum of losses times `weights`, which a subclass has as a field or computes."""

    losses: tuple[Loss, ...] = (SquaredError(), BinaryCrossEntropy())

    if TYPE_CHECKING:

        @property
        def weights(self) -> tuple[float, ...]: ...

        def __call__(
            self, y_true: Sequence[ArrayLike], y_pred: Sequence[ArrayLike], sample_weight: ArrayLike | None = None
        ) -> float: ...

    def __post_init__(self) -> None:
        losses = self.losses if isinstance(self.losses, list | tuple) else ()
        if not losses or not all(isinstance(loss, Loss) and not isinstance(loss, _MultiTaskLoss) for loss in losses):
            raise ValueError(
                f"{type(self).__name__}: losses must be a tuple of losses of one task, got {self.losses!r}"
            )
        object.__setattr__(self, "losses", tuple(losses))

    def _set_facts_of_tasks(self) -> None:
        """The sum has a good property if every task with a weight has it."""
        tasks = [loss.facts for loss, weight in zip(self.losses, self.weights, strict=True) if weight > 0]
        self._set_facts(
            convex=all(task.convex for task in tasks),
            bounded_influence=all(task.bounded_influence for task in tasks),
            continuous_derivatives=min((task.continuous_derivatives for task in tasks), default=math.inf),
        )

    def value(self, y_true: Sequence[ArrayLike], y_pred: Sequence[ArrayLike]) -> NDArray:
        """Return one value per sample: the weighted sum over the tasks."""
        return self._sum(self._each("value", y_true, y_pred))

    def gradient(self, y_true: Sequence[ArrayLike], y_pred: Sequence[ArrayLike]) -> tuple[NDArray, ...]:
        """Return the derivative with respect to the scores of each task: a tuple of arrays, shaped like `y_pred`."""
        return self._weighted(self._each("gradient", y_true, y_pred))

    def hessian(self, y_true: Sequence[ArrayLike], y_pred: Sequence[ArrayLike]) -> tuple[NDArray, ...]:
        """Return the second derivative for each task as a tuple of arrays; between two tasks it is 0."""
        return self._weighted(self._each("hessian", y_true, y_pred))

    def value_and_gradient(
        self, y_true: Sequence[ArrayLike], y_pred: Sequence[ArrayLike]
    ) -> tuple[NDArray, tuple[NDArray, ...]]:
        """Return `value` and `gradient` from one check of the input."""
        values, gradients = zip(*self._each("value_and_gradient", y_true, y_pred), strict=True)
        return self._sum(values), self._weighted(gradients)

    def predict(self, score: Sequence[ArrayLike]) -> tuple[NDArray, ...]:
        """Return the prediction of each task on its natural scale."""
        return self._converted("predict", "score", score)

    def to_score(self, prediction: Sequence[ArrayLike]) -> tuple[NDArray, ...]:
        """Return a raw score for the prediction of each task on its natural scale."""
        return self._converted("to_score", "prediction", prediction)

    def _converted(self, method: str, name: str, given: Sequence[ArrayLike]) -> tuple[NDArray, ...]:
        self._check_count(name, given)
        return tuple(self._of_task(task, method, each) for task, each in enumerate(given))

    def _of_task(self, task: int, method: str, *given: ArrayLike) -> Any:
        """What the loss of a task returns; an error says in which task it came up."""
        loss = self.losses[task]
        try:
            return getattr(loss, method)(*given)
        except ValueError as error:
            raise ValueError(f"task {task}, {type(loss).__name__}: {error}") from None

    def _set_numbers(self, name: str, low: float, high: float, *, closed: bool = False) -> None:
        """Check the hyperparameter `name`, one number for each task, and keep it as a tuple of Python floats."""
        got = getattr(self, name)
        got = list(got) if isinstance(got, np.ndarray) and got.ndim == 1 else got
        self._check_count(f"{type(self).__name__}: {name}", got)
        numbers = [self._number(f"{name}[{task}]", each, low, high, closed) for task, each in enumerate(got)]
        object.__setattr__(self, name, tuple(numbers))

    def _check_count(self, name: str, given: Any) -> None:
        got = f"{len(given)}" if isinstance(given, list | tuple) else type(given).__name__
        if got != f"{len(self.losses)}":
            raise ValueError(f"{name} must be a list or tuple with one entry for each of {len(self.losses)}, got {got}")

    def _each(self, method: str, y_true: Sequence[ArrayLike], y_pred: Sequence[ArrayLike]) -> list[Any]:
        """What the loss of each task returns."""
        self._check_count("y_true", y_true)
        self._check_count("y_pred", y_pred)
        results, samples = [], []
        for task, (loss, target, score) in enumerate(zip(self.losses, y_true, y_pred, strict=True)):
            results.append(self._of_task(task, method, target, score))
            samples.append(np.shape(score)[: np.ndim(score) - loss.score_ndim])
        if len(set(samples)) > 1:
            raise ValueError(f"y_pred must have the same samples in every task, got samples of shape {samples}")
        return results

    def _weighted(self, arrays: Sequence[NDArray]) -> tuple[NDArray, ...]:
        return tuple(_times(weight, array) for weight, array in zip(self.weights, arrays, strict=True))

    def _sum(self, values: Sequence[NDArray]) -> NDArray:
        with np.errstate(over="ignore", invalid="ignore"):
            total = np.asarray(sum(self._weighted(values)))
        # One task infinitely wrong while another is infinitely right, as a density can be: being wrong prevails.
        return np.where(np.isnan(total), np.inf, total)


@dataclass(frozen=True)
class WeightedSum(_MultiTaskLoss):
    r"""The losses of several tasks, each of its own scores, times a fixed weight.

    Not a mean: doubling all weights doubles the loss, and with it the step of gradient descent. A weight is also a
    change of units: 1 for a task in meters is another loss than 1 for the same task in millimeters. A task of weight 0
    counts for nothing, even where its loss is infinite.

    Shapes: `y_true` and `y_pred` lists or tuples with one entry per task, each shaped for its loss, of the same
    samples; the value has the shape of the samples.

    Gradient: a tuple with $w_t\, \nabla \ell_t$ for each task.

    Hessian: a tuple with $w_t\, \nabla^2 \ell_t$ for each task; a task that has none makes it unavailable.

    Fails when tasks differ in scale or in how fast they are learned: the largest gradient then trains the shared part,
    and a search for better weights grows with every task.

    Raises ValueError unless there is a loss for each task, and for each loss a weight of at least 0.

    >>> loss = WeightedSum((SquaredError(), BinaryCrossEntropy()), weights=(0.5, 2))
    >>> y_true, y_pred = ([1.0, 2.0], [1, 0]), ([3.0, 2.0], [0.0, 0.0])
    >>> loss.value(y_true, y_pred).round(4)
    array([3.3863, 1.3863])
    >>> loss.gradient(y_true, y_pred)
    (array([2., 0.]), array([-1.,  1.]))
    """

    weights: tuple[float, ...] = (1.0, 1.0)

    facts: ClassVar[Facts] = Facts(
        formula=r"\sum_t w_t\, \ell_t(y_t, z_t)",
        task="several tasks",
        convex=True,
        bounded_influence=False,
        continuous_derivatives=math.inf,
        statistic="that of each task",
        reference="Caruana (1997)",
        link="that of each task",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set_numbers("weights", 0, math.inf, closed=True)
        self._set_facts_of_tasks()


@dataclass(frozen=True)
class UncertaintyWeighted(_MultiTaskLoss):
    r"""The losses of several tasks, each of its own scores, divided by a noise variance learned with the model.

    Here $s_t = \log \sigma_t^2$ is the log-variance of a task, the same for all samples. As in the paper, $a_t$ is
    $\tfrac12$ for a regression task and 1 for any other; which of them a loss is, ``loss.facts.task`` says. With
    `SquaredError` this is the likelihood of a Gaussian, less a constant; for a classification task it approximates the
    likelihood of scores divided by $\sigma^2$. Code that writes $e^{-s} \ell + s$ minimizes twice the value of a
    regression task.

    Shapes: as in `WeightedSum`. The value may be negative, as that of `GaussianNLL`: nothing is to be clipped.

    Gradient: a tuple with $a_t\, e^{-s_t}\, \nabla \ell_t$ for each task. With respect to the log-variances, which are
    hyperparameters here, `log_variance_gradient` returns $\tfrac12 - a_t\, e^{-s_t}\, \ell_t$.

    Hessian: a tuple with $a_t\, e^{-s_t}\, \nabla^2 \ell_t$ for each task; a task that has none makes it unavailable.

    Fails as a measure of importance: the weights settle where $e^{s_t}$ is $2 a_t$ times the mean of $\ell_t$, so that
    a task counts for more the better it fits, whatever it is worth. One that fits perfectly gets a weight without
    bound.

    Raises ValueError unless there is a loss for each task, and for each loss a log-variance between -700 and 700.

    >>> loss = UncertaintyWeighted((SquaredError(), BinaryCrossEntropy()), log_variances=(np.log(4), 0))
    >>> loss.weights
    (0.125, 1.0)
    >>> y_true, y_pred = ([1.0, 2.0], [1, 0]), ([3.0, 2.0], [0.0, 0.0])
    >>> loss.value(y_true, y_pred).round(4)
    array([1.8863, 1.3863])
    >>> loss.log_variance_gradient(y_true, y_pred).round(4)
    array([[ 0.    , -0.1931],
           [ 0.5   , -0.1931]])
    """

    log_variances: tuple[float, ...] = (0.0, 0.0)

    facts: ClassVar[Facts] = Facts(
        formula=r"\sum_t \bigl( a_t\, e^{-s_t}\, \ell_t(y_t, z_t) + \tfrac12 s_t \bigr)",
        variables="y, z, s",
        task="several tasks",
        convex=True,
        bounded_influence=False,
        continuous_derivatives=math.inf,
        statistic="that of each task",
        reference="Kendall et al. (2018)",
        link="that of each task",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set_numbers("log_variances", -700, 700)  # beyond, the weight is no longer a normal float
        self._set_facts_of_tasks()

    @property
    def weights(self) -> tuple[float, ...]:
        """What each task is multiplied by: $a_t e^{-s_t}$."""
        factors = [0.5 if loss.facts.task == "regression" else 1.0 for loss in self.losses]
        return tuple(factor * math.exp(-s) for factor, s in zip(factors, self.log_variances, strict=True))

    def log_variance_gradient(self, y_true: Sequence[ArrayLike], y_pred: Sequence[ArrayLike]) -> NDArray:
        """Return the derivative of each sample's value with respect to the log-variance of each task, (n, tasks)."""
        values = self._weighted(self._each("value", y_true, y_pred))
        return np.stack([0.5 - value for value in values], axis=-1)

    def _sum(self, values: Sequence[NDArray]) -> NDArray:
        return super()._sum(values) + sum(self.log_variances) / 2


def _times(weight: float, array: NDArray) -> NDArray:
    """Their product in the dtype of the array, by way of float64, in which no weight is infinite or rounded to 0."""
    if weight == 0:
        return np.zeros_like(array)
    with np.errstate(over="ignore"):
        return np.multiply(array, weight, dtype=np.float64).astype(array.dtype)
