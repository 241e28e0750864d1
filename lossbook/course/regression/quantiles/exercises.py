"""The exercises, the bug and the quiz of the page on quantiles."""

import numpy as np

from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction
from lossbook.regression import Quantile

PAGE = "regression/quantiles"


# The bug


def _best_level(changes, tau):
    def quantile_loss(prediction, target):
        error = target - prediction
        return np.maximum(tau * error, (tau - 1) * error)

    levels = np.linspace(-3, 3, 601)
    losses = [quantile_loss(prediction=one, target=changes).mean() for one in levels]
    return levels[np.argmin(losses)]


LEVELS = np.linspace(-3, 3, 601)


def _level_by(loss, best=lambda losses: LEVELS[losses.argmin()], over=np.mean):
    """Return a version that searches by another loss of the changes, the level and tau, or for something else."""
    return lambda changes, tau: best(over(loss(changes, LEVELS[:, None], tau), axis=1))


def _pinball(y_true, y_pred, tau, steeper=np.maximum):
    return steeper(tau * (y_true - y_pred), (tau - 1) * (y_true - y_pred))


def _rising(error, tau):
    return np.maximum(tau * error, (1 - tau) * error)


# With seven or eleven days the quantile is one of the days, and the loss has one lowest point, not a flat piece.
SEVEN = np.array([-2.11, 0.42, -0.75, 1.36, 0.03, 2.57, -1.24])
ELEVEN = np.concatenate([SEVEN, [0.88, -0.31, 1.93, -2.72]])

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def best_level(changes, tau):
    def quantile_loss(prediction, target):
        error = target - prediction
        return np.maximum(tau * error, (tau - 1) * error)

    levels = np.linspace(-3, 3, 601)
    losses = [quantile_loss(changes, level).mean() for level in levels]
    return levels[np.argmin(losses)]
""",
    solution=_best_level,
    cases=[(SEVEN, 0.9), (SEVEN, 0.2), (ELEVEN, 0.75), (np.array([1.5]), 0.7)],
    mistakes=[
        Mistake(
            "Still the level for `1 - tau`: each side is charged the other's price. Follow one number through the "
            "call: which of the two is `changes` inside `quantile_loss`?",
            _level_by(lambda changes, level, tau: _pinball(level, changes, tau)),
        ),
        Mistake(
            "Now it is the median for every `tau`: the two sides cost the same. The prices were right as they stood.",
            _level_by(lambda changes, level, tau: np.abs(changes - level)),
        ),
        Mistake(
            "Now it is the mean for every `tau`: a square treats both sides alike.",
            _level_by(lambda changes, level, tau: (changes - level) ** 2),
        ),
        Mistake(
            "The level lies at an end of the search, where the loss is largest. Has `np.argmin` become `np.argmax`, or "
            "`np.maximum` `np.minimum`? Both were right as they stood.",
            _level_by(_pinball, best=lambda losses: LEVELS[losses.argmax()]),
        ),
        Mistake(
            "The level lies at the wrong end of the search. Either the highest loss is looked for, or the loss is the "
            "smaller of its two lines and has no lowest point. `np.argmin` and `np.maximum` were right as they stood.",
            _level_by(lambda changes, level, tau: _pinball(changes, level, tau, steeper=np.minimum)),
        ),
        Mistake(
            "This is `np.quantile`, which puts its answer between two changes. A fine way to a quantile, and the "
            "broken loss is still broken: repair the loss.",
            lambda changes, tau: np.quantile(changes, tau),
        ),
        Mistake(
            "The loss runs away to the upper end of the search: being too high pays, the more the better. The factor "
            "`tau - 1` is negative on purpose, as the error is on that side.",
            _level_by(lambda changes, level, tau: _rising(changes - level, tau)),
        ),
        Mistake(
            "The loss runs away to the lower end of the search: being too low pays, the more the better. The factor "
            "`tau - 1` is negative on purpose; look at the call instead.",
            _level_by(lambda changes, level, tau: _rising(level - changes, tau)),
        ),
        Mistake(
            "This is the broken level with its sign turned. It would do if the changes were symmetric around 0; "
            "these are not.",
            _level_by(lambda changes, level, tau: _pinball(-changes, level, tau)),
        ),
        Mistake(
            "This is the level for 0.9, whatever `tau` is.",
            _level_by(lambda changes, level, tau: _pinball(changes, level, 0.9)),
        ),
        Mistake(
            "You take the median of the losses. It is their mean that a quantile makes smallest.",
            _level_by(_pinball, over=np.median),
        ),
        Mistake(
            "The errors are squared, each side with its own price. The level is then the expectile, and not the "
            "quantile.",
            _level_by(lambda changes, level, tau: np.where(changes > level, tau, 1 - tau) * (changes - level) ** 2),
        ),
        Mistake(
            "You return the loss at the best level. The level is asked for.",
            _level_by(_pinball, best=np.min),
        ),
        Mistake(
            "You return the place in `levels`, and not the level.",
            _level_by(_pinball, best=np.argmin),
        ),
    ],
    hints=[
        "Test it at a `tau` away from the middle: which share of the changes lies below the level?",
        "Compare the order of the arguments where `quantile_loss` is defined and where it is called.",
    ],
    cause=r"""
The function takes the prediction first, as PyTorch's losses do; the call passes the target first, as Keras and
scikit-learn do. Swapping the two turns $y - \hat y$ into $\hat y - y$, so each side is charged the other's price,
and $\tau$ becomes $1 - \tau$. At $\tau = 0.5$ the two prices are equal and nothing shows. Squared and absolute
error are the same after this swap, so the wrong order goes unnoticed there.

Pass both by name, and test at a $\tau$ away from the middle. The test is one line: the share of targets below the
prediction.
""",
    what="level",
)


# The gradient of the pinball loss


def _pinball_gradient(y_true, y_pred, tau):
    return np.where(y_pred < y_true, -tau, 1 - tau)


def _by_side(too_low, too_high):
    """Return a version from the slopes on both sides, each a function of tau."""
    return lambda y_true, y_pred, tau: np.where(y_pred < y_true, too_low(tau), too_high(tau))


def _between_the_slopes(got, y_true, y_pred, tau):
    return bool(np.all((-tau - 1e-9 <= got) & (got <= 1 - tau + 1e-9)))


TARGETS = np.array([10.0, 10.0, -3.0, 0.5, 2.0, 0.0])
PREDICTIONS = np.array([8.0, 12.5, -4.0, 3.0, -2.0, 150.0])

pinball_gradient = WriteFunction(
    f"{PAGE}/pinball-gradient",
    starter='''
def pinball_gradient(y_true, y_pred, tau):
    """Return the pull of each sample: its pinball loss's derivative in y_pred."""
    ...
''',
    solution=_pinball_gradient,
    cases=[
        (TARGETS, PREDICTIONS, 0.9),
        (np.array([1.0]), np.array([1.5]), 0.3),
        (TARGETS, PREDICTIONS, 0.5),
        Case(
            (np.array([1.0, -2.0, 0.0]), np.array([0.98, -1.98, 0.02]), 0.8),
            only="It fails only where prediction and target are close. Does a finite difference reach across the kink "
            "between them, or does a tolerance take them for equal?",
        ),
        Case(
            (np.array([3, 5, -1]), np.array([4, 2, -3]), 0.7),
            only="It fails only for whole numbers. An array made from integers, as by `np.zeros_like`, holds integers "
            "only, and cuts off what you put in.",
        ),
        Case(
            (np.array([1.5, -2.0, 0.0]), np.array([1.5, -2.0, 0.0]), 0.9),
            only="It fails only at the kink, where prediction and target agree. Any number from `-tau` to `1 - tau` "
            "will do there; yours is none of them.",
            accepts=_between_the_slopes,
        ),
    ],
    mistakes=[
        Mistake(
            "Each side gets the other side's price. Which of the two is `tau` the price of: too low or too high?",
            _by_side(lambda tau: tau - 1, lambda tau: tau),
        ),
        Mistake(
            "Both prices are right, and both are positive. Where the prediction is too low, does raising it raise the "
            "loss?",
            _by_side(lambda tau: tau, lambda tau: 1 - tau),
        ),
        Mistake(
            "Both slopes have the same sign. Raising the prediction lowers the loss on one side and raises it on the "
            "other.",
            _by_side(lambda tau: -tau, lambda tau: tau - 1),
        ),
        Mistake(
            "This is the slope of absolute error: `tau` has no effect.",
            _by_side(lambda tau: -1.0, lambda tau: 1.0),
        ),
        Mistake(
            "The slopes are those for 0.9, whatever `tau` is.",
            _by_side(lambda tau: -0.9, lambda tau: 0.1),
        ),
        Mistake(
            "These are the slopes of half the absolute error, which are right for a `tau` of 0.5 alone.",
            _by_side(lambda tau: -0.5, lambda tau: 0.5),
        ),
        Mistake(
            "Too high is right. Too low costs nothing here, so the best prediction would be below everything.",
            _by_side(lambda tau: 0.0, lambda tau: 1 - tau),
        ),
        Mistake(
            "Too low is right. Too high gets the price `tau` as well; the two prices add up to 1.",
            _by_side(lambda tau: -tau, lambda tau: tau),
        ),
        Mistake(
            "Too low is right. Too high costs nothing here, so the best prediction would be above everything.",
            _by_side(lambda tau: -tau, lambda tau: 0.0),
        ),
        Mistake(
            "You return the loss. Its derivative does not depend on how far off the prediction is, only on the side.",
            lambda y_true, y_pred, tau: Quantile(tau).value(y_true, y_pred),
        ),
        Mistake(
            "You have multiplied by the residual. A pinball's slope depends on the side alone, and not on how far off "
            "the prediction is.",
            lambda y_true, y_pred, tau: _pinball_gradient(y_true, y_pred, tau) * np.abs(y_pred - y_true),
        ),
        Mistake(
            "The slopes are multiplied by the error, which makes the loss of them again, with its sign turned. A "
            "pinball's slope does not depend on how far off the prediction is.",
            lambda y_true, y_pred, tau: -Quantile(tau).value(y_true, y_pred),
        ),
    ],
    hints=[
        "Draw the loss for `tau = 0.9` against the residual. It is a V: how steep are its two arms?",
        "Where the prediction is too low, raising it by one unit saves `tau`. Where it is too high, raising it costs "
        "`1 - tau`.",
        "`np.where(y_pred < y_true, ..., ...)` picks the slope of the side.",
    ],
    what="gradient",
)


# A number: how much to bake

PRICE, COST = 4.0, 1.0
SHARE = (PRICE - COST) / PRICE

bakery = FindNumber(
    f"{PAGE}/bakery",
    answer=SHARE,
    tolerance=0.005,
    mistakes={
        COST / PRICE: "That is the share of days on which it should sell out. Which share of days lies below the "
        "quantile?",
        PRICE / (PRICE + COST): "A customer sent away costs the margin, what is earned on a loaf. The loaf that "
        "was not baked has not been paid for either.",
        COST / (PRICE + COST): "Two slips: a customer sent away costs the margin, and it is the price of too few "
        "that goes on top of the fraction.",
        (PRICE - COST) / COST: "That is the ratio of the two prices. Divide both by their sum, so that they add up "
        "to 1.",
        COST / (PRICE - COST): "That is a ratio of the two prices, and the wrong way up. Divide both by their sum, so "
        "that they add up to 1.",
        PRICE / (PRICE - COST): "That is the price divided by the margin. `tau` is a share, between 0 and 1.",
        PRICE / (2 * PRICE - COST): "A loaf too few costs the margin, and not the price; a loaf too many costs what it "
        "took to bake it, and not the margin.",
        0.9: "That is the level of this page's band. Here it follows from what the two misses cost.",
        0.5: "The median would be right if one loaf too few cost as much as one too many.",
    },
    hints=[
        "What does one loaf too few cost the bakery, and what does one loaf too many?",
        "Too few: `4.00 - 1.00` that are not earned. Too many: `1.00` that is thrown away. `tau` is the first price "
        "divided by the sum of both.",
    ],
    why=f"One loaf too few costs ${PRICE:g} - {COST:g} = {PRICE - COST:g}$, one too many ${COST:g}$, so "
    rf"$\tau = {PRICE - COST:g} / {PRICE:g}$: the pinball loss with these prices is ${PRICE:g}$ times the one for that "
    r"$\tau$. On about three days in four the loaves suffice, and that is the cheapest plan.",
)


# A choice: the reserve

reserve = Choose(
    f"{PAGE}/reserve",
    options={
        "squared error": "Squared error finds the mean. A reserve as large as the mean loss is used up in many years, "
        "and nothing says in how many.",
        "quantile 0.99": "Its best answer has 99 % of the years below it, however bad the remaining ones are. By how "
        "much the hundredth exceeds the reserve, it does not say; whoever pays for that year should ask. Nor are there "
        "often years enough to fit it: of a hundred, the worst one or two decide.",
        "quantile 0.01": "That level is a good year's loss: 99 years in a hundred cost more.",
        "expectile 0.99": "An expectile balances amounts. How many years lie below it depends on how far out the worst "
        "ones are, and nobody has promised 99 %.",
    },
    right="quantile 0.99",
    reasons={
        "counts": "The promise counts years: so many in a hundred, whatever the others cost.",
        "amounts": "By how much a bad year exceeds the reserve plays no part, in the promise or in a quantile.",
        "robust": "One wrong record hardly moves a quantile. But that is no reason for 0.99, and a true record "
        "year moves it as little.",
        "normal": "The promise assumes no distribution, and a quantile needs none. What it needs is enough years.",
    },
    because="counts",
    hints=[
        "Does the promise name a number of years or an amount of money?",
        "Which statistic has a given share of the years below it? And on which side do the 99 lie?",
    ],
)


# What a band costs


def _band_loss(y_true, low, high, tau):
    above_low, above_high = y_true - low, y_true - high
    at_low = np.maximum(tau * above_low, (tau - 1) * above_low)
    at_high = np.maximum((1 - tau) * above_high, -tau * above_high)
    return at_low + at_high


def _of_edges(tau_low, tau_high):
    """Return a version with other prices at the two edges, each a function of tau."""

    def version(y_true, low, high, tau):
        return Quantile(tau_low(tau)).value(y_true, low) + Quantile(tau_high(tau)).value(y_true, high)

    return version


def _joined(by, y_true, low, high, tau):
    return by(Quantile(tau).value(y_true, low), Quantile(1 - tau).value(y_true, high))


def _missed(y_true, low, high):
    return np.maximum(low - y_true, 0) + np.maximum(y_true - high, 0)


# Inside, below and above the band; then on either edge, and above a band without a width.
DAYS = np.array([0.5, -3.0, 2.5, -1.0, 1.25, 0.3])
LOWS = np.array([-1.0, -1.2, -0.8, -1.0, -2.0, 0.1])
HIGHS = np.array([1.1, 1.0, 0.9, 1.5, 1.25, 0.1])

band_loss = WriteFunction(
    f"{PAGE}/band-loss",
    starter='''
def band_loss(y_true, low, high, tau):
    """Return the pinball loss of low at tau plus that of high at 1 - tau."""
    ...
''',
    solution=_band_loss,
    cases=[
        (DAYS, LOWS, HIGHS, 0.1),
        (np.array([2.0]), np.array([-1.0]), np.array([1.5]), 0.25),
        (100 * DAYS, 100 * LOWS, 100 * HIGHS, 0.05),
    ],
    mistakes=[
        Mistake(
            "Both edges are charged with `tau`. Then the upper one is a second lower one: it should have nine days in "
            "ten below it where the lower has one.",
            _of_edges(lambda tau: tau, lambda tau: tau),
        ),
        Mistake(
            "Both edges are charged with `1 - tau`. Then the lower one is a second upper one.",
            _of_edges(lambda tau: 1 - tau, lambda tau: 1 - tau),
        ),
        Mistake(
            "The two prices are swapped, or the sign of the residual: the formula of the page uses the target minus "
            "the prediction. This way it is cheapest to have `low` above `high`.",
            _of_edges(lambda tau: 1 - tau, lambda tau: tau),
        ),
        Mistake(
            "A day inside the band costs nothing, whatever the width: then the widest band would be the best. The "
            "pinball loss charges both sides of an edge.",
            lambda y_true, low, high, tau: _missed(y_true, low, high),
        ),
        Mistake(
            "A day inside the band costs nothing: of each edge you charge one side only. Widen the band without end, "
            "and this loss is zero.",
            lambda y_true, low, high, tau: (1 - tau) * _missed(y_true, low, high),
        ),
        Mistake(
            "This is the width of the band alone: it does not matter where the day lies.",
            lambda y_true, low, high, tau: high - low,
        ),
        Mistake(
            "The prices are `0.1` and `0.9`, whatever `tau` is.",
            _of_edges(lambda tau: 0.1, lambda tau: 0.9),
        ),
        Mistake(
            "You charge for the width and not for the days that lie outside.",
            lambda y_true, low, high, tau: tau * (high - low) + 0 * y_true,
        ),
        Mistake(
            "Each edge gets half of `tau`. Here `tau` is the share below the lower edge, and as much lies above the "
            "upper one.",
            _of_edges(lambda tau: tau / 2, lambda tau: 1 - tau / 2),
        ),
        Mistake(
            "You take the larger of the two losses. Their sum is asked for.",
            lambda *given: _joined(np.maximum, *given),
        ),
        Mistake(
            "You subtract the loss of the upper edge. The two are added.",
            lambda *given: _joined(np.subtract, *given),
        ),
        Mistake(
            "You subtract the loss of the lower edge. The two are added.",
            lambda *given: -_joined(np.subtract, *given),
        ),
        Mistake(
            "This is the interval score: `1 / tau` times the sum of the two pinball losses. It ranks bands alike, but "
            "the sum is asked for.",
            lambda y_true, low, high, tau: _band_loss(y_true, low, high, tau) / tau,
        ),
        Mistake(
            "You take the smaller of the two lines at each edge, which is never positive: the further off, the better. "
            "The pinball loss is the larger one.",
            lambda y_true, low, high, tau: (
                _pinball(y_true, low, tau, steeper=np.minimum) + _pinball(y_true, high, 1 - tau, steeper=np.minimum)
            ),
        ),
        Mistake(
            "The upper edge is compared with `y_true - low` in place of `y_true`. Does a `-=` change the targets?",
            lambda y_true, low, high, tau: _pinball(y_true, low, tau) + _pinball(y_true - low, high, 1 - tau),
        ),
        Mistake(
            "The lower edge is missing: this is the loss of `high` alone.",
            lambda y_true, low, high, tau: Quantile(1 - tau).value(y_true, high),
        ),
        Mistake(
            "The upper edge is missing: this is the loss of `low` alone.",
            lambda y_true, low, high, tau: Quantile(tau).value(y_true, low),
        ),
        Mistake(
            "These are two absolute errors: `tau` has no effect, and the best band is the median twice.",
            lambda y_true, low, high, tau: np.abs(y_true - low) + np.abs(y_true - high),
        ),
        Mistake(
            "You charge the full width. The days inside cost only `tau` a unit of it.",
            lambda y_true, low, high, tau: high - low + _missed(y_true, low, high),
        ),
    ],
    hints=[
        "The page has a function for the pinball loss. Which target, prediction and price does each edge give it?",
        "`pinball(y_true, low, tau)` is the first of the two terms.",
    ],
    remark=r"""
It equals $\tau$ times the width, plus the distance by which the day misses the band: narrow is good, and so is being
right. Its mean over the days is lowest at the two quantiles.
""",
    what="loss",
)


# Coverage by group


def _coverage(y_true, low, high, group):
    inside = (low <= y_true) & (y_true <= high)
    return np.array([inside[group == name].mean() for name in np.unique(group)])


def _inside(y_true, low, high):
    return (low <= y_true) & (y_true <= high)


def _shares(inside=_inside, of=np.mean, names=np.unique):
    """Return a version with another notion of inside, another figure for the days chosen, or other groups."""

    def version(y_true, low, high, group):
        hit = inside(y_true, low, high)
        return np.array([of(hit[group == name]) for name in names(group)])

    return version


ON_THE_EDGE = (
    "It fails only where a day lies exactly on an edge. As in the page's `between`, the edges belong to the band."
)
GAPS = (
    "It fails only where the numbers of the groups leave gaps or do not start at 0. Which groups there are, "
    "`np.unique` knows."
)
GROUPS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2])
CHANGES = np.array([0.1, -0.4, 0.9, 0.2, -2.0, 0.5, 1.7, -3.0, 4.0, -2.5, 1.0, 0.3])

coverage = WriteFunction(
    f"{PAGE}/coverage",
    starter='''
def coverage(y_true, low, high, group):
    """Return the share of days inside the band, for each group in order."""
    ...
''',
    solution=_coverage,
    cases=[
        (CHANGES, np.full(12, -1.5), np.full(12, 1.2), GROUPS),
        (CHANGES[::-1], -1 - GROUPS / 2.5, 0.7 + GROUPS / 2.5, GROUPS),
        Case((np.array([0.5]), np.array([-1.0]), np.array([1.0]), np.array([3])), only=GAPS),
        Case((np.array([0.5, 2.0, 0.1]), np.full(3, -1.0), np.full(3, 1.0), np.array([7, 2, 7])), only=GAPS),
        Case(
            (np.array([1.0, -1.0, 2.0, 0.0, 0.5]), np.full(5, -1.0), np.full(5, 1.0), np.array([0, 1, 0, 1, 2])),
            only=ON_THE_EDGE,
        ),
    ],
    mistakes=[
        Mistake(
            "Every group gets the coverage of all days together, the very figure that hides the wild ones. Choose the "
            "group's days before you take the mean.",
            lambda y_true, low, high, group: np.full(len(np.unique(group)), _inside(y_true, low, high).mean()),
        ),
        Mistake(
            "This is the coverage of all days, one number. One for each group is asked for.",
            lambda y_true, low, high, group: _inside(y_true, low, high).mean(),
        ),
        Mistake(
            "You divide by the number of all days. A group's share is counted among the days of that group.",
            lambda y_true, low, high, group: np.array(
                [np.sum(_inside(y_true, low, high) & (group == name)) / len(group) for name in np.unique(group)]
            ),
        ),
        Mistake(
            "You divide by the number of days inside. A group's share is counted among all the days of that group.",
            lambda y_true, low, high, group: (
                _shares(of=np.sum)(y_true, low, high, group) / _inside(y_true, low, high).sum()
            ),
        ),
        Mistake("You return how many days lie inside. The share is asked for.", _shares(of=np.sum)),
        Mistake(
            "These are percentages, and shares between 0 and 1 are asked for.",
            _shares(of=lambda chosen: 100 * chosen.mean()),
        ),
        Mistake("This is the share outside.", _shares(of=lambda chosen: 1 - chosen.mean())),
        Mistake(
            "Days below the lower edge count as inside: only `high` is compared.",
            _shares(lambda y_true, low, high: y_true <= high),
        ),
        Mistake(
            "Days above the upper edge count as inside: only `low` is compared.",
            _shares(lambda y_true, low, high: low <= y_true),
        ),
        Mistake(
            "All days count as inside. To join two comparisons of arrays, write `&`, with each one in parentheses.",
            _shares(lambda y_true, low, high: (low <= y_true) | (y_true <= high)),
        ),
        Mistake(
            "The groups come in the order in which they first appear. The smallest number comes first, wherever it "
            "stands.",
            _shares(names=lambda group: list(dict.fromkeys(group.tolist()))),
        ),
        Mistake(
            "The largest number comes first here. The smallest should.",
            _shares(names=lambda group: np.unique(group)[::-1]),
        ),
        Mistake(
            "The shares are sorted by size. It is the numbers of the groups that go from small to large.",
            lambda *given: np.sort(_coverage(*given)),
        ),
        Mistake(
            "You return one share per day, its group's. One per group is asked for.",
            _shares(names=lambda group: group),
        ),
        Mistake(
            "You return the mean of the groups' shares, one number. One share for each group is asked for.",
            lambda *given: _coverage(*given).mean(),
        ),
        Mistake(
            "The groups are taken to be 0, 1, 2 and so on, as many as there are. Which numbers there are, `np.unique` "
            "knows.",
            _shares(names=lambda group: range(len(np.unique(group)))),
        ),
    ],
    hints=[
        "First one True or False for each day: inside or not. The mean of these is a share.",
        "`np.unique(group)` lists the groups in order, and `inside[group == name]` holds the days of one.",
    ],
    remark="""
With `third.cat.codes.to_numpy()` for the groups and the other arguments as arrays, it gives the shares that
`report` has printed for calm, middle and wild days.
""",
    what="coverage",
)


# The quiz

_QUARTER = {r: float(Quantile(0.9).value(0.0, r)) for r in (-2.0, 2.0)}

quiz = Quiz(
    PAGE,
    [
        Item(
            "This book's residual is $r = \\hat y - y$. Which is the pinball loss for $\\tau = 0.9$?",
            {
                "`max(0.9 * r, -0.1 * r)`": "That is the usual formula with the other residual put in. It "
                "charges 0.9 for too *high*, and its best constant has 10 % of the targets below it.",
                "`0.9 * abs(r)`": "That is absolute error in another unit, and its best constant is the median: both "
                "sides cost the same.",
                "`max(-0.9 * r, 0.1 * r)`": f"At $r = -2$, two too low, it charges {_QUARTER[-2.0]:g}; at "
                f"$r = 2$, two too high, {_QUARTER[2.0]:g}. Too low is the expensive side, so it pays to aim high.",
                "`max(0.9 * r, 0.1 * r)`": "Where the prediction is too low, this is negative, and the further "
                "off the better. A loss should not reward that.",
            },
            right="`max(-0.9 * r, 0.1 * r)`",
        ),
        Item(
            "A band promised for 80 % of the days holds on 81.5 % of the days of eleven new years. Is it any good?",
            {
                "Yes: the coverage was measured on new data.": "New data guard against having fitted the past too "
                "well. They do not help a client who needs the promise on wild days.",
                "That cannot be said yet: ask for whom, and when.": "The constant band of this page has that very "
                "coverage, too wide on calm days and too narrow on wild ones. An average hides two faults that cancel.",
                "No: with 81.5 % it is too wide.": "A point and a half is not the trouble. The trouble is in the "
                "days behind the average.",
            },
            right="That cannot be said yet: ask for whom, and when.",
        ),
        Item(
            "You fit the expectile for $\\tau = 0.9$. Which share of the targets lies below it?",
            {
                "It depends on the data; nothing says 90 %.": "An expectile balances amounts. On the past days of this "
                "page 84.3 % lie below it.",
                "90 %, as for the quantile.": "The quantile counts targets, and so gets its 90 %. Squares count "
                "amounts, and far targets count for more.",
                "50 %, as for the mean.": "Not even the mean must have half of the data below it. And this expectile "
                "lies above the mean.",
            },
            right="It depends on the data; nothing says 90 %.",
        ),
        Item(
            "A Keras model is compiled with `loss=lambda y_true, y_pred: ...`, trains well and is saved. Loading it "
            "fails. What fixes it properly?",
            {
                "A named function instead of the lambda.": "It fails as well: Keras has not been told where to find "
                "that name.",
                "Saving only after another `compile`.": "The compiled loss is part of what is saved. It is the lambda "
                "itself that cannot be found by a name.",
                "A registered class with `get_config`.": "The file then holds a name and $\\tau$, and the class is "
                "found by its name. Loading runs no code from the file.",
                "Loading with `safe_mode=False`.": "That lets a file run whatever code it holds, on your machine. For "
                "a file of your own it is a stopgap, for any other a risk.",
            },
            right="A registered class with `get_config`.",
        ),
    ],
)
