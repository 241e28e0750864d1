"""The appendix of the printed book: what unfolds on the website, page by page, with links there and back.

On paper a fold stays closed where it stands, so that nobody reads a solution by accident.
"""

import copy
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

FOLD = "details:not(.hide)"  # a hidden one holds code that only draws
HEADINGS = ["h1", "h2", "h3", "h4"]


@dataclass
class Place:
    """A heading, and what is to be unfolded below it."""

    heading: str
    target: str
    """The anchor of the heading in the book."""
    answers: list[Tag] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"answers/{self.target}"


def gather(article: Tag) -> list[Place]:
    """Return what unfolds in an article of the book, and say there on which page it stands, once that is known."""
    places: dict[int, Place] = {}
    for fold in _outermost(article):
        heading = fold.find_previous(HEADINGS)
        place = places.setdefault(id(heading), Place(_text(heading), heading.find_parent(id=True)["id"]))
        place.answers.append(_unfolded(fold))
        _lead(fold, place)
    return list(places.values())


def _outermost(article: Tag) -> list[Tag]:
    """Return the folds of an article, and in place of those of a quiz the whole quiz."""
    found: dict[int, Tag] = {}
    for fold in article.select(FOLD):
        quiz = fold.find_parent(class_="tag_quiz")
        outermost = quiz.select_one(".cell_output") if quiz else fold
        if quiz or not fold.find_parent("details"):
            found[id(outermost)] = outermost
    return list(found.values())


def _text(heading: Tag) -> str:
    """Return the content of a heading as HTML, without the link to itself."""
    content = copy.copy(heading)
    for link in content.select(".headerlink"):
        link.decompose()
    return content.decode_contents()


def _unfolded(fold: Tag) -> Tag:
    """Return a copy of a fold, or of a quiz, with nothing left to unfold in it."""
    content = copy.copy(fold)
    for element in content.find_all(True):
        for attribute in ("id", "for", "aria-controls", "aria-describedby", "aria-labelledby"):
            element.attrs.pop(attribute, None)
    for each in [content, *content.find_all(["details", "summary"])]:
        if each.name == "summary":
            each.name, each["class"] = "p", "answer-title"
        elif each.name == "details":
            each.name, each["class"] = "div", "answer"
    return content


def _lead(fold: Tag, place: Place) -> None:
    """Link to the place of the answers, after the summary of a fold or after a quiz."""
    page = f'<a class="answers-at" href="#{place.id}">page <span data-page="{place.id}"></span></a>'
    if fold.name == "details":
        fold.summary.append(BeautifulSoup(f" {page}", "html.parser"))
    else:
        fold.append(BeautifulSoup(f"<p>Answers: {page}</p>", "html.parser"))
