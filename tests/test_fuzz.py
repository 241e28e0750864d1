"""Losses at random: whatever is legal gives the value of the oracle, and whatever is not is refused by name."""

import contextlib
import copy
import dataclasses
import math
import pickle
import re

import numpy as np
import pytest
from fuzz import KINDS, ROW_OF, cases, fuzzed
from hypothesis import assume, given
from hypothesis import strategies as st
from losses import QUANTITIES, mp, number
from sklearn.base import clone

import lossbook
from lossbook import (
    CTC,
    BoxIoU,
    Contrastive,
    GaussianNLL,
    GeneralizedIoU,
    Hinge,
    LaplaceNLL,
    SparseCategoricalCrossEntropy,
    SquaredHinge,
    Triplet,
    UncertaintyWeighted,
    WeightedSum,
    batch_all,
    batch_hard,
    class_sample_weight,
)
from lossbook.explore import explore


def name_of(kind):
    """The name of the losses of a kind."""
    return re.search(r"\w+", repr(kind.loss).removeprefix("just(").removeprefix("builds("))[0]


each_kind = pytest.mark.parametrize("kind", KINDS, ids=name_of)


def test_every_loss_is_drawn():
    losses = {kind.__name__ for kind in map(lossbook.__dict__.get, lossbook.__all__) if hasattr(kind, "facts")}
    drawn_below = {"UncertaintyWeighted", "WeightedSum"}
    assert {*map(name_of, KINDS)} | drawn_below == losses - {"Loss"}


TAKING_INFINITY = [
    kind for kind in KINDS if name_of(kind) not in ("BoxIoU", "Contrastive", "GeneralizedIoU", "Triplet")
]


def quantities(loss):
    """The names of what the loss has."""
    return QUANTITIES if type(loss)._hessian is not lossbook.Loss._hessian else QUANTITIES[:2]


# Numbers ------------------------------------------------------------------------------------------


def exact(case, function):
    """The oracle's result for each sample: a list of numbers, one after another."""
    row = ROW_OF[type(case.loss)]
    to_number = np.vectorize(lambda entry: number(float(entry)), otypes=[object])
    targets = [None] * len(case.y_pred) if case.y_true is None else to_number(case.y_true)
    pairs = zip(targets, to_number(case.y_pred), strict=True)
    return [np.ravel(np.array(function(*row.arguments(*pair)), object)).tolist() for pair in pairs]


def has_oracle(case):
    """Whether the formula of the oracle can be computed: not with a box without area, nor exp(exp(1000))."""
    if isinstance(case.loss, GaussianNLL | LaplaceNLL):
        return bool((np.abs(case.y_pred[:, 1]) < 1000).all())
    if isinstance(case.loss, Contrastive | Triplet):  # not next to the hinge
        power, points = 2 if case.loss.distance == "squared" else 1, case.y_pred.astype(float)
        ends = np.linalg.norm(points[:, :1] - points[:, 1:], axis=-1) ** power
        beyond = ends[:, 0] - (ends[:, 1] if isinstance(case.loss, Triplet) else 2 * ends[:, 0]) + case.loss.margin
        return bool((abs(beyond) > 1e-3 * (ends.sum(axis=1) + case.loss.margin)).all())
    if isinstance(case.loss, CTC):  # the sums of whose scores would cancel
        return bool((np.abs(case.y_pred) < 1000).all())
    if not isinstance(case.loss, BoxIoU | GeneralizedIoU):
        return True
    edges = np.stack([case.y_true, case.y_pred, case.y_pred[:, [2, 3, 0, 1]], case.y_true[:, [2, 3, 0, 1]]])
    apart = np.abs(edges[:, None] - edges[None])[~np.eye(4, dtype=bool)]  # boxes that touch are at a kink
    return bool((apart > 1e-6 * np.abs(edges).max()).all())


@each_kind
@fuzzed(2, share=0.2)
@given(data=st.data())
def test_every_quantity_is_that_of_the_oracle(kind, data):
    """Up to some hundred times what is rounded, of what the table says is large beside it."""
    case = data.draw(cases([kind], "moderate"))
    assume(has_oracle(case))
    oracle, precision = ROW_OF[type(case.loss)].oracle(case.loss), np.finfo(case.y_pred.dtype)
    for quantity in quantities(case.loss):
        got = getattr(case.loss, quantity)(*case.arguments)
        with mp.workdps(150):
            expected = exact(case, getattr(oracle, quantity))
            sizes = exact(case, (oracle.sizes or {}).get(quantity, getattr(oracle, quantity)))
            for mine, theirs, size in zip(got.reshape(len(got), -1).tolist(), expected, sizes, strict=True):
                # Entries of a gradient are in proportion to the longest: what it is made of rounds them all.
                bound = 1000 * number(float(precision.eps)) * max(map(abs, size)) + number(float(precision.tiny))
                for ours, truth in zip(mine, theirs, strict=True):
                    with_digits = f"{quantity} {ours}, but exactly {mp.nstr(truth, 20)}"
                    if math.isinf(ours):
                        assert abs(truth) + bound > number(float(precision.max)), with_digits
                        assert (truth > 0) == (ours > 0), with_digits
                    else:
                        assert abs(number(ours) - truth) <= bound, with_digits


def shape_of(quantity, score):
    """The shape of a quantity of one sample."""
    return {"value": (), "gradient": score, "hessian": score * 2 if len(score) == 1 else score}[quantity]


@each_kind
@fuzzed(4)
@given(data=st.data())
def test_whatever_is_legal_has_a_result(kind, data):
    """Of the right shape and dtype, not NaN and without a warning, at the largest and smallest numbers as well."""
    case = data.draw(cases([kind], "any", min_size=0))
    before = copy.deepcopy(case)
    n, *score = case.y_pred.shape
    got = {quantity: getattr(case.loss, quantity)(*case.arguments) for quantity in quantities(case.loss)}
    for quantity, array in got.items():
        assert array.dtype == case.y_pred.dtype
        assert array.shape == (n, *shape_of(quantity, tuple(score)))
        assert not np.isnan(array).any(), quantity
    for together, alone in zip(case.loss.value_and_gradient(*case.arguments), got.values(), strict=False):
        same(together, alone)
    np.testing.assert_array_equal(case.y_pred, before.y_pred)
    if isinstance(case.y_true, np.ndarray):
        np.testing.assert_array_equal(case.y_true, before.y_true)


def same(got, expected):
    """Alike up to the last digits, which depend on how many numbers are computed at once."""
    np.testing.assert_allclose(got, expected, rtol=1e3 * np.finfo(expected.dtype).eps)


# Arrays -------------------------------------------------------------------------------------------


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


FORMS = {
    "a list": np.ndarray.tolist,
    "tuples": lambda array: tuple(map(tuple, array.tolist())) if array.ndim == 2 else tuple(array.tolist()),
    "every other entry": lambda array: np.repeat(array, 2, axis=0)[::2],
    "backward": lambda array: array[::-1].copy()[::-1],
    "Fortran order": np.asfortranarray,
    "read-only": read_only,
    "other byte order": lambda array: array.astype(array.dtype.newbyteorder()),
    "without a mask": np.ma.array,
    "longer floats": lambda array: array.astype(np.longdouble) if array.dtype == np.float64 else array,
}


@each_kind
@fuzzed(2)
@given(data=st.data(), form=st.sampled_from([*FORMS]))
def test_the_form_of_an_array_does_not_matter(kind, data, form):
    case = data.draw(cases([kind], "moderate"))
    if form == "a list" or form == "tuples":  # whose floats are float64
        case = dataclasses.replace(case, y_pred=case.y_pred.astype(np.float64))
    formed = [FORMS[form](each) if isinstance(each, np.ndarray) else each for each in case.arguments]
    for quantity in quantities(case.loss):
        same(getattr(case.loss, quantity)(*formed), getattr(case.loss, quantity)(*case.arguments))


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if name_of(kind) not in ("CTC", "Dice", "Jaccard", "Tversky")], ids=name_of
)
@fuzzed(2)
@given(data=st.data())
def test_further_axes_of_samples(kind, data):
    case = data.draw(cases([kind], "moderate"))
    for quantity in quantities(case.loss):
        flat = getattr(case.loss, quantity)(*case.arguments)
        deep = getattr(case.loss, quantity)(*(None if each is None else each[None, :, None] for each in case.arguments))
        same(deep, flat[None, :, None])


SHORT = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16"]


@each_kind
@fuzzed(2)
@given(data=st.data(), true=st.sampled_from(SHORT), pred=st.sampled_from(SHORT))
def test_integers_and_halves_are_numbers_like_others(kind, data, true, pred):
    case = data.draw(cases([kind], "moderate"))
    y_true, y_pred = case.y_true, np.round(np.clip(case.y_pred, 0, 1)).astype(pred)
    wide = y_true
    if isinstance(y_true, np.ndarray):
        is_row = case.loss.facts.link == "softmax" and case.loss.target_ndim
        y_true = np.eye(3)[y_true.argmax(axis=-1)] if is_row else np.round(np.clip(y_true, 0, 1))
        is_class = isinstance(case.loss, SparseCategoricalCrossEntropy)
        wide, y_true = y_true.astype(int if is_class else float), y_true.astype(true)
        assume(not (is_class and true == "float16"))
        assume(not isinstance(case.loss, Hinge | SquaredHinge) or (wide == 1).all())
    got = case.loss.value(y_true, y_pred)
    expected = case.loss.value(wide, y_pred.astype(float))
    single = got.dtype == np.float32
    assert got.dtype == (np.float32 if single else np.float64)
    np.testing.assert_allclose(got, expected, rtol=1e-4 if single else 1e-12, atol=1e-6 if single else 1e-300)


@each_kind
@fuzzed(2)
@given(data=st.data(), bad=st.sampled_from([math.nan, math.inf, "masked"]))
def test_what_is_no_number_is_refused_by_name(kind, data, bad):
    case = data.draw(cases([kind], "moderate"))
    arrays = {
        name: array.astype(float)
        for name, array in zip(("y_true", "y_pred"), case.arguments, strict=True)
        if isinstance(array, np.ndarray) and not (bad == math.inf and name == "y_pred")
    }
    assume(arrays)
    name = data.draw(st.sampled_from([*arrays]))
    position = data.draw(st.integers(0, arrays[name].size - 1))
    if bad == "masked":
        spoiled = np.ma.array(arrays[name])
        spoiled[np.unravel_index(position, spoiled.shape)] = np.ma.masked
    else:
        spoiled = arrays[name]
        spoiled.flat[position] = bad
    arguments = dict(zip(("y_true", "y_pred"), case.arguments, strict=True)) | {name: spoiled}
    for method in (*quantities(case.loss), "value_and_gradient", "__call__"):
        with pytest.raises(ValueError, match=rf"^{name} must"):
            getattr(case.loss, method)(**arguments)


# The mean -----------------------------------------------------------------------------------------

weights = st.just(0.0) | st.floats(0.1, 10) | st.floats(0, allow_infinity=False)


@fuzzed(25)
@given(cases(spread="moderate"), st.lists(weights, min_size=3, max_size=3), st.integers(-1000, 1000))
def test_the_mean_is_that_of_the_weights_at_any_scale(case, weight, power):
    weight = np.array(weight[: len(case.y_pred)])
    values = case.loss.value(*case.arguments).astype(float)
    assume(np.isfinite(values).all() and weight.any())
    terms = [number(float(w)) for w in weight]
    expected = mp.fsum(w * number(v) for w, v in zip(terms, values.tolist(), strict=True)) / mp.fsum(terms)
    size = mp.fsum(w * abs(number(v)) for w, v in zip(terms, values.tolist(), strict=True)) / mp.fsum(terms)
    got = case.loss(*case.arguments, sample_weight=weight)
    assert abs(number(got) - expected) <= 1e-14 * size + 1e-300
    with np.errstate(over="ignore", under="ignore"):
        scaled = np.ldexp(weight, power)
    if np.array_equal(np.ldexp(scaled, -power), weight):  # nothing was rounded
        assert case.loss(*case.arguments, sample_weight=scaled) == got
    assert case.loss(*case.arguments, sample_weight=np.full(len(values), 3e-310)) == pytest.approx(
        case.loss(*case.arguments), rel=1e-12, abs=1e-300
    )


@fuzzed(20)
@given(cases(spread="moderate"), st.sampled_from([math.nan, math.inf, -math.inf, -1.0, -5e-324]))
def test_what_is_no_weight_is_refused_by_name(case, bad):
    weight = np.ones(len(case.y_pred))
    weight[-1] = bad
    for wrong in (weight, weight[None], np.ones(len(weight) + 1), np.zeros(len(weight)), ["1"] * len(weight)):
        with pytest.raises(ValueError, match=r"^sample_weight must"):
            case.loss(*case.arguments, sample_weight=wrong)


# Losses as objects --------------------------------------------------------------------------------


@fuzzed(25)
@given(cases(spread="any"))
def test_a_loss_is_the_same_after_every_journey(case):
    loss = case.loss
    loss.value(*case.arguments)  # which may remember something
    names = {**vars(lossbook), "inf": math.inf}
    for again in (
        eval(repr(loss), names),
        pickle.loads(pickle.dumps(loss)),
        copy.copy(loss),
        copy.deepcopy(loss),
        dataclasses.replace(loss),
        clone(loss, safe=False),
    ):
        assert (again, hash(again), repr(again), again.facts) == (loss, hash(loss), repr(loss), loss.facts)
        np.testing.assert_array_equal(again.value(*case.arguments), loss.value(*case.arguments))


@fuzzed(25)
@given(st.data())
def test_predictions_lie_in_the_range_of_the_link(data):
    """Also for scores that are infinite; those of a prediction lead back to it."""
    case = data.draw(cases(TAKING_INFINITY, "any"))
    scores = case.y_pred.copy()
    scores.flat[data.draw(st.integers(0, scores.size - 1))] = data.draw(st.sampled_from([math.inf, -math.inf, 0]))
    prediction = case.loss.predict(scores)
    assert prediction.shape == scores.shape
    assert not np.isnan(prediction).any()
    again = case.loss.predict(case.loss.to_score(prediction))
    np.testing.assert_allclose(again, prediction, rtol=1e3 * np.finfo(scores.dtype).eps, atol=1e-37)
    link = case.loss.facts.link
    if link in ("sigmoid", "softmax"):
        assert prediction.min() >= 0
        assert prediction.max() <= 1
    if link == "softmax":
        np.testing.assert_allclose(prediction.sum(axis=-1), 1, rtol=1e-6)
    scores.flat[0] = math.nan
    with pytest.raises(ValueError, match=r"^score must not contain NaN"):
        case.loss.predict(scores)


@fuzzed(20)
@given(st.data())
def test_several_tasks_are_the_sum_of_each(data):
    kinds = [kind for kind in KINDS if name_of(kind) not in ("CTC", "Triplet")]
    first, second = data.draw(cases(kinds, "moderate")), data.draw(cases(kinds, "moderate"))
    n = min(len(first.y_pred), len(second.y_pred))
    y_true, y_pred = (tuple(each[:n] for each in both) for both in zip(first.arguments, second.arguments, strict=True))
    factors = data.draw(st.tuples(st.just(0.0) | st.floats(1e-6, 1e6), st.floats(1e-6, 1e6)))
    variances = data.draw(st.tuples(*[st.floats(-20, 20)] * 2))
    losses = (first.loss, second.loss)
    for loss, constant in (
        (WeightedSum(losses, factors), 0),
        (UncertaintyWeighted(losses, variances), sum(variances) / 2),
    ):
        parts = [
            weight * each.value(target, score).astype(float) if weight > 0 else np.zeros(n)
            for weight, each, target, score in zip(loss.weights, losses, y_true, y_pred, strict=True)
        ]
        expected = parts[0] + parts[1] + constant
        size = abs(parts[0]) + abs(parts[1]) + abs(constant)
        with np.errstate(over="ignore"):
            assume((size < 1e38).all())
        assert (abs(loss.value(y_true, y_pred) - expected) <= 1e-6 * size + 1e-37).all()
        gradients = loss.gradient(y_true, y_pred)
        assert [gradient.shape for gradient in gradients] == [score.shape for score in y_pred]
        value, together = loss.value_and_gradient(y_true, y_pred)
        same(value, loss.value(y_true, y_pred))
        assert all(map(np.array_equal, together, gradients))


@fuzzed(1, share=0.002)
@given(cases(spread="any"))
def test_every_legal_loss_can_be_explored(case):
    """Drawn, or refused because of its size there."""
    with contextlib.suppress(ValueError):
        assert explore(case.loss).printed()


# Labels -------------------------------------------------------------------------------------------

LABELS = [
    st.lists(st.integers(-3, 3), min_size=1, max_size=5),
    st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=5),
    st.lists(st.booleans(), min_size=1, max_size=5),
    st.lists(st.sampled_from([0.5, -1.0, 1e300]), min_size=1, max_size=5),
    st.lists(st.integers(2**62, 2**62 + 2), min_size=1, max_size=5),
]
MISSING = [None, math.nan, np.datetime64("NaT"), "text"]


@fuzzed(25)
@given(st.one_of(LABELS), st.sampled_from([list, tuple, np.array, np.ma.array, lambda each: np.array(each, object)]))
def test_labels_of_every_kind(labels, made):
    weight = class_sample_weight(made(labels), {label: index + 1 for index, label in enumerate(dict.fromkeys(labels))})
    assert weight.tolist() == [[*dict.fromkeys(labels)].index(label) + 1 for label in labels]
    points = np.arange(2.0 * len(labels)).reshape(-1, 2)
    for anchor, positive, negative in batch_all(made(labels), points).tolist():
        assert labels[anchor] == labels[positive] != labels[negative]
        assert anchor != positive
    hard = batch_hard(made(labels), points)
    assert {*map(tuple, hard.tolist())} <= {*map(tuple, batch_all(made(labels), points).tolist())}
    assert Triplet()(None, points[hard]) >= 0


@fuzzed(20)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.sampled_from(MISSING), st.integers(0, 3))
def test_labels_that_are_missing_or_mixed(labels, bad, position):
    labels.insert(position, bad)
    for call in (
        lambda: class_sample_weight(labels, dict.fromkeys(labels, 1)),
        lambda: class_sample_weight(np.array(labels, object), dict.fromkeys(labels, 1)),
        lambda: batch_all(labels, np.zeros((len(labels), 2))),
        lambda: batch_hard(labels, np.zeros((len(labels), 2))),
    ):
        with pytest.raises(ValueError, match=r"^(y_true|labels) must "):
            call()
    masked = np.ma.array(np.zeros(3), mask=[0, 1, 0])
    with pytest.raises(ValueError, match=r"^y_true must not have masked entries"):
        class_sample_weight(masked, {0: 1})


@fuzzed(25)
@given(st.sampled_from([np.float32, np.float64]), st.data())
def test_infinite_scores_have_a_limit(dtype, data):
    case = data.draw(cases(TAKING_INFINITY, "any"))
    y_pred = case.y_pred.copy()
    for position in data.draw(st.lists(st.integers(0, y_pred.size - 1), min_size=1, max_size=3)):
        y_pred.flat[position] = data.draw(st.sampled_from([math.inf, -math.inf]))
    for quantity in quantities(case.loss):
        assert not np.isnan(getattr(case.loss, quantity)(case.y_true, y_pred)).any(), quantity
