"""The triplet loss of PyTorch: the same values and gradients; differences are listed."""

import importlib
from pkgutil import resolve_name

import numpy as np
import pytest

from lossbook.embedding import Contrastive, Triplet

pytestmark = pytest.mark.pytorch

TRIPLETS = np.random.default_rng(57).normal(size=(50, 3, 4))


def in_torch(loss, triplets, eps=0.0):
    torch = importlib.import_module("torch")
    theirs = resolve_name(loss.facts.torch)(margin=loss.margin, eps=eps, reduction="none")
    points = torch.tensor(triplets, requires_grad=True)
    value = theirs(*points.unbind(1))
    value.sum().backward()
    return value.detach().numpy(), points.grad.numpy()


@pytest.mark.parametrize("margin", [0.1, 1.0, 3.0])
def test_agrees(margin):
    loss = Triplet(margin)
    for theirs, ours in zip(in_torch(loss, TRIPLETS), loss.value_and_gradient(None, TRIPLETS), strict=True):
        assert theirs == pytest.approx(ours, rel=1e-13, abs=1e-14)


@pytest.mark.parametrize(("near", "far"), [(0.6, 0.7), (2.0, 2.1)])
def test_hand_values_are_those_of_pytorch(near, far):
    """PyTorch uses the plain distance, by which both triplets miss the margin by the same amount."""
    triplet = np.array([[[0.0], [near], [far]]])
    assert in_torch(Triplet(0.2), triplet)[0] == pytest.approx(0.1, rel=1e-14)
    assert Triplet(0.2).value(None, triplet) == pytest.approx(0.1, rel=1e-14)


def test_every_name_is_checked():
    losses = [Triplet(), Triplet(distance="squared"), Contrastive(), Contrastive(distance="squared")]
    assert [loss.facts.torch for loss in losses] == ["torch.nn.TripletMarginLoss", None, None, None]
    assert all(loss.facts.keras is loss.facts.sklearn is None for loss in losses)


def test_known_disagreement_eps_in_the_distance():
    """By default 1e-6 is added to each difference of coordinates, so that points that meet are 2e-6 apart in 4-D."""
    triplet = np.zeros((1, 3, 4))
    triplet[0, 2, 0] = 0.5
    ours = Triplet(1.0).value(None, triplet)
    theirs, _ = in_torch(Triplet(1.0), triplet, eps=1e-6)
    assert ours == 0.5
    assert theirs - ours == pytest.approx(2e-6 + 1e-6, rel=1e-3)


def test_known_disagreement_direction_of_points_that_meet():
    """The same 1e-6 gives points that meet a direction, and a gradient of full size along the diagonal."""
    triplet = np.zeros((1, 3, 4))
    _, theirs = in_torch(Triplet(1.0), triplet, eps=1e-6)
    assert np.abs(theirs[0, 1]) == pytest.approx(np.full(4, 0.5))
    assert (Triplet(1.0).gradient(None, triplet) == 0).all()
