"""The exercises, the bug and the quiz of the page on imbalance."""

import numpy as np
from scipy.special import expit, logit

from lossbook.classification import BinaryFocal
from lossbook.exercises import Case, FindNumber, Item, Mistake, Quiz, WriteFunction
from lossbook.numerics import softplus

PAGE = "classification/imbalance"


# The bug


def _binary_focal(y_true, z, gamma=2.0, alpha=0.25):
    p = 1 / (1 + np.exp(-z))
    found = -alpha * y_true * (1 - p) ** gamma * np.log(p)
    spared = -(1 - alpha) * (1 - y_true) * p**gamma * np.log(1 - p)
    return found + spared


def _terms(positive, negative):
    """Return a version of the loss from its two terms, each a function of p, gamma and alpha."""

    def version(y_true, z, gamma=2.0, alpha=0.25):
        p = expit(z)
        return y_true * positive(p, gamma, alpha) + (1 - y_true) * negative(p, gamma, alpha)

    return version


def _positive(p, gamma, alpha):
    return -alpha * (1 - p) ** gamma * np.log(p)


def _negative(p, gamma, alpha):
    return -(1 - alpha) * p**gamma * np.log(1 - p)


def _clipped_loss(least):
    """Return the loss with its probabilities clipped."""
    most = logit(1 - least)
    return lambda y_true, z, gamma=2.0, alpha=0.25: _binary_focal(y_true, np.clip(z, -most, most), gamma, alpha)


LABELS = np.array([1.0, 0.0, 1.0, 0.0, 0.0, 1.0])
SCORES = np.array([2.0, 1.5, -3.0, -2.5, 6.0, 0.3])

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def binary_focal(y_true, z, gamma=2.0, alpha=0.25):
    p = 1 / (1 + np.exp(-z))
    return -alpha * y_true * (1 - p) ** gamma * np.log(p)
""",
    solution=_binary_focal,
    cases=[
        (LABELS, SCORES),
        (LABELS, SCORES, 1.0, 0.6),
        (np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -7.0]), 0.5, 0.1),
        (np.array([0.0, 0.0]), np.array([4.0, -1.0]), 3.0, 0.3),
    ],
    mistakes=[
        Mistake(
            "A negative still costs nothing: your new factor meets `y_true`, which is 0 for it. Is there a term that "
            "is left when `y_true` is 0?",
            _terms(_positive, lambda p, gamma, alpha: 0 * p),
        ),
        Mistake(
            "Both terms are there, with the weights 0.25 and 0.75 whatever `alpha` is.",
            _terms(
                lambda p, gamma, alpha: _positive(p, gamma, 0.25), lambda p, gamma, alpha: _negative(p, gamma, 0.25)
            ),
        ),
        Mistake(
            "Both terms are there, and the factors are upside down: they fade what is wrong and keep what is easy.",
            _terms(
                lambda p, gamma, alpha: -alpha * p**gamma * np.log(p),
                lambda p, gamma, alpha: -(1 - alpha) * (1 - p) ** gamma * np.log(1 - p),
            ),
        ),
        Mistake(
            "The negatives now cost something, and with the weight of the positives. `alpha` divides one unit between "
            "the classes: what is left for the negatives?",
            _terms(_positive, lambda p, gamma, alpha: -alpha * p**gamma * np.log(1 - p)),
        ),
        Mistake(
            "The factor of a negative is upside down: it fades where the negative is wrong. A negative is easy where "
            "`p` is near 0.",
            _terms(_positive, lambda p, gamma, alpha: -(1 - alpha) * (1 - p) ** gamma * np.log(1 - p)),
        ),
        Mistake(
            "Two things about the negatives: their factor fades where they are wrong, and their weight is that of the "
            "positives.",
            _terms(_positive, lambda p, gamma, alpha: -alpha * (1 - p) ** gamma * np.log(1 - p)),
        ),
        Mistake(
            "A negative is charged for a low `p`, and that is what it should have. Which probability does a negative "
            "want to be large?",
            _terms(_positive, lambda p, gamma, alpha: -(1 - alpha) * p**gamma * np.log(p)),
        ),
        Mistake(
            "You charge every sample as a positive, with another weight for the negatives, so a low score is the "
            "mistake for both. The negatives need a term of their own.",
            _terms(_positive, lambda p, gamma, alpha: -(1 - alpha) * (1 - p) ** gamma * np.log(p)),
        ),
        Mistake(
            "Every sample is charged as a positive: `y_true` is gone. A negative should pay where `p` is high.",
            _terms(_positive, _positive),
        ),
        Mistake(
            "The negatives are there, and `alpha` is not: it belongs in front of both terms, as `alpha` and as "
            "`1 - alpha`.",
            _terms(
                lambda p, gamma, alpha: -((1 - p) ** gamma) * np.log(p),
                lambda p, gamma, alpha: -(p**gamma) * np.log(1 - p),
            ),
        ),
        Mistake(
            "The negatives count as 1. The positives have `alpha`, and the negatives what is left of 1.",
            _terms(_positive, lambda p, gamma, alpha: -(p**gamma) * np.log(1 - p)),
        ),
        Mistake(
            "The two weights have changed places: `alpha` counts the positives.",
            _terms(
                lambda p, gamma, alpha: _positive(p, gamma, 1 - alpha),
                lambda p, gamma, alpha: _negative(p, gamma, 1 - alpha),
            ),
        ),
        Mistake(
            "The negatives have no factor with `gamma`: those that are right by far count in full, and there are many "
            "of them.",
            _terms(_positive, lambda p, gamma, alpha: -(1 - alpha) * np.log(1 - p)),
        ),
        Mistake(
            "There is a second term, and `y_true` stands in front of it as well: it charges the positives once more, "
            "and the negatives nothing. Which factor is 1 for a negative?",
            _terms(
                lambda p, gamma, alpha: _positive(p, gamma, alpha) + _negative(p, gamma, alpha), lambda p, *_: 0 * p
            ),
        ),
        Mistake(
            "The term of the negatives has the wrong sign, so they pay you for being wrong.",
            _terms(_positive, lambda p, gamma, alpha: -_negative(p, gamma, alpha)),
        ),
        Mistake(
            "The positives are as they were, and the negatives cost the same whatever their score: nothing tells the "
            "model to lower it.",
            _terms(_positive, lambda p, gamma, alpha: 1 - alpha + 0 * p),
        ),
        Mistake(
            "You add the term of the negatives for every sample. It needs a factor that is 1 for a negative and 0 for "
            "a positive.",
            _terms(lambda p, gamma, alpha: _positive(p, gamma, alpha) + _negative(p, gamma, alpha), _negative),
        ),
        Mistake(
            "Now the positives cost nothing: the old term is gone. Both are needed.",
            _terms(lambda p, gamma, alpha: 0 * p, _negative),
        ),
        Mistake(
            "This is cross-entropy with `alpha`: the factors with `gamma` are gone.",
            _terms(lambda p, gamma, alpha: -alpha * np.log(p), lambda p, gamma, alpha: -(1 - alpha) * np.log(1 - p)),
        ),
        Mistake(
            "This is plain cross-entropy: it trains well, and it is not focal loss.",
            _terms(lambda p, gamma, alpha: -np.log(p), lambda p, gamma, alpha: -np.log(1 - p)),
        ),
        Mistake(
            "`gamma` is the same for both terms, and you use `1 - gamma` for the negatives.",
            _terms(_positive, lambda p, gamma, alpha: -(1 - alpha) * p ** (1 - gamma) * np.log(1 - p)),
        ),
        Mistake(
            "Your factor for `alpha` is `1 + alpha` on one side. The two weights add up to 1.",
            _terms(_positive, lambda p, gamma, alpha: -(1 + alpha) * p**gamma * np.log(1 - p)),
        ),
        Mistake(
            "The negatives have their term, right for a `gamma` of 2 and an `alpha` of 0.25, whatever is given.",
            _terms(_positive, lambda p, gamma, alpha: _negative(p, 2.0, 0.25)),
        ),
        Mistake(
            "The negatives have their term, with a weight of 0.75 whatever `alpha` is.",
            _terms(_positive, lambda p, gamma, alpha: _negative(p, gamma, 0.25)),
        ),
        Mistake(
            "The negatives have their term, with a `gamma` of 2 whatever is given.",
            _terms(_positive, lambda p, gamma, alpha: _negative(p, 2.0, alpha)),
        ),
        *(
            Mistake(
                f"Both terms are there, and `p` is clipped at {least:g}. Scores from -8 to 8 go beyond that, and there "
                "the loss no longer depends on the score.",
                _clipped_loss(least),
            )
            for least in (1e-2, 1e-3)
        ),
    ],
    hints=[
        "What does a negative cost at `p = 0.99`? And at `p = 0.01`?",
        "Every label needs a term. For a positive, `p` is the probability of the true class; which one is it for a "
        "negative?",
        "A negative costs `-(1 - alpha) * p ** gamma * np.log(1 - p)`.",
    ],
    cause=r"""
`y_true` is 0 for a negative, so a negative costs nothing, wherever its score lies, and its pull is 0 as well. Nothing
holds the scores down. The positives want theirs high, without end, and the negatives come along, because all share the
intercept and the weights of the pixels: every digit is an 8. The falling loss is no comfort, since a loss that sees one
class tells you only about that class.

The formula was taken from the case of several classes, $-\sum_k y_k (1 - p_k)^\gamma \log p_k$. There, one entry of
each one-hot row is 1, so every sample pays. A single column of zeros and ones is not such a row.

The test is one line: no loss of a classifier may be 0 for a confident mistake, on either side.
""",
    remark="Where `p` is near 0 or 1 it loses digits, and at large scores it is infinite or NaN. The next section "
    "computes it from the score, with `softplus`, and has neither fault.",
    what="loss",
)


# A number: the threshold

EXAMINATION, LATER = 400, 10_000
THRESHOLD = EXAMINATION / LATER

threshold = FindNumber(
    f"{PAGE}/threshold",
    answer=THRESHOLD,
    tolerance=0.0005,
    mistakes={
        EXAMINATION / (EXAMINATION + LATER): "For a sick patient the choice is between 400 and 10,000, so the miss "
        "costs the difference. The formula wants what an error costs *more* than the right decision.",
        1 - THRESHOLD: "That is 1 minus the threshold: where a miss is dear, one examines early.",
        LATER / (EXAMINATION + LATER): "Upside down, and a miss does not cost 10,000 more than the examination.",
        LATER / EXAMINATION: "That is a ratio of costs. A probability lies between 0 and 1.",
        (LATER - EXAMINATION) / EXAMINATION: "That is the ratio of the two errors, from which the threshold follows: "
        "1 over 1 more than the ratio.",
        EXAMINATION / (LATER - EXAMINATION): "That is the odds at which both choices cost the same. Odds of 1 to 24 "
        "are a probability of one in how many?",
        EXAMINATION / (2 * EXAMINATION + LATER): "The examination does not make a miss dearer. A sick patient who is "
        "examined also costs it, so the miss costs that much *less* more.",
        0.5: "At 0.5 a miss and an examination in vain would have to cost the same.",
        0.05: "That is the share of the sick on this page. It is in the probability already, and not in the threshold.",
        1 / 21: "That is the threshold of the page, for a miss that costs twenty times a false alarm.",
        2 * EXAMINATION / LATER: "You count the examination twice. Compare the two choices for a probability `p`: what "
        "does each cost on average?",
        EXAMINATION: "That is the cost of the examination. A probability is asked for.",
    },
    hints=[
        "Take one patient with the probability $p$. What does it cost on average to send her home? And to examine her?",
        r"Home: $10{,}000\, p$. Examined: $400$, whatever $p$ is. Where are the two equal?",
    ],
    why=r"Sending home costs $10{,}000\, p$ on average, the examination $400$ for everybody; they are equal at "
    r"$p = 400 / 10{,}000 = 0.04$. The formula of the page says the same: a false alarm costs $400$ more than the "
    r"right decision, a miss $9{,}600$ more, and $400 / (400 + 9{,}600) = 0.04$.",
)


# A number: the same test elsewhere

FOUND, MISSED, IN_VAIN, SPARED = 180, 20, 40, 760
RECALL, FALSE_ALARMS, RARE = FOUND / (FOUND + MISSED), IN_VAIN / (IN_VAIN + SPARED), 0.01
PRECISION = RECALL * RARE / (RECALL * RARE + FALSE_ALARMS * (1 - RARE))
CLINIC = (FOUND + MISSED) / (FOUND + MISSED + IN_VAIN + SPARED)

screening = FindNumber(
    f"{PAGE}/screening",
    answer=PRECISION,
    tolerance=0.0005,
    mistakes={
        FOUND / (FOUND + IN_VAIN): "That is the precision in the clinic, where one patient in five is sick. It does "
        "not travel: with fewer sick people, more of those called are healthy.",
        RECALL: "That is the recall, the share of the sick that are called. How many of those called are sick?",
        1 - FALSE_ALARMS: "That is the share of the healthy that are left alone. How many of those called are sick?",
        FALSE_ALARMS: "That is the share of the healthy that are called. It stays the same, and you need it; how many "
        "of those called are sick?",
        (FOUND + SPARED) / (FOUND + MISSED + IN_VAIN + SPARED): "That is the accuracy in the clinic.",
        RECALL * RARE: "That is the share of all people that are sick and called. Divide it by the share that is "
        "called.",
        RECALL * RARE + FALSE_ALARMS * (1 - RARE): "That is the share of all people that are called. How many of them "
        "are sick?",
        1 - PRECISION: "That is the share of the healthy among those called.",
        RECALL * RARE / (FALSE_ALARMS * (1 - RARE)): "That is the odds, sick to healthy among those called. Precision "
        "divides by all of them.",
        FOUND
        * RARE
        / CLINIC
        / (FOUND * RARE / CLINIC + IN_VAIN): "That makes the sick rarer, and leaves as many healthy "
        "ones called as in the clinic. With fewer sick among 1,000 people, there are more healthy ones.",
        RECALL * RARE / (RECALL * RARE + FALSE_ALARMS): "Nearly: only 99 % of the people are healthy and can be called "
        "in vain.",
        RARE / (RARE + FALSE_ALARMS * (1 - RARE)): "Nearly: only nine in ten of the sick are called.",
        RECALL * RARE / (RECALL * RARE + IN_VAIN / 1000 * (1 - RARE)): "The 40 are a share of the healthy, and you "
        "divide them by everybody.",
        FOUND / 1000 * RARE / (FOUND / 1000 * RARE + IN_VAIN / 1000 * (1 - RARE)): "You take both counts as "
        "shares of all 1,000 patients. The 180 belong to the 200 sick ones, the 40 to the 800 healthy ones.",
        FOUND / (FOUND + IN_VAIN) * RARE / CLINIC: "Precision does not shrink in proportion to the share of the sick. "
        "Count 10,000 people: how many sick ones are called, and how many healthy ones?",
        RECALL * RARE / (RECALL * RARE + (1 - FOUND / (FOUND + IN_VAIN)) * (1 - RARE)): "The share of false alarms "
        "among those called is not the share of the healthy that are called.",
    },
    hints=[
        "Two numbers belong to the test and travel with it: the share of the sick that it calls, and the share of the "
        "healthy that it calls.",
        r"Take $10{,}000$ people, of whom $100$ are sick. How many of the sick are called? And how many of the others?",
    ],
    why="The test calls nine of ten sick people and one of twenty healthy ones, wherever it is used. Of ten thousand "
    f"people, a hundred of them sick, that makes $90$ sick ones and $495$ healthy ones: $90 / 585 = {PRECISION:.3f}$. "
    "Most calls are now in vain, with the same test, the same threshold and the same recall.",
)


# Undo a weight


def _undo_weight(p, w):
    return p / (p + w * (1 - p))


def _by_score(shift):
    """Return a version that moves or scales the score."""
    return lambda p, w: expit(shift(np.log(p / (1 - p)), w))


_CERTAIN = (
    "It fails only for arrays in which the model is certain, or nearly so: `p` of 0 or 1, or close to it. At 1 the "
    "odds and the score are infinite, and infinity divided by infinity is NaN; clipping changes what is close. Write "
    "the formula without odds, and it holds for all of them alike."
)
ANSWERS = np.array([0.182, 0.5, 0.95, 0.03, 0.7])

undo_weight = WriteFunction(
    f"{PAGE}/undo-weight",
    starter='''
def undo_weight(p, w):
    """Return the probability in the data, given that of a model trained with w."""
    ...
''',
    solution=_undo_weight,
    cases=[
        (ANSWERS, 2.0),
        (ANSWERS, 19.0),
        Case(
            (np.array([0.4, 0.01]), 0.25),
            only="It fails only for a weight below 1, which counts a positive for less than one. The same formula "
            "holds.",
        ),
        (np.array([0.3, 0.8, 0.5]), 1.0),
        Case((np.array([1e-9, 0.5]), 100.0), only=_CERTAIN),
        Case((np.array([0.0, 1.0]), 3.0), only=_CERTAIN),
        Case((np.array([0.0, 0.3, 1.0]), 3.0), only=_CERTAIN),
    ],
    mistakes=[
        Mistake(
            "You put the weight on once more: that is what training with `w` does to the true probability. Go back.",
            lambda p, w: w * p / (w * p + 1 - p),
        ),
        Mistake(
            "You divide the probability by `w`. The weight multiplies the *odds*, and near 1 the two differ most.",
            lambda p, w: p / w,
        ),
        Mistake(
            "That is the odds. A probability is the odds divided by 1 plus the odds.",
            lambda p, w: np.divide(p, w * (1 - p), out=np.full_like(p, np.inf), where=p < 1),
        ),
        Mistake(
            "0 and 1 stay as they are, and between them you return the odds. A probability is the odds divided by 1 "
            "plus the odds.",
            lambda p, w: np.divide(p, w * (1 - p), out=np.ones_like(p), where=p < 1),
        ),
        Mistake(
            "That is the probability of the *other* class.",
            lambda p, w: 1 - _undo_weight(p, w),
        ),
        Mistake(
            "You subtract `w` from the score. To divide the odds by `w` is to subtract its logarithm.",
            _by_score(lambda z, w: z - w),
        ),
        Mistake(
            "You divide the score by `w`. To divide the odds is to subtract something from the score.",
            _by_score(lambda z, w: z / w),
        ),
        Mistake(
            "The logarithm has base 2. Scores are natural logarithms of odds.",
            _by_score(lambda z, w: z - np.log2(w)),
        ),
        Mistake(
            "The logarithm has base 10. Scores are natural logarithms of odds.",
            _by_score(lambda z, w: z - np.log10(w)),
        ),
        Mistake(
            "You return the score, from which the probability is yet to be made.",
            lambda p, w: np.log(p / (1 - p)) - np.log(w),
        ),
        Mistake(
            "You return the answer of the model as it is. Its odds are `w` times those in the data.",
            lambda p, w: p + 0 * w,
        ),
        Mistake(
            "You divide by `p + w`. The weight belongs to what is left of 1, as `w * (1 - p)`.",
            lambda p, w: p / (p + w),
        ),
        Mistake(
            "You divide by `w + (1 - p)`: a sum where a product belongs.",
            lambda p, w: p / (w + 1 - p),
        ),
        Mistake(
            "You divide `p` by `w` in the numerator and forget it below: with the class at `p / w` and the other at "
            "`1 - p`, the sum is no longer 1.",
            lambda p, w: p / w / (p + 1 - p / w),
        ),
        Mistake(
            "That is `p` over the mean weight at the model's answer. The mean weight has to be taken at the true "
            "probability, which you are looking for; solve for it.",
            lambda p, w: p / (1 + (w - 1) * p),
        ),
        Mistake(
            "You divide by `w * p + (1 - p)`, so the weight stands at the wrong class.",
            lambda p, w: p * (1 - p) / (w * p + 1 - p),
        ),
        Mistake(
            "You treat the odds that are left as if they were the model's: `p` times `(1 - p)` and `w` are mixed up.",
            lambda p, w: p * (1 - p) / w,
        ),
        Mistake(
            "You divide by `1 + w`. How much the weight moved the answer depends on the answer.",
            lambda p, w: p / (1 + w),
        ),
        Mistake(
            "You multiply the probability by `w` and cut it off at 1. The weight made it too large already, and it "
            "multiplied the odds.",
            lambda p, w: np.minimum(1, w * p),
        ),
        Mistake(
            "The odds are divided by `w` twice: once by making the class rarer, and once by making the other more "
            "frequent. One of the two is enough.",
            lambda p, w: p / (p + w**2 * (1 - p)),
        ),
        Mistake(
            "The odds are divided by `w - 1`: a weight of `w` counts a positive `w` times, and not `w` times more.",
            lambda p, w: p / (p + (w - 1) * (1 - p)),
        ),
        Mistake(
            "The odds are divided by `w + 1`: a weight of `w` counts a positive `w` times.",
            lambda p, w: p / (p + (w + 1) * (1 - p)),
        ),
    ],
    hints=[
        "What does the weight do to the odds $p / (1 - p)$? Do the opposite.",
        "The true odds are $p / (w (1 - p))$, and a probability is the odds over 1 plus the odds.",
        "Multiply numerator and denominator by $w (1 - p)$, and no division by 0 is left.",
    ],
    remark="For scores, subtract `np.log(w)`. Logit adjustment subtracts a logarithm too, and goes the other way: "
    "undoing a weight goes back to the shares in the data, the adjustment goes from those shares to equal ones.",
    what="probability",
    atol=1e-13,
)


# The pull of focal loss


def _focal_gradient(y_true, z, gamma):
    side = 2 * y_true - 1
    log_p = -np.logaddexp(0, -side * z)  # of the true class
    log_q = -np.logaddexp(0, side * z)
    p, q = np.exp(log_p), np.exp(log_q)
    return -side * q**gamma * (q - gamma * p * log_p)


def _pull(slope):
    """Return a version of the gradient from the size of the pull, a function of p, q, log p and gamma."""

    def version(y_true, z, gamma):
        side = 2 * y_true - 1
        t = side * z
        return -side * slope(expit(t), expit(-t), -softplus(-t), gamma)

    return version


def _clipped(least):
    def slope(p, q, log_p, gamma):
        p = np.clip(p, least, 1 - least)
        return (1 - p) ** gamma * (1 - p - gamma * p * np.log(p))

    return _pull(slope)


_FAR = (
    "It fails only far out. At such scores `np.exp` overflows, or `p` or `q` is exactly 0, whose logarithm and whose "
    "negative powers are infinite, and 0 times infinity is NaN. Take `log p` from the score and not from `p`, and "
    "simplify until no negative power is left."
)

focal_gradient = WriteFunction(
    f"{PAGE}/focal-gradient",
    starter='''
def focal_gradient(y_true, z, gamma):
    """Return the pull of each sample under focal loss without alpha."""
    ...
''',
    solution=_focal_gradient,
    cases=[
        (LABELS, SCORES, 2.0),
        (LABELS, SCORES, 0.5),
        (LABELS, SCORES, 0.0),
        (np.array([1.0, 0.0, 1.0]), np.array([0.0, 0.0, -0.7]), 5.0),
        (np.array([0.0, 0.0, 1.0, 1.0]), np.array([3.0, -1.0, 1.2, 8.0]), 1.0),
        Case((np.array([1.0, 0.0, 1.0, 0.0]), np.array([-1000.0, 1000.0, 1000.0, -1000.0]), 2.0), only=_FAR),
        Case((np.array([1.0, 0.0, 1.0, 0.0]), np.array([-50.0, 50.0, -800.0, -800.0]), 0.5), only=_FAR),
    ],
    mistakes=[
        Mistake(
            "You take the factor as fixed: that is the pull of cross-entropy times `q ** gamma`. The factor depends on "
            "the score as well, and the product rule adds a second term.",
            _pull(lambda p, q, log_p, gamma: q**gamma * q),
        ),
        Mistake(
            "Only the factor is differentiated: the second term of the product rule. The first is that of "
            "cross-entropy, times `q ** gamma`.",
            _pull(lambda p, q, log_p, gamma: -gamma * p * q**gamma * log_p),
        ),
        Mistake(
            "The second term has the wrong sign. As the score of the true class rises, both the factor and the "
            "surprise fall, so the two terms help each other.",
            _pull(lambda p, q, log_p, gamma: q**gamma * (q + gamma * p * log_p)),
        ),
        Mistake(
            "This is the pull of cross-entropy: `gamma` has no effect.",
            _pull(lambda p, q, log_p, gamma: q),
        ),
        Mistake(
            "You return the loss. Its derivative with respect to the score is asked for.",
            lambda y_true, z, gamma: BinaryFocal(gamma, None).value(y_true, z),
        ),
        Mistake(
            "It is right for the positives, and the negatives do not pull. Every label needs a pull; with `2 * y - 1` "
            "you need no second formula.",
            lambda y_true, z, gamma: y_true * _focal_gradient(y_true, z, gamma),
        ),
        Mistake(
            "It is right for the positives. The negatives are treated as positives: for them the true class has the "
            "probability 1 - p, and the pull goes up.",
            lambda y_true, z, gamma: _focal_gradient(np.ones_like(y_true), z, gamma),
        ),
        Mistake(
            "The size is right for every sample, and the negatives have the wrong sign: raising their score costs.",
            lambda y_true, z, gamma: -np.abs(_focal_gradient(y_true, z, gamma)),
        ),
        Mistake(
            "The size is right for every sample, and the sign is always positive: raising the score of a positive "
            "makes its loss smaller.",
            lambda y_true, z, gamma: np.abs(_focal_gradient(y_true, z, gamma)),
        ),
        Mistake(
            "The factor is `p ** gamma`: it drops what is *wrong*, and keeps what is easy. `q` is 1 minus the "
            "probability of the true class.",
            _pull(lambda p, q, log_p, gamma: p**gamma * (q - gamma * p * log_p)),
        ),
        Mistake(
            "The factor `gamma` is missing in front of the second term.",
            _pull(lambda p, q, log_p, gamma: q**gamma * (q - p * log_p)),
        ),
        Mistake(
            "The second term has lost its `p`: with respect to the score, the derivative of `q` is `-p * q`.",
            _pull(lambda p, q, log_p, gamma: q**gamma * (q - gamma * log_p)),
        ),
        Mistake(
            "The second term has `q` where it needs `p`: with respect to the score, the derivative of `q` is `-p * q`, "
            "and the `q` of it is in the power already.",
            _pull(lambda p, q, log_p, gamma: q**gamma * (q - gamma * q * log_p)),
        ),
        Mistake(
            "That is the derivative with respect to the probability of the true class. With respect to the score it "
            "has one factor more, `p * q`.",
            _pull(lambda p, q, log_p, gamma: q**gamma * (1 / p - gamma * log_p / q)),
        ),
        Mistake(
            "That is the derivative with respect to the probability of the true class, guarded against a division by "
            "0. With respect to the score it has one factor more, `p * q`, and nothing is divided.",
            _pull(
                lambda p, q, log_p, gamma: (
                    np.maximum(q, 1e-12) ** gamma / np.maximum(p, 1e-12)
                    - gamma * np.maximum(q, 1e-12) ** (gamma - 1) * log_p
                )
            ),
        ),
        Mistake(
            "It is right for the positives. For a negative, the factor and the logarithm take the probability of class "
            "1, where that of the true class is meant.",
            lambda y_true, z, gamma: (2 * y_true - 1) * _focal_gradient(np.ones_like(z), z, gamma),
        ),
        Mistake(
            "The exponent of the second term is one too small. The derivative of `q ** gamma` has `q ** (gamma - 1)`, "
            "and that of `q`, which is `-p * q`, gives the power back.",
            _pull(lambda p, q, log_p, gamma: q ** (gamma + 1) - gamma * p * q ** (gamma - 1) * log_p),
        ),
        Mistake(
            "The second term has the logarithm of `q`. It comes from the loss, and the loss has the logarithm of the "
            "true class's probability, `p`.",
            _pull(lambda p, q, log_p, gamma: q**gamma * (q - gamma * p * np.log(np.maximum(q, 1e-300)))),
        ),
        Mistake(
            "This has the weights of `alpha` 0.25 in it. The pull without `alpha` is asked for.",
            lambda y_true, z, gamma: BinaryFocal(gamma, 0.25).gradient(y_true, z),
        ),
        Mistake(
            "This is the pull for a `gamma` of 2, whatever `gamma` is.",
            lambda y_true, z, gamma: _focal_gradient(y_true, z, 2.0),
        ),
        Mistake(
            "You scale the pull of cross-entropy by `gamma`.",
            _pull(lambda p, q, log_p, gamma: gamma * q),
        ),
        *(
            Mistake(
                f"You clip `p` at {least:g}. Near that it is slightly wrong, and beyond it the pull no longer belongs "
                "to the score. Take `log p` from the score instead.",
                _clipped(least),
            )
            for least in (1e-3, 1e-4, 1e-5, 1e-6)
        ),
    ],
    hints=[
        "Call `t` the score seen from the true class, `(2 * y_true - 1) * z`. Then there is one formula for both "
        "labels: $q^\\gamma (-\\log p)$ with $p = \\sigma(t)$ and $q = 1 - p$.",
        "With respect to $t$, the derivative of $\\log p$ is $q$, and that of $q$ is $-p\\,q$. Use the product rule, "
        "then multiply by `2 * y_true - 1`.",
        "The pull is $-(2y - 1)\\, q^\\gamma (q - \\gamma\\, p \\log p)$, and `-np.logaddexp(0, -t)` is $\\log p$ at "
        "every score.",
    ],
    remark="Far off, the pull of a mistake tends to 1, whatever `gamma` is. In between, the factor does not stop at "
    "what is right: with `gamma = 2`, a sample that is wrong at `p = 0.4` pulls less than under cross-entropy. Below "
    "about `p = 0.3` it pulls harder, and below about `p = 0.16` with more than 1.",
    what="gradient",
)


# The quiz

quiz = Quiz(
    PAGE,
    [
        Item(
            "A report says: one patient in a hundred is sick, and the accuracy is 0.99. What do you know about the "
            "sick ones?",
            {
                "That nearly all of them are found.": "Recall would say that. Accuracy is mostly about the healthy.",
                "Nothing.": "Calling nobody has that accuracy, and so has a model that finds half of them at the price "
                "of as many false alarms. Ask for the four counts.",
                "That none of them is found.": "It may be so, and need not: a model that finds half of them, with as "
                "many false alarms, has the same accuracy.",
                "That the model is calibrated.": "Accuracy sees decisions. It would be the same if every 0.4 were a "
                "0.1.",
            },
            right="Nothing.",
        ),
        Item(
            "A model trained with a positive weight of 9 says 0.5. What is the probability in data like those it was "
            "trained on?",
            {
                "0.5": "That holds for a model without a weight. This one says too much for every patient.",
                "1 in 18": "That is the answer divided by the weight, and the weight multiplies the odds.",
                "9 in 10": "The wrong way: the weight has raised the answer already.",
                "1 in 10": "Odds of 1 to 1 become 1 to 9. At a threshold of 0.5 this model calls from a tenth on.",
            },
            right="1 in 10",
        ),
        Item(
            "Next year twice as many of the patients are sick; the sick look as before, and so do the healthy. The "
            "costs stay as they are. What has to change?",
            {
                "The threshold doubles.": "It follows from the costs alone.",
                "The threshold is halved.": "The sick become more likely, and that raises their probabilities. What a "
                "call is worth at a given probability stays.",
                "The probabilities.": "Their odds go up, with those of the disease; that can be done without "
                "training, as a weight is undone. The threshold stays, and more patients lie above it.",
                "Nothing, if the model was calibrated.": "It was calibrated to the old share of the sick.",
            },
            right="The probabilities.",
        ),
        Item(
            "Focal loss with its usual $\\alpha = 0.25$, on data where one sample in twenty is positive. What does the "
            "alpha do?",
            {
                "It counts a positive three times as much as a negative.": "The other way round: $\\alpha$ is the "
                "weight of the positives, and the negatives have $1 - \\alpha$.",
                "It makes up for the rare positives.": "A weight that did so would be 19 to 1 in their favor. This one "
                "is 1 to 3 against them.",
                "It says that a quarter of the samples are positive.": "It is no prior. In the data it is a twentieth, "
                "and the loss does not know.",
                "It counts a positive a third of a negative.": "Gamma has silenced the easy negatives already, and "
                "alpha was tuned together with it.",
            },
            right="It counts a positive a third of a negative.",
        ),
        Item(
            "The loss of your rare-class model falls to almost 0 within an epoch, on training data and on new data, "
            "and the model calls everything. What do you look at first?",
            {
                "The learning rate.": "It can make a loss rise or crawl. It does not make calling everything "
                "cheap on new data.",
                "Whether a confident mistake on either class costs something.": "If one class costs nothing, a "
                "constant answer has a loss of 0. Two samples and two scores will tell.",
                "The regularization: it overfits.": "Then the loss on new data would be high.",
                "The size of the rare class.": "It may be too small, and that makes a loss noisy, not 0.",
            },
            right="Whether a confident mistake on either class costs something.",
        ),
    ],
)
