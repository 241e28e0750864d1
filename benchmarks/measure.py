"""Times and memory."""

import subprocess
import sys
import timeit
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial


def seconds(functions: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Return the time of each function: the shortest of rounds in which they take turns."""
    times = [[timeit.timeit(function, number=1) for function in functions] for _ in range(rounds)]
    return [min(each) for each in zip(*times, strict=True)]


def peak_bytes(function: Callable[[], object]) -> int:
    """Return how much memory a call takes at its peak, its result included."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def import_seconds(module: str) -> float:
    """Return the time a new Python takes to import a module, without its own start."""
    commands = [[sys.executable, "-c", code] for code in ("pass", f"import {module}")]
    start, total = seconds([partial(subprocess.run, command, check=True) for command in commands], rounds=7)
    return total - start
