"""How long a page is: the words that are read, and the minutes that reading and practice take."""

from nbformat import NotebookNode

from lossbook import course
from lossbook.exercises import WriteFunction
from lossbook.explorable.mime import MIME
from tools import markdown
from tools.notebooks import tags

WORDS = 1_900
"""The most that a page gives to read."""

# Adults read plain English at 240 words a minute (Brysbaert 2019); where each sentence refers to a number, a formula or
# a figure, half of that. Code is read a line at a time, and a demo is moved.
WORDS_A_MINUTE = 120
LINES_A_MINUTE = 40
MINUTES_A_DEMO = 1
MINUTES_TO_WRITE, MINUTES_TO_ANSWER = 10, 5  # a function; a number, a choice or a quiz
STEP = 5  # minutes are given in steps of five


def words(nb: NotebookNode) -> int:
    """Count the words of the text, without front block, solutions and asides; a formula or a code span is a word."""
    left_out = {"front-block", "solution", "aside"}
    texts = [cell.source for cell in nb.cells if cell.cell_type == "markdown" and not left_out & set(tags(cell))]
    return sum(len(text.split()) for source in texts for text in markdown.prose(source))


def minutes(nb: NotebookNode) -> int:
    """Estimate how long it takes to read a page, its code included, and to move its demos once."""
    unread = {"setup", "starter", "exercise", "quiz", "hide-input"}
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    lines = sum(len(cell.source.splitlines()) for cell in code if not unread & set(tags(cell)))
    demos = sum(MIME in output.get("data", {}) for cell in code for output in cell.outputs)
    taken = words(nb) / WORDS_A_MINUTE + lines / LINES_A_MINUTE + demos * MINUTES_A_DEMO
    return max(1, round(taken / STEP)) * STEP


def practice(page: str) -> int:
    """Estimate how long the questions of a page take; nothing where it has none."""
    asked = list(course.exercises(page).values())
    functions = sum(isinstance(each, WriteFunction) for each in asked)
    others = len(asked) - functions + (course.quiz(page) is not None)
    return functions * MINUTES_TO_WRITE + others * MINUTES_TO_ANSWER
