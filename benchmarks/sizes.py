"""How large installed packages are."""

from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name

MEGABYTE = 1_000_000

# Budgets of what a reader installs, in megabytes: a package, and all together, TensorFlow aside.
LARGE = 150
REST = 700


def packages(site: Path) -> dict[str, float]:
    """Return the megabytes of each package in an environment's folder of packages, without compiled bytecode."""
    return {
        canonicalize_name(each.name): sum(file.size or 0 for file in each.files or []) / MEGABYTE
        for each in distributions(path=[str(site)])
    }


def folder(path: Path) -> float:
    """Return the megabytes of all files in a folder."""
    return sum(file.lstat().st_size for file in path.rglob("*") if file.is_file()) / MEGABYTE
