"""Train the runs that the demo of a laboratory shows: ``python -m tools.runs PAGE``, such as classification/laboratory.

The page's own `train` is called with every combination of the settings in `GRID` of `runs.py` in the page's folder of
the package, and what `kept` there returns of each run is stored beside it, in ``runs.npz``.
"""

import argparse
import importlib
import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbook import course
from lossbook.laboratory import Run, Watch
from tools import notebooks, pages
from tools.notebooks import tags

DIGITS = 5  # that are stored; a picture shows three, and the last of float32 differ between processors

Settings = Mapping[str, Any]


def module(page: str) -> ModuleType:
    """Return the module of a page that says what is trained and what is stored."""
    return importlib.import_module(f"{course.module(page)}.runs")


def trainer(page: str) -> Callable[..., Run]:
    """Run a page's code as far as its function `train`, and return that; cells that only draw are left out."""
    path = pages.find(page)
    names: dict[str, Any] = {}
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "code" and "hide-input" not in tags(cell):
            exec(compile(cell.source, str(path), "exec"), names)
            if "train" in names:
                return names["train"]
    raise LookupError(f"{page} defines no function train")


def combinations(grid: Mapping[str, Sequence]) -> Iterator[Settings]:
    """Go through all settings, those of the last control first."""
    for values in itertools.product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def trained(page: str, some: Sequence[Settings]) -> dict[str, NDArray]:
    """Train with some settings, and return what is stored of these runs, one after the other."""
    train, kept = trainer(page), module(page).kept
    results = []
    for count, settings in enumerate(some, start=1):
        results.append(kept(train(**settings, progress=Watch())))
        print(f"\r{count} of {len(some)} runs", end="", flush=True)
    print()
    return {name: np.array([result[name] for result in results]) for name in results[0]}


def store(page: str) -> None:
    """Train with all settings of a page's grid, and store the runs with the grid that they were made for."""
    grid, file = module(page).GRID, module(page).FILE
    runs = trained(page, list(combinations(grid)))
    sizes = [len(values) for values in grid.values()]
    arrays = {name: rounded(values).reshape(*sizes, *values.shape[1:]) for name, values in runs.items()}
    np.savez_compressed(file, grid=np.array(json.dumps(grid)), **arrays)


def rounded(values: NDArray) -> NDArray:
    """Return numbers with as many digits as are worth storing."""
    return np.array([f"{value:.{DIGITS}g}" for value in values.flat], dtype=np.float32).reshape(values.shape)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("page")
    page = parser.parse_args().page
    start = time.perf_counter()
    store(page)
    file = module(page).FILE
    print(f"{file.name}: {file.stat().st_size:,} bytes after {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
