"""What is recorded of one mistake in the source texts."""

from collections.abc import Callable
from dataclasses import dataclass

SEVERITIES = {
    "A": "silently wrong result",
    "B": "does not run",
    "C": "numerically unsafe",
    "D": "misleading statement",
    "E": "presentation",
}

SOURCES = {
    "000": "*Loss Function Optimization Tutorial*, a Keras tutorial",
    "001": "*Loss Functions and Optimization*, a 60-minute lesson of superml.org",
    "002": "*Custom Loss Functions and Advanced Regularization Techniques*, pythonlore.com",
    "003": "*Loss Function*, a glossary article",
}


@dataclass(frozen=True)
class Erratum:
    """One mistake. The texts are Markdown with dollar mathematics, in our own words, one paragraph each.

    ``evidence`` runs the mistake and the right version, and returns one to three sentences with what it measured,
    rounded so that every processor gives the same text. The caller silences warnings. What takes long to import,
    such as Keras, is imported by the function itself: nothing needs it while the measurements on record are up to date.
    PyTorch must not be needed at all, as not everybody has it installed. The page that teaches the right version says
    so itself, in `lossbook.course`.
    """

    id: str
    severity: str
    title: str
    where: str
    says: str
    right: str
    evidence: Callable[[], str]
