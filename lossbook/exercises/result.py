"""What a check says: a line in a terminal, a small block in a notebook."""

import html
import re
import textwrap
from dataclasses import dataclass
from typing import Literal

WIDTH = 88  # as wide as code on a page
Status = Literal["passed", "wrong", "open", "note"]

# A sign and a word, so that nothing depends on a color.
HEADS = {"passed": "✓ Right.", "wrong": "✗ Not yet.", "open": "○ Not attempted yet.", "note": ""}
EDGES = {"passed": "#007a5a", "wrong": "#b84a00", "open": "#808080", "note": "#0072b2"}


@dataclass(frozen=True)
class Result:
    """The outcome of a check, or a hint or a solution, with what there is to say about it.

    Args:
        status: "passed", "wrong", "open" (not attempted yet) or "note" (a hint, a solution, a summary).
        message: sentences; code stands between backticks.
        code: lines of code below the message.
    """

    status: Status
    message: str
    code: str = ""

    def __repr__(self) -> str:
        text = " ".join(filter(None, [HEADS[self.status], self.message]))
        wrapper = textwrap.TextWrapper(WIDTH, break_long_words=False, break_on_hyphens=False)
        # Lines are not broken at no-break spaces, so code stays on one line unless it is too long.
        text = re.sub(f"`[^`]{{1,{WIDTH}}}`", lambda code: code[0].replace(" ", "\N{NO-BREAK SPACE}"), text)
        text = "\n".join(map(wrapper.fill, text.split("\n"))).replace("\N{NO-BREAK SPACE}", " ")
        return f"{text}\n\n{self.code}" if self.code else text

    def _repr_html_(self) -> str:
        head = f"<strong>{HEADS[self.status]}</strong> " if HEADS[self.status] else ""
        code = f"<pre>{html.escape(self.code, quote=False)}</pre>" if self.code else ""
        style = f"border-left: 4px solid {EDGES[self.status]}; padding: 0.3em 0.8em; white-space: pre-line"
        return f'<div class="exercise-result" role="status" style="{style}">{head}{in_html(self.message)}{code}</div>'


def in_html(message: str) -> str:
    """Return a message as HTML, with code where it stands between backticks."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(message, quote=False))
