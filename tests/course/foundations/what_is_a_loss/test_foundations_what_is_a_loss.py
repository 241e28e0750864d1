"""The exercises on what a loss is agree with lossbook and with the data that their page names."""

import numpy as np
import pytest

from lossbook import Expectile, SquaredError
from lossbook.course.foundations.what_is_a_loss import exercises
from lossbook.datasets import diabetes
from lossbook.optimization import gradient_descent, linear_objective


@pytest.fixture
def patients():
    bmi, progression = diabetes()
    return (bmi - bmi.mean()) / bmi.std(), progression


@pytest.fixture
def features(patients):
    x, _ = patients
    return np.column_stack([np.ones_like(x), x])


def test_repaired_bug_is_gradient_descent(patients, features):
    objective = linear_objective(SquaredError(), features, patients[1])
    risks = [step.value for step in gradient_descent(objective, [0, 0], learning_rate=0.1, steps=20)]
    np.testing.assert_allclose(exercises.bug.version(*patients, 0.1, 20), risks, rtol=1e-12)


def test_clinic_loss_is_five_times_an_expectile(patients, features):
    objective = linear_objective(Expectile(tau=0.8), features, patients[1])
    *_, last = gradient_descent(objective, [0, 0], learning_rate=0.5, steps=50)
    np.testing.assert_allclose(exercises._fit_clinic(*patients, 0.1, 50), last.parameters, rtol=1e-12)


def test_first_step_is_that_of_gradient_descent():
    objective = linear_objective(SquaredError(), np.ones((3, 1)), [100.0, 150.0, 200.0])
    *_, last = gradient_descent(objective, [0.0], learning_rate=0.1, steps=1)
    assert exercises.first_step.answer == pytest.approx(last.parameters[0], rel=1e-12)


def test_numbers_of_a_first_step_gone_wrong():
    scores = [100.0, 150.0, 200.0]
    objective = linear_objective(SquaredError(), np.ones((3, 1)), scores)
    *_, last = gradient_descent(objective, [0.0], learning_rate=0.1, steps=2)
    assert "after two steps" in exercises.first_step.check(last.parameters[0]).message
    a = 0.0
    for score in scores:
        a -= 0.1 * 2 * (a - score)
    assert "one update for each patient" in exercises.first_step.check(a).message
    assert "multiplied the risk" in exercises.first_step.check(round(0.1 * objective(np.zeros(1))[0], 1)).message


def test_shares_of_the_solution(patients):
    x, progression = patients
    a, b = exercises._fit_clinic(x, progression, 0.1, 200)
    slope, intercept = np.polyfit(x, progression, 1)
    assert round(exercises._share_too_low(progression, intercept + slope * x, 0), 2) == 0.47
    assert round(exercises._share_too_low(progression, a + b * x, 0), 2) == 0.29
    assert round(a - intercept) == 36


def test_typo_of_the_quiz_lifts_the_line():
    x = np.append(np.arange(-49, 50), 0) / 25
    y = 3 * x + np.sin(7 * x)
    typo = y + 500 * (np.arange(100) == 99)
    np.testing.assert_allclose(np.polyfit(x, typo, 1) - np.polyfit(x, y, 1), [0, 5], atol=1e-9)
    assert exercises.quiz.items[-1].right == "It rises by 5 points everywhere."
