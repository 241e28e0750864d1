"""The real data of the book. All of it ships inside installed packages, so nothing is downloaded.

Files of scikit-learn are read without importing it. The import takes far longer than to read them, above all in a
browser, where it also fetches SciPy and pandas first.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.extras import needs

if TYPE_CHECKING:
    import pandas

# The columns of the files, by the names that scikit-learn gives them.
_PATIENT = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
_NUCLEUS = (
    *("radius", "texture", "perimeter", "area", "smoothness"),
    *("compactness", "concavity", "concave points", "symmetry", "fractal dimension"),
)
_NUCLEI = (
    *(f"mean {measured}" for measured in _NUCLEUS),
    *(f"{measured} error" for measured in _NUCLEUS),
    *(f"worst {measured}" for measured in _NUCLEUS),
)
_WINE = (
    *("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"),
    *("nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline"),
)


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
    table = _table("diabetes", "diabetes_data_raw.csv.gz", delimiter=None)
    progression = _table("diabetes", "diabetes_target.csv.gz", delimiter=None)
    return table[:, _place(feature, _PATIENT)], progression


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


def breast_cancer(*features: str) -> tuple[NDArray, NDArray]:
    """Return measurements of cell nuclei from 569 breast tumors, and which of the tumors are malignant.

    Args:
        features: columns of `sklearn.datasets.load_breast_cancer`, such as "mean radius" (in units of the image) or
            "mean texture" (the standard deviation of gray values); all 30 if none is named.

    Returns:
        The measurements in their own units, of shape (569, features), and 1 for malignant (212 tumors) or 0 for benign,
        of shape (569,). scikit-learn's own labels are the other way round.

    Raises:
        ValueError: for a feature the data does not have.

    Reference: Street et al. (1993).

    >>> x, malignant = breast_cancer("mean radius", "mean texture")
    >>> x.shape, int(malignant.sum())
    ((569, 2), 212)
    """
    table = _table("breast_cancer", "breast_cancer.csv", skiprows=1)
    return _columns(table[:, :-1], _NUCLEI, features), 1 - table[:, -1].astype(int)


def digits() -> tuple[NDArray, NDArray]:
    """Return 1797 handwritten digits, as 64 gray values each, from 0 to 1, and which digits they are.

    Returns:
        The pixels of 8 x 8 images, of shape (1797, 64), and the digits 0 to 9, of shape (1797,).

    Reference: Alpaydin and Kaynak (1998).

    >>> pixels, digit = digits()
    >>> pixels.shape, float(pixels.min()), float(pixels.max()), digit[:5].tolist()
    ((1797, 64), 0.0, 1.0, [0, 1, 2, 3, 4])
    """
    table = _table("digits", "digits.csv.gz")
    return table[:, :-1] / 16, table[:, -1].astype(int)


def wine(*features: str) -> tuple[NDArray, NDArray]:
    """Return chemical measurements of 178 wines, and which of three growers made each.

    Args:
        features: columns of `sklearn.datasets.load_wine`, such as "alcohol" (percent by volume) or "flavanoids"; all 13
            if none is named.

    Returns:
        The measurements in their own units, of shape (178, features), and the grower, 0 to 2, of shape (178,).

    Raises:
        ValueError: for a feature the data does not have.

    Reference: Aeberhard and Forina (1992).

    >>> x, grower = wine("alcohol", "flavanoids")
    >>> x.shape, np.bincount(grower).tolist()
    ((178, 2), [59, 71, 48])
    """
    table = _table("wine", "wine_data.csv", skiprows=1)
    return _columns(table[:, :-1], _WINE, features), table[:, -1].astype(int)


def thinned(x: ArrayLike, y: ArrayLike, label: int, share: float, seed: int = 0) -> tuple[NDArray, NDArray]:
    """Return the samples without some of one class, left out at random, so that it makes up a given share of them.

    Args:
        x: of shape (n, ...).
        y: class labels, of shape (n,).
        label: the class to thin.
        share: how much of the result it is to make up, as closely as whole samples allow; above 0, and not more than
            it makes up already.
        seed: of the choice.

    Returns:
        `x` and `y` of the samples that are left, in their order.

    Raises:
        ValueError: if `x` and `y` differ in length, no sample has the label, or the share is out of reach.

    >>> x, malignant = thinned(*breast_cancer(), label=1, share=0.05)
    >>> len(malignant), int(malignant.sum())
    (376, 19)
    """
    x, y = np.asarray(x), np.asarray(y)
    if y.ndim != 1 or len(x) != len(y):
        raise ValueError(f"y must hold one label for each of the samples of x, got shapes {y.shape} and {x.shape}")
    has = y == label
    if not has.any():
        raise ValueError(f"label must be one of the labels in y, {', '.join(map(str, np.unique(y)))}, got {label!r}")
    if not 0 < share <= has.mean():
        raise ValueError(f"share must be above 0 and at most {has.mean():.4g}, the share in y, got {share!r}")
    kept = max(1, round(share / (1 - share) * np.sum(~has))) if share < 1 else len(y)
    some = np.random.default_rng(seed).permutation(np.flatnonzero(has))[:kept]
    left = np.sort(np.concatenate([np.flatnonzero(~has), some]))
    return x[left], y[left]


def _table(function: str, file: str, delimiter: str | None = ",", skiprows: int = 0) -> NDArray:
    """Return the numbers in a file of scikit-learn, in an array of the caller's own."""
    with needs(f"lossbook.datasets.{function}", "scikit-learn"):
        package = importlib.util.find_spec("sklearn")
        folders = package and package.submodule_search_locations
        if not folders:
            raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")
    return _read(Path(folders[0], "datasets", "data", file), delimiter, skiprows).copy()


@cache
def _read(path: Path, delimiter: str | None, skiprows: int) -> NDArray:
    return np.loadtxt(path, delimiter=delimiter, skiprows=skiprows)


def _columns(table: NDArray, known: tuple[str, ...], features: tuple[str, ...]) -> NDArray:
    """Return the named columns of a table, all if none is named."""
    return table[:, [_place(feature, known) for feature in features]] if features else np.ascontiguousarray(table)


def _place(feature: str, known: tuple[str, ...]) -> int:
    if feature not in known:
        raise ValueError(f"feature must be one of {', '.join(known)}, got {feature!r}")
    return known.index(feature)
