"""Write down what the last ``make test`` cost, beside the budgets: ``python -m benchmarks.suite``.

``before-tests.json`` holds what a run cost before there were budgets, when a test belonged to its file alone: of a page
it has nothing but the page's own run, and of a demo or an exercise nothing.
"""

import json
from pathlib import Path

from benchmarks import results
from benchmarks.cost import BUDGETS, COSTLIEST, COSTS, REFERENCE, Spent

BEFORE = Path(__file__).with_name("before-tests.json")
HEAD = ("", "measured", "budget")


def rows(spent: Spent, with_budgets: bool = True) -> list[results.Row]:
    """Return the figures of a run at the speed that the budgets hold for, the costliest of each kind last."""
    found = [("everything", f"{spent.everything / spent.pace:,.0f}", "")]
    for kind, budget in BUDGETS.items():
        if spent.kinds[kind]:
            what = "all that is there once" if kind == "fixed" else f"each of {len(spent.kinds[kind])} {kind}s"
            limit = f"at most {budget:g}" if with_budgets else ""
            found.append((what, f"{spent.each(kind) / spent.pace:.2f}", limit))
    for kind, count in (("page", COSTLIEST), ("demo", COSTLIEST), ("fixed", 3 * COSTLIEST)):
        for name, used in spent.costliest(kind, count):
            found.append((f"once: {name}" if kind == "fixed" else name, f"{used / spent.pace:.2f}", ""))
    return found


def read(path: Path) -> Spent:
    return Spent(**json.loads(path.read_text(encoding="utf-8")))


def about(spent: Spent) -> str:
    load = f"{1000 * spent.pace * REFERENCE:.0f} ms on average, {spent.pace:.2f} times as long"
    return (
        f"{spent.everything:,.0f} CPU seconds, while a fixed load took {load} as on the machine that the budgets were "
        "set on, with nothing else running. The table holds for that machine.\n\n"
    )


def main() -> None:
    if not COSTS.exists():
        raise SystemExit(f"no {COSTS.name}: run `make test` first")
    now, before = read(COSTS), read(BEFORE)
    text = f"One complete `make test`: {about(now)}{results.table(HEAD, rows(now))}"
    text += "\n### Before there were budgets\n\nThe same, when each test opened what it needed for itself: "
    results.write("Tests, in CPU seconds", text + about(before) + results.table(HEAD, rows(before, with_budgets=False)))


if __name__ == "__main__":
    main()
