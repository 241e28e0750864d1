"""PyTorch twins of the losses that PyTorch lacks, under the names and with the hyperparameters they have in `lossbook`.

They are modules and follow PyTorch where it differs from `lossbook`:

- The order is ``loss(input, target)``: first the raw score, then the truth. `lossbook` takes (`y_true`, `y_pred`).
- `reduction` is "mean", "sum" or "none"; with "none" there is one value per sample, to be weighted as you like:
  ``(weight * values).sum() / weight.sum()`` is the mean that `lossbook` takes with `sample_weight`.

- A value has the dtype of `input`, computed in float32 if that is float16 or bfloat16. Under autocast it is float32.

Unlike PyTorch's own, they never broadcast: `target` must have the very samples of `input`, else ValueError. And they
never round `target` to the dtype of `input`: a float64 or a 64-bit integer on either side is computed in float64.
Hyperparameters are checked as well; values are not, since that would wait for the GPU at each step. The same loss in
`lossbook` checks them: pass it one batch if in doubt about labels or masks. In particular a NaN in `target`, which
`lossbook` refuses, makes the value NaN, and times a weight of 0 it stays NaN: select the samples that count instead.
Where PyTorch has a loss, its ``facts.torch`` says the name, and there is no twin.
"""

import math
from collections.abc import Sequence
from typing import Any

from lossbook import classification, detection, probabilistic, regression, segmentation
from lossbook.core import Loss, hyperparameters
from lossbook.extras import needs

with needs("lossbook.frameworks.torch", "torch", called="PyTorch"):
    import torch

from torch import Tensor
from torch.nn import Module, Parameter
from torch.nn.functional import relu, softplus

__all__ = [
    "BinaryFocal",
    "BoxIoU",
    "Dice",
    "Expectile",
    "GeneralRobust",
    "GeneralRobustNLL",
    "GeneralizedIoU",
    "Jaccard",
    "LogCosh",
    "LogitAdjustedCrossEntropy",
    "Quantile",
    "Tukey",
    "Tversky",
]


class _Twin(Module):
    """A loss of `lossbook` as a module: a subclass writes `_value`, which gives one value per sample.

    `mirrored` checks and holds the hyperparameters, and says how many axes of `input` and `target` are one sample.
    `_value` gets and returns float32 or float64. `labeled` says that `target` holds labels or a mask, whose integers
    are small: float32 has all of them.
    """

    labeled = False

    def __init__(self, mirrored: Loss, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"{type(self).__name__}: reduction must be mean, sum or none, got {reduction!r}")
        self.mirrored: Any = mirrored  # each loss has hyperparameters of its own
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        wanted = input.shape[: input.ndim - self.mirrored.score_ndim + self.mirrored.target_ndim]
        if target.shape != wanted:
            raise ValueError(
                f"{type(self).__name__}: target must have shape {tuple(wanted)} for input of shape "
                f"{tuple(input.shape)}, got {tuple(target.shape)}"
            )
        exact = _exact_dtype(input) if self.labeled and not target.is_floating_point() else _exact_dtype(input, target)
        value = self._value(input.to(exact), target.to(exact))
        value = value if self.reduction == "none" else getattr(value, self.reduction)()
        if torch.is_autocast_enabled(input.device.type):
            return value  # as PyTorch's own losses: a scaled float16 would overflow
        return value.to(input.dtype if input.is_floating_point() else torch.get_default_dtype())

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} must define _value")

    def extra_repr(self) -> str:
        settings = {**hyperparameters(self.mirrored), "reduction": self.reduction}
        return ", ".join(f"{name}={setting!r}" for name, setting in settings.items())


class Quantile(_Twin):
    """The pinball loss, `lossbook.Quantile`.

    Shapes: `input` and `target` alike, any shape; one value for each entry.

    >>> Quantile(tau=0.9, reduction="none")(torch.tensor([8.0, 12.0]), torch.tensor([10.0, 10.0]))
    tensor([1.8000, 0.2000])
    """

    def __init__(self, tau: float = 0.5, reduction: str = "mean") -> None:
        super().__init__(regression.Quantile(tau), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        tau, r = self.mirrored.tau, input - target
        return _by_side(r, tau, 1 - tau) * r.abs()


class Expectile(_Twin):
    """Squared error weighted by side, `lossbook.Expectile`.

    Shapes: `input` and `target` alike, any shape; one value for each entry.

    >>> Expectile(tau=0.9, reduction="none")(torch.tensor([8.0, 12.0]), torch.tensor([10.0, 10.0]))
    tensor([3.6000, 0.4000])
    """

    def __init__(self, tau: float = 0.5, reduction: str = "mean") -> None:
        super().__init__(regression.Expectile(tau), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        tau, r = self.mirrored.tau, input - target
        return _by_side(r, tau, 1 - tau) * r * r


class Tukey(_Twin):
    """Tukey's biweight, half a square that levels off: `lossbook.Tukey`.

    Shapes: `input` and `target` alike, any shape; one value for each entry.

    >>> Tukey(c=3.0)(torch.tensor([1000.0]), torch.tensor([0.0]))
    tensor(1.5000)
    """

    def __init__(self, c: float = 4.685, reduction: str = "mean") -> None:
        super().__init__(regression.Tukey(c), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        c = self.mirrored.c
        u = (input - target).clamp(-c, c)
        v = (u / c) ** 2
        return u * u / 2 * (1 - v + v * v / 3)


class GeneralRobust(_Twin):
    """Barron's family, from squared error to Welsch: `lossbook.GeneralRobust`.

    Shapes: `input` and `target` alike, any shape; one value for each entry.

    >>> GeneralRobust(alpha=1, c=2)(torch.tensor([6.0]), torch.tensor([0.0]))
    tensor(2.1623)
    """

    def __init__(self, alpha: float = 1.0, c: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(regression.GeneralRobust(alpha, c), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        alpha, x = self.mirrored.alpha, (input - target) / self.mirrored.c
        if alpha == 2:
            return x * x / 2
        if alpha == -math.inf:
            x = x.clamp(-100, 100)  # beyond, the gradient is 0 anyway
            return -torch.expm1(-x * x / 2)
        b = abs(alpha - 2)
        growth = _log_one_plus_square(x / math.sqrt(b))
        if abs(alpha) < 1e-20:  # so near to Cauchy that b / alpha might overflow
            return b / 2 * growth
        return b / alpha * torch.expm1(alpha / 2 * growth)


class GeneralRobustNLL(_Twin):
    """The likelihood of Barron's family, which learns `alpha` and `c` with the model: `lossbook.GeneralRobustNLL`.

    `alpha` and `c` are where they start, with `alpha` between 0 and 2, both excluded. What is learned are two
    parameters of any sign: ``logit_alpha``, whose sigmoid is half of alpha, and ``log_c``. Give them to the optimizer,
    ``Adam([*model.parameters(), *loss.parameters()])``, and save ``loss.state_dict()`` with the model's. The attributes
    ``loss.alpha`` and ``loss.c`` are what has been learned so far.

    Shapes: `input` and `target` alike, any shape; one value for each entry, which may be negative.

    >>> loss = GeneralRobustNLL(alpha=1, c=2)
    >>> loss(torch.tensor([6.0]), torch.tensor([0.0])).backward()
    >>> loss.logit_alpha.grad, loss.log_c.grad
    (tensor(0.2732), tensor(-1.8460))
    """

    def __init__(self, alpha: float = 1.0, c: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(probabilistic.GeneralRobustNLL(alpha, c), reduction)
        half = self.mirrored._number("alpha", alpha, 0, 2) / 2
        self.logit_alpha = Parameter(torch.tensor(math.log(half / (1 - half))))
        self.log_c = Parameter(torch.tensor(math.log(self.mirrored.c)))

    @property
    def alpha(self) -> Tensor:
        return 2 * torch.sigmoid(self.logit_alpha)

    @property
    def c(self) -> Tensor:
        return torch.exp(self.log_c)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        finfo = torch.finfo(input.dtype)
        limit = math.log(finfo.max * finfo.eps**2)  # the rest is for the factors of a derivative
        log_c = self.log_c.to(input.dtype).clamp(-limit / 2, limit / 2)
        logit = self.logit_alpha.to(input.dtype)
        # Nearer to 0 and 2 nothing changes but that quotients of these overflow.
        alpha, b = (2 * torch.sigmoid(side * logit).clamp(min=finfo.eps) for side in (1, -1))

        def rho(growth: Tensor) -> Tensor:
            ratio, exponent = b / alpha, alpha / 2 * growth
            far = torch.exp((exponent + torch.log(ratio)).clamp(max=limit)) - ratio
            return torch.where(exponent < 1, ratio * torch.expm1(exponent.clamp(max=1)), far)

        log_cosh, weights = (input.new_tensor(each) for each in (probabilistic.LOG_COSH, probabilistic.WEIGHTS))
        partition = torch.sqrt(b) * (weights * torch.exp(-rho(2 * log_cosh))).sum()
        t = (input - target) * torch.exp(-log_c) / torch.sqrt(b)
        return rho(_log_one_plus_square(t)) + log_c + torch.log(partition)


class LogCosh(_Twin):
    """The logarithm of the hyperbolic cosine, `lossbook.LogCosh`.

    Shapes: `input` and `target` alike, any shape; one value for each entry.

    >>> LogCosh()(torch.tensor([0.5]), torch.tensor([0.0]))
    tensor(0.1201)
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__(regression.LogCosh(), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        size = _size(input - target)
        near = torch.log1p(2 * torch.sinh(size.clamp(max=1) / 2) ** 2)
        far = size - math.log(2) + softplus(-2 * size)
        return torch.where(size < 1, near, far)


class BinaryFocal(_Twin):
    """Focal loss from the logit, with a finite gradient for every `gamma`: `lossbook.BinaryFocal`.

    Shapes: `input`, logits, and `target`, labels 0 and 1, alike, any shape; one value for each entry.

    >>> BinaryFocal(gamma=2, alpha=None)(torch.tensor([0.0]), torch.tensor([1.0]))
    tensor(0.1733)
    """

    labeled = True

    def __init__(self, gamma: float = 2.0, alpha: float | None = 0.25, reduction: str = "mean") -> None:
        super().__init__(classification.BinaryFocal(gamma, alpha), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        side = 2 * target - 1
        log_p, log_q = _log_sigmoids(side * input)
        value = -torch.exp(self.mirrored.gamma * log_q) * log_p
        alpha = self.mirrored.alpha
        return value if alpha is None else _by_side(side, 1 - alpha, alpha) * value


class LogitAdjustedCrossEntropy(_Twin):
    """Cross-entropy of logits that know how common each class is: `lossbook.LogitAdjustedCrossEntropy`.

    Shapes: `input`, logits, (n, K), and `target`, numbers of classes, (n,); one value for each sample.

    >>> LogitAdjustedCrossEntropy(prior=(0.9, 0.1))(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))
    tensor(2.3026)
    """

    labeled = True

    def __init__(self, prior: Sequence[float] = (0.5, 0.5), tau: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(classification.LogitAdjustedCrossEntropy(tuple(prior), tau), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        shift = [self.mirrored.tau * math.log(share) for share in self.mirrored.prior]
        # Relative to the largest score, beside which the rest would be rounded away.
        adjusted = input - input.detach().amax(dim=-1, keepdim=True) + input.new_tensor(shift)
        label = target.long()[..., None]
        own, others = adjusted.gather(-1, label)[..., 0], adjusted.scatter(-1, label, -math.inf)
        return softplus(torch.logsumexp(others, dim=-1) - own)


class _Overlap(_Twin):
    """A loss of the overlap of two masks, one value per image."""

    labeled = True

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        if input.ndim != 3 and (input.ndim != 4 or input.shape[1] != 1):
            raise ValueError(
                f"{type(self).__name__}: input must have shape (n, H, W) or (n, 1, H, W), got {tuple(input.shape)}"
            )
        alpha, beta = self.mirrored._weights
        p, q = _sigmoids(input)
        hits = (p * target).flatten(1).sum(dim=1)
        errors = (alpha * p * (1 - target) + beta * q * target).flatten(1).sum(dim=1)
        return errors / _nonzero(hits + errors)  # two empty masks agree


class Dice(_Overlap):
    """One minus the Dice coefficient of a true and a predicted mask, from logits: `lossbook.Dice`.

    Shapes: `input`, logits, and `target`, masks in [0, 1], alike: (n, H, W) or (n, 1, H, W); one value for each image.

    >>> Dice()(torch.zeros(1, 2, 2), torch.tensor([[[1, 0], [0, 0]]]))
    tensor(0.6667)
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__(segmentation.Dice(), reduction)


class Jaccard(_Overlap):
    """One minus intersection over union of a true and a predicted mask, from logits: `lossbook.Jaccard`.

    Shapes: as in `Dice`.

    >>> Jaccard()(torch.zeros(1, 1, 3), torch.tensor([[[1, 1, 0]]]))
    tensor(0.6000)
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__(segmentation.Jaccard(), reduction)


class Tversky(_Overlap):
    """Dice with `alpha` as weight of false positives and `beta` of false negatives, from logits: `lossbook.Tversky`.

    Shapes: as in `Dice`.

    >>> Tversky(alpha=0.25, beta=0.75)(torch.tensor([[[9.0, 9.0, -9.0]]]), torch.tensor([[[1, 0, 0]]]))
    tensor(0.2001)
    """

    def __init__(self, alpha: float = 0.5, beta: float = 0.5, reduction: str = "mean") -> None:
        super().__init__(segmentation.Tversky(alpha, beta), reduction)


class BoxIoU(_Twin):
    """One minus intersection over union of a true and a predicted box: `lossbook.BoxIoU`.

    Shapes: `input` and `target` (n, 4), boxes x1, y1, x2, y2; those of `target` with x1 <= x2 and y1 <= y2. One value
    for each box, of further axes too.

    >>> BoxIoU()(torch.tensor([[1.0, 0.0, 11.0, 10.0]]), torch.tensor([[0.0, 0.0, 10.0, 10.0]]))
    tensor(0.1818)
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__(detection.BoxIoU(), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        value, _, _ = _overlap(self, input, target)
        return value


class GeneralizedIoU(_Twin):
    """The IoU loss plus a term that leads boxes back that do not overlap: `lossbook.GeneralizedIoU`.

    Shapes: as in `BoxIoU`.

    >>> GeneralizedIoU()(torch.tensor([[8.0, 0.0, 9.0, 1.0]]), torch.tensor([[0.0, 0.0, 1.0, 1.0]]))
    tensor(1.7778)
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__(detection.GeneralizedIoU(), reduction)

    def _value(self, input: Tensor, target: Tensor) -> Tensor:
        value, union, hull = _overlap(self, input, target)
        return value + torch.where(hull > 0, (hull - union) / _nonzero(hull), 0)


def _overlap(loss: _Twin, input: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One minus intersection over union, and the areas of the union and of the hull of both boxes."""
    if input.shape[-1:] != (4,):
        raise ValueError(f"{type(loss).__name__}: input must have shape (n, 4), got {tuple(input.shape)}")
    true_low, true_high, first, second = target[..., :2], target[..., 2:], input[..., :2], input[..., 2:]
    swapped = first > second
    low, high = torch.where(swapped, second, first), torch.where(swapped, first, second)
    # In `maximum` and `minimum`, two equal edges get half the gradient each, as in `lossbook`.
    shared = torch.minimum(true_high, high) - torch.maximum(true_low, low)  # negative where there is a gap
    # Boxes that touch count as meeting, so that a box without area can grow; but nothing overlaps a true one without.
    meet = (shared >= 0).all(dim=-1) & (true_high > true_low).all(dim=-1)
    intersection = torch.where(meet, shared.prod(dim=-1), 0)
    union = (true_high - true_low).prod(dim=-1) + (high - low).prod(dim=-1) - intersection
    differ = ((low != true_low) | (high != true_high)).any(dim=-1)
    value = torch.where(union > 0, 1 - intersection / _nonzero(union), differ.to(union.dtype))
    return value, union, (torch.maximum(true_high, high) - torch.minimum(true_low, low)).prod(dim=-1)


def _nonzero(divisor: Tensor) -> Tensor:
    """The divisor, or 1 where it is 0."""
    return torch.where(divisor > 0, divisor, 1)


def _by_side(r: Tensor, low: float, high: float) -> Tensor:
    """`high` where r is positive, else `low`, in the dtype of r."""
    return torch.where(r > 0, torch.full_like(r, high), torch.full_like(r, low))


def _exact_dtype(*tensors: Tensor) -> torch.dtype:
    """The dtype that holds what the tensors do: float32, or float64 for a float64 and for long integers."""
    wide = any(tensor.dtype.itemsize >= (8 if tensor.is_floating_point() else 4) for tensor in tensors)
    return torch.float64 if wide and tensors[0].device.type != "mps" else torch.float32  # Apple's GPUs lack float64


def _size(r: Tensor) -> Tensor:
    """The absolute value with a slope of 1 at 0: smooth functions of it then have the right second derivative there."""
    return r * _side(r)


def _side(r: Tensor) -> Tensor:
    """-1 where r is negative, else 1."""
    return 1 - 2 * (r < 0).to(r.dtype)


def _log_one_plus_square(t: Tensor) -> Tensor:
    """log(1 + t^2), where the square overflows too; beyond 1e9 the 1 no longer counts."""
    size = _size(t)
    return torch.where(size < 1e9, torch.log1p(size.clamp(max=1e9) ** 2), 2 * torch.log(size.clamp(min=1)))


def _sigmoids(t: Tensor) -> tuple[Tensor, Tensor]:
    """The sigmoid of t and of -t: the smaller, and 1 less it, so that derivatives keep their digits in the tails."""
    side = _side(t)
    small = side * torch.sigmoid(-side * t)
    return (1 + side) / 2 - small, (1 - side) / 2 + small


def _log_sigmoids(t: Tensor) -> tuple[Tensor, Tensor]:
    """The logarithms of `_sigmoids`, whose second derivatives keep all digits too; those of `logsigmoid` do not."""
    bend = softplus(-_size(t))
    return -relu(-t) - bend, -t.clamp(min=0) - bend  # whose slopes at 0 are 0 and -1, as befits `_size`
