"""The exercises and demos on imbalance agree with lossbook and with what the page says about them."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit

from lossbook import BinaryCrossEntropy, BinaryFocal
from lossbook.course.classification.imbalance import demos, exercises

SCORES = np.linspace(-6, 6, 25)


def best_probability(loss, share):
    """The constant that a loss asks for where this share of the samples is positive."""

    def expected(z):
        return share * loss.value(1.0, z) + (1 - share) * loss.value(0.0, z)

    return expit(minimize_scalar(expected, bounds=(-20, 20), method="bounded", options={"xatol": 1e-10}).x)


@pytest.mark.parametrize("label", [0.0, 1.0])
@pytest.mark.parametrize(("gamma", "alpha"), [(2.0, 0.25), (0.5, 0.7)])
def test_the_repaired_loss_is_focal_loss(label, gamma, alpha):
    y = np.full_like(SCORES, label)
    got = exercises.bug.version(y, SCORES, gamma, alpha)
    np.testing.assert_allclose(got, BinaryFocal(gamma, alpha).value(y, SCORES), rtol=1e-9)


def test_the_broken_loss_is_lowest_where_every_score_is_high():
    scope = {"np": np}
    exec(exercises.bug.starter, scope)
    y = np.repeat([1.0, 0.0], [6, 94])
    losses = [scope["binary_focal"](y, np.full(100, z)).mean() for z in SCORES]
    assert np.all(np.diff(losses) < 0)
    assert np.all(scope["binary_focal"](np.zeros(25), SCORES) == 0)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_the_pull_of_focal_loss(gamma):
    z = np.concatenate([SCORES, [-1000.0, -40.0, 40.0, 1000.0]])
    for label in (0.0, 1.0):
        y = np.full_like(z, label)
        expected = BinaryFocal(gamma, alpha=None).gradient(y, z)
        np.testing.assert_allclose(exercises.focal_gradient.version(y, z, gamma), expected, rtol=1e-9, atol=1e-300)


def test_focal_loss_fades_some_mistakes_and_sharpens_others():
    def pulls(loss, p):
        return -loss.gradient(1.0, np.log(p / (1 - p)))

    focal, plain = BinaryFocal(2, alpha=None), BinaryCrossEntropy()
    assert pulls(focal, 0.4) < pulls(plain, 0.4)
    assert pulls(focal, 0.31) < pulls(plain, 0.31)
    assert pulls(focal, 0.29) > pulls(plain, 0.29)
    assert pulls(focal, 0.17) < 1 < pulls(focal, 0.16)
    for gamma in (0.5, 2.0, 5.0):
        assert pulls(BinaryFocal(gamma, alpha=None), 1e-6) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("weight", [0.25, 2.0, 19.0])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.6])
def test_undoing_a_weight_gives_back_the_share(weight, share):
    answer = best_probability(BinaryCrossEntropy(positive_weight=weight), share)
    assert exercises.undo_weight.version(answer, weight) == pytest.approx(share, abs=1e-7)


def test_the_examination_is_cheaper_from_the_threshold_on():
    for p, is_cheaper in ((exercises.threshold.answer - 0.001, False), (exercises.threshold.answer + 0.001, True)):
        home = p * exercises.LATER
        assert (home > exercises.EXAMINATION) == is_cheaper


def test_most_calls_in_the_town_are_in_vain():
    people = np.repeat([1, 0], [10_000, 990_000])
    called = np.concatenate([np.arange(10_000) < 9_000, np.arange(990_000) < 49_500])
    in_the_clinic = exercises.FOUND / 200, exercises.IN_VAIN / 800
    assert in_the_clinic == (called[people == 1].mean(), called[people == 0].mean())
    assert exercises.screening.answer == pytest.approx(people[called].mean())


@pytest.mark.parametrize("threshold", [0.05, 0.5])
def test_counts_are_rounded_as_they_are_shown_and_add_up(threshold):
    counts = demos._counts(5, 1, threshold)
    assert sum(counts) == pytest.approx(demos.PATIENTS)
    assert sum(counts[:2]) == pytest.approx(50), "the sick"
    for shown in counts:
        assert float(f"{shown:.1f}") == shown


def test_a_weight_is_another_prevalence():
    np.testing.assert_array_equal(demos._probability(20.0, 5, 19), demos._probability(20.0, 50, 1))


def test_the_threshold_of_the_costs_is_near_the_lowest_cost():
    costs = demos._relative_costs(demos.MISS, *demos._rates())
    by_formula = demos._THRESHOLDS.index(round(1 / (1 + demos.MISS), 3))
    assert costs.min() <= costs[by_formula] < costs.min() + 0.03
    assert costs[-1] > 1, "at one half nobody is called"


@pytest.mark.parametrize("threshold", [0.05, 0.1])
def test_a_weight_and_a_threshold_call_about_the_same_patients(threshold):
    weight = (1 - threshold) / threshold
    _, held_out = demos._patients()
    weighted = demos._probability(held_out.texture, 5, weight) >= 0.5
    moved = demos._probability(held_out.texture, 5) >= threshold
    assert np.mean(weighted == moved) > 0.95


def test_gamma_takes_the_pull_from_the_easy_digits_but_not_before_training():
    is_eight, _ = demos._eights()
    easy = demos._right(10) > 0.9
    shares = [demos._shares(10, gamma)[easy].sum() for gamma in demos._GAMMAS]
    assert np.all(np.diff(shares) < 0)
    assert 0.4 < shares[0] < 0.55, "the page says about half"
    assert shares[demos._GAMMAS.index(2)] < 0.02, "the page says less than 2 %"
    np.testing.assert_allclose(demos._shares(0, 5)[is_eight == 1].sum(), is_eight.mean())
