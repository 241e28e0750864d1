"""The Keras twins: on TensorFlow here, and on the other backends in a process of their own."""

import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras
import keras_checks as checks
import numpy as np
import pytest
from twin_samples import residuals

from lossbook import Quantile, SquaredError
from lossbook.core import hyperparameters
from lossbook.frameworks import keras as twins

# When Keras 3.15 reads one of its variables, NumPy 2 misses an argument.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

HERE = Path(__file__).parent
ONE_SCORE = [
    *("Quantile", "Expectile", "AsymmetricSquaredError", "Tukey", "GeneralRobust"),
    *("BinaryCrossEntropy", "BinaryFocal"),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("entry", checks.PAIRS, ids=checks.name_of)
def test_value_and_gradient_are_those_of_the_loss(entry, dtype):
    checks.check_agreement(*entry, dtype)


def test_every_twin_is_compared():
    own = {"AsymmetricSquaredError", "UncertaintyWeighted"}  # both compared below
    assert {type(twin).__name__ for twin, _, _ in checks.PAIRS} | own == set(twins.__all__)


@pytest.mark.parametrize(("twin", "loss"), [(twin, loss) for twin, loss, _ in checks.PAIRS])
def test_has_the_hyperparameters_of_the_loss_and_their_defaults(twin, loss):
    config = twin.get_config()
    assert {name: config[name] for name in hyperparameters(loss)} == hyperparameters(loss)
    assert type(twin)().mirrored == type(loss)()


def test_asymmetric_squared_error_is_an_expectile_up_to_scale():
    y_true, y_pred = residuals()
    value, gradient = checks.value_and_gradient(
        twins.AsymmetricSquaredError(under=10, over=1, reduction=None, dtype="float64"), y_true, y_pred
    )
    expectile = checks.regression.Expectile(tau=10 / 11)
    np.testing.assert_allclose(value, 11 * expectile.value(y_true, y_pred), rtol=1e-14)
    np.testing.assert_allclose(gradient, 11 * expectile.gradient(y_true, y_pred), rtol=1e-14)
    plain = twins.AsymmetricSquaredError(reduction=None, dtype="float64")
    np.testing.assert_allclose(plain(y_true, y_pred), SquaredError().value(y_true, y_pred))


@pytest.mark.parametrize("gamma", [0.1, 0.5, 0.9])
def test_focal_gradient_is_finite_where_that_of_keras_is_not(gamma):
    y_true, y_pred = np.array([[1.0]]), np.array([[100.0]])
    _, ours = checks.value_and_gradient(twins.BinaryFocal(gamma), y_true, y_pred)
    theirs = keras.losses.BinaryFocalCrossentropy(gamma=gamma, from_logits=True)
    assert np.isfinite(ours).all()
    assert np.isnan(checks.value_and_gradient(theirs, y_true, y_pred)[1]).all()


# Shapes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ONE_SCORE)
def test_a_missing_last_axis_is_no_broadcast(name):
    loss = getattr(twins, name)(reduction=None)
    y_true, y_pred = np.array([0.0, 1.0, 1.0]), np.array([2.0, -0.5, 1.0])
    expected = loss(y_true, y_pred)
    assert expected.shape == (3,)
    for true_shape in [(3,), (3, 1)]:
        for pred_shape in [(3,), (3, 1)]:
            value = loss(y_true.reshape(true_shape), y_pred.reshape(pred_shape))
            np.testing.assert_array_equal(value, expected)


def test_a_last_axis_of_outputs_is_averaged_over():
    y_true, y_pred = np.zeros((2, 3, 4)), np.arange(24.0).reshape(2, 3, 4)
    value = twins.Quantile(tau=0.9, reduction=None)(y_true, y_pred)
    np.testing.assert_allclose(value, Quantile(0.9).value(y_true, y_pred).mean(axis=-1), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "true_shape", "pred_shape"),
    [
        *[(name, (3,), (3, 3)) for name in ONE_SCORE],
        *[(name, (3, 1), (3, 2)) for name in ONE_SCORE],
        ("Quantile", (1,), (3,)),
        ("Quantile", (1, 3), (3, 1)),
        ("Quantile", (3,), (3, 1, 1)),
        ("GaussianNLL", (3, 2), (3, 2)),
        ("GaussianNLL", (3,), (3, 3)),
        ("LaplaceNLL", (3,), (3, 1)),
        ("LaplaceNLL", (3, 1), (3,)),
        ("Contrastive", (3,), (3, 3, 2)),
        ("Contrastive", (3, 2), (3, 2, 2)),
        ("Contrastive", (3,), (3, 2)),
        ("Triplet", (3,), (3, 2, 3)),
        ("Triplet", (3,), (3, 3)),
        ("Jaccard", (3, 4, 4), (3, 4, 5)),
        ("Jaccard", (3, 4, 4, 2), (3, 4, 4, 2)),
        ("Jaccard", (3, 4), (3, 4)),
        ("BoxIoU", (3, 5), (3, 5)),
        ("GeneralizedIoU", (4,), (3, 4)),
    ],
)
def test_other_shapes_are_refused(name, true_shape, pred_shape):
    with pytest.raises(ValueError, match=f"{name}: y_.* must have (shape|two)"):
        getattr(twins, name)()(np.zeros(true_shape), np.zeros(pred_shape))


def test_a_batch_of_unknown_size_is_aligned_when_it_comes():
    tensorflow = importlib.import_module("tensorflow")
    loss = twins.Quantile(tau=0.9, reduction=None)
    shapes = [tensorflow.TensorSpec([None], "float32"), tensorflow.TensorSpec([None, 1], "float32")]
    compiled = tensorflow.function(loss, input_signature=shapes)
    assert compiled(np.zeros(3), np.ones((3, 1))).shape == (3,)
    with pytest.raises(tensorflow.errors.InvalidArgumentError):
        compiled(np.zeros(1), np.ones((3, 1)))


def test_unsigned_integers_do_not_wrap_around():
    y_true, y_pred = np.array([16], "uint8"), np.array([0], "uint8")
    assert float(twins.Expectile()(y_true, y_pred)) == 128


# Bad settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: twins.Quantile(tau=1), r"Quantile: tau must be a number in \(0, 1\), got 1"),
        (lambda: twins.BinaryFocal(gamma=-1), "gamma must be"),
        (lambda: twins.Contrastive(distance="cosine"), "distance must be"),
        (lambda: twins.AsymmetricSquaredError(under=0), r"AsymmetricSquaredError: under must be .* \(0, inf\), got 0"),
        (lambda: twins.AsymmetricSquaredError(over=np.inf), "over must be"),
        (lambda: twins.AsymmetricSquaredError(over="1"), "over must be"),
        (lambda: twins.AsymmetricSquaredError(over=True), "over must be"),
        (lambda: twins.Tukey(reduction="median"), "reduction"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# Training, saving, other backends -----------------------------------------------------------------


@pytest.mark.parametrize("name", checks.TRAINED)
def test_trains_and_survives_saving(name):
    checks.check_training(name, **checks.TRAINED[name])


def test_uncertainty_weighting_agrees():
    checks.check_multitask_agreement()


def test_uncertainty_weighting_trains_and_survives_saving():
    checks.check_multitask_training()


def test_uncertainty_weighting_says_what_is_wrong():
    model, x, y = checks.multitask_model()
    losses = model.task_losses
    with pytest.raises(ValueError, match="2 outputs, 1 losses, 2 factors and 1 log_variances"):
        twins.UncertaintyWeighted(model.network, losses[:1], [0.5, 1])
    with pytest.raises(ValueError, match=r"factors must be a number in \(0, inf\), got 0"):
        twins.UncertaintyWeighted(model.network, losses, [0.5, 0])
    with pytest.raises(ValueError, match="list or tuple of 2 targets"):
        model.task_values(y[0], model(x))
    with pytest.raises(ValueError, match="list or tuple of 2 targets, got 1"):
        model.task_values(y[:1], model(x))
    model.compile("adam", loss=losses)
    with pytest.raises(ValueError, match="compile takes no loss"):
        model.compute_loss(x, y, model(x))


@pytest.mark.parametrize("backend", [pytest.param("torch", marks=pytest.mark.pytorch), "jax"])
def test_all_of_it_on_other_backends(backend):
    # JAX is large and no page needs it, so only CI, which installs it, insists on it.
    if importlib.util.find_spec(backend) is None and not os.environ.get("CI"):
        pytest.skip(f"{backend} is not installed: pip install {backend}")
    run = subprocess.run(
        [sys.executable, str(HERE / "keras_checks.py")],
        # JAX compiles everything for one small use: what it would optimize takes longer than it saves.
        env={"XLA_FLAGS": "--xla_backend_optimization_level=0", **os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == f"all of it on {backend}\n"


def test_without_keras_the_message_says_what_to_install():
    code = "import sys; sys.modules['keras'] = None; import lossbook.frameworks.keras"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 1
    assert "ImportError: lossbook.frameworks.keras needs Keras 3" in run.stderr


def test_a_model_loads_in_a_process_that_only_imports_the_twins(tmp_path):
    model, _, _ = checks.model_for("Triplet")
    model.save(tmp_path / "model.keras")
    code = (
        "import sys, keras, lossbook.frameworks.keras; model = keras.saving.load_model(sys.argv[1]);"
        "print(type(model.loss).__name__, model.loss.get_config()['margin'])"
    )
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path / "model.keras")], capture_output=True, text=True)
    assert run.stdout == "Triplet 0.2\n", run.stderr
