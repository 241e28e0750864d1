"""Settings for all tests, those of the pages included."""

import os

# Each core has a process of its own, and its threads would only wait for those of the others. Libraries read this when
# they are imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(name, "1")

import atexit
import importlib
import itertools
import sys
import tempfile
from pathlib import Path

import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from lossbook.exercises import record
from lossbook.explorable import MIME

pytest_plugins = ["benchmarks.cost", "tools.missing"]

# The kernels that run the pages inherit these. A backend that the user chose for plots would keep the kernels
# from drawing inline.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.pop("MPLBACKEND", None)


# A kernel's TCP ports are found free, released, and bound by the kernel a second later. If several kernels start at
# once, another process sometimes takes such a port first, and the kernel dies. Sockets in a folder of our own cannot be
# taken by others; Windows has none.
if sys.platform != "win32":
    _sockets = tempfile.TemporaryDirectory(prefix="kernels-")
    atexit.register(_sockets.cleanup)
    _numbers = itertools.count()

    def _kernel_manager(**options) -> KernelManager:
        return KernelManager(transport="ipc", ip=f"{_sockets.name}/{next(_numbers)}", **options)

    nbval.kernel.KernelManager = _kernel_manager


# Every process of a test run imports what it collects, and TensorFlow and PyTorch take seconds. So the twins are not
# searched for examples: tests/frameworks, which imports both only when its tests run, runs their examples.
collect_ignore = [f"lossbook/frameworks/{name}.py" for name in ("keras", "torch")]
collect_ignore += ["tests/frameworks/keras_checks.py"]


@pytest.fixture(autouse=True, scope="session")
def _no_traces(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what the checks of exercises write about progress out of the repository."""
    record.FILE = tmp_path_factory.mktemp("progress") / record.FILE


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let two runs in a row test the same website."""
    parser.addoption("--site", type=Path, help="where to build the website, unless a run before has built it there")


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes ``-n auto`` starts: at least three, as tests often wait for a browser."""
    return max(3, os.cpu_count() or 1)


class _Scheduling(LoadFileScheduling):
    """A file is run by one process, and so is all of tests/frameworks: no other imports TensorFlow and PyTorch."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/frameworks/"
        return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Return how ``--dist loadfile`` deals out tests."""
    return _Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_configure(config: pytest.Config) -> None:
    """Build Matplotlib's font cache once: the kernels would all build it, and say so on stderr."""
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        importlib.import_module("matplotlib.font_manager")


# What takes longest comes first, so that at the end no core waits long for another: one process builds the site and
# moves the demos while another runs the pages.
LONGEST = ["tests/website/test_every_page.py", "chapters/", "tests/jupyterlab/"]
LONGEST += [
    "tests/website/",
    "tests/test_refresh.py",
    "tests/test_laboratory",
    "tests/frameworks/",
    "tests/test_accuracy.py",
]
LONGEST += ["tests/explorable/", "tests/test_explore.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, and let nbval compare cells without execution counts."""
    items.sort(key=lambda item: next((i for i, start in enumerate(LONGEST) if item.nodeid.startswith(start)), 99))
    for item in items:
        cell = getattr(item, "cell", None)
        if cell is not None:
            # Stored pages have no execution counts, which nbval takes for cells that nobody ran.
            cell.execution_count = 0
            # The last bit of a demo's frames may depend on the machine: a test of their own allows for that.
            item.parent.skip_compare = (*item.parent.skip_compare, MIME)
