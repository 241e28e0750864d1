"""Regularization."""

import numpy as np

from reference.errata.entry import Erratum
from reference.errata.measure import number, row


def frozen_penalty() -> str:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 3))
    y = x @ [1.5, -2.0, 0.5] + rng.normal(scale=0.5, size=100)

    def mse(w):
        return np.mean((x @ w - y) ** 2)

    def gradient(w):
        return 2 / len(y) * x.T @ (x @ w - y)

    def penalized(loss, w, l1=0.1, l2=0.01):
        penalty = l1 * np.sum(np.abs(w)) + l2 * np.sum(w**2)  # computed once, when the closure is made
        return lambda w: loss(w) + penalty

    def trained(gradient):
        w = np.zeros(3)
        for _ in range(500):
            w -= 0.1 * gradient(w)
        return w

    w = np.array([1.5, -2.0, 0.5])
    loss = penalized(mse, w)
    before = loss(w) - mse(w)
    w *= 10
    after = loss(w) - mse(w)
    w[:] = 0
    zero = loss(w) - mse(w)
    right = trained(lambda w: gradient(w) + 0.1 * np.sign(w) + 2 * 0.01 * w)
    return (
        f"The penalty is {before:.4f} for the weights it was made with, {after:.4f} when they are ten times as large"
        f" and {zero:.4f} when they are 0. So training, which follows the gradient of the data alone, ends at the"
        f" weights {row(trained(gradient))} of no penalty; with the penalty in the gradient it ends at {row(right)}."
    )


def elastic_net_convention() -> str:
    import keras
    from sklearn.linear_model import ElasticNet

    alpha, ratio = 0.1, 0.5
    w = np.array([2.0, 0.0])
    lasso = alpha * ratio * np.sum(np.abs(w))
    ridge = alpha * (1 - ratio) * np.sum(w**2)
    x = np.array([[-1.0], [1.0]])
    y = 2 * x[:, 0]
    fitted = ElasticNet(alpha=alpha, l1_ratio=ratio, fit_intercept=False).fit(x, y).coef_[0]
    # With one input of mean square 1 the minimum has a closed form: the correlation is moved toward 0, then divided.
    half, whole = ((2 - alpha * ratio) / (1 + factor * alpha * (1 - ratio)) for factor in (1, 2))
    in_keras = float(keras.regularizers.L2(0.01)(w.astype("float32")))
    return (
        f"Weights 2 and 0, `alpha` 0.1, `l1_ratio` 0.5: the listing's penalty is {number(lasso + ridge)},"
        f" scikit-learn's {number(lasso + ridge / 2)}. A fit in scikit-learn ends at {fitted:.4f}, which is where half"
        f" the square leads ({half:.4f}), and not the whole ({whole:.4f}). Keras takes the whole: `L2(0.01)` of these"
        f" weights is {number(in_keras)}."
    )


def zero_fit() -> str:
    from sklearn.linear_model import ElasticNet

    def data(seed):
        rng = np.random.default_rng(seed)
        x = rng.random((200, 10))
        return x, 3 * x[:, 0] + rng.normal(scale=0.1, size=200)

    seeds = range(20)
    empty = sum(not ElasticNet(alpha=1, l1_ratio=0.5).fit(*data(seed)).coef_.any() for seed in seeds)
    x, y = data(0)
    limit = np.max(np.abs((x - x.mean(axis=0)).T @ (y - y.mean()))) / len(y)
    standardized = (x - x.mean(axis=0)) / x.std(axis=0)
    scaled = ElasticNet(alpha=1, l1_ratio=0.5).fit(standardized, y)
    small = ElasticNet(alpha=0.01, l1_ratio=0.5).fit(x, y)
    return (
        f"With `alpha=1, l1_ratio=0.5` all ten coefficients are 0 on {empty} of {len(seeds)} data sets made as in the"
        f" listing. Any weight needs a mean product with the target above `alpha * l1_ratio`, 0.5; the largest is"
        f" {limit:.3f}. Standardized inputs give an $R^2$ of {scaled.score(standardized, y):.2f}; `alpha=0.01` gives"
        f" {small.score(x, y):.2f}, with a coefficient of {small.coef_[0]:.2f} where 3 is true."
    )


def strengths() -> str:
    from sklearn.linear_model import ElasticNet, Ridge

    true = np.array([1.5, -2.0, 0.5, 1.0, -1.0, 2.0, 0.0, -0.5, 1.0, 3.0])

    def data(seed):
        rng = np.random.default_rng(seed)
        x = rng.random((100, 10))
        return x, x @ true + rng.normal(scale=0.1, size=100)

    def distances(seed):
        x, y = data(seed)
        return [np.linalg.norm(Ridge(alpha=alpha).fit(x, y).coef_ - true) for alpha in (1, 0)]

    errors = np.array([distances(seed) for seed in range(100)])
    x, y = data(0)
    same = ElasticNet(alpha=1 / len(y), l1_ratio=0, max_iter=100_000, tol=1e-12).fit(x, y).coef_
    gap = np.max(np.abs(same - Ridge(alpha=1).fit(x, y).coef_))
    first, second = (row(Ridge(alpha=1).fit(*data(seed)).coef_[:3]) for seed in (0, 1))
    agree = "agree within a millionth" if gap < 1e-6 else "differ"
    return (
        f"The coefficients of `Ridge(1)` and of `ElasticNet(1 / n, l1_ratio=0)` {agree}. On data like the listing's,"
        f" the coefficients are off by {errors[:, 0].mean():.2f} with the penalty and by {errors[:, 1].mean():.2f}"
        f" without, and the penalty is worse in {np.sum(errors[:, 0] > errors[:, 1])} of {len(errors)} data sets. Two"
        f" of these print {first} and {second} for the first three."
    )


ERRATA = (
    Erratum(
        id="E32",
        severity="A",
        title="A penalty that is computed once",
        where="003, `regularized_loss`",
        says=(
            "The function computes the penalty of the weights it is given and returns a loss that adds this number; the"
            " gradient is that of the data."
        ),
        right=(
            r"Compute the penalty from the current weights at every call, and add its derivative, $\lambda_1"
            r" \operatorname{sign}(w) + 2 \lambda_2 w$, to the gradient."
        ),
        evidence=frozen_penalty,
    ),
    Erratum(
        id="E33",
        severity="A",
        title="An elastic net with the same flaw and another factor",
        where="003, `elastic_net_loss`",
        says=r"The penalty is computed once, and its second part is $\alpha (1 - \rho) \sum w^2$.",
        right=r"As for E32; and scikit-learn, whose parameter names the listing uses, takes half of that second part.",
        evidence=elastic_net_convention,
    ),
    Erratum(
        id="E35",
        severity="A",
        title="An elastic net that learns nothing",
        where="002, advanced regularization",
        says="`ElasticNet(alpha=1.0, l1_ratio=0.5)` fits the example's data.",
        right="A strength near 0.01 suits these data. Look at the coefficients before you trust a fit.",
        evidence=zero_fit,
    ),
    Erratum(
        id="E36",
        severity="D",
        title="One alpha with two meanings, and a penalty that hurts",
        where="002, ridge regression",
        says="`alpha` is the strength of a penalty, and ridge regression improves the fit of the example.",
        right=(
            "scikit-learn adds the ridge penalty to the sum of squares, and the elastic net's to half their mean. With"
            " ten inputs, a hundred samples and little noise there is nothing to gain. Set a seed."
        ),
        evidence=strengths,
    ),
)
