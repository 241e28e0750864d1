"""The exercises, the bug and the quiz of the page on margins."""

import numpy as np
from scipy.special import expit, softmax

from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction

PAGE = "classification/margins"


# Find the bug: labels 0 and 1


def _hinge(y_true, y_pred):
    sign = 2 * y_true - 1
    margin = sign * y_pred
    loss = np.maximum(0, 1 - margin)
    pull = np.where(margin < 1, -sign, 0)
    return np.mean(loss), pull / len(margin)


def _of_signs(loss, pull):
    """Return a version from functions of the labels -1 and 1 and the scores, one number per patient each."""

    def version(y_true, y_pred):
        sign = 2 * y_true - 1
        return np.mean(loss(sign, y_pred)), pull(sign, y_pred) / len(y_pred)

    return version


def _with_signs(make, squash=lambda z: z):
    """Return a version that makes its signs from 0 and 1 in another way, or changes the scores first."""

    def version(y_true, y_pred):
        sign, score = make(y_true), squash(y_pred)
        margin = sign * score
        return np.mean(np.maximum(0, 1 - margin)), np.where(margin < 1, -sign, 0) / len(margin)

    return version


def _right_loss(sign, z):
    return np.maximum(0, 1 - sign * z)


def _right_pull(sign, z):
    return np.where(sign * z < 1, -sign, 0)


def _to_sign(y_true):
    return 2 * y_true - 1


def _label(sign):
    return (sign + 1) // 2


_AT_THE_KINK = (
    "It fails only where a margin is exactly 1. There the starter takes a pull of 0: the comparison is `<`, not `<=`."
)

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def hinge(y_true, y_pred):
    margin = y_true * y_pred
    loss = np.maximum(0, 1 - margin)
    pull = np.where(margin < 1, -y_true, 0)
    return np.mean(loss), pull / len(margin)
""",
    solution=_hinge,
    cases=[
        (np.array([0, 1, 1, 0, 1]), np.array([0.3, 0.4, -2.5, -3.0, 1.7])),
        (np.array([0, 0, 1]), np.array([-0.6, 40.0, -60.0])),
        (np.array([1, 0]), np.array([0.0, 0.0])),
        (np.array([0.0]), np.array([-0.2])),
        Case((np.array([1, 0, 1, 0]), np.array([1.0, -1.0, 0.5, 2.0])), only=_AT_THE_KINK),
    ],
    mistakes=[
        Mistake(
            "The loss is right. The pull still multiplies by the label, and a benign patient has none. Use the same "
            "signs in both lines.",
            _of_signs(_right_loss, lambda s, z: np.where(s * z < 1, -_label(s), 0)),
        ),
        Mistake(
            "The loss is right. For the pull you still compare the margin of the labels 0 and 1 with 1.",
            _of_signs(_right_loss, lambda s, z: np.where(_label(s) * z < 1, -s, 0)),
        ),
        Mistake(
            "The pull is right. The loss is still computed from the labels 0 and 1, so it reports 1 for each benign "
            "patient.",
            _of_signs(lambda s, z: np.maximum(0, 1 - _label(s) * z), _right_pull),
        ),
        Mistake(
            "The pull has its signs. The margin is still made from the labels 0 and 1, so it is 0 for each benign "
            "patient.",
            _of_signs(lambda s, z: np.maximum(0, 1 - _label(s) * z), lambda s, z: np.where(_label(s) * z < 1, -s, 0)),
        ),
        Mistake(
            "Given whole numbers, your pulls lose their decimals. An array made from the labels, as by "
            "`np.zeros_like`, holds whole numbers only, and 1/n is cut to 0.",
            lambda y_true, y_pred: (_hinge(y_true, y_pred)[0], _hinge(y_true, y_pred)[1].astype(y_true.dtype)),
        ),
        Mistake(
            "You average over those whose loss is above 0. The mean is over all patients, those who cost nothing too.",
            lambda y_true, y_pred: tuple(
                part * len(y_pred) / max(np.sum(_to_sign(y_true) * y_pred < 1), 1) for part in _hinge(y_true, y_pred)
            ),
        ),
        Mistake(
            "You average the pulls over those who pull. The loss is a mean over all patients, and so is its gradient.",
            lambda y_true, y_pred: (
                _hinge(y_true, y_pred)[0],
                _right_pull(_to_sign(y_true), y_pred) / max(np.sum(_to_sign(y_true) * y_pred < 1), 1),
            ),
        ),
        Mistake(
            "The loss is right, and the pull has the wrong sign: where a margin is too small, which way should the "
            "score go to raise it?",
            _of_signs(_right_loss, lambda s, z: np.where(s * z < 1, s, 0)),
        ),
        Mistake(
            "The loss is right. You pull with -1 on malignant and benign patients alike. A benign patient's score "
            "should fall.",
            _of_signs(_right_loss, lambda s, z: np.where(s * z < 1, -1, 0)),
        ),
        Mistake(
            "Your pull stops where a margin passes 0. The hinge charges, and pulls, up to a margin of 1.",
            _of_signs(_right_loss, lambda s, z: np.where(s * z < 0, -s, 0)),
        ),
        Mistake(
            "The loss is right. Your pull never stops: beyond a margin of 1 it is 0.",
            _of_signs(_right_loss, lambda s, z: -s),
        ),
        Mistake(
            "Malignant and benign have changed places: 1 became -1, and 0 became 1.",
            _with_signs(lambda y: 1 - 2 * y),
        ),
        Mistake(
            "Your signs are -1 and 0: the benign patients count, and the malignant ones do not.",
            _with_signs(lambda y: y - 1),
        ),
        Mistake(
            "Your signs are -½ and ½, so the score has to reach 2 before a patient costs nothing. They have to "
            "be -1 and 1.",
            _with_signs(lambda y: y - 0.5),
        ),
        Mistake(
            "Where only one class occurs, your signs become 0/0. Make each from its own label, not from the smallest "
            "and the largest that occur.",
            _with_signs(lambda y: 2 * (y - y.min()) / (y.max() - y.min()) - 1),
        ),
        Mistake(
            "Your signs are 1 and 2. The benign patients need a negative sign.",
            _with_signs(lambda y: y + 1),
        ),
        Mistake(
            "Your signs are 0 and 2: twice the label, and the 1 is not subtracted.",
            _with_signs(lambda y: 2 * y),
        ),
        Mistake(
            "You turn the scores into probabilities first. The hinge compares raw scores with 1; a probability never "
            "gets there.",
            _with_signs(_to_sign, expit),
        ),
        Mistake(
            "You turn the scores into probabilities first, and the labels stay 0 and 1. The hinge wants raw scores, "
            "and it is the labels that need the change.",
            _with_signs(lambda y: y, expit),
        ),
        Mistake(
            "You squash the scores into -1 to 1. Then no margin passes 1, and every patient goes on pulling. Leave "
            "the scores raw.",
            _with_signs(_to_sign, np.tanh),
        ),
        Mistake(
            "You keep only the side of each score. How far it is from the boundary is what the hinge looks at.",
            _with_signs(_to_sign, np.sign),
        ),
        Mistake(
            "Your benign patients cost nothing below 0. The hinge wants room on both sides: their scores have to fall "
            "below -1.",
            _of_signs(
                lambda s, z: np.where(s > 0, np.maximum(0, 1 - z), np.maximum(0, z)),
                lambda s, z: np.where(s > 0, np.where(z < 1, -1, 0), np.where(z > 0, 1, 0)),
            ),
        ),
        Mistake(
            "You leave the benign patients out. They cost nothing then, at whatever score; they have to cost less the "
            "further their score is below 0.",
            _of_signs(
                lambda s, z: np.where(s > 0, np.maximum(0, 1 - z), 0),
                lambda s, z: np.where((s > 0) & (z < 1), -1, 0),
            ),
        ),
        Mistake(
            "You square the shortfall. That is the squared hinge, another loss.",
            _of_signs(lambda s, z: np.maximum(0, 1 - s * z) ** 2, lambda s, z: -2 * s * np.maximum(0, 1 - s * z)),
        ),
        Mistake(
            "That is the logistic loss, a good one; this exercise wants the hinge repaired.",
            _of_signs(lambda s, z: np.logaddexp(0, -s * z), lambda s, z: -s * expit(-s * z)),
        ),
        Mistake(
            "Without the 1 a patient costs nothing as soon as the side is right, and a score of 0 for everybody is "
            "perfect. The 1 belongs there.",
            _of_signs(lambda s, z: np.maximum(0, -s * z), lambda s, z: np.where(s * z < 0, -s, 0)),
        ),
        Mistake(
            "The floor at 0 is gone. A patient far on the right side then pays for the others.",
            _of_signs(lambda s, z: 1 - s * z, lambda s, z: -s),
        ),
        Mistake(
            "The loss is right. The pull has lost its 1/n: the loss is a mean, and so is its gradient.",
            lambda y_true, y_pred: (_hinge(y_true, y_pred)[0], _right_pull(_to_sign(y_true), y_pred)),
        ),
        Mistake(
            "You return the loss of each patient. The mean is asked for, as in the starter.",
            lambda y_true, y_pred: (
                _right_loss(_to_sign(y_true), y_pred),
                _right_pull(_to_sign(y_true), y_pred) / len(y_pred),
            ),
        ),
        Mistake(
            "You return the sum of the losses. The mean is asked for, as in the starter.",
            lambda y_true, y_pred: (
                np.sum(_right_loss(_to_sign(y_true), y_pred)),
                _right_pull(_to_sign(y_true), y_pred) / len(y_pred),
            ),
        ),
    ],
    hints=[
        "Write down what one benign patient costs at a score of -5, of 0 and of 5. And how hard does it pull?",
        "A label of 0 makes the margin 0 and the pull 0, whatever the score. The margin needs labels that say which "
        "way.",
        "Make signs first, -1 for 0 and 1 for 1, and use them in both places where `y_true` stands.",
    ],
    cause="""
A label of 0 makes the margin 0, whatever the score: every benign patient costs exactly 1, and pulls with 0. So only the
malignant ones train the model, and they pull until each of their scores has reached 1. What is left of the loss is the
share of benign patients. Nobody asks where the benign patients' own scores go: the shared weights carry them along, and
from this start, with this step, all 569 scores end above 0.
""",
    what="result",
)


# A number: the subgradient at the kink

kink = FindNumber(
    f"{PAGE}/kink",
    answer=-3 / 7,
    tolerance=0.0006,
    mistakes={
        0: "0 is what code returns at the kink. With it the three benign patients pull alone, and the sum is 3, not 0.",
        -1: "That is the pull of a malignant patient below the kink. Seven of these against three of the other kind "
        "leave -4.",
        1: "That is the pull of one benign patient. What is left for each of the seven?",
        3: "That is the pull of the three benign patients together. The seven have to cancel it.",
        -3: "That is what the seven have to pull together. Each of them has a seventh.",
        -7: "Seven times -1 is what they would pull below the kink. At the kink they pull just hard enough to cancel "
        "the other three.",
        -7 / 3: "Upside down, and out of reach: at the kink a pull lies between -1 and 0. Seven equal pulls cancel "
        "three of 1.",
        -0.3: "That spreads the three over all ten. Only the seven stand at the kink.",
        -0.7: "That is the share of the malignant patients. Write down the sum of the ten pulls, and solve it.",
        -0.4: "That is 3 - 7 over ten. At the kink the seven do not pull with -1; what they pull with is the unknown.",
        0.4: "That is the score by which squared errors would settle, 7 - 3 over ten. A pull is asked for, and it is "
        "negative.",
        -4 / 7: "That would leave -1. The sum has to be 0: seven equal pulls against three of 1.",
        -0.5: "The middle between the slopes on both sides is a subgradient. It leaves the sum at -½, so it is not the "
        "one that holds the balance.",
        -1 / 7: "That cancels one benign patient. There are three.",
        -1 / 3: "Each benign patient pulls with 1 and there are three; they are cancelled by seven, not by three.",
        -3 / 70: "The factor 1/n stands before every pull, so it cancels. Leave it out.",
        -6 / 7: "Did you take the benign patients' margin, -1, and its loss, 2? The pull is the slope, which is 1.",
    },
    hints=[
        "What is the margin of a benign patient at $z = 1$, and which way does it pull?",
        "The three benign patients pull with 1 each. With $g$ for each of the seven, what is the sum of all ten?",
        "Solve $7 g + 3 = 0$.",
    ],
    why="The three benign patients have a margin of -1 and pull with 1 each, and $7 g + 3 = 0$ gives $g = -3/7$. It "
    "lies between the slopes on the two sides, -1 and 0, so it is a subgradient. In a fit with weights it is the same: "
    "the patients exactly at the kink take the pulls that balance the others and the penalty.",
)


# More than two classes


def _multiclass_hinge(y_true, y_pred):
    rows = np.arange(len(y_true))
    others = np.array(y_pred, dtype=float)
    others[rows, y_true] = -np.inf
    return np.maximum(0, 1 + np.max(others, axis=1) - y_pred[rows, y_true])


def _true_and_others(y_true, y_pred, fill=-np.inf):
    """Return each sample's score of its class, and all scores with that one replaced."""
    rows = np.arange(len(y_true))
    others = np.array(y_pred, dtype=float)
    others[rows, y_true] = fill
    return y_pred[rows, y_true], others


def _from_best(rule):
    """Return a version made from the true class's score and the best of the others."""

    def version(y_true, y_pred):
        true, others = _true_and_others(y_true, y_pred)
        return rule(true, others.max(axis=1))

    return version


def _leading(y_true, y_pred, others):
    """Return how far each sample's class falls short of leading the given scores by 1."""
    return np.maximum(0, 1 + others.max(axis=1) - _true_and_others(y_true, y_pred)[0])


def _summed(y_true, y_pred):
    true, others = _true_and_others(y_true, y_pred)
    return np.maximum(0, 1 + others - true[:, None]).sum(axis=1)


def _one_against_rest(y_true, y_pred, total=np.sum):
    sign = -np.ones_like(y_pred)
    sign[np.arange(len(y_true)), y_true] = 1
    return total(np.maximum(0, 1 - sign * y_pred), axis=1)


def _filled(fill):
    def version(y_true, y_pred):
        true, others = _true_and_others(y_true, y_pred, fill)
        return np.maximum(0, 1 + others.max(axis=1) - true)

    return version


def _second(y_pred):
    return np.sort(y_pred, axis=1)[:, -2]


_LOW = (
    "It fails only where all scores are below zero. Something takes the place of the true class's score there, and "
    "wins: multiplying by 0, or setting it to 0, is not leaving it out."
)

multiclass = WriteFunction(
    f"{PAGE}/multiclass",
    starter='''
def multiclass_hinge(y_true, y_pred):
    """Return one loss per sample; y_true has shape (n,), y_pred has shape (n, K)."""
    ...
''',
    solution=_multiclass_hinge,
    cases=[
        (
            np.array([0, 2, 1, 1]),
            np.array([[2.0, 0.5, -1.0], [0.3, 1.2, 0.9], [-2.0, 3.0, 2.9], [1.5, -0.4, 1.1]]),
        ),
        (np.array([2, 0, 1]), np.array([[0.2, -0.3, 0.6], [0.1, 0.4, -0.8], [5.0, 4.5, 4.9]])),
        (np.array([1, 0]), np.array([[0.7, -0.2], [0.4, 1.9]])),
        (np.array([3, 0]), np.array([[1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 0.0, -1.0]])),
        (np.array([1]), np.array([[400.0, -350.0, 20.0]])),
        (np.array([0, 1]), np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 1.0]])),
        Case((np.array([0, 2]), np.array([[-1.0, -3.0, -4.0], [-6.0, -2.5, -2.0]])), only=_LOW),
    ],
    mistakes=[
        Mistake(
            "The true class competes with itself: no loss falls below 1. Leave its score out of the maximum.",
            lambda y_true, y_pred: np.maximum(0, 1 + y_pred.max(axis=1) - _true_and_others(y_true, y_pred)[0]),
        ),
        Mistake(
            "You set the true class's score to 0 before the maximum. Where all others are negative, that 0 wins.",
            _filled(0.0),
        ),
        Mistake(
            "You add up what every other class asks for. Only the best of the others counts.",
            _summed,
        ),
        Mistake(
            "You add up all classes, the true one too, which always adds 1. Only the best of the others counts.",
            lambda y_true, y_pred: _summed(y_true, y_pred) + 1,
        ),
        Mistake(
            "You average over the K classes, as PyTorch's `MultiMarginLoss` does. Only the best of the others counts.",
            lambda y_true, y_pred: _summed(y_true, y_pred) / y_pred.shape[1],
        ),
        Mistake(
            "You average over all K classes, the true one too. Only the best of the others counts.",
            lambda y_true, y_pred: (_summed(y_true, y_pred) + 1) / y_pred.shape[1],
        ),
        Mistake(
            "You average over the other classes. Only the best of them counts.",
            lambda y_true, y_pred: _summed(y_true, y_pred) / (y_pred.shape[1] - 1),
        ),
        Mistake(
            "You compare with the mean of the other scores. The one that could win is the best of them.",
            lambda y_true, y_pred: np.maximum(
                0,
                1
                + (y_pred.sum(axis=1) - _true_and_others(y_true, y_pred)[0]) / (y_pred.shape[1] - 1)
                - _true_and_others(y_true, y_pred)[0],
            ),
        ),
        Mistake(
            "The floor at 0 is missing. A class that wins by more than 1 costs nothing, and earns nothing either.",
            _from_best(lambda true, best: 1 + best - true),
        ),
        Mistake(
            "The 1 is missing: a tie, or a lead of a hair, would cost nothing.",
            _from_best(lambda true, best: np.maximum(0, best - true)),
        ),
        Mistake(
            "The difference is the wrong way round: the loss grows as the true class gets better.",
            _from_best(lambda true, best: np.maximum(0, 1 + true - best)),
        ),
        Mistake(
            "You leave out every score that equals the true class's, and so a rival with the very same score. Leave "
            "out its place, not its value.",
            lambda y_true, y_pred: _leading(
                y_true, y_pred, np.where(y_pred == _true_and_others(y_true, y_pred)[0][:, None], -np.inf, y_pred)
            ),
        ),
        Mistake(
            "You read the true class's score after it has been overwritten. `others = y_pred` is a second name for the "
            "same array: make a copy.",
            lambda y_true, y_pred: np.full(len(y_true), np.inf),
        ),
        Mistake(
            "You read the true class's score after a large negative number has taken its place. `others = y_pred` is a "
            "second name for the same array: make a copy.",
            _from_best(lambda true, best: 1 + best + 1e9),
        ),
        Mistake(
            "A class that leads, by whatever little, costs nothing in your version. It has to lead by 1.",
            _from_best(lambda true, best: np.where(true > best, 0.0, 1 + best - true)),
        ),
        Mistake(
            "A class that leads or ties costs nothing in your version. It has to lead by 1.",
            _from_best(lambda true, best: np.where(true >= best, 0.0, 1 + best - true)),
        ),
        Mistake(
            "A class that leads, or is the first of those that tie, costs nothing here. It has to lead by 1.",
            lambda y_true, y_pred: np.where(y_pred.argmax(axis=1) == y_true, 0.0, _multiclass_hinge(y_true, y_pred)),
        ),
        Mistake(
            "You square the shortfall. The hinge takes it as it is.",
            _from_best(lambda true, best: np.maximum(0, 1 + best - true) ** 2),
        ),
        Mistake(
            "You take the size of the shortfall, so that a class that wins by far pays again. Below 0 it is 0.",
            _from_best(lambda true, best: np.abs(1 + best - true)),
        ),
        Mistake(
            "You count mistakes. The hinge says by how much the true class falls short.",
            _from_best(lambda true, best: (true <= best).astype(float)),
        ),
        Mistake(
            "You count mistakes, and let a tie pass. The hinge says by how much the true class falls short.",
            _from_best(lambda true, best: (true < best).astype(float)),
        ),
        Mistake(
            "You compare with the weakest of the other classes, the smallest score. The best of them is the rival.",
            lambda y_true, y_pred: np.maximum(
                0,
                1 + _true_and_others(y_true, y_pred, np.inf)[1].min(axis=1) - _true_and_others(y_true, y_pred)[0],
            ),
        ),
        Mistake(
            "You keep the shortfall against the last of the other classes. Only the best of them counts.",
            lambda y_true, y_pred: np.maximum(
                0,
                1
                + np.where(y_true == y_pred.shape[1] - 1, y_pred[:, -2], y_pred[:, -1])
                - _true_and_others(y_true, y_pred)[0],
            ),
        ),
        Mistake(
            "You always take the second-best score for the rival. Where the true class is not the best, the best one "
            "is the rival.",
            lambda y_true, y_pred: np.maximum(0, 1 + _second(y_pred) - _true_and_others(y_true, y_pred)[0]),
        ),
        Mistake(
            "You compare the best score with the second-best, and do not look at the label.",
            lambda y_true, y_pred: np.maximum(0, 1 + _second(y_pred) - y_pred.max(axis=1)),
        ),
        Mistake(
            "You add up one hinge for every class against the rest. Here the classes are compared with each other: "
            "the true one has to lead by 1, wherever the scores lie.",
            _one_against_rest,
        ),
        Mistake(
            "You average one hinge for every class against the rest. Here the classes are compared with each other: "
            "the true one has to lead by 1, wherever the scores lie.",
            lambda y_true, y_pred: _one_against_rest(y_true, y_pred, np.mean),
        ),
        Mistake(
            "You take the worst of the hinges of every class against the rest. Compare the scores with each other.",
            lambda y_true, y_pred: _one_against_rest(y_true, y_pred, np.max),
        ),
        Mistake(
            "You ask that the true class's score reach 1. It has to be 1 above the best of the others, wherever "
            "these are.",
            _from_best(lambda true, best: np.maximum(0, 1 - true)),
        ),
        Mistake(
            "You turn the scores into probabilities first, and these differ by 1 at most. Compare raw scores.",
            lambda y_true, y_pred: _multiclass_hinge(y_true, softmax(y_pred, axis=1)),
        ),
        Mistake(
            "You multiply the label with the scores, as with two classes. A class number is a name and no sign.",
            lambda y_true, y_pred: np.maximum(0, 1 - y_true * _true_and_others(y_true, y_pred)[0]),
        ),
        Mistake(
            "That is the cross-entropy of the scores. Here the shortfall against the best other score is asked for.",
            lambda y_true, y_pred: (
                np.log(np.exp(y_pred - y_pred.max(axis=1, keepdims=True)).sum(axis=1))
                + y_pred.max(axis=1)
                - _true_and_others(y_true, y_pred)[0]
            ),
        ),
        Mistake(
            "You take the best of the other scores over all samples. Every sample has its own: the maximum goes along "
            "the rows.",
            lambda y_true, y_pred: np.maximum(
                0, 1 + _true_and_others(y_true, y_pred)[1].max() - _true_and_others(y_true, y_pred)[0]
            ),
        ),
        Mistake(
            "Your classes count from 1. They count from 0.",
            lambda y_true, y_pred: _multiclass_hinge(y_true - 1, y_pred),
        ),
        Mistake(
            "`y_pred[:, y_true]` pairs every sample with every label, n × n numbers for n. Take one score from each "
            "row.",
            lambda y_true, y_pred: np.maximum(
                0, 1 + _true_and_others(y_true, y_pred)[1].max(axis=1) - y_pred[:, y_true]
            ),
        ),
        Mistake(
            "`y_pred[:, y_true]` has a column for every label, so the result is n × n numbers for n samples. Take one "
            "score from each row.",
            lambda y_true, y_pred: np.maximum(
                0, 1 + _true_and_others(y_true, y_pred)[1].max(axis=1)[:, None] - y_pred[:, y_true]
            ),
        ),
    ],
    hints=[
        "For each sample you need two numbers: the score of its class, and the best score among the others.",
        "`y_pred[np.arange(n), y_true]` picks one score from each row. In a copy of floats, give these places a score "
        "that can never win.",
        "Minus infinity never wins. Then `max(axis=1)`, the difference plus 1, and the floor at 0.",
    ],
    remark="With two classes and scores 0 and $z$ this is the hinge of the score $z$. It is the version of "
    "[Crammer and Singer (2001)](../reference/bibliography.md#crammer-and-singer-2001). Keras' `CategoricalHinge` puts "
    "a 0 in the true class's place, so where all scores are below 0 it charges a class that leads by 2.",
    what="loss",
)


# A number: who carries the fit

PATIENTS = 569
CARRIERS = 118  # support vectors at C = 0.01, all thirty features; the tests count them

carriers = FindNumber(
    f"{PAGE}/carriers",
    answer=1 - CARRIERS / PATIENTS,
    tolerance=0.0015,
    mistakes={
        CARRIERS / PATIENTS: "That is the share that carries the fit. What of the others?",
        CARRIERS: "That is the number of patients who carry the fit. The share of the others is asked for.",
        PATIENTS - CARRIERS: "That is how many. What share of the 569 is it?",
        1 - 40 / PATIENTS: "That is the share for a penalty of `C=1`. The smaller `C` is, the more patients stand "
        "inside the margin.",
        40 / PATIENTS: "That is the share that carries the fit with `C=1`. Both are different here.",
        1 - 60 / PATIENTS: "You kept only the benign support vectors, or took `C=0.1`. `n_support_` has one number per "
        "class, and they add up.",
        1 - 58 / PATIENTS: "You kept only the malignant support vectors. `n_support_` has one number per class, and "
        "they add up.",
        60 / PATIENTS: "That is the share of the benign support vectors. Both classes carry the fit, and the share of "
        "the others is asked for.",
        58 / PATIENTS: "That is the share of the malignant support vectors. Both classes carry the fit, and the share "
        "of the others is asked for.",
        1 - 14 / PATIENTS: "You keep only the patients on the wrong side. Those on the right side with a margin below "
        "1 pull as well.",
        14
        / PATIENTS: "That is the share of mistakes. A patient on the right side with a margin below 1 pulls as well.",
        1 - 110 / PATIENTS: "You keep the margins below 1, and delete those exactly at 1. These hold the balance: a "
        "support vector's margin is at most 1.",
        110 / PATIENTS: "That is the share of margins below 1. Those exactly at 1 carry the fit as well, and the share "
        "of all others is asked for.",
        1 - 238 / PATIENTS: "That is for two features. Take all thirty.",
        1 - 114 / PATIENTS: "Did you count the margins of 1 or less? The solver stops a little early, and leaves some "
        "support vectors with a margin of 1.0001. `support_` has them all.",
        1 - 426 / PATIENTS: "That is another kernel, the one that `SVC` takes unless told otherwise. The linear one is "
        "asked for.",
        426 / PATIENTS: "That is the share that carries the fit, with another kernel. The linear one is asked for.",
        1 - 68 / PATIENTS: "Did you fit the features as they come? Standardize them first, or the largest ones count "
        "most.",
        1 - 174 / PATIENTS: "That is the squared hinge, which `LinearSVC` takes unless told otherwise.",
        1 - 212 / PATIENTS: "That is the share of the benign patients. Both classes have some who carry the fit.",
        1: "Nobody would be left to fit.",
        0: "Then everybody would carry it, as with the logistic loss.",
    },
    hints=[
        "Whose pull is 0? Deleting these patients changes nothing.",
        "The fitted model lists those who pull, or stand exactly at the kink, in `support_`.",
    ],
    why=f"`{CARRIERS}` patients have a margin of 1 or less, and the other `{PATIENTS - CARRIERS}` pull with 0. With "
    "the smaller `C` the penalty on the weights counts more, the scores are smaller, and more patients stay below a "
    "margin of 1 than with `C=1`.",
)


# A choice: the loss of a model that has to say how likely

biopsy = Choose(
    f"{PAGE}/biopsy",
    options={
        "hinge": "Its best score is a side, +1 or -1, for 51 % as for 99 %. A map fitted afterwards on other patients "
        "mends some of that, and it is one more thing to fit.",
        "squared hinge": "Its best score does tell the probability, but a wrong label far on the other side pulls "
        "without limit, and a linear score leaves the range from -1 to 1 where it could be read.",
        "logistic": "Its best score is the log-odds, so the sigmoid gives the probability, and no patient pulls harder "
        "than 1. With the exponential loss a few wrong labels can weigh far more than the rest; with the squared hinge "
        "they pull without limit too, and its score tells a probability only between -1 and 1. All the same, check the "
        "logistic model on patients it has not seen.",
        "exponential": "Its best score is half the log-odds, which can be read. But a confident wrong label pulls "
        "exponentially hard, and these records have some.",
    },
    right="logistic",
    reasons={
        "log-odds": "A sigmoid turns log-odds into a probability, which each doctor can compare with their own "
        "threshold.",
        "few carry it": "That few patients carry a fit makes it quick to apply with a kernel. It does not say how "
        "likely a tumor is.",
        "bounds the mistakes": "All these losses bound the number of mistakes, and mistakes at one threshold at that.",
        "wide margin": "A wide margin says how far the patients are from the boundary. How likely is another question.",
    },
    because="log-odds",
    hints=[
        "Which score is best for a group of patients of whom 70 % are malignant, under each loss?",
        "Two of the four can be turned into a probability by a sigmoid. What does a wrong label do to each?",
    ],
)


# The quiz

quiz = Quiz(
    PAGE,
    [
        Item(
            "A benign patient gets the score 3. Which of these pulls hardest on it?",
            {
                "hinge": "Its margin is -3, where the hinge pulls with 1, as it does anywhere below a margin of 1.",
                "logistic": "It pulls with a little less than 1, the probability it gave to the wrong class.",
                "0-1": "It counts one mistake, and pulls with 0: it tells no direction.",
                "squared hinge": "It pulls with twice the shortfall, 2 · (1 + 3) = 8.",
            },
            right="squared hinge",
        ),
        Item(
            "You have fitted a linear SVM. A malignant patient with the score 5 was measured wrongly; with the right "
            "measurements the same fit gives the patient 9. You correct the record, leave the features scaled as they "
            "were, and fit again. What happens to the boundary?",
            {
                "It stays exactly where it is": "Its margin is above 1 before and after. It pulled with 0, and still "
                "does.",
                "It moves a little": "With the logistic loss it would, by very little. The hinge's pull is exactly 0.",
                "It moves by as much as the score": "No loss in the table pulls harder the better a patient is "
                "classified.",
                "That depends on C": "C decides how many patients have a margin below 1. This patient's margin is "
                "above 1 in your fit.",
            },
            right="It stays exactly where it is",
        ),
        Item(
            "An SVM gives a patient the score 1, and a colleague reports a risk of 73 %, the sigmoid of 1. Why should "
            "you not rely on it?",
            {
                "The score is on the wrong scale by a factor of 2": "That would be the exponential loss. The hinge's "
                "score has no fixed relation to the odds.",
                "Scores of an SVM are between -1 and 1": "They go as far as the features take them.",
                "The hinge never asked for odds": "It asks that margins reach 1, and has no use for more. What a 1 "
                "means has to be measured on other patients.",
                "The sigmoid belongs to networks": "It belongs to log-odds, whoever computes them.",
            },
            right="The hinge never asked for odds",
        ),
        Item(
            "A network ends in a sigmoid and is trained with Keras' `Hinge`, labels 0 and 1. What does the loss "
            "report when every prediction is perfect?",
            {
                "0": "That would take a score of -1 for the negatives, and a sigmoid never goes below 0.",
                "The share of the negatives": "Keras turns the labels into -1 and 1. A perfect positive costs 0, a "
                "negative at probability 0 still costs 1.",
                "1": "That is what each negative costs. The positives cost 0 at probability 1.",
                "An error": "Keras accepts probabilities as scores, and converts the labels silently.",
            },
            right="The share of the negatives",
        ),
    ],
)
