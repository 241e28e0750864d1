"""The exercises, the bug and the quiz of the page on gradients."""

import numpy as np

from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction

PAGE = "foundations/gradients"

# The bug: two mistakes in one factor, which cancel for two outputs


def _outputs_gradient(X, Y, W):
    Y_pred = X @ W
    return X.T @ (2 / Y.size * (Y_pred - Y))


def _outputs_with(factor):
    """Return a version with `factor(X, Y, W)` where the right one has 2 / (n k)."""
    return lambda X, Y, W: factor(X, Y, W) * X.T @ (X @ W - Y)


_X = np.array([[1.0, -2.0, 0.5], [0.5, 1.0, -1.5], [-1.5, 0.25, 2.0], [3.0, 1.5, -0.75]])
_W = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [-1.0, 3.0, 1.0]])
_Y = np.array([[2.0, -1.0, 0.5], [-0.5, 3.0, 1.5], [1.0, 0.25, -2.0], [-3.0, 2.0, 4.0]])

bug = WriteFunction(
    f"{PAGE}/bug",
    starter="""
def outputs_gradient(X, Y, W):
    Y_pred = X @ W
    return X.T @ (Y_pred - Y) / len(Y)
""",
    solution=_outputs_gradient,
    cases=[
        (_X, _Y[:, :1], _W[:, :1]),
        (_X, _Y[:, :2], _W[:, :2]),
        (_X, _Y, _W),
        (_X[:1], _Y[:1], _W),
        (_X[:3, :2], _Y[:3], _W[:2]),
    ],
    mistakes=[
        Mistake(
            "It is still right for two outputs only. `np.mean` divides by the number of entries that it averages: how "
            "many has it for n rows and k columns?",
            _outputs_with(lambda X, Y, W: 1 / len(Y)),
        ),
        Mistake(
            "It is right for one output, and k times too large for k. The 2 of the square is in place; what else does "
            "`np.mean` divide by?",
            _outputs_with(lambda X, Y, W: 2 / len(Y)),
        ),
        Mistake(
            "It is half of what it should be, for every k. The count is right; the square still has to be "
            "differentiated.",
            _outputs_with(lambda X, Y, W: 1 / Y.size),
        ),
        Mistake(
            "The written gradient is k/2 times the measured one, so multiply by 2/k. You multiply by k/2, and have the "
            "wrong factor twice.",
            _outputs_with(lambda X, Y, W: Y.shape[1] / 2 / len(Y)),
        ),
        Mistake(
            "You divide by k, but not by n: the mean is over rows and columns.",
            _outputs_with(lambda X, Y, W: 2 / Y.shape[1]),
        ),
        Mistake(
            "You multiply by k where `np.mean` divides by it.",
            _outputs_with(lambda X, Y, W: 2 * Y.shape[1] / len(Y)),
        ),
        Mistake(
            "The 3 outputs of the last line of the report are built in. For another k the factor is another one: take "
            "it from the shape of `Y`.",
            _outputs_with(lambda X, Y, W: 2 / 3 / len(Y)),
        ),
        Mistake(
            "You divide by the page's `n`, which is 4. Inside the function, count the rows of `Y`.",
            _outputs_with(lambda X, Y, W: 2 / 4 / Y.shape[1]),
        ),
        Mistake(
            "You count with a variable of the page, whose arrays have 442 rows. Inside the function, count the rows of "
            "`Y`.",
            _outputs_with(lambda X, Y, W: 2 / 442 / Y.shape[1]),
        ),
        Mistake(
            "You count the entries of the page's `targets`, which always have three columns. Inside the function, "
            "count those of `Y`.",
            _outputs_with(lambda X, Y, W: 2 / (442 * 3)),
        ),
        Mistake(
            "It is right up to the sign: the code you started from had that right. Is it the prediction minus the "
            "target?",
            lambda X, Y, W: -_outputs_gradient(X, Y, W),
        ),
        Mistake(
            "You count the entries of `X`. The loss averages the entries of `Y_pred - Y`.",
            _outputs_with(lambda X, Y, W: 2 / X.size),
        ),
        Mistake(
            "You count the entries of `W`. The loss averages the entries of `Y_pred - Y`.",
            _outputs_with(lambda X, Y, W: 2 / W.size),
        ),
        Mistake(
            "The 2 is in place, and you divide by nothing. That is the gradient of the sum of all squares.",
            _outputs_with(lambda X, Y, W: 2),
        ),
        Mistake(
            "You divide by k, but not by n, and the 2 of the square is missing, too.",
            _outputs_with(lambda X, Y, W: 1 / Y.shape[1]),
        ),
        Mistake(
            "That is the derivative with respect to the predictions, the first factor of the chain. `X.T @` carries it "
            "on to the weights.",
            lambda X, Y, W: 2 / Y.size * (X @ W - Y),
        ),
        Mistake(
            "The numbers are right and stand transposed. A gradient has the shape of what it is taken with respect to, "
            "here that of `W`.",
            lambda X, Y, W: _outputs_gradient(X, Y, W).T,
        ),
    ],
    hints=[
        "Write the loss with two sums, one over rows and one over columns. What stands in front of them?",
        "The derivative of the square brings a 2. The code has neither that 2 nor the number of columns, and for two "
        "columns the two omissions cancel.",
        "`Y.size` is the number of all entries.",
    ],
    cause=r"""
In the first link of the chain. `np.mean` averages over all $n k$ entries, so the derivative is
$\frac{2}{nk} (\hat Y - Y)$. The code has $\frac1n (\hat Y - Y)$, which many call the gradient of the mean squared
error: it is that of half the squared error, summed over outputs and averaged over rows. The ratio is $k/2$: 0.50, 1.00,
1.50. Two outputs are the one case in which two mistakes cancel, and it was the one that was checked.

In plain gradient descent the factor alone only rescales the learning rate. Add a penalty on the weights to the loss,
and the two terms are weighed wrongly against each other: the fit then settles at the minimum of another loss than the
one it reports.
""",
    what="gradient",
)

# What the check prints for a formula in a text


def _ratio(n: int) -> float:
    """Return written / measured for the gradient y_true - y_pred of the mean squared error over n predictions."""
    residual = np.arange(1.0, n + 1)
    return float(np.mean(-residual / (2 / n * residual)))


ratio = FindNumber(
    f"{PAGE}/ratio",
    answer=_ratio(5),
    tolerance=0.005,
    mistakes={
        -5.0: "That would be a text which forgot the 1/n and turned the sign. This one lacks the 2 of the square, too.",
        5.0: "The sign is missing, and so is the 2 of the square: the text forgot both.",
        -2.0: "On four predictions the check would print that, and here there are five. Or did you leave out the 1/n?",
        2.0: "That is without the sign. And what became of the 1/n of the mean?",
        0.5: "You have the missing 2, but not the sign. And what became of the 1/n of the mean?",
        -0.5: "You have the sign and the missing 2. What became of the 1/n of the mean?",
        1 / _ratio(5): "That is measured / written. The check prints it the other way up.",
        -1 / _ratio(5): "That is measured / written, and without the sign. The check prints it the other way up.",
        -0.2: "That is measured / written, the other way up, and the 2 of the square is not in it.",
        0.2: "That is measured / written, the other way up, and neither the sign nor the 2 of the square is in it.",
        -1.0: "The sign is not all that is wrong: which factor stands in front of the residual in the right gradient?",
        -10.0: "The sign and the 5 are there. The text lacks the 2 of the square: does that make the written gradient "
        "larger, or smaller?",
        10.0: "The sign is missing. And the text lacks the 2 of the square: does that make the written gradient "
        "larger, or smaller?",
        1.0: "The check would print 1 for a right gradient. Compare the two sides of the minus sign, and the factor.",
        abs(_ratio(5) - 1): "That is the relative difference. The ratio written / measured is asked for.",
    },
    hints=[
        "Write down the right gradient for one prediction, and divide the printed one by it.",
        "The residual cancels. What is left is a sign, a 2, and the number of predictions.",
    ],
    why=r"The right gradient is $\tfrac25 (\hat y - y)$, the printed one $-(\hat y - y)$. The minus is the sign, and "
    "$n/2$ is what remains of the missing 2 and the missing $1/n$. On two predictions the ratio would be $-1$: the "
    "missing 2 and the missing $1/n$ cancel, and only the sign shows.",
)

# The chain rule with another loss


def _slope_gradient(x, y_true, w, b):
    r = w * x + b - y_true
    return np.mean(np.sign(r) * x)


def _slope_with(count):
    """Return a version which divides by `count(x, r)` where the right one divides by n."""

    def version(x, y_true, w, b):
        r = w * x + b - y_true
        return np.sum(np.sign(r) * x) / count(x, r)

    return version


_x = np.array([1.5, -2.0, 0.5, 3.0, -0.75])
_y = np.array([4.0, 1.0, -2.0, 2.5, -6.0])

slope = WriteFunction(
    f"{PAGE}/slope",
    starter="""
def slope_gradient(x, y_true, w, b):
    # your code instead of the dots
    ...
""",
    solution=_slope_gradient,
    cases=[
        (_x, _y, 1.25, -0.5),
        (-_x, _y, 0.5, 2.0),
        (_x[:3], _y[:3], -2.0, 1.0),
        (np.array([2.5]), np.array([-1.0]), 1.0, 0.5),
        (np.array([-2.5]), np.array([-1.0]), 1.0, 0.5),
        (np.array([0.0, 2.0, 0.0, -1.0]), np.array([3.0, -1.0, -2.0, 4.0]), 1.5, 0.5),
        Case(
            (np.array([1.5, 2.0, -3.0]), np.array([2.5, 7.0, 5.0]), 1.0, 1.0),
            only="It fails only where a residual is 0. The absolute error has a kink there; take the customary 0, "
            "which is what `np.sign` does.",
        ),
    ],
    mistakes=[
        Mistake(
            "That is the derivative with respect to `b`. The pull on a prediction reaches `w` through the second "
            "factor of the chain: how far does `w` move that prediction?",
            lambda x, y_true, w, b: np.mean(np.sign(w * x + b - y_true)),
        ),
        Mistake(
            "It is right up to the sign. In `y_true - y_pred` the prediction stands behind a minus sign, and the chain "
            "rule has to bring that minus along.",
            lambda x, y_true, w, b: -_slope_gradient(x, y_true, w, b),
        ),
        Mistake(
            "That is the gradient of the squared error. The absolute error asks which side the residual is on, and not "
            "how large it is.",
            lambda x, y_true, w, b: 2 * np.mean((w * x + b - y_true) * x),
        ),
        Mistake(
            "You multiply by the residual itself, which is the slope of half the squared error. What is the slope of "
            "the absolute value?",
            lambda x, y_true, w, b: np.mean((w * x + b - y_true) * x),
        ),
        Mistake(
            "The first factor of your chain is the loss. It has to be the derivative of the loss.",
            lambda x, y_true, w, b: np.mean(np.abs(w * x + b - y_true) * x),
        ),
        Mistake(
            "You take two means and multiply them. The chain rule multiplies along each path, patient by patient, and "
            "adds up afterward.",
            lambda x, y_true, w, b: np.mean(np.sign(w * x + b - y_true)) * np.mean(x),
        ),
        Mistake(
            "You average the residuals first and take the sign afterward. Each patient has a sign of its own, which "
            "goes with its own `x`.",
            lambda x, y_true, w, b: np.sign(np.mean(w * x + b - y_true)) * np.mean(x),
        ),
        Mistake(
            "You divide by the number of residuals that are not 0. A prediction without a pull counts in the mean too.",
            _slope_with(lambda x, r: np.sum(r != 0)),
        ),
        Mistake(
            "You divide by the number of `x` that are not 0. Where `x` is 0, the pull on the prediction does not reach "
            "`w`, but the patient still counts in the mean.",
            _slope_with(lambda x, r: np.count_nonzero(x)),
        ),
        Mistake(
            "You divide by the page's `n`, which is 4. Inside the function, count the entries of `x`.",
            _slope_with(lambda x, r: 4),
        ),
        Mistake(
            "You count with a variable of the page, whose arrays have 442 entries. Inside the function, count those of "
            "`x`.",
            _slope_with(lambda x, r: 442),
        ),
        Mistake(
            "You return two derivatives, with respect to `w` and to `b`. Only the first is asked for.",
            lambda x, y_true, w, b: np.array([_slope_gradient(x, y_true, w, b), np.mean(np.sign(w * x + b - y_true))]),
        ),
        Mistake(
            "That is one number per patient. All of them share the one slope `w`: what is shared collects a sum.",
            lambda x, y_true, w, b: np.sign(w * x + b - y_true) * x / len(x),
        ),
        Mistake(
            "That is one number per patient, each still without the 1/n. All of them share the one slope `w`, so their "
            "mean is asked for.",
            lambda x, y_true, w, b: np.sign(w * x + b - y_true) * x,
        ),
        Mistake(
            "You count the residuals above 0 only. Those below 0 pull as hard, the other way.",
            lambda x, y_true, w, b: np.mean((w * x + b > y_true) * x),
        ),
        Mistake(
            "You subtract `b` where the line adds it.",
            lambda x, y_true, w, b: _slope_gradient(x, y_true, w, -b),
        ),
        Mistake(
            "Your prediction leaves out the offset `b`.",
            lambda x, y_true, w, b: np.mean(np.sign(w * x - y_true) * x),
        ),
        Mistake(
            "`x` and `y_true` have changed places somewhere.",
            lambda x, y_true, w, b: _slope_gradient(y_true, x, w, b),
        ),
        Mistake(
            "You multiply by the size of `x` and lose its sign. For a patient below the average, a larger `w` lowers "
            "the prediction.",
            lambda x, y_true, w, b: np.mean(np.sign(w * x + b - y_true) * np.abs(x)),
        ),
        Mistake(
            "You take the sign of the whole product. Only the first factor is a sign; the second, `x`, keeps its size.",
            lambda x, y_true, w, b: np.mean(np.sign((w * x + b - y_true) * x)),
        ),
        Mistake(
            "You multiply by `w`, which is how much the prediction answers to `x`. How much does it answer to `w`?",
            lambda x, y_true, w, b: np.mean(np.sign(w * x + b - y_true) * w),
        ),
        Mistake(
            "You divide the residual by its absolute value. That is its sign, except at 0, where it is 0/0.",
            lambda x, y_true, w, b: np.mean((w * x + b - y_true) / np.abs(w * x + b - y_true) * x),
        ),
        Mistake(
            "That is the loss. Its derivative with respect to `w` is asked for.",
            lambda x, y_true, w, b: np.mean(np.abs(w * x + b - y_true)),
        ),
        Mistake(
            "Two mistakes at once: the sign, and the 1/n of the mean. Both are in the first factor of the chain.",
            lambda x, y_true, w, b: -np.sum(np.sign(w * x + b - y_true) * x),
        ),
    ],
    hints=[
        "Two factors for each patient: the pull on the prediction, and how far `w` moves it.",
        "The second factor is the same as for the squared error. The first is the slope of the absolute value, -1 or "
        "1.",
        "Multiply the two for each patient, then take the mean.",
    ],
    what="gradient",
)

# Reading a report of the check

report = Choose(
    f"{PAGE}/report",
    options={
        "d_pred": "If `d_pred` were wrong, everything after it would be wrong too, and `w2` and `b2` come right after "
        "it. They pass.",
        "d_A": "If `d_A` were wrong, so would `b1` be, which is nothing but its column sums. It passes.",
        "W1": "It is the last link of the chain, and whatever it is made from has passed the check in another part.",
        "the step h": "A step too long or too short would trouble all parts, and the ratio would change with `h`. A "
        "mistake does not care about `h`.",
        "a kink": "`np.tanh` and the square have no kink, and a kink would spoil single entries, for some inputs.",
    },
    right="W1",
    reasons={
        "w2 passes": "That clears `d_pred` and `H`. It says nothing yet about `d_A`, which `W1` is made from as well.",
        "b1 passes": "`b1` is the column sums of `d_A`, so a mistake in `d_A`, or before it, would most likely show "
        "there.",
        "W1 has the most entries": "The relative difference does not grow with the number of entries: both lengths in "
        "it do.",
        "W1 is computed first": "In the list it comes first. In the backward pass it comes last, with `b1`.",
    },
    because="b1 passes",
    hints=[
        "Go through the table backward, from the loss to `W1`, and cross out whatever a passing part clears.",
        "Which passing part uses `d_A`?",
    ],
)

# A backward pass


def _hidden_gradient(X, y, W1, b1, w2, b2):
    A = X @ W1 + b1
    y_pred = np.maximum(A, 0) @ w2 + b2
    d_pred = 2 / len(y) * (y_pred - y)
    d_A = np.outer(d_pred, w2) * (A > 0)
    return X.T @ d_A


def _hidden_variant(how, forward=lambda A: np.maximum(A, 0), count=lambda X, y: len(y)):
    """Return a backward pass in which `how` makes dL/dA from the residual's part, w2 and A."""

    def version(X, y, W1, b1, w2, b2):
        A = X @ W1 + b1
        d_pred = 2 / count(X, y) * (forward(A) @ w2 + b2 - y)
        return X.T @ how(d_pred, w2, A)

    return version


def _on(d_pred, w2, A):
    """Return dL/dA of the ReLU."""
    return np.outer(d_pred, w2) * (A > 0)


def _mask_without_offset(X, y, W1, b1, w2, b2):
    d_pred = 2 / len(y) * (np.maximum(X @ W1 + b1, 0) @ w2 + b2 - y)
    return X.T @ (np.outer(d_pred, w2) * (X @ W1 > 0))


def _mask_of_predictions(X, y, W1, b1, w2, b2):
    y_pred = np.maximum(X @ W1 + b1, 0) @ w2 + b2
    return X.T @ (np.outer(2 / len(y) * (y_pred - y), w2) * (y_pred > 0)[:, None])


_linear_gradient = _hidden_variant(lambda d_pred, w2, A: np.outer(d_pred, w2))


def _preactivations(X, y, W1, b1, w2, b2):
    """Return dL/dA."""
    A = X @ W1 + b1
    return _on(2 / len(y) * (np.maximum(A, 0) @ w2 + b2 - y), w2, A)


def _tanh_gradient(X, y, W1, b1, w2, b2):
    H = np.tanh(X @ W1 + b1)
    d_pred = 2 / len(y) * (H @ w2 + b2 - y)
    return X.T @ (np.outer(d_pred, w2) * (1 - H * H))


_W1 = np.array([[0.5, -1.0], [1.0, 0.75], [-0.25, 1.5]])
_b1, _w2 = np.array([1.25, -1.5]), np.array([1.5, -2.0])
_target = np.array([1.0, -2.0, 0.5, 4.0])

relu = WriteFunction(
    f"{PAGE}/relu",
    starter="""
def hidden_gradient(X, y, W1, b1, w2, b2):
    # dL/dW1, in the shape of W1, for y_pred = np.maximum(X @ W1 + b1, 0) @ w2 + b2
    ...
""",
    solution=_hidden_gradient,
    cases=[
        (_X, _target, _W1, _b1, _w2, 0.5),
        (-_X[:3], _target[:3], _W1, _b1, _w2, -0.25),
        (_X[1:, :2], _target[1:], _W1[:2], np.array([-0.75, 1.0]), -_w2, 1.0),
        (_X[:1], _target[:1], _W1, _b1, _w2, 0.5),
        Case(
            (np.array([[1.0, 2.0], [-1.0, 0.5]]), _target[:2], np.array([[2.0], [-1.0]]), np.zeros(1), _w2[:1], 0.5),
            only="It fails only where a pre-activation is exactly 0, at the kink of the ReLU. Take 0 for its slope "
            "there.",
        ),
    ],
    mistakes=[
        Mistake(
            "That is the factor of `tanh`. The hidden units are another function now: which slope has it left of 0, "
            "and which to the right?",
            _hidden_variant(lambda d_pred, w2, A: np.outer(d_pred, w2) * (1 - np.maximum(A, 0) ** 2)),
        ),
        Mistake(
            "You treat the hidden layer as if it were linear on the way back. A unit that is switched off passes "
            "nothing on.",
            _linear_gradient,
        ),
        Mistake(
            "You multiply by the hidden values. The chain asks for the slope of the ReLU, and not for its value.",
            _hidden_variant(lambda d_pred, w2, A: np.outer(d_pred, w2) * np.maximum(A, 0)),
        ),
        Mistake(
            "You apply the ReLU to the gradient. Which units are off is decided by the pre-activations; what flows "
            "back may well be negative.",
            _hidden_variant(lambda d_pred, w2, A: np.maximum(np.outer(d_pred, w2), 0)),
        ),
        Mistake(
            "You let through the units that are off, and stop those that are on.",
            _hidden_variant(lambda d_pred, w2, A: np.outer(d_pred, w2) * (A <= 0)),
        ),
        Mistake(
            "The output weights `w2` are missing: a hidden unit matters to the loss as much as its output weight says.",
            _hidden_variant(lambda d_pred, w2, A: np.outer(d_pred, np.ones_like(w2)) * (A > 0)),
        ),
        Mistake(
            "The ReLU is missing from your forward pass, so the residuals are those of another network.",
            _hidden_variant(_on, forward=lambda A: A),
        ),
        Mistake(
            "The slope is that of the ReLU, but your forward pass still has `tanh`, so the residuals are those of "
            "another network.",
            _hidden_variant(_on, forward=np.tanh),
        ),
        Mistake(
            "You divide by the page's `n`, which is 4. Inside the function, count the entries of `y`.",
            _hidden_variant(_on, count=lambda X, y: 4),
        ),
        Mistake(
            "You count with a variable of the page, whose arrays have 442 entries. Inside the function, count those of "
            "`y`.",
            _hidden_variant(_on, count=lambda X, y: 442),
        ),
        Mistake(
            "You count the entries of `X`. The loss averages over the entries of `y`.",
            _hidden_variant(_on, count=lambda X, y: X.size),
        ),
        Mistake(
            "The offset `b1` is missing: the pre-activations are `X @ W1 + b1`, forward and backward.",
            lambda X, y, W1, b1, w2, b2: _hidden_gradient(X, y, W1, 0 * b1, w2, b2),
        ),
        Mistake(
            "You switch by the sign of the weights `W1`. Whether a unit is on depends on its pre-activation, patient "
            "by patient.",
            lambda X, y, W1, *more: _linear_gradient(X, y, W1, *more) * (W1 > 0),
        ),
        Mistake(
            "You switch by the sign of the predictions. The ReLU sits in the hidden layer: it is the pre-activations "
            "`A` that switch a unit on and off.",
            _mask_of_predictions,
        ),
        Mistake(
            "That is the gradient with respect to the offsets `b1`, the column sums of dL/dA. For `W1`, multiply with "
            "`X.T`.",
            lambda *given: _preactivations(*given).sum(axis=0),
        ),
        Mistake(
            "That is the gradient with respect to the output weights `w2`. Go on backward, to `W1`.",
            lambda X, y, W1, b1, w2, b2: (
                np.maximum(X @ W1 + b1, 0).T @ (2 / len(y) * (np.maximum(X @ W1 + b1, 0) @ w2 + b2 - y))
            ),
        ),
        Mistake(
            "A unit with a negative pre-activation is off as well: there the ReLU is 0 whatever the weights are.",
            _hidden_variant(lambda d_pred, w2, A: np.outer(d_pred, w2) * (A != 0)),
        ),
        Mistake(
            "That is the derivative with respect to the pre-activations. `X.T @` carries it on to `W1`.",
            _preactivations,
        ),
        Mistake(
            "Your units are switched by `X @ W1`. The offset belongs to the pre-activation.",
            _mask_without_offset,
        ),
        Mistake(
            "It is right up to the sign. Look at the first link: is it the prediction minus the target?",
            lambda *given: -_hidden_gradient(*given),
        ),
        Mistake(
            "You multiply by the sign of the pre-activation. The ReLU is flat on the left: its slope there is 0, and "
            "not -1.",
            _hidden_variant(lambda d_pred, w2, A: np.outer(d_pred, w2) * np.sign(A)),
        ),
        Mistake(
            "That is still the network with `tanh`, forward and backward.",
            _tanh_gradient,
        ),
        Mistake(
            "The 2/n of the mean squared error is missing from the first link of the chain.",
            lambda X, y, *given: _hidden_gradient(X, y, *given) * len(y) / 2,
        ),
        Mistake(
            "Your prediction leaves out the output offset `b2`, so the residuals are off.",
            lambda X, y, W1, b1, w2, b2: _hidden_gradient(X, y, W1, b1, w2, 0.0),
        ),
        Mistake(
            "The numbers are right and stand transposed. A gradient has the shape of what it is taken with respect to, "
            "here that of `W1`.",
            lambda *given: _hidden_gradient(*given).T,
        ),
    ],
    hints=[
        "Follow the table of the hidden layer. Only one row changes: that of the pre-activations.",
        "The ReLU has slope 1 where `A > 0`, and 0 elsewhere. NumPy counts `True` as 1 and `False` as 0.",
        "Three lines: `d_pred` from the predictions, `d_A` with `np.outer(d_pred, w2)`, and `X.T @ d_A`.",
    ],
    what="gradient",
)

# The quiz

quiz = Quiz(
    PAGE,
    [
        Item(
            "For the mean squared error somebody writes the gradient `y_pred - y_true`. On two predictions the check "
            "gives a ratio of 1 in every entry. What do you know?",
            {
                "The gradient is right.": "It is right for two. The right factor is $2/n$, which happens to be "
                f"{2 / 2:g} there; with ten predictions the ratio is {1 / (2 / 10):g}.",
                "It is right for two predictions; check another number before you say more.": "The factor is $2/n$, "
                "and two is the one number for which a forgotten 2 and a forgotten $1/n$ cancel.",
                "It is right, and off by rounding in further digits.": "Rounding would show as a ratio near 1. With "
                f"ten predictions it is {1 / (2 / 10):g}, which no rounding explains.",
                "Nothing: the check needs more predictions to be accurate.": "The accuracy is fine, each entry is "
                "measured by itself. It is the case that is special.",
            },
            right="It is right for two predictions; check another number before you say more.",
        ),
        Item(
            "Your gradient passes in float64. In float32, with the same step of `1e-6`, every part is far off. What "
            "happened?",
            {
                "The gradient has a mistake that float64 hides.": "A mistake in the algebra gives the same ratio in "
                "both. What changed is how well the check can measure.",
                "The step is too long for float32: take a smaller one.": "A smaller step leaves the difference "
                "fewer correct digits and makes it worse. The cube root of $\\varepsilon$ is the step to try, and it "
                "is larger.",
                "Forward differences would have helped: only one of the two losses is evaluated at a shifted "
                "point.": "They subtract two nearly equal losses as well, and have a larger truncation error on top.",
                "The two losses agree in nearly all the digits of float32, so their difference is mostly "
                "rounding.": "The error is about $\\varepsilon / h$, and the $\\varepsilon$ of float32 is "
                f"$2^{{{np.log2(np.finfo(np.float32).eps / np.finfo(np.float64).eps):.0f}}}$ times that of float64.",
            },
            right="The two losses agree in nearly all the digits of float32, so their difference is mostly rounding.",
        ),
        Item(
            "A check with central differences fails at one entry of 442, where the residual is 0, and the loss is the "
            "[quantile loss](../regression/quantiles.ipynb). What do you do?",
            {
                "Move the point a little, and check again.": "A mistake shows at the new point as well; a mismatch "
                "caused by a kink disappears.",
                "Change the gradient there to what was measured.": "The central difference is the average of the two "
                "slopes, which is one subgradient of many, and no better than the others.",
                "Repeat it with a smaller $h$.": "At a bend, as in Huber's loss, the gap shrinks with $h$. At a kink "
                "it does not: both slopes are still there, however near you look.",
                "Leave it, one entry in 442 is noise.": "The check has no noise of that kind. One wrong entry may be "
                "a mistake at the edge of an array, so find out.",
            },
            right="Move the point a little, and check again.",
        ),
        Item(
            "You check a fully trained network in float64. One entry of the gradient is 2e-8, far below the others, "
            "and has a relative difference of 2e-5. Every other entry passes. What do you do first?",
            {
                "Look for a mistake in the formula of that entry.": "Perhaps later. So small an entry is measured from "
                "two losses that agree in nearly all their digits, and rounding alone explains the difference.",
                "Check again at random weights.": "Away from the minimum the entry is larger, and its digits can be "
                "measured. A mistake is still there; rounding is not.",
                "Repeat the check with a much smaller $h$.": "The error by rounding is about $\\varepsilon / h$: a "
                "smaller step makes it worse.",
                "Accept it: 2e-5 is below 1e-3.": "Below 1e-3 is not yet right. A small mistake, such as $n - 1$ for "
                "$n$ with 50,000 samples, is of the same size.",
            },
            right="Check again at random weights.",
        ),
    ],
)
