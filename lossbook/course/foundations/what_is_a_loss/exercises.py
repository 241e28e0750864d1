"""The exercises, the bug and the quiz of the page on what a loss is."""

import numpy as np

from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction

PAGE = "foundations/what-is-a-loss"


# Find the bug: 1/n twice


def _train_line(x, y_true, learning_rate, steps):
    def gradient(y_pred):
        return 2 * (y_pred - y_true)

    a, b, risks = 0.0, 0.0, []
    for _ in range(steps + 1):
        y_pred = a + b * x
        risks.append(np.mean((y_pred - y_true) ** 2))
        pull = gradient(y_pred)
        a -= learning_rate * np.mean(pull)
        b -= learning_rate * np.mean(pull * x)
    return np.array(risks)


def _trained(x, y_true, learning_rate, steps, factors=(1.0, 1.0), in_b=None, new_a=False):
    """Train with the gradients in a and b multiplied by factors, or with another gradient in b.

    `in_b` gets `x` and the residuals; with `new_a`, these are taken after the update of a.
    """
    a, b, risks = 0.0, 0.0, []
    for _ in range(steps + 1):
        residual = a + b * x - y_true
        risks.append(np.mean(residual**2))
        a -= learning_rate * factors[0] * 2 * np.mean(residual)
        if new_a:
            residual = a + b * x - y_true
        b -= learning_rate * factors[1] * 2 * (in_b(x, residual) if in_b else np.mean(residual * x))
    return np.array(risks)


def _times(in_a, in_b):
    """Return a version whose gradients with respect to a and b are off by factors, each a function of n."""
    return lambda x, y_true, *given: _trained(x, y_true, *given, factors=(in_a(len(x)), in_b(len(x))))


bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def train_line(x, y_true, learning_rate, steps):
    def gradient(y_pred):
        return 2 * (y_pred - y_true) / len(y_true)

    a, b, risks = 0.0, 0.0, []
    for _ in range(steps + 1):
        y_pred = a + b * x
        risks.append(np.mean((y_pred - y_true) ** 2))
        pull = gradient(y_pred)
        a -= learning_rate * np.mean(pull)
        b -= learning_rate * np.mean(pull * x)
    return np.array(risks)
""",
    solution=_train_line,
    cases=[
        (np.array([-1.2, -0.3, 0.4, 1.1]), np.array([-2.0, 1.0, 3.0, 2.5]), 0.1, 3),
        (np.array([0.5, -1.5, 0.7]), np.array([40.0, -30.0, 25.0]), 0.2, 2),
        (np.array([1.3]), np.array([151.0]), 0.1, 2),
    ],
    mistakes=[
        Mistake(
            "The updates are still n times too small: something is divided by n twice. Follow one residual from "
            "`y_pred - y_true` to `a -= ...` and count the divisions on its way; `np.mean` is one.",
            _times(lambda n: 1 / n, lambda n: 1 / n),
        ),
        Mistake(
            "Now nothing divides by n, and the updates are n times too large: the risk is a mean, so its gradient is "
            "one too. One of the two divisions has to stay.",
            _times(lambda n: n, lambda n: n),
        ),
        Mistake(
            "That is the colleague's cure: a factor of 442 fits 442 patients and no other number of them. Take the "
            "cause away, do not make up for it.",
            _times(lambda n: 442 / n, lambda n: 442 / n),
        ),
        Mistake(
            "That is the colleague's cure, typed in: your learning rate is 44.2, whatever `learning_rate` says.",
            lambda x, y_true, rate, steps: _trained(x, y_true, 44.2 / len(x), steps),
        ),
        Mistake(
            "Your learning rate is 0.1, whatever `learning_rate` says.",
            lambda x, y_true, rate, steps: _trained(x, y_true, 0.1, steps),
        ),
        Mistake(
            "The slope `b` is still updated with a gradient n times too small; `a` is right.",
            _times(lambda n: 1, lambda n: 1 / n),
        ),
        Mistake(
            "The intercept `a` is still updated with a gradient n times too small; `b` is right.",
            _times(lambda n: 1 / n, lambda n: 1),
        ),
        Mistake(
            "The division by n is right now, and the 2 got lost: the derivative of the square of r is 2r.",
            _times(lambda n: 0.5, lambda n: 0.5),
        ),
        Mistake(
            "The size of the updates is right now and their direction is not: the risk grows. An update goes against "
            "the gradient.",
            _times(lambda n: -1, lambda n: -1),
        ),
        Mistake(
            "The updates are still n times too small, and they go uphill besides. An update goes against the gradient.",
            _times(lambda n: -1 / n, lambda n: -1 / n),
        ),
        Mistake(
            "You take the mean of the residuals before they meet their `x`. `b` needs the mean of products, not the "
            "product of means.",
            lambda *given: _trained(*given, in_b=lambda x, residual: np.mean(residual) * np.mean(x)),
        ),
        Mistake(
            "The division by n is right now, and an `x` got lost: in the gradient with respect to `b` each residual is "
            "multiplied by its `x`.",
            lambda *given: _trained(*given, in_b=lambda x, residual: np.mean(residual)),
        ),
        Mistake(
            "The division by n is right now. But you update `a`, then use the new `a` in the gradient for `b`: both "
            "parts of one gradient belong to the same line.",
            lambda *given: _trained(*given, new_a=True),
        ),
        Mistake(
            "You changed how the risk is reported, from a mean to a sum. The report was right; the updates are not.",
            lambda x, *given: len(x) * _trained(x, *given, factors=(1 / len(x), 1 / len(x))),
        ),
        Mistake(
            "The updates are right. The risk that you report is the sum; keep the mean.",
            lambda x, *given: len(x) * _trained(x, *given),
        ),
        Mistake("`x` and `y_true` change places somewhere.", lambda x, y_true, *given: _trained(y_true, x, *given)),
        Mistake(
            "You return the last risk alone. The risk at every step is asked for, the start included.",
            lambda *given: _trained(*given)[-1],
        ),
        Mistake(
            "The updates are right, and the risk at the start is missing: a risk is recorded before each update, and "
            "after the last one.",
            lambda *given: _trained(*given)[1:],
        ),
        Mistake(
            "The updates are right, and the risk after the last one is missing. The loop ran `steps + 1` times for it.",
            lambda *given: _trained(*given)[:-1],
        ),
        Mistake(
            "You take one step too many.",
            lambda x, y_true, rate, steps: _trained(x, y_true, rate, steps + 1),
        ),
    ],
    hints=[
        "The direction is right, for the risk falls. Compare the size: how far is the first update of `a` here, and "
        "how far is it in the loop of this page?",
        "The ratio of the two is 442. What in this function knows the number of patients?",
        "`/ len(y_true)` and `np.mean` both divide by n. The risk has one 1/n.",
    ],
    cause=r"""
The $1/n$ is there twice: once as `/ len(y_true)`, once in `np.mean`. Each is right by itself; together they drive the
update with a gradient that is $n = 442$ times too small for the risk that is printed. The sign and the direction are
right, so the risk falls and nothing looks broken.

A rate of $44.2 = 0.1 \cdot 442$ cancels the factor for 442 patients. With the first 44 of them it is ten times too
much. Divide once: let the inner function return the derivative for each patient, as `lossbook` does, and the mean
do the rest.
""",
    what="list of risks",
)


# One step by hand

_SCORES = np.array([100.0, 150.0, 200.0])
_GRADIENT = 2 * np.mean(0 - _SCORES)

first_step = FindNumber(
    f"{PAGE}/first-step",
    answer=-0.1 * _GRADIENT,
    tolerance=0.05,
    mistakes={
        0.1 * _GRADIENT: "You walk uphill. The gradient is negative: the risk falls when `a` grows. The update "
        "subtracts the gradient.",
        -0.1 * _GRADIENT / 2: "The 2 is missing: the derivative of the square of r is 2r.",
        -0.1 * _GRADIENT * 3: "You used the sum over the three patients. The risk is their mean, and so is its "
        "gradient.",
        -0.1 * _GRADIENT * 3 / 2: "Two things: the derivative of the square of r is 2r, and the risk is a mean, not a "
        "sum.",
        -0.1 * _GRADIENT / 3: "You divided by the number of patients twice.",
        -0.1 * _GRADIENT / 6: "Two things: the derivative of the square of r is 2r, and you divided by the number of "
        "patients twice.",
        _GRADIENT: "That is the gradient. Box 5 still has to turn it into a new `a`.",
        -_GRADIENT: "That is the gradient with its sign turned, and the learning rate is missing.",
        -_GRADIENT * 3: "You summed over the patients instead of taking the mean, and the learning rate is missing.",
        -_GRADIENT / 0.1: "You divided by the learning rate. The update multiplies the gradient by it.",
        np.mean(_SCORES): "That is the mean of the scores, where the loop ends. One step goes a part of the way.",
        np.mean(_SCORES**2): "That is the risk at `a = 0`. The update needs its derivative.",
        0.1 * np.mean(_SCORES**2): "You multiplied the risk by the learning rate. The update needs the derivative of "
        "the risk.",
        0.1 * 2 * _SCORES[0]: "That is the step for the first patient alone. The risk is the mean over all three.",
        0.1 * 2 * _SCORES[2]: "That is the step for the last patient alone. The risk is the mean over all three.",
        54.0: "That is `a` after two steps. One is asked for.",
        76.8: "You made one update for each patient in turn. One step is one update, with the mean over all three.",
        0.1: "The pull of squared error is 2r, not the sign of r: that belongs to absolute error.",
    },
    hints=[
        "Write the three residuals down, prediction minus score, and mind their sign.",
        "The gradient is twice the mean residual.",
        "The new `a` is 0 minus a tenth of the gradient.",
    ],
    why="The residuals are $-100$, $-150$ and $-200$, and the gradient is twice their mean, $-300$. The update "
    "subtracts a tenth of it from 0.",
)


# A metric for the clinic


def _share_too_low(y_true, y_pred, points):
    return np.mean(y_true - y_pred > points)


_EDGE = "It fails only where a prediction is too low by exactly `points`. That is not more than `points`."

share_too_low = WriteFunction(
    f"{PAGE}/share-too-low",
    starter='''
def share_too_low(y_true, y_pred, points):
    """Return the share of patients predicted too low by more than some points."""
    ...
''',
    solution=_share_too_low,
    cases=[
        (
            np.array([100.0, 150.0, 200.0, 250.0, 120.0, 90.0, 81.0]),
            np.array([90.0, 170.0, 150.0, 251.0, 180.0, 135.0, 73.0]),
            30,
        ),
        (np.array([60.0, 110.0, 151.0, 310.0]), np.array([75.0, 104.0, 120.5, 200.0]), 5),
        (np.array([151.0]), np.array([42.1]), 30),
        Case((np.array([130.0, 145.0, 160.0]), np.array([100.0, 150.0, 190.0]), 30), only=_EDGE),
        Case((np.array([10.0, 20.0, 30.0, 40.0]), np.array([8.0, 20.0, 33.0, 45.0]), 0), only=_EDGE),
    ],
    mistakes=[
        Mistake(
            "That is the share of patients predicted too high. Too low means that the prediction lies below the score.",
            lambda y_true, y_pred, points: np.mean(y_pred - y_true > points),
        ),
        Mistake(
            "You count errors on both sides. A prediction that is too high does not count here, however far off.",
            lambda y_true, y_pred, points: np.mean(np.abs(y_true - y_pred) > points),
        ),
        Mistake(
            "You return how many patients there are. A share is out of all patients.",
            lambda y_true, y_pred, points: np.sum(y_true - y_pred > points),
        ),
        Mistake(
            "You return a percentage. A share lies between 0 and 1.",
            lambda y_true, y_pred, points: 100 * np.mean(y_true - y_pred > points),
        ),
        Mistake(
            "A prediction that is too low by exactly `points` is not too low by more than `points`.",
            lambda y_true, y_pred, points: np.mean(y_true - y_pred >= points),
        ),
        Mistake(
            "That is the share of everybody else. Which way does the comparison point?",
            lambda y_true, y_pred, points: np.mean(y_true - y_pred <= points),
        ),
        Mistake(
            "`points` stands on the wrong side: you count everybody who is not too high by `points` or more.",
            lambda y_true, y_pred, points: np.mean(y_pred < y_true + points),
        ),
        Mistake("Your limit is zero, whatever `points` says.", lambda y_true, y_pred, points: np.mean(y_true > y_pred)),
        Mistake(
            "You return one True or False per patient. What share of them is True?",
            lambda y_true, y_pred, points: y_true - y_pred > points,
        ),
        Mistake(
            "That is the share within the limit, on both sides. Asked is the share beyond it, on one.",
            lambda y_true, y_pred, points: np.mean(np.abs(y_true - y_pred) <= points),
        ),
        Mistake(
            "Your limit is 30, whatever `points` says.", lambda y_true, y_pred, points: np.mean(y_true - y_pred > 30)
        ),
        Mistake(
            "Your answer is all or nothing, 1 or 0. Compare each patient with the limit, then take the mean.",
            lambda y_true, y_pred, points: np.mean(y_true - y_pred) > points,
        ),
        Mistake(
            "You compare the prediction with the limit. The error, score minus prediction, is what has to exceed it.",
            lambda y_true, y_pred, points: np.mean(y_pred < points),
        ),
        Mistake(
            "You average how far predictions are too low. Asked is how many of the patients it happens to.",
            lambda y_true, y_pred, points: np.mean(np.maximum(y_true - y_pred - points, 0)),
        ),
        Mistake(
            "You divide by the number of patients twice. `np.mean` does it already.",
            lambda y_true, y_pred, points: np.mean(y_true - y_pred > points) / len(y_true),
        ),
        Mistake(
            "You divide by 442, the number of patients on this page. Divide by the number of those that came in.",
            lambda y_true, y_pred, points: np.sum(y_true - y_pred > points) / 442,
        ),
        Mistake(
            "You divide by the number of patients predicted too low. The share is out of all patients.",
            lambda y_true, y_pred, points: np.sum(y_true - y_pred > points) / np.sum(y_true > y_pred),
        ),
        Mistake(
            "You take `points` for a percentage of the score. They are points, as the scores are.",
            lambda y_true, y_pred, points: np.mean((y_true - y_pred) / y_true > points / 100),
        ),
        Mistake(
            "Two things: you count errors on both sides, and those of exactly `points` too.",
            lambda y_true, y_pred, points: np.mean(np.abs(y_true - y_pred) >= points),
        ),
        Mistake(
            "That is how many points predictions are too low on average. Asked is for what share of the patients it is "
            "more than `points`.",
            lambda y_true, y_pred, points: np.mean(y_true - y_pred),
        ),
        Mistake(
            "You round. Return all digits, and round where the share is shown.",
            lambda y_true, y_pred, points: np.round(np.mean(y_true - y_pred > points), 2),
        ),
        Mistake(
            "You compare squared points with points.",
            lambda y_true, y_pred, points: np.mean((y_true - y_pred) ** 2 > points),
        ),
    ],
    hints=[
        "How many points is each prediction too low? Negative means too high.",
        "A comparison of an array with a number gives an array of True and False, and they count as 1 and 0.",
        "The mean of the True and False is the share, as in `share_within_30`.",
    ],
    what="share",
)


# A loss of your own


def _fit_clinic(x, y_true, learning_rate, steps):
    a, b = 0.0, 0.0
    for _ in range(steps):
        residual = a + b * x - y_true
        weight = np.where(residual < 0, 4, 1)
        gradient = 2 * weight * residual
        a -= learning_rate * np.mean(gradient)
        b -= learning_rate * np.mean(gradient * x)
    return a, b


def _weighted(residual, below=4.0, above=1.0):
    return 2 * np.where(residual < 0, below, above) * residual


def _fitted(x, y_true, learning_rate, steps, gradient=_weighted, mean=np.mean, input_in_b=True):
    """Fit with another gradient, another mean, or with the input forgotten."""
    a, b = 0.0, 0.0
    for _ in range(steps):
        pull = gradient(a + b * x - y_true)
        a, b = a - learning_rate * mean(pull), b - learning_rate * mean(pull * x if input_in_b else pull)
    return a, b


def _with(**changes):
    return lambda *given: _fitted(*given, **changes)


def _frozen(x, y_true, learning_rate, steps):
    weight = np.where(y_true > 0, 4, 1)
    return _fitted(x, y_true, learning_rate, steps, gradient=lambda residual: 2 * weight * residual)


def _weighted_mean(x, y_true, learning_rate, steps):
    a, b = 0.0, 0.0
    for _ in range(steps):
        pull = _weighted(a + b * x - y_true)
        total = np.sum(np.where(a + b * x < y_true, 4, 1))
        a, b = a - learning_rate * np.sum(pull) / total, b - learning_rate * np.sum(pull * x) / total
    return a, b


def _predictions(x, *given):
    a, b = _fitted(x, *given)
    return a + b * x


def _one_after_the_other(x, y_true, learning_rate, steps):
    a, b = 0.0, 0.0
    for _ in range(steps):
        a -= learning_rate * np.mean(_weighted(a + b * x - y_true))
        b -= learning_rate * np.mean(_weighted(a + b * x - y_true) * x)
    return a, b


fit_clinic = WriteFunction(
    f"{PAGE}/fit-clinic",
    starter='''
def fit_clinic(x, y_true, learning_rate, steps):
    """Return a and b after some steps from a = b = 0."""
    ...
''',
    solution=_fit_clinic,
    cases=[
        (np.array([-1.2, -0.3, 0.4, 1.1]), np.array([-2.0, 1.0, 3.0, 2.5]), 0.1, 1),
        (np.array([-1.2, -0.3, 0.4, 1.1]), np.array([-2.0, 1.0, 3.0, 2.5]), 0.1, 12),
        (np.array([0.5, -1.5, 0.7]), np.array([40.0, -30.0, 25.0]), 0.05, 3),
        (np.array([1.3]), np.array([151.0]), 0.1, 2),
        (np.array([0.2, -0.8]), np.array([-7.0, -4.0]), 0.1, 2),
    ],
    mistakes=[
        Mistake(
            "That is the fit of plain squared error: both directions cost the same in it.",
            _with(gradient=lambda r: 2 * r),
        ),
        Mistake(
            "The weight is on the wrong side: you charge 4 for predictions that are too high. The residual is "
            "prediction minus score, so which sign has one that is too low?",
            _with(gradient=lambda r: _weighted(r, below=1, above=4)),
        ),
        Mistake(
            "You multiply the residual by 4 before it is squared, so the weight becomes 16. The 4 stands before the "
            "square.",
            _with(gradient=lambda r: _weighted(r, below=16)),
        ),
        Mistake(
            "The updates are half as long as they should be: the derivative of the square of r is 2r, and the weight "
            "does not replace the 2.",
            _with(gradient=lambda r: _weighted(r) / 2),
        ),
        Mistake(
            "Where a prediction is too low, your gradient is half of what it should be: 4 times 2r is 8r. Did the 4 "
            "become a 2, or did the 2 of the derivative get lost there?",
            _with(gradient=lambda r: _weighted(r, below=2)),
        ),
        Mistake(
            "Your gradient is 2r and r where 8r and 2r are needed: the weight is 4, not 2, and the derivative of the "
            "square of r is 2r.",
            _with(gradient=lambda r: _weighted(r, below=1, above=0.5)),
        ),
        Mistake(
            "The 2 of the derivative is missing where a prediction is too high.",
            _with(gradient=lambda r: _weighted(r, above=0.5)),
        ),
        Mistake(
            "You leave out the patients whose prediction is too high. They cost less, not nothing.",
            _with(gradient=lambda r: _weighted(r, above=0)),
        ),
        Mistake(
            "Where a prediction is too low, the gradient has lost its sign: a weight is positive, and the residual "
            "keeps its own sign.",
            _with(gradient=lambda r: 2 * np.where(r < 0, 4, 1) * np.abs(r)),
        ),
        Mistake(
            "Your gradient has the size of the weight whatever the residual: that belongs to absolute error. The "
            "derivative of a square grows with the residual.",
            _with(gradient=lambda r: np.where(r < 0, 4, 1) * np.sign(r)),
        ),
        Mistake(
            "You step along the loss. An update needs its derivative: the power of the residual goes down by one.",
            _with(gradient=lambda r: np.where(r < 0, 4, 1) * r**2),
        ),
        Mistake(
            "You charge 4 for every patient. A prediction that is too high costs 1.",
            _with(gradient=lambda r: 8 * r),
        ),
        Mistake(
            "You divide by the sum of the weights. The risk is the mean over the patients: divide by n.",
            _weighted_mean,
        ),
        Mistake("You return the predictions. Asked is the line: `a` and `b`.", _predictions),
        Mistake("You return one number. Asked are both, `a` and `b`.", lambda *given: _fitted(*given)[0]),
        Mistake(
            "Your updates are n times too long: you sum over the patients, and the risk is their mean.",
            _with(mean=np.sum),
        ),
        Mistake(
            "Your updates are n times too short: you divide by n twice, the bug of this page.",
            _with(mean=lambda pull: np.mean(pull) / len(pull)),
        ),
        Mistake(
            "You walk uphill: an update goes against the gradient.",
            lambda x, y, rate, steps: _fitted(x, y, -rate, steps),
        ),
        Mistake(
            "`a` is treated right. In the derivative with respect to `b` each patient counts with their `x`.",
            _with(input_in_b=False),
        ),
        Mistake(
            "You take a mean over those predicted too low, and one over the others. The risk is one mean, over all n.",
            _with(gradient=lambda r: _weighted(r) * len(r) / np.where(r < 0, np.sum(r < 0), np.sum(r >= 0))),
        ),
        Mistake("`a` is treated right. `b` never moves.", lambda x, *given: _fitted(0 * x, *given)),
        Mistake(
            "You round. Return all digits, and round where the line is shown.",
            lambda *given: tuple(np.round(_fitted(*given), 2)),
        ),
        Mistake(
            "You decide once, before the loop, who is predicted too low. The line moves, so this changes from step to "
            "step.",
            _frozen,
        ),
        Mistake(
            "Your residuals stay what they were before the loop. The line moves, so every step needs new predictions.",
            lambda x, y_true, rate, steps: _fitted(x, y_true, rate * steps, 1),
        ),
        Mistake(
            "You choose one weight for everybody, by the mean residual. Each patient has a weight of their own.",
            _with(gradient=lambda r: (8 if r.mean() < 0 else 2) * r),
        ),
        Mistake(
            "Your residual is score minus prediction. That turns around both who pays 4 and which way the update goes.",
            _with(gradient=lambda r: -_weighted(r, below=1, above=4)),
        ),
        Mistake(
            "You update `a`, then use the new `a` in the gradient for `b`. Both parts of one gradient belong to the "
            "same line.",
            _one_after_the_other,
        ),
        Mistake("`a` and `b` have changed places: return the intercept first.", lambda *given: _fitted(*given)[::-1]),
        Mistake(
            "Your number of steps is 200, whatever `steps` says. And do you use `learning_rate`?",
            lambda x, y, rate, steps: _fitted(x, y, 0.1, 200),
        ),
        Mistake(
            "Your learning rate is 0.1, whatever `learning_rate` says.",
            lambda x, y, rate, steps: _fitted(x, y, 0.1, steps),
        ),
        Mistake("You take one step too many.", lambda x, y, rate, steps: _fitted(x, y, rate, steps + 1)),
        Mistake("You take one step too few.", lambda x, y, rate, steps: _fitted(x, y, rate, steps - 1)),
        Mistake(
            "`return` stands inside the loop, so it ends after the first step.",
            lambda x, y, rate, steps: _fitted(x, y, rate, 1),
        ),
        Mistake(
            "`x` and `y_true` change places somewhere.",
            lambda x, y_true, *given: _fitted(y_true, x, *given),
        ),
    ],
    hints=[
        "Take the loop of this page as it is. The loss is another, and so is the gradient; nothing else changes.",
        "The derivative of a weight times the square of r is the weight times 2r. The weight is 4 where the "
        "residual is negative.",
        "`np.where(residual < 0, 4, 1)` gives the weight of each patient; compute it anew in each step.",
    ],
    remark="""
`share_too_low` is `0.47` with `exact_a` and `exact_b`, `0.29` with this line. It lies about `36` points higher at the
mean body-mass index, so more patients are predicted too high: that is what the weight of 4 asks for.
""",
    what="line",
)


# Which model is better?

which_model = Choose(
    f"{PAGE}/which-model",
    options={
        "squared": "Nothing here speaks for that model: that squared error is the usual first loss does not make the "
        "model that minimized it the better one.",
        "absolute": "50 is less than 4000, but 50 are points and 4000 are squared points. Numbers in different units "
        "cannot be compared.",
        "cannot say": "Squared points against points: these two numbers cannot settle it.",
    },
    right="cannot say",
    reasons={
        "two formulas": "Each number comes from another formula. Choose one, the metric that the clinic cares about, "
        "and compute it for both models on the same patients.",
        "take the root": f"The root of 4000 is {4000**0.5:.0f} points, a number in the right unit. But for the same "
        "predictions the root of the mean square is never below the mean absolute error, so it is still not the same "
        "measure.",
        "training data": "Both were measured on the same new patients, so that is not what is wrong.",
        "too few patients": "More patients would give two steadier numbers, of two different things.",
    },
    because="two formulas",
    hints=[
        "In which unit is each of the two numbers?",
        "What would both numbers be for one and the same model?",
    ],
)


# Quiz

_RESIDUALS = np.array([-2.0, 1.0, 3.0])

quiz = Quiz(
    PAGE,
    [
        Item(
            "A model is off by $-2$, $1$ and $3$ points on three patients. What is its risk under squared error?",
            {
                f"{np.mean(_RESIDUALS**2):.2f}": "Square each, then take the mean.",
                f"{np.sum(_RESIDUALS**2):.0f}": "That is the sum of the three losses. The risk is their mean.",
                f"{np.mean(_RESIDUALS) ** 2:.2f}": "You took the mean first and squared it. Errors in opposite "
                "directions cancel then, and a model that is wrong on everybody could get 0.",
                f"{np.mean(np.abs(_RESIDUALS)):.0f}": "That is the mean absolute error, another loss.",
            },
            right=f"{np.mean(_RESIDUALS**2):.2f}",
        ),
        Item(
            "The training risk falls at every step. What do you know?",
            {
                "Every patient is served better than before.": "The mean is. On this page the first patient's loss "
                "falls at first and then climbs for good, while the risk never rises.",
                "The gradient is right.": "In the bug above it is 442 times too small, and the risk falls at every "
                "step.",
                "The steps go downhill.": "They do, and they are short enough. That is all that a falling training "
                "risk can show.",
                "The model will do well on new patients.": "The lookup table had the lowest training risk in each of "
                "200 splits, and on new patients the line beat it every time.",
                "The share within 30 points rises too.": "At first it did. At steps 7, 20 and 88 the risk is lower "
                "each time, and so is the share: loss and metric agree only part of the way.",
            },
            right="The steps go downhill.",
        ),
        Item(
            "Copy every patient once, so that $n$ doubles. What happens to the first step of a loop whose gradient "
            "contains $1/n$ twice, as in the bug above?",
            {
                "It stays the same.": "That is so with one $1/n$: the sum doubles, the divisor too. Here the divisor "
                "grows fourfold.",
                "It becomes twice as long.": "That is what a sum without any $1/n$ would do.",
                "It becomes half as long.": "The sum doubles, and it is divided by $(2n)^2$ instead of $n^2$: half is "
                "left. A step that depends on how often you copied the data is a sign of a wrong factor.",
                "It points another way.": "A factor, however wrong, leaves the direction alone. That is why nothing "
                "looks broken.",
            },
            right="It becomes half as long.",
        ),
        Item(
            "Why does the loop not minimize the share of patients who are off by more than 30 points?",
            {
                "It jumps, and at a jump there is no derivative.": "The jumps are few and hardly ever hit. What stops "
                "the loop are the flat stretches between them.",
                "Nearly everywhere its derivative is 0.": "Move the line a little, and nobody crosses the limit: no "
                "direction to go. So a loss stands in for it.",
                "A share has to be made larger, not smaller.": "This share has to be made smaller. And a "
                "minus sign would turn one into the other.",
                "It is not in the unit of the scores.": "Nor is squared error. The unit is no obstacle: it only "
                "changes which learning rate fits.",
            },
            right="Nearly everywhere its derivative is 0.",
        ),
        Item(
            "One of 100 scores, that of a patient at the mean body-mass index, is typed in 500 points too high. What "
            "happens to the line of least squares?",
            {
                "Nothing worth speaking of: 99 scores are right.": "99 right scores do not balance it where the line "
                "was. The pull of squared error grows with the residual, so the line moves until the other patients' "
                "pulls have grown enough to balance it.",
                "It rises at the mean and stays where it is elsewhere.": "A line has no such bend: an intercept and a "
                "slope are all that it can change.",
                "It rises by 5 points everywhere.": "500 points over 100 patients in the intercept, and 500 times 0 "
                "over 100 in the slope. With a body-mass index far from the mean it would tilt the line too.",
                "It rises by 500 points everywhere.": "The intercept of least squares is the mean score, and one of "
                "100 scores moves their mean by a hundredth of the error.",
            },
            right="It rises by 5 points everywhere.",
        ),
    ],
)
