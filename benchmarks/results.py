"""What the benchmarks measured last, in ``benchmarks/results.md``: each writes a section of its own."""

import datetime
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("results.md")
HEAD = """\
# What was measured

`make bench` writes this file. A time holds for the machine named beside it; a weight holds everywhere.
"""

Row = tuple[str, str, str]
"""What was measured, the figure, and its budget or nothing."""


def machine() -> str:
    """Say on what and when."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.platform()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    # X86_V3 stands for AVX2, X86_V4 for AVX-512: NumPy has exponentials and logarithms of its own for the latter.
    found = " and ".join(np.show_config(mode="dicts")["SIMD Extensions"]["found"]) or "its baseline"
    return (
        f"{datetime.date.today()}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB of memory, {system}, "
        f"Python {platform.python_version()}, NumPy {np.__version__} with {found}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; all columns but the first are aligned to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write(title: str, body: str, versions: str = "") -> None:
    """Replace a section, or add it at the end."""
    text = FILE.read_text(encoding="utf-8") if FILE.exists() else HEAD
    _, *sections = text.split("\n## ")
    kept = {section.partition("\n")[0]: section.partition("\n")[2].strip() for section in sections}
    kept[title] = f"Measured on {machine()}{versions and ', ' + versions}.\n\n{body}".rstrip()
    FILE.write_text(HEAD + "".join(f"\n## {name}\n\n{part}\n" for name, part in kept.items()), encoding="utf-8")


def write_rows(title: str, rows: Iterable[Row]) -> None:
    write(title, table(("", "measured", "budget"), rows))
