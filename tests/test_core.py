"""The base of all losses: what it accepts and refuses, its mean, its facts, and that it carries all families."""

import copy
import dataclasses
import inspect
import math
import pickle
import pydoc
import re
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special
from sklearn import metrics, model_selection
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.linear_model import Ridge

import lossbook
from lossbook import (
    CTC,
    AbsoluteError,
    BinaryCrossEntropy,
    BinaryFocal,
    BoxIoU,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Contrastive,
    Dice,
    Expectile,
    Facts,
    GaussianNLL,
    GeneralRobust,
    Hinge,
    Huber,
    KLDivergence,
    LaplaceNLL,
    Loss,
    NoHessianError,
    PoissonNLL,
    Quantile,
    SparseCategoricalCrossEntropy,
    SquaredError,
    Triplet,
    Tukey,
    UncertaintyWeighted,
    WeightedSum,
    batch_all,
    batch_hard,
    class_sample_weight,
)
from lossbook.core import check_finite, hyperparameters

# Importing ----------------------------------------------------------------------------------------


def test_import_loads_only_numpy_and_scipy():
    heavy = {
        "tensorflow",
        "keras",
        "torch",
        "matplotlib",
        "IPython",
        "sklearn",
        "pandas",
        "PIL",
        "ipywidgets",
    }
    code = "import sys, lossbook; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"lossbook", "numpy", "scipy"} <= set(loaded)
    assert heavy.isdisjoint(loaded)


def test_public_names_exist():
    assert len(set(lossbook.__all__)) == len(lossbook.__all__)
    assert all(hasattr(lossbook, name) for name in lossbook.__all__)


def test_the_overview_names_everything_public():
    words = set(re.findall(r"\w+", lossbook.__doc__.partition("\n\n")[2].partition("array([1. , 1.5])")[2]))
    assert set(lossbook.__all__) - words == set()
    assert pydoc.render_doc(lossbook, renderer=pydoc.plaintext).index("Huber(delta=1.5)") < 400


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("MeanSquaredError", ": keras.losses.MeanSquaredError is lossbook.SquaredError"),
        ("BCEWithLogitsLoss", ": torch.nn.BCEWithLogitsLoss is lossbook.BinaryCrossEntropy"),
        ("mean_pinball_loss", ": sklearn.metrics.mean_pinball_loss is lossbook.Quantile"),
        (
            "CrossEntropyLoss",
            ": torch.nn.CrossEntropyLoss is lossbook.CategoricalCrossEntropy, "
            "or torch.nn.CrossEntropyLoss is lossbook.SparseCategoricalCrossEntropy",
        ),
        ("Hubert", ""),
    ],
)
def test_names_of_other_libraries_lead_to_ours(name, message):
    assert not hasattr(lossbook, name)
    with pytest.raises(AttributeError) as raised:
        getattr(lossbook, name)
    assert str(raised.value) == f"module 'lossbook' has no attribute '{name}'{message}"


def test_every_name_in_another_library_leads_to_its_loss():
    for kind in KINDS:
        for dotted in (kind.facts.keras, kind.facts.torch, kind.facts.sklearn):
            name = dotted and dotted.rpartition(".")[2]
            if name and name not in lossbook.__all__:
                with pytest.raises(AttributeError, match=rf"{dotted} is lossbook\.{kind.__name__}\b"):
                    getattr(lossbook, name)


# Bad input ----------------------------------------------------------------------------------------

METHODS = ("value", "gradient", "hessian", "__call__")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([1.0, 2.0], [1.0], r"y_pred .* y_true of shape \(2,\) and y_pred of shape \(1,\)"),
        ([1.0], 1.0, r"y_pred .* y_true of shape \(1,\) and y_pred of shape \(\)"),
        ([[1.0, 2.0]], [[1.0], [2.0]], r"y_true of shape \(1, 2\) and y_pred of shape \(2, 1\)"),
        ([1.0, math.nan], [1.0, 2.0], "y_true must be finite, got NaN or infinity in 1 of 2 entries"),
        ([1.0, math.inf], [1.0, 2.0], "y_true must be finite, got NaN or infinity in 1 of 2 entries"),
        ([1.0, 2.0], [math.nan, 2.0], "y_pred must not contain NaN, got 1 of 2"),
        (["a", "b"], [1.0, 2.0], "y_true must be an array of real numbers, got dtype <U1"),
        ([1.0, 2.0], ["1", "2"], "y_pred must be an array of real numbers, got dtype <U1"),
        ([1j, 2.0], [1.0, 2.0], "y_true must be an array of real numbers, got dtype complex128"),
        (
            [[1.0], [2.0, 3.0]],
            [1.0, 2.0],
            "y_true must be a rectangular array of numbers, got rows of unequal length",
        ),
        ([1.0, 2.0], [[1.0], [2.0, 3.0]], "y_pred must be a rectangular array of numbers"),
        (None, [1.0], "y_true must be an array of real numbers, got dtype object"),
        ([1.0], None, "y_pred must be an array of real numbers, got dtype object"),
        ([1.0], [None], "y_pred must be an array of real numbers, got dtype object"),
        (
            np.array(["2020-01-01"], "datetime64[D]"),
            [1.0],
            "y_true must be an array of real numbers, got dtype date",
        ),
        ({"a": 1}, [1.0], "y_true must be an array of real numbers, got dtype object"),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), [1.0, 2.0], "y_true must not have masked entries, got 1"),
        ([np.ma.array([1.0, 2.0], mask=[1, 1])], [[1.0, 2.0]], "y_true must not have masked entries, got 2"),
    ],
)
def test_bad_arrays(method, y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        getattr(SquaredError(), method)(y_true, y_pred)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0], r"sample_weight must have one weight per sample, shape \(2,\), got shape \(1,\)"),
        (1.0, r"shape \(2,\), got shape \(\)"),
        ([[1.0], [1.0]], r"shape \(2,\), got shape \(2, 1\)"),
        ([1.0, -1.0], "sample_weight must be non-negative and not 0 throughout, got weights from -1 to 1"),
        ([0.0, 0.0], "sample_weight must be non-negative and not 0 throughout, got weights from 0 to 0"),
        ([1.0, math.nan], "sample_weight must be finite, got NaN or infinity in 1 of 2 entries"),
        ([1.0, math.inf], "sample_weight must be finite"),
        (["a", "b"], "sample_weight must be an array of real numbers, got dtype <U1"),
        ([1j, 1.0], "sample_weight must be an array of real numbers, got dtype complex128"),
    ],
)
def test_bad_weights(weight, message):
    with pytest.raises(ValueError, match=message):
        SquaredError()([1.0, 2.0], [1.0, 2.0], weight)


@pytest.mark.parametrize("weight", [None, []])
def test_no_samples(weight):
    assert SquaredError().value([], []).shape == (0,)
    with pytest.raises(ValueError, match="y_pred must hold at least one sample to take a mean, got none"):
        SquaredError()([], [], weight)
    assert Triplet()(None, np.zeros((0, 3, 2)), weight) == 0
    for loss, y_true, y_pred in ((SquaredError(), [], []), (Triplet(), None, np.zeros((0, 3, 2)))):
        with pytest.raises(ValueError, match=r"one weight per sample, shape \(0,\), got shape \(1,\)"):
            loss(y_true, y_pred, [1.0])


# The mean -----------------------------------------------------------------------------------------

Y_TRUE, Y_PRED = np.array([0.0, 1.0, 2.0, 5.0]), np.array([0.5, -1.0, 2.0, 1.0])


def test_mean():
    assert SquaredError()(Y_TRUE, Y_PRED) == (0.25 + 4 + 0 + 16) / 4
    assert type(SquaredError()(Y_TRUE, Y_PRED)) is float
    assert SquaredError()(Y_TRUE.reshape(2, 2), Y_PRED.reshape(2, 2)) == (0.25 + 4 + 0 + 16) / 4
    assert SquaredError()(1.0, 3.0) == 4
    assert SquaredError()(1.0, 3.0, 2.0) == 4


@pytest.mark.parametrize("weight", [[1, 2, 0, 3], [3, 1, 1, 1], [0, 0, 0, 2]])
def test_a_weight_repeats_the_sample(weight):
    repeated = SquaredError()(np.repeat(Y_TRUE, weight), np.repeat(Y_PRED, weight))
    assert SquaredError()(Y_TRUE, Y_PRED, weight) == pytest.approx(repeated, rel=1e-15)
    assert SquaredError()(Y_TRUE, Y_PRED, np.array(weight) / 7) == pytest.approx(repeated, rel=1e-15)


def test_weights_of_other_types():
    expected = SquaredError()(Y_TRUE[1:3], Y_PRED[1:3])
    for dtype in (bool, np.uint8, np.float32):
        assert SquaredError()(Y_TRUE, Y_PRED, np.array([0, 1, 1, 0], dtype)) == expected


def test_a_sample_without_weight_is_absent():
    assert SquaredError()([0.0, 0.0], [3.0, math.inf], [1.0, 0.0]) == 9
    assert SquaredError()([0.0, 0.0], [3.0, math.inf], [1.0, 1e-9]) == math.inf


def test_mean_of_float32_is_taken_in_float64():
    r = np.full(1_000_003, 0.1, np.float32)
    expected = float(Fraction(float(np.float32(0.1))))
    assert AbsoluteError()(np.zeros_like(r), r) == pytest.approx(expected, rel=1e-12)
    assert AbsoluteError()(np.zeros_like(r), r, np.ones_like(r)) == pytest.approx(expected, rel=1e-12)


def test_a_sum_too_large_has_a_mean():
    r, values = [1.3e154, 0.7e154, 1.3e154], [Fraction(1.3e154) ** 2, Fraction(0.7e154) ** 2, Fraction(1.3e154) ** 2]
    assert SquaredError()([0.0] * 3, r) == pytest.approx(float(sum(values) / 3), rel=1e-15)
    assert SquaredError()([0.0] * 3, r, [1, 2, 1]) == pytest.approx(float((sum(values) + values[1]) / 4), rel=1e-15)
    assert SquaredError()([0.0, 0.0], [1e200, 1]) == math.inf
    assert SquaredError()([0.0, 0.0], [1e200, 1], [1e-320, 1e308]) == math.inf


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e-9, 1.0, 1e9, 1e308])
def test_the_scale_of_the_weights_does_not_matter(scale):
    assert SquaredError()([0, 0], [1e-3, 3e-3], [scale, scale]) == pytest.approx(5e-6, rel=1e-15)
    assert AbsoluteError()([0, 0], [1e308, 1e-308], [scale, scale]) == pytest.approx(5e307, rel=1e-15)
    assert AbsoluteError()([0, 0], [1, 9], [2.0**-3 * scale, 2.0**-1 * scale]) == pytest.approx(7.4, rel=1e-3)


@pytest.mark.parametrize(
    ("true", "pred", "result"),
    [
        (np.float32, np.float32, np.float32),
        (np.float16, np.float32, np.float32),
        (np.int64, np.float32, np.float32),
        (np.float32, np.uint8, np.float32),
        (np.float64, np.float32, np.float64),
        (np.int32, np.int32, np.float64),
        (bool, bool, np.float64),
        (np.longdouble, np.float32, np.float64),
    ],
)
def test_common_dtype(true, pred, result):
    assert SquaredError().value(np.ones(2, true), np.zeros(2, pred)).dtype == result


@pytest.mark.parametrize("other", [np.float16, np.float32])
@pytest.mark.parametrize("integer", [2**24 + 1, -(2**24) - 1, 2**31 - 1, 2**40 + 1, 2**53 - 1])
def test_no_digit_of_an_integer_is_lost(integer, other):
    for dtype in (np.int64, np.int32) if abs(integer) < 2**31 else (np.int64,):
        value = AbsoluteError().value(np.array([integer], dtype), np.array([1000], other))
        assert value.dtype == np.float64
        assert value == [abs(integer - 1000)]
        assert AbsoluteError().value(np.array([1000], other), np.array([integer], dtype)) == [abs(integer - 1000)]


def test_integers_that_fit_leave_float32_as_it_is():
    for integers in (np.array([2**24, -(2**24)]), np.array([255, 0], np.uint8), np.array([], np.int64)):
        scores = np.zeros(len(integers), np.float32)
        value = AbsoluteError().value(integers, scores)
        assert value.dtype == np.float32
        assert value.tolist() == np.abs(integers.astype(float)).tolist()


def test_arrays_are_left_as_they_were():
    y_true, y_pred = Y_TRUE.copy(), Y_PRED.copy()
    for loss in (SquaredError(), Huber(), GeneralRobust()):
        for function in (loss, loss.value, loss.gradient, loss.hessian):
            function(y_true, y_pred)
    np.testing.assert_array_equal(y_true, Y_TRUE)
    np.testing.assert_array_equal(y_pred, Y_PRED)


# Losses as values ---------------------------------------------------------------------------------


def test_equality_and_hash():
    assert Huber(1) == Huber(1.0) == Huber(np.float32(1))
    assert hash(Huber(1)) == hash(Huber(1.0))
    assert Huber(1) != Huber(2)
    assert Quantile(0.3) != Expectile(0.3)
    assert len({SquaredError(), SquaredError(), AbsoluteError()}) == 2


def test_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Huber().delta = 2


def test_repr_and_hyperparameters():
    loss = GeneralRobust(alpha=-math.inf, c=2)
    assert repr(loss) == "GeneralRobust(alpha=-inf, c=2.0)"
    assert hyperparameters(loss) == {"alpha": -math.inf, "c": 2}
    assert hyperparameters(SquaredError()) == {}


def test_replace_checks_again():
    assert dataclasses.replace(Huber(1), delta=3) == Huber(3)
    with pytest.raises(ValueError, match="delta must be a number"):
        dataclasses.replace(Huber(1), delta=-3)


@pytest.mark.parametrize("loss", [SquaredError(), Huber(3), GeneralRobust(-math.inf)], ids=repr)
def test_pickle(loss):
    assert pickle.loads(pickle.dumps(loss)) == loss


# Facts --------------------------------------------------------------------------------------------

EXPORTED = [getattr(lossbook, name) for name in lossbook.__all__]
KINDS = [kind for kind in EXPORTED if isinstance(kind, type) and issubclass(kind, Loss) and kind is not Loss]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)

WITH_FACTS_OF_THEIR_OWN = [
    Expectile(0.9),
    GeneralRobust(-2),
    BinaryCrossEntropy(positive_weight=2),
    BinaryCrossEntropy(label_smoothing=0.1),
    CategoricalCrossEntropy(label_smoothing=0.1),
    BinaryFocal(gamma=0),
    BinaryFocal(gamma=0, alpha=None),
    CategoricalFocal(gamma=0),
    Contrastive(distance="squared"),
    Triplet(distance="squared"),
    WeightedSum((Huber(), Tukey())),
    UncertaintyWeighted((Huber(), Tukey())),
]


@each_kind
def test_facts_of_a_class_are_those_of_its_defaults(kind):
    assert isinstance(kind.facts, Facts)
    assert kind().facts == kind.facts


@pytest.mark.parametrize("loss", WITH_FACTS_OF_THEIR_OWN, ids=repr)
def test_hyperparameters_can_change_the_facts(loss):
    """They are then facts of the instance, but neither a hyperparameter nor a part of its repr."""
    assert loss.facts != type(loss).facts
    assert type(loss)().facts == type(loss).facts
    assert "facts" not in repr(loss)
    assert "facts" not in hyperparameters(loss)
    with pytest.raises(dataclasses.FrozenInstanceError):
        loss.facts = type(loss).facts


@pytest.mark.parametrize("loss", WITH_FACTS_OF_THEIR_OWN, ids=repr)
@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, dataclasses.replace, lambda loss: pickle.loads(pickle.dumps(loss))]
)
def test_a_copy_has_the_same_facts(loss, duplicate):
    again = duplicate(loss)
    assert again is not loss
    assert (again, hash(again), repr(again), again.facts) == (loss, hash(loss), repr(loss), loss.facts)


def test_replace_finds_the_facts_again():
    assert dataclasses.replace(Expectile(), tau=0.9).facts.statistic == "expectile"
    assert dataclasses.replace(Expectile(0.9), tau=0.5).facts == Expectile.facts
    assert dataclasses.replace(WeightedSum(), losses=(Huber(), Tukey())).facts.convex is False


def test_facts_of_a_subclass():
    @dataclass(frozen=True)
    class Asymmetric(Expectile):
        """Another name for an expectile."""

        facts: ClassVar[Facts] = dataclasses.replace(Expectile.facts, reference="Nobody (2000)")

    assert (Asymmetric(0.9).facts.statistic, Asymmetric(0.9).facts.reference) == ("expectile", "Nobody (2000)")


# Docstrings ---------------------------------------------------------------------------------------

ORDER = ["Shapes", "Gradient", "Hessian", "Fails", "Raises", "Reference", ">>>"]


@each_kind
def test_docstrings_are_in_order(kind):
    first, equation, *rest = inspect.getdoc(kind).split("\n\n")
    assert "\n" not in first
    assert equation.startswith(r"$$\ell")
    assert equation.endswith("$$")
    assert all(len(line) <= 116 for line in equation.splitlines())
    starts = [word for part in rest for word in ORDER if part.startswith(word)]
    assert starts == [word for word in ORDER if word != "Raises" or "Raises" in starts]


@each_kind
def test_the_first_line_says_what_is_predicted(kind):
    named = {"sigmoid": "logit", "softmax": "logits", "exp": "log-rate", "identity and exp": "log-(variance|scale)"}
    others = "predicted (value|quantile|expectile|box)|raw score|embedding|of its own scores"
    assert re.search(named.get(kind.facts.link, others), inspect.getdoc(kind).partition("\n")[0])


@each_kind
def test_formula_and_reference_stand_in_the_docstring_once(kind):
    text = " ".join(inspect.getdoc(kind).split())
    assert text.count("$$") == 2
    assert text.count(f" = {kind.facts.formula}") == 1
    assert text.count(kind.facts.where) >= 1
    assert text.count("Reference: ") == text.count(f"Reference: {kind.facts.reference}. >>> ") == 1


@pytest.mark.parametrize(
    ("kind", "equation"),
    [
        (SquaredError, r"$$\ell(r) = r^2$$"),
        (Triplet, r"$$\ell = \max(D_{ap} - D_{an} + m,\; 0)$$"),
        (CategoricalFocal, r"$$\ell(y, z) = -\sum_k y_k\, q_k^\gamma \log p_k, \qquad q_k = 1 - p_k$$"),
        (
            Huber,
            r"$$\ell(r) = \begin{cases} \tfrac12 r^2 & |r| \le \delta \\"
            r" \delta\,(|r| - \tfrac12\delta) & |r| > \delta"
            "\n\\end{cases}$$",
        ),
    ],
)
def test_equation_in_the_docstring(kind, equation):
    assert inspect.getdoc(kind).split("\n\n")[1] == equation


def test_docstrings_of_other_losses():
    class Described(Loss):
        """What it is.

        More about it.
        """

        facts: ClassVar[Facts] = Huber.facts

    class Undescribed(Loss):
        facts: ClassVar[Facts] = Huber.facts

    class WithoutFactsOfItsOwn(Described):
        """Says nothing of the formula."""

    first, equation, *rest = Described.__doc__.split("\n\n")
    assert (first, rest) == ("What it is.", ["More about it.", "Reference: Huber (1964)."])
    assert equation.startswith(r"$$\ell(r) = ")
    assert Undescribed.__doc__ is None
    assert WithoutFactsOfItsOwn.__doc__ == "Says nothing of the formula."


def test_losses_work_without_docstrings():
    code = "from lossbook import Expectile; print(Expectile(0.9).facts.statistic, Expectile.value.__doc__)"
    done = subprocess.run([sys.executable, "-OO", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "expectile None\n"


# Other families: the base has to carry losses that are not of a residual --------------------------


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """K scores per sample, and a class index as target."""

    score_ndim: ClassVar[int] = 1

    def _arguments(self, y_true, y_pred):
        y_true, y_pred = super()._arguments(y_true, y_pred)
        labels = y_true.astype(int)
        if (labels != y_true).any() or (labels < 0).any() or (labels >= y_pred.shape[-1]).any():
            raise ValueError(f"y_true must hold classes from 0 to {y_pred.shape[-1] - 1}, got {y_true}")
        return np.eye(y_pred.shape[-1])[labels], y_pred

    def _value(self, target, y_pred):
        return -(target * special.log_softmax(y_pred, axis=-1)).sum(-1)

    def _gradient(self, target, y_pred):
        return special.softmax(y_pred, axis=-1) - target

    def _hessian(self, target, y_pred):
        p = special.softmax(y_pred, axis=-1)
        return np.eye(p.shape[-1]) * p[..., None] - p[..., None] * p[..., None, :]


@dataclass(frozen=True)
class PairDistance(Loss):
    """Two embeddings per sample, and as target whether they differ."""

    margin: float = 1.0

    score_ndim: ClassVar[int] = 2
    no_hessian: ClassVar[str] = "two embeddings couple through their distance"

    def __post_init__(self):
        self._set_number("margin", 0, math.inf)

    def _value(self, differ, pair):
        distance = np.linalg.norm(pair[..., 0, :] - pair[..., 1, :], axis=-1)
        return np.where(differ == 1, np.maximum(self.margin - distance, 0) ** 2, distance**2)

    def _gradient(self, differ, pair):
        return np.zeros_like(pair)


@dataclass(frozen=True)
class MaskOverlap(Loss):
    """A mask as target and a mask of scores: one value per image."""

    score_ndim: ClassVar[int] = 2
    target_ndim: ClassVar[int] = 2

    def _value(self, target, score):
        p = special.expit(score)
        return 1 - 2 * (target * p).sum((-2, -1)) / (target + p).sum((-2, -1))


@dataclass(frozen=True)
class SequenceLength(Loss):
    """T times K scores per sample, and targets of unequal length, padded on their way to the base's checks."""

    score_ndim: ClassVar[int] = 2
    target_ndim: ClassVar[int] = 1

    def _arguments(self, y_true, y_pred):
        lengths = np.array([len(target) for target in y_true])
        padded = np.zeros((len(y_true), lengths.max(initial=0)))
        for row, target in zip(padded, y_true, strict=True):
            row[: len(target)] = target
        return (*super()._arguments(padded, y_pred), lengths)

    def _value(self, labels, scores, lengths):
        return np.abs(scores.shape[-2] - lengths).astype(scores.dtype)


def test_a_loss_that_couples_its_scores():
    loss, y_true, y_pred = SoftmaxCrossEntropy(), [0, 2], np.array([[0.0, 0, 0], [1, 2, 4]])
    assert loss.value(y_true, y_pred) == pytest.approx([math.log(3), math.log1p(math.exp(-2) + math.exp(-3))])
    assert loss.gradient(y_true, y_pred).shape == (2, 3)
    assert loss.hessian(y_true, y_pred).shape == (2, 3, 3)
    assert loss.hessian(y_true, y_pred).sum(-1) == pytest.approx(np.zeros((2, 3)), abs=1e-15)
    assert loss(y_true, y_pred, [1, 0]) == pytest.approx(math.log(3))
    assert loss.value(1, [0.0, 0.0]) == pytest.approx(math.log(2))
    with pytest.raises(ValueError, match="y_true must hold classes from 0 to 2"):
        loss([0, 3], y_pred)
    with pytest.raises(ValueError, match=r"y_true of shape \(2, 1\) and y_pred of shape \(2, 3\)"):
        loss([[0], [2]], y_pred)
    with pytest.raises(ValueError, match=r"y_pred must have at least 1 axes, got shape \(\)"):
        loss(0, 1.0)
    with pytest.raises(ValueError, match=r"shape \(2,\), got shape \(2, 3\)"):
        loss(y_true, y_pred, np.ones((2, 3)))


def test_a_loss_on_pairs():
    loss, pairs = PairDistance(margin=2), np.array([[[0.0, 0.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 2.0]]])
    assert loss.value([0, 1], pairs).tolist() == [25, 1]
    assert loss.gradient([0, 1], pairs).shape == pairs.shape
    with pytest.raises(NoHessianError, match="PairDistance has no Hessian: two embeddings couple"):
        loss.hessian([0, 1], pairs)
    with pytest.raises(ValueError, match="y_pred must have at least 2 axes"):
        loss([0], [1.0])
    with pytest.raises(ValueError, match=r"y_true of shape \(2,\) and y_pred of shape \(1, 2, 2\)"):
        loss([0, 1], pairs[:1])


def test_a_loss_on_masks():
    loss = MaskOverlap()
    masks = np.array([[[1, 0], [0, 1]], [[1, 1], [1, 1]]])
    perfect = np.where(masks == 1, np.inf, -np.inf)
    assert loss.value(masks, perfect).tolist() == [0, 0]
    assert loss(masks, perfect, [1, 2]) == 0
    assert loss.value(masks[0], perfect[0]).shape == ()
    # a mask of another size, or one that would broadcast
    for other in (perfect[:, :1], perfect[:, :1, :1], perfect[:, :, :1]):
        with pytest.raises(ValueError, match=r"y_true of shape \(2, 2, 2\) and y_pred of shape"):
            loss(masks, other)
    with pytest.raises(NotImplementedError, match="MaskOverlap must define _gradient"):
        loss.gradient(masks, perfect)


def test_a_loss_on_targets_of_unequal_length():
    loss, scores = SequenceLength(), np.zeros((3, 4, 5), np.float32)
    assert loss.value([[1, 2], [3], []], scores).tolist() == [2, 3, 4]
    assert loss([[1, 2], [3], []], scores, [1, 1, 0]) == 2.5
    with pytest.raises(ValueError, match="y_pred must have the samples of y_true"):
        loss([[1, 2]], scores)
    with pytest.raises(ValueError, match="y_true must be finite"):
        loss([[1, math.nan], [1], [1]], scores)


def test_a_loss_without_a_hessian_says_so_by_default():
    with pytest.raises(NoHessianError, match="MaskOverlap has no Hessian: it is not defined for this loss"):
        MaskOverlap().hessian(np.ones((1, 2, 2)), np.ones((1, 2, 2)))
    assert issubclass(NoHessianError, TypeError)


def test_a_number_in_a_message_does_not_contradict_it():
    """A number just beyond a limit is told with the digits that say so, as it is in its own precision."""
    above, below = np.nextafter(np.float32(1), np.float32(2)), np.float32(-1e-30)
    beyond = [
        (BinaryCrossEntropy().value, [above], "between 0 and 1, got values from 1.0000001 to 1.0000001"),
        (BinaryCrossEntropy().value, [1 + 2.0**-52], "got values from 1.0000000000000002 to 1.0000000000000002"),
        (BinaryFocal().value, [above], "the labels 0 and 1, got 1.0000001"),
        (Hinge().value, [-above], r"the labels -1 and \+1, got -1.0000001"),
        (PoissonNLL().value, [above], "whole numbers from 0 on, got 1.0000001"),
        (PoissonNLL().value, [below], "whole numbers from 0 on, got -1e-30"),
    ]
    for function, y_true, message in beyond:
        with pytest.raises(ValueError, match=message):
            function(np.array(y_true), np.zeros(1, np.float32))
    with pytest.raises(ValueError, match=r"got values from 1\.0000001 to 1\.0000001"):
        BinaryCrossEntropy().to_score([above])
    with pytest.raises(ValueError, match=r"from 0 to 1, the classes of y_pred, got 1\.0000001"):
        SparseCategoricalCrossEntropy().value(np.array([above]), np.zeros((1, 2), np.float32))
    with pytest.raises(ValueError, match="must hold probabilities, got -1e-30"):
        CategoricalCrossEntropy().value(np.array([[below, 1]], np.float32), np.zeros((1, 2), np.float32))
    with pytest.raises(ValueError, match=r"masks in \[0, 1\], got values from 1.0000001 to 1.0000001"):
        Dice().value(np.array([[[above]]]), np.zeros((1, 1, 1), np.float32))
    with pytest.raises(ValueError, match=r"0 \(similar\) or 1 \(dissimilar\), got 1.0000001"):
        Contrastive().value(np.array([above]), np.zeros((1, 2, 1), np.float32))
    with pytest.raises(ValueError, match="a variance of at least 0, got -1e-30"):
        GaussianNLL().to_score([[0.0, -1e-30]])
    with pytest.raises(ValueError, match="got weights from -1e-30 to 0"):
        SquaredError()([0.0, 0.0], [0.0, 0.0], [-1e-30, 0])
    with pytest.raises(ValueError, match="class_weight must not be negative, got -1e-30"):
        class_sample_weight([0], {0: -1e-30})
    with pytest.raises(ValueError, match="integers from 0 to 1234567 without the blank"):
        CTC().value([[1234568]], np.zeros((1, 1, 1234568), np.float32))


MISFITS = [
    (
        GaussianNLL(),
        np.zeros(2),
        np.zeros(2),
        "y_pred must be (n, 2), mean and log-variance, and y_true (n,), got y_true of shape (2,) and y_pred of shape "
        "(2,); np.stack([mean, log_variance], axis=-1) makes it of two arrays",
    ),
    (
        LaplaceNLL(),
        np.zeros(2),
        np.zeros(2),
        "y_pred must be (n, 2), location and log-scale, and y_true (n,), got y_true of shape (2,) and",
    ),
    (
        SparseCategoricalCrossEntropy(),
        np.eye(3),
        np.zeros((3, 3)),
        "y_pred must be (n, K), a score for each class, and y_true (n,), the number of a class, got y_true of shape "
        "(3, 3) and y_pred of shape (3, 3); "
        "one-hot rows are for CategoricalCrossEntropy, or take y_true.argmax(axis=-1)",
    ),
    (
        SparseCategoricalCrossEntropy(),
        np.zeros((3, 1)),
        np.zeros((3, 2)),
        "y_true of shape (3, 1) and y_pred of shape (3, 2); y_true[..., 0] has the same entries",
    ),
    *[
        (
            loss,
            np.array([0, 2]),
            np.zeros((2, 3)),
            "y_pred must be (n, K), a score for each class, and y_true (n, K), rows that sum to 1, got y_true of "
            "shape (2,) and y_pred of shape (2, 3); numbers of classes are for SparseCategoricalCrossEntropy",
        )
        for loss in (CategoricalCrossEntropy(), CategoricalFocal())
    ],
    (
        KLDivergence(),
        np.array([0, 2]),
        np.zeros((2, 3)),
        "y_pred must be (n, K), a score for each class, and y_true (n, K)",
    ),
    (SquaredError(), np.zeros(3), np.zeros((3, 1)), "shape (3, 1); y_pred.reshape(y_true.shape) has the same entries"),
    (Hinge(), np.zeros((3, 1)), np.zeros(3), "shape (3,); y_pred.reshape(y_true.shape) has the same entries"),
    (BinaryCrossEntropy(), np.zeros(3), np.zeros((3, 2)), "two classes, take y_pred[..., 1] - y_pred[..., 0]"),
    (Contrastive(), np.zeros(3), np.zeros((2, 2, 4)), "y_pred must be (n, 2, d), the two points of each pair, and"),
    (
        Dice(),
        np.zeros((2, 2)),
        np.zeros((1, 2, 2)),
        "y_pred must be (n, H, W), a logit for each pixel, and y_true (n, H",
    ),
    (
        BoxIoU(),
        np.zeros((3, 4)),
        np.zeros((2, 4)),
        "y_pred and y_true must be (n, 4), boxes x1, y1, x2, y2, got y_true",
    ),
    (Hinge(), [0, 1], [0.0, 0.0], "the labels -1 and +1, got 0; 2 * y - 1 makes them from 0 and 1"),
]


@pytest.mark.parametrize(("loss", "y_true", "y_pred", "message"), MISFITS)
def test_arrays_that_do_not_go_together_are_told_what_would(loss, y_true, y_pred, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        loss(y_true, y_pred)


def test_no_reshaping_is_proposed_that_does_not_help():
    with pytest.raises(ValueError, match=r"masks in \[0, 1\], got .* y_pred of shape \(1, 2, 2\)$"):
        Dice()(np.zeros((2, 2)), np.zeros((1, 2, 2)))


def test_what_a_message_proposes_is_taken():
    y, mean, log_variance, scores = np.array([0, 1]), np.zeros(2), np.ones(2), np.array([[0.0, 1.0], [3.0, 1.0]])
    assert GaussianNLL().value(y, np.stack([mean, log_variance], axis=-1)).shape == (2,)
    one_hot = CategoricalCrossEntropy().value(np.eye(2)[y], scores)
    np.testing.assert_allclose(SparseCategoricalCrossEntropy().value(np.eye(2).argmax(axis=-1), scores), one_hot)
    np.testing.assert_allclose(BinaryCrossEntropy().value(y, scores[..., 1] - scores[..., 0]), one_hot)
    assert Hinge().value(2 * y - 1, mean).shape == (2,)


# Labels -------------------------------------------------------------------------------------------

LABELS = [
    (np.ma.array([0, 1, 1], mask=[0, 0, 1]), "must not have masked entries, got 1; leave them out"),
    ([0, None, 1], "must not have missing labels, got None; leave them out"),
    (["a", None, "b"], "must not have missing labels, got None"),
    (np.array(["a", math.nan, "b"], object), "must not have missing labels, got nan"),
    (np.array([0, pd.NA, 1], object), "must not have missing labels, got <NA>"),
    (pd.array([0, pd.NA, 1], "Int64"), "must be finite, got NaN or infinity in 1 of 3 entries"),
    (pd.Series(["a", None, "b"]), "must not have missing labels, got (nan|None)"),
    (np.array(["2020-01-01", "NaT", "NaT"], "datetime64[D]"), "must not have missing labels, got NaT"),
    ([0, math.nan, 1], "must be finite, got NaN or infinity in 1 of 3 entries"),
    ([0, "a", 1], "must hold labels of one kind, numbers or text, got int and text"),
    ([[0], ["a"], [1]], "must hold labels of one kind, numbers or text, got int and text"),
    (np.array([0, "a", 1], object), "must hold labels of one kind, numbers or text, got int and text"),
    ([[0], [1, 2], [1]], "must be a rectangular array of numbers, got rows of unequal length"),
]


@pytest.mark.parametrize(("labels", "message"), LABELS, ids=[message[-20:] for _, message in LABELS])
def test_labels_are_checked_wherever_they_are_taken(labels, message):
    with pytest.raises(ValueError, match=f"^y_true {message}"):
        class_sample_weight(labels, {0: 1, 1: 2, "a": 1, "b": 2, "0": 1, "1": 1})
    for mine in (batch_all, batch_hard):
        with pytest.raises(ValueError, match=f"^labels {message}"):
            mine(labels, np.zeros((3, 1)))


@pytest.mark.parametrize(
    "labels",
    [
        ["a", "b", "a"],
        np.array(["a", "b", "a"], object),
        pd.Series(["a", "b", "a"]),
        pd.Series(["a", "b", "a"], dtype="category"),
        [b"a", b"b", b"a"],
        [True, False, True],
        np.array([2**62 + 1, 2**62, 2**62 + 1]),
        np.array([1, 2.5, 1], object),
        np.ma.array([0, 1, 0]),
    ],
    ids=repr,
)
def test_labels_of_any_kind(labels):
    first, second = np.asarray(labels).tolist()[:2]
    assert class_sample_weight(labels, {first: 3, second: 1}).tolist() == [3, 1, 3]
    assert batch_all(labels, np.zeros((3, 1))).tolist() == [[0, 2, 1], [2, 0, 1]]


@pytest.mark.parametrize("labels", [np.ma.array([0, 1], mask=[0, 1]), [0, None], ["a", "b"], [0, "a"], [0, math.nan]])
@pytest.mark.parametrize(
    ("loss", "scores"),
    [
        (SparseCategoricalCrossEntropy(), np.zeros((2, 2))),
        (BinaryCrossEntropy(), np.zeros(2)),
        (BinaryFocal(), np.zeros(2)),
        (Hinge(), np.zeros(2)),
        (PoissonNLL(), np.zeros(2)),
        (Contrastive(), np.zeros((2, 2, 1))),
        (CTC(blank=1), np.zeros((1, 2, 2))),
    ],
    ids=repr,
)
def test_labels_of_losses_are_checked(loss, scores, labels):
    with pytest.raises(ValueError, match="y_true"):
        loss.value([labels] if isinstance(loss, CTC) else labels, scores)


# The work of others -------------------------------------------------------------------------------


FEATURES = np.random.default_rng(5).normal(size=(60, 3))
RESPONSE = FEATURES @ [1.0, 2.0, 3.0] + np.random.default_rng(6).normal(size=60)


def scorer():
    return metrics.make_scorer(Huber(50), greater_is_better=False)


def test_a_loss_has_the_name_of_a_function():
    assert Huber.__name__ == "Huber"
    assert Huber(50).__name__ == "Huber(delta=50.0)"
    assert Quantile(0.1).__name__ != Quantile(0.9).__name__
    assert Triplet().__name__ == repr(Triplet())


def test_a_loss_scores_in_scikit_learn():
    scores = model_selection.cross_val_score(Ridge(), FEATURES, RESPONSE, scoring=scorer(), cv=4)
    folds = list(model_selection.KFold(4).split(FEATURES))
    fitted = [Ridge().fit(FEATURES[train], RESPONSE[train]).predict(FEATURES[test]) for train, test in folds]
    own = [np.mean((RESPONSE[test] - fit) ** 2 / 2) for fit, (_, test) in zip(fitted, folds, strict=True)]
    assert scores == pytest.approx(-np.array(own), rel=1e-12)


def test_a_scorer_can_be_printed_copied_and_searched_with():
    assert repr(scorer()).startswith("make_scorer(Huber(delta=50.0), greater_is_better=False")
    search = model_selection.GridSearchCV(Ridge(), {"alpha": [0.1, 1e4]}, scoring=scorer())
    assert "make_scorer(Huber(delta=50.0)" in repr(search)
    assert "make_scorer(Huber(delta=50.0)" in search._repr_html_()
    both = {"huber": scorer(), "high": metrics.make_scorer(Quantile(0.9), greater_is_better=False)}
    for scoring in (scorer(), pickle.loads(pickle.dumps(scorer())), copy.deepcopy(scorer()), both):
        search.set_params(scoring=scoring, refit="huber" if scoring is both else True)
        assert clone(search).fit(FEATURES, RESPONSE).best_params_ == {"alpha": 0.1}


class Constant(RegressorMixin, BaseEstimator):
    """An estimator with a loss for a parameter."""

    def __init__(self, loss=None):
        self.loss = loss

    def fit(self, X, y):
        self.constant_ = optimize.minimize_scalar(lambda c: self.loss(y, np.full_like(y, c))).x
        return self

    def predict(self, X):
        return np.full(len(X), self.constant_)


def test_scikit_learn_clones_and_searches_losses():
    assert clone(Constant(Huber(3))).loss == Huber(3)
    losses = [Quantile(0.1), SquaredError(), Quantile(0.9)]
    high = metrics.make_scorer(Quantile(0.9), greater_is_better=False)
    search = model_selection.GridSearchCV(Constant(), {"loss": losses}, scoring=high).fit(FEATURES, RESPONSE)
    assert search.best_params_ == {"loss": Quantile(0.9)}
    assert list(search.cv_results_["param_loss"]) == losses
    assert clone(search.best_estimator_).loss == Quantile(0.9)


@pytest.mark.parametrize("error", [NotImplementedError, RuntimeError, TypeError, ValueError])
def test_an_array_that_numpy_cannot_read_points_to_the_twins(error):
    """TensorFlow, PyTorch and Keras raise each another error for a tensor that has no numbers to read."""

    class Symbolic:
        def __array__(self, *_, **__):
            raise error("Cannot convert a symbolic tensor to a NumPy array.")

    with pytest.raises(TypeError, match=r"y_pred must be .* got Symbolic\. .* the same name in lossbook\.frameworks"):
        Huber()([0.0], Symbolic())


def test_check_finite_names_its_argument():
    with pytest.raises(ValueError, match="margins must be finite, got NaN or infinity in 2 of 3 entries"):
        check_finite("margins", np.array([1, math.nan, -math.inf]))
