"""Python in the page without a page: the same packs, started in Node, one request after the other."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from website.python import acquire

SCRIPT = acquire.HERE / "js" / "node.mjs"


@dataclass(frozen=True)
class Answer:
    """What a request came to.

    Args:
        gave: what the method returned.
        outputs: in the form in which notebooks store them.
        packs: those that were fetched meanwhile.
        seconds: how long it took.
        memory: the bytes that Python has for all that is in it.
    """

    gave: Any
    outputs: list[dict]
    packs: list[str]
    seconds: float
    memory: int


class Node:
    """A session in a process of Node, to be used with ``with``.

    Args:
        folder: made by `packs.build`.
    """

    def __init__(self, folder: Path) -> None:
        command = [acquire.node(), str(SCRIPT), str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        self.started = self._answer()

    def __enter__(self) -> "Node":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def run(self, code: str, name: str = "1") -> Answer:
        """Run a cell."""
        return self._ask("run", code, name)

    def check(self, page: str, exercise: str, code: str) -> Answer:
        """Check the answer to an exercise."""
        return self._ask("check", page, exercise, code)

    def needed(self, code: str, above: Sequence[str]) -> list:
        """Return what must run before a cell."""
        return self._ask("needed", code, list(above)).gave

    def reset(self) -> None:
        """Forget what the cells have made."""
        self._ask("reset")

    def execute(self, code: str) -> Any:
        """Execute code beside the session, and return the value of its last line."""
        return self._ask("execute", code).gave

    def _ask(self, method: str, *arguments: Any) -> Answer:
        self._process.stdin.write(json.dumps({"do": method, "with": arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Answer:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"Node ended with {self._process.wait(60)}; what it said is above")
        return Answer(**json.loads(line))
