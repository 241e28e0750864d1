"""The data are what the pages say they are: real, complete, in their own units, and never downloaded."""

import numpy as np
import pandas as pd
import pytest

from lossbook.datasets import daily_returns, diabetes


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
