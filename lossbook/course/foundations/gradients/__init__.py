"""Gradients by hand, checked, and by machine."""

from lossbook.course import About

about = About(
    title="Gradients: by hand, checked, and by machine",
    description="Derive the gradient of a loss by hand, check it with finite differences, and get the same one from "
    "TensorFlow and PyTorch.",
    goals=[
        "derive the gradient of a loss with respect to the weights of a line and of a network with one hidden layer",
        "check a gradient you wrote with finite differences, and read the mistake off the ratio",
        "say which relative difference passes, how to choose the step, and what float32 and a kink do to the check",
        "get the same gradient from TensorFlow and from PyTorch, and say how they do it",
        "explain why some fits keep rattling around the optimum",
    ],
    needs="[what a loss is](what-is-a-loss.ipynb), and the derivative of $f(g(x))$",
    reading=25,
    practice=45,
    errata={
        "E01": "one-minus-sign",
        "E02": "the-gradient-check",
        "E39": "find-the-bug",
    },
)
