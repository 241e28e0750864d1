"""The laboratory of the chapter on classification."""

from lossbook.course import About

about = About(
    title="Laboratory: labels, weights and probabilities",
    description="Train a classifier with wrong labels, class weights, label smoothing and three losses, and see what "
    "becomes of its probabilities.",
    goals=[
        "predict what wrong labels, label smoothing and a class weight do to a predicted probability",
        "read a reliability diagram together with the loss curves of its run",
        "say why accuracy, recall and cross-entropy can disagree about the same run",
        "put a question of your own to a training run, and answer it with two runs side by side",
    ],
    needs="[cross-entropy](cross-entropy.ipynb), [margins](margins.ipynb), [imbalance](imbalance.ipynb)",
    reading=20,
)
