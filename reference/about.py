"""What the reference pages say of themselves, as the pages of the course do in `lossbook.course`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class About:
    """What a page without a notebook is about.

    Args:
        description: for search engines and shared links, one sentence or two.
        errata: the mistakes of the starting points that it puts right, each with the heading that does, as an anchor.
    """

    description: str
    errata: Mapping[str, str] = field(default_factory=dict)


PAGES = {
    "reference/losses": About(
        "Look up a loss: its formula, gradient and Hessian, when it fails, what is known of it, and its names"
        " in Keras, PyTorch and scikit-learn.",
        errata={
            "E03": "binarycrossentropy",
            "E07": "classification",
            "E08": "binarycrossentropy",
            "E09": "categoricalcrossentropy",
            "E11": "categoricalcrossentropy",
            "E12": "what-all-losses-share",
            "E13": "hinge",
            "E23": "kldivergence",
            "E24": "sparsecategoricalcrossentropy",
            "E25": "gaussiannll",
            "E46": "sparsecategoricalcrossentropy",
            "E51": "sparsecategoricalcrossentropy",
            "E52": "binarycrossentropy",
            "E53": "binarycrossentropy",
            "E55": "binarycrossentropy",
            "E58": "weightedsum",
            "E59": "boxiou",
            "E62": "binaryfocal",
            "E63": "categoricalfocal",
            "E65": "triplet",
            "E66": "contrastive",
            "E67": "ctc",
            "E68": "dice",
            "E70": "dice",
            "E76": "poissonnll",
        },
    ),
    "reference/glossary": About(
        "The words of the field as Loss Book uses them, from automatic differentiation to y_true: what each "
        "means, in a few sentences.",
    ),
    "reference/python-in-the-page": About(
        "Run the cells of Loss Book and check its exercises in your browser: the buttons, what is loaded, what "
        "does not run there, and what is different.",
    ),
    "reference/concepts": About(
        "Everything that the four texts behind this course speak of, item by item, with the page and the "
        "section of the book that teach it.",
    ),
    "reference/errata": About(
        "The mistakes in the four texts that this course grew out of: what each says, what is right, and what"
        " code measures of both.",
    ),
    "reference/bibliography": About(
        "The papers and books that the pages of Loss Book cite, each with its link, and the four texts that "
        "the course grew out of.",
    ),
    "reference/cite": About(
        "How to cite Loss Book in a paper, a thesis or a course: a BibTeX entry and a line of text, both to copy.",
    ),
}
