"""Tables show the facts of the losses, and stay tables when a cell holds mathematics."""

import re

import pytest
from rows import ROWS

from lossbook import AbsoluteError, Huber, Quantile, SquaredError, Tukey
from lossbook.tables import COLUMNS, facts_table


def cells(line):
    """The cells of a row of a pipe table; an escaped bar does not end one."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_cells_say_what_the_facts_say():
    columns = ["loss", "convex", "bounded influence", "differentiable", "best constant", "likelihood"]
    header, _, *rows = facts_table([SquaredError(), Quantile(0.9), Huber(), Tukey()], columns).data.splitlines()
    assert cells(header) == columns
    assert [cells(row) for row in rows] == [
        ["`SquaredError`", "yes", "no", "everywhere", "mean", "Gaussian"],
        ["`Quantile`", "yes", "yes", "kink", "quantile", "asymmetric Laplace"],
        ["`Huber`", "yes", "yes", "once", "M-estimate", "Gaussian center, Laplace tails"],
        ["`Tukey`", "no", "yes", "twice", "M-estimate", "none"],
    ]


def test_names_in_other_packages():
    columns = ["Keras", "PyTorch", "scikit-learn", "reference"]
    *_, row = facts_table([AbsoluteError()], columns).data.splitlines()
    assert cells(row) == ["`MeanAbsoluteError`", "`L1Loss`", "`mean_absolute_error`", "Laplace (1774)"]


@pytest.mark.parametrize(
    "column",
    list(COLUMNS),
)
def test_every_row_has_the_cells_of_the_header(column):
    header, rule, *rows = facts_table([row.loss for row in ROWS], ["loss", column]).data.splitlines()
    assert len(rows) == len(ROWS)
    assert {len(cells(line)) for line in (header, rule, *rows)} == {2}


def test_a_bar_in_a_formula_does_not_end_the_cell():
    *_, row = facts_table([AbsoluteError()], ["value"]).data.splitlines()
    assert cells(row) == [r"$\vert r\vert $"]


def test_unknown_column():
    with pytest.raises(ValueError, match=r"columns must be names from loss, value, .*, got 'speed', 'price'"):
        facts_table([SquaredError()], ["loss", "speed", "price"])


def test_columns_may_come_from_a_generator():
    assert cells(facts_table(iter([Huber()]), iter(["loss"])).data.splitlines()[-1]) == ["`Huber`"]
