"""The exercises and demos on margins agree with lossbook, with scikit-learn, and with what the page says about them."""

import numpy as np
import pytest
from scipy.optimize import linprog, minimize_scalar
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import hinge_loss
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from lossbook import Hinge
from lossbook.course.classification.margins import demos, exercises
from lossbook.datasets import breast_cancer


@pytest.fixture(scope="module")
def thirty():
    measured, label = breast_cancer()
    return StandardScaler().fit_transform(measured), label


def test_the_repaired_hinge_is_the_hinge_and_the_broken_one_sees_no_benign_patient():
    y_true, score = np.array([0, 0, 0, 1, 1, 1]), np.array([-2.0, -1.0, 3.0, -2.0, 1.0, 3.0])
    sign = np.array([-1, -1, -1, 1, 1, 1])
    loss, gradient = exercises.bug.version(y_true, score)
    assert loss == pytest.approx(Hinge()(sign, score))
    np.testing.assert_allclose(gradient, Hinge().gradient(sign, score) / 6)
    scope = {"np": np}
    exec(exercises.bug.starter, scope)
    for benign_score in (-5.0, 0.0, 5.0):
        loss, gradient = scope["hinge"](np.array([0]), np.array([benign_score]))
        assert (loss, gradient[0]) == (1, 0)


def test_at_the_best_score_seven_equal_pulls_cancel_three():
    sign = np.repeat([1, -1], [7, 3])
    losses = [Hinge()(sign, np.full(10, z)) for z in np.linspace(-2, 2, 401)]
    assert np.linspace(-2, 2, 401)[np.argmin(losses)] == pytest.approx(1)
    benign = Hinge().gradient(-np.ones(3), np.ones(3)).sum()
    assert 7 * exercises.kink.answer + benign == pytest.approx(0)
    assert -1 <= exercises.kink.answer <= 0


def test_the_multiclass_hinge_is_scikit_learns():
    generator = np.random.default_rng(0)
    y_true, y_pred = generator.integers(4, size=60), generator.normal(0, 2, size=(60, 4))
    value = exercises.multiclass.version(y_true, y_pred)
    assert value.mean() == pytest.approx(hinge_loss(y_true, y_pred, labels=range(4)))


def test_the_multiclass_hinge_takes_whole_numbers():
    value = exercises.multiclass.version(np.array([0, 1]), np.array([[1, 2, 3], [3, 5, 1]]))
    np.testing.assert_array_equal(value, [3, 0])


def test_with_two_classes_the_multiclass_hinge_is_the_hinge():
    y_true, score = np.array([0, 1, 0, 1]), np.array([-0.3, 2.0, 1.0, 0.4])
    value = exercises.multiclass.version(y_true, np.column_stack([np.zeros(4), score]))
    np.testing.assert_allclose(value, Hinge().value(2 * y_true - 1, score))


def test_how_many_carry_the_fit_and_that_the_others_can_go(thirty):
    measured, label = thirty
    machine = SVC(kernel="linear", C=0.01, tol=1e-6).fit(measured, label)
    carry = machine.support_
    assert (len(carry), len(label)) == (exercises.CARRIERS, exercises.PATIENTS)
    again = SVC(kernel="linear", C=0.01, tol=1e-6).fit(measured[carry], label[carry])
    np.testing.assert_allclose(again.coef_, machine.coef_, atol=1e-4)


def test_a_plane_in_thirty_features_has_every_patient_right(thirty):
    measured, label = thirty
    signed = (2 * label - 1)[:, None] * np.column_stack([measured, np.ones(len(label))])
    found = linprog(np.zeros(31), A_ub=-signed, b_ub=-np.ones(len(label)), bounds=(None, None))
    assert (found.status, len(label)) == (0, 569)
    assert np.all(signed @ found.x > 0)


@pytest.mark.parametrize("name", ["squared hinge", "logistic", "exponential"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.7])
def test_the_best_score_of_a_group_is_where_its_mean_loss_is_lowest(name, share):
    loss = demos._LOSSES[name]

    def mean(z):
        return float((share * loss.value(np.array([z])) + (1 - share) * loss.value(np.array([-z])))[0])

    assert loss.best(share) == pytest.approx(minimize_scalar(mean, bounds=(-8, 8), method="bounded").x, abs=1e-4)


@pytest.mark.parametrize(("share", "best"), [(0.48, -1), (0.52, 1), (0.9, 1)])
def test_the_best_score_of_the_hinge_is_a_side(share, best):
    loss, scores = demos._LOSSES["hinge"], np.linspace(-3, 3, 601)
    mean = share * loss.value(scores) + (1 - share) * loss.value(-scores)
    assert scores[np.argmin(mean)] == pytest.approx(best) == loss.best(share)


def test_every_loss_but_the_one_that_counts_lies_above_it():
    margins = np.linspace(-6, 6, 241)
    count = demos._LOSSES["0-1"].value(margins)
    for name, loss in demos._LOSSES.items():
        value = loss.value(margins) / (np.log(2) if name == "logistic" else 1)
        assert np.all(value >= count - 1e-12), name


@pytest.mark.parametrize("place", [(-2.0, -1.5), (0.0, 0.3), (4.0, 3.5)])
def test_the_dragged_patients_logistic_boundary_is_scikit_learns(thirty, place):
    x, y = np.vstack([thirty[0][::10, [0, 7]], place]), np.append(thirty[1][::10], 1)
    weights, offset = demos.logistic_fit(x, y)
    expected = LogisticRegression(C=1, solver="newton-cholesky", tol=1e-10).fit(x, y)
    np.testing.assert_allclose(weights, expected.coef_[0], rtol=1e-8)
    assert offset == pytest.approx(expected.intercept_[0], rel=1e-8)


def test_what_the_quiz_calls_73_percent():
    assert f"{expit(1):.0%}" == "73%"
