"""Softmax: K scores, K probabilities."""

from lossbook.course import About

about = About(
    title="Softmax: one score for each class",
    description="Turn K scores into K probabilities without overflow, find two softmaxes on top of each other, and "
    "decide how sure a classifier should be.",
    goals=[
        "write softmax and its cross-entropy so that no score overflows, and say why a constant added to all scores "
        "changes nothing",
        "derive the pull on the scores, and tell it from the derivative with respect to the probabilities",
        "match labels, loss and output layer in Keras and PyTorch, check the loss at the start, and know two softmaxes "
        "by their floor",
        "find the few samples that most of a loss comes from",
        "say what label smoothing and temperature do to confidence, and measure it on held-out data",
    ],
    needs="[cross-entropy](cross-entropy.ipynb), [gradients](../foundations/gradients.ipynb)",
    reading=25,
    practice=40,
    errata={
        "E09": "the-other-gradient",
        "E10": "the-other-gradient",
        "E11": "a-loss-of-probabilities",
        "E24": "one-loss-three-kinds-of-label",
        "E46": "one-loss-three-kinds-of-label",
        "E48": "in-keras-and-pytorch",
        "E51": "in-keras-and-pytorch",
        "E60": "find-the-bug",
    },
)
