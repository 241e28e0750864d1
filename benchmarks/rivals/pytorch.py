"""PyTorch's losses; a gradient takes the value and its backward pass."""

from functools import partial

import torch
from torch.nn import functional

from benchmarks.cases import Case
from benchmarks.rivals import Rival

torch.set_num_threads(1)

_LOSSES = {
    "SquaredError": functional.mse_loss,
    "AbsoluteError": functional.l1_loss,
    "Huber": partial(functional.huber_loss, delta=1.5),
    "SmoothL1": partial(functional.smooth_l1_loss, beta=0.5),
    "BinaryCrossEntropy": functional.binary_cross_entropy_with_logits,
    "CategoricalCrossEntropy": functional.cross_entropy,
    "SparseCategoricalCrossEntropy": functional.cross_entropy,
}


def rival(case: Case) -> Rival | None:
    loss = _LOSSES.get(case.name)
    if loss is None:
        return None
    target = torch.from_numpy(case.y_true)
    fixed = torch.from_numpy(case.y_pred)
    prediction = fixed.clone().requires_grad_()
    ones = torch.ones(len(fixed), dtype=fixed.dtype)

    def both() -> tuple[torch.Tensor, torch.Tensor]:
        value = loss(prediction, target, reduction="none")
        (gradient,) = torch.autograd.grad(value, prediction, ones)
        return value.detach(), gradient

    return Rival("PyTorch", lambda: loss(fixed, target, reduction="none"), lambda: both()[1], both)
