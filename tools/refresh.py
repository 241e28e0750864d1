"""Run pages and store their outputs: ``python -m tools.refresh [PAGE ...]``, all pages without one.

A PAGE is a path or a short name such as ``regression/quantiles``. The generated reference pages are rewritten
too. With ``--try`` the chosen pages, and the reference pages, are then compared once on every processor that this one
can stand for.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from reference import pages as reference
from tools import notebooks, pages, processors, written
from tools.repository import ROOT, repository


def refresh(path: Path, address: str | None) -> None:
    """Run one notebook from its folder and store the normalized result."""
    nb = written.stored(notebooks.read(path), pages.name(path), address)
    NotebookClient(
        nb,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    notebooks.write(notebooks.normalize(nb), path)


def compare(paths: list[Path], processor: str) -> int:
    """Run pages as on a processor, compare their outputs and the reference pages with what is stored, and say how."""
    tests = [*map(str, paths), "tests/reference/test_pages.py", "tests/reference/test_losses_page.py"]
    command = [sys.executable, "-m", "pytest", "--quiet", *tests]
    code = subprocess.run(command, cwd=ROOT, env=processors.environment(processor)).returncode
    print(f"{processor}: {'other outputs than those stored' if code else 'the same outputs'}", flush=True)
    return int(code != 0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.refresh", description=__doc__)
    parser.add_argument("page", nargs="*", help="a notebook, or chapter/page; all pages when none is given")
    parser.add_argument("--try", action="store_true", dest="tries", help="compare on other processors, too")
    arguments = parser.parse_args()
    chosen = [pages.find(page) for page in arguments.page] or pages.notebooks()
    # What a user has chosen for other work must not show in the stored outputs.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.pop("MPLBACKEND", None)
    address = repository()
    failed = 0
    for path in chosen:
        start = time.perf_counter()
        try:
            refresh(path, address)
        except CellExecutionError as error:
            failed += 1
            print(f"{pages.name(path)} failed, and its file is unchanged:\n{error}")
        else:
            print(f"{pages.name(path)}: {time.perf_counter() - start:.1f} s")
    reference.write()
    if arguments.tries and not failed:
        failed = sum(compare(chosen, processor) for processor in processors.here())
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
