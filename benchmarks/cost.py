"""What the tests cost, in CPU seconds: a plugin for pytest, which says at the end of a run where the time went.

A test's cost is what its process and everything that it started have used: browsers, kernels, JupyterLab. Tests marked
``per("page")``, ``per("demo")`` or ``per("exercise")`` run once for each of these, as the cells of a page do: they are
what one more would cost. Everything else is there once, however long the book becomes, and so are pages without cells.

A busy or slower machine takes more CPU seconds for the same work. So a fixed load is timed throughout the run, and
budgets are compared with what the run would have taken where that load takes `REFERENCE` seconds.
"""

import ctypes
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import mean

import psutil
import pytest

from tools import pages
from tools.repository import ROOT

BUDGETS = {"fixed": 450.0, "page": 22.0, "demo": 3.0, "exercise": 0.3}
"""At most, in CPU seconds: everything that does not grow with the book, and on average a page, a demo, an exercise."""

REFERENCE = 0.075
"""The CPU seconds that `load` takes on the machine that the budgets were set on, with nothing else running."""

COSTS = ROOT / "_build" / "tests" / "costs.json"
"""Where `make test` keeps what its runs cost."""

PAGES = {pages.name(path) for path in pages.notebooks()}
BUILD = "build of the website"
START = "start and collection"
MOST = 12  # files and fixtures that are there once
COSTLIEST = 5  # pages, or demos

_SET_CHILD_SUBREAPER = 36  # in linux/prctl.h
_LOOK = 0.1  # seconds after which the processes that a test started are looked at; more often would cost too much
_LOAD = 30.0  # seconds between two timings of the fixed load


def load() -> float:
    """Do a fixed amount of work, and return the CPU seconds that it took."""
    start = time.process_time()
    numbers = [(index * 7_919) % 104_729 for index in range(300_000)]
    numbers.sort()
    sum(number * number for number in numbers)
    return time.process_time() - start


class Spent:
    """CPU seconds by what they were spent on: by kind, and within it by page, demo, exercise or file of tests."""

    def __init__(self, kinds: dict[str, dict[str, float]] | None = None, loads: Iterable[float] = ()) -> None:
        self.kinds: dict[str, dict[str, float]] = {kind: defaultdict(float) for kind in BUDGETS}
        self.loads: list[float] = []
        self.add(kinds or {}, loads)

    def add(self, kinds: dict[str, dict[str, float]], loads: Iterable[float]) -> None:
        for kind, names in kinds.items():
            for name, seconds in names.items():
                self.kinds[kind][name] += seconds
        self.loads += loads

    def plain(self) -> dict:
        """Return it as built-in types."""
        return {"kinds": {kind: dict(names) for kind, names in self.kinds.items()}, "loads": self.loads}

    @property
    def pace(self) -> float:
        """How many times as long the fixed load took as on the machine that the budgets were set on."""
        return mean(self.loads) / REFERENCE

    @property
    def everything(self) -> float:
        return sum(map(self.total, self.kinds))

    def total(self, kind: str) -> float:
        return sum(self.kinds[kind].values())

    def each(self, kind: str) -> float:
        """Return what one of a kind costs on average, or all of what is there once."""
        return self.total(kind) if kind == "fixed" else self.total(kind) / max(1, len(self.kinds[kind]))

    def costliest(self, kind: str, count: int) -> list[tuple[str, float]]:
        return sorted(self.kinds[kind].items(), key=lambda item: -item[1])[:count]


class _Meter:
    """Tells how many CPU seconds this process and all that it started have used since the last time."""

    def __init__(self) -> None:
        self.process = psutil.Process()
        if sys.platform == "linux":
            # A browser that ends leaves processes behind. This process adopts them and never waits for them: so the
            # system keeps telling how many CPU seconds they have used, even after they have ended.
            ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.started = 0.0
        self.total = 0.0
        self.looked = 0.0

    def read(self) -> float:
        now = time.monotonic()
        if now - self.looked > _LOOK:
            self.started = sum(map(_used, self.process.children(recursive=True)))
        self.looked = now
        before, self.total = self.total, sum(os.times()[:4]) + self.started
        return self.total - before


def _used(process: psutil.Process) -> float:
    """Return what a process has used, with those of its children that have ended."""
    try:
        return sum(process.cpu_times()[:4])
    except psutil.Error:
        return 0.0


def _subject(item: pytest.Item) -> tuple[str, str]:
    """Return the kind of thing that a test belongs to, and which one it is."""
    file = item.nodeid.split("::")[0]
    if hasattr(item, "cell"):
        return "page", _page(file)
    marker = item.get_closest_marker("per")
    if marker is None:
        return "fixed", file
    kind, *parameter = marker.args
    if "name" in marker.kwargs:
        return kind, marker.kwargs["name"]
    value = item.callspec.params[parameter[0] if parameter else kind]
    if kind == "demo":  # its own name, or that of the function that makes it
        return kind, str(value).rpartition(".")[2].replace("_", "-")
    if kind == "exercise":
        return kind, value.name
    name = _page(str(value))
    return (kind, name) if name in PAGES else ("fixed", "pages without cells")


def _page(name: str) -> str:
    """Return the one name of a page, which tests give as a path, an address or a name."""
    name = name.removesuffix(".ipynb").removesuffix(".html")
    return name.rpartition("chapters/")[2]


class Measuring:
    """The plugin in a process that runs tests."""

    def __init__(self) -> None:
        self.meter = _Meter()
        self.spent = Spent()
        self.loaded = 0.0

    def _spend(self, kind: str, name: str) -> None:
        self.spent.kinds[kind][name] += self.meter.read()

    @pytest.fixture
    def spending(self, request) -> Callable[[str, str], AbstractContextManager[None]]:
        """For a test of one thing that also does work for another: what is done within counts as spent on that."""

        @contextmanager
        def on(kind: str, name: str) -> Iterator[None]:
            self._spend(*_subject(request.node))
            try:
                yield
            finally:
                self._spend(kind, name)

        return on

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        self._spend("fixed", START)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef, request):
        """What the whole run shares is no cost of the test that happens to be the first to need it."""
        item = request._pyfuncitem if fixturedef.scope == "session" else None
        if item is None:
            return (yield)
        self._spend(*_subject(item))
        try:
            return (yield)
        finally:
            self._spend("fixed", BUILD if fixturedef.argname == "html" else f"fixture {fixturedef.argname}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        result = yield
        self._spend(*_subject(item))
        if time.monotonic() - self.loaded > _LOAD:
            self.spent.loads.append(load())
            self.loaded = time.monotonic()
            self.meter.read()
        return result

    def pytest_sessionfinish(self, session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["cost"] = self.spent.plain()


class Telling:
    """The plugin in the process that reports: it adds up what every process measured, and what earlier runs kept."""

    def __init__(self, measuring: Measuring | None, kept: Path | None) -> None:
        self.measuring = measuring
        self.kept = kept
        self.spent = Spent()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node) -> None:
        self.spent.add(**getattr(node, "workeroutput", {}).get("cost", {"kinds": {}, "loads": []}))

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if self.measuring:
            self.spent.add(**self.measuring.spent.plain())
        own = "pytest itself"
        if not self.measuring:
            self.spent.kinds["fixed"][own] += sum(os.times()[:2])
        if self.kept:
            if self.kept.exists():
                self.spent.add(**json.loads(self.kept.read_text(encoding="utf-8")))
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            self.kept.write_text(json.dumps(self.spent.plain(), indent=1), encoding="utf-8")
        if self.spent.loads:
            terminalreporter.section("where the time went")
            terminalreporter.write_line("\n".join(told(self.spent)))


def told(spent: Spent) -> list[str]:
    """Return the end of the report: a line for each kind, and what costs most."""
    pace = spent.pace
    lines = [f"CPU seconds at the speed that the budgets hold for; here everything took {pace:.2f} times as long"]
    for kind, budget in BUDGETS.items():
        names = spent.kinds[kind]
        if names:
            what = "all that is there once" if kind == "fixed" else f"{len(names)} {kind}s, on average"
            lines.append(f"{spent.each(kind) / pace:9.2f}  {what}; budget {budget:g}")
    lines += [f"{seconds / pace:9.2f}  {name}" for name, seconds in spent.costliest("page", COSTLIEST)]
    lines += [f"{seconds / pace:9.2f}  once: {name}" for name, seconds in spent.costliest("fixed", MOST)]
    return lines


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", type=Path, help="a file to add this run's CPU seconds to")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "per(kind, parameter=kind): part of what a page, demo or exercise costs, which a parameter or name= names",
    )
    is_worker = hasattr(config, "workerinput")
    runs_tests = is_worker or not config.getoption("numprocesses", None)
    measuring = Measuring() if runs_tests else None
    if measuring:
        config.pluginmanager.register(measuring)
    if not is_worker:
        config.pluginmanager.register(Telling(measuring, config.getoption("costs")))
