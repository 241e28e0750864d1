"""Exercises that say which mistake you made, bugs to repair, and quizzes: what they are made of, and your progress.

The exercises themselves are in `lossbook.course`.

>>> from lossbook.exercises import Item
>>> Item("Which?", {"this": "Yes.", "that": "No."}, right="this").rights
['this']
"""

import importlib

from lossbook.exercises.exercise import Case, Exercise, WriteFunction
from lossbook.exercises.find_and_choose import Choose, FindNumber
from lossbook.exercises.mistakes import Mistake
from lossbook.exercises.quiz import Item, Quiz
from lossbook.exercises.record import summary
from lossbook.exercises.result import Result

__all__ = ["Case", "Choose", "Exercise", "FindNumber", "Item", "Mistake", "Quiz", "Result", "WriteFunction", "progress"]


def exercises() -> list[Exercise]:
    """Return every exercise, page by page in the order of the course."""
    # Imported only here, because the course imports this module.
    course = importlib.import_module("lossbook.course")
    return [exercise for page in course.pages() for exercise in course.exercises(page).values()]


def progress() -> Result:
    """Sum up which exercises you have solved, from the small file that the checks write in the folder of the course."""
    return summary([exercise.name for exercise in exercises()])
