"""The real data of the book. All of it ships inside installed packages, so nothing is downloaded."""

from typing import TYPE_CHECKING

from numpy.typing import NDArray

from lossbook.extras import needs

if TYPE_CHECKING:
    import pandas


def diabetes(feature: str = "bmi") -> tuple[NDArray, NDArray]:
    """Return one measurement of 442 diabetes patients and the progression of their disease one year later.

    Args:
        feature: a column of `sklearn.datasets.load_diabetes`, such as "bmi" (body-mass index in kg/m^2) or "bp" (mean
            blood pressure in mmHg).

    Returns:
        The feature in its own units and the progression score (from 25 to 346, no unit), both of shape (442,).

    Raises:
        ValueError: for a feature the data does not have.

    Reference: Efron et al. (2004).

    >>> bmi, progression = diabetes()
    >>> bmi.shape, float(bmi.min()), float(bmi.max()), float(progression.min()), float(progression.max())
    ((442,), 18.0, 42.2, 25.0, 346.0)
    """
    with needs("lossbook.datasets.diabetes", "scikit-learn"):
        from sklearn.datasets import load_diabetes

    data = load_diabetes(scaled=False)
    if feature not in data.feature_names:
        raise ValueError(f"feature must be one of {', '.join(data.feature_names)}, got {feature!r}")
    return data.data[:, data.feature_names.index(feature)], data.target


def daily_returns(market: str = "sp500") -> "pandas.Series":
    """Return the daily returns of a stock index from 1999 to 2018, in percent, indexed by date.

    Args:
        market: "sp500" or "nasdaq".

    Raises:
        ValueError: for another market.

    >>> returns = daily_returns("sp500")
    >>> len(returns), float(returns.min().round(2)), float(returns.max().round(2))
    (5030, -9.03, 11.58)
    """
    with needs("lossbook.datasets.daily_returns", "arch"):
        from arch.data import nasdaq, sp500

    markets = {"sp500": sp500, "nasdaq": nasdaq}
    if market not in markets:
        raise ValueError(f"market must be one of {', '.join(markets)}, got {market!r}")
    prices = markets[market].load()["Adj Close"]
    return (100 * prices.pct_change()).dropna().rename("return")
