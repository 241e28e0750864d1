"""The exercises, the bug and the quiz of the page on properties."""

import numpy as np

from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction

PAGE = "foundations/properties"
_CONSTANT = 0.5 * np.log(2 * np.pi)
_LOG_2 = np.log(2)


# Find the bug: a density clipped


def _scale_loss(log_scale, returns):
    z = returns / np.exp(log_scale)
    loss = log_scale + 0.5 * np.log(2 * np.pi) + z**2 / 2
    gradient = 1 - z**2
    return np.mean(loss), np.mean(gradient)


def _days(log_scale, returns):
    z = returns / np.exp(log_scale)
    return log_scale + _CONSTANT + z**2 / 2, 1 - z**2


def _changed(change):
    """Return the bug's function with each day's loss and gradient changed before the mean."""

    def version(log_scale, returns):
        loss, gradient = change(*_days(log_scale, returns))
        return np.mean(loss), np.mean(gradient)

    return version


def _clipped_mean(log_scale, returns):
    loss, gradient = _scale_loss(log_scale, returns)
    return np.maximum(loss, 0), gradient


def _stopped_mean(log_scale, returns):
    loss, gradient = _scale_loss(log_scale, returns)
    return np.maximum(loss, 0), gradient if loss > 0 else 0.0


def _in_percent(log_scale, returns):
    return _scale_loss(log_scale, 100 * returns)


def _kept(log_scale, returns):
    loss, gradient = _days(log_scale, returns)
    return np.mean(loss[loss > 0]) if np.any(loss > 0) else 0.0, np.mean(gradient)


_FLOOR = (
    "It fails only where the loss of a day is below zero. Is there still a floor, a lower one, under the loss or under "
    "the scale? The scale of a density can be as small as it likes, and the loss falls with it."
)

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def scale_loss(log_scale, returns):
    z = returns / np.exp(log_scale)
    loss = log_scale + 0.5 * np.log(2 * np.pi) + z**2 / 2
    gradient = 1 - z**2
    # a loss cannot be negative
    loss, gradient = (
        np.maximum(loss, 0),
        np.where(loss > 0, gradient, 0),
    )
    return np.mean(loss), np.mean(gradient)
""",
    solution=_scale_loss,
    cases=[
        (0.0, np.array([0.5, -1.2, 2.0])),
        (0.3, np.array([-0.4])),
        *(
            Case((log_scale, returns), only=_FLOOR)
            for log_scale, returns in (
                (-1.5, np.array([0.1, -0.3, 0.02, 0.7])),
                (-3.0, np.array([-0.01, 0.012])),
                (np.log(1e-6), np.array([2e-7, -1e-6, 5e-7])),
            )
        ),
    ],
    mistakes=[
        Mistake(
            "Days with a loss below zero still count as zero, without a gradient. What makes zero special for the log "
            "of a density?",
            _changed(lambda loss, gradient: (np.maximum(loss, 0), np.where(loss > 0, gradient, 0))),
        ),
        Mistake(
            "It trains again, for the gradient is whole. The loss it reports is still clipped, so it does not show how "
            "well.",
            _changed(lambda loss, gradient: (np.maximum(loss, 0), gradient)),
        ),
        Mistake(
            "The loss is right. The gradient of a day still ends where its loss reaches zero, and training with it.",
            _changed(lambda loss, gradient: (loss, np.where(loss > 0, gradient, 0))),
        ),
        Mistake(
            "You clip the mean instead of each day. The gradient is whole, and the reported loss still stops at zero.",
            _clipped_mean,
        ),
        Mistake(
            "You clip the mean instead of each day. Training still stops there, only later: zero is no floor for the "
            "mean either.",
            _stopped_mean,
        ),
        Mistake(
            "You leave the days below zero out. They are the days that the model expects best, and they count.",
            _kept,
        ),
        Mistake(
            "Without the sign, a better fit gets a higher loss as soon as it passes zero. Let the loss be negative.",
            _changed(lambda loss, gradient: (np.abs(loss), gradient)),
        ),
        Mistake(
            "Without the sign, the loss has its lowest point at zero, and the gradient now leads there.",
            _changed(lambda loss, gradient: (np.abs(loss), np.sign(loss) * gradient)),
        ),
        Mistake(
            "The clip is gone, and the constant too. Training does not need it, but without it the number is no "
            "log density, and cannot be compared with another density's.",
            _changed(lambda loss, gradient: (loss - _CONSTANT, gradient)),
        ),
        Mistake(
            "The returns in percent move zero far enough away to hide the trouble, and they change the scale that is "
            "learned. The clip can go without that.",
            _in_percent,
        ),
        Mistake(
            "A squared loss is never negative, and it is another loss: lowest where the old one is zero.",
            _changed(lambda loss, gradient: (loss**2, gradient)),
        ),
        Mistake(
            "A squared loss is never negative, and it is another loss: its gradient leads to the zero of the old one.",
            _changed(lambda loss, gradient: (loss**2, 2 * loss * gradient)),
        ),
        Mistake(
            "You subtract the loss of the lowest day, so that no day is below zero. What you subtract changes from "
            "scale to scale, so two scales cannot be compared any more. Let the loss be negative.",
            _changed(lambda loss, gradient: (loss - loss.min(), gradient)),
        ),
        Mistake(
            "The loss is right, and its gradient has the wrong sign: descending it makes the scale worse. The gradient "
            "of the starter was right where it was not clipped.",
            _changed(lambda loss, gradient: (loss, -gradient)),
        ),
        Mistake(
            "The loss is right. The gradient is that with respect to the scale, and what is learned is the scale's "
            "logarithm: 1 - z² is right for that.",
            lambda log_scale, returns: tuple(np.array(_scale_loss(log_scale, returns)) / [1, np.exp(log_scale)]),
        ),
        Mistake(
            "The square in the loss is z² / 2. You have dropped the ½, in the gradient as well.",
            _changed(lambda loss, gradient: (loss + (1 - gradient) / 2, 2 * gradient - 1)),
        ),
        Mistake(
            "The gradient is right. The square in the loss is z² / 2: the ½ is missing.",
            _changed(lambda loss, gradient: (loss + (1 - gradient) / 2, gradient)),
        ),
        Mistake(
            "You return the totals over the days. Keep the means, or the step size depends on how many days there are.",
            lambda *given: np.sum(_days(*given), axis=1),
        ),
        Mistake(
            "Loss and gradient have changed places: return the loss first.", lambda *given: _scale_loss(*given)[::-1]
        ),
        Mistake("You return the gradient alone. The loss is needed as well.", lambda *given: _scale_loss(*given)[1]),
        Mistake(
            "You return the loss alone. The gradient is needed as well.",
            lambda *given: _scale_loss(*given)[0],
        ),
        Mistake(
            "You return a loss and a gradient for each day. Keep their means.",
            lambda *given: np.array(_days(*given)),
        ),
    ],
    hints=[
        "At the scale where it stops, what is the loss of a typical day without the clip? And its gradient?",
        "Look for the line that says something about every loss. Is it true of the log of a density?",
        "A clipped loss is flat, and on flat ground the gradient is zero. Delete the clip, in loss and gradient.",
    ],
    cause="""
The loss of each day is clipped at zero, and a clipped loss is flat: its gradient is zero. Training shrinks the scale
from 1 until every day has reached zero, and stops with nothing left to descend. But zero is no floor for the log of a
density. The curve passes it on its way down, as the dashed line in the first figure does.

Delete the clip, and let the loss be negative.
""",
    what="pair of loss and gradient",
)


# Another unit

_LOSS = 1.604

per_mille = FindNumber(
    f"{PAGE}/per-mille",
    answer=_LOSS + np.log(10),
    tolerance=0.005,
    mistakes={
        _LOSS: "The fit is the same, and the loss is not: a density is a probability per unit, and the unit changed.",
        _LOSS - np.log(10): "The change has the right size and the wrong direction. In a smaller unit the numbers are "
        "larger, so the scale is wider and the density per unit lower.",
        _LOSS + 1: "That is the logarithm to the base 10. The loss has the natural one.",
        _LOSS - 1: "The logarithm is the natural one, and a wider scale raises it.",
        _LOSS * 10: "The returns are multiplied by 10, their loss is not: it has the logarithm of the scale in it.",
        _LOSS / 10: "The loss is not a return, so it is not converted like one. What does the logarithm of the scale "
        "do?",
        _LOSS + np.log(100): "That is for numbers a hundred times as large, basis points. Per mille makes them ten "
        "times as large.",
        _LOSS - np.log(100): "That is for fractions. Per mille makes the numbers ten times as large.",
        _LOSS + np.log(1000): "That is for numbers a thousand times as large. The 1.604 is the loss of percent, not of "
        "fractions.",
        _LOSS + np.log2(10): "That is the logarithm to the base 2. The loss has the natural one.",
        _LOSS * np.log(10): "The logarithm of 10 is added to the loss, it does not multiply it.",
        np.log(10): "That is the change. Add it to the loss.",
        _LOSS + 10: "Ten is the factor. The loss changes by its logarithm.",
        _LOSS + np.log(10) / 2: "The half belongs to the other constant: the loss has the whole logarithm of the "
        "scale in it.",
        _LOSS + 99 / 2: "You keep the old scale for the new numbers. It is fitted again, so it is ten times as large, "
        "and returns over scale stay as they were.",
        _LOSS + np.log(10) - 1 / 2: "The last term is missing: at the fitted scale its mean is ½ in any unit.",
        _LOSS + np.log(10) - _CONSTANT: "The constant ½ log 2π is missing. It is in the 1.604.",
        _LOSS + np.log(10) - 1 / 2 - _CONSTANT: "That is the logarithm of the new scale. The other two terms of the "
        "loss are missing.",
    },
    hints=[
        "Which of the three terms of the loss changes when returns, mean and scale are all ten times as large?",
        "The last term has returns over scale, so it stays. The first is the logarithm of the scale.",
        "Add the natural logarithm of 10.",
    ],
    why="Mean, scale and returns are all ten times as large. So the term with the residuals stays, and the logarithm "
    rf"of the scale grows by $\log 10 = {np.log(10):.3f}$.",
)


# The Gaussian loss


def _gaussian_loss(y_true, y_pred, sigma):
    squares = (y_pred - y_true) ** 2 / (2 * sigma**2)
    return np.log(sigma) + 0.5 * np.log(2 * np.pi) + squares


def _gaussian(y_true, y_pred, sigma, log_scale=1.0, constant=_CONSTANT, fraction=lambda square, s: square / (2 * s**2)):
    """Return the Gaussian loss with one of its three terms exchanged."""
    return log_scale * np.log(sigma) + constant + fraction((y_pred - y_true) ** 2, sigma)


def _gauss(**changes):
    return lambda *given: _gaussian(*given, **changes)


gaussian_loss = WriteFunction(
    f"{PAGE}/gaussian-loss",
    starter='''
def gaussian_loss(y_true, y_pred, sigma):
    """Return minus the log of the density, one value per sample."""
    ...
''',
    solution=_gaussian_loss,
    cases=[
        (np.array([1.0, -2.0, 0.5]), np.array([1.5, -3.0, 2.0]), 0.7),
        (np.array([3.0, 3.0, -1.0, 0.0]), np.array([3.0, 1.0, -1.2, 0.1]), 2.5),
        (np.array([4.0]), np.array([6.0]), 3.0),
        *(
            Case(
                given,
                only="It fails only for a small scale. Is there a floor or an epsilon in your code? The loss of a "
                "perfect prediction falls for ever as the scale shrinks.",
            )
            for given in (
                (np.array([0.01, -0.02]), np.array([0.0, 0.004]), 0.012),
                (np.array([0.0, 2e-9]), np.array([0.0, 1e-9]), 1e-9),
            )
        ),
        Case(
            (np.array([1.0, -3.0]), np.array([0.0, 7.0]), 0.01),
            only="It fails only far from the prediction, at 39 scales or more. There the density underflows to zero, "
            "and its logarithm is lost. Never form the density: add up the three terms of its logarithm.",
        ),
    ],
    mistakes=[
        Mistake(
            "That is the log of the density. The loss is its negative, lowest where the density is highest.",
            lambda *given: -_gaussian(*given),
        ),
        Mistake(
            "That is the density. The loss is the negative of its logarithm.",
            lambda *given: np.exp(-_gaussian(*given)),
        ),
        Mistake(
            "The constant ½ log 2π is missing. Differences between models stay right, but the number is no log "
            "density any more.",
            _gauss(constant=0),
        ),
        Mistake("The constant is too large: it is half the logarithm of 2π.", _gauss(constant=2 * _CONSTANT)),
        Mistake(
            "The constant is missing, and the logarithm is that of the variance: take half of it, or the logarithm of "
            "the scale.",
            _gauss(log_scale=2, constant=0),
        ),
        Mistake(
            "Your logarithm is that of the variance, so it counts the scale twice: take half of it, or the log of "
            "the scale.",
            _gauss(log_scale=2),
        ),
        Mistake(
            "The logarithm of the scale is subtracted. In minus the log of the density it is added: a wider density is "
            "a lower one.",
            _gauss(log_scale=-1),
        ),
        Mistake(
            "You take sigma for the variance. It is the standard deviation: square it, in the logarithm and below the "
            "fraction line.",
            _gauss(log_scale=0.5, fraction=lambda square, s: square / (2 * s)),
        ),
        Mistake(
            "Your logarithm is half of the scale's. Half belongs to the logarithm of the variance, or of 2π.",
            _gauss(log_scale=0.5),
        ),
        Mistake(
            "In the last term the scale is missing: a miss is measured in scales.",
            _gauss(fraction=lambda square, s: square / 2),
        ),
        *(
            Mistake(
                f"You add a little to the scale, about {little:g}. Nothing is divided by zero here, and where the "
                "scale is that small itself, the loss is another one.",
                lambda y_true, y_pred, sigma, little=little: _gaussian(y_true, y_pred, sigma + little),
            )
            for little in (1e-6, 1e-7)
        ),
        *(
            Mistake(
                f"The constant is rounded to {round(_CONSTANT, digits)}, and the loss with it. Let NumPy compute it: "
                "`0.5 * np.log(2 * np.pi)`.",
                _gauss(constant=round(_CONSTANT, digits)),
            )
            for digits in (2, 3, 4)
        ),
        Mistake(
            "The logarithm of the scale is missing. Without it, a huge scale excuses every miss for free.",
            _gauss(log_scale=0),
        ),
        Mistake(
            "The last term is twice too large: look for the 2 below its fraction line.",
            _gauss(fraction=lambda square, s: square / s**2),
        ),
        Mistake(
            "In the last term the scale is not squared.",
            _gauss(fraction=lambda square, s: square / (2 * s)),
        ),
        Mistake(
            "`/ 2 * sigma**2` divides by 2 and then multiplies. What stands below the fraction line needs brackets.",
            _gauss(fraction=lambda square, s: square / 2 * s**2),
        ),
        Mistake(
            "`/ 2 * sigma` divides by 2 and then multiplies. What stands below the fraction line needs brackets, and "
            "the scale a square.",
            _gauss(fraction=lambda square, s: square / 2 * s),
        ),
        Mistake(
            "In the last term the 2 has got inside the square: it is twice the squared scale, not the square of twice "
            "the scale.",
            _gauss(fraction=lambda square, s: square / (2 * s) ** 2),
        ),
        Mistake(
            "The last term is subtracted, so a larger miss costs less. In minus the log of the density it is added.",
            _gauss(fraction=lambda square, s: -square / (2 * s**2)),
        ),
        Mistake(
            "Your constant is the root of the logarithm. Half the logarithm is that of the root.",
            _gauss(constant=np.sqrt(2 * _CONSTANT)),
        ),
        Mistake(
            "In the last term the residual is not squared.",
            _gauss(fraction=lambda square, s: np.sqrt(square) / (2 * s**2)),
        ),
        Mistake(
            "You clip the loss at zero. A density may exceed 1, and then the loss is negative.",
            lambda *given: np.maximum(_gaussian(*given), 0),
        ),
        Mistake(
            "A loss below zero is no sign error. A density may exceed 1, and then its negative log is negative.",
            lambda *given: np.abs(_gaussian(*given)),
        ),
        Mistake(
            "Your logarithms are to the base 10. The loss has natural ones, `np.log`.",
            lambda y_true, y_pred, sigma: (
                np.log10(sigma) + np.log10(2 * np.pi) / 2 + (y_pred - y_true) ** 2 / (2 * sigma**2)
            ),
        ),
    ],
    hints=[
        "Three terms: the logarithm of the scale, a constant, and the squared residual over twice the squared scale.",
        "`np.log` is the natural logarithm. Mind what stands below the fraction line: `/ (2 * sigma**2)`.",
        "Check it against the page: a perfect prediction with a scale of 0.1 costs -1.38.",
    ],
    remark="""
`lossbook.GaussianNLL` is the same loss, with the log-variance in place of the scale.
""",
    what="loss",
)


# The gap of a chord


def _gap(curve, a, b):
    return curve((a + b) / 2) - (curve(a) + curve(b)) / 2


def _gap_anywhere(curve, a, b):
    shares = np.linspace(0, 1, 101)
    return np.max([curve(a + s * (b - a)) - curve(a) - s * (curve(b) - curve(a)) for s in shares], axis=0)


def _line_from_zero(curve, a, b):
    middle = (a + b) / 2
    return curve(middle) - (curve(a) + (curve(b) - curve(a)) / (b - a) * middle)


_LOW, _HIGH = np.array([-3.0, 0.2, -1.0, 0.5]), np.array([1.0, 2.6, 1.5, 0.8])

chord_gap = WriteFunction(
    f"{PAGE}/chord-gap",
    starter='''
def gap(curve, a, b):
    """Return how far the curve lies above its chord, halfway between a and b."""
    ...
''',
    solution=_gap,
    cases=[
        (np.square, _LOW, _HIGH),
        (np.tanh, _LOW, _HIGH),
        (np.exp, np.array([-1.0, 2.0]), np.array([0.5, 0.3])),
        (np.abs, np.array([-2.0]), np.array([3.0])),
        (np.tanh, 0.5, 3.0),
    ],
    mistakes=[
        Mistake(
            "It is turned round: you subtract the curve from the chord. A positive gap is to mean that the curve lies "
            "above its chord.",
            lambda curve, a, b: -_gap(curve, a, b),
        ),
        Mistake(
            "The middle of the chord is half the sum of its two ends; you subtract the whole sum.",
            lambda curve, a, b: curve((a + b) / 2) - (curve(a) + curve(b)),
        ),
        Mistake(
            "Brackets: `a + b / 2` halves `b` alone.",
            lambda curve, a, b: curve(a + b / 2) - (curve(a) + curve(b)) / 2,
        ),
        Mistake(
            "Brackets: in the middle of the chord, both ends are halved. You halve one.",
            lambda curve, a, b: curve((a + b) / 2) - (curve(a) + curve(b) / 2),
        ),
        Mistake(
            "Brackets: a minus before a sum belongs to all of it, and one end of the chord is added here.",
            lambda curve, a, b: curve((a + b) / 2) - curve(a) + curve(b) / 2,
        ),
        Mistake(
            "Brackets: you halve everything. The height of the curve is not halved, and both ends are subtracted.",
            lambda curve, a, b: (curve((a + b) / 2) - curve(a) + curve(b)) / 2,
        ),
        Mistake(
            "You halve the height of the curve too. Only the sum of the two ends is halved.",
            lambda curve, a, b: (curve((a + b) / 2) - curve(a) - curve(b)) / 2,
        ),
        Mistake(
            "You look at half the distance between `a` and `b`. The place halfway between them is their mean.",
            lambda curve, a, b: curve((b - a) / 2) - (curve(a) + curve(b)) / 2,
        ),
        Mistake(
            "Half of `a - b` is no place between the two. The place halfway between them is their mean.",
            lambda curve, a, b: curve((a - b) / 2) - (curve(a) + curve(b)) / 2,
        ),
        Mistake(
            "You compare with half the difference of the ends. The middle of the chord is at their mean.",
            lambda curve, a, b: curve((a + b) / 2) - (curve(b) - curve(a)) / 2,
        ),
        Mistake(
            "You forget the curve at `a` and `b`: a chord ends at heights of the curve, not at places on the axis.",
            lambda curve, a, b: curve((a + b) / 2) - (a + b) / 2,
        ),
        Mistake(
            "You halve the height of the curve. Its place is halved: the curve at the middle of `a` and `b`.",
            lambda curve, a, b: curve(a + b) / 2 - (curve(a) + curve(b)) / 2,
        ),
        Mistake(
            "You forget the curve in the middle: compare its height there, not the place on the axis.",
            lambda curve, a, b: (a + b) / 2 - (curve(a) + curve(b)) / 2,
        ),
        Mistake(
            "You have built in the square. Call `curve` instead, whichever curve is handed over.",
            lambda curve, a, b: _gap(np.square, a, b),
        ),
        Mistake(
            "That is the height of the curve in the middle. Subtract the height of the chord there.",
            lambda curve, a, b: curve((a + b) / 2),
        ),
        Mistake(
            "That is the height of the chord in the middle. How far above it is the curve?",
            lambda curve, a, b: (curve(a) + curve(b)) / 2,
        ),
        Mistake(
            "You return whether the chord is broken. By how much is asked for.",
            lambda curve, a, b: _gap(curve, a, b) > 0,
        ),
        Mistake(
            "You return the largest gap anywhere on the chord. At its ends that is zero, so it is never negative. Take "
            "the gap halfway between `a` and `b`.",
            _gap_anywhere,
        ),
        Mistake(
            "Your chord starts at the height of `a`, and then climbs by its slope times the middle. It climbs only "
            "from `a` on: by the slope times the way from `a` to the middle.",
            _line_from_zero,
        ),
        Mistake(
            "`//` rounds down, so your middle is a whole number. Divide with `/`.",
            lambda curve, a, b: curve((a + b) // 2) - (curve(a) + curve(b)) / 2,
        ),
        Mistake(
            "You divide by the height of the chord. The gap itself is asked for, in the unit of the curve.",
            lambda curve, a, b: _gap(curve, a, b) / ((curve(a) + curve(b)) / 2),
        ),
        Mistake(
            "You subtract half of one end. The middle of the chord is at half the sum of both.",
            lambda curve, a, b: curve((a + b) / 2) - curve(a) / 2,
        ),
        Mistake(
            "You subtract one end of the chord. Its middle is at half the sum of both.",
            lambda curve, a, b: curve((a + b) / 2) - curve(a),
        ),
        Mistake(
            "Keep the negative gaps: they say how far the chord runs above the curve.",
            lambda curve, a, b: np.maximum(_gap(curve, a, b), 0),
        ),
        Mistake(
            "The size is right, and the sign is lost: it says which of the two lies above.",
            lambda curve, a, b: np.abs(_gap(curve, a, b)),
        ),
        Mistake(
            "`a` and `b` may be arrays, one chord per entry, and each has its own gap. You return one number.",
            lambda curve, a, b: np.max(_gap(curve, a, b)),
        ),
        Mistake(
            "`a` and `b` may be arrays, one chord per entry, and each has its own gap. You return their mean.",
            lambda curve, a, b: np.mean(_gap(curve, a, b)),
        ),
    ],
    hints=[
        "Two heights at one place, halfway between `a` and `b`: that of the curve, and that of the chord.",
        "The chord runs straight from `curve(a)` to `curve(b)`, so halfway it is at their mean.",
        "Curve minus chord, and brackets around every sum that is halved.",
    ],
    remark=r"""
For $\log(1 + r^2)$ the gap from 0 to 8 is `0.75`: one broken chord, so it is not convex. From `-0.5` to `0.5` the chord
holds, which proves nothing.
""",
    what="gap",
)


# Which loss?

which_loss = Choose(
    f"{PAGE}/which-loss",
    options={
        "squared error": "Training ends equally low from every start, but a wrong target pulls harder the farther off "
        "it is, without limit.",
        "Huber": "Of the four, only this one meets both demands: its pull stops at delta, however wrong a target is.",
        "Tukey": "It ignores wrong targets best of all. But it is not convex, so training may rest too high.",
        "expectile": "It is squared error with two prices: convex, and without a limit to the pull.",
    },
    right="Huber",
    reasons={
        "convex and bounded influence": "Convex in the weights of a linear model, so training ends equally low from "
        "every start; bounded influence, so the pull of a wrong target has a limit. Both are asked for.",
        "wrong targets are ignored": "That is more than was asked for, and has its price: to ignore a target, a loss "
        "has to level off, and a loss that levels off is not convex.",
        "it is differentiable": "All four are, so that does not tell them apart.",
        "it has a likelihood": "A likelihood says which noise is expected, not what a wrong target does or where "
        "training ends.",
    },
    because="convex and bounded influence",
    hints=[
        "Two demands, two columns of the table.",
        "Equally low from every start: convex. A limit to the pull of a wrong target: bounded influence.",
    ],
)


# Two noises


def _two_noises(y):
    sigma = np.std(y)
    squares = (y - np.mean(y)) ** 2 / (2 * sigma**2)
    gaussian = np.log(sigma) + 0.5 * np.log(2 * np.pi) + np.mean(squares)
    distance = np.abs(y - np.median(y))
    width = np.mean(distance)
    laplace = np.log(2 * width) + np.mean(distance / width)
    return gaussian, laplace


def _noises(y, center=np.mean, sigma=np.std, middle=np.median, width=None, constants=(_CONSTANT, _LOG_2)):
    """Return both mean losses, with one of the estimates or constants exchanged."""
    scale, around = sigma(y), y - center(y)
    distance = np.abs(y - middle(y))
    b = np.mean(distance) if width is None else width(y, distance)
    return (
        np.log(scale) + constants[0] + np.mean(around**2) / (2 * scale**2),
        np.log(b) + constants[1] + np.mean(distance) / b,
    )


def _width(y):
    return np.mean(np.abs(y - np.median(y)))


def _noise(**changes):
    return lambda y: _noises(y, **changes)


two_noises = WriteFunction(
    f"{PAGE}/two-noises",
    starter='''
def two_noises(y):
    """Return the mean loss of the best Gaussian, and of the best Laplace density."""
    ...
''',
    solution=_two_noises,
    cases=[
        (np.array([0.3, -0.8, 1.9, 0.1, -9.0, 0.4, 0.6]),),
        (np.array([2.0, 3.5, 4.0, 4.2, 5.9, 7.0]),),
        (np.array([-0.012, 0.004, 0.02]),),
        (np.array([140.0, -35.0, 12.0, 60.0, -20.0]),),
    ],
    mistakes=[
        Mistake(
            "Right, and in the wrong order: the Gaussian first, then the Laplace density.",
            lambda y: _noises(y)[::-1],
        ),
        Mistake("Those are mean log densities. The losses are their negatives.", lambda y: -np.array(_noises(y))),
        Mistake(
            "The Gaussian is right. The Laplace density is best placed at the median, not at the mean, which absolute "
            "error does not ask for.",
            _noise(middle=np.mean),
        ),
        Mistake(
            "The Laplace density is right. The Gaussian is best placed at the mean, not at the median.",
            _noise(center=np.median, sigma=lambda y: np.sqrt(np.mean((y - np.median(y)) ** 2))),
        ),
        Mistake(
            "The Laplace density is right. In the Gaussian, distances are measured from the median; its scale and the "
            "lowest loss belong to the mean.",
            _noise(center=np.median),
        ),
        Mistake(
            "The Gaussian is right. The width of the Laplace density is not the standard deviation: it is the mean "
            "distance from the median.",
            _noise(width=lambda y, distance: np.std(y)),
        ),
        Mistake(
            "A width that matches the variance is not the width with the lowest loss. The mean distance from the "
            "median is.",
            _noise(width=lambda y, distance: np.std(y) / np.sqrt(2)),
        ),
        Mistake(
            "The width is the mean distance from the median, not the median distance.",
            _noise(width=lambda y, distance: np.median(distance)),
        ),
        Mistake(
            "Your standard deviation divides by n - 1. The scale with the lowest loss divides by n, as `np.std` does.",
            _noise(sigma=lambda y: np.std(y, ddof=1)),
        ),
        Mistake(
            "The scale of the Gaussian is the variance in your code, not its root.",
            _noise(sigma=np.var),
        ),
        Mistake(
            "Both constants are missing, and they differ: without them, the two losses cannot be compared.",
            _noise(constants=(0, 0)),
        ),
        Mistake(
            "The Laplace density is right. In the Gaussian the constant ½ log 2π is missing, which flatters it.",
            _noise(constants=(0, _LOG_2)),
        ),
        Mistake(
            "The Gaussian is right. In the Laplace density the 2 of 1/2b is missing, which flatters it.",
            _noise(constants=(_CONSTANT, 0)),
        ),
        Mistake(
            "The Laplace density is right. In the Gaussian the constant is too large: it is half the logarithm of 2π.",
            _noise(constants=(2 * _CONSTANT, _LOG_2)),
        ),
        Mistake(
            "You return the totals. The means are asked for, which do not depend on how much data there is.",
            lambda y: len(y) * np.array(_noises(y)),
        ),
        Mistake(
            "You return one loss for each number. Take the mean of each of the two.",
            lambda y: np.array(
                [
                    _gaussian(y, np.mean(y), np.std(y)),
                    np.log(2 * _width(y)) + np.abs(y - np.median(y)) / _width(y),
                ]
            ),
        ),
        Mistake(
            "The terms with the distances are missing in both. At the best scale they are not zero.",
            lambda y: np.array(_noises(y)) - [0.5, 1],
        ),
        Mistake(
            "The Gaussian is right. In the Laplace loss the term with the distances is missing.",
            lambda y: np.array(_noises(y)) - [0, 1],
        ),
        Mistake(
            "The Laplace density is right. In the Gaussian loss the term with the squares is missing.",
            lambda y: np.array(_noises(y)) - [0.5, 0],
        ),
        *(
            Mistake(
                f"You return one number, {which}. Both losses are asked for.",
                lambda y, pick=pick: pick(_noises(y)),
            )
            for which, pick in (
                ("the lower loss", min),
                ("the loss of the Gaussian", lambda both: both[0]),
                ("the loss of the Laplace density", lambda both: both[1]),
            )
        ),
        Mistake(
            "You keep the scale of 50 from the page, which compares two models at one scale. Here each density gets "
            "the scale that fits `y` best.",
            _noise(sigma=lambda y: 50.0, width=lambda y, distance: 50.0),
        ),
        Mistake(
            "The Laplace density is right. You take the width for the Gaussian's scale, which is the standard "
            "deviation.",
            _noise(sigma=_width),
        ),
        Mistake(
            "Those are the densities' scales. What is the mean loss at these scales?",
            lambda y: (np.std(y), np.mean(np.abs(y - np.median(y)))),
        ),
    ],
    hints=[
        "The Gaussian: center at the mean, scale from `np.std`, and the loss of the exercise before.",
        "The Laplace density: center at the median, width b the mean distance from it.",
        "Its loss is `np.log(2 * width)` plus the distance over the width.",
    ],
    remark="""
The NASDAQ's returns prefer the Laplace density, `1.775` to `1.885`, as those of the S&P 500 do. The residuals of the
patients prefer the Gaussian, `5.552` to `5.635`: squared error was not a bad choice for them.
""",
    what="pair of losses",
)


# Quiz


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


_Z = -5.0
_PULL_SQUARED = 2 * (1 - _sigmoid(_Z)) ** 2 * _sigmoid(_Z)
_PULL_ENTROPY = 1 - _sigmoid(_Z)

quiz = Quiz(
    PAGE,
    [
        Item(
            "Which of these four mean losses is a sign of a bug?",
            {
                "Gaussian, constant included, returns as fractions: $-3.0$": "A density may exceed 1, so its loss has "
                "no floor. In percent, the same fit has $1.6$.",
                "Poisson without $\\log y!$, all labels 5: $-3.0$": "Without the constant, the floor is "
                f"$y - y\\log y$, ${5 - 5 * np.log(5):.2f}$ for 5. This is just above it.",
                "Huber: $-0.1$": "Its floor is 0: no residual costs less than none.",
                "Cross-entropy, all labels 0.9: stuck at $0.33$": "That is the floor, the entropy of the label: "
                f"${-0.9 * np.log(0.9) - 0.1 * np.log(0.1):.4f}$.",
            },
            right="Huber: $-0.1$",
        ),
        Item(
            "Cross-entropy is convex in the score. What does that promise for a network with a hidden layer?",
            {
                "Training cannot end in a poor valley.": "That would need convexity in the weights. A product of two "
                "weights is enough to lose it: $(1 - ab)^2$ has two valleys and a saddle between them.",
                "The loss is convex in the weights too.": "In a linear model it is. A hidden layer multiplies weights "
                "by weights, and the chords break.",
                "With the other layers held fixed, training a linear last layer finds no poor valley.": "And no more "
                "than that. Once the layers before it move too, weights multiply weights.",
                "Every start leads to the same network.": "Not even the best network is unique: swap two hidden units, "
                "and other weights make the same predictions.",
            },
            right="With the other layers held fixed, training a linear last layer finds no poor valley.",
        ),
        Item(
            "Where is there a kink, a place where the slope jumps?",
            {
                "Hinge, at margin 1": "From $-1$ to $0$. Absolute error is not the only one with a kink.",
                "Huber, at residual $\\delta$": "Its two pieces meet with the same slope. The curvature jumps, the "
                "slope does not.",
                "Absolute error, at residual 0": "From $-1$ to $1$.",
                "Squared error, at residual 0": "A smooth bottom: the slope passes through 0 without a jump.",
            },
            right=["Absolute error, at residual 0", "Hinge, at margin 1"],
        ),
        Item(
            "Training is stuck on mistakes made with confidence: class 1, score $-5$. A colleague wants to replace "
            "the cross-entropy by the squared error of the sigmoid, because that is bounded, and bounded losses keep "
            "gradients alive. What happens?",
            {
                "It gets better: a bounded loss keeps its gradient.": "The other way round: a loss that keeps rising "
                "and stays below a bound has to flatten, and its gradient fades.",
                "Nothing changes: both pull with at most 1.": "Both pulls are bounded, but one goes to 1 and the other "
                "to 0 as the mistake grows.",
                "It gets better: squares punish large mistakes more.": "Squares of residuals without a limit do. Here "
                "the residual is at most 1, and the sigmoid is flat.",
                "It gets worse.": f"The pull drops from {_PULL_ENTROPY:.5f} to {_PULL_SQUARED:.5f}. A bounded loss "
                "levels off, and where it is level there is no slope.",
            },
            right="It gets worse.",
        ),
        Item(
            "Two colleagues fit the same linear model to the same data by absolute error. Both end on flat ground, "
            "with the same mean loss and different weights. What happened?",
            {
                "One of them is stuck in a local valley.": "Then its loss would be the higher one. In the weights of a "
                "linear model absolute error is convex, so where training rests, nothing is lower.",
                "Absolute error is not convex.": "It is. A convex curve may have a flat bottom, as from 140 to 141 on "
                "this page: no chord runs below it there.",
                "Nothing is wrong: both have a best answer.": "Convexity promises that nothing is lower than where "
                "training rests. It does not promise that only one answer is as low.",
                "One of them did not train long enough.": "Then the loss would still be falling there. Both stand on "
                "flat ground, and on a convex loss that is the bottom.",
            },
            right="Nothing is wrong: both have a best answer.",
        ),
    ],
)
