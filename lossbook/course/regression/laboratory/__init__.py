"""The laboratory of the chapter on regression."""

from lossbook.course import About

about = About(
    title="Laboratory: typos, losses and learning rates",
    description="Change the loss, the learning rate and the share of typos in a real training run, and find out when "
    "the line gives in.",
    goals=[
        "say which loss keeps a trained line in place when some of the targets are wrong, and when even that one gives "
        "in",
        "predict at which learning rate gradient descent diverges, and for which losses it never does",
        "tell from its curves whether a run has settled, is still on its way, or is out of control",
        "put a question of your own to a training run, and answer it with two runs side by side",
    ],
    needs="[gradients](../foundations/gradients.ipynb), [robust losses](robust-losses.ipynb)",
    reading=15,
)
