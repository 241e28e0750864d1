"""Notation and presentation."""

import io
from functools import partial

from matplotlib.mathtext import math_to_image

from reference.errata.attempts import failure
from reference.errata.entry import Erratum

_FORMULAS = {
    "MSE": (r"\frac{1}{n} \sum_^n (y_ - \hat{y}_)^2", r"\frac{1}{n} \sum_{i=1}^n (y_i - \hat{y}_i)^2"),
    "categorical cross-entropy": (
        r"-\frac{1}{n} \sum_^n \sum_^K y_ \log(\hat{y}_)",
        r"-\frac{1}{n} \sum_{i=1}^n \sum_{k=1}^K y_{ik} \log(\hat{y}_{ik})",
    ),
}


def lost_indices() -> str:
    def typeset(formula):
        math_to_image(f"${formula}$", io.BytesIO(), dpi=10)

    for _, repaired in _FORMULAS.values():
        typeset(repaired)
    errors = [f"{name} in `{failure(partial(typeset, printed))}`" for name, (printed, _) in _FORMULAS.items()]
    return (
        f"matplotlib's typesetter, given the formulas as printed, ends for {' and for '.join(errors)}; with their"
        " indices back, both are typeset."
    )


def feedback_arrow() -> str:
    diagram = ["Input Data → Model → Prediction → Loss", "    ↑                               |"]
    arrow, model = diagram[1].index("↑"), diagram[0].index("Model")
    return (
        f"Redrawn with its first two boxes: the arrow returns at column {arrow}, below the input, which ends at column"
        f" {len('Input Data') - 1}; the model starts at column {model}."
    )


ERRATA = (
    Erratum(
        id="E04",
        severity="E",
        title="Formulas without their indices",
        where="003, most formulas, the cases of Huber's loss and all tables; 001, formulas and lists",
        says=(
            "Sums have lost their range and symbols their indices, `\\` stands where `\\\\` ends a row, 001 shows the"
            " brackets of its formulas as text, and each row of a table is one word."
        ),
        right=r"$\sum_{i=1}^n$, $y_{ik}$, `\\` between cases, dollars around formulas, and tables with columns.",
        evidence=lost_indices,
    ),
    Erratum(
        id="E27",
        severity="E",
        title="Feedback that changes the data",
        where="003, diagram of the process",
        says="The arrow from the loss leads back to the input.",
        right="It leads to the model: its parameters are what training changes, and the data stay as they are.",
        evidence=feedback_arrow,
    ),
)
