"""Keras twins of the losses that Keras lacks, under the names and with the hyperparameters they have in `lossbook`.

They are written with `keras.ops` alone and run on TensorFlow, PyTorch and JAX. Where Keras has a loss, its
``facts.keras`` says the name, and there is no twin.

- Shapes have to agree, except that one of `y_true` and `y_pred` may have an additional last axis of length 1: (n,) fits
  (n, 1). Anything else raises ValueError. A loss written by hand would broadcast the two to (n, n), silently.
- `call` returns one value per sample, so that `sample_weight` counts samples. As in Keras, a last axis of several
  outputs is averaged over: `y_pred` of shape (n, d) gives (n,).
- As in Keras, the mean divides by the number of samples. To divide by the sum of the weights, as `lossbook` does, pass
  ``reduction="mean_with_sample_weight"`` in a version of Keras that has it.
- A value has the `dtype` of the loss, as in Keras, but is computed in float32 if that is shorter, and in float64 if
  `y_true` or `y_pred` is float64 or holds long integers and the backend has float64: JAX has it once it is told so.
- Hyperparameters and shapes are checked, values are not, since compiled code cannot raise. The same loss in `lossbook`
  checks them: pass it one batch if in doubt about labels or masks. In particular a NaN in `y_true`, which `lossbook`
  refuses, makes the loss NaN, as Keras' own: times a weight of 0 it stays NaN. Leave such samples out.
- After ``import lossbook.frameworks.keras``, a saved model loads without `custom_objects`.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from lossbook import classification, detection, embedding, probabilistic, regression, segmentation
from lossbook.core import Loss, hyperparameters
from lossbook.extras import needs

with needs("lossbook.frameworks.keras", "keras", "tensorflow", called="Keras 3 and a backend"):
    import keras

from keras import ops

__all__ = [
    "AsymmetricSquaredError",
    "BinaryCrossEntropy",
    "BinaryFocal",
    "BoxIoU",
    "Contrastive",
    "Expectile",
    "GaussianNLL",
    "GeneralRobust",
    "GeneralRobustNLL",
    "GeneralizedIoU",
    "Jaccard",
    "LaplaceNLL",
    "LogitAdjustedCrossEntropy",
    "Quantile",
    "Triplet",
    "Tukey",
    "UncertaintyWeighted",
]

_registered = keras.saving.register_keras_serializable(package="lossbook")


class _Exact(keras.losses.Loss):
    """A loss of Keras that rounds its result to `dtype`, but neither its arguments nor what is computed with them.

    `labeled` says that `y_true` holds labels or a mask, whose integers are small: float32 has all of them. A weight for
    each sample is one for all its steps: Keras would multiply (n,) and (n, n) along the wrong axis.
    """

    labeled = False

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        y_true, y_pred = _array(y_true), _array(y_pred)
        exact = _exact_dtype(self.dtype, y_pred.dtype, *([] if self.labeled and _whole(y_true) else [y_true.dtype]))
        values = self.call(ops.convert_to_tensor(y_true, exact), ops.convert_to_tensor(y_pred, exact))
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(_array(sample_weight), exact)
            lacking = len(values.shape) - len(sample_weight.shape)
            if lacking > 0:
                shape = (*ops.shape(sample_weight), *[1] * lacking)
                sample_weight = ops.reshape(sample_weight, shape) * ops.ones_like(values)
        return ops.cast(_Reduction(self, values, exact)(y_pred, y_pred, sample_weight), self.dtype)


class _Reduction(keras.losses.Loss):
    """Keras' way from the values of a loss to its result, in a dtype of its own: mask, weights and reduction."""

    def __init__(self, loss: _Exact, values: Any, dtype: str) -> None:
        super().__init__(name=loss.name, reduction=loss.reduction, dtype=dtype)
        self.values = values

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.values


class _Twin(_Exact):
    """A loss of `lossbook` for Keras: a subclass writes `_value`, which gets `y_true` in the shape that fits `y_pred`.

    `mirrored` checks and holds the hyperparameters, and says how many axes of `y_true` and `y_pred` are one sample.
    """

    def __init__(
        self,
        mirrored: Loss,
        *,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.mirrored: Any = mirrored  # each loss has hyperparameters of its own

    def call(self, y_true: Any, y_pred: Any) -> Any:
        own = self.mirrored.score_ndim - self.mirrored.target_ndim  # the axes that y_true does not have
        keep = len(y_pred.shape) - own
        y_true = self._align(y_true, y_pred, keep)
        value = self._value(y_true, y_pred)
        several = self.mirrored.score_ndim == 0 and len(value.shape) > 1
        return ops.mean(value, axis=-1) if several else value

    def _align(self, y_true: Any, y_pred: Any, keep: int) -> Any:
        """`y_true` in the shape of the first `keep` axes of `y_pred`; an axis still unknown fits any length."""
        given, wanted = tuple(y_true.shape), tuple(y_pred.shape)[:keep]
        short, long = sorted([given, wanted], key=len)
        if len(long) == len(short) + 1 and long[-1] == 1:
            long = long[:-1]
        if len(short) != len(long) or any(a != b and None not in (a, b) for a, b in zip(short, long, strict=True)):
            raise ValueError(
                f"{type(self).__name__}: y_true must have shape {wanted} for y_pred of shape {tuple(y_pred.shape)}, "
                f"or a last axis of length 1 more or less, got shape {given}"
            )
        return ops.reshape(y_true, ops.shape(y_pred)[:keep])

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define _value")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dtype": self.dtype, **hyperparameters(self.mirrored)}

    def __repr__(self) -> str:
        config = self.get_config()
        general = {name: config.pop(name) for name in ("name", "reduction", "dtype")}
        del general["name"]  # Keras makes one up
        settings = (f"{name}={setting!r}" for name, setting in {**config, **general}.items())
        return f"{type(self).__name__}({', '.join(settings)})"


@_registered
class Quantile(_Twin):
    """The pinball loss, `lossbook.Quantile`.

    Shapes: `y_true` and `y_pred` (n,), (n, d) or longer, averaged over the last axis.

    >>> Quantile(tau=0.9).call(ops.array([[10.0], [10.0]]), ops.array([[8.0], [12.0]])).numpy().round(6)
    array([1.8, 0.2], dtype=float32)
    """

    def __init__(self, tau: float = 0.5, **settings: Any) -> None:
        super().__init__(regression.Quantile(tau), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        tau, r = self.mirrored.tau, y_pred - y_true
        return _by_side(r, tau, 1 - tau) * _magnitude(r)


@_registered
class Expectile(_Twin):
    """Squared error weighted by side, `lossbook.Expectile`.

    Shapes: `y_true` and `y_pred` (n,), (n, d) or longer, averaged over the last axis.

    >>> round(float(Expectile(tau=0.9)(ops.array([[10.0], [10.0]]), ops.array([[8.0], [12.0]]))), 6)
    2.0
    """

    def __init__(self, tau: float = 0.5, **settings: Any) -> None:
        super().__init__(regression.Expectile(tau), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        tau, r = self.mirrored.tau, y_pred - y_true
        return _by_side(r, tau, 1 - tau) * r * r


@_registered
class AsymmetricSquaredError(_Twin):
    """Squared error times `under` where the prediction is too low, and times `over` where it is too high.

    It is `lossbook.Expectile` with ``tau = under / (under + over)``, times ``under + over``: the same best prediction,
    in units in which each weight is a price. With both 1 it is the squared error.

    Shapes: `y_true` and `y_pred` (n,), (n, d) or longer, averaged over the last axis.

    >>> loss = AsymmetricSquaredError(under=10)
    >>> loss.call(ops.array([0.0, 0.0]), ops.array([-2.0, 2.0])).numpy()
    array([40.,  4.], dtype=float32)
    """

    def __init__(self, under: float = 1.0, over: float = 1.0, **settings: Any) -> None:
        super().__init__(regression.SquaredError(), **settings)
        self.under, self.over = _positive(self, "under", under), _positive(self, "over", over)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        r = y_pred - y_true
        return _by_side(r, self.under, self.over) * r * r

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "under": self.under, "over": self.over}


@_registered
class Tukey(_Twin):
    """Tukey's biweight, half a square that levels off: `lossbook.Tukey`.

    Shapes: `y_true` and `y_pred` (n,), (n, d) or longer, averaged over the last axis.

    >>> round(float(Tukey(c=3.0)(ops.array([[0.0]]), ops.array([[1000.0]]))), 6)
    1.5
    """

    def __init__(self, c: float = 4.685, **settings: Any) -> None:
        super().__init__(regression.Tukey(c), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        c = self.mirrored.c
        u = ops.clip(y_pred - y_true, -c, c)
        v = (u / c) ** 2
        return u * u / 2 * (1 - v + v * v / 3)


@_registered
class GeneralRobust(_Twin):
    """Barron's family, from squared error to Welsch: `lossbook.GeneralRobust`.

    Shapes: `y_true` and `y_pred` (n,), (n, d) or longer, averaged over the last axis.

    >>> round(float(GeneralRobust(alpha=1, c=2)(ops.array([[0.0]]), ops.array([[6.0]]))), 5)
    2.16228
    """

    def __init__(self, alpha: float = 1.0, c: float = 1.0, **settings: Any) -> None:
        super().__init__(regression.GeneralRobust(alpha, c), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        alpha, x = self.mirrored.alpha, (y_pred - y_true) / self.mirrored.c
        if alpha == 2:
            return x * x / 2
        if alpha == -math.inf:
            x = ops.clip(x, -100, 100)  # beyond, the gradient is 0 anyway
            return -ops.expm1(-x * x / 2)
        b = abs(alpha - 2)
        growth = _log_one_plus_square(x / math.sqrt(b))
        if abs(alpha) < 1e-20:  # so near to Cauchy that b / alpha might overflow
            return b / 2 * growth
        return b / alpha * ops.expm1(alpha / 2 * growth)


@_registered
class BinaryCrossEntropy(_Twin):
    """Cross-entropy from the logit, class 1 counted as `positive_weight` samples: `lossbook.BinaryCrossEntropy`.

    Without that weight it is ``keras.losses.BinaryCrossentropy(from_logits=True)``.

    Shapes: `y_true`, labels in [0, 1], and `y_pred`, logits: (n,), (n, d) or longer, averaged over the last axis.

    >>> round(float(BinaryCrossEntropy(positive_weight=3)(ops.array([[1.0]]), ops.array([[0.0]]))), 4)
    2.0794
    """

    labeled = True

    def __init__(self, positive_weight: float = 1.0, label_smoothing: float = 0.0, **settings: Any) -> None:
        super().__init__(classification.BinaryCrossEntropy(positive_weight, label_smoothing), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        smoothing, (log_p, log_q) = self.mirrored.label_smoothing, _log_sigmoids(y_pred)
        one = (1 - smoothing) * y_true + smoothing / 2
        zero = (1 - smoothing) * (1 - y_true) + smoothing / 2
        return -self.mirrored.positive_weight * one * log_p - zero * log_q


@_registered
class BinaryFocal(_Twin):
    """Focal loss from the logit, with a finite gradient for every `gamma`: `lossbook.BinaryFocal`.

    Shapes: `y_true`, labels 0 and 1, and `y_pred`, logits: (n,), (n, d) or longer, averaged over the last axis.

    >>> round(float(BinaryFocal(gamma=2, alpha=None)(ops.array([[1.0]]), ops.array([[0.0]]))), 6)
    0.173287
    """

    labeled = True

    def __init__(self, gamma: float = 2.0, alpha: float | None = 0.25, **settings: Any) -> None:
        super().__init__(classification.BinaryFocal(gamma, alpha), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        side = 2 * y_true - 1
        log_p, log_q = _log_sigmoids(side * y_pred)
        value = -ops.exp(self.mirrored.gamma * log_q) * log_p
        alpha = self.mirrored.alpha
        return value if alpha is None else _by_side(side, 1 - alpha, alpha) * value


@_registered
class LogitAdjustedCrossEntropy(_Twin):
    """Cross-entropy of logits that know how common each class is: `lossbook.LogitAdjustedCrossEntropy`.

    Shapes: `y_true`, numbers of classes, (n,) or (n, 1), and `y_pred`, logits, (n, K).

    >>> loss = LogitAdjustedCrossEntropy(prior=(0.9, 0.1))
    >>> round(float(loss(ops.array([1]), ops.array([[0.0, 0.0]]))), 4)
    2.3026
    """

    labeled = True

    def __init__(self, prior: Sequence[float] = (0.5, 0.5), tau: float = 1.0, **settings: Any) -> None:
        super().__init__(classification.LogitAdjustedCrossEntropy(tuple(prior), tau), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        shift = [self.mirrored.tau * math.log(share) for share in self.mirrored.prior]
        # Relative to the largest score, beside which the rest would be rounded away.
        largest = ops.stop_gradient(ops.max(y_pred, axis=-1, keepdims=True))
        adjusted = y_pred - largest + ops.array(shift, y_pred.dtype)
        is_label = ops.one_hot(ops.cast(y_true, "int32"), len(shift), dtype="bool")
        own = ops.sum(ops.where(is_label, adjusted, 0), axis=-1)
        others = ops.where(is_label, -math.inf, adjusted)
        return ops.softplus(ops.logsumexp(others, axis=-1) - own)


@_registered
class GaussianNLL(_Twin):
    """Surprise under a normal distribution with predicted mean and log-variance: `lossbook.GaussianNLL`.

    Shapes: `y_true` (n,) or (n, 1), `y_pred` (n, 2), without activation; a model ends in ``Dense(2)``. Of further axes
    of both, (n, d) and (n, d, 2), each entry has its own value.

    >>> round(float(GaussianNLL()(ops.array([0.0]), ops.array([[3.0, 0.0]]))), 4)
    5.4189
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(probabilistic.GaussianNLL(), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        location, s = _columns(self, y_pred)
        z = _divide_by_exp(location - y_true, s / 2)
        return (z * z + s + math.log(2 * math.pi)) / 2


@_registered
class LaplaceNLL(_Twin):
    """Surprise under a Laplace distribution with predicted location and log-scale: `lossbook.LaplaceNLL`.

    Shapes: as in `GaussianNLL`.

    >>> round(float(LaplaceNLL()(ops.array([0.0]), ops.array([[10.0, 0.0]]))), 4)
    10.6931
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(probabilistic.LaplaceNLL(), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        location, s = _columns(self, y_pred)
        return _magnitude(_divide_by_exp(location - y_true, s)) + s + math.log(2)


@_registered
class Contrastive(_Twin):
    """Pulls similar pairs together and pushes dissimilar ones `margin` apart: `lossbook.Contrastive`.

    Shapes: `y_true` (n,) or (n, 1), 1 for a dissimilar pair and 0 for a similar one; `y_pred` (n, 2, d), as a model
    gives it that ends in ``keras.ops.stack([embed(first), embed(second)], axis=1)``.

    >>> round(float(Contrastive()(ops.array([1.0]), ops.array([[[0.0, 0.0], [0.06, 0.08]]]))), 4)
    0.81
    """

    labeled = True

    def __init__(self, margin: float = 1.0, distance: str = "plain", **settings: Any) -> None:
        super().__init__(embedding.Contrastive(margin, distance), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        first, second = _points(self, y_pred)
        square, squared = _square(first, second), self.mirrored.distance == "squared"
        apart = ops.relu(self.mirrored.margin - (square if squared else _root(square))) ** 2
        return (1 - y_true) * (square**2 if squared else square) + y_true * apart


@_registered
class Triplet(_Twin):
    """Wants the negative further from the anchor than the positive is, by at least `margin`: `lossbook.Triplet`.

    A model that ends in ``keras.ops.stack([embed(anchor), embed(positive), embed(negative)], axis=1)`` trains with it
    without a target, ``model.fit([anchors, positives, negatives])``, and is saved and loaded like any other. But Keras
    drops `sample_weight` where there is no target: to weight triplets, pass any array as well, which is ignored.

    Shapes: `y_true` ignored, may be None; `y_pred` (n, 3, d).

    >>> round(float(Triplet()(None, ops.array([[[0.0], [0.6], [0.7]]]))), 4)
    0.1
    """

    def __init__(self, margin: float = 0.2, distance: str = "plain", **settings: Any) -> None:
        super().__init__(embedding.Triplet(margin, distance), **settings)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return super().__call__(y_pred, y_pred, sample_weight)  # Keras would convert None to a tensor

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self._value(y_true, y_pred)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        anchor, positive, negative = _points(self, y_pred)
        near, far = _square(anchor, positive), _square(anchor, negative)
        if self.mirrored.distance == "plain":
            near, far = _root(near), _root(far)
        return ops.relu(near - far + self.mirrored.margin)


@_registered
class Jaccard(_Twin):
    """One minus intersection over union of a true and a predicted mask, from logits: `lossbook.Jaccard`.

    Shapes: `y_true`, masks in [0, 1], and `y_pred`, logits: (n, H, W) or (n, H, W, 1). One value per image.

    >>> round(float(Jaccard()(ops.array([[[1.0, 1.0, 0.0]]]), ops.zeros((1, 1, 3)))), 4)
    0.6
    """

    labeled = True

    def __init__(self, **settings: Any) -> None:
        super().__init__(segmentation.Jaccard(), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        if len(y_pred.shape) != 3 and (len(y_pred.shape) != 4 or y_pred.shape[-1] != 1):
            raise ValueError(f"Jaccard: y_pred must have shape (n, H, W) or (n, H, W, 1), got {tuple(y_pred.shape)}")
        axes = tuple(range(1, len(y_pred.shape)))
        p, q = _sigmoids(y_pred)
        hits = ops.sum(p * y_true, axis=axes)
        errors = ops.sum(p * (1 - y_true) + q * y_true, axis=axes)
        return errors / _nonzero(hits + errors)  # two empty masks agree


@_registered
class BoxIoU(_Twin):
    """One minus intersection over union of a true and a predicted box: `lossbook.BoxIoU`.

    Shapes: `y_true` and `y_pred` (n, 4), boxes x1, y1, x2, y2; those of `y_true` with x1 <= x2 and y1 <= y2. One value
    per box, of further axes too.

    >>> round(float(BoxIoU()(ops.array([[0.0, 0.0, 10.0, 10.0]]), ops.array([[1.0, 0.0, 11.0, 10.0]]))), 4)
    0.1818
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(detection.BoxIoU(), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        value, _, _ = _overlap(self, y_true, y_pred)
        return value


@_registered
class GeneralizedIoU(_Twin):
    """The IoU loss plus a term that leads boxes back that do not overlap: `lossbook.GeneralizedIoU`.

    Shapes: as in `BoxIoU`.

    >>> round(float(GeneralizedIoU()(ops.array([[0.0, 0.0, 1.0, 1.0]]), ops.array([[8.0, 0.0, 9.0, 1.0]]))), 4)
    1.7778
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(detection.GeneralizedIoU(), **settings)

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        value, union, hull = _overlap(self, y_true, y_pred)
        return value + ops.where(hull > 0, (hull - union) / _nonzero(hull), ops.zeros_like(hull))


class _Learning(keras.Model):
    """A model that learns parameters of its loss together with `network`: a subclass writes `_loss`, for `compile`."""

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, **settings: Any) -> None:
        if loss is not None:
            raise ValueError(f"{type(self).__name__}: compile takes no loss, it has one of its own")
        super().compile(optimizer, loss=self._loss(), **settings)

    def _loss(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define _loss")

    def get_compile_config(self) -> dict[str, Any]:
        return {name: setting for name, setting in super().get_compile_config().items() if name != "loss"}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)


@_registered
class GeneralRobustNLL(_Learning):
    """A model that learns `alpha` and `c` of Barron's family with its weights: `lossbook.GeneralRobustNLL`.

    It wraps `network`, which predicts a value. `alpha` and `c` are where they start, with `alpha` between 0 and 2, both
    excluded. What is learned are two weights of any sign: `logit_alpha`, whose sigmoid is half of alpha, and `log_c`.
    The attributes `alpha` and `c` are what has been learned so far.

    Compile it without a loss. `predict` returns what `network` does; to deploy it alone, take ``model.network``.

    Shapes: as in `GeneralRobust`, with what `network` returns as `y_pred`.

    >>> inputs = keras.Input((1,))
    >>> model = GeneralRobustNLL(keras.Model(inputs, keras.layers.Identity()(inputs)), alpha=1, c=2)
    >>> model.compile("adam")
    >>> round(model.evaluate(ops.array([[6.0]]), ops.array([[0.0]]), verbose=0), 4)
    4.0409
    """

    def __init__(self, network: keras.Model, alpha: float = 1.0, c: float = 1.0, **settings: Any) -> None:
        super().__init__(**settings)
        self.network = network
        self.start = probabilistic.GeneralRobustNLL(alpha, c)
        half = self.start._number("alpha", alpha, 0, 2) / 2
        self.logit_alpha = self._weight("logit_alpha", math.log(half / (1 - half)))
        self.log_c = self._weight("log_c", math.log(self.start.c))

    def _weight(self, name: str, start: float) -> Any:
        return self.add_weight(shape=(), initializer=lambda shape, dtype: ops.array(start, dtype), name=name)

    @property
    def alpha(self) -> Any:
        return 2 * ops.sigmoid(self.logit_alpha)

    @property
    def c(self) -> Any:
        return ops.exp(self.log_c)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return self.network(inputs, training=training)

    def _loss(self) -> Any:
        return _LearnedRobust(self.start, lambda: (self.logit_alpha, self.log_c), self.variable_dtype)

    def get_config(self) -> dict[str, Any]:
        network = keras.saving.serialize_keras_object(self.network)
        return {**super().get_config(), "network": network, **hyperparameters(self.start)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "GeneralRobustNLL":
        return cls(keras.saving.deserialize_keras_object(config.pop("network"), custom_objects), **config)


class _LearnedRobust(_Twin):
    """The loss of `GeneralRobustNLL`; `parameters` gives the variables, and is a function for the reason in `_Task`."""

    def __init__(self, mirrored: Loss, parameters: Callable[[], tuple[Any, Any]], dtype: str) -> None:
        super().__init__(mirrored, name="general_robust_nll", dtype=dtype)
        self.parameters = parameters

    def _value(self, y_true: Any, y_pred: Any) -> Any:
        dtype = keras.backend.standardize_dtype(y_pred.dtype)
        finfo = np.finfo(dtype)
        limit = math.log(float(finfo.max) * float(finfo.eps) ** 2)  # the rest is for the factors of a derivative
        logit, log_c = (ops.cast(each, dtype) for each in self.parameters())
        log_c = ops.clip(log_c, -limit / 2, limit / 2)
        # Nearer to 0 and 2 nothing changes but that quotients of these overflow.
        alpha, b = (2 * ops.clip(ops.sigmoid(side * logit), float(finfo.eps), 1) for side in (1, -1))

        def rho(growth: Any) -> Any:
            ratio, exponent = b / alpha, alpha / 2 * growth
            far = ops.exp(ops.clip(exponent + ops.log(ratio), -limit, limit)) - ratio
            return ops.where(exponent < 1, ratio * ops.expm1(ops.clip(exponent, -1, 1)), far)

        tables = probabilistic.LOG_COSH, probabilistic.WEIGHTS
        log_cosh, weights = (ops.convert_to_tensor(each, dtype) for each in tables)
        partition = ops.sqrt(b) * ops.sum(weights * ops.exp(-rho(2 * log_cosh)))
        t = (y_pred - y_true) * ops.exp(-log_c) / ops.sqrt(b)
        return rho(_log_one_plus_square(t)) + log_c + ops.log(partition)


@_registered
class UncertaintyWeighted(_Learning):
    """A model of several outputs that learns how to weight their losses: `lossbook.UncertaintyWeighted`.

    It wraps `network` and adds one learned log-variance s for each output, in `log_variances`. What it minimizes is the
    sum of ``factor * exp(-s) * loss + s / 2``; as in the paper, the factor is 1/2 for a regression task and 1 for any
    other. `losses`, `factors` and the initial `log_variances` have one entry for each output: lists in the order of
    the outputs, or dicts by their names, as a network that returns a dict needs them. Each loss is what Keras'
    ``compile(loss=...)`` takes: a loss, a function of one value per sample, or a name.

    Compile it without a loss. Targets and `sample_weight`, masks and the reduction of each loss are Keras' own
    business, as for any other model; weights and masks count for ``s / 2`` as well. `fit` and `evaluate` report the
    total and, of several tasks, each. `predict` returns what `network` does; to deploy it alone, take
    ``model.network``.

    Shapes: those of `network`; each loss of `losses` gives one value per sample or per step.

    >>> inputs = keras.Input((2,))
    >>> network = keras.Model(inputs, [inputs[:, :1], inputs[:, 1:]])
    >>> model = UncertaintyWeighted(network, ["mse", BinaryCrossEntropy()], factors=[0.5, 1])
    >>> model.compile("adam")
    >>> total, first, second = model.evaluate(ops.array([[3.0, 0.0]]), [ops.array([1.0])] * 2, verbose=0)
    >>> round(first, 4), round(second, 4), round(total, 4)
    (2.0, 0.6931, 2.6931)
    """

    def __init__(
        self,
        network: keras.Model,
        losses: Any,
        factors: Any,
        log_variances: Any = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        factors, log_variances = (
            each.tolist() if isinstance(each, np.ndarray) else each for each in (factors, log_variances)
        )
        given, weights = _by_task(losses), _by_task(factors)
        start = dict.fromkeys(given, 0.0) if log_variances is None else _by_task(log_variances)
        counts = len(getattr(network, "outputs", given)), len(given), len(weights), len(start)
        if len(set(counts)) > 1:
            raise ValueError(
                "UncertaintyWeighted: each output of network needs one of losses, factors and log_variances, got "
                "{} outputs, {} losses, {} factors and {} log_variances".format(*counts)
            )
        if not given.keys() == weights.keys() == start.keys():
            raise ValueError(
                "UncertaintyWeighted: losses, factors and log_variances must all be lists, or dicts with the same "
                f"keys, got {list(given)}, {list(weights)} and {list(start)}"
            )
        self.network = network
        if hasattr(network, "output_names"):
            self.output_names = network.output_names  # by which Keras knows targets, weights and what it reports
        self.task_losses = losses if isinstance(losses, dict) else list(given.values())
        self.factors = {task: _positive(self, "factors", weights[task]) for task in given}
        self.start = {task: float(start[task]) for task in given}
        self.log_variances = self.add_weight(
            shape=(len(given),),
            initializer=lambda shape, dtype: ops.array(list(self.start.values()), dtype),
            name="log_variances",
        )

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        outputs = self.network(inputs, training=training)
        tasks, names = list(self.factors), getattr(self, "output_names", [])
        found = list(_by_task(outputs))
        if set(found) != set(tasks) and not (set(names) == set(tasks) and len(found) == len(tasks)):
            raise ValueError(
                "UncertaintyWeighted: losses, factors and log_variances must be what network returns, "
                f"{_kind(outputs)}, got {_kind(self.task_losses)}"
            )
        return outputs

    def _loss(self) -> Any:
        tasks = {
            task: _Task(f"task_{task}", each, self.factors[task], partial(self._log_variance, number))
            for number, (task, each) in enumerate(_by_task(self.task_losses).items())
        }
        return tasks if isinstance(self.task_losses, dict) else [*tasks.values()]

    def _log_variance(self, number: int) -> Any:
        return self.log_variances[number]

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        y = self._by_output("y", y, y_pred)
        if sample_weight is not None and keras.tree.is_nested(sample_weight):  # else it is that of every task
            sample_weight = self._by_output("sample_weight", sample_weight, y_pred)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def _by_output(self, name: str, given: Any, y_pred: Any) -> Any:
        """What was given for each output, in the structure of the outputs, by which Keras finds it."""
        names = getattr(self, "output_names", [])
        entries, outputs = _by_task(given), _by_task(y_pred)
        if entries.keys() != outputs.keys() and set(entries) == set(names) and len(names) == len(outputs):
            entries = dict(enumerate(entries[each] for each in names))
        if len(entries) == len(outputs) == 1 and not (isinstance(given, dict) and isinstance(y_pred, dict)):
            entries = dict(zip(outputs, entries.values(), strict=True))
        if entries.keys() != outputs.keys():
            raise ValueError(f"UncertaintyWeighted: {name} must be {_kind(y_pred)}, got {_kind(given)}")
        if isinstance(y_pred, dict):
            return entries
        return [*entries.values()] if keras.tree.is_nested(y_pred) else entries[0]

    def get_config(self) -> dict[str, Any]:
        save = keras.saving.serialize_keras_object
        losses = {task: save(loss) for task, loss in _by_task(self.task_losses).items()}
        entries: dict[str, Any] = {"losses": losses, "factors": dict(self.factors), "log_variances": dict(self.start)}
        if not isinstance(self.task_losses, dict):
            entries = {name: list(entry.values()) for name, entry in entries.items()}
        return {**super().get_config(), "network": save(self.network), **entries}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "UncertaintyWeighted":
        load = keras.saving.deserialize_keras_object
        network, losses = (load(config.pop(name), custom_objects) for name in ("network", "losses"))
        return cls(network, losses, **config)


class _Task(_Exact):
    """The loss of one task, weighted, with its part of the penalty: one value per sample or step, which Keras reduces.

    `log_variance` is a function, since Keras, when it saves, follows whatever else leads back to the model.
    """

    def __init__(self, name: str, loss: Any, factor: float, log_variance: Callable[[], Any]) -> None:
        self.factor, self.log_variance = factor, log_variance
        self.loss: Any = keras.losses.get(loss)
        reduction, dtype = getattr(self.loss, "reduction", None), getattr(self.loss, "dtype", None)
        reduction = "sum_over_batch_size" if reduction in (None, "none") else reduction
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.labeled = getattr(self.loss, "labeled", True)  # Keras' own losses do not look at integers either

    def call(self, y_true: Any, y_pred: Any) -> Any:
        if isinstance(self.loss, keras.losses.Loss):
            value = self.loss.call(y_true, y_pred)
        else:  # a function, for which Keras would give the target the axis that it lacks
            lacks_axis = len(y_true.shape) + 1 == len(y_pred.shape) and y_pred.shape[-1] == 1
            value = self.loss(ops.expand_dims(y_true, -1) if lacks_axis else y_true, y_pred)
        s = ops.cast(self.log_variance(), value.dtype)
        return self.factor * ops.exp(-s) * value + s / 2


def _by_task(given: Any) -> dict[Any, Any]:
    """The entries by name, or by number; what is neither list nor dict belongs to the only task."""
    if isinstance(given, dict):
        return dict(given)
    return dict(enumerate(given if isinstance(given, list | tuple) else [given]))


def _kind(given: Any) -> str:
    """What was given, in words."""
    if isinstance(given, dict):
        return f"a dict with the keys {list(given)}"
    return f"a list of {len(given)}" if isinstance(given, list | tuple) else "one array"


def _by_side(r: Any, low: float, high: float) -> Any:
    """`high` where r is positive, else `low`, in the dtype of r."""
    return ops.where(r > 0, ops.full_like(r, high), ops.full_like(r, low))


def _magnitude(r: Any) -> Any:
    """The absolute value, with the subgradient 0 at 0; that of `ops.abs` is 1 in JAX."""
    return r * ops.stop_gradient(ops.sign(r))


def _size(r: Any) -> Any:
    """The absolute value with a slope of 1 at 0: smooth functions of it then have the right second derivative there."""
    return r * _side(r)


def _side(r: Any) -> Any:
    """-1 where r is negative, else 1."""
    return 1 - 2 * ops.cast(r < 0, r.dtype)


def _log_one_plus_square(t: Any) -> Any:
    """log(1 + t^2), where the square overflows too; beyond 1e9 the 1 no longer counts."""
    size = _size(t)
    near = ops.log1p(ops.clip(size, -1, 1e9) ** 2)  # in JAX, a bound that is met would halve the slope
    return ops.where(size < 1e9, near, 2 * ops.log(ops.clip(size, 1, math.inf)))


def _sigmoids(t: Any) -> tuple[Any, Any]:
    """The sigmoid of t and of -t: the smaller, and 1 less it, so that derivatives keep their digits in the tails."""
    side = _side(t)
    small = side * ops.sigmoid(-side * t)
    return (1 + side) / 2 - small, (1 - side) / 2 + small


def _log_sigmoids(t: Any) -> tuple[Any, Any]:
    """The logarithms of `_sigmoids`, whose second derivatives keep all digits too."""
    bend, low, zero = ops.softplus(-_size(t)), t < 0, ops.zeros_like(t)
    return ops.where(low, t, zero) - bend, ops.where(low, zero, -t) - bend


def _divide_by_exp(r: Any, s: Any) -> Any:
    """r / exp(s), in two steps that overflow no earlier than the result, and 0 for a residual of 0."""
    limit = math.log(np.finfo(keras.backend.standardize_dtype(s.dtype)).max)
    root = ops.exp(-ops.where(r == 0, ops.clip(s, -limit, limit), s) / 2)
    return r * root * root


def _square(a: Any, b: Any) -> Any:
    """The squared distance of points."""
    return ops.sum((a - b) ** 2, axis=-1)


def _root(square: Any) -> Any:
    """The square root with the subgradient 0 at 0, where that of `ops.sqrt` is NaN."""
    return ops.where(square > 0, ops.sqrt(_nonzero(square)), ops.zeros_like(square))


def _points(loss: _Twin, y_pred: Any) -> list[Any]:
    count = loss.mirrored.points
    if len(y_pred.shape) < 3 or y_pred.shape[-2] != count:
        raise ValueError(f"{type(loss).__name__}: y_pred must have shape (n, {count}, d), got {tuple(y_pred.shape)}")
    return [y_pred[..., point, :] for point in range(count)]


def _overlap(loss: _Twin, y_true: Any, y_pred: Any) -> tuple[Any, Any, Any]:
    """One minus intersection over union, and the areas of the union and of the hull of both boxes."""
    if y_pred.shape[-1] != 4:
        raise ValueError(f"{type(loss).__name__}: y_pred must have shape (n, 4), got {tuple(y_pred.shape)}")
    true_low, true_high, first, second = y_true[..., :2], y_true[..., 2:], y_pred[..., :2], y_pred[..., 2:]
    swapped = first > second
    low, high = ops.where(swapped, second, first), ops.where(swapped, first, second)
    shared = _smaller(true_high, high) - _larger(true_low, low)  # negative where there is a gap
    # Boxes that touch count as meeting, so that a box without area can grow; but nothing overlaps a true one without.
    meet = ops.all(shared >= 0, axis=-1) & ops.all(true_high > true_low, axis=-1)
    intersection = ops.where(meet, _area(shared), ops.zeros_like(shared[..., 0]))
    union = _area(true_high - true_low) + _area(high - low) - intersection
    differ = ops.any((low != true_low) | (high != true_high), axis=-1)
    value = ops.where(union > 0, 1 - intersection / _nonzero(union), ops.cast(differ, union.dtype))
    return value, union, _area(_larger(true_high, high) - _smaller(true_low, low))


def _area(size: Any) -> Any:
    return size[..., 0] * size[..., 1]


def _larger(a: Any, b: Any) -> Any:
    """The maximum; equal ones get half the gradient each, where `ops.maximum` in TensorFlow gives `a` all of it."""
    return ops.where(a > b, a, ops.where(a < b, b, (a + b) / 2))


def _smaller(a: Any, b: Any) -> Any:
    return ops.where(a < b, a, ops.where(a > b, b, (a + b) / 2))


def _nonzero(divisor: Any) -> Any:
    """The divisor, or 1 where it is 0."""
    return ops.where(divisor > 0, divisor, ops.ones_like(divisor))


def _array(given: Any) -> Any:
    """What has a shape and a dtype, with all digits of a list of numbers: Keras would make float32 of it."""
    if hasattr(given, "shape") and hasattr(given, "dtype"):
        return given
    if any(ops.is_tensor(leaf) for leaf in keras.tree.flatten(given)):
        return ops.convert_to_tensor(given)
    return np.asarray(given)


def _exact_dtype(*dtypes: Any) -> str:
    """The dtype to compute in: float32, or float64 where float32 does not hold all values of each dtype."""
    long = {"float64", "int32", "int64", "uint32", "uint64"}
    wide = any(keras.backend.standardize_dtype(dtype) in long for dtype in dtypes)
    return "float64" if wide and _has_float64() else "float32"


def _has_float64() -> bool:
    """Whether the backend computes in float64: JAX does if told so when it starts, and Apple's GPUs do not."""
    try:
        return keras.backend.standardize_dtype(ops.convert_to_tensor(np.zeros(())).dtype) == "float64"
    except TypeError:
        return False


def _whole(array: Any) -> bool:
    """Whether the dtype is one of integers or booleans."""
    return "float" not in keras.backend.standardize_dtype(array.dtype)


def _positive(owner: Any, name: str, got: Any) -> float:
    if not (isinstance(got, Real) and not isinstance(got, bool) and 0 < float(got) < math.inf):
        raise ValueError(f"{type(owner).__name__}: {name} must be a number in (0, inf), got {got!r}")
    return float(got)


def _columns(loss: _Twin, y_pred: Any) -> tuple[Any, Any]:
    if y_pred.shape[-1] != 2:
        raise ValueError(f"{type(loss).__name__}: y_pred must have two columns, got shape {tuple(y_pred.shape)}")
    return y_pred[..., 0], y_pred[..., 1]
