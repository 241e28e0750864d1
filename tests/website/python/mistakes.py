"""Run in the page: what the checks say of every registered mistake."""

import json

from lossbook import course
from lossbook.exercises import Choose, Exercise, FindNumber


def diagnosed(page: str) -> str:
    """Return, as JSON, where a check does not say what is registered: the exercise, what it says, what it should."""
    pairs = ((name, *pair) for name, each in course.exercises(page).items() for pair in _pairs(each))
    return json.dumps([(name, said, message) for name, said, message in pairs if said != message])


def _pairs(exercise: Exercise):
    if isinstance(exercise, FindNumber):
        for number, message in exercise.mistakes.items():
            yield exercise.check(number).message, message
    elif isinstance(exercise, Choose):
        because = (exercise.because,) if exercise.reasons else ()
        for option, message in exercise.options.items():
            if option != exercise.right:
                yield exercise.check(option, *because).message[: len(message)], message
        for reason, message in exercise.reasons.items():
            if reason != exercise.because:
                yield exercise.check(exercise.right, reason).message[-len(message) :], message
    else:
        for mistake, _ in exercise.mistakes:
            yield exercise.check(mistake.version).message, mistake.message
        shown = {mistake.message for mistake, _ in exercise.mistakes}
        yield from (("shows on no case", each.message) for each in exercise.special if each.message not in shown)
