"""Quizzes that need neither a kernel nor a script: each option unfolds to show whether it is right, and why."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One question.

    Args:
        question: Markdown, with mathematics between dollar signs.
        options: two or more, each with why it is right or wrong.
        right: the right option, or several.

    Raises:
        ValueError: if there are fewer than two options, one has no feedback or is only a formula, or the right one is
            not among them.
    """

    question: str
    options: Mapping[str, str]
    right: str | Sequence[str]

    def __post_init__(self) -> None:
        if len(self.options) < 2 or not all(feedback.strip() for feedback in self.options.values()):
            raise ValueError(f"options of {self.question!r} must be two or more, each with feedback")
        if not self.rights or not set(self.rights) <= set(self.options):
            raise ValueError(f"right must be among the options of {self.question!r}, got {self.right!r}")

        formulas = [option for option in self.options if not re.sub(r"\$[^$]*\$", "", option).strip(" .,")]
        if formulas:
            raise ValueError(
                f"option {formulas[0]!r} must have words, or be code: a formula alone has no name to be read"
            )

    @property
    def rights(self) -> list[str]:
        return [self.right] if isinstance(self.right, str) else list(self.right)

    def markdown(self, number: int) -> str:
        """Return the item as Markdown that every notebook shows: a question, and options that unfold."""
        several = " *(More than one is right.)*" if len(self.rights) > 1 else ""
        lines = [f"**{number}.** {self.question}{several}", ""]
        for option, feedback in self.options.items():
            verdict = "Right." if option in self.rights else "No."
            lines += [
                f"<details><summary>{_inline(option)}</summary>",
                "",
                f"**{verdict}** {feedback}",
                "",
                "</details>",
                "",
            ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Quiz:
    """The questions of one page, shown as Markdown."""

    page: str
    items: Sequence[Item]

    def _repr_markdown_(self) -> str:
        return "\n".join(item.markdown(number) for number, item in enumerate(self.items, start=1))

    def __repr__(self) -> str:
        # Nothing unfolds in a terminal, and answers below the options would give everything away.
        asked = [
            "\n".join([f"{number}. {item.question}", *(f"   - {option}" for option in item.options)])
            for number, item in enumerate(self.items, start=1)
        ]
        return "\n\n".join([*asked, "The page, or print(quiz.answers()), says which are right, and why."])

    def answers(self) -> str:
        """Return every option with its verdict and why, for a terminal."""
        return re.sub("</?(details|summary|code)>", "", html.unescape(self._repr_markdown_()))


def _inline(option: str) -> str:
    """Return an option as HTML: Markdown does not reach into ``<summary>``."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(option, quote=False))
