"""Answers to the exercises as learners give them, and the share that is named: ``python -m benchmarks.answers``.

A page keeps its answers in ``tests/course/<chapter>/<page>/answers.toml``, with underscores. Each exercise has wrong
ones, which were written before its list of mistakes was read, and right ones by other roads than its solution's:

    [[pinball_gradient.wrong]]
    slip = "the slopes change places"
    says = "right up to the sign"
    code = '''
    def pinball_gradient(y_true, y_pred, tau):
        return np.where(y_pred < y_true, tau, tau - 1)
    '''

``says`` is a part of the message that names the slip; without it, the answer is one that nobody named. A right answer
has a ``road`` in place of the ``slip``. A number or an option stands in ``answer``, the reason for it in ``reason``.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks import results
from lossbook import course
from lossbook.exercises import Choose, Exercise, Result, WriteFunction
from tools import notebooks, pages
from tools.repository import ROOT

NAMED = 0.9
"""The share of an exercise's wrong answers that has to be named."""
UNNAMED = re.compile(r"\b[Ee]xpected: |^It is (less|more) than ")


@dataclass(frozen=True)
class Answer:
    """One answer: what is wrong with it, or how it comes to the right result."""

    is_right: bool
    about: str
    given: tuple[Any, ...]
    says: str = ""

    def check(self, exercise: Exercise, imports: str) -> Result:
        """Check it; code is run with NumPy and these imports."""
        if not isinstance(exercise, WriteFunction):
            return exercise.check(*self.given)
        space: dict[str, Any] = {}
        exec(compile(f"import numpy as np\n{imports}\n{self.given[0]}", "answer", "exec"), space)
        return exercise.check(space[exercise.answered])


def is_named(result: Result) -> bool:
    """Whether a check says what is wrong, and not only what was expected."""
    return result.status == "wrong" and not UNNAMED.search(result.message)


def answers(page: str) -> dict[str, list[Answer]]:
    """Return the answers to each exercise of a page.

    Raises:
        ValueError: if an answer is not put as described above.
    """
    folder = ROOT / "tests/course" / page.replace("-", "_")
    kept = tomllib.loads((folder / "answers.toml").read_text(encoding="utf-8"))
    return {name: list(_read(page, name, entries)) for name, entries in kept.items()}


def _read(page: str, name: str, entries: dict[str, list[dict[str, Any]]]) -> Iterator[Answer]:
    for kind, about in (("wrong", "slip"), ("right", "road")):
        for entry in entries.get(kind, []):
            given = [entry[key] for key in ("code", "answer", "reason") if key in entry]
            known = {about, "code", "answer", "reason"} | ({"says"} if kind == "wrong" else set())
            if not given or not entry.get(about) or set(entry) - known:
                raise ValueError(f"{page}, {name}: an answer has {about}, and code or answer; got {entry}")
            yield Answer(kind == "right", entry[about], tuple(given), entry.get("says", ""))


def imports(page: str) -> str:
    """Return what a page's cells import from this package and from SciPy, as lines of code."""
    found = []
    for cell in notebooks.read(pages.find(page)).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%"):
            nodes = [node for node in ast.parse(cell.source).body if isinstance(node, ast.ImportFrom)]
            found += [node for node in nodes if (node.module or "").split(".")[0] in ("lossbook", "scipy")]
    return "\n".join(map(ast.unparse, found))


def possible(exercise: Exercise) -> int | None:
    """Return how many wrong answers there are, where they can be counted."""
    if isinstance(exercise, Choose):
        return len(exercise.options) * max(1, len(exercise.reasons)) - 1
    return None


def main() -> None:
    rows, totals = [], [0] * 5
    for page in course.pages():
        if not (exercises := course.exercises(page)):
            continue
        given, around = answers(page), imports(page)
        checked = [(each, each.check(exercises[name], around)) for name, found in given.items() for each in found]
        wrong = [result for answer, result in checked if not answer.is_right]
        right = [result for answer, result in checked if answer.is_right]
        counts = [
            len(exercises),
            len(wrong),
            sum(map(is_named, wrong)),
            sum(result.status == "passed" for result in wrong),
            sum(result.status != "passed" for result in right),
        ]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        rows.append((page, *counts, len(right)))
    rows.append(("all", *totals, sum(row[-1] for row in rows)))
    head = ("", "exercises", "wrong answers", "named", "share", "accepted", "right answers", "refused")
    lines = [
        (page, str(count), str(wrong), str(named), f"{named / wrong:.0%}", str(passed), str(right), str(refused))
        for page, count, wrong, named, passed, refused, right in rows
    ]
    results.write("Answers to the exercises", results.table(head, lines))


if __name__ == "__main__":
    main()
