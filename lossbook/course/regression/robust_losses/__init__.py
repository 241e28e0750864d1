"""Robust losses."""

from lossbook.course import About

about = About(
    title="Robust losses: how much should an outlier count?",
    description="Decide how much an outlier may count: Huber, log-cosh and Tukey losses, how to choose their "
    "threshold, and who pays for it.",
    goals=[
        "write Huber's loss and its derivative by hand, and say what its threshold does to a single record",
        "choose the threshold from the scale of the noise, and weigh what it costs on clean data against what typos do",
        "tell a loss that limits an outlier (Huber, log-cosh) from one that drops it (Tukey), and start the "
        "second one well",
        "train a network with a Huber loss of your own, in Keras or PyTorch",
        "say who pays when rare cases are set aside",
    ],
    needs="[squared and absolute error](squared-and-absolute.ipynb), [properties of a "
    "loss](../foundations/properties.ipynb)",
    reading=30,
    practice=55,
    errata={
        "E15": "smooth-l1-and-log-cosh",
        "E50": "in-keras-and-pytorch",
        "E54": "in-keras-and-pytorch",
        "E74": "in-keras-and-pytorch",
    },
)
