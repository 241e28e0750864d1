"""Regularization"""

import numpy as np
from numpy.typing import NDArray

from reference.errata.attempts import failure
from reference.errata.entry import Erratum
from reference.errata.measure import number


def _patients() -> tuple[NDArray, NDArray]:
    """Return the ten standardized measurements of the 442 diabetes patients, and the progression."""
    from sklearn.datasets import load_diabetes

    measured, progression = load_diabetes(return_X_y=True)
    return measured / measured.std(axis=0), progression


def _ridge_keeps_all() -> str:
    from sklearn.linear_model import Lasso, Ridge

    measured, progression = _patients()
    ridge = {alpha: Ridge(alpha=alpha).fit(measured, progression).coef_ for alpha in (0.001, 1, 100, 10_000)}
    lasso = Lasso(alpha=2).fit(measured, progression).coef_
    kept = {np.count_nonzero(weights) for weights in ridge.values()}
    assert kept == {measured.shape[1]}
    largest = [np.abs(ridge[alpha]).max() for alpha in (0.001, 10_000)]
    return (
        f"On the ten measurements of the diabetes patients, ridge regression keeps {min(kept)} of 10 weights away "
        f"from zero at every strength from 0.001 to 10,000, while the largest of them shrinks from {largest[0]:.1f} "
        f"to {largest[1]:.1f}. The lasso with strength 2 keeps {np.count_nonzero(lasso)}."
    )


def _forests_and_boosting() -> str:
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

    measured, progression = _patients()
    order = np.random.default_rng(0).permutation(len(progression))
    train, test = order[:300], order[300:]
    forest = RandomForestRegressor(n_estimators=50, random_state=0).fit(measured[train], progression[train])
    depth = np.mean([tree.get_depth() for tree in forest.estimators_])
    boosted = GradientBoostingRegressor(n_estimators=300, learning_rate=0.3, random_state=0)
    boosted.fit(measured[train], progression[train])
    fitted = np.mean((boosted.predict(measured[train]) - progression[train]) ** 2)
    risks = [np.mean((predicted - progression[test]) ** 2) for predicted in boosted.staged_predict(measured[test])]
    assert np.argmin(risks) < 20
    assert fitted < 2
    return (
        f"The trees of a random forest on 300 diabetes patients are {depth:.0f} levels deep on average: nothing weak "
        f"about them. Boosting is at its best within its first 20 trees, with a test MSE of {number(min(risks), 2)}; "
        f"after 300 trees it has {number(risks[-1], 2)}, though its training MSE has fallen below 2."
    )


def _shear_in_degrees() -> str:
    import tensorflow as tf

    missing = failure(lambda: exec("from keras.preprocessing.image import ImageDataGenerator"))
    generator = tf.keras.preprocessing.image.ImageDataGenerator()
    assert generator.__doc__.startswith("DEPRECATED")
    image = np.zeros((100, 100, 1))
    image[:, 50] = 1  # an upright line

    def lean(shear: float) -> float:
        sheared = generator.apply_transform(image, {"shear": shear})[..., 0]
        middle = sheared @ np.arange(100) / sheared.sum(axis=1)  # the column of the line in each row
        return abs(middle[-1] - middle[0])

    return (
        f"In Keras 3, importing `ImageDataGenerator` from `keras.preprocessing.image` ends in `{missing}`; the copy in "
        "`tf.keras` begins "
        f'its documentation with "DEPRECATED". Sheared by 0.2, an upright line of 100 rows leans by {lean(0.2):.2f} '
        f"pixels from top to bottom; by 11.46, which is 0.2 radians in degrees, it leans by {lean(11.46):.0f}."
    )


ERRATA = (
    Erratum(
        id="E37",
        severity="D",
        title="L2 does not select features",
        where="002, regularization, kinds of penalty",
        says="An L2 penalty on the weights leads to a model that relies on fewer features.",
        right=(
            "L2 makes all weights smaller and none of them zero: its pull, $2 \\lambda w$, fades as a weight "
            "approaches zero. The pull of L1 does not fade, so L1 selects."
        ),
        evidence=_ridge_keeps_all,
    ),
    Erratum(
        id="E41",
        severity="D",
        title="Forests of weak learners that regularize themselves",
        where="002, regularization, ensembles",
        says="Random forests and gradient boosting both combine weak learners, which regularizes by itself.",
        right=(
            "A random forest averages deep trees, each of which overfits in its own way. Boosting adds shallow trees "
            "and overfits if nobody stops it: it needs a learning rate, a limit on depth, and early stopping."
        ),
        evidence=_forests_and_boosting,
    ),
    Erratum(
        id="E42",
        severity="B",
        title="Augmentation that is gone, and a shear in the wrong unit",
        where="002, advanced regularization, data augmentation",
        says=(
            "`ImageDataGenerator` with `shear_range=0.2` beside shifts and zooms of 0.2, as if that were a share as "
            "well. The line that would use the generator is commented out, so nothing is augmented."
        ),
        right=(
            "Put `keras.layers.RandomFlip`, `RandomRotation` and `RandomZoom` into the model; they are active in "
            "training only. In the old class, `shear_range` is in degrees."
        ),
        evidence=_shear_in_degrees,
    ),
)
