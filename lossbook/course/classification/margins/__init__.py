"""Margins."""

from lossbook.course import About

about = About(
    title="Margins: which side, and how sure?",
    description="See hinge, logistic and three more losses on one axis, and why a support vector machine knows the "
    "side but not the probability.",
    goals=[
        "place a sample on the margin axis, and say what five losses charge there and how hard they pull",
        "say what each loss estimates: the log-odds, a probability, or only the more frequent label",
        "find the samples that carry a fit with the hinge, and delete the others without moving it",
        "check a score against a reliability diagram, and turn it into a probability",
        "recognize a hinge that was given labels 0 and 1, or probabilities",
    ],
    needs="[cross-entropy](cross-entropy.ipynb), [properties of a loss](../foundations/properties.ipynb)",
    reading=25,
    practice=40,
    errata={
        "E13": "labels-scores-and-the-wrong-axis",
        "E16": "what-a-wild-sample-does",
    },
)
