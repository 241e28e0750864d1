"""The live figure that the book opens with."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import QuantileRegressor

from lossbook import Huber, Loss, SquaredError, Tukey
from lossbook.datasets import diabetes
from lossbook.explorable import Axis, Explorable, Guess, Line, Panel, Points, Readout, Slider, Text
from lossbook.optimization import linear_objective
from lossbook.plots import BLUE, GRAY, GREEN, ORANGE, PURPLE

MOST = 12
TYPOS = 5
TOP = 700

Fit = Callable[[int], NDArray]  # from a number of typos to a line: its height at an index of 26, and its slope


def typed_patients(bmi: NDArray) -> NDArray:
    """Return the patients whose scores become typos, one after the other, all among the 60 heaviest."""
    heaviest = np.argsort(bmi, kind="stable")[-60:]  # ties in the same order on every CPU
    # Every twelfth first, as the page has them, then those in between.
    return np.concatenate([heaviest[start::12] for start in (0, 6, 3)])


def four_answers() -> Explorable:
    """Scores of heavy patients get one zero too many, one patient after the other; four fitted lines respond."""
    bmi, progression = diabetes()
    order = typed_patients(bmi)

    def recorded(typos: int) -> NDArray:
        scores = progression.copy()
        scores[order[:typos]] *= 10
        return scores

    fits = _fits(bmi, recorded)
    ends = np.array([18.0, 43.0])
    counts = np.arange(MOST + 1)
    slopes = {name: np.array([fit(count)[1] for count in counts]) for name, (fit, _, _) in fits.items()}

    def above(typos: int) -> str:
        return f"{typos} typo{'s' * (typos > 1)}, above the frame ↑" if typos else ""

    return Explorable(
        "four-answers",
        title="Five typos, four lines",
        caption="Move the slider and watch which lines follow. How many typos does each of the four put up with?",
        alt=f"Left: progression score against body-mass index of 442 patients, {TYPOS} of them typos with one zero too "
        "many, above the frame, with four fitted lines: squared error's is far steeper than those of "
        "absolute error, Huber and Tukey, which lie close together. Right: the slope of each line against the number "
        f"of typos. Squared error's rises from {slopes['squared'][0]:.1f} to {slopes['squared'][MOST]:.1f} at "
        f"{MOST} typos; the others hardly rise.",
        controls=[Slider(name="typos", label="typos, with one zero too many", nodes=counts.tolist(), default=TYPOS)],
        panels=[
            Panel(
                "442 patients",
                Axis("body-mass index (kg/m²)", 17, 46),
                Axis("progression score (points)", 0, TOP),
                marks=[
                    Points(x=bmi, y=recorded, color=GRAY, radius=2, opacity=0.5),
                    *(
                        Line(
                            x=ends,
                            y=lambda typos, fit=fit: fit(typos)[0] + fit(typos)[1] * (ends - 26),
                            color=color,
                            dash=dash,
                            label=name,
                        )
                        for name, (fit, color, dash) in fits.items()
                    ),
                    Text(x=18, y=TOP - 30, text=above, anchor="start"),
                ],
                height=320,
                description="the patients and the four fitted lines",
            ),
            Panel(
                "The slope of each line",
                Axis("typos", 0, MOST),
                Axis("slope (points per kg/m²)", 8, 34),
                marks=[
                    *(
                        Line(x=counts, y=slopes[name], color=color, dash=dash, label=name, after_guess=True)
                        for name, (_, color, dash) in fits.items()
                    ),
                    *(
                        Points(x=lambda typos: [typos], y=lambda typos, fit=fit: [fit(typos)[1]], color=color, radius=5)
                        for fit, color, _ in fits.values()
                    ),
                ],
                height=320,
                description="slope against the number of typos, with the present number marked on each curve",
            ),
        ],
        readouts=[
            Readout(f"{name}: {{slope:.1f}} points per kg/m²", color=color, slope=lambda typos, fit=fit: fit(typos)[1])
            for name, (fit, color, _) in fits.items()
        ],
        presets={"no typos": {"typos": 0}, "one": {"typos": 1}, "twelve": {"typos": MOST}},
        guess=Guess(
            "Five of 442 scores are typos, with one zero too many. Take the five back: which line moves most?",
            {
                "squared": "Its slope comes down to little more than half. Each typo sits hundreds of points off the "
                "line, and its pull grows with that distance.",
                "absolute": "It hardly moves: it counts on which side of the line a patient lies, not how far.",
                "Huber": "It hardly moves: from 50 points off the line on, a patient pulls no harder.",
                "Tukey": "It hardly moves: 200 points off the line, a patient no longer pulls at all.",
            },
            right="squared",
        ),
    )


def _fits(bmi: NDArray, recorded: Callable[[int], NDArray]) -> dict[str, tuple[Fit, str, bool]]:
    """Return each line, its color, and whether it is dashed, by the name of the loss."""
    # Centered, so that the search runs down a round bowl.
    features = np.column_stack([np.ones_like(bmi), bmi - 26])

    def smooth(loss: Loss) -> Fit:
        @cache
        def fit(typos: int) -> NDArray:
            return minimize(linear_objective(loss, features, recorded(typos)), [140.0, 11.0], jac=True).x

        return fit

    @cache
    def absolute(typos: int) -> NDArray:
        # Its kinks stop a search along gradients; a linear program is exact.
        model = QuantileRegressor(quantile=0.5, alpha=0, fit_intercept=False)
        return model.fit(features, recorded(typos)).coef_

    return {
        "squared": (smooth(SquaredError()), BLUE, False),
        "absolute": (absolute, ORANGE, True),
        "Huber": (smooth(Huber(delta=50)), GREEN, False),
        "Tukey": (smooth(Tukey(c=200)), PURPLE, True),
    }
