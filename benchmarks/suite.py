"""Write down what the last ``make test`` cost, beside the budgets: ``python -m benchmarks.suite``."""

import json

from benchmarks import results
from benchmarks.cost import BUDGETS, COSTS, DEAREST, REFERENCE, Spent


def rows(spent: Spent) -> list[results.Row]:
    """Return the figures of a run at the speed that the budgets hold for, the dearest of each kind last."""
    pace = spent.pace
    found = []
    for kind, budget in BUDGETS.items():
        what = "everything that is there once" if kind == "fixed" else f"each of {len(spent.kinds[kind])} {kind}s"
        found.append((what, f"{spent.each(kind) / pace:.2f}", f"at most {budget:g}"))
    for kind, dearest in (("page", DEAREST), ("demo", DEAREST), ("fixed", 2 * DEAREST)):
        found += [(f"{kind}: {name}", f"{used / pace:.2f}", "") for name, used in spent.dearest(kind, dearest)]
    return found


def main() -> None:
    if not COSTS.exists():
        raise SystemExit(f"no {COSTS.name}: run `make test` first")
    spent = Spent(**json.loads(COSTS.read_text(encoding="utf-8")))
    total = sum(spent.total(kind) for kind in BUDGETS)
    about = (
        f"One complete `make test` took {total:,.0f} CPU seconds, while a fixed load took "
        f"{1000 * spent.pace * REFERENCE:.0f} ms on average: {spent.pace:.2f} times as long as on the machine that the "
        "budgets were set on, with nothing else running. The table holds for that machine.\n\n"
    )
    results.write("Tests, in CPU seconds", about + results.table(("", "measured", "budget"), rows(spent)))


if __name__ == "__main__":
    main()
