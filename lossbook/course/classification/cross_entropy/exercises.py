"""The exercises, the bug and the quiz of the page on cross-entropy."""

import numpy as np
from scipy.special import expit, logit, logsumexp

from lossbook import BinaryCrossEntropy
from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction

PAGE = "classification/cross-entropy"

_cross_entropy = BinaryCrossEntropy()


def _clipped(p, epsilon):
    return np.clip(p, epsilon, 1 - epsilon)


def _from_probability(y_true, p):
    return -(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


# The bug: a chain rule through a clip


def _pull(y_true, z):
    return expit(z) - y_true


def _by_probability(y_true, p):
    """The derivative with respect to the probability."""
    return (p - y_true) / (p * (1 - p))


def _chained(epsilon, convert=np.asarray):
    """Return a version that goes by way of the probability, clipped at a distance of epsilon from 0 and 1."""

    def version(y_true, z):
        p = expit(convert(z))
        return _by_probability(y_true, _clipped(p, epsilon(p.dtype))) * p * (1 - p)

    return version


def _clipped_for_both(epsilon):
    """Return a version in which both factors get the clipped probability, so that they cancel."""

    def version(y_true, z):
        p = _clipped(expit(z), epsilon)
        return _by_probability(y_true, p) * p * (1 - p)

    return version


def _patched(convert):
    """Return a version in which far scores get a pull by hand, whatever their labels."""

    def version(y_true, z):
        pull = _chained(lambda dtype: 1e-15, convert)(y_true, z)
        return np.where(np.abs(z) > 34, np.sign(z), pull)

    return version


def _single(z):
    """Return the scores in single precision, as a network puts them out."""
    return np.array(z, dtype=np.float32)


def _in_double(z):
    return np.asarray(z, dtype=float)


_labels = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0])
_scores = np.array([-1.5, 0.75, 2.0, -0.25, 4.0, 0.0])
_ONLY_SOFT = "It fails only where a label lies between 0 and 1: a probability, as when two doctors disagree."

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def pull(y_true, z):
    def bce_gradient(p):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return (p - y_true) / (p * (1 - p))

    p = 1 / (1 + np.exp(-z))
    return bce_gradient(p) * p * (1 - p)
""",
    solution=_pull,
    cases=[
        (_labels, _scores),
        (np.array([1.0, 0.0, 1.0, 0.0]), np.array([-36.5, 36.5, 20.0, -20.0])),
        (np.array([1.0, 0.0, 1.0, 0.0]), np.array([-40.0, 40.0, 40.0, -40.0])),
        (np.array([1.0, 0.0, 1.0, 0.0]), np.array([-800.0, 800.0, 800.0, -800.0])),
        Case((np.array([0.3, 0.5, 0.9]), np.array([-1.0, 0.0, 3.0])), only=_ONLY_SOFT),
        (np.array([1.0, 0.0, 1.0, 0.0], np.float32), _single([-20.0, 20.0, 20.0, -20.0])),
        (np.array([1.0, 0.0, 1.0], np.float32), _single([-60.0, 60.0, 0.5])),
    ],
    mistakes=[
        Mistake(
            "Without the clip, a probability of exactly 0 or 1 makes the fraction divide by 0. The product of the two "
            "factors is a short expression in which nothing is divided: cancel before you compute.",
            lambda y_true, z: _by_probability(y_true, expit(z)) * expit(z) * (1 - expit(z)),
        ),
        Mistake(
            "float32 can represent this `1 - epsilon`, and no pull is NaN. But the clip makes the division "
            "smaller and leaves the factor behind it as it was, so confident mistakes still fade. Which two factors "
            "should have canceled?",
            _chained(lambda dtype: np.finfo(dtype).eps),
        ),
        Mistake(
            "At 1e-7 the clip begins to bite sooner: pulls fade from a score of about 16 on. Not a better epsilon is "
            "asked for, but none.",
            _chained(lambda dtype: 1e-7),
        ),
        Mistake(
            "That is a coarser clip, and pulls fade from a score of about 7 on. Not a better epsilon is asked for, but "
            "none.",
            _chained(lambda dtype: 1e-3),
        ),
        Mistake(
            "A smaller epsilon moves the edge: the pull fades a little further out, and is 0 or NaN where the "
            "probability rounds to 0 or 1. Not a better epsilon is asked for, but none.",
            _chained(lambda dtype: 1e-300),
        ),
        Mistake(
            "In double precision no pull is NaN, but those of -40 and 40 are still next to nothing. What does the clip "
            "do there to the division, and what does nobody do to the factor after it?",
            _chained(lambda dtype: 1e-15, _in_double),
        ),
        Mistake(
            "With the clip before both factors they cancel, and in double precision all pulls are right. In single "
            "precision `1 - 1e-15` is 1, so the division is still by 0. If they cancel, why compute them?",
            _clipped_for_both(1e-15),
        ),
        Mistake(
            "Far out every low score pulls with -1 and every high score with 1, whatever the label. A patient on the "
            "right side there should hardly pull at all.",
            _patched(_in_double),
        ),
        Mistake(
            "Far out every low score pulls with -1 and every high score with 1, whatever the label. And nearer by, "
            "single precision still makes NaN.",
            _patched(np.asarray),
        ),
        Mistake(
            "A 0 in place of NaN says that all is well: in single precision a patient at a score of 17, on the wrong "
            "side, does not pull at all now. Find out where something is divided by 0.",
            lambda y_true, z: np.nan_to_num(_chained(lambda dtype: 1e-15)(y_true, z)),
        ),
        Mistake(
            "Without the clip something is divided by 0, and you put 0 in place of the NaN: a confident mistake "
            "does not pull at all.",
            lambda y_true, z: np.nan_to_num(_by_probability(y_true, expit(z)) * expit(z) * (1 - expit(z))),
        ),
        Mistake(
            "An epsilon below the fraction bar, in place of the clip, changes the fraction where its denominator is "
            "small: at the confident mistakes. Cancel the denominator instead.",
            lambda y_true, z: (expit(z) - y_true) / (expit(z) * (1 - expit(z)) + 1e-15) * expit(z) * (1 - expit(z)),
        ),
        Mistake(
            "An epsilon of 1e-7 below the fraction bar makes pulls fade from a score of about 16 on. Cancel the "
            "denominator instead.",
            lambda y_true, z: (expit(z) - y_true) / (expit(z) * (1 - expit(z)) + 1e-7) * expit(z) * (1 - expit(z)),
        ),
        Mistake(
            "That is the derivative with respect to the probability. The factor $p (1 - p)$ of the chain rule, from "
            "the probability on to the score, has gone.",
            lambda y_true, z: _by_probability(y_true, _clipped(expit(z), 1e-15)),
        ),
        Mistake(
            "You canceled the denominator and kept the factor that cancels it. What is left fades like the pull of "
            "squared error, half of which it is.",
            lambda y_true, z: (expit(z) - y_true) * expit(z) * (1 - expit(z)),
        ),
        Mistake(
            "That is the pull of squared error on the score, the one that stalls.",
            lambda y_true, z: 2 * (expit(z) - y_true) * expit(z) * (1 - expit(z)),
        ),
        Mistake(
            "You subtract the label from the score. The score has to become a probability first.",
            lambda y_true, z: z - y_true,
        ),
        Mistake(
            "You subtract the label from a decision, 0 or 1. How sure the model was has to stay in it.",
            lambda y_true, z: (np.asarray(z) >= 0) - y_true,
        ),
        Mistake(
            "At 800, `np.exp(z) / (1 + np.exp(z))` is infinity divided by infinity. Which way of writing the sigmoid "
            "has only an exponential that may go to 0 or below a fraction bar?",
            lambda y_true, z: np.exp(z) / (1 + np.exp(z)) - y_true,
        ),
        Mistake(
            "The sigmoid has the wrong sign in its exponential: a high score has to give a probability near 1.",
            lambda y_true, z: expit(-z) - y_true,
        ),
        Mistake(
            "You return the loss. Its derivative is asked for.",
            lambda y_true, z: _cross_entropy.value(y_true, z),
        ),
        Mistake(
            "You return $p (1 - p)$, the second derivative. The first is asked for.",
            lambda y_true, z: expit(z) * (1 - expit(z)),
        ),
        Mistake(
            "You return the side alone, -1 or 1. How far the probability is from the label has to stay in it.",
            lambda y_true, z: np.sign(expit(z) - y_true),
        ),
        Mistake("You return the probability. The label has to be subtracted from it.", lambda y_true, z: expit(z)),
    ],
    hints=[
        "Print the two factors for a label of 1 and a score of -40: what `bce_gradient` returns, and `p * (1 - p)`. "
        "Which of them has been clipped?",
        "Write the product down without the clip. What does $p (1 - p)$ do above the fraction bar and below it?",
        "What is left is $p - y$. It needs no division, so it needs no clip.",
    ],
    cause="""
The derivative with respect to the probability is huge at a confident mistake, and the sigmoid's derivative
$p (1 - p)$ is as tiny; their product is $p - y$. The clip caps the huge factor and leaves the tiny one, so the
product fades. Single precision cannot represent `1 - 1e-15`, so a probability of 1 stays 1: the fraction is 0 / 0 for
$y = 1$ and 1 / 0 for $y = 0$, infinity, which is then multiplied by 0. Both are NaN. Canceling on paper leaves nothing
to clip.
""",
    what="pull",
    remark="With the same clip before both factors they would cancel as well, to within the epsilon, if the dtype can "
    "represent it. It is the same result with more work.",
    atol=2e-7,  # what single precision resolves next to 1
)


# The loss of one score, however far out


def _stable_loss(y_true, z):
    return np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z)))


def _by_clip(epsilon):
    """Return a version that takes the logarithm of a probability which is kept away from 0 and 1."""
    return lambda y_true, z: _from_probability(y_true, _clipped(expit(z), epsilon))


def _by_limit(limit):
    """Return a version that keeps the score within a limit."""
    return lambda y_true, z: _stable_loss(y_true, np.clip(z, -limit, limit))


_FAR = (
    "It is right near 0, and fails only at scores far out, where an exponential overflows or a probability rounds to 0."
)

stable_loss = WriteFunction(
    f"{PAGE}/stable-loss",
    starter="""
def stable_loss(y_true, z):
    # the loss of each sample, from its label and its score
    ...
""",
    solution=_stable_loss,
    cases=[
        (_labels, _scores),
        (1 - _labels, _scores),
        Case(
            (_labels.astype(int), -_scores),
            only="It fails only where the labels are integers. An array made like `y_true`, as by `np.zeros_like`, "
            "holds integers, too, and cuts off decimals.",
        ),
        Case((np.array([0.3, 0.5, 0.9, 0.2]), np.array([-1.0, 0.0, 3.0, -6.0])), only=_ONLY_SOFT),
        Case((np.array([1.0, 0.0, 1.0, 0.0]), np.array([-36.0, 36.0, 36.0, -36.0])), only=_FAR),
        Case((np.array([1.0, 0.0, 1.0, 0.0]), np.array([-1000.0, 1000.0, 1000.0, -1000.0])), only=_FAR),
        Case((np.array([0.25, 0.25]), np.array([-800.0, 800.0])), only=_FAR),
    ],
    mistakes=[
        Mistake(
            "Far out the probability rounds to 0 or 1, and the logarithm of 0 is infinite. At a score of -1000 the "
            "loss is 1000, a plain number: rewrite it so that no probability is computed on the way.",
            lambda y_true, z: _from_probability(y_true, expit(z)),
        ),
        Mistake(
            "The clip caps the loss near 34.5, and the sample at a score of -1000 should pay 1000. Rewrite the loss so "
            "that no probability is computed.",
            _by_clip(1e-15),
        ),
        Mistake(
            "The clip caps the loss near 16.1, and the sample at a score of -36 should pay 36. Rewrite the loss so "
            "that no probability is computed.",
            _by_clip(1e-7),
        ),
        Mistake(
            "The clip caps the loss near 36.0, and the sample at a score of -1000 should pay 1000. Rewrite the loss so "
            "that no probability is computed.",
            _by_clip(np.finfo(float).eps),
        ),
        Mistake(
            "An epsilon inside the logarithm caps the loss, and the sample at a score of -1000 should pay 1000. "
            "Rewrite the loss so that no probability is computed.",
            lambda y_true, z: -(y_true * np.log(expit(z) + 1e-15) + (1 - y_true) * np.log(1 - expit(z) + 1e-15)),
        ),
        *(
            Mistake(
                f"You keep the score between -{limit} and {limit}. That is a clip, too: from there on a worse mistake "
                "costs no more.",
                _by_limit(limit),
            )
            for limit in (30, 50, 100, 500, 700)
        ),
        Mistake(
            "The formula is right, and `np.exp` overflows far out: the loss is infinite where it should be 1000. Which "
            "exponential never has a positive exponent?",
            lambda y_true, z: y_true * np.log1p(np.exp(-z)) + (1 - y_true) * np.log1p(np.exp(z)),
        ),
        Mistake(
            "`np.exp(z)` overflows far out. Which exponential never has a positive exponent, and what has to be added "
            "to make up for it?",
            lambda y_true, z: np.log1p(np.exp(z)) - y_true * z,
        ),
        Mistake(
            "`np.exp(-z)` overflows far out. Which exponential never has a positive exponent, and what has to be added "
            "to make up for it?",
            lambda y_true, z: np.log1p(np.exp(-z)) + (1 - y_true) * z,
        ),
        Mistake(
            "The two labels change places: a sample of class 1 should pay where its score is low.",
            lambda y_true, z: _stable_loss(1 - y_true, z),
        ),
        Mistake(
            "The sign of the product of label and score is wrong.",
            lambda y_true, z: np.maximum(z, 0) + z * y_true + np.log1p(np.exp(-np.abs(z))),
        ),
        Mistake(
            "The maximum of the score and 0 is missing: with it the exponent can stay negative.",
            lambda y_true, z: -z * y_true + np.log1p(np.exp(-np.abs(z))),
        ),
        Mistake(
            "The product of label and score is missing, so both labels pay the same.",
            lambda y_true, z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
        ),
        Mistake(
            "Labels 0 and 1 are right, and a label in between falls into one of your two branches. Weigh the two "
            "losses with the label instead.",
            lambda y_true, z: np.where(np.equal(y_true, 1), np.logaddexp(0, -z), np.logaddexp(0, z)),
        ),
        Mistake(
            "The absolute value takes the place of the maximum of the score and 0. At a score of -5 a benign patient "
            "would pay 5, for being right.",
            lambda y_true, z: np.abs(z) - z * y_true + np.log1p(np.exp(-np.abs(z))),
        ),
        Mistake(
            "The maximum is taken of $-z$ and 0, which goes with $z (1 - y)$, and not with $-z y$.",
            lambda y_true, z: np.maximum(-z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z))),
        ),
        Mistake(
            "That is the hinge: 0 from a score of 1 on. Cross-entropy never reaches 0, and is log 2 at a score of 0.",
            lambda y_true, z: np.maximum(0, 1 - (2 * y_true - 1) * z),
        ),
        Mistake(
            "The absolute value in the exponent is missing: at a negative score the exponential grows, and overflows "
            "far out.",
            lambda y_true, z: np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-z)),
        ),
        Mistake(
            "The label multiplies the score after its negative part was cut off. It has to multiply the score as it "
            "came in; is `z` overwritten on the way?",
            lambda y_true, z: np.maximum(z, 0) * (1 - y_true) + np.log1p(np.exp(-np.abs(z))),
        ),
        Mistake(
            "The label multiplies the score after its negative part was cut off, and so does the exponential. Both "
            "need the score as it came in; is `z` overwritten on the way?",
            lambda y_true, z: _stable_loss(y_true, np.maximum(z, 0)),
        ),
        Mistake(
            "Every term gets the absolute value of the score, and only the exponent should. Is `z` overwritten on the "
            "way?",
            lambda y_true, z: _stable_loss(y_true, np.abs(z)),
        ),
        Mistake(
            "The sum inside the logarithm runs over all samples, so each of them gets the same logarithm. Each sample "
            "has two terms of its own to add up: which `axis` is that?",
            lambda y_true, z: logsumexp([np.zeros_like(z), z]) - y_true * z,
        ),
        Mistake(
            "The label has to multiply the score alone, not the whole line: you have left no loss to class 0.",
            lambda y_true, z: y_true * _stable_loss(1, z),
        ),
        Mistake(
            "Only class 0 pays: your loss is 0 wherever the label is 1.",
            lambda y_true, z: (1 - y_true) * _stable_loss(0, z),
        ),
        Mistake(
            "The straight lines are there, and the bend that joins them at 0 is not: this is the limit far out. The "
            "loss at a score of 0 is log 2.",
            lambda y_true, z: np.maximum(z, 0) - z * y_true,
        ),
        Mistake(
            "The bend has the wrong sign in its exponent: it should fade away from 0, and it grows.",
            lambda y_true, z: np.maximum(z, 0) - z * y_true + np.logaddexp(0, np.abs(z)),
        ),
        Mistake(
            "That form is for labels of -1 and 1: with 0, the product of label and score is 0 whatever the score. Turn "
            "the label into -1 or 1 first, or write both terms.",
            lambda y_true, z: np.logaddexp(0, -y_true * z),
        ),
        Mistake(
            "Labels 0 and 1 are right, and those in between are not: a label of 0.3 pays 0.3 of the one loss and 0.7 "
            "of the other, which is not the loss of a label of -0.4.",
            lambda y_true, z: np.logaddexp(0, -(2 * y_true - 1) * z),
        ),
        Mistake(
            "That is in bits. The page's loss is in nats: take the natural logarithm.",
            lambda y_true, z: _stable_loss(y_true, z) / np.log(2),
        ),
        Mistake(
            "That logarithm has base 10. Take the natural one.", lambda y_true, z: _stable_loss(y_true, z) / np.log(10)
        ),
        Mistake(
            "You take `z` for a probability. It is a score.",
            lambda y_true, z: _from_probability(y_true, _clipped(z, 1e-15)),
        ),
        Mistake(
            "You take the sigmoid twice: what goes into the loss is a probability already.",
            lambda y_true, z: _stable_loss(y_true, expit(z)),
        ),
        Mistake(
            "You return the derivative, probability minus label. The loss is asked for.",
            lambda y_true, z: expit(z) - y_true,
        ),
        Mistake(
            "That is the squared error of the probability, the loss that stalls.",
            lambda y_true, z: (expit(z) - y_true) ** 2,
        ),
        Mistake(
            "You return the mean over all samples. The loss of each sample is asked for.",
            lambda y_true, z: np.mean(_stable_loss(y_true, z)),
        ),
    ],
    hints=[
        "A label of 0 pays $-\\log(1 - p)$. Put $p = 1 / (1 + e^{-z})$ into it: what is left is one logarithm of a "
        "sum, with $e^{z}$ in it.",
        "$\\log(1 + e^{z})$ overflows for a large score. Take $e^{z}$ out of the sum: $z + \\log(1 + e^{-z})$.",
        "Both signs at once: $\\max(z, 0) + \\log(1 + e^{-|z|})$ is $\\log(1 + e^{z})$. The label takes away $z y$.",
    ],
    remark="`y_true * np.logaddexp(0, -z) + (1 - y_true) * np.logaddexp(0, z)` is as exact. The shorter "
    "`np.logaddexp(0, z) - y_true * z` is not: at a score of 40 and a label of 1 it rounds to 0, where $e^{-40}$ is "
    "due.",
    what="loss",
)

# The gradient of the mean with respect to the weights


def _weight_gradient(X, y_true, w):
    p = expit(X @ w)
    return X.T @ (p - y_true) / len(y_true)


def _weighing(pull):
    """Return a version with another pull on each score."""

    def version(X, y_true, w):
        z = X @ w
        return X.T @ pull(expit(z), y_true, z) / len(y_true)

    return version


def _divided_in_the_loop(X, y_true, w):
    gradient = np.zeros(len(w))
    for row, label in zip(X, y_true, strict=True):
        gradient = (gradient + (expit(row @ w) - label) * row) / len(y_true)
    return gradient


_columns = np.array(
    [[1.0, 0.5, -1.2], [1.0, -0.8, 0.4], [1.0, 1.5, 2.0], [1.0, -2.0, -0.3], [1.0, 0.1, 0.9]],
)
_weights = np.array([0.4, -1.1, 0.7])
_five = np.array([1.0, 0.0, 0.0, 1.0, 1.0])

_LARGE = "It fails only where scores are large, up to some thousands: something overflows or is divided by 0."

weight_gradient = WriteFunction(
    f"{PAGE}/weight-gradient",
    starter="""
def weight_gradient(X, y_true, w):
    # one derivative for each weight
    ...
""",
    solution=_weight_gradient,
    cases=[
        (_columns, _five, _weights),
        (_columns[:3], _five[:3], -_weights),
        (_columns[:, :2], 1 - _five, _weights[:2]),
        (_columns[:1], _five[:1], _weights),
        Case((_columns, np.array([0.2, 0.5, 1.0, 0.0, 0.7]), _weights), only=_ONLY_SOFT),
        Case(
            (_columns, _five, 1000 * _weights),
            only=_LARGE,
        ),
        Case((_columns[:1], _five[:1], 1000 * _weights), only=_LARGE),
    ],
    mistakes=[
        Mistake(
            "You divide by the number of weights. The mean is over the samples.",
            lambda X, y_true, w: X.T @ (expit(X @ w) - y_true) / len(w),
        ),
        Mistake(
            "You divide by all entries of `X`. The mean is over the samples, the rows.",
            lambda X, y_true, w: X.T @ (expit(X @ w) - y_true) / X.size,
        ),
        Mistake(
            "You divide by 569, the number of patients on this page. Divide by the number of samples that come in.",
            lambda X, y_true, w: X.T @ (expit(X @ w) - y_true) / 569,
        ),
        Mistake(
            "You get one number: the mean runs over the weights, too. Each weight has a derivative of its own.",
            lambda X, y_true, w: np.mean(X * (expit(X @ w) - y_true)[:, None]),
        ),
        Mistake(
            "You get one number: the sum runs over the weights, too. Each weight has a derivative of its own.",
            lambda X, y_true, w: np.sum(X * (expit(X @ w) - y_true)[:, None]),
        ),
        Mistake(
            "That is the mean pull, which is the derivative with respect to an offset. On the way to a weight, each "
            "pull is multiplied by the sample's entry in the weight's column.",
            lambda X, y_true, w: np.mean(expit(X @ w) - y_true),
        ),
        Mistake(
            "Those are the pulls on the scores, one for each sample. A weight collects all of them, each times the "
            "sample's entry in the weight's column.",
            lambda X, y_true, w: expit(X @ w) - y_true,
        ),
        Mistake(
            "Those are the pulls on the scores divided by n, one for each sample. A weight collects all of them, each "
            "times the sample's entry in the weight's column.",
            lambda X, y_true, w: (expit(X @ w) - y_true) / len(y_true),
        ),
        Mistake(
            "That is a row for each sample. Take the mean over the rows.",
            lambda X, y_true, w: X * (expit(X @ w) - y_true)[:, None],
        ),
        Mistake(
            "That is a row for each sample, divided by n. Add the rows up.",
            lambda X, y_true, w: X * (expit(X @ w) - y_true)[:, None] / len(y_true),
        ),
        Mistake(
            "You take the mean along the wrong axis: one number for each sample. One for each weight is asked for.",
            lambda X, y_true, w: np.mean(X * (expit(X @ w) - y_true)[:, None], axis=1),
        ),
        Mistake(
            "Only the last sample counts. Is the result of each turn of the loop overwritten, where it should be added "
            "up?",
            lambda X, y_true, w: X[-1] * (expit(X[-1] @ w) - y_true[-1]) / len(y_true),
        ),
        Mistake(
            "Only the last sample counts, and undivided. Add the samples up, and divide by their number.",
            lambda X, y_true, w: X[-1] * (expit(X[-1] @ w) - y_true[-1]),
        ),
        Mistake(
            "Only the first sample counts. Does the `return` stand inside the loop?",
            lambda X, y_true, w: X[0] * (expit(X[0] @ w) - y_true[0]) / len(y_true),
        ),
        Mistake(
            "You multiply two means. Each pull belongs to its own row of `X`: multiply first, and take the mean then.",
            lambda X, y_true, w: X.mean(axis=0) * np.mean(expit(X @ w) - y_true),
        ),
        Mistake(
            "There is one factor of $p (1 - p)$ too many: the pull on the score is $p - y$ already. With that factor "
            "it is half the pull of squared error, and stalls.",
            _weighing(lambda p, y_true, z: (p - y_true) * p * (1 - p)),
        ),
        Mistake(
            "That is the gradient of the squared error of the probability, the loss that stalls.",
            _weighing(lambda p, y_true, z: 2 * (p - y_true) * p * (1 - p)),
        ),
        Mistake(
            "You start from the derivative with respect to the probability, and the factor $p (1 - p)$ from there on "
            "to the score is missing.",
            _weighing(lambda p, y_true, z: _by_probability(y_true, p)),
        ),
        Mistake(
            "You start from the derivative with respect to the clipped probability, and the factor $p (1 - p)$ from "
            "there on to the score is missing.",
            _weighing(lambda p, y_true, z: _by_probability(y_true, _clipped(p, 1e-15))),
        ),
        Mistake(
            "The chain through the probability divides by $p (1 - p)$ and multiplies by it again. Where it is 0, that "
            "is NaN: cancel on paper.",
            _weighing(lambda p, y_true, z: _by_probability(y_true, p) * p * (1 - p)),
        ),
        Mistake(
            "The chain through a clipped probability is the bug of this page: the pull of a confident mistake fades.",
            _weighing(lambda p, y_true, z: _chained(lambda dtype: 1e-15)(y_true, z)),
        ),
        Mistake(
            "You subtract the label from the score. That is linear regression; the score has to become a probability.",
            _weighing(lambda p, y_true, z: z - y_true),
        ),
        Mistake(
            "That is the gradient of linear regression, its 2 included. The score has to become a probability first.",
            _weighing(lambda p, y_true, z: 2 * (z - y_true)),
        ),
        Mistake(
            "You subtract the label from a decision, 0 or 1. How sure the model was has to stay in it.",
            _weighing(lambda p, y_true, z: (z >= 0) - y_true),
        ),
        Mistake(
            "Your sigmoid has the wrong sign in its exponential: a high score has to give a probability near 1.",
            _weighing(lambda p, y_true, z: expit(-z) - y_true),
        ),
        Mistake(
            "`np.exp(z) / (1 + np.exp(z))` is infinity divided by infinity for a large score. Write the sigmoid with "
            "`np.exp(-z)` below the fraction bar.",
            _weighing(lambda p, y_true, z: np.exp(z) / (1 + np.exp(z)) - y_true),
        ),
        Mistake(
            "You take the sigmoid twice.",
            _weighing(lambda p, y_true, z: expit(p) - y_true),
        ),
        Mistake(
            "Only the samples of class 1 pull. Those of class 0 pull the other way, with $p$.",
            _weighing(lambda p, y_true, z: y_true * (p - 1)),
        ),
        Mistake(
            "Only the samples of class 0 pull. Those of class 1 pull the other way, with $p - 1$.",
            _weighing(lambda p, y_true, z: (1 - y_true) * p),
        ),
        Mistake(
            "You take the absolute value of each pull. Its sign says which way the score should go.",
            _weighing(lambda p, y_true, z: np.abs(p - y_true)),
        ),
        Mistake(
            "You weigh the columns of `X` by the losses. A gradient weighs them by the derivatives of the losses.",
            _weighing(lambda p, y_true, z: _stable_loss(y_true, z)),
        ),
        Mistake(
            "You return the mean loss. Its derivatives are asked for.",
            lambda X, y_true, w: np.mean(_stable_loss(y_true, X @ w)),
        ),
        *(
            Mistake(
                f"You return weights after a step, with a step size of {step}. The gradient alone is asked for.",
                lambda X, y_true, w, step=step: w - step * _weight_gradient(X, y_true, w),
            )
            for step in (1, 0.5, 0.1, 0.01)
        ),
        Mistake(
            "That comes out if every probability is paired with every label, n × n differences for n samples. Where "
            "does a shape `(n, 1)` meet a shape `(n,)`?",
            lambda X, y_true, w: np.mean(X.T @ (expit(X @ w) - y_true[:, None]) / len(y_true), axis=1),
        ),
        Mistake(
            "You divide by n in each turn of the loop, so the first sample is divided by n again and again. Divide "
            "once, after the loop.",
            _divided_in_the_loop,
        ),
    ],
    hints=[
        "One score is `X[i] @ w`. How does it change with `w[j]`, and how does the loss change with the score?",
        "The pull of sample $i$ on its score is $p_i - y_i$; the derivative of that score with respect to weight $j$ "
        "is the entry $x_{ij}$. Multiply, and take the mean over the samples.",
        "All weights at once: `X.T @ ...`, divided by the number of samples.",
    ],
    remark="The first cell of the page does the same with `columns`, for 2,000 steps.",
    what="gradient",
)

# A log that sits at 0.6931

SPAM = 0.2  # the share of spam
_BASE = _cross_entropy(SPAM, logit(SPAM))
_TWICE = _cross_entropy(SPAM, 0.5)  # a score of 0 becomes 1/2, which is taken for a score

training_log = Choose(
    f"{PAGE}/training-log",
    options={
        "nothing moves": "Every mail still has the score 0 that it began with, so every loss is $\\log 2 = 0.6931$.",
        "useless features": f"Then the bias would still learn how rare spam is, and the loss would sink to the "
        f"base-rate value, {_BASE:.4f}.",
        "shuffled labels": "A share of 0.2 is a share of 0.2 in any order: the bias would learn it, and the loss "
        f"would sink to {_BASE:.4f} or a little below.",
        "two sigmoids": f"Then a score of 0 would become ½, which is taken for a score in its turn: the log would "
        f"begin at {_TWICE:.4f}, and move.",
        "too large a step": "Then the loss would jump about, and mostly above log 2: no step leads back to a score of "
        "exactly 0 for every mail.",
    },
    right="nothing moves",
    reasons={
        "above the base rate": "A constant score, which the bias alone can give, could bring the loss down to "
        f"$-0.2 \\log 0.2 - 0.8 \\log 0.8 = {_BASE:.4f}$, without a look at any mail. The model has not "
        "even learned that, so the data are not what holds it back: its weights do not change.",
        "it is log 2": "It is: every mail gets a probability of ½. But if half of the mails were spam, a model with "
        "useless features would sit there, too. What rules that out here?",
        "accuracy is high": "Those 80 % are the real mails: whoever calls nothing spam is right about them.",
        "below the base rate": f"The base-rate value is {_BASE:.4f}, and 0.6931 is above it.",
        "it is constant": "A model that has learned all it can is constant as well. At which height does it sit, and "
        "which height is within reach of every model?",
    },
    because="above the base rate",
    hints=[
        "What would a model pay that gives every mail the same probability, the best one? The page computes it for the "
        "patients.",
        "For a share of 0.2 it is $-0.2 \\log 0.2 - 0.8 \\log 0.8$. Is the log above or below that?",
    ],
)

# The score from which mail is junk

COST = 40
_share = COST / (COST + 1)

spam = FindNumber(
    f"{PAGE}/spam",
    answer=np.log(COST),
    tolerance=0.005,  # two decimals, rounded
    mistakes={
        0.0: "At 0 both kinds of mail are equally likely. That is the threshold when both mistakes cost the same.",
        0.5: "½ is a probability, and the threshold when both mistakes cost the same. A score is asked for.",
        -np.log(COST): "That sends mail to the junk folder when it is almost surely real. Which mistake is the "
        "costly one?",
        _share: "That is the probability from which mail is junk. Which score has it?",
        1 / COST: "That is what belongs to a real mail at the threshold, its odds or its probability. A score is the "
        "logarithm of the odds of spam.",
        COST: "Those are the odds at the threshold. The score is their logarithm.",
        np.log(COST + 1): f"You took the logarithm of {COST + 1}. The score is the logarithm of the odds, "
        f"$p / (1 - p)$, and those are {COST}.",
        np.log(COST - 1): f"You took {1 / COST:g} for the probability of being real. The two costs are equal where "
        f"the odds are {COST}, and $p$ is {COST} / {COST + 1}.",
        logit(round(_share, 2)): f"You rounded the probability to {_share:.2f} before it became a score. Near 1 a "
        "small change of the probability is a large one of the score: round at the end.",
        np.log10(COST): "That logarithm has base 10. A score is a natural logarithm.",
        np.log2(COST): "That is in bits. A score is a natural logarithm.",
        float(expit(_share)): "You took the sigmoid of the probability. The way back from a probability to a score "
        "is the logarithm of the odds.",
        np.log(_share): "That is the logarithm of the probability. A score is the logarithm of the odds.",
        np.log(4 * COST): "You count the share of spam once more. The filter's probability has it already: it is "
        "the probability for this mail.",
        np.log(COST / 4): "You take the rarity of spam into account, and the filter has done so: its probability "
        "is that for this mail.",
        np.log(COST) / 2: "That is half of it: the logarithm of the root.",
    },
    hints=[
        "Let $p$ be the probability of spam. Junk costs 40 if the mail is real, the inbox costs 1 if it is spam. What "
        "does each cost on average?",
        "Junk is the cheaper one where $40 (1 - p) < p$. What are the odds $p / (1 - p)$ there?",
    ],
    why=f"Junk costs ${COST} (1 - p)$ on average and the inbox $p$; junk is cheaper where the odds $p / (1 - p)$ are "
    f"above {COST}. The score is the logarithm of the odds, so it is ${np.log(COST):.2f}$, at a probability of "
    f"${_share:.3f}$. The model need not be trained again for that: the threshold is yours, as long as its "
    "probabilities can be believed.",
)

# The quiz


def _mean_loss(stated, right):
    """The mean loss of a forecaster who states a probability and is right with another."""
    return -(right * np.log(stated) + (1 - right) * np.log(1 - stated))


quiz = Quiz(
    PAGE,
    [
        Item(
            "Two models are right about 90 of 100 patients. One always puts a probability of 0.9 on its answer, the "
            "other 0.999. What are their mean losses?",
            {
                "They are equal, since they make the same mistakes.": "Accuracy counts mistakes. Cross-entropy charges "
                "for how sure each of them was.",
                f"{_mean_loss(0.9, 0.9):.3f} and {_mean_loss(0.999, 0.9):.3f}: the modest one is better.": "Ten "
                f"mistakes at a probability of 0.001 cost {-np.log(0.001):.2f} each, far more than the other ninety "
                "save. The second is hardly better than a coin flip, at 0.693.",
                f"{_mean_loss(0.9, 0.9):.3f} and {-np.log(0.999):.3f}: the sure one is better.": "The second number is "
                "what it pays where it is right. Now add the ten where it is wrong.",
            },
            right=f"{_mean_loss(0.9, 0.9):.3f} and {_mean_loss(0.999, 0.9):.3f}: the modest one is better.",
        ),
        Item(
            "On validation data the accuracy has stayed at 0.95 for ten epochs, and the cross-entropy has risen from "
            "0.15 to 0.30. Which of these explains it?",
            {
                "One of the two numbers is computed wrongly.": "Both may be right: they look at different things.",
                "The same patients are wrong, and the model has become surer of them.": "When a large score on "
                "the wrong side doubles, its loss nearly doubles, and no decision has changed.",
                "More patients are wrong.": "Then the accuracy would have fallen.",
            },
            right="The same patients are wrong, and the model has become surer of them.",
        ),
        Item(
            "Three doctors of ten call a sample malignant, so you train with the label $y = 0.3$. Where is its "
            "cross-entropy lowest, and how low?",
            {
                "At $p = 0.3$, where it is 0.": "There $p - y$ is 0, so it is lowest. But $-0.3 \\log 0.3 - 0.7 \\log "
                f"0.7$ is {_mean_loss(0.3, 0.3):.3f}: what the doctors disagree about stays.",
                "At $p = 0$, since most call it benign.": "There the three who said "
                "malignant would cost infinitely much.",
                f"At $p = 0.3$, where it is {_mean_loss(0.3, 0.3):.3f}.": "The pull $p - y$ is 0 there. What is left "
                "is the entropy of the label, which no prediction can remove.",
            },
            right=f"At $p = 0.3$, where it is {_mean_loss(0.3, 0.3):.3f}.",
        ),
        Item(
            'A network ends in `Dense(1)` and is compiled with `loss="binary_crossentropy"`. A benign patient, $y = '
            "0$, has the score 2. How hard does this patient pull on the score?",
            {
                f"With $p - y$, which is {expit(2):.2f}.": "It would with `from_logits=True`. Without it, 2 is taken "
                "for a probability.",
                "Not at all.": "Without `from_logits=True` the 2 is taken for a probability and clipped to the highest "
                "one that the clip leaves. Behind a clip the loss is flat, so a wrong patient goes unnoticed.",
                "With $p - y$ again, which is 2.": "That is the pull of half the squared error. The clip comes "
                "first, and 2 lies behind it.",
            },
            right="Not at all.",
        ),
    ],
)
