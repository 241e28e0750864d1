"""The exercises and demos on softmax agree with lossbook, and with what the page says about them."""

import nbformat
import numpy as np
import pytest
from scipy.differentiate import jacobian
from scipy.optimize import minimize
from scipy.special import softmax, xlogy

from lossbook import CategoricalCrossEntropy, SparseCategoricalCrossEntropy
from lossbook.course.classification.softmax import demos, exercises
from tools.repository import ROOT


@pytest.fixture
def distributions():
    """Return soft labels and probabilities, six rows of four."""
    return np.random.default_rng(0).dirichlet(np.full(4, 0.5), size=(2, 6))


def test_the_repaired_loss_is_that_of_lossbook_and_the_broken_one_that_of_two_softmaxes():
    generator = np.random.default_rng(1)
    features, labels = generator.normal(size=(20, 5)), generator.integers(4, size=20)
    W, b = generator.normal(size=(5, 4)), generator.normal(size=4)
    scope = {"np": np}
    exec(exercises.bug.starter, scope)
    loss, z = SparseCategoricalCrossEntropy(), features @ W + b
    for version, scores in ((exercises.bug.version, z), (scope["mean_loss"], softmax(z, axis=1))):
        assert version(features, labels, W, b) == pytest.approx(loss(labels, scores), rel=1e-12)


def test_no_scores_bring_two_softmaxes_below_the_floor():
    def twice(z):
        return SparseCategoricalCrossEntropy()([3], softmax(z)[None])

    found = minimize(twice, np.random.default_rng(2).normal(size=exercises.CLASSES), options={"maxiter": 500})
    assert exercises.FLOOR < found.fun < exercises.FLOOR + 1e-3
    assert exercises.floor.check(found.fun).status == "passed"


def test_the_gradient_with_respect_to_the_probabilities(distributions):
    y, p = distributions
    p = p + 0.01

    def mean_loss(flat):
        return -xlogy(y.ravel()[:, *[None] * (flat.ndim - 1)], flat).sum(axis=0) / len(y)

    expected = jacobian(mean_loss, p.ravel(), initial_step=1e-3).df.reshape(p.shape)
    got = exercises.other_gradient.version(y, p)
    np.testing.assert_allclose(got, expected, rtol=1e-6)


@pytest.mark.parametrize("constant", [0, 1], ids=["the right formula", "the published one"])
def test_through_softmax_it_is_the_pull_on_the_scores(distributions, constant):
    y, p = distributions
    slope = len(y) * exercises.other_gradient.version(y, p) + constant
    chained = p * (slope - np.sum(p * slope, axis=1, keepdims=True))
    np.testing.assert_allclose(chained, CategoricalCrossEntropy().gradient(y, np.log(p)), atol=1e-12)


@pytest.mark.parametrize("scale", [1, 0.5, 7])
def test_the_loss_of_probabilities_is_that_of_their_logarithms_as_scores(distributions, scale):
    y, p = distributions
    got = exercises.rows.version(y, scale * p)
    np.testing.assert_allclose(got, CategoricalCrossEntropy().value(y, np.log(p)), rtol=1e-12)


def test_a_perfect_row_costs_nothing_and_an_impossible_one_everything():
    y, p = np.eye(3)[[0, 0]], np.array([[1.0, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(exercises.rows.version(y, p), [0, np.inf])


@pytest.mark.parametrize("label", demos.LABELS)
@pytest.mark.parametrize("level", [1.0, 2.0])
def test_along_a_line_of_the_triangle_the_loss_is_the_same(label, level):
    plane = np.vstack([demos.CORNERS.T, np.ones(3)])
    points = demos._contour(label, level)
    p = np.linalg.solve(plane, np.vstack([points.T, np.ones(len(points))])).T
    inside = p.min(axis=1) > 1e-6
    assert inside.sum() > 10
    y = np.broadcast_to(demos.LABELS[label], p.shape)
    np.testing.assert_allclose(-xlogy(y, p.clip(0)).sum(axis=1)[inside], level, rtol=1e-6)


def test_the_digits_of_the_demo_are_what_their_names_say():
    scores = demos._scores_of_digits()
    loss = SparseCategoricalCrossEntropy()
    by_name = {name: loss.predict(z[None])[0] for name, z in scores.items()}
    taken_for = {name: int(p.argmax()) for name, p in by_name.items()}
    assert taken_for == {"a 3, doubtful": 3, "a 2, clear": 2, "a 2, taken for a 1": 1}
    assert by_name["a 3, doubtful"].max() < 0.7
    assert by_name["a 2, clear"].max() > 0.999


def test_what_the_cause_of_the_bug_quotes_is_printed_on_the_page():
    page = nbformat.read(ROOT / "chapters/classification/softmax.ipynb", as_version=4)
    printed = [each.get("text", "") for cell in page.cells if cell.cell_type == "code" for each in cell.outputs]
    assert "0.5514" in exercises.bug.cause
    assert any("0.5514" in text for text in printed)
    assert np.log(1 + 2 / np.e) == pytest.approx(0.5514, abs=5e-5)
