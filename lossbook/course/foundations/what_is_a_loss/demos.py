"""The live figure of the page on what a loss is."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from lossbook import SquaredError
from lossbook.datasets import diabetes
from lossbook.explorable import Arrows, Axis, Explorable, Guess, Line, Panel, Points, Readout, Slider, Text
from lossbook.optimization import Step, gradient_descent, linear_objective
from lossbook.plots import BLUE, GRAY, GREEN, INK, ORANGE

STEPS = 6
# The largest rate diverges, but so slowly that all its steps stay inside the axes.
RATES = [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 1, 1.05]
# Half of the tangent that is drawn, in points.
REACH = np.array([-40, 40])


def training_step() -> Explorable:
    """Gradient descent on a model with one parameter, a step at a time, beside the risk it goes down."""
    bmi, progression = diabetes()
    # A column of ones alone: the model gives everybody the same number.
    objective = linear_objective(SquaredError(), np.ones((len(progression), 1)), progression)
    heights = np.linspace(-160, 460, 125)
    # Every 36th patient by body-mass index: the residuals of all 442 would be one wall of lines.
    some = np.argsort(bmi, kind="stable")[5::36]

    @cache
    def descent(learning_rate: float) -> list[Step]:
        # One step more than the slider reaches, because the update after its last step is shown too.
        return list(gradient_descent(objective, [0.0], learning_rate, STEPS + 1))

    def a(step: int, learning_rate: float) -> float:
        return descent(learning_rate)[step].parameters[0]

    def risk(step: int, learning_rate: float) -> float:
        return descent(learning_rate)[step].value

    def gradient(step: int, learning_rate: float) -> float:
        return descent(learning_rate)[step].gradient[0]

    def after(step: int, learning_rate: float) -> float:
        return a(step + 1, learning_rate)

    def residual(step: int, learning_rate: float) -> float:
        return a(step, learning_rate) - progression[0]

    def to_patients(step: int, learning_rate: float) -> NDArray:
        """Return the heights of one path along the model's line, with a detour to each patient."""
        on_line = np.full(len(some), a(step, learning_rate))
        return np.column_stack([on_line, progression[some], on_line]).ravel()

    def so_far(step: int) -> list[int]:
        # A mark has a fixed number of points, so those of later steps lie on the current one.
        return [min(earlier, step) for earlier in range(STEPS + 1)]

    data = [
        Points(x=bmi, y=progression, color=GRAY, radius=2, opacity=0.4),
        Line(x=np.repeat(bmi[some], 3), y=to_patients, color=ORANGE, width=1.5),
        Points(x=bmi[some], y=progression[some], color=ORANGE),
        Line(
            x=np.repeat(bmi[0], 2),
            y=lambda step, learning_rate: [progression[0], a(step, learning_rate)],
            color=INK,
            width=1.5,
        ),
        Points(x=bmi[:1], y=progression[:1], color=INK, radius=4),
        Line(x=[18, 43], y=lambda step, learning_rate: np.repeat(a(step, learning_rate), 2), color=BLUE, width=2.5),
        # Higher than the line and the residuals can reach.
        Text(x=18.5, y=510, text="line: prediction", color=BLUE, anchor="start"),
        Text(x=42.5, y=510, text="first patient", color=INK, anchor="end"),
        Text(x=18.5, y=465, text="13 other residuals", color=ORANGE, anchor="start"),
    ]
    curve = [
        Line(x=heights, y=[objective(np.array([height]))[0] for height in heights], color=GRAY),
        Line(
            x=lambda step, learning_rate: a(step, learning_rate) + REACH,
            y=lambda step, learning_rate: risk(step, learning_rate) + gradient(step, learning_rate) * REACH,
            color=INK,
        ),
        Points(
            x=lambda step, learning_rate: [a(earlier, learning_rate) for earlier in so_far(step)],
            y=lambda step, learning_rate: [risk(earlier, learning_rate) for earlier in so_far(step)],
            color=BLUE,
            radius=4,
            hollow=True,
        ),
        Points(
            x=lambda step, learning_rate: [a(step, learning_rate)],
            y=lambda step, learning_rate: [risk(step, learning_rate)],
            color=BLUE,
            radius=4,
        ),
        Arrows(
            x=lambda step, learning_rate: [a(step, learning_rate)],
            y=lambda step, learning_rate: [risk(step, learning_rate)],
            dx=lambda step, learning_rate: [after(step, learning_rate) - a(step, learning_rate)],
            dy=[0],
            color=GREEN,
        ),
        Text(x=150, y=93_500, text="line: tangent", color=INK),
        Text(x=150, y=86_500, text="arrow: next update", color=GREEN),
    ]
    return Explorable(
        "training-step",
        title="One step of training",
        caption="Press the button and follow the five lines from prediction to update. "
        "Then go back to step 0 and try the other learning rates.",
        alt="Left: progression score against body-mass index for 442 patients. The model's line lies flat at 0, below "
        "all of them; the residuals of 14 patients are drawn, one of them the first patient's. Right: the risk as a "
        "function of a, a parabola with its lowest point near 152. The model stands on its left arm, at a = 0, where "
        "the tangent falls steeply to the right; a short arrow shows the next update.",
        controls=[
            Slider(name="step", nodes=range(STEPS + 1), default=0, button="Next step"),
            Slider(name="learning_rate", label="learning rate", nodes=RATES, default=0.1, decimals=2),
        ],
        panels=[
            Panel(
                "Model and data",
                Axis("body-mass index (kg/m²)", 18, 43),
                Axis("progression score (points)", -150, 540),
                marks=data,
                height=320,
                description="Scores of 442 patients, the model's flat line, and the residuals of a few of them.",
            ),
            Panel(
                "What the gradient sees",
                Axis("a (points)", -160, 460),
                Axis("risk R (thousand points²)", 0, 98_000, ticks=[(20_000 * k, f"{20 * k}") for k in range(5)]),
                marks=curve,
                height=320,
                description="The risk as a function of a: where the model stands and stood, the tangent, the update.",
            ),
        ],
        readouts=[
            Readout("1 prediction: *ŷ* = *a* = {a:.1f} for everybody", a=a, color=BLUE),
            Readout(
                "2 loss: the first patient's residual is {a:.1f} \N{MINUS SIGN} 151 = {residual:.1f}, "
                "squared {square:,.0f}",
                a=a,
                residual=residual,
                square=lambda step, learning_rate: residual(step, learning_rate) ** 2,
            ),
            Readout("3 risk: *R* = {risk:,.1f}, the mean of 442 such squares", risk=risk),
            Readout("4 gradient: d*R*/d*a* = {gradient:.1f}", gradient=gradient),
            Readout(
                "5 update: *a* ← {a:.1f} \N{MINUS SIGN} {learning_rate} · ({gradient:.1f}) = {after:.1f}",
                a=a,
                gradient=gradient,
                after=after,
                color=GREEN,
            ),
            Readout(
                "At a learning rate of {learning_rate} each update covers {share:.0%} of the way to the lowest point.",
                share=lambda learning_rate: after(0, learning_rate) / progression.mean(),
                after_guess=True,
            ),
        ],
        presets={
            "too small": {"learning_rate": 0.01, "step": STEPS},
            "there at once": {"learning_rate": 0.5, "step": 1},
            "to and fro": {"learning_rate": 0.9, "step": STEPS},
            "too large": {"learning_rate": 1.05, "step": STEPS},
        },
        guess=Guess(
            "At a learning rate of 0.10 the updates become smaller and smaller. What do those at 1.05 do?",
            {
                "arrive sooner": "At 0.50 they would: the first update covers the whole way. At 1.05 it is twice the "
                "way and more.",
                "overshoot, less each time": "At 0.90 they would: too far, but nearer than before.",
                "overshoot, more each time": "The first one lands on the other side, higher up. The gradient is larger "
                "there, and so is the next update.",
            },
            right="overshoot, more each time",
        ),
    )
