"""Measure the losses beside other implementations, and the import of the package: ``python -m benchmarks [LOSS ...]``.

One block is one loss in one dtype, one line one implementation: nanoseconds per sample for the value, the gradient and
both together, and how many times as long lossbook takes. All of it is measured in one run on one thread, and the time
of lossbook includes checking its input.
"""

import argparse

import numpy as np

from benchmarks import results
from benchmarks.cases import BOUNDS, IMPORT_SECONDS, MEMORY, QUANTITIES, SAMPLES, Case, cases
from benchmarks.measure import import_seconds, peak_bytes, seconds
from benchmarks.rivals import Rival, rivals

Ratios = dict[tuple[str, str, str, str], float]
"""How many times as long lossbook takes, by what identifies a bound."""


def lossbook(case: Case) -> Rival:
    arguments = (case.y_true, case.y_pred)
    loss = case.loss
    return Rival(
        "lossbook",
        lambda: loss.value(*arguments),
        lambda: loss.gradient(*arguments),
        lambda: loss.value_and_gradient(*arguments),
    )


def compare(case: Case, rounds: int) -> Ratios:
    """Print the block of a case, after making sure that everybody computes the same."""
    ours, *others = entrants = [lossbook(case), *rivals(case)]
    # float32 compares speeds only where the textbook's formulas have lost their digits.
    tolerance = 1e-6 if case.dtype == "float64" else 1e-2
    for quantity in ("value", "gradient"):
        expected = getattr(ours, quantity)()
        for other in others:
            actual = np.asarray(getattr(other, quantity)())
            np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance, err_msg=f"{case} {other.name}")
    times = {
        quantity: np.array(seconds([getattr(entrant, quantity) for entrant in entrants], rounds)) / SAMPLES * 1e9
        for quantity in QUANTITIES
    }
    ratios: Ratios = {}
    print(f"\n{case!s:46}" + "".join(f"{quantity:>8}        " for quantity in QUANTITIES).rstrip())
    for number, entrant in enumerate(entrants):
        line = f"  {entrant.name:44}"
        for quantity in QUANTITIES:
            line += f"{times[quantity][number]:8.2f}"
            if number:
                ratio = times[quantity][0] / times[quantity][number]
                ratios[case.name, case.dtype, quantity, entrant.name] = ratio
                line += f"  {ratio:4.2f}x "
            else:
                line += " " * 8
        print(line.rstrip(), flush=True)
    return ratios


def memory(case: Case) -> float:
    """Return the largest peak of memory as a multiple of the input's size."""
    size = sum(array.nbytes for array in (case.y_true, case.y_pred) if array is not None)
    ours = lossbook(case)
    return max(peak_bytes(getattr(ours, quantity)) for quantity in QUANTITIES) / size


def verdict(measured: float, bound: float) -> str:
    """Say whether a bound is met to two decimals, and if not, by how much it is missed."""
    return "met" if round(measured, 2) <= bound else f"missed by {measured / bound - 1:.0%}"


def report(what: str, measured: float, bound: float, unit: str) -> results.Row:
    """Print a figure beside its bound, and return it as a row of the results."""
    row = (what, f"{measured:.2f}{unit}", f"at most {bound:.2f}{unit}")
    print(f"  {what:72}{row[1]:>8}  {row[2]}  {verdict(measured, bound)}", flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("loss", nargs="*", help="such as Huber; all when none is given")
    parser.add_argument("--rounds", type=int, default=50, help="how often each call is timed (default: 50)")
    arguments = parser.parse_args()
    chosen = [case for case in cases() if not arguments.loss or case.name in arguments.loss]

    print(f"ns per sample and how many times as long lossbook takes; {SAMPLES:,} samples, one thread")
    ratios: Ratios = {}
    for case in chosen:
        ratios |= compare(case, arguments.rounds)

    print("\nBounds")
    rows = []
    for loss, dtype, quantity, rival, bound in BOUNDS:
        what = f"{loss}, {dtype}, {quantity}: time beside {rival}"
        ratio = ratios.get((loss, dtype, quantity, rival))
        if ratio is not None:
            rows.append(report(what, ratio, bound, "x"))
        elif not arguments.loss:
            print(f"  {what:72}not measured")
    peaks: dict[str, float] = {}
    for case in chosen:
        peaks[case.name] = max(peaks.get(case.name, 0), memory(case))
    for loss, peak in peaks.items():
        rows.append(report(f"{loss}: peak memory beside the input", peak, MEMORY, "x"))
    rows.append(report("import lossbook", import_seconds("lossbook"), IMPORT_SECONDS, " s"))
    if not arguments.loss:
        results.write_rows("Losses", rows)


if __name__ == "__main__":
    main()
