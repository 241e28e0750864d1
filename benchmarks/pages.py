"""Measure every page of the website beside its budgets: ``python -m benchmarks.pages``.

What each page weighs on a first visit and as a further page, and what Lighthouse says about it. ``before.csv`` holds
the same figures of some pages as they were with the unmodified theme, measured in the same way.
"""

import csv
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from benchmarks import lighthouse, results
from benchmarks.gates import BUDGETS, PAGES, SCORES
from benchmarks.page_weight import KILOBYTE, KINDS, Visit, heaviest, kilobytes, visits
from tools import browser
from website.__main__ import build, server

BEFORE = Path(__file__).with_name("before.csv")
NOT_PICTURES = [*(kind for kind in KINDS.values() if kind != "picture"), "other"]
AT_MOST = {
    "first visit": f"{BUDGETS['text_page']}, with demos {BUDGETS['demo_page']}",
    "further page": str(BUDGETS["further_page"]),
    "pictures": str(BUDGETS["pictures"]),
    "other hosts": str(BUDGETS["other_hosts"]),
}
AT_LEAST = {name: str(BUDGETS[name]) for name in SCORES}
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
UNITS = {**dict.fromkeys((*NOT_PICTURES, *AT_MOST), "KB"), **dict.fromkeys(TIMES, "ms")}
UNITS |= {"other hosts": "requests", "cumulative-layout-shift": ""}
BUDGET = {what: f"≤ {limit}" for what, limit in AT_MOST.items()}
BUDGET |= {what: f"≥ {limit}" for what, limit in AT_LEAST.items()}

Figures = dict[str, float]


def weigh(address: str, names: list[str]) -> tuple[dict[str, Visit], dict[str, Visit], str]:
    """Return the first visit to each page, the visit that comes from the page before it, and the browser's version."""
    firsts, furthers = {}, {}
    with browser.launch() as chromium:
        for name, following in zip(names, names[1:] + names[:1], strict=True):
            firsts[name], furthers[following] = visits(chromium, f"{address}/{name}", f"{address}/{following}")
        return firsts, furthers, chromium.version


def figures(first: Visit, further: Visit, verdict: lighthouse.Verdict) -> Figures:
    return (
        {kind: kilobytes(first.of(kind)) for kind in NOT_PICTURES}
        | {"first visit": kilobytes(first.page), "further page": kilobytes(further.page)}
        | {"pictures": kilobytes(first.pictures), "other hosts": len(first.other_hosts)}
        | verdict["scores"]
        | verdict["metrics"]
    )


def measure(html: Path, names: list[str], judged: list[str]) -> tuple[dict[str, Figures], dict[str, Visit], str]:
    """Weigh some pages and return the figures of those to be judged, with first visits and versions."""
    with server(html) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{serving.server_port}"
        firsts, furthers, version = weigh(address, names)
        measured = {}
        for name, verdict in zip(judged, lighthouse.verdicts([f"{address}/{name}" for name in judged]), strict=True):
            measured[name] = figures(firsts[name], furthers[name], verdict)
            print(f"{name:44}{measured[name]['first visit']:6.0f} KB  {verdict['scores']}", flush=True)
            versions = verdict["versions"]
        serving.shutdown()
    used = f"Chromium {version}, Node {versions['node'].removeprefix('v')}, Lighthouse {versions['lighthouse']}"
    return measured, firsts, used


def label(what: str) -> str:
    name = what.replace("-", " ").replace("seo", "SEO")
    return f"{name}, {UNITS[what]}" if UNITS.get(what) else name


def shown(value: float, what: str) -> str:
    return f"{value:.3f}" if what == "cumulative-layout-shift" else f"{value:,.0f}"


def short(page: str) -> str:
    return page.removeprefix("chapters/").removesuffix(".html")


def of_pages(measured: dict[str, Figures], columns: Sequence[str]) -> str:
    rows = [[short(page), *(shown(values[what], what) for what in columns)] for page, values in measured.items()]
    budgets = ["budget", *(BUDGET.get(what, "") for what in columns)]
    return results.table(("page", *map(label, columns)), [budgets, *rows])


def stored() -> tuple[dict[str, Figures], str]:
    """Return the figures from before, and what they are."""
    lines = BEFORE.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    notes = " ".join(line.removeprefix("# ") for line in lines if line.startswith("#"))
    return {row.pop("page"): {what: float(value) for what, value in row.items()} for row in rows}, notes


def beside(measured: dict[str, Figures], old: dict[str, Figures]) -> str:
    """Return before and after, side by side."""
    rows = [
        [
            label(what),
            BUDGET.get(what, ""),
            *(f"{shown(values[what], what)} → {shown(measured[page][what], what)}" for page, values in old.items()),
        ]
        for what in (*AT_MOST, *AT_LEAST, *TIMES)
    ]
    return results.table(("before → after", "budget", *map(short, old)), rows)


def report(measured: dict[str, Figures], firsts: dict[str, Visit]) -> str:
    heavy = max(measured, key=lambda page: measured[page]["first visit"])
    old, notes = stored()
    return "\n".join(
        [
            f"A kilobyte is {KILOBYTE} bytes as transferred: compressed, headers included. A first visit starts with "
            "an empty cache; a further page is opened from the one before it. Neither counts pictures.\n",
            of_pages(measured, [*NOT_PICTURES, *AT_MOST]),
            f"The heaviest page is {short(heavy)}; the heaviest three things on it:\n",
            "".join(f"1. {transfer}\n" for transfer in heaviest(firsts[heavy].page)),
            "### Lighthouse\n",
            "On its mobile settings; the times are those of a simulated phone with a slow connection. A page below the "
            "budget for performance is measured five times, and the middle one counts.\n",
            of_pages(measured, [*AT_LEAST, *TIMES]),
            "### Before and after\n",
            f"Before: {notes}\n",
            beside(measured, old),
        ]
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        if build(Path(folder)) != 0:
            raise SystemExit("the website cannot be built")
        measured, firsts, versions = measure(Path(folder) / "_build" / "html", PAGES, PAGES)
    results.write("Pages", report(measured, firsts), versions)


if __name__ == "__main__":
    main()
