"""What a page says of itself, written once for every place that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class About:
    """A page's title, what it promises, what it asks for, and what it corrects.

    Args:
        title: Markdown, its first heading.
        description: for search engines and shared links, one sentence or two.
        goals: what the reader will be able to do, Markdown; each completes "After this page you can ...".
        needs: what the reader needs first, Markdown with links from the page's own folder.
        reading: minutes to read it.
        practice: minutes for its questions and exercises.
        errata: the published mistakes that the page corrects, each with the anchor of the heading that does so:
            ``{"E19": "find-the-bug"}``.

    >>> print(About("Page", "About it.", ["name a loss"], "NumPy", reading=20, practice=40).front_block())
    **After this page you can**
    <BLANKLINE>
    - name a loss
    <BLANKLINE>
    **You need first:** NumPy
    <BLANKLINE>
    **Time:** 20 minutes to read, 40 to practice
    """

    title: str
    description: str
    goals: Sequence[str]
    needs: str
    reading: int
    practice: int = 0
    errata: Mapping[str, str] = field(default_factory=dict)

    def front_block(self) -> str:
        """Return what stands below the title, as Markdown."""
        practice = f" to read, {self.practice} to practice" if self.practice else ""
        return "\n\n".join(
            [
                "**After this page you can**",
                "\n".join(f"- {goal}" for goal in self.goals),
                f"**You need first:** {self.needs}",
                f"**Time:** {self.reading} minutes{practice}",
            ]
        )
