"""The exercises, the bug and the quiz of the page on softmax."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, xlogy

from lossbook.exercises import Case, FindNumber, Item, Mistake, Quiz, WriteFunction

PAGE = "classification/softmax"
GUARDS = (1e-7, 1e-8, 1e-10, 1e-12, 1e-15, 1e-16)  # what people clip probabilities at, or add


# The bug


def _mean_loss(features, labels, W, b):
    z = features @ W + b
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def _scores(features, W, b):
    return features @ W + b


def _log_softmax(z: NDArray) -> NDArray:
    return z - logsumexp(z, axis=-1, keepdims=True)


def _mean(log_p_of, scores=_scores, pick=lambda log_p, labels: -log_p[np.arange(len(labels)), labels].mean()):
    """Return a version with other log-probabilities, functions of the scores, with other scores or another mean."""
    return lambda features, labels, W, b: pick(log_p_of(scores(features, W, b)), labels)


def _naive(z: NDArray) -> NDArray:
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _one_top(z: NDArray) -> NDArray:
    z = z - z.max()
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


_RANDOM = np.random.default_rng(3)
_FEATURES = _RANDOM.normal(size=(5, 4)).round(2)
_LABELS = np.array([2, 0, 1, 1, 2])
_WEIGHTS, _OFFSETS = _RANDOM.normal(size=(4, 3)).round(2), np.array([0.3, -0.5, 1.1])
_OVERFLOWS = (
    "For scores in the thousands an exponential overflows, or all of them vanish, and a logarithm is taken of that. "
    "How did the page keep the exponents at 0 or below, row by row?"
)

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def mean_loss(features, labels, W, b):
    # The model: a linear layer, and the softmax of its output.
    output = features @ W + b
    output = np.exp(output - output.max(axis=1, keepdims=True))
    output = output / output.sum(axis=1, keepdims=True)
    # The loss: cross-entropy with integer labels.
    log_p = output - np.log(np.exp(output).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])
""",
    solution=_mean_loss,
    cases=[
        (_FEATURES, _LABELS, _WEIGHTS, _OFFSETS),
        (_FEATURES[:2], np.array([3, 1]), np.eye(4), np.zeros(4)),
        (_FEATURES[:1], np.array([0]), np.zeros((4, 6)), np.zeros(6)),
        # Each row at a level of its own, some sure and wrong.
        (np.array([[2.0, 0.5], [-3.0, 1.0], [0.0, 0.2]]), np.array([1, 1, 0]), np.diag([1000.0, 900.0]), np.zeros(2)),
        (np.ones((2, 1)), np.array([0, 2]), np.array([[-1.0, 0.5, 0.0]]), np.full(3, -2000.0)),
    ],
    mistakes=[
        Mistake(
            "Softmax is still taken twice. At the end of the first half `output` holds probabilities; what does the "
            "second half take it for?",
            _mean(lambda z: _log_softmax(np.exp(_log_softmax(z)))),
        ),
        Mistake(
            "Softmax is taken three times now. There was one too many to begin with.",
            _mean(lambda z: _log_softmax(np.exp(_log_softmax(np.exp(_log_softmax(z)))))),
        ),
        Mistake(f"One softmax is left, as it should be. {_OVERFLOWS}", _mean(_naive)),
        Mistake(
            "One softmax is left, as it should be. But a probability that rounds to 0 has no logarithm: the loss of a "
            "sample that is sure and wrong becomes infinite. Go from the scores to the log-probabilities directly.",
            _mean(lambda z: np.log(np.exp(_log_softmax(z)))),
        ),
        Mistake(
            "One softmax is left, as it should be. But you subtract the largest score of the whole batch; in a row far "
            "below it every exponential vanishes. Each row needs its own.",
            _mean(_one_top),
        ),
        Mistake(
            "You divide by the sum of exponentials of shifted scores, and do not shift the score itself: "
            "the largest score has to be subtracted in both places, or added back to the logarithm.",
            _mean(lambda z: z - np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))),
        ),
        Mistake(
            "The shifted scores themselves are taken for the log-probabilities. They still have to be normalized, by "
            "the logarithm of the sum of their exponentials.",
            _mean(lambda z: z - z.max(axis=1, keepdims=True)),
        ),
        Mistake(
            "The scores themselves are taken for the log-probabilities. The softmax that belongs to the loss is gone, "
            "too.",
            _mean(lambda z: z),
        ),
        Mistake(
            "The mean of the probabilities, with a minus: the logarithm is gone.",
            _mean(lambda z: np.exp(_log_softmax(z))),
        ),
        *(
            Mistake(
                f"One softmax is left, as it should be. But a guard of {least:g}, clipped at or added, caps the loss "
                f"of a sample at {-np.log(least):.1f}, and one that is sure and wrong may cost a thousand. Without a "
                "probability in between, nothing has to be guarded.",
                _mean(lambda z, least=least: np.log(np.clip(np.exp(_log_softmax(z)), least, 1))),
            )
            for least in (*GUARDS, np.finfo(float).tiny)
        ),
        Mistake(
            "The softmax goes down the columns, over the samples. It belongs along the rows, over the classes.",
            _mean(lambda z: z - logsumexp(z, axis=0, keepdims=True)),
        ),
        Mistake(
            "One sum is taken over the whole batch. Each row has a sum of its own: `axis=1`.",
            _mean(lambda z: z - logsumexp(z)),
        ),
        Mistake(
            "Each score went through a sigmoid by itself. Those do not sum to 1: the classes have to share.",
            _mean(lambda z: -np.logaddexp(0, -z)),
        ),
        Mistake("The offset `b` is gone.", _mean(_log_softmax, scores=lambda features, W, b: features @ W)),
        Mistake(
            "You add up where the mean is asked for.",
            _mean(_log_softmax, pick=lambda log_p, labels: -log_p[np.arange(len(labels)), labels].sum()),
        ),
        Mistake(
            "You return one loss per sample. The mean over the batch is asked for.",
            _mean(_log_softmax, pick=lambda log_p, labels: -log_p[np.arange(len(labels)), labels]),
        ),
        Mistake(
            "You average over the classes as well: with one-hot labels all but one of the terms are 0, and still "
            "counted.",
            _mean(
                _log_softmax,
                pick=lambda log_p, labels: -log_p[np.arange(len(labels)), labels].mean() / log_p.shape[1],
            ),
        ),
        Mistake(
            "`log_p[:, labels]` pairs every sample with the label of every other. One entry per row is asked for.",
            _mean(_log_softmax, pick=lambda log_p, labels: -log_p[:, labels].mean()),
        ),
        Mistake(
            "You count the classes in the labels. The last class may have no sample here: how many columns has `W`?",
            _mean(_log_softmax, pick=lambda log_p, labels: -np.sum(np.eye(labels.max() + 1)[labels] * log_p, 1).mean()),
        ),
        Mistake(
            "You take the class with the highest score, where the label's is asked for.",
            _mean(_log_softmax, pick=lambda log_p, labels: -log_p.max(axis=1).mean()),
        ),
        Mistake("The minus sign is gone.", _mean(_log_softmax, pick=lambda log_p, labels: _mean_at(log_p, labels))),
    ],
    hints=[
        "Give it a perfect model: scores of 0, 0 and `100`, and the third class as label. What is `output`, and what "
        "is `log_p`?",
        "The last two lines take the softmax of whatever they get. So what should they get?",
        "Take the model's softmax out. Then subtract the largest score of each row, so that nothing overflows.",
    ],
    cause=r"""
Softmax is taken twice, once by the model and once by the loss. The loss takes the model's probabilities for scores.
But probabilities lie between 0 and 1, so the best that the second softmax can be handed is a 1 for the right class and
0 for the others, and of these it makes $e / (e + 2) = 0.576$. Hence the floor: $-\log \frac{e}{e + 2} = 0.5514$.

The accuracy may look right in the end, because a softmax never changes the order of the scores. But training starts
slowly: at $K$ equal scores, the softmax in between divides the gradient by $K$. Two more signs give it away: a loss
that comes to rest at that floor, and an output layer whose numbers are named or typed as probabilities where the loss
wants scores.
""",
    remark="Its last three lines are the log-softmax of the page; the model has none.",
    what="loss",
)


def _mean_at(log_p: NDArray, labels: NDArray) -> float:
    return log_p[np.arange(len(labels)), labels].mean()


# The floor of two softmaxes

CLASSES = 10
FLOOR = float(np.log(1 + (CLASSES - 1) / np.e))

floor = FindNumber(
    f"{PAGE}/floor",
    answer=FLOOR,
    tolerance=0.0005,
    mistakes={
        float(np.log(1 + 2 / np.e)): "That is the floor for three classes. How many others share the sum here?",
        float(np.log(1 + 1 / np.e)): "That is the floor for two classes.",
        0.0: "That is the floor of one softmax, whose scores may be as large as they like. The second softmax gets "
        "numbers between 0 and 1.",
        float(np.log(10)): "That is where the loss starts, with ten equal scores: log 10. How low can it get?",
        float(np.log(9)): "That is log 9, the logarithm of the number of other classes. What does the second softmax "
        "make of a 1 and nine zeros?",
        float(
            np.log(1 + 10 / np.e)
        ): "You count the right class among the others: nine of the ten probabilities are 0.",
        float(np.log(1 + 9 * np.e)): "The exponent has the wrong sign: here the right class is 1 behind each of the "
        "others. If the model is right and sure, it is 1 ahead.",
        float(np.log(1 + 8 / np.e)): "Nine of the ten classes are wrong, not eight.",
        float(np.log(9 + np.e)): "That is the logarithm of the sum of exponentials. The right class' own score, 1, is "
        "still to be subtracted. As it stands, it is the loss of a sure mistake, the highest there is.",
        float(np.log(9 / np.e)): "The right class is missing in the sum of exponentials: it adds an e.",
        float(np.e / (np.e + 9)): "That is the probability that the second softmax gives to the right class. The loss "
        "is minus its logarithm.",
        float(9 / (np.e + 9)): "That is what the second softmax leaves for the wrong classes. The loss is minus the "
        "logarithm of what is left for the right one.",
        float(np.log2(1 + 9 / np.e)): "That is in bits. Losses of this course, and of the frameworks, are in nats: "
        "natural logarithms.",
        float(np.log10(1 + 9 / np.e)): "That is a decimal logarithm. Losses are in nats: natural logarithms.",
        1.0: "That is the probability of the right class, which goes into the second softmax as a score.",
        1 + 9 / np.e: "The logarithm is missing.",
        float(
            np.exp(-1)
        ): "That is e⁻¹: how much one wrong class weighs beside the right one. There are nine, and then a logarithm.",
        float(np.log(1 + np.exp(1))): "That is the loss of two classes, sure and wrong. Here are ten, sure and right.",
        0.1: "That is the probability of each class at the start.",
        float(
            np.log(1 + 2 / np.e) * np.log(10) / np.log(3)
        ): "The floor does not grow in proportion to log K. Compute it "
        "anew from the ten numbers that the second softmax is handed.",
        float(np.log(9 + np.e) - np.e / (9 + np.e)): "That is the entropy of what the second softmax returns. The "
        "cross-entropy with a one-hot label needs the logarithm of one probability only, that of the right class.",
        float(
            np.log(1 + 2 / np.e) * 10 / 3
        ): "The floor does not grow in proportion to K. Compute it anew from the ten "
        "numbers that the second softmax is handed.",
        float(
            np.log(1 + 9 * np.exp(-2))
        ): "That is the loss at a lead of 2 over the nine others. The second softmax is "
        "handed probabilities: how far can one of them lead another?",
        2.3: "That is where the loss starts: log 10. How low can it get?",
        9 / np.e: "That is what the nine wrong classes weigh beside the right one. The right one's 1 and the "
        "logarithm are missing.",
    },
    hints=[
        "What are the ten numbers that the first softmax returns if the model is right and as sure as can be?",
        "Put them into the cross-entropy as scores: $\\log \\sum_k e^{z_k} - z_y$, with one 1 and nine zeros.",
        "It is the logarithm of $e + 9$, minus the score of the right class.",
    ],
    why="The second softmax is handed a 1 and nine zeros, so the loss is $\\log(e + 9) - 1 = \\log(1 + 9/e)$. It "
    "starts at $\\log 10 = 2.303$, as it should, and falls by little more than a third.",
)


# The gradient with respect to the probabilities


def _gradient(y_true, p):
    slope = np.zeros(p.shape)
    counts = y_true > 0
    slope[counts] = -y_true[counts] / p[counts] / len(p)
    return slope


def _quotient(y_true: NDArray, p: NDArray) -> NDArray:
    return len(p) * _gradient(y_true, p)


_Y = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
_P = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.15, 0.6]])
_SOFT_Y = np.array([[0.7, 0.2, 0.1, 0.0], [0.25, 0.25, 0.25, 0.25]])
_SOFT_P = np.array([[0.3, 0.3, 0.2, 0.2], [0.5, 0.25, 0.125, 0.125]])
_SURE = (np.array([[1.0, 0, 0], [0, 1, 0]]), np.array([[1.0, 0, 0], [0.5, 0.5, 0]]))

other_gradient = WriteFunction(
    f"{PAGE}/other-gradient",
    starter='''
def cce_gradient(y_true, p):
    """Return the derivative of the mean loss with respect to each probability."""
    ...
''',
    solution=_gradient,
    cases=[
        (_Y, _P),
        (_SOFT_Y, _SOFT_P),
        (np.array([[0.0, 1.0]]), np.array([[0.75, 0.25]])),
        Case(
            _SURE,
            only="It fails only where a probability is 0 and so is the label: 0 divided by 0. Such a class does not "
            "enter the loss, so the derivative there is 0.",
        ),
        (np.array([[1.0, 0, 0]]), np.array([[1e-20, 0.5, 0.5]])),
        Case(
            (_Y.astype(int), _P),
            only="It fails only for labels that are integers: an array made like `y_true`, as by `np.zeros_like`, "
            "holds integers, too, and cuts off the decimals.",
        ),
    ],
    mistakes=[
        Mistake(
            "This is the published line. It is 1/n too large in every entry: the derivative of the loss with respect "
            "to a probability whose label is 0 is 0, since that probability does not occur in the loss.",
            lambda y_true, p: (1 - _ratio(y_true, p)) / len(p),
        ),
        Mistake(
            "This is the published line where the label counts, and 0 elsewhere. Differentiate $-\\log p$ once more: "
            "there is no $p - y$ in it.",
            lambda y_true, p: np.where(y_true > 0, (1 - _ratio(y_true, p)) / len(p), 0),
        ),
        Mistake(
            "This is the published line without its $1/n$. And its numerator is not that of this derivative.",
            lambda y_true, p: 1 - _ratio(y_true, p),
        ),
        Mistake(
            "This is the pull on the *scores*, with the softmax differentiated, too. Here the probabilities are the "
            "variables.",
            lambda y_true, p: (p - y_true) / len(p),
        ),
        Mistake(
            "This is the pull on the *scores*, and without the mean's $1/n$. Here the probabilities are the variables.",
            lambda y_true, p: p - y_true,
        ),
        Mistake(
            "You take the softmax of the probabilities. They are the output of one already.",
            lambda y_true, p: (np.exp(_log_softmax(p)) - y_true) / len(p),
        ),
        Mistake(
            "You take the softmax of the probabilities, and divide by that. They are the output of one already.",
            lambda y_true, p: _gradient(y_true, np.exp(_log_softmax(p))),
        ),
        Mistake(
            "The mean is over the samples, n of them. You divide by the number of all entries, n times K.",
            lambda y_true, p: _gradient(y_true, p) / p.shape[1],
        ),
        Mistake(
            "You divide by the number of classes. The mean is over the samples: `len(p)`.",
            lambda y_true, p: _quotient(y_true, p) / p.shape[1],
        ),
        Mistake(
            "You divide by the number of labels above 0. With one-hot labels that is n, but a soft row has several of "
            "them.",
            lambda y_true, p: _quotient(y_true, p) / np.count_nonzero(y_true > 0),
        ),
        Mistake(
            "From the first label of 0 in a row on, all is 0. A class with label 0 is left out; those after it count.",
            lambda y_true, p: _gradient(y_true, p) * np.cumprod(y_true > 0, axis=1),
        ),
        Mistake(
            "A probability near 0 gets the derivative 0. Where the label is above 0, a small probability has a large "
            "one. It is the label that decides which classes do not count.",
            lambda y_true, p: np.where(np.isclose(p, 0), 0, _gradient(y_true, p)),
        ),
        Mistake(
            "Every class is treated as the label. Only the classes whose label is above 0 occur in the loss, each in "
            "proportion to its label.",
            lambda y_true, p: -1 / (len(p) * p),
        ),
        Mistake(
            "Where the label is above 0 you take it for 1. A soft label counts in proportion.",
            lambda y_true, p: np.where(y_true > 0, -1 / (len(p) * p), 0),
        ),
        Mistake(
            "Only the largest label of each row counts here. All of them do, each in proportion.",
            lambda y_true, p: _gradient(np.eye(p.shape[1])[y_true.argmax(axis=1)], p),
        ),
        Mistake(
            "This is the derivative of the binary cross-entropy of each class. In the categorical one there is no "
            "$\\log(1 - p)$.",
            lambda y_true, p: _gradient(y_true, p) - _gradient(1 - y_true, 1 - p),
        ),
        Mistake(
            "This is the derivative of the binary cross-entropy of each class, and it divides by zero at probabilities "
            "of 0 and 1. In the categorical one there is no $\\log(1 - p)$.",
            lambda y_true, p: (_ratio(1 - y_true, 1 - p) - _ratio(y_true, p)) / len(p),
        ),
        Mistake(
            "These are the terms of the loss. Its derivative is asked for.",
            lambda y_true, p: -xlogy(y_true, p) / len(p),
        ),
        Mistake(
            "You return the loss. Its derivative with respect to each probability is asked for.",
            lambda y_true, p: -xlogy(y_true, p).sum(axis=1).mean(),
        ),
        Mistake(
            "You return the loss of each sample. Its derivative with respect to each probability is asked for.",
            lambda y_true, p: -xlogy(y_true, p).sum(axis=1),
        ),
        Mistake(
            "You sum over the classes. The derivative with respect to each of the probabilities is asked for, in the "
            "shape of `p`.",
            lambda y_true, p: _gradient(y_true, p).sum(axis=1),
        ),
        Mistake(
            "You subtract the mean of each row, which keeps the sum of the probabilities at 1. The task holds the "
            "other probabilities fixed.",
            lambda y_true, p: _gradient(y_true, p) - _gradient(y_true, p).mean(axis=1, keepdims=True),
        ),
        Mistake(
            "The derivative of $\\log p$ is $1/p$, and here $p$ is squared.",
            lambda y_true, p: _gradient(y_true, p) / np.where(y_true > 0, p, 1),
        ),
        Mistake(
            "You multiply by the probability. The derivative of $\\log p$ divides by it.",
            lambda y_true, p: -y_true * p / len(p),
        ),
        Mistake(
            "The mean's $1/n$ is missing, and where label and probability are both 0, 0 is divided by 0.",
            lambda y_true, p: -_ratio(y_true, p),
        ),
        *(
            Mistake(
                f"A guard of {least:g}, clipped at or added, changes the derivative of a small probability, which is "
                f"large on purpose. Leave out the classes with label 0, and no guard is needed.{more}",
                lambda y_true, p, least=least, of=of: of(y_true, np.maximum(p, least)),
            )
            for least in GUARDS
            for more, of in (
                ("", lambda y_true, p: -y_true / p / len(p)),
                (" The mean's $1/n$ is missing, too.", lambda y_true, p: -y_true / p),
                (
                    " And this is the published line: there is no $p - y$ in this derivative.",
                    lambda y_true, p: (p - y_true) / p / len(p),
                ),
            )
        ),
    ],
    hints=[
        "The loss of one sample is $-\\sum_k y_k \\log p_k$. Only one of its terms has the $p_k$ in question in it.",
        "What is the derivative of $-y_k \\log p_k$? Then the mean over n samples.",
        "Where $y_k$ is 0 the term is absent, so set these entries to 0 and divide only in the others.",
    ],
    remark="The published formula is $1/n$ larger in every entry. With the derivatives of softmax, "
    "$\\partial p_k / \\partial z_j = p_k (\\delta_{kj} - p_j)$, the chain rule turns both into $(p - y)/n$: "
    "over $k$ these sum to 0, so a constant drops out.",
    what="gradient",
)


def _ratio(y_true: NDArray, p: NDArray) -> NDArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return y_true / p


# The loss of probabilities, row by row


def _rows(y_true, p):
    p = p / p.sum(axis=1, keepdims=True)
    counts = y_true > 0
    log_p = np.zeros(p.shape)
    with np.errstate(divide="ignore"):  # log 0 is minus infinity, on purpose
        log_p[counts] = np.log(p[counts])
    return -np.sum(y_true * log_p, axis=1)


def _loss(log=np.log, share=lambda p: p / p.sum(axis=1, keepdims=True), over=lambda terms: -terms.sum(axis=1)):
    """Return a version with another logarithm, other shares or another sum; a label of 0 does not count."""

    def version(y_true, p):
        logs = np.asarray(log(share(p)))
        return over(np.where(y_true > 0, y_true * np.where(y_true > 0, logs, 0), 0))

    return version


def _as_they_are(p: NDArray) -> NDArray:
    return p


def _mean_of_all(terms: NDArray) -> float:
    return -terms.sum() / len(terms)


def _guarded(least: float, over=lambda terms: -terms.sum(axis=1), share=_as_they_are):
    return lambda y_true, p: over(y_true * np.log(np.maximum(share(p), least)))


def _share(p: NDArray) -> NDArray:
    return p / p.sum(axis=1, keepdims=True)


def _among_the_labels(y_true: NDArray, p: NDArray) -> NDArray:
    p = np.where(y_true > 0, p, 0)
    total = p.sum(axis=1, keepdims=True)
    return -xlogy(y_true, p / np.where(total > 0, total, 1)).sum(axis=1)


_UNSHARED = "A row that does not sum to 1 is taken as it is. Divide it by its sum first."

rows = WriteFunction(
    f"{PAGE}/rows",
    starter='''
def cross_entropy(y_true, p):
    """Return the loss of each sample, an array of shape (n,)."""
    ...
''',
    solution=_rows,
    cases=[
        (_Y, _P),
        (_SOFT_Y, _SOFT_P),
        (_Y[:2], np.array([[7.0, 2.0, 1.0], [0.05, 0.3, 0.15]])),
        # Labels and probabilities that are 0 together, and apart.
        (np.array([[0, 1.0, 0], [0.5, 0.5, 0]]), np.array([[0, 0.5, 0.5], [0.25, 0.75, 0]])),
        (np.array([[0, 0, 1.0], [0, 1, 0], [0.5, 0, 0.5]]), np.array([[0.5, 0.5, 0], [0.25, 0.75, 0], [1, 0, 0]])),
        (np.array([[1.0, 0]]), np.array([[1e-310, 1.0]])),
    ],
    mistakes=[
        Mistake(
            "This is the published listing: a clip, and one number for all. Asked for are one loss per sample, "
            "infinity where a sure model is wrong, and rows that are divided by their sum.",
            _guarded(1e-15, over=_mean_of_all),
        ),
        *(
            Mistake(
                f"A guard of {least:g}, clipped at or added, makes the loss of a sample that is sure and wrong finite. "
                f"Minus the logarithm of 0 is infinity, and the task asks for that.{more}",
                _guarded(least, share=share),
            )
            for least in GUARDS
            for more, share in (("", _share), (f" {_UNSHARED}", _as_they_are))
        ),
        Mistake(_UNSHARED, _loss(share=_as_they_are)),
        Mistake(
            "Where the label and the probability are 0, 0 times minus infinity is NaN. A class with label 0 must not "
            "count, whatever its probability.",
            lambda y_true, p: -np.sum(y_true * np.log(_share(p)), axis=1),
        ),
        Mistake(
            f"Where the label and the probability are 0, 0 times minus infinity is NaN. {_UNSHARED}",
            lambda y_true, p: -np.sum(y_true * np.log(p), axis=1),
        ),
        Mistake(
            "`np.nan_to_num` removes the NaN, and also turns infinity into the largest float.",
            lambda y_true, p: -np.sum(np.nan_to_num(y_true * np.log(_share(p))), axis=1),
        ),
        Mistake(
            f"`np.nan_to_num` removes the NaN, and also turns infinity into the largest float. {_UNSHARED}",
            lambda y_true, p: -np.sum(np.nan_to_num(y_true * np.log(p)), axis=1),
        ),
        Mistake(
            "A probability of 0 costs nothing here, even if it is that of the label. A model that is sure and wrong "
            "gets a perfect score.",
            _loss(log=lambda p: np.log(np.where(p > 0, p, 1))),
        ),
        Mistake(
            f"A probability of 0 costs nothing here, even if it is that of the label. {_UNSHARED}",
            _loss(log=lambda p: np.log(np.where(p > 0, p, 1)), share=_as_they_are),
        ),
        Mistake(
            "Only the largest label of each row counts here. With soft labels all of them do, each in proportion.",
            lambda y_true, p: _rows(np.eye(p.shape[1])[y_true.argmax(axis=1)], p),
        ),
        Mistake(
            f"Only the largest label of each row counts here. With soft labels all of them do. {_UNSHARED}",
            lambda y_true, p: _loss(share=_as_they_are)(np.eye(p.shape[1])[y_true.argmax(axis=1)], p),
        ),
        Mistake(
            "Every class with a label above 0 counts in full. A soft label counts in proportion.",
            lambda y_true, p: _rows((y_true > 0).astype(float), p),
        ),
        Mistake(
            "You take the softmax of `p`, which holds probabilities already. It is the bug of this page.",
            _loss(share=lambda p: np.exp(_log_softmax(p))),
        ),
        Mistake(
            "You take the softmax of `p`, which holds probabilities already, and then see to the zeros. It is the bug "
            "of this page.",
            lambda y_true, p: np.where(
                np.isinf(_rows(y_true, p)), np.inf, _loss(share=lambda p: np.exp(_log_softmax(p)))(y_true, p)
            ),
        ),
        Mistake(
            "One impossible sample makes the loss of every row infinite. The others keep theirs.",
            lambda y_true, p: _rows(y_true, p) + (np.inf if np.isinf(_rows(y_true, p)).any() else 0),
        ),
        Mistake(
            "Any probability of 0 makes the loss of its row infinite here. It may only where the label is above 0.",
            lambda y_true, p: np.where((p == 0).any(axis=1), np.inf, _rows(y_true, p)),
        ),
        Mistake(
            "You divide by the sum of the whole array. Each row has its own: `axis=1`, with `keepdims=True`.",
            _loss(share=lambda p: p / p.sum()),
        ),
        Mistake(
            "You divide by the sums of the columns. The probabilities of a sample stand in a row: `axis=1`.",
            _loss(share=lambda p: p / p.sum(axis=0)),
        ),
        Mistake(
            "Rows with a sum below 1 are taken as they are. Divide those by their sum, too.",
            _loss(share=lambda p: p / np.maximum(p.sum(axis=1, keepdims=True), 1)),
        ),
        Mistake(
            "You divide by the sum of the probabilities whose label is above 0. A class with label 0 has no term in "
            "the loss, but its probability is a part of the row's sum.",
            _among_the_labels,
        ),
        Mistake(
            "You take the logarithm of the average probability. The loss is the average of the logarithms: first the "
            "logarithm, then the labels as weights.",
            lambda y_true, p: -np.log(np.sum(y_true * _share(p), axis=1)),
        ),
        Mistake(
            "You divide each row by its largest entry. They have to sum to 1.",
            _loss(share=lambda p: p / p.max(axis=1, keepdims=True)),
        ),
        Mistake(
            "You average over the classes. The loss of a sample is the sum over them.",
            _loss(over=lambda terms: -terms.mean(axis=1)),
        ),
        Mistake("You return the mean. The loss of each sample is asked for.", _loss(over=_mean_of_all)),
        Mistake(
            f"You return the mean. The loss of each sample is asked for. {_UNSHARED}",
            _loss(over=_mean_of_all, share=_as_they_are),
        ),
        Mistake(
            "You divide by the number of samples. That belongs to the mean; the loss of each is asked for.",
            _loss(over=lambda terms: -terms.sum(axis=1) / len(terms)),
        ),
        Mistake("The minus sign is missing.", _loss(over=lambda terms: terms.sum(axis=1))),
        Mistake(
            f"The minus sign is missing. {_UNSHARED}", _loss(over=lambda terms: terms.sum(axis=1), share=_as_they_are)
        ),
        Mistake("You sum down the columns. A sample is a row: `axis=1`.", _loss(over=lambda terms: -terms.sum(axis=0))),
        Mistake("Each class keeps its term. The loss of a sample is their sum.", _loss(over=lambda terms: -terms)),
        Mistake("The logarithm is binary, so this is in bits. Losses are in nats.", _loss(log=np.log2)),
        Mistake("The logarithm is decimal. Losses are in nats, natural logarithms.", _loss(log=np.log10)),
        Mistake(
            "`np.log1p` is the logarithm of 1 + p, which is never negative.",
            _loss(log=np.log1p),
        ),
        Mistake(
            "This adds the binary cross-entropy's $\\log(1 - p)$ of the other classes. The categorical one has only "
            "the label's.",
            lambda y_true, p: -np.sum(xlogy(y_true, _share(p)) + xlogy(1 - y_true, 1 - _share(p)), axis=1),
        ),
        Mistake(
            "This is the Kullback-Leibler divergence: the entropy of the label is subtracted. With one-hot labels it "
            "is 0, with soft ones it is not.",
            lambda y_true, p: _rows(y_true, p) + xlogy(y_true, y_true).sum(axis=1),
        ),
    ],
    hints=[
        "Three things in this order: divide each row by its sum, take logarithms only where the label is above 0, sum "
        "over the row.",
        "Where the label is 0 the term is 0. Begin with zeros, and fill in the logarithms of the others.",
        "`scipy.special.xlogy(y, p)` is y log p, and 0 where y is 0.",
    ],
    remark="`scipy.special.xlogy` does the middle part: `-xlogy(y_true, p).sum(axis=1)`.",
    what="loss",
)


# The quiz

quiz = Quiz(
    PAGE,
    [
        Item(
            "A new network for 1,000 classes prints a loss of 6.91 in its first batch. What do you do?",
            {
                "Lower the learning rate: a loss should start below 1.": "A loss below 1 would mean that it "
                "typically gives the right class more than 1/e, 37 %, before it has learned anything.",
                "Let it run: that is log 1000, a model that has no opinion.": "Equal scores make every probability "
                "1/1000, and minus its logarithm is 6.91.",
                "Look for a second softmax: 6.91 is its floor.": "Its floor for 1,000 classes is about 5.91, and "
                "the first batch is the one place where two softmaxes cannot be noticed: equal scores stay equal.",
            },
            right="Let it run: that is log 1000, a model that has no opinion.",
        ),
        Item(
            "Your labels are the integers 0 to 9, and the model ends in `Dense(10)` without an activation. Which loss?",
            {
                "`CategoricalCrossentropy(from_logits=True)`": "It wants a row for each label, and refuses integers: "
                "the ranks of target and output differ.",
                "`SparseCategoricalCrossentropy()`": "It accepts the integers, takes the scores for probabilities, and "
                "prints a number that means nothing.",
                "`BinaryCrossentropy(from_logits=True)`": "It refuses integers, and with one-hot rows it would ask "
                "ten yes-or-no questions, where the digits exclude each other.",
                "`SparseCategoricalCrossentropy(from_logits=True)`": "Integer labels and raw scores, and the loss is "
                "told so.",
            },
            right="`SparseCategoricalCrossentropy(from_logits=True)`",
        ),
        Item(
            "Which of these leave the class that a model predicts as it is?",
            {
                "Adding 5 to all scores of a sample.": "The probabilities stay, too.",
                "Dividing all scores by 3.": "A temperature of 3: less sure, in the same order.",
                "A second softmax.": "It keeps the order, which is why the accuracy does not give it away.",
                "Training anew with smoothed labels.": "Another training ends in other weights, and so other scores.",
            },
            right=["Adding 5 to all scores of a sample.", "Dividing all scores by 3.", "A second softmax."],
        ),
        Item(
            "A clinic acts when the model says 95 % or more. The model was trained with label smoothing, and its "
            "accuracy rose by a point. May it be deployed with that threshold?",
            {
                "Yes: accuracy rose, and smoothing makes models less overconfident.": "On this page it made the model "
                "*under*confident: digits that it gave 0.8 were right nearly always. With that threshold the "
                "clinic would act too rarely.",
                "Not before a reliability diagram on held-out patients says what its 95 % means.": "Smoothing moves "
                "the probabilities that the loss asks for. A temperature, fitted on held-out data, can move them back.",
                "No: smoothed labels are wrong labels.": "They are labels that penalize certainty, and can help. It "
                "is the meaning of the probabilities that changes.",
            },
            right="Not before a reliability diagram on held-out patients says what its 95 % means.",
        ),
    ],
)
