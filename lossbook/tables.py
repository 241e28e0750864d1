"""Tables of facts, generated from the losses themselves."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lossbook.core import Loss

if TYPE_CHECKING:
    from IPython.display import Markdown


def _name(loss: Loss) -> str:
    return f"`{type(loss).__name__}`"


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _smooth(loss: Loss) -> str:
    names: dict[float, str] = {0: "kink", 1: "once", 2: "twice"}
    return names.get(loss.facts.continuous_derivatives, "everywhere")


COLUMNS: dict[str, Callable[[Loss], str]] = {
    "loss": _name,
    "value": lambda loss: f"${in_cell(loss.facts.formula)}$",
    "task": lambda loss: loss.facts.task,
    "convex": lambda loss: _yes(loss.facts.convex),
    "bounded influence": lambda loss: _yes(loss.facts.bounded_influence),
    "differentiable": _smooth,
    "link": lambda loss: loss.facts.link,
    "best constant": lambda loss: loss.facts.statistic,
    "likelihood": lambda loss: loss.facts.likelihood or "none",
    "Keras": lambda loss: _short(loss.facts.keras),
    "PyTorch": lambda loss: _short(loss.facts.torch),
    "scikit-learn": lambda loss: _short(loss.facts.sklearn),
    "reference": lambda loss: loss.facts.reference,
}


def in_cell(formula: str) -> str:
    """A bar would end the cell of a Markdown table."""
    return formula.replace("|", r"\vert ")


def _short(dotted: str | None) -> str:
    return f"`{dotted.rsplit('.', 1)[-1]}`" if dotted else "none"


def facts_table(losses: Iterable[Loss], columns: Iterable[str]) -> "Markdown":
    """Return a Markdown table with a row for each loss, for display in a notebook.

    Args:
        losses: the rows.
        columns: names from `COLUMNS`, in the order wanted.

    Raises:
        ValueError: for a column that does not exist.

    >>> from lossbook import AbsoluteError, SquaredError
    >>> print(facts_table([SquaredError(), AbsoluteError()], ["loss", "convex", "best constant"]).data)
    | loss            | convex   | best constant   |
    |:----------------|:---------|:----------------|
    | `SquaredError`  | yes      | mean            |
    | `AbsoluteError` | yes      | median          |
    """
    from IPython.display import Markdown
    from tabulate import tabulate

    columns = list(columns)
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown:
        raise ValueError(f"columns must be names from {', '.join(COLUMNS)}, got {', '.join(map(repr, unknown))}")
    rows = [[COLUMNS[column](loss) for column in columns] for loss in losses]
    return Markdown(tabulate(rows, headers=columns, tablefmt="pipe"))
