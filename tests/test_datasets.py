"""The data are what the pages say they are: real, complete, in their own units, and never downloaded."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine

from lossbook.datasets import breast_cancer, daily_returns, diabetes, digits, thinned, wine


def same(ours, theirs):
    # Sums depend on the order in memory, in their last bits.
    assert (ours.dtype, ours.strides) == (theirs.dtype, theirs.strides)
    np.testing.assert_array_equal(ours, theirs, strict=True)


def test_they_are_what_scikit_learn_loads():
    """Every number, in every column by its name."""
    data = load_diabetes(scaled=False)
    for column, name in zip(data.data.T, data.feature_names, strict=True):
        same(diabetes(name)[0], column)
        same(diabetes(name)[1], data.target)
    for ours, data in ((breast_cancer, load_breast_cancer()), (wine, load_wine())):
        same(ours()[0], data.data)
        for column, name in zip(data.data.T, data.feature_names, strict=True):
            np.testing.assert_array_equal(ours(name)[0], column[:, None], strict=True)
        some = data.feature_names[5], data.feature_names[2]
        same(ours(*some)[0], data.data[:, [5, 2]])
    same(breast_cancer()[1], 1 - load_breast_cancer().target)  # there, malignant is 0
    same(wine()[1], load_wine().target)
    data = load_digits()
    same(digits()[0], data.data / 16)
    same(digits()[1], data.target)


@pytest.mark.parametrize("data", [diabetes, breast_cancer, digits, wine])
def test_a_change_stays_with_the_caller(data):
    before = [part.copy() for part in data()]
    for part in data():
        part[:] = 0
    for part, expected in zip(data(), before, strict=True):
        np.testing.assert_array_equal(part, expected)


def test_scikit_learn_is_not_imported():
    code = "import sys; from lossbook.datasets import *; [f() for f in (diabetes, breast_cancer, digits, wine)]"
    code += "; print({'sklearn', 'pandas', 'scipy.stats'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_diabetes():
    bmi, progression = diabetes()
    assert bmi.shape == progression.shape == (442,)
    assert np.isfinite(bmi).all()
    assert 15 < bmi.min() < bmi.max() < 50  # kg/m^2, not the scaled column
    assert (progression.min(), progression.max()) == (25, 346)
    assert np.corrcoef(bmi, progression)[0, 1] == pytest.approx(0.586, abs=5e-4)


def test_another_feature_of_diabetes():
    pressure, progression = diabetes("bp")
    assert 60 <= pressure.min() < pressure.max() < 140  # mmHg
    np.testing.assert_array_equal(progression, diabetes()[1])


def test_unknown_feature():
    with pytest.raises(ValueError, match=r"feature must be one of age, sex, bmi, .*, got 'height'"):
        diabetes("height")


@pytest.mark.parametrize("market", ["sp500", "nasdaq"])
def test_daily_returns(market):
    returns = daily_returns(market)
    assert isinstance(returns.index, pd.DatetimeIndex)
    assert returns.index.is_monotonic_increasing
    assert returns.index.is_unique
    assert (returns.index[0].year, returns.index[-1].year) == (1999, 2018)
    assert returns.notna().all()
    assert 0.5 < returns.std() < 3  # percent, not shares of one


def test_a_known_day():
    """15 October 2008: the S&P 500 fell from 998.01 to 907.84."""
    assert daily_returns()["2008-10-15"] == pytest.approx(100 * (907.84 / 998.01 - 1), abs=1e-3)


def test_unknown_market():
    with pytest.raises(ValueError, match="market must be one of sp500, nasdaq, got 'dax'"):
        daily_returns("dax")


def test_breast_cancer():
    x, malignant = breast_cancer()
    assert x.shape == (569, 30)
    assert np.bincount(malignant).tolist() == [357, 212]
    radius = breast_cancer("mean radius")[0][:, 0]
    assert radius[malignant == 1].mean() > radius[malignant == 0].mean() + 4  # malignant tumors have larger nuclei


def test_columns_come_in_the_order_asked_for():
    x, _ = breast_cancer("mean texture", "mean radius")
    texture, radius = breast_cancer("mean texture")[0], breast_cancer("mean radius")[0]
    np.testing.assert_array_equal(x, np.hstack([texture, radius]))


def test_digits():
    pixels, digit = digits()
    assert pixels.shape == (1797, 64)
    assert (pixels.min(), pixels.max()) == (0, 1)
    assert np.bincount(digit).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The middle of a zero is empty, that of an eight is not.
    middle = pixels.reshape(-1, 8, 8)[:, 3:5, 3:5].mean(axis=(1, 2))
    assert middle[digit == 0].mean() < 0.2 < 0.6 < middle[digit == 8].mean()


def test_wine():
    x, grower = wine()
    assert x.shape == (178, 13)
    assert np.bincount(grower).tolist() == [59, 71, 48]
    alcohol = wine("alcohol")[0]
    assert 11 < alcohol.min() < alcohol.max() < 15  # percent by volume


@pytest.mark.parametrize("data", [breast_cancer, wine])
def test_unknown_column(data):
    with pytest.raises(ValueError, match=r"feature must be one of .*, got 'height'"):
        data("height")


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.37])
def test_thinned_keeps_the_other_class_and_the_share_asked_for(share):
    x, malignant = breast_cancer()
    left, still = thinned(x, malignant, label=1, share=share)
    np.testing.assert_array_equal(left[still == 0], x[malignant == 0])
    assert still.mean() == pytest.approx(share, abs=1 / len(still))
    assert {tuple(row) for row in left[still == 1]} <= {tuple(row) for row in x[malignant == 1]}


def test_thinned_is_a_draw_that_the_seed_repeats():
    x, digit = digits()
    again = [thinned(x, digit, label=8, share=0.02, seed=seed)[0] for seed in (1, 1, 2)]
    np.testing.assert_array_equal(again[0], again[1])
    assert (again[0] != again[2]).any()


def test_nothing_to_thin():
    x, y = np.zeros((3, 2)), np.ones(3, int)
    assert [len(part) for part in thinned(x, y, label=1, share=1)] == [3, 3]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"y": [0, 1]}, r"y must hold one label for each of the samples of x, got shapes \(2,\) and \(3, 1\)"),
        ({"label": 7}, "label must be one of the labels in y, 0, 1, got 7"),
        ({"share": 0.5}, "share must be above 0 and at most 0.3333, the share in y, got 0.5"),
        ({"share": 0}, "share must be above 0 and at most 0.3333, the share in y, got 0"),
    ],
)
def test_what_cannot_be_thinned(changed, message):
    given = {"x": np.zeros((3, 1)), "y": [0, 0, 1], "label": 1, "share": 0.1} | changed
    with pytest.raises(ValueError, match=message):
        thinned(**given)
