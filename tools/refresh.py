"""Run the pages whose outputs may have changed, and store them: ``python -m tools.refresh [--all] [--try] [PAGE ...]``.

A PAGE is a path or a short name such as ``regression/quantiles``, and is run in any case; without one, those pages are
run whose code has changed, or what it imports, or the versions of the packages or of Python. All pages are stored in
their normalized form, and the generated reference pages are rewritten. With ``--try`` the chosen pages, and the
reference pages, are then compared once on every processor that this one can stand for.
"""

import argparse
import ast
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from reference import pages as reference
from tools import imports, notebooks, pages, processors, written
from tools.missing import PACKAGES
from tools.needs import cells_that_need
from tools.record import Causes, Record, causes, digest
from tools.repository import ROOT, repository
from website import address

PROSE = re.compile(r"lossbook/course/(.*/)?(__init__\.py|page\.py|order\.txt)")
"""What pages say of themselves, and the order in which they come: no output shows that."""


def refresh(
    path: Path,
    record: Record,
    prepare: Callable[[NotebookNode], NotebookNode] = notebooks.normalize,
    *,
    why: str = "",
    root: Path = ROOT,
) -> bool:
    """Store a page as `prepare` returns it, after running it where `why` gives a reason or the record has one.

    A page that does not exist yet begins empty. Prints one line, and the error of a cell that fails. Returns whether
    the page is up to date in the end.
    """
    name = path.relative_to(root).as_posix()
    is_new = not path.exists()
    try:
        nb = prepare(new_notebook() if is_new else notebooks.read(path))
    except (LookupError, ValueError) as error:
        print(f"{name}: its file is unchanged; {error}")
        return False
    outputs_from = causes_of(nb, path.parent, root)
    why = why or record.why(name, outputs_from)
    if not why or not code_cells(nb):
        store(nb, path)
        print(f"{name}: {'started' if is_new else 'up to date'}")
        return True
    for package in PACKAGES:
        if package.is_missing() and cells_that_need(package.modules, nb):
            print(f"{name} cannot be run ({why}), and its file is unchanged: {package.reason}")
            return False
    print(f"{name} is run ({why})", end="", flush=True)
    start = time.perf_counter()
    try:
        NotebookClient(
            nb,
            timeout=120,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],  # it warns that it does not encrypt what it sends
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
        ).execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f": failed, and its file is unchanged\n{error}")
        return False
    nb = notebooks.normalize(nb)
    store(nb, path)
    record.store(name, outputs_from | digests(nb))
    print(f": {time.perf_counter() - start:.1f} s")
    return True


def causes_of(nb: NotebookNode, folder: Path, root: Path) -> Causes:
    """Return what a page's outputs follow from, and the outputs themselves: a page saved with others is run again."""
    statements = []
    for cell in code_cells(nb):
        with suppress(SyntaxError):  # the kernel will say where it is
            statements += imports.parse(cell.source).body
    found = causes(ast.Module(statements, []), folder, root)
    return digests(nb) | {name: content for name, content in found.items() if not PROSE.fullmatch(name)}


def digests(nb: NotebookNode) -> Causes:
    """Return digests of a page's code and of its outputs."""
    cells = code_cells(nb)
    parts = {"its code": [cell.source for cell in cells], "its outputs": [cell.outputs for cell in cells]}
    return {what: digest(json.dumps(part, sort_keys=True).encode()) for what, part in parts.items()}


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def store(nb: NotebookNode, path: Path) -> None:
    """Write a page, unless that would change nothing."""
    if not path.exists() or notebooks.dumps(nb).encode() != path.read_bytes():
        path.parent.mkdir(exist_ok=True)
        notebooks.write(nb, path)


def compare(paths: list[Path], processor: str) -> int:
    """Run pages as on a processor, compare their outputs and the reference pages with what is stored, and say how."""
    tests = [*map(str, paths), "tests/reference/test_pages.py", "tests/reference/test_losses_page.py"]
    command = [sys.executable, "-m", "pytest", "--quiet", *tests]
    code = subprocess.run(command, cwd=ROOT, env=processors.environment(processor)).returncode
    print(f"{processor}: {'other outputs than those stored' if code else 'the same outputs'}", flush=True)
    return int(code != 0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.refresh", description=__doc__)
    parser.add_argument(
        "page", nargs="*", help="a notebook, or chapter/page; those that have changed when none is given"
    )
    parser.add_argument("--all", action="store_true", dest="everything", help="whatever has changed, run everything")
    parser.add_argument("--try", action="store_true", dest="tries", help="compare on other processors, too")
    arguments = parser.parse_args()
    try:
        chosen = [pages.find(page) for page in arguments.page] or pages.notebooks()
    except FileNotFoundError as error:
        parser.error(str(error))
    # What a user has chosen for other work must not show in the stored outputs.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.pop("MPLBACKEND", None)
    # As on the pages: TensorFlow is quiet.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    record = Record()
    why = "asked for" if arguments.page or arguments.everything else ""
    pages.write_order()
    failed = 0
    for path in chosen:
        prepare = partial(written.stored, page=pages.name(path), repository=repository(), site=address.site())
        failed += not refresh(path, record, prepare, why=why)
    try:
        failed += reference.write(record, everything=arguments.everything)
    except LookupError as error:
        failed += 1
        print(f"the reference pages are unchanged: {error}")
    if arguments.tries and not failed:
        failed = sum(compare(chosen, processor) for processor in processors.here())
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
