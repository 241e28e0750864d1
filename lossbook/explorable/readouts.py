"""What stands around the panels in words: lines of numbers that follow the controls, and a question asked first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lossbook.explorable.text import parse_fixed


@dataclass(frozen=True)
class Readout:
    """A line of text with numbers that follow the controls.

    Args:
        text: with fields in braces, each a control or one of the functions: ``"loss {risk:.1f} at {delta}"``. A control
            is printed as its slider prints it. ``*r*`` is set in italics, `` `Huber` `` as code.
        functions: by the names used in the text; each takes controls and returns a number or a text.
        color: of the palette in `lossbook.plots`, where the line belongs to a mark; None for that of other text.
        after_guess: whether it stays hidden until the reader has guessed.
    """

    text: str
    functions: Mapping[str, Callable[..., float | str]]
    color: str | None
    after_guess: bool

    def __init__(
        self, text: str, *, color: str | None = None, after_guess: bool = False, **functions: Callable[..., float | str]
    ) -> None:
        for name, value in (("text", text), ("functions", functions), ("color", color), ("after_guess", after_guess)):
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Guess:
    """A question that is asked before the answer is shown.

    Args:
        question: what to guess.
        answers: each option with what is said about it.
        right: the right options.
        skip: the label of the button that shows the answer without a guess.

    Raises:
        ValueError: for fewer than two options, or a right one that is none of them.
    """

    question: str
    answers: Mapping[str, str]
    right: str | Sequence[str]
    skip: str = "Show me"

    def __post_init__(self) -> None:
        if len(self.answers) < 2:
            raise ValueError(f"answers must be two or more, got {len(self.answers)}")
        unknown = set(self._rights) - set(self.answers)
        if unknown:
            raise ValueError(f"right must be among the answers, got {', '.join(sorted(unknown))}")

    @property
    def _rights(self) -> Sequence[str]:
        return [self.right] if isinstance(self.right, str) else self.right

    def spec(self) -> dict:
        options = [
            {"label": label, "feedback": parse_fixed(feedback, "guess"), "right": label in self._rights}
            for label, feedback in self.answers.items()
        ]
        return {"question": parse_fixed(self.question, "guess"), "options": options, "skip": self.skip}
