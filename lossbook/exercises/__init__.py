"""Exercises that say which mistake you made, bugs to repair, and quizzes: a package a chapter, a module a page.

>>> from lossbook.exercises import Item
>>> Item("Which?", {"this": "Yes.", "that": "No."}, right="this").rights
['this']
"""

import importlib
import pkgutil

from lossbook.exercises.exercise import Case, Choose, Exercise, FindNumber, WriteFunction
from lossbook.exercises.mistakes import Mistake
from lossbook.exercises.quiz import Item, Quiz
from lossbook.exercises.record import summary
from lossbook.exercises.result import Result

__all__ = ["Case", "Choose", "Exercise", "FindNumber", "Item", "Mistake", "Quiz", "Result", "WriteFunction", "progress"]


def exercises() -> list[Exercise]:
    """Return every exercise of the course, page by page."""
    found = []
    for chapter in pkgutil.iter_modules(__path__):
        if not chapter.ispkg:
            continue
        package = importlib.import_module(f"{__name__}.{chapter.name}")
        for page in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{page.name}")
            found += [each for each in vars(module).values() if isinstance(each, Exercise)]
    return found


def progress() -> Result:
    """Sum up which exercises you have solved, from the small file that the checks write next to your notebook."""
    return summary([exercise.name for exercise in exercises()])
