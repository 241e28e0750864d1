"""The live figure of the page on quantiles and expectiles."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from lossbook import Quantile
from lossbook.datasets import daily_returns
from lossbook.explorable import (
    Area,
    Axis,
    Choice,
    Explorable,
    Guess,
    Handle,
    Line,
    Panel,
    Points,
    Readout,
    Slider,
    Text,
)
from lossbook.explorable.text import MINUS
from lossbook.plots import GRAY, INK, PURPLE

MIRROR = f"1 {MINUS} τ"
LINE, NUMBER = "a line in the volatility", "one number for all days"

# Every line passes through two of the days it is fitted to. Those lie on it, not below, whatever rounding says.
ON_THE_LINE = 1e-9

# One day in three is drawn; shares are taken over all days.
DRAWN = 3


class _Days(NamedTuple):
    """Days with the volatility before them, in percent."""

    volatility: NDArray
    change: NDArray


@cache
def _days() -> tuple[_Days, _Days]:
    """The days before 2008, to fit, and those from 2008 on, to check."""
    change = daily_returns("sp500")
    known = (change.rolling(20).std().shift(1)).dropna()
    change = change[known.index]
    past = known.index.year < 2008
    return _Days(known[past].to_numpy(), change[past].to_numpy()), _Days(
        known[~past].to_numpy(), change[~past].to_numpy()
    )


@cache
def _fit(tau: float, prediction: str) -> NDArray:
    """Intercept and slope of the least pinball loss, by the dual of the page's linear program, which is quicker."""
    past, _ = _days()
    if prediction == NUMBER:
        return np.array([np.quantile(past.change, tau, method="inverted_cdf"), 0])
    columns = np.column_stack([np.ones_like(past.volatility), past.volatility])
    solved = linprog(
        -past.change, A_eq=columns.T, b_eq=(1 - tau) * columns.sum(axis=0), bounds=(0, 1), method="highs-ds"
    )
    return -solved.eqlin.marginals


def _edge(volatility: NDArray, tau: float, prediction: str) -> NDArray:
    intercept, slope = _fit(round(tau, 2), prediction)
    return intercept + slope * volatility


def _below(days: _Days, tau: float, prediction: str) -> NDArray:
    return days.change < _edge(days.volatility, tau, prediction) - ON_THE_LINE


def _inside(days: _Days, tau: float, prediction: str) -> NDArray:
    """Whether each day lies between the lines for tau and for 1 - tau."""
    low, high = sorted([tau, 1 - tau])
    return _below(days, high, prediction) & ~_below(days, low, prediction)


def quantile_slider() -> Explorable:
    """The price of being too low moves the pinball loss, and with it the share of days below the fitted line."""
    past, future = _days()
    wild = _Days(*(column[future.volatility > np.quantile(past.volatility, 2 / 3)] for column in future))
    r = np.array([-2.0, 0.0, 2.0])
    ends = np.array([0.2, 5.6])
    loss = Panel(
        "What one residual costs",
        Axis("residual: prediction minus change (points)", -2, 2),
        Axis("pinball loss (points)", 0, 2),
        marks=[
            Line(x=r, y=lambda tau: Quantile(tau).value(np.zeros(3), r), color=PURPLE),
            Points(x=[1], y=lambda tau: Quantile(tau).value([0], [1]), color=PURPLE, radius=5),
            Handle(x=-1, y="tau", color=INK),
            Text(x=-0.85, y=lambda tau: tau + 0.09, text=lambda tau: f"{tau:.2f}", color=INK, anchor="start"),
            Text(x=0.85, y=lambda tau: 1.09 - tau, text=lambda tau: f"{1 - tau:.2f}", color=PURPLE, anchor="end"),
            Text(x=-0.1, y=1.88, text="too low", color=GRAY, anchor="end"),
            Text(x=0.1, y=1.88, text="too high", color=GRAY, anchor="start"),
        ],
        height=320,
    )
    days = Panel(
        f"Every third of {len(future.change):,} days from 2008 on",
        Axis("volatility of the 20 days before (%)", 0, 5.6),
        Axis("change of the day (%)", -13, 13),
        marks=[
            Points(x=future.volatility[::DRAWN], y=future.change[::DRAWN], color=GRAY, radius=1.5, opacity=0.5),
            Area(
                x=ends,
                y1=lambda tau, prediction: _edge(ends, tau, prediction),
                y2=lambda tau, prediction: _edge(ends, 1 - tau, prediction),
                color=PURPLE,
                opacity=0.12,
            ),
            Line(
                x=ends,
                y=lambda tau, prediction: _edge(ends, 1 - tau, prediction),
                color=PURPLE,
                dash=True,
                label=MIRROR,
            ),
            Line(x=ends, y=lambda tau, prediction: _edge(ends, tau, prediction), color=PURPLE, label="τ"),
        ],
        height=320,
    )
    return Explorable(
        "quantile-slider",
        title="Two prices, one line",
        caption="Drag the left dot, the price of one point too low, and watch the share of days below the line. Then "
        "swap the line for one number, and see which days pay for it. Shares count all days, drawn or not.",
        alt="Left: pinball loss against the residual at tau 0.90, a V whose left arm, too low, is nine times as steep "
        "as the right. Right: daily change against the volatility of the 20 days before, for days from 2008 on, a "
        "cloud that opens like a fan; the line fitted for 0.90 and, dashed, the one for 0.10 open with it.",
        controls=[
            Slider(name="tau", label="τ", nodes=np.arange(2, 99) / 100, default=0.9, decimals=2),
            Choice(name="prediction", label="predict", options=[LINE, NUMBER]),
        ],
        panels=[loss, days],
        readouts=[
            Readout(
                f"one point too low costs τ = {{tau}}, one too high {MIRROR} = {{rest:.2f}}",
                rest=lambda tau: 1 - tau,
            ),
            Readout(
                "fit, before 2008: {below:.1%} of the days below {intercept:.2f} {slope:+.2f} · volatility",
                below=lambda tau, prediction: _below(past, tau, prediction).mean(),
                intercept=lambda tau, prediction: _fit(tau, prediction)[0],
                slope=lambda tau, prediction: _fit(tau, prediction)[1],
                color=PURPLE,
            ),
            Readout(
                "check, from 2008 on: {below:.1%} of the days below it, {wild:.1%} of the wild days",
                below=lambda tau, prediction: _below(future, tau, prediction).mean(),
                wild=lambda tau, prediction: _below(wild, tau, prediction).mean(),
                color=PURPLE,
                after_guess=True,
            ),
            Readout(
                f"between τ and {MIRROR}, where {{asked:.0%}} should be: {{inside:.1%}} of the days, "
                "{wild:.1%} of the wild days",
                asked=lambda tau: abs(2 * tau - 1),
                inside=lambda tau, prediction: _inside(future, tau, prediction).mean(),
                wild=lambda tau, prediction: _inside(wild, tau, prediction).mean(),
                after_guess=True,
            ),
        ],
        presets={
            "one number": {"prediction": NUMBER},
            "the median": {"tau": 0.5},
            "the far tail": {"tau": 0.98},
        },
        guess=Guess(
            "The lines for 0.9 and 0.1 are fitted to the days before 2008. Call a day wild if its volatility is "
            f"higher than on two thirds of those. From 2008 on, {len(wild.change)} days are wild. What share of them "
            "lies between the lines?",
            {
                "about 60 %": "That is the constant band. These lines open where the volatility is high.",
                "about 80 %": "As asked, on years they have never seen.",
                "about 95 %": "No: the lines open about as fast as the cloud does.",
            },
            right="about 80 %",
        ),
    )
