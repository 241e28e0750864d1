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


def _mean_over(count):
    """Return a version that divides by the number of samples of one data set."""
    return lambda y_true, y_pred: np.sum((np.ravel(y_pred) - np.ravel(y_true)) ** 2) / count


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
        Case(
            (_true + 1e8, _pred[:, None] + 1e8),
            only="It fails only where numbers are large and residuals small. Subtract first, in full precision, and "
            "square then.",
        ),
    ],
    mistakes=[
        Mistake(
            "Still every prediction meets every target. By the time you take the mean, the difference has n rows and n "
            "columns: print the shape of `y_pred - y_true`.",
            lambda y_true, y_pred: np.mean(np.square(y_pred - y_true)),
        ),
        Mistake(
            f"You make one of them a column and the other a row, which is what pairs every prediction with every "
            f"target. {_ONE_SHAPE}",
            lambda y_true, y_pred: np.mean(np.subtract.outer(np.ravel(y_pred), np.ravel(y_true)) ** 2),
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
            "You square the mean of the residuals, in which those of both signs cancel. Square first, and take the "
            "mean of the squares.",
            lambda y_true, y_pred: (np.mean(y_pred) - np.mean(y_true)) ** 2,
        ),
        Mistake(
            "You divide by 442, the number of patients on this page. Divide by the number of samples that come in.",
            _mean_over(442),
        ),
        Mistake(
            "You divide by 4, which is the `n` of a cell above. Divide by the number of samples that come in.",
            _mean_over(4),
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
`(442, 442)`: every prediction minus every target. The mean of the squared difference over all pairs of patients
is twice the variance of the scores, and the variance is the 5,929.9 you met above as the MSE of the mean. A model that
learns from this loss is pulled to predict the mean for everyone.
""",
    what="loss",
)

# A second bug: whole numbers that wrap around


def _residual(y_true, y_pred):
    return np.asarray(y_pred, dtype=float) - np.asarray(y_true, dtype=float)


def _squared_error(y_true, y_pred):
    return (np.asarray(y_pred, dtype=float) - np.asarray(y_true, dtype=float)) ** 2


def _pixels(*values: int, of: type = np.uint8) -> np.ndarray:
    return np.array(values, dtype=of)


def _squared_in(dtype, *converted):
    """Return a version that converts these of its two arguments to a type that may be too small."""

    def version(y_true, y_pred):
        y_true = y_true.astype(dtype) if "y_true" in converted else y_true
        y_pred = y_pred.astype(dtype) if "y_pred" in converted else y_pred
        return (y_pred - y_true) ** 2

    return version


_TOO_SMALL = {
    np.int8: "an `int8` ends at 127, and pixels reach 255",
    np.int16: "an `int16` ends at 32767, and the square of 255 is 65025",
    np.uint16: "a `uint16` ends at 65535, and squares of 16-bit pixels go far beyond",
    np.int32: "an `int32` ends at 2147483647, and the square of 65535 is larger",
    np.int64: "an `int64` holds whole numbers, and not all squares of 32-bit ones",
}
_CUT_OFF = "And 0.5 becomes 0: take a type that keeps what comes after the point."


def _conversions():
    """Yield the mistake of converting to whole numbers, both arguments or one of them."""
    for dtype, why in _TOO_SMALL.items():
        yield Mistake(f"You convert both, but {why}. {_CUT_OFF}", _squared_in(dtype, "y_true", "y_pred"))
        yield Mistake(f"You convert the predictions, but {why}. {_CUT_OFF}", _squared_in(dtype, "y_pred"))
        yield Mistake(f"You convert the targets, but {why}. {_CUT_OFF}", _squared_in(dtype, "y_true"))


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
        Case(
            (_pixels(2**24 + 1, 70000, of=np.int32), _pixels(2**24, 0, of=np.int32)),
            only="It is right for 8 and 16 bits, and fails only for whole numbers of 32 bits: the square of 70000 has "
            "more, and `float32` rounds 16777217 to 16777216.",
        ),
        Case(
            (_pixels(0, 2**32 - 1, of=np.uint32), _pixels(2**32 - 1, 0, of=np.uint32)),
            only="It fails only for the largest whole numbers of 32 bits: the square of 4294967295 is longer than an "
            "`int64`.",
        ),
    ],
    mistakes=[
        Mistake(
            "For whole numbers nothing has changed. They wrap around in the difference and once more in the square. "
            "An absolute value, another order or a conversion of the square does not bring back what is lost by then.",
            lambda y_true, y_pred: np.square(y_pred - y_true),
        ),
        Mistake(
            "You convert the difference. By then it has wrapped around: 0 - 20 is 236 in `uint8`, and stays 236 as "
            "a float.",
            lambda y_true, y_pred: (y_pred - y_true).astype(float) ** 2,
        ),
        Mistake(
            "You convert the difference, and to whole numbers. By then it has wrapped around: 0 - 20 is 236 in "
            "`uint8`. And 0.5 becomes 0.",
            lambda y_true, y_pred: (y_pred - y_true).astype(np.int64) ** 2,
        ),
        Mistake(
            "You convert to `int8`, which ends at 127, and pixels reach 255: the difference has wrapped around before "
            "you convert once more. And 0.5 becomes 0.",
            lambda y_true, y_pred: (y_pred.astype(np.int8) - y_true.astype(np.int8)).astype(float) ** 2,
        ),
        *_conversions(),
        Mistake(
            "You convert whole numbers of one kind, `uint8`. Those of 16 bits and those with a sign wrap around in the "
            "same way: convert whatever comes in.",
            lambda y_true, y_pred: (y_pred - (y_true.astype(float) if y_true.dtype == np.uint8 else y_true)) ** 2,
        ),
        Mistake(
            "The types are right now, and the square is gone: that is the absolute error.",
            lambda y_true, y_pred: np.abs(_residual(y_true, y_pred)),
        ),
        Mistake(
            "The types are right now, and the square is gone: that is the residual.",
            lambda y_true, y_pred: _residual(y_true, y_pred),
        ),
        Mistake(
            "A `float16` has 11 binary digits: it rounds 65025 to 65024. Take a longer type.",
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
Eight bits without a sign hold nothing below 0 and nothing above $2^8 - 1$, so the difference wraps around, and its
square wraps around again. Convert to a float type before the first minus sign.
""",
    what="squared error",
)

# Another typo, predicted

_SCORE, _TYPO, _INDEX = 138, 1380, 22.0  # of the seventh patient
_MEAN_INDEX, _SQUARES, _PATIENTS = 26.375792, 8608.231, 442
_points, _distance = _TYPO - _SCORE, _INDEX - _MEAN_INDEX
_leverage = _distance / _SQUARES
_shift = _points * _leverage
_SLOPE = 10.233  # before

typo = FindNumber(
    f"{PAGE}/typo",
    answer=_shift,
    tolerance=0.005,  # two decimals, rounded
    mistakes={
        0.0: "Absolute error leaves its line where it is. Squared error does not: multiply the leverage by all the "
        "points that the typo adds.",
        -_shift: "The patient's index is below the mean, so its leverage is negative: a higher score there tilts the "
        "line down.",
        _points * 0.0017337: "That is the leverage of the patient with the first typo. This one stands elsewhere.",
        _TYPO * _leverage: f"The score was {_SCORE} before: less than {_TYPO} points are added.",
        _SCORE * _leverage: f"{_SCORE} was the right score. How many points does the typo add to it?",
        _points / _PATIENTS: "That is how far the level moves, by one patient's share in the mean. The slope is asked "
        "for.",
        _SLOPE + _shift: "That is the slope after the typo. By how much has it changed?",
        _points * _INDEX / _SQUARES: "The leverage takes the distance of the index from its mean, and not the index.",
        _shift * _PATIENTS: "You divide by the variance of the indices, which is a mean. The leverage has their sum of "
        "squares.",
        _points * _distance / _SQUARES**0.5: "You divide by the root of the sum of squares. The leverage has no root.",
        _points * _distance / _PATIENTS: "You divide by the number of patients. The leverage has the sum of squares.",
        _points * _distance: "The division by the sum of squares is missing.",
        100 * _shift / _SLOPE: "That is the change in percent of the old slope. It is asked for in points per kg/m².",
    },
    hints=[
        "How many points does the typo add, and what does each of them add to the slope?",
        "The leverage is the patient's distance from the mean index over the sum of squares. Which sign has it here?",
    ],
    why=f"The leverage is $({_INDEX:.0f} - {_MEAN_INDEX:.2f}) / {_SQUARES:,.0f}$, and the typo adds "
    f"${_TYPO} - {_SCORE} = {_points}$ points: ${_shift:.2f}$ in all. The patient's index is below the mean, so the "
    f"line becomes flatter. Its level rises all the same, by ${_points} / {_PATIENTS} = {_points / _PATIENTS:.2f}$. "
    "Absolute error's line does not move at all, because the patient was above it before.",
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
        Case(
            (np.array([1000.0, 0.0, 5.0]), np.array([1000.001, 200.0, -200.0]), np.array([2.0, 1.0, 5.0])),
            only="It fails only where a residual is small, 0.001. However small it is, it counts like any other on its "
            "side: compare with 0 itself.",
        ),
    ],
    mistakes=[
        Mistake(
            "You divide by n. The loss divides by the sum of the weights: with all weights doubled, your gradient "
            "would double, and the loss would not change.",
            lambda y_true, y_pred, weights: weights * np.sign(y_pred - y_true) / len(y_true),
        ),
        Mistake(
            "You divide by 4, which is the `n` of a cell above. The loss divides by the sum of the weights.",
            lambda y_true, y_pred, weights: weights * np.sign(y_pred - y_true) / 4,
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
        "a fading gradient": "The gradient of the squared error fades near the optimum, which makes the fit easier. It "
        "does not decide which number the plan needs.",
        "the unit": "Squared error is in squared days, and yet its best prediction is in days, like that of absolute "
        "error.",
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


def _mean_absolute(residuals):
    return np.mean(np.abs(residuals))


def _every_pair(x):
    return combinations(range(len(x)), 2)


def _pairs_before_a_tie(x):
    for i in range(len(x)):
        for j in range(i):
            if x[i] == x[j]:
                break
            yield i, j


def _through(x, y, i, j):
    w = (y[j] - y[i]) / (x[j] - x[i])
    return w, y[i] - w * x[i]


def _upside_down(x, y, i, j):
    w = (x[j] - x[i]) / (y[j] - y[i])
    return w, y[i] - w * x[i]


def _offset_of_two(x, y, i, j):
    w, _ = _through(x, y, i, j)
    return w, y[i] - w * x[j]


def _line_by(criterion=_mean_absolute, *, pairs=_every_pair, through=_through):
    """Return a search that takes another criterion of the residuals, other pairs, or another line through a pair.

    A vertical line has residuals of NaN, which are never smaller than the best.
    """

    def version(x, y):
        best, line = np.inf, None
        for i, j in pairs(x):
            w, b = through(x, y, i, j)
            cost = criterion(w * x + b - y)
            if cost < best:
                best, line = cost, np.array([w, b])
        return line

    return version


def _median_line(x, y):
    slopes = [_through(x, y, i, j)[0] for i, j in _every_pair(x) if x[i] != x[j]]
    return np.array([np.median(slopes), np.median(y - np.median(slopes) * x)])


_one_typo = _progression.copy()
_one_typo[3] = 2060.0
_distinct = [0, 1, 2, 3, 4, 5, 6]  # seven patients of whom no two share a body-mass index

_SAME_X = (
    "It fails only where two patients have the same `x`. The line through those two is vertical: it divides by 0, and "
    "has to be left out, and no other pair with it."
)

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
        (np.array([0.5, 2.0, -1.0]), np.array([7.0, 3.0, -3.0])),
        Case((_bmi, _progression), only=_SAME_X),
        Case((np.array([1.0, 0.0, 3.0, 0.0, 2.0, 1.0]), np.array([3.0, -1.0, -1.0, -5.0, 8.0, 2.0])), only=_SAME_X),
        Case(
            (np.array([0.0, 1.0, 6.0, 2.0, 5.0]), np.array([5.0, 4.0, 5.0, 6.0, 3.0])),
            only="It fails only where two patients have the same `y`. The line through those two is level, and it may "
            "be the best: leave out pairs with the same `x` and no others.",
        ),
        Case(
            (np.array([0.0, 1.0, 3.0]), np.array([0.0, 2e6, -1e6])),
            only="It fails only where errors are large. The smallest error so far has to start above any that may "
            "come, at `np.inf`.",
        ),
    ],
    mistakes=[
        Mistake(
            "That is the line of the least squared error, which the typo of one patient carries away.",
            lambda x, y: np.polyfit(x, y, 1),
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
            _line_by(pairs=lambda x: [(i, i + 1) for i in range(len(x) - 1)]),
        ),
        Mistake(
            "Your loop over the second patient ends at the first one with the same `x`: leave out that pair, and go on "
            "with the next one. That is `continue`, not `break`.",
            _line_by(pairs=_pairs_before_a_tie),
        ),
        Mistake(
            "You return the line through the first two patients. Does the `return` stand inside the loop, or is the "
            "line never replaced by a better one?",
            _line_by(pairs=lambda x: [(0, 1)]),
        ),
        Mistake(
            "You return the line through the last two patients: every line replaces the one before it. Where a line is "
            "better, keep its error as well, for the next one to be compared with.",
            _line_by(pairs=lambda x: [(len(x) - 2, len(x) - 1)]),
        ),
        Mistake(
            "You try the lines through the first patient only. Is a loop missing, or does a `return` stand inside "
            "of one?",
            _line_by(pairs=lambda x: [(0, j) for j in range(1, len(x))]),
        ),
        Mistake(
            "The last patient is in none of your pairs. `range(n)` ends at n - 1 as it is.",
            _line_by(pairs=lambda x: combinations(range(len(x) - 1), 2)),
        ),
        Mistake(
            "The first patient is in none of your pairs. Arrays begin at 0.",
            _line_by(pairs=lambda x: combinations(range(1, len(x)), 2)),
        ),
        Mistake(
            "Your slope is upside down. How many points more for one kg/m² more?",
            _line_by(through=_upside_down),
        ),
        Mistake(
            "Your lines pass through neither of the two patients: the offset takes `y` from the earlier one and `x` "
            "from the later.",
            _line_by(through=_offset_of_two),
        ),
        Mistake(
            "Your lines pass through neither of the two patients: the offset takes `y` from the later one and `x` from "
            "the earlier.",
            _line_by(through=lambda x, y, i, j: _offset_of_two(x, y, j, i)),
        ),
        Mistake(
            "The slope is right, and the offset has the wrong sign: the line is `w * x + b`.",
            lambda x, y: _absolute_line(x, y) * [1, -1],
        ),
        Mistake(
            "You return the smallest error. The line that has it is asked for, its slope and its offset.",
            lambda x, y: _mean_absolute(np.polyval(_absolute_line(x, y), x) - y),
        ),
        Mistake(
            "You sort `x` and leave `y` as it is: each patient gets the score of another.",
            lambda x, y: _absolute_line(np.sort(x), y),
        ),
        Mistake(
            "That is the line with the median of all slopes. It also withstands a typo, and it is another estimate: "
            "compare the lines by their mean absolute error.",
            _median_line,
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
    remark="On the 442 patients it finds the slope 11.93 of the first output. With the typo it finds the same line.",
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
                "½": "The pulls are $2r$ and 1, and they are equal at one half.",
                "1": "There the two *losses* are equal. The pulls are their derivatives, $2r$ and 1.",
                "2": "The pulls are $2r$ and 1: solve $2r = 1$.",
                "From 0 on": "Near 0 the squared error pulls hardly at all: its $2r$ goes to 0, and the other pull "
                "stays at 1.",
            },
            right="½",
        ),
        Item(
            "Somebody tests a loss for images, `(y_pred - y_true) ** 2` on `uint8`, with one pixel 3 and the "
            f"other 0. Whichever is the target, it returns {int((np.uint8([0]) - np.uint8([3]))[0] ** 2)}, as it "
            "should. Is the loss safe?",
            {
                "Yes: the difference would have wrapped around, and did not.": "It did: 0 − 3 is "
                f"{int((np.uint8([0]) - np.uint8([3]))[0])} in `uint8`. Squaring wraps around once more, and back.",
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
