"""The page's two tables agree with their formulas, written out, and with statistics of their data."""

import base64
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from scipy.stats import laplace, norm

from lossbook.course.foundations.properties.tables import ROWS, SCALE, losses_table, values_table

X = np.array([-9.0, -4.685, -2.5, -1.0, -0.25, 0.0, 0.25, 1.0, 2.5, 4.685, 9.0])  # residuals or scores, kinks included

# Each formula as the table states it.
FORMULAS = {
    "squared error": lambda r: r**2,
    "absolute error": abs,
    "Huber, δ = 1": lambda r: np.where(abs(r) <= 1, r**2 / 2, abs(r) - 0.5),
    "quantile, τ = 0.9": lambda r: np.where(r < 0, -0.9 * r, 0.1 * r),
    "expectile, τ = 0.9": lambda r: np.where(r < 0, 0.9 * r**2, 0.1 * r**2),
    "Tukey, c = 4.685": lambda r: 4.685**2 / 6 * (1 - np.clip(1 - (r / 4.685) ** 2, 0, None) ** 3),
    "cross-entropy": lambda z: -np.log(expit(z)),
    "squared error of a sigmoid": lambda z: (1 - expit(z)) ** 2,
    "hinge": lambda z: np.maximum(0, 1 - z),
    "Gaussian": lambda r: -norm.logpdf(r, scale=SCALE),
    "Laplace": lambda r: -laplace.logpdf(r, scale=SCALE),
}


def cells(table):
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in table.data.splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return rng.normal(1, 2, 1001), np.repeat([0, 1], [30, 70])


def test_both_tables_have_every_loss(data):
    for table in (losses_table(), values_table(*data)):
        assert [row["loss"] for row in cells(table)] == list(FORMULAS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_curves(row):
    assert_allclose(row.curve(X), FORMULAS[row.name](X), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_floors(row):
    is_density = row.name in ("Gaussian", "Laplace")
    assert row.floor == (-np.inf if is_density else 0)
    values = FORMULAS[row.name](np.linspace(-40, 40, 8001))
    assert values.min() >= row.floor
    assert is_density or values.min() == pytest.approx(row.floor, abs=1e-12)


def test_pictures():
    for row, shown in zip(ROWS, cells(losses_table()), strict=True):
        source = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', shown["curve"])[1]
        drawing = ElementTree.fromstring(base64.b64decode(source))
        (line,) = drawing.iter("{http://www.w3.org/2000/svg}polyline")
        points = np.array([point.split(",") for point in line.get("points").split()], dtype=float)
        # 6 pixels for a unit across, and 40 for the 7.2 from -1.2 to 6 upright.
        across, height = points[:, 0] / 6 - 6, 6 - points[:, 1] * 7.2 / 40
        inside = height < 6
        assert inside.sum() > 3
        assert_allclose(height[inside], FORMULAS[row.name](across[inside]), atol=0.01)


def test_values_of_the_best_constant(data):
    y, _ = data
    center, width = np.median(y), np.mean(abs(y - np.median(y)))
    cases = {
        "squared error": np.var(y),
        "absolute error": width,
        "quantile, τ = 0.9": np.mean(FORMULAS["quantile, τ = 0.9"](np.quantile(y, 0.9) - y)),
        "cross-entropy": -0.7 * np.log(0.7) - 0.3 * np.log(0.3),
        "squared error of a sigmoid": 0.7 * 0.3,
        "hinge": 2 * 0.3,
        "Gaussian": -norm.logpdf(y, *norm.fit(y)).mean(),
        "Laplace": -laplace.logpdf(y, center, width).mean(),
    }
    # For the others no statistic is known: no constant of many does better.
    for name in FORMULAS.keys() - cases.keys():
        cases[name] = min(np.mean(FORMULAS[name](constant - y)) for constant in np.linspace(-1, 6, 7001))
    for row in cells(values_table(*data)):
        assert float(row["constant guess"]) == pytest.approx(cases[row["loss"]], abs=6e-4), row["loss"]
        assert (row["negative?"], row["floor"]) == (
            ("yes", "none") if row["loss"] in ("Gaussian", "Laplace") else ("no", "0")
        )
