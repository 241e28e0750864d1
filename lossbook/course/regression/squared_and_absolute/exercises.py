"""The exercises, the bug and the quiz of the page on squared and absolute error."""

from itertools import combinations

import numpy as np

from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction

PAGE = "regression/squared-and-absolute"

_true = np.array([3.0, -0.5, 2.0, 7.0, -4.0])
_pred = np.array([2.5, 1.5, -1.0, 8.0, -4.25])

# The bug: a column meets a flat array


def _mean_squared_error(y_true, y_pred):
    y_true, y_pred = np.ravel(y_true), np.ravel(y_pred)
    return np.mean((y_pred - y_true) ** 2)


_ONE_SHAPE = "Give both the same shape, whatever they come in."

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def mean_squared_error(y_true, y_pred):
    return np.mean((y_pred - y_true) ** 2)
""",
    solution=_mean_squared_error,
    cases=[
        (_true, _pred),
        Case(
            (_true, _pred[:, None]),
            only="It fails only where a flat target meets predictions in a column, `(n,)` and `(n, 1)`: the very case "
            "above.",
        ),
        Case(
            (_true[:, None], _pred),
            only="Predictions in a column work now. It fails only the other way round, where the target is the column.",
        ),
        Case(
            (_true[:, None], _pred[:, None]),
            only="It fails only where target and predictions are both columns, which was right before.",
        ),
        (_true[:1], _pred[:1, None]),
        (_true[:3], _true[:3, None]),
    ],
    mistakes=[
        Mistake(
            "Still every prediction meets every target. By the time you take the mean, the difference has n rows and n "
            "columns: print the shape of `y_pred - y_true`.",
            lambda y_true, y_pred: np.mean(np.square(y_pred - y_true)),
        ),
        Mistake(
            f"You change the shape of the predictions only, and the target may be a column. {_ONE_SHAPE}",
            lambda y_true, y_pred: np.mean((np.ravel(y_pred) - y_true) ** 2),
        ),
        Mistake(
            f"You change the shape of the target only, and the predictions may be a column. {_ONE_SHAPE}",
            lambda y_true, y_pred: np.mean((y_pred - np.ravel(y_true)) ** 2),
        ),
        Mistake(
            f"You make the target a column, always, and the predictions may be flat. {_ONE_SHAPE}",
            lambda y_true, y_pred: np.mean((y_pred - np.reshape(y_true, (-1, 1))) ** 2),
        ),
        Mistake(
            f"You make the predictions a column, always, and the target may be flat. {_ONE_SHAPE}",
            lambda y_true, y_pred: np.mean((np.reshape(y_pred, (-1, 1)) - y_true) ** 2),
        ),
        Mistake(
            "A factor does not repair it: the perfect prediction still gets a loss, half of the one above. Where do "
            "the additional pairs come from?",
            lambda y_true, y_pred: np.mean((y_pred - y_true) ** 2) / 2,
        ),
        Mistake(
            "You sum and divide by n yourself, and there are still n × n differences to sum. How many should there be?",
            lambda y_true, y_pred: np.sum((y_pred - y_true) ** 2) / len(y_true),
        ),
        Mistake(
            "The shapes are right now, and the square is gone: this is the mean absolute error.",
            lambda y_true, y_pred: np.mean(np.abs(np.ravel(y_pred) - np.ravel(y_true))),
        ),
        Mistake(
            "The shapes are right now, and you return the sum. The mean is asked for.",
            lambda y_true, y_pred: np.sum((np.ravel(y_pred) - np.ravel(y_true)) ** 2),
        ),
        Mistake(
            "The shapes are right now, and you return the root, the RMSE.",
            lambda y_true, y_pred: np.sqrt(_mean_squared_error(y_true, y_pred)),
        ),
        Mistake(
            "You pair the largest prediction with the largest target. Sorting gives the right loss to a perfect "
            "model, and to many bad ones.",
            lambda y_true, y_pred: np.mean((np.sort(np.ravel(y_pred)) - np.sort(np.ravel(y_true))) ** 2),
        ),
        Mistake(
            "You return the squared error of each sample. A metric is one number, their mean.",
            lambda y_true, y_pred: (np.ravel(y_pred) - np.ravel(y_true)) ** 2,
        ),
    ],
    hints=[
        "Print `(y_pred - y_true).shape` for the perfect prediction.",
        "NumPy lines shapes up from the right: `(442, 1)` and `(442,)` make `(442, 442)`.",
        "Make both flat before you subtract: `np.ravel` does it, and so does `reshape(-1)`.",
    ],
    cause="""
`progression` has shape `(442,)`, the prediction `(442, 1)`. NumPy broadcasts the difference to a matrix of shape
`(442, 442)`: every prediction minus every target. The mean over all pairs of two draws from the same data is twice
their variance, and the variance is the 5,929.9 you met above as the MSE of the mean. A model that learns from this loss
is pulled to predict the mean for everyone.

Keras lines the shapes up for a loss *function* handed to `compile`, but not for a loss class of your own, nor when you
call a loss yourself.
""",
    what="loss",
)

# A second bug: whole numbers that wrap around


def _squared_error(y_true, y_pred):
    return (np.asarray(y_pred, dtype=float) - np.asarray(y_true, dtype=float)) ** 2


def _pixels(*values: int, of: type = np.uint8) -> np.ndarray:
    return np.array(values, dtype=of)


pixels = WriteFunction(
    f"{PAGE}/pixels",
    starter="""
def squared_error(y_true, y_pred):
    return (y_pred - y_true) ** 2
""",
    solution=_squared_error,
    cases=[
        (_true, _pred),
        (_pixels(20, 16, 0, 3), _pixels(0, 0, 0, 5)),
        (_pixels(7, 250, 255), _pixels(9, 251, 0)),
        (_pixels(20), np.array([0.5])),
        Case(
            (_pixels(60000, 0, 5, of=np.uint16), _pixels(0, 65535, 6, of=np.uint16)),
            only="It is right for 8 bits, and fails only for pixels of 16 bits, as in a medical scan: the square of "
            "65535 is larger than what a signed integer of 32 bits holds.",
        ),
        Case(
            (_pixels(-100, 100, of=np.int8), _pixels(100, -100, of=np.int8)),
            only="It is right without a sign, and fails only for whole numbers with a sign (int8): -100 and 100 are "
            "200 apart.",
        ),
    ],
    mistakes=[
        Mistake(
            "For whole numbers nothing has changed. Eight bits wrap around in the difference and once more in the "
            "square, so an absolute value, another order or a conversion of the square comes too late or too early.",
            lambda y_true, y_pred: np.square(y_pred - y_true),
        ),
        Mistake(
            "You convert the difference. By then it has wrapped around: 0 - 20 is 236 in eight bits, and stays 236 as "
            "a float.",
            lambda y_true, y_pred: (y_pred - y_true).astype(float) ** 2,
        ),
        Mistake(
            "16 bits with a sign hold the differences, and end at 32767. A square reaches 65025, so it wraps around "
            "again. And a prediction of 0.5 becomes 0.",
            lambda y_true, y_pred: (y_pred.astype(np.int16) - y_true.astype(np.int16)) ** 2,
        ),
        Mistake(
            "16 bits with a sign end at 32767, and a square reaches 65025. And a prediction of 0.5 becomes 0.",
            lambda y_true, y_pred: (y_pred.astype(np.int16) - y_true) ** 2,
        ),
        Mistake(
            "32 bits are enough for pixels of 8 bits, and too few for the square of 65535. And a prediction of 0.5 "
            "becomes 0: take a type that keeps fractions.",
            lambda y_true, y_pred: (y_pred.astype(np.int32) - y_true.astype(np.int32)) ** 2,
        ),
        Mistake(
            "Whole numbers cut off what comes after the point, and predictions may be 0.5. Take a type that keeps it.",
            lambda y_true, y_pred: (y_pred.astype(np.int64) - y_true.astype(np.int64)) ** 2,
        ),
        Mistake(
            "You make the predictions whole numbers, which cuts off what comes after their point. Take a type that "
            "keeps it.",
            lambda y_true, y_pred: (y_pred.astype(np.int64) - y_true) ** 2,
        ),
        Mistake(
            "You make the predictions whole numbers of 32 bits. That cuts off what comes after their point, and the "
            "square of 65535 does not fit.",
            lambda y_true, y_pred: (y_pred.astype(np.int32) - y_true) ** 2,
        ),
        Mistake(
            "A float of 16 bits has 11 binary digits: it rounds 65025 to 65024. Take a longer one.",
            lambda y_true, y_pred: (y_pred.astype(np.float16) - y_true.astype(np.float16)) ** 2,
        ),
        Mistake(
            "You divide by 255: that is another unit, and the squared error is 65025 times smaller in it. The unit is "
            "to stay.",
            lambda y_true, y_pred: (y_pred / 255 - y_true / 255) ** 2,
        ),
    ],
    hints=[
        "Two operations wrap around: the difference and the square. Look at what type each has: `.dtype`.",
        "Convert before the first minus sign, and to a type that holds negative numbers, large ones and fractions.",
        "`np.asarray(y_pred, dtype=float)`, and the same for `y_true`.",
    ],
    cause="""
Eight bits hold nothing below 0 and nothing above $2^8 - 1$, so the difference wraps around, and its square wraps around
again. Convert to a float type before the first minus sign.
""",
    what="squared error",
)

# A typo, predicted

_TYPO, _SCORE, _PATIENTS = 3460, 346, 442
_shift = (_TYPO - _SCORE) / _PATIENTS

typo = FindNumber(
    f"{PAGE}/typo",
    answer=_shift,
    tolerance=0.006,  # accepts two decimals, rounded or cut off, but not the answer for one patient more
    mistakes={
        0.0: "That is how far the median moves, which the absolute error asks for.",
        _TYPO
        / _PATIENTS: f"The patient was there before, with a score of {_SCORE}: what was added is less than {_TYPO}.",
        _TYPO - _SCORE: "That is how far the patient moves. How many patients share it?",
        (_TYPO - _SCORE) / (_PATIENTS + 1): "The patient is one of the 442, and not one more.",
        15.63 - 10.23: "That is how far the slope of the line moved. Here there is no line: one number for everybody.",
    },
    hints=[
        "Which constant does the squared error ask for?",
        "By how much does the sum of all scores grow?",
    ],
    why=f"The squared error asks for the mean, and in the mean every patient has a share of one in {_PATIENTS}: "
    f"$({_TYPO} - {_SCORE}) / {_PATIENTS} = {_shift:.2f}$. The absolute error asks for the median, which does not "
    "move.",
)

# A gradient of a weighted mean


def _weighted_gradient(y_true, y_pred, weights):
    return weights * np.sign(y_pred - y_true) / np.sum(weights)


_weights = np.array([2.0, 1.0, 0.5, 3.0, 4.0])

weighted = WriteFunction(
    f"{PAGE}/weighted",
    starter="""
def weighted_gradient(y_true, y_pred, weights):
    # your code instead of the dots
    ...
""",
    solution=_weighted_gradient,
    cases=[
        (_true, _pred, _weights),
        (_pred, _true, _weights[::-1].copy()),
        (_true[1:4], _pred[1:4], np.array([1.0, 5.0, 0.0])),
        (_true[:1], _pred[:1], np.array([3.0])),
        (_true[1:2], _pred[1:2], np.array([0.25])),
        Case(
            (np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.5, 9.0]), np.array([2.0, 1.0, 5.0])),
            only="It fails only where a residual is 0. Any number between -1 and 1 would serve there; take the "
            "customary 0.",
        ),
    ],
    mistakes=[
        Mistake(
            "You divide by n. The loss divides by the sum of the weights: with all weights doubled, your gradient "
            "would double, and the loss would not change.",
            lambda y_true, y_pred, weights: weights * np.sign(y_pred - y_true) / len(y_true),
        ),
        Mistake(
            "The division by the sum of the weights is missing.",
            lambda y_true, y_pred, weights: weights * np.sign(y_pred - y_true),
        ),
        Mistake(
            "That is the gradient without weights. How much more does a patient of weight 3 pull?",
            lambda y_true, y_pred, weights: np.sign(y_pred - y_true) / len(y_true),
        ),
        Mistake(
            "The weights are in the denominator only. Each patient's own weight stands in front of its term, too.",
            lambda y_true, y_pred, weights: np.sign(y_pred - y_true) / np.sum(weights),
        ),
        Mistake(
            "That is the gradient of the squared error, weighted. Under the absolute error only the side counts.",
            lambda y_true, y_pred, weights: 2 * weights * (y_pred - y_true) / np.sum(weights),
        ),
        Mistake(
            "You multiply by the residual. Under the absolute error only its side counts.",
            lambda y_true, y_pred, weights: weights * (y_pred - y_true) / np.sum(weights),
        ),
        Mistake(
            "Those are the terms of the loss. Their derivatives are asked for.",
            lambda y_true, y_pred, weights: weights * np.abs(y_pred - y_true) / np.sum(weights),
        ),
        Mistake(
            "That is the loss, one number. Its derivative with respect to each prediction is asked for.",
            lambda y_true, y_pred, weights: np.sum(weights * np.abs(y_pred - y_true)) / np.sum(weights),
        ),
        Mistake(
            "You divide the residual by its absolute value. That is its sign, except at 0, where it is 0/0.",
            lambda y_true, y_pred, weights: weights * (y_pred - y_true) / np.abs(y_pred - y_true) / np.sum(weights),
        ),
        Mistake(
            "Your gradient is right up to the sign. Is it the prediction minus the target?",
            lambda y_true, y_pred, weights: weights * np.sign(y_true - y_pred) / np.sum(weights),
        ),
        Mistake(
            "You divide by the sum of the weights and by n. The loss divides once.",
            lambda y_true, y_pred, weights: weights * np.sign(y_pred - y_true) / np.sum(weights) / len(y_true),
        ),
        Mistake(
            "Two mistakes at once: the sign, and n where the sum of the weights belongs.",
            lambda y_true, y_pred, weights: weights * np.sign(y_true - y_pred) / len(y_true),
        ),
        Mistake(
            "That is the derivative of each absolute residual alone, without its weight and without the mean.",
            lambda y_true, y_pred, weights: np.sign(y_pred - y_true),
        ),
    ],
    hints=[
        "With all weights equal it has to be the gradient on this page, `np.sign(y_pred - y_true) / n`.",
        "The sum of the weights does not depend on the predictions: it is a constant in front.",
    ],
    what="gradient",
)

# Which loss for a plan

beds = Choose(
    f"{PAGE}/beds",
    options={
        "squared": "Squared error asks for the mean. Three stays of 1, 1 and 10 days need 12 bed days, and the mean, 4 "
        "for each, plans 12; the median, 1 for each, plans 3.",
        "absolute": "Absolute error asks for the median stay. Most stays are short and a few very long, so the median "
        "is below the mean, and a sum of medians plans too few beds, week after week.",
    },
    right="squared",
    reasons={
        "means add up": "The sum of the mean stays is the mean of the sum. A median has no such rule: the long stays, "
        "which fill the beds, do not count in it by their length.",
        "few outliers": "There are some: a few stays are very long. They are real, and they do need beds.",
        "a fading gradient": "A gradient that fades near the optimum makes the fit easier. It says nothing about which "
        "number the plan needs.",
        "the unit": "Squared error is in squared days, which is rather a nuisance. Its best prediction is in days, "
        "like that of the absolute error.",
    },
    because="means add up",
    hints=[
        "Each loss asks for one number per patient. Which number, and what happens to it when you add up?",
        "Three stays of 1, 1 and 10 days: how many bed days are needed, and how many does each loss plan?",
    ],
)

# A line by absolute error, exactly

# The first ten patients of the diabetes data: body-mass index and progression. Two of them share 32.1 kg/m².
_bmi = np.array([32.1, 21.6, 30.5, 25.3, 23.0, 22.6, 22.0, 26.2, 32.1, 30.0])
_progression = np.array([151.0, 75.0, 141.0, 206.0, 135.0, 97.0, 138.0, 63.0, 110.0, 310.0])


def _absolute_line(x, y):
    best = np.inf
    for i in range(len(x)):
        for j in range(i):
            if x[i] == x[j]:
                continue
            w = (y[i] - y[j]) / (x[i] - x[j])
            b = y[i] - w * x[i]
            loss = np.mean(np.abs(w * x + b - y))
            if loss < best:
                best, line = loss, np.array([w, b])
    return line


def _line_by(criterion):
    """Return a search over the lines through two patients that minimizes another criterion of the residuals."""

    def version(x, y):
        best, line = np.inf, None
        for i, j in combinations(range(len(x)), 2):
            if x[i] != x[j]:
                w = (y[j] - y[i]) / (x[j] - x[i])
                b = y[i] - w * x[i]
                if criterion(w * x + b - y) < best:
                    best, line = criterion(w * x + b - y), np.array([w, b])
        return line

    return version


def _squared_line(x, y):
    w = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return np.array([w, y.mean() - w * x.mean()])


def _neighbors_line(x, y):
    pairs = [k for k in range(len(x) - 1) if x[k] != x[k + 1]]
    lines = [(y[k + 1] - y[k]) / (x[k + 1] - x[k]) for k in pairs]
    lines = [np.array([w, y[k] - w * x[k]]) for k, w in zip(pairs, lines, strict=True)]
    return min(lines, key=lambda line: np.mean(np.abs(line[0] * x + line[1] - y)))


_one_typo = _progression.copy()
_one_typo[3] = 2060.0
_distinct = [0, 1, 2, 3, 4, 5, 6]  # seven patients of whom no two share a body-mass index

line = WriteFunction(
    f"{PAGE}/line",
    starter="""
def absolute_line(x, y):
    # return np.array([w, b]) of the best line w * x + b
    ...
""",
    solution=_absolute_line,
    cases=[
        (_bmi[_distinct], _progression[_distinct]),
        (_bmi[_distinct], _one_typo[_distinct]),
        (np.array([0.0, 1.0, 2.0, 4.0, 7.0]), np.array([1.0, -2.0, -3.5, -8.5, 40.0])),
        (np.array([2.0, -1.0]), np.array([3.0, -3.0])),
        Case(
            (_bmi, _progression),
            only="It fails only where two patients have the same `x`. The line through those two is vertical: it "
            "divides by 0, and has to be left out.",
        ),
    ],
    mistakes=[
        Mistake(
            "That is the line of the least squared error, which the typo of one patient carries away.",
            _squared_line,
        ),
        Mistake(
            "You try the right lines and compare them by the squared error.",
            _line_by(lambda r: np.mean(r**2)),
        ),
        Mistake(
            "You sum the residuals with their signs, so a line far below everybody wins. What has to come before the "
            "sum?",
            _line_by(np.sum),
        ),
        Mistake(
            "You compare the lines by how far the residuals are from balancing. A line can be far from everybody and "
            "still have residuals that sum to 0: the absolute value belongs inside the sum.",
            _line_by(lambda r: np.abs(np.sum(r))),
        ),
        Mistake(
            "You compare the lines by their worst patient. The mean over all patients is asked for.",
            _line_by(lambda r: np.max(np.abs(r))),
        ),
        Mistake(
            "You compare the lines by the median of the absolute residuals. The absolute error asks for a median by "
            "taking a mean: minimize the mean.",
            _line_by(lambda r: np.median(np.abs(r))),
        ),
        Mistake(
            "You try neighbors in the array only. The best line may pass through any two of the patients.",
            _neighbors_line,
        ),
        Mistake(
            "Slope and offset have changed places: the slope comes first.",
            lambda x, y: _absolute_line(x, y)[::-1],
        ),
        Mistake(
            "You keep the line with the largest error.",
            _line_by(lambda r: -np.mean(np.abs(r))),
        ),
        Mistake(
            "That is the best constant, a flat line at the median. The slope is to be found as well.",
            lambda x, y: np.array([0.0, np.median(y)]),
        ),
        Mistake(
            "`x` and `y` have changed places: that line predicts the body-mass index.",
            lambda x, y: _absolute_line(y, x),
        ),
    ],
    hints=[
        "Two patients $i$ and $j$ fix a line: its slope is the difference of their scores over the difference of their "
        "`x`, and the offset follows from either of them.",
        "Loop over all pairs, `for i in range(len(x))` and inside of it `for j in range(i)`, and keep the line with "
        "the smallest mean absolute error so far.",
        "Leave out pairs with `x[i] == x[j]`.",
    ],
    what="line",
)

# The quiz

_mean_and_median = np.array([1.0, 2.0, 4.0, 8.0, 85.0])

quiz = Quiz(
    PAGE,
    [
        Item(
            "The targets have shape `(100,)`, the predictions shape `(100, 1)`, and every prediction is exactly right. "
            "What does `np.mean((y_pred - y_true) ** 2)` return?",
            {
                "0": "If every prediction met its own target. Here each one meets all hundred.",
                "An error about the shapes": "NumPy stretches both to `(100, 100)` without a word. `lossbook` refuses.",
                "The variance of the targets": "That is the mean squared distance to the mean. Here two targets are "
                "compared, and both of them vary.",
                "Twice the variance of the targets": "It is the mean over all pairs of targets, and each of the two "
                "contributes the variance.",
            },
            right="Twice the variance of the targets",
        ),
        Item(
            f"Five patients wait {', '.join(f'{each:g}' for each in _mean_and_median)} minutes. You announce one "
            "waiting time for all. Which has the smallest mean absolute error?",
            {
                f"{np.median(_mean_and_median):g}": "The median: as many patients wait longer as shorter, so the pulls "
                "cancel.",
                f"{np.mean(_mean_and_median):g}": "The mean, which the squared error asks for. Four of the five pull "
                "it down, and one pulls it up, no harder than the others.",
                f"{(_mean_and_median.min() + _mean_and_median.max()) / 2:g}": "The middle between the shortest and the "
                "longest wait keeps the worst residual small. The mean of all residuals is asked for.",
                "Any number from 2 to 4": "There would be such an interval with an even number of patients. With five, "
                "the one in the middle decides.",
            },
            right=f"{np.median(_mean_and_median):g}",
        ),
        Item(
            "From which residual on does the squared error $r^2$ pull harder on a prediction than the absolute error "
            "$|r|$?",
            {
                "½": "The slopes are $2r$ and 1, and they are equal at one half.",
                "1": "There the two *losses* are equal. What a fit feels are the slopes, $2r$ and 1.",
                "2": "The slopes are $2r$ and 1: solve $2r = 1$.",
                "From 0 on": "Near 0 the squared error pulls hardly at all: its slope $2r$ goes to 0, while the other "
                "one stays at 1.",
            },
            right="½",
        ),
        Item(
            "Somebody tests a loss for images, `(y_pred - y_true) ** 2` on `uint8`, with the pixels 3 and 0. It "
            f"returns {int((np.uint8([0]) - np.uint8([3]))[0] ** 2)}, as it should, both ways round. Is the loss safe?",
            {
                "Yes: the difference would have wrapped around, and did not.": "It did: 0 − 3 is "
                f"{int((np.uint8([0]) - np.uint8([3]))[0])} in eight bits. Squaring wraps around once more, and back.",
                "Yes, as long as no prediction is below its target.": "The order makes no difference. Of a square of "
                "256 or more, eight bits lose the upper part in either order.",
                "No: it comes out right as long as the true square is below 256.": "Eight bits keep the remainder "
                "after division by 256, and that of the wrapped square is that of the true one. From a residual of 16 "
                "on it is less than the square.",
                "No: the loss is wrong by a rounding error.": "Whole numbers do not round, they wrap around: 400 "
                f"becomes {400 % 256}.",
            },
            right="No: it comes out right as long as the true square is below 256.",
        ),
    ],
)
