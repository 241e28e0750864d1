"""Every loss of the table against its oracle, and its derivatives against finite differences."""

import numpy as np
import pytest
from losses import QUANTITIES, errors_in_ulps, exact
from rows import ROWS

each_row = pytest.mark.parametrize("row", ROWS, ids=str)


@each_row
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_error_against_the_oracle(row, dtype):
    row = row.in_precision(dtype)
    oracle = row.oracle(row.loss)
    y_true, y_pred = row.samples(row.loss, dtype)
    for quantity, bound in zip(QUANTITIES, row.ulps, strict=False):
        got = getattr(row.loss, quantity)(y_true, y_pred)
        assert got.dtype == dtype
        expected = exact(row, getattr(oracle, quantity), y_true, y_pred)
        size_of = (oracle.sizes or {}).get(quantity)
        sizes = expected if size_of is None else exact(row, size_of, y_true, y_pred)
        errors = errors_in_ulps(got, expected, sizes)
        worst = np.argmax(errors)
        assert errors[worst] <= bound, f"{quantity} off by {errors[worst]:.2f} ULP at sample {worst}"


def central_difference(function, y_true, y_pred, score_ndim, step):
    """The derivative of `function` with respect to each score of a sample, along new last axes."""
    scores = y_pred.shape[y_pred.ndim - score_ndim :]
    columns = []
    for index in np.ndindex(scores):
        moved = np.zeros_like(y_pred)
        moved[(..., *index)] = step
        columns.append((function(y_true, y_pred + moved) - function(y_true, y_pred - moved)) / (2 * step))
    return np.stack(columns, axis=-1).reshape(columns[0].shape + scores)


@each_row
def test_derivatives_against_finite_differences(row):
    step = 1e-5
    loss = row.loss
    y_true, y_pred = row.samples(loss, np.float64)
    # Where rounding would drown the difference, and within a step of a kink, there is nothing to compare.
    largest = np.abs(y_pred).max(axis=tuple(range(1, y_pred.ndim)))
    smooth = (largest < 50) & row.smooth(loss, y_true, y_pred, 2 * step)
    y_true, y_pred = None if y_true is None else y_true[smooth], y_pred[smooth]
    pairs = [(loss.value, loss.gradient)]
    if row.oracle(loss).hessian is not None:
        pairs.append((loss.gradient, loss.hessian))
    for function, derivative in pairs:
        estimate = central_difference(function, y_true, y_pred, loss.score_ndim, step)
        assert derivative(y_true, y_pred) == pytest.approx(estimate, rel=1e-6, abs=1e-6 * np.abs(estimate).max())


@each_row
def test_samples_do_not_see_each_other(row):
    y_true, y_pred = row.samples(row.loss, np.float64)
    for quantity in QUANTITIES[: len(row.ulps)]:
        together = getattr(row.loss, quantity)(y_true, y_pred)
        for i in range(0, len(y_pred), max(1, len(y_pred) // 40)):
            alone = getattr(row.loss, quantity)(None if y_true is None else y_true[i : i + 1], y_pred[i : i + 1])
            np.testing.assert_allclose(alone[0], together[i], rtol=1e-11, atol=1e-300)
