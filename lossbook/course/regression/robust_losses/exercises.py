"""The exercises, the bug and the quiz of the page on robust losses."""

import numpy as np
from numpy.typing import NDArray

from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction
from lossbook.numerics import softplus
from lossbook.regression import Huber, LogCosh, SmoothL1

PAGE = "regression/robust-losses"
RULE = 1.345  # scales


# The bug


def _mad(r):
    return 1.4826 * np.median(np.abs(r - np.median(r)))


def _huber_weights(size, delta):
    return delta / np.maximum(size, delta)


def _line(threshold, weights_of=_huber_weights, rounds=40):
    """Return a version with another threshold, a function of a round's residuals, or with other weights.

    Most of them stand still after 40 rounds at the latest, and then they stop.
    """

    def version(features, y_true):
        weights = np.ones(len(y_true))
        for _ in range(rounds):
            scaled = features * weights[:, None]
            line = np.linalg.solve(scaled.T @ features, scaled.T @ y_true)
            residuals = features @ line - y_true
            before, weights = weights, weights_of(np.abs(residuals), threshold(residuals))
            if np.abs(weights - before).max() < 1e-9:
                break
        return line

    return version


def _line_by_first(delta_of):
    """Return a version that computes its threshold once, from the targets and the residuals of the first line."""

    def version(features, y_true):
        residuals = features @ np.linalg.lstsq(features, y_true, rcond=None)[0] - y_true
        delta = delta_of(y_true, residuals)
        return _line(lambda r: delta)(features, y_true)

    return version


def _robust_line(features, y_true):
    weights = np.ones(len(y_true))
    for _ in range(100):
        scaled = features * weights[:, None]
        line = np.linalg.solve(scaled.T @ features, scaled.T @ y_true)
        residuals = features @ line - y_true
        deviations = np.abs(residuals - np.median(residuals))
        delta = 1.345 * 1.4826 * np.median(deviations)
        weights = delta / np.maximum(np.abs(residuals), delta)
    return line


def _patients(seed: int, typos: int) -> tuple[NDArray, NDArray]:
    """Return features and scores somewhat like those of the page, with skewed noise, some with a zero too many."""
    generator = np.random.default_rng(seed)
    x = generator.normal(0, 4.4, 24)
    y = 150 + 10 * (x - x.mean()) + 60 * (generator.exponential(size=24) - 1)
    y[: 6 * typos : 6] *= 10
    return np.column_stack([np.ones(24), x - x.mean()]), y


_FEATURES, _SCORES = _patients(4, 4)

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def robust_line(features, y_true):
    weights, delta = np.ones(len(y_true)), 1.0
    for _ in range(100):
        scaled = features * weights[:, None]
        line = np.linalg.solve(scaled.T @ features, scaled.T @ y_true)
        size = np.abs(features @ line - y_true)
        weights = delta / np.maximum(size, delta)
    return line
""",
    solution=_robust_line,
    # In two units: a fixed threshold fits one at most.
    cases=[_patients(3, 0), (_FEATURES, _SCORES / 10)],
    mistakes=[
        Mistake(
            "The threshold is still one unit of the scores, whatever the unit. How many patients lie that near to the "
            "line?",
            _line(lambda r: 1.0, rounds=100),
        ),
        Mistake(
            "The threshold is 1.345 units. The rule says 1.345 scales: of what?", _line(lambda r: RULE, rounds=100)
        ),
        Mistake(
            "The threshold is the page's 95 points, whatever the data. It fits those patients, in that unit: measure "
            "it inside the function.",
            _line(lambda r: 95.0),
        ),
        Mistake(
            "This is the line of squared error: the weights do nothing, or the threshold lies beyond every record, or "
            "the function returns in its first round.",
            _line(lambda r: np.abs(r).max()),
        ),
        Mistake(
            "You measure the scale with a standard deviation. A few typos inflate it, and the threshold with it.",
            _line(lambda r: RULE * r.std()),
        ),
        Mistake(
            "You average the sizes of the residuals. A mean is moved by a single typo; the recipe takes a median.",
            _line(lambda r: RULE * np.abs(r).mean()),
        ),
        Mistake(
            "The M in MAD is a median, twice. You took a mean, which a single typo moves.",
            _line(lambda r: RULE * 1.4826 * np.abs(r - r.mean()).mean()),
        ),
        Mistake(
            "The threshold is the median size of a residual: half of the records lie beyond it. Both factors of the "
            "recipe are missing.",
            _line(lambda r: np.median(np.abs(r))),
        ),
        Mistake(
            "The MAD has yet to be multiplied by 1.4826 to be a scale.",
            _line(lambda r: RULE * _mad(r) / 1.4826),
        ),
        Mistake("The threshold is one scale. The rule says 1.345 of them.", _line(_mad)),
        Mistake("The threshold is 1.35 scales, which is close. The rule says 1.345.", _line(lambda r: 1.35 * _mad(r))),
        Mistake(
            "The deviations are counted from zero. The MAD counts them from the median of the residuals.",
            _line(lambda r: RULE * 1.4826 * np.median(np.abs(r)), rounds=100),
        ),
        Mistake(
            "The threshold is 4.685 scales. That is the rule for Tukey's loss.",
            _line(lambda r: 4.685 * _mad(r)),
        ),
        Mistake(
            "You measure the scale of the scores. Part of their spread is explained by the line: measure what is left, "
            "the residuals.",
            _line_by_first(lambda y_true, r: RULE * _mad(y_true)),
        ),
        Mistake(
            "You measure the scale once, around the first line, which is that of squared error. Measure it again in "
            "every round.",
            _line_by_first(lambda y_true, r: RULE * _mad(r)),
        ),
        Mistake(
            "The weights grow with the residual, so the far records pull most. Which of the two sizes is divided by "
            "which?",
            _line(lambda r: RULE * _mad(r), lambda size, delta: np.maximum(size, delta) / delta, rounds=100),
        ),
        Mistake(
            "The weights count twice: they are squared, or given to a least-squares solver that needs their root.",
            _line(lambda r: RULE * _mad(r), lambda size, delta: _huber_weights(size, delta) ** 2),
        ),
        Mistake(
            "You give weight 0 to every record beyond the threshold. Huber's loss limits its pull to the threshold: "
            "the weight times the residual has to be that.",
            _line(lambda r: RULE * _mad(r), lambda size, delta: (size <= delta).astype(float)),
        ),
        Mistake(
            "These are Tukey's weights: a record far out has no pull at all. Huber's keeps the pull of the threshold.",
            _line(lambda r: 4.685 * _mad(r), lambda size, c: np.clip(1 - (size / c) ** 2, 0, None) ** 2),
        ),
    ],
    hints=[
        "Count the patients whose residual is smaller than `delta`.",
        "`delta` carries the unit of the scores. Measure the noise inside the function, from the residuals, in a way "
        "that typos do not reach.",
        "1.345 robust scales, measured on the residuals of each round, in place of the 1.0.",
    ],
    cause=r"""
The threshold is `1.0`, the default in Keras and PyTorch: one point, on scores whose noise has a scale of 65.6. Only
5 of the 442 patients lie that near to the line, as the next section counts. For all the others the pull is $\pm 1$,
which makes it absolute error, and indeed 11.87 is nearly its slope of 11.93.

The repair is a threshold in units of the noise, measured in each round:
`delta = 1.345 * robust_scale(features @ line - y_true)`. To notice the bug, count the records inside: with 1.345
scales and Gaussian noise they should be about 82 %.

The opposite happens when the numbers are small. The largest residual of the daily returns is 8.59 percentage points.
Written as fractions, all of them lie inside $\delta = 1$: the "robust" loss is then half the squared error.
""",
    what="line",
    rtol=1e-5,
)


# The gradient of smooth L1


def _smooth_l1_gradient(y_true, y_pred, beta):
    return np.clip((y_pred - y_true) / beta, -1, 1)


def _by_size(inside, outside, is_inside=lambda r, beta: np.abs(r) <= beta):
    """Return a version with two branches, both functions of residual and beta."""

    def version(y_true, y_pred, beta):
        r = y_pred - y_true
        return np.where(is_inside(r, beta), inside(r, beta), outside(r, beta))

    return version


def _scaled(r, beta):
    return r / beta


def _sign(r, beta):
    return np.sign(r)


TARGETS = np.array([3.0, -0.5, 2.0, 7.0, -4.0])
PREDICTIONS = np.array([2.5, -0.3, 2.0, 8.1, -7.0])

smooth_l1_gradient = WriteFunction(
    f"{PAGE}/smooth-l1-gradient",
    starter='''
def smooth_l1_gradient(y_true, y_pred, beta):
    """Return the derivative of each sample's smooth L1 loss with respect to y_pred."""
    ...
''',
    solution=_smooth_l1_gradient,
    cases=[
        (TARGETS, PREDICTIONS, 0.75),
        (np.array([2.0]), np.array([1.4]), 0.8),
        (10 * TARGETS, 10 * PREDICTIONS, 25.0),
        (np.array([0.0, 0.0]), np.array([500.0, -500.0]), 2.0),
        (np.array([1.0, 5.0]), np.array([1.5, 4.5]), 0.5),  # both at the corner
    ],
    mistakes=[
        Mistake(
            "This is Huber's pull, which goes up to `beta`. Smooth L1 is Huber's loss divided by something: so is its "
            "gradient.",
            lambda y_true, y_pred, beta: np.clip(y_pred - y_true, -beta, beta),
        ),
        Mistake(
            "The residual is cut off at 1, whatever `beta` is. At `beta = 1` that cannot be noticed. Where is the "
            "corner of smooth L1, and how steep is it before?",
            lambda y_true, y_pred, beta: np.clip(y_pred - y_true, -1, 1),
        ),
        Mistake(
            "You divide by `beta` and then cut off at `beta`: two steps that do not belong together. How large may the "
            "pull of smooth L1 become?",
            lambda y_true, y_pred, beta: np.clip((y_pred - y_true) / beta, -beta, beta),
        ),
        Mistake(
            "This is the pull of absolute error, the same for every record. Inside `beta` it should grow with the "
            "residual.",
            lambda y_true, y_pred, beta: np.sign(y_pred - y_true),
        ),
        Mistake(
            "Nothing limits this pull: it is that of a squared error. Outside `beta` the loss is a straight line.",
            lambda y_true, y_pred, beta: (y_pred - y_true) / beta,
        ),
        Mistake(
            "Inside `beta` it is right. Outside, a prediction that is too low gets the slope of one that is too high.",
            _by_size(_scaled, lambda r, beta: np.ones_like(r)),
        ),
        Mistake(
            "From `beta` on a prediction that is too low gets the slope of one that is too high: the sign is missing.",
            _by_size(_scaled, lambda r, beta: np.ones_like(r), lambda r, beta: np.abs(r) < beta),
        ),
        Mistake(
            "Inside `beta` it is right. Outside you return the loss; its slope is asked for.",
            _by_size(_scaled, lambda r, beta: np.abs(r) - beta / 2),
        ),
        Mistake(
            "Inside `beta` it is right. Outside, the loss is `|r| - beta / 2`, whose slope has no `beta` in it.",
            _by_size(_scaled, lambda r, beta: beta * np.sign(r)),
        ),
        Mistake(
            "Inside `beta` it is right. Outside you return 0, as if the loss were level there. It goes on rising.",
            _by_size(_scaled, lambda r, beta: np.zeros_like(r)),
        ),
        Mistake(
            "Outside `beta` it is right. Inside, the loss is `r**2 / (2 * beta)`: differentiate that once more.",
            _by_size(lambda r, beta: r, _sign),
        ),
        Mistake(
            "From `beta` on it is right. Inside, the slope has to be divided by `beta`, as the loss is.",
            _by_size(lambda r, beta: r, _sign, lambda r, beta: np.abs(r) < beta),
        ),
        Mistake(
            "Outside `beta` it is right. Inside it is half of what it should be: the square gives a 2, which cancels "
            "the one below.",
            _by_size(lambda r, beta: r / (2 * beta), _sign),
        ),
        Mistake(
            "Outside `beta` it is right. Inside it is twice too large: this is the slope of `r**2 / beta`, without "
            "the ½.",
            _by_size(lambda r, beta: 2 * r / beta, _sign),
        ),
        Mistake(
            "The two pieces are right and change over at 1. Then the pull jumps: they meet at another place.",
            _by_size(_scaled, _sign, lambda r, beta: np.abs(r) <= 1),
        ),
        Mistake(
            "The two pieces are right and have changed places: you use the one for large residuals near zero.",
            _by_size(_sign, _scaled),
        ),
        Mistake(
            "Every negative residual counts as small. The condition has to look at the size of `r`, whatever its sign.",
            _by_size(_scaled, _sign, lambda r, beta: r <= beta),
        ),
        Mistake(
            "Neither of your pieces includes the corner, where the size of the residual is `beta`: there you return 0.",
            _by_size(lambda r, beta: np.where(np.abs(r) < beta, r / beta, 0), _sign),
        ),
        Mistake(
            "You return the loss of each sample. Its derivative with respect to `y_pred` is asked for: negative where "
            "the prediction is too low.",
            lambda y_true, y_pred, beta: SmoothL1(beta).value(y_true, y_pred),
        ),
    ],
    hints=[
        "Differentiate the two pieces of smooth L1 with respect to the residual, and the residual with respect to "
        "`y_pred`.",
        "Huber's pull is the residual cut off at its threshold. Smooth L1 is Huber's loss divided by the threshold.",
        "So it is the residual divided by `beta`, cut off at -1 and 1: `np.clip` does both pieces at once.",
    ],
    what="gradient",
    rtol=1e-5,  # so that central differences pass, too
)


# A level by hand

RECORDS = np.array([4.0, 6.0, 8.0, 100.0])
ORDINARY = RECORDS[:-1]


def _level(records: NDArray, delta: float) -> float:
    """Return the constant at which the pulls of all records balance."""
    level = float(np.median(records))
    for _ in range(200):
        level -= float(np.clip(level - records, -delta, delta).mean())
    return level


LEVEL = _level(RECORDS, 5.0)

level = FindNumber(
    f"{PAGE}/level",
    answer=LEVEL,
    tolerance=0.005,
    mistakes={
        RECORDS.mean(): "That is the mean, where squared error ends: the fourth record pulls with its whole residual.",
        float(np.median(RECORDS)): "That is the median, where absolute error ends. Inside the threshold of 5 a record "
        "pulls with its residual, so a record that is nearer pulls less.",
        ORDINARY.mean(): "That is the mean of the first three, as if the fourth had no pull. Tukey's loss would drop "
        "it. Huber's lets it pull, up to a limit.",
        (ORDINARY.sum() - 5) / 3: "The fourth record pulls the wrong way. The prediction is too low for it: does that "
        "push the prediction down?",
        (ORDINARY.sum() + 5) / 4: "You divide by four. Three residuals contain the unknown level; the fourth pull is "
        "a constant.",
        (ORDINARY.sum() + 1) / 3: "The fourth record pulls with 1 here, as under absolute error or smooth L1. Under "
        "Huber's loss it pulls with the threshold.",
        (ORDINARY.sum() + 2.5) / 3: "The fourth record pulls with half the threshold here. Inside, the pull is the "
        "residual itself, not twice the residual, and at the threshold the two pieces agree.",
        (ORDINARY.sum() + 25) / 3: "The fourth record pulls with the square of the threshold here. Its pull is the "
        "slope of the straight piece.",
        ORDINARY.mean() + 5: "You add the whole threshold to the mean of the first three. A pull of 5 is balanced by "
        "three records, each of which gives way.",
        np.minimum(RECORDS, ORDINARY.max() + 5).mean(): "You cut off the record 5 above its neighbor and average. It "
        "is the residual that is limited, and the level that it is counted from is still unknown.",
        np.median(RECORDS) + np.clip(RECORDS - np.median(RECORDS), -5, 5).mean(): "That is one step from the median: "
        "the pulls there, averaged. Go on until they add up to zero.",
    },
    hints=[
        "The mean loss is lowest where the pulls add up to zero. Suppose that the first three records end up inside "
        "the threshold: what does each of the four pull with?",
        "`(m - 4) + (m - 6) + (m - 8) - 5 = 0`. Solve it for `m`, then look whether the first three are indeed inside.",
    ],
    why="The fit ends where the pulls add up to zero. If the first three records lie inside the threshold, that is "
    "$(m - 4) + (m - 6) + (m - 8) - 5 = 0$, so $m = 23/3$. They do lie inside: the largest of their residuals is "
    "$11/3$. The fourth record moves the level by $5/3$, and would if it were a million.",
)


# A choice: the premiums

premiums = Choose(
    f"{PAGE}/premiums",
    options={
        "squared": "With squared error the best constant of a group is its mean, and a mean times the number of "
        "contracts is the total.",
        "absolute": "Absolute error predicts the median. Most contracts have no claim in a year: their median is 0, "
        "and so would be the premium.",
        "huber": "Huber's loss limits the pull of the few large claims, and these are most of the money. The premiums "
        "would add up to less than the claims, every year.",
        "tukey": "Under Tukey's loss the large claims have no pull at all. The insurer would collect for dented "
        "bumpers and pay for burnt houses.",
    },
    right="squared",
    reasons={
        "total": "The sum is what has to be right, and the large claims belong to it: they are real, however few. The "
        "other three losses limit them, and their premiums add up to too little.",
        "outliers": "It would speak for a bounded pull if these claims were mistakes. They are real, and must be paid.",
        "smooth": "Log-cosh is smooth, and its premiums would add up to too little. What must the predictions add up "
        "to?",
        "typical": "A typical contract has no claim at all. What must the predictions add up to?",
    },
    because="total",
    hints=[
        "What is the best constant under each of the four losses, if nine contracts in ten cost nothing and one costs "
        "a fortune?",
        "Premiums are collected to pay all claims. Which statistic, times the number of contracts, gives their sum?",
    ],
)


# Log-cosh with a threshold


def _size(y_true, y_pred, delta):
    return np.abs(y_pred - y_true) / delta


def _scaled_log_cosh(y_true, y_pred, delta):
    size = np.abs(y_pred - y_true) / delta
    return delta**2 * (size + np.log1p(np.exp(-2 * size)) - np.log(2))


def _log_cosh(r):
    return LogCosh().value(np.zeros_like(r), r)


def _naive(r):
    return np.log(np.cosh(r))


def _far_out(values):
    """Return a version that is right near zero; beyond 20 thresholds it is a function of the size and the threshold."""

    def version(y_true, y_pred, delta):
        size = np.abs(y_pred - y_true) / delta
        return np.where(size > 20, values(size, delta), _scaled_log_cosh(y_true, y_pred, delta))

    return version


FAR_OUT = (
    "It fails only far out, where the cosh, or the exponential of a positive number, exceeds what a float can hold. "
    "Take the large part out of the logarithm, as the page does, and try residuals of both signs."
)
LIMITS = (20, 50, 100, 300, 500, 700, 709, 710)  # where people clip what goes into an exponential

scaled_log_cosh = WriteFunction(
    f"{PAGE}/scaled-log-cosh",
    starter='''
def scaled_log_cosh(y_true, y_pred, delta):
    """Return delta**2 * log(cosh(r / delta)) of each sample, however large r."""
    ...
''',
    solution=_scaled_log_cosh,
    cases=[
        (TARGETS, PREDICTIONS, 2.0),
        (np.array([2.0]), np.array([0.5]), 0.5),
        (10 * TARGETS, 10 * PREDICTIONS, 20.0),
        Case((np.array([50.0, 50.0]), np.array([2450.0, -2350.0]), 1.5), only=FAR_OUT),
        Case((np.array([0.0, 0.0]), np.array([1e200, -1e200]), 2.0), only=FAR_OUT),
    ],
    mistakes=[
        Mistake(
            "The factor in front is missing: near zero this is `r**2 / (2 * delta**2)`, where Huber has `r**2 / 2`.",
            lambda y_true, y_pred, delta: _log_cosh((y_pred - y_true) / delta),
        ),
        Mistake(
            "Here the factor in front is `delta` once. Then the pull is at most 1, as in smooth L1; Huber's goes up to "
            "`delta`.",
            lambda y_true, y_pred, delta: delta * _log_cosh((y_pred - y_true) / delta),
        ),
        Mistake(
            "The factor in front is there. Inside the logarithm the residual still counts in its own unit.",
            lambda y_true, y_pred, delta: delta**2 * _log_cosh(y_pred - y_true),
        ),
        Mistake(
            "This is plain log-cosh: `delta` has no effect.",
            lambda y_true, y_pred, delta: _log_cosh(y_pred - y_true),
        ),
        Mistake(
            "Two things. It becomes infinite far out, and the factor in front is missing: near zero this should be "
            "half the squared error.",
            lambda y_true, y_pred, delta: _naive((y_pred - y_true) / delta),
        ),
        Mistake(
            "Two things. It becomes infinite far out, and with `delta` once in front the pull is at most 1, as in "
            "smooth L1; Huber's goes up to `delta`.",
            lambda y_true, y_pred, delta: delta * _naive((y_pred - y_true) / delta),
        ),
        Mistake(
            "Two things. It becomes infinite far out, and inside the cosh the residual counts in its own unit.",
            lambda y_true, y_pred, delta: delta**2 * _naive(y_pred - y_true),
        ),
        Mistake(
            "You multiply the residual by `delta`. It is to be measured in units of `delta`.",
            lambda y_true, y_pred, delta: delta**2 * _log_cosh((y_pred - y_true) * delta),
        ),
        Mistake(
            "Near zero it is right. Far out, where the loss is a straight line, that line is too high: the log 2 is "
            "missing there.",
            _far_out(lambda size, delta: delta**2 * size),
        ),
        *(
            Mistake(
                f"Clipped at {limit} thresholds it is finite, and wrong: beyond that your loss is level, without any "
                "pull. Rearrange the formula instead.",
                _far_out(lambda size, delta, limit=limit: delta**2 * (np.minimum(size, limit) - np.log(2))),
            )
            for limit in LIMITS
        ),
        Mistake(
            "The exponent has lost its 2: taking the large exponential out of the cosh leaves `1 + exp(-2 * size)`.",
            lambda y_true, y_pred, delta: (
                delta**2 * (_size(y_true, y_pred, delta) + softplus(-_size(y_true, y_pred, delta)) - np.log(2))
            ),
        ),
        Mistake(
            "The log 2 has the wrong sign: a perfect prediction costs something.",
            lambda y_true, y_pred, delta: delta**2 * (_log_cosh((y_pred - y_true) / delta) + 2 * np.log(2)),
        ),
        Mistake(
            "You take the logarithm of the factor, too. It stands in front of the logarithm.",
            lambda y_true, y_pred, delta: np.log(delta**2) + _log_cosh((y_pred - y_true) / delta),
        ),
        Mistake(
            "This is Huber's loss, with a corner in its pull. Log-cosh is asked for, which has none.",
            lambda y_true, y_pred, delta: Huber(delta).value(y_true, y_pred),
        ),
        Mistake(
            "This is pseudo-Huber, or Charbonnier: another smooth neighbor of Huber's loss. Log-cosh is asked for.",
            lambda y_true, y_pred, delta: delta**2 * (np.hypot(1, (y_pred - y_true) / delta) - 1),
        ),
        Mistake(
            "A perfect prediction costs something: one term of the formula is missing.",
            lambda y_true, y_pred, delta: delta**2 * (_log_cosh((y_pred - y_true) / delta) + np.log(2)),
        ),
        Mistake(
            "The exponential grows where it should shrink. Look at the sign in front of its 2.",
            lambda y_true, y_pred, delta: (
                delta**2 * (_size(y_true, y_pred, delta) + softplus(2 * _size(y_true, y_pred, delta)) - np.log(2))
            ),
        ),
        Mistake(
            "You return the pull. The loss is asked for.",
            lambda y_true, y_pred, delta: delta * np.tanh((y_pred - y_true) / delta),
        ),
    ],
    hints=[
        "Divide the residual by `delta` first, and call the result's absolute value `size`.",
        "The logarithm of `cosh(size)` is `size` plus the logarithm of `1 + exp(-2 * size)`, less that of 2.",
        "`np.log1p(x)` is the logarithm of `1 + x`. Multiply by `delta**2` at the end.",
    ],
    remark=r"""
Its pull is $\delta \tanh(r / \delta)$: Huber's, without the corners.
""",
    what="loss",
)


# Records to look at


def _suspects(y_true, y_pred):
    residuals = y_pred - y_true
    deviations = np.abs(residuals - np.median(residuals))
    return np.abs(residuals) > 4.685 * 1.4826 * np.median(deviations)


def _suspects_by(scale, times=4.685, size=np.abs):
    """Return a version with another scale, another number of scales or another notion of size."""
    return lambda y_true, y_pred: size(y_pred - y_true) > times * scale(y_pred - y_true)


# Most of these residuals lie within 9 of zero, and their robust scale is near 7; 14 and 25 tell the thresholds apart.
NOISE = np.array([-9.0, 6.0, -5.0, 4.0, -3.0, 2.0, -1.0, 0.5, 1.5, -2.5, 3.5, -4.5, 5.5, -6.5, 8.0])
OFFS = np.concatenate([NOISE, [14.0, -14.0, 25.0, -25.0, 60.0, -60.0, -400.0]])
LEVELS = np.linspace(100.0, 310.0, len(OFFS))

suspects = WriteFunction(
    f"{PAGE}/suspects",
    starter='''
def suspects(y_true, y_pred):
    """Say for each record, True or False, whether it is more than c off."""
    ...
''',
    solution=_suspects,
    cases=[
        (LEVELS, LEVELS + OFFS),
        (LEVELS[::-1] / 100, (LEVELS[::-1] - OFFS) / 100),
        (LEVELS, LEVELS + OFFS + 20.0),
        (np.array([1.0, 2.0, 3.0, 4.0, 50.0]), np.array([1.5, 2.0, 2.5, 3.0, 5.0])),
        # Three of five residuals are 0, and so is c: a record on the line lies exactly at c.
        (np.array([1.0, 2.0, 3.0, 4.0, 50.0]), np.array([1.0, 2.0, 3.0, 4.5, 5.0])),
    ],
    mistakes=[
        Mistake(
            "The scale is the standard deviation, which the wrong records inflate until they hide in it. The page "
            "measures it in a way that they do not reach.",
            _suspects_by(np.std),
        ),
        Mistake(
            "The median of absolute deviations has yet to be multiplied by 1.4826 to be a scale.",
            _suspects_by(lambda r: _mad(r) / 1.4826),
        ),
        Mistake(
            "The cut-off is 1.345 scales. Beyond that Huber limits a record's pull; Tukey drops it only beyond 4.685.",
            _suspects_by(_mad, times=RULE),
        ),
        Mistake(
            "The cut-off is one scale: every third record of clean Gaussian noise lies beyond it.",
            _suspects_by(_mad, times=1.0),
        ),
        Mistake(
            "The cut-off is 4.685, in the unit of the records. It should be 4.685 scales: measure the scale of the "
            "residuals.",
            _suspects_by(np.ones_like),
        ),
        Mistake(
            "The cut-off is the page's, 331 points, whatever the records. Measure the scale inside the function.",
            _suspects_by(lambda r: 331 / 4.685),
        ),
        Mistake(
            "The M in MAD is a median, twice. A mean is moved by the very records that you look for.",
            _suspects_by(lambda r: 1.4826 * np.abs(r - r.mean()).mean()),
        ),
        Mistake(
            "You measure the scale of the targets. It is that of the residuals which says what an ordinary error is.",
            lambda y_true, y_pred: np.abs(y_pred - y_true) > 4.685 * _mad(y_true),
        ),
        Mistake(
            "The cut-off is 0: the deviations from a median have the median 0 until you take their absolute values.",
            _suspects_by(np.zeros_like),
        ),
        Mistake(
            "A record that lies exactly at the cut-off is not a suspect. Is it `>` or `>=`?",
            lambda y_true, y_pred: np.abs(y_pred - y_true) >= 4.685 * _mad(y_pred - y_true),
        ),
        Mistake(
            "You compare the squared residual with the cut-off. Its square root, the size, is what lies beyond it.",
            _suspects_by(_mad, size=np.square),
        ),
        Mistake(
            "You return one answer for all records together. One True or False for each is asked for.",
            lambda y_true, y_pred: np.any(_suspects(y_true, y_pred)),
        ),
        Mistake(
            "You return the records themselves. One True or False for each is asked for.",
            lambda y_true, y_pred: y_true[_suspects(y_true, y_pred)],
        ),
        Mistake(
            "Only predictions that are too high are caught. Which sign has the residual of a zero too many?",
            _suspects_by(_mad, size=lambda r: r),
        ),
        Mistake(
            "Only predictions that are too low are caught. A record can also be too small.",
            _suspects_by(_mad, size=lambda r: -r),
        ),
        Mistake(
            "It agrees where the residuals have their median at zero. The absolute deviation is counted from the "
            "median of the residuals.",
            _suspects_by(lambda r: 1.4826 * np.median(np.abs(r))),
        ),
        Mistake(
            "The distance is counted from the median of the residuals. That belongs in the scale; Tukey's loss "
            "looks at the residual itself.",
            _suspects_by(_mad, size=lambda r: np.abs(r - np.median(r))),
        ),
        Mistake(
            "You marked the records that are to be trusted: everything is the other way round.",
            lambda y_true, y_pred: ~_suspects(y_true, y_pred),
        ),
        Mistake(
            "`np.where` with one argument returns places, in a tuple. The comparison inside of it is asked for.",
            lambda y_true, y_pred: np.where(_suspects(y_true, y_pred)),
        ),
        Mistake(
            "You return the places of the records. One True or False for each record is asked for.",
            lambda y_true, y_pred: np.flatnonzero(_suspects(y_true, y_pred)),
        ),
    ],
    hints=[
        "Three steps: the residuals, their robust scale, and a comparison of sizes.",
        "The robust scale is 1.4826 times the median of `np.abs(residuals - np.median(residuals))`.",
        "A record is a suspect if the absolute value of its residual is larger than 4.685 of those.",
    ],
    remark="""
Try `suspects(recorded, features @ fit(Huber(95), features, recorded))`. It names all typos but one, and nobody else.
The one it misses was a low score, and became one not far above the highest true score.
""",
    what="answer",
)


# The quiz

_AT_HALF = float(Huber().value(0.0, 0.5))

quiz = Quiz(
    PAGE,
    [
        Item(
            "A figure draws $r^2$, $|r|$ and Huber's loss with $\\delta = 1$. At $r = 0.5$ Huber's curve runs below "
            "the parabola, although it is said to be squared error there. What is wrong?",
            {
                "$\\delta$ is too small: with $\\delta = 2$ the curves agree there.": "Inside the threshold Huber's "
                "loss is $\\tfrac12 r^2$ for every $\\delta$. A wider one changes nothing at 0.5.",
                "The figure should draw $\\tfrac12 r^2$.": f"At 0.5 Huber's loss is {_AT_HALF:g} and $r^2$ is "
                f"{0.5**2:g}, twice as much. Inside the threshold Huber is *half* the squared error; with that curve "
                "the two agree.",
                "Huber's loss is lowered by $\\tfrac12\\delta^2$.": "That is true of the straight pieces, beyond the "
                "threshold; 0.5 lies inside.",
            },
            right="The figure should draw $\\tfrac12 r^2$.",
        ),
        Item(
            "In a review you read: “Log-cosh is out. It costs too much to compute, and on our data it became "
            "infinite.” What do you answer?",
            {
                "Rearranged it stays finite, and its cost is negligible.": "`log(cosh(r))` overflows because $\\cosh$ "
                "does. Take $e^{|r|}$ out of it, and one exponential and one logarithm a sample remain, next to a "
                "whole model.",
                "Clip the residuals at 700, then it is safe.": "Then it is flat beyond, with a pull of zero: another "
                "loss, chosen by the format of your numbers. Besides, float32 already overflows at 90.",
                "True, take Huber: it is bounded.": "Huber's *pull* is bounded. Its value grows without end, like that "
                "of log-cosh, and neither is infinite anywhere.",
            },
            right="Rearranged it stays finite, and its cost is negligible.",
        ),
        Item(
            "All typos lie above the line. Huber's fit has the right slope, and its level is still a few points too "
            "high. Why?",
            {
                "$\\delta$ is too large: a small enough one takes the shift away.": "Then it is absolute error, where "
                "a typo still pulls as hard as anybody. The shift shrinks but does not vanish, and clean data cost you "
                "more.",
                "The optimizer has stopped too early.": "Huber's loss is convex and has no other place to stop. The "
                "mean loss is lowest at that level.",
                "Each typo pulls with $\\delta$, and all in the same direction.": "A limited pull is not none. The "
                "ordinary patients have to answer it, by lying a little below the line. A redescending loss leaves "
                "nothing to answer.",
                "The scale was measured on data with typos.": "They moved it by a few percent. With the clean scale "
                "the typos still pull, and still upward.",
            },
            right="Each typo pulls with $\\delta$, and all in the same direction.",
        ),
        Item(
            "A fit with Tukey's loss reports success, and its predictions are far from most of the records. What "
            "happened, and what do you do?",
            {
                "The tolerance is too loose: let it run longer.": "It stands where the gradient is zero: the few "
                "records nearby balance, and the others do not pull. Running longer changes nothing.",
                "$c$ is too large: make it smaller.": "Then even fewer records pull, and there are more such "
                "places to end in.",
                "Nothing: most of the records are outliers.": "Outliers are what most of the records are *not*. Here "
                "the start has decided who counts.",
                "It found another minimum: start from Huber's fit.": "The gradient is zero there, so success is no "
                "lie. Tukey's loss is not convex, and records further off than $c$ do not pull the fit back.",
            },
            right="It found another minimum: start from Huber's fit.",
        ),
        Item(
            "Your Huber loss for PyTorch passes every comparison of its values. In training, `loss.backward()` raises "
            "an error that asks for a scalar. What is missing?",
            {
                "A derivative at $|r| = \\delta$.": "It has one: the slopes of the two pieces agree there. PyTorch "
                "would not complain about a kink either.",
                "The mean over the batch.": "The module returned one value per sample. A gradient starts from one "
                "number; in Keras you return the vector, and Keras takes the mean.",
                "`.item()`, to make a number of it.": "That leaves a Python float, without the graph that `backward()` "
                "has to walk. It also fails on a vector.",
            },
            right="The mean over the batch.",
        ),
    ],
)
