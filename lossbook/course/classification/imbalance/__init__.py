"""Imbalance."""

from lossbook.course import About

about = About(
    title="Imbalance: when what you look for is rare",
    description="What to do when one class is rare: thresholds from costs, class weights and how to undo them, logit "
    "adjustment, focal loss, and when to leave the data alone.",
    goals=[
        "read a confusion table, and say why accuracy hides the rare class",
        "choose a threshold from what the two errors cost",
        "say what a class weight does to a predicted probability, and undo it",
        "adjust logits for the shares of the classes",
        "write focal loss with both of its terms, and say what gamma and alpha do and do not do",
    ],
    needs="[cross-entropy](cross-entropy.ipynb)",
    reading=25,
    practice=45,
    errata={
        "E53": "a-weight-changes-the-answer",
        "E55": "a-weight-changes-the-answer",
        "E62": "find-the-bug",
        "E63": "in-keras",
    },
)
