"""A notebook's session without a kernel: cells that share their names, and the outputs that a notebook would store.

Each output is handed to the page as soon as there is one, in the form that notebooks store.
"""

import ast
import builtins
import json
import linecache
import sys
import time
import types
from collections.abc import Callable, Sequence
from typing import Any

from inpage import display, names, tracebacks
from lossbook import course
from lossbook.exercises import Result

LONGEST = 50_000  # characters that a cell may print
PAUSE = 0.05  # seconds at least between two pieces of what code prints; a piece ends with a line
CELL = "<cell "  # how the file name of a cell begins


class _Stream:
    """What is printed goes to the page a few times a second."""

    encoding, errors, closed = "utf-8", "strict", False

    def __init__(self, name: str, emit: Callable[[dict], None]) -> None:
        self.name, self._emit = name, emit
        self._kept: list[str] = []
        self._last = 0.0
        self.left = LONGEST

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.left > 0:
            self.left -= len(text)
            self._kept.append(
                text if self.left > 0 else f"{text[: len(text) + self.left]}\n(What follows is too long to show.)\n"
            )
        if text.endswith("\n") and time.monotonic() - self._last > PAUSE:
            self.flush()
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        text = "".join(self._kept)
        self._kept, self._last = [], time.monotonic()
        if text:
            self._emit({"output_type": "stream", "name": self.name, "text": text})

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


def _input(prompt: object = "") -> str:
    raise OSError("nothing can be typed in while a cell runs in the page; put the text into the code instead")


class Session:
    """A session of a page.

    Args:
        emit: takes each output as JSON.
    """

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._send = emit
        # What a cell defines belongs to the main module, so that it can be pickled, and is shown without a prefix.
        self.main = types.ModuleType("__main__")
        sys.modules["__main__"] = self.main
        self._ran = [""]
        self._streams = [_Stream(name, self._output) for name in ("stdout", "stderr")]
        display.emit = self._output
        builtins.input = _input
        self.reset()

    @property
    def space(self) -> dict[str, Any]:
        return vars(self.main)

    def reset(self) -> None:
        """Forget everything that the cells have made."""
        self.space.clear()
        self.space.update(__name__="__main__", __builtins__=builtins, __doc__=None)
        self._ran[1:] = []
        self.space.update(display=display.display, get_ipython=lambda: None)

    def run(self, code: str, name: str) -> bool:
        """Run a cell, and return whether it ended well; otherwise the last output is the error."""
        return self._within(lambda: self._run(code, name), self._raised)

    def check(self, page: str, exercise: str, code: str) -> str:
        """Run the answer to an exercise of a page as a cell, check it, and return the status: "wrong" if it fails."""
        found = ["wrong"]

        def work() -> None:
            asked = course.exercises(page)[exercise]
            answered = ast.parse(asked.answered, mode="eval")
            wanted = [node.id for node in ast.walk(answered) if isinstance(node, ast.Name)]
            # Exercises share names such as `answer`: what another one made of it is no answer to this one.
            before = {each: self.space.pop(each) for each in wanted if each in self.space}
            try:
                self._run(code, exercise)
                missing = [each for each in wanted if each not in self.space]
            finally:
                self.space.update({each: value for each, value in before.items() if each not in self.space})
            if missing:
                result = Result("open", f"Your code makes no `{missing[0]}`, and that is what the check looks at.")
            else:
                answer = self._value(answered, exercise)
                result = asked.check(*(answer if len(wanted) > 1 else (answer,)))
            found[0] = result.status
            display.display(result, output_type="execute_result")

        self._within(work, self._unanswered)
        return found[0]

    def needed(self, code: str, above: Sequence[str]) -> list[int]:
        """Return which of the cells above must run first, so that code finds the names that nothing has made yet."""
        return names.needed(code, list(above), {*self.space, *vars(builtins)})

    def _run(self, code: str, name: str) -> None:
        filename = f"{CELL}{name}>"
        # Tracebacks and `inspect.getsource` find the lines of the cell here.
        linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
        self._ran.append(code)
        # The checks of exercises read what was run in `In`, as IPython keeps it, where there is `get_ipython`.
        self.space["In"] = self._ran
        tree = ast.parse(code, filename)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, filename, "exec"), self.space)
        if last is not None:
            value = self._value(ast.Expression(last.value), name)
            if value is not None and not _is_hushed(code, last):
                self.space["_"] = value
                display.display(value, output_type="execute_result")
        display.figures()

    def _value(self, expression: ast.Expression, name: str) -> Any:
        return eval(compile(expression, f"{CELL}{name}>", "eval"), self.space)

    def _unanswered(self, name: str, message: str, text: str) -> None:
        """Say that an answer could not be checked, in the form in which the checks say everything else."""
        said = f"Your code stopped with a `{name}`{f': {message}' if message else '.'}"
        display.display(Result("wrong", said, text.rstrip()), output_type="execute_result")

    def _raised(self, name: str, message: str, text: str) -> None:
        self._output({"output_type": "error", "ename": name, "evalue": message, "traceback": [text]})

    def _within(self, work: Callable[[], None], tell: Callable[[str, str, str], None]) -> bool:
        """Do what runs code of the reader's, with everything that it prints among the outputs; tell what it raises."""
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        for stream in self._streams:
            stream.left = LONGEST
        try:
            work()
            return True
        except BaseException as error:  # including SystemExit, which must not end the session
            tell(*tracebacks.told(error, CELL))
            return False
        finally:
            for stream in self._streams:
                stream.flush()
            sys.stdout, sys.stderr = before

    def _output(self, output: dict) -> None:
        if output["output_type"] != "stream":
            for stream in self._streams:
                stream.flush()
        self._send(json.dumps(output))


def _is_hushed(code: str, last: ast.Expr) -> bool:
    """Return whether a semicolon after the last expression says that it is not to be shown."""
    line = code.splitlines()[last.end_lineno - 1].encode()
    return line[last.end_col_offset :].lstrip().startswith(b";")
