"""What a loss is: the training loop, step by step."""

from lossbook.course import About

about = About(
    title="What is a loss?",
    description="Follow a model from its first wrong prediction to a trained line: loss, risk, gradient and metric, "
    "first in NumPy, then in Keras.",
    goals=[
        "name the six parts of the training loop, and write them in NumPy for a line",
        "tell the loss of one example from the risk, the mean over all of them",
        "tell the risk, which training makes smaller, from a metric, which you report",
        "say what one wrong score does to a fit, and choose a usual first loss for a task",
        "train the same model in Keras, and judge it on data it has not seen",
    ],
    needs="NumPy arrays, and what a derivative is",
    reading=25,
    practice=45,
    errata={
        "E22": "why-x-is-standardized",
        "E27": "the-loop",
        "E28": "find-the-bug",
        "E45": "the-same-model-in-keras",
    },
)
