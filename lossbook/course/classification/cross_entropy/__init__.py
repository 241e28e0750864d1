"""Cross-entropy for two classes."""

from lossbook.course import About

about = About(
    title="Cross-entropy: the price of confidence",
    description="See why a model that is sure and wrong stays wrong under squared error, and what binary cross-entropy"
    " charges for confidence.",
    goals=[
        "say what cross-entropy charges for a probability, in nats and in bits, and how hard it pulls on the score",
        "compute the loss and its gradient from the score, so that no confident mistake is lost to rounding or to a "
        "clip",
        "read the first number of a training log: is it a coin flip, the base rate, or better?",
        "set the flag and the threshold in Keras that belong to a model's output",
    ],
    needs="[squared error](../regression/squared-and-absolute.ipynb), [gradients](../foundations/gradients.ipynb)",
    reading=25,
    practice=45,
    errata={
        "E03": "how-much-exactly",
        "E07": "a-clip-that-hides-mistakes",
        "E08": "find-the-bug",
        "E12": "one-name-one-order",
    },
)
