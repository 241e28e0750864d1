"""The Keras twins: on TensorFlow here, and on the other backends in a process of their own.

Every process of a test run reads this file, but one runs it: Keras is imported by the fixtures, as it takes seconds.
"""

import doctest
import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from twin_samples import IN_KERAS, bent, residuals, twin_of

from lossbook import Expectile, Quantile, SquaredError
from lossbook.core import hyperparameters

# When Keras 3.15 reads one of its variables, NumPy 2 warns that an argument is missing.
ARRAYS = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
pytestmark = [pytest.mark.keras, ARRAYS]

HERE = Path(__file__).parent
ONE_SCORE = [
    *("Quantile", "Expectile", "AsymmetricSquaredError", "Tukey", "GeneralRobust"),
    *("BinaryCrossEntropy", "BinaryFocal"),
]
BENT_IN_KERAS = bent(IN_KERAS)
each_loss = pytest.mark.parametrize(("loss", "samples"), IN_KERAS, ids=[repr(loss) for loss, _ in IN_KERAS])


@pytest.fixture(scope="module")
def twins() -> ModuleType:
    return importlib.import_module("lossbook.frameworks.keras")


@pytest.fixture(scope="module")
def checks() -> ModuleType:
    return importlib.import_module("keras_checks")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@each_loss
def test_value_and_gradient_are_those_of_the_loss(checks, loss, samples, dtype):
    checks.check_agreement([(loss, samples)], dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("loss", "samples"), BENT_IN_KERAS, ids=[repr(loss) for loss, _ in BENT_IN_KERAS])
def test_second_derivative_is_the_hessian_of_the_loss(checks, loss, samples, dtype):
    checks.check_second_derivatives([(loss, samples)], dtype)


def test_points_that_meet_bend_as_others_do(checks):
    checks.check_points_that_meet()


@each_loss
def test_in_half_precision_only_arguments_and_result_are_rounded(checks, loss, samples):
    checks.check_halves([(loss, samples)])


def test_sums_of_halves_are_finite(checks):
    checks.check_sums_of_halves()


def test_neither_side_is_rounded_to_the_dtype_of_the_other(checks):
    checks.check_exactness()


def test_a_target_of_nan_stays_nan_whatever_its_weight(checks):
    checks.check_nan()


def test_a_loss_that_is_no_twin_points_to_one(checks):
    checks.check_a_loss_that_is_no_twin()


def test_every_twin_is_compared(twins):
    own = {"AsymmetricSquaredError", "GeneralRobustNLL", "UncertaintyWeighted"}  # compared below
    assert {type(loss).__name__ for loss, _ in IN_KERAS} | own == set(twins.__all__)


@each_loss
def test_has_the_hyperparameters_of_the_loss_and_their_defaults(twins, loss, samples):
    twin = twin_of(loss, twins)
    config = twin.get_config()
    assert {name: config[name] for name in hyperparameters(loss)} == hyperparameters(loss)
    assert type(twin)().mirrored == type(loss)()


@each_loss
def test_shows_its_settings(twins, loss, samples):
    settings = "".join(f"{name}={setting!r}, " for name, setting in hyperparameters(loss).items())
    text = repr(twin_of(loss, twins, reduction="sum"))
    assert text == f"{type(loss).__name__}({settings}reduction='sum', dtype='float32')"


def test_asymmetric_squared_error_shows_its_prices(twins):
    text = "AsymmetricSquaredError(under=10.0, over=1.0, reduction='sum_over_batch_size', dtype='float32')"
    assert repr(twins.AsymmetricSquaredError(under=10)) == text


def test_asymmetric_squared_error_is_an_expectile_up_to_scale(checks, twins):
    y_true, y_pred = residuals()
    loss = twins.AsymmetricSquaredError(under=10, over=1, reduction=None, dtype="float64")
    value, gradient = checks.value_and_gradient(loss, y_true, y_pred)
    expectile = Expectile(tau=10 / 11)
    np.testing.assert_allclose(value, 11 * expectile.value(y_true, y_pred), rtol=1e-14)
    np.testing.assert_allclose(gradient, 11 * expectile.gradient(y_true, y_pred), rtol=1e-14)
    plain = twins.AsymmetricSquaredError(reduction=None, dtype="float64")
    np.testing.assert_allclose(plain(y_true, y_pred), SquaredError().value(y_true, y_pred))


@pytest.mark.parametrize("gamma", [0.1, 0.5, 0.9])
def test_focal_gradient_is_finite_where_that_of_keras_is_not(checks, twins, gamma):
    y_true, y_pred = np.array([[1.0]]), np.array([[100.0]])
    _, ours = checks.value_and_gradient(twins.BinaryFocal(gamma), y_true, y_pred)
    theirs = checks.keras.losses.BinaryFocalCrossentropy(gamma=gamma, from_logits=True)
    assert np.isfinite(ours).all()
    assert np.isnan(checks.value_and_gradient(theirs, y_true, y_pred)[1]).all()


# Shapes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ONE_SCORE)
def test_a_missing_last_axis_is_no_broadcast(twins, name):
    loss = getattr(twins, name)(reduction=None)
    y_true, y_pred = np.array([0.0, 1.0, 1.0]), np.array([2.0, -0.5, 1.0])
    expected = loss(y_true, y_pred)
    assert expected.shape == (3,)
    for true_shape in [(3,), (3, 1)]:
        for pred_shape in [(3,), (3, 1)]:
            value = loss(y_true.reshape(true_shape), y_pred.reshape(pred_shape))
            np.testing.assert_array_equal(value, expected)


def test_a_last_axis_of_outputs_is_averaged_over(twins):
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
def test_other_shapes_are_refused(twins, name, true_shape, pred_shape):
    with pytest.raises(ValueError, match=f"{name}: y_.* must have (shape|two)"):
        getattr(twins, name)()(np.zeros(true_shape), np.zeros(pred_shape))


def test_a_batch_of_unknown_size_is_aligned_when_it_comes(twins):
    tensorflow = importlib.import_module("tensorflow")
    loss = twins.Quantile(tau=0.9, reduction=None)
    shapes = [tensorflow.TensorSpec([None], "float32"), tensorflow.TensorSpec([None, 1], "float32")]
    compiled = tensorflow.function(loss, input_signature=shapes)
    assert compiled(np.zeros(3), np.ones((3, 1))).shape == (3,)
    with pytest.raises(tensorflow.errors.InvalidArgumentError):
        compiled(np.zeros(1), np.ones((3, 1)))


def test_unsigned_integers_do_not_wrap_around(twins):
    y_true, y_pred = np.array([16], "uint8"), np.array([0], "uint8")
    assert float(twins.Expectile()(y_true, y_pred)) == 128


# Bad settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("Quantile", {"tau": 1}, r"Quantile: tau must be a number in \(0, 1\), got 1"),
        ("BinaryFocal", {"gamma": -1}, "gamma must be"),
        ("Contrastive", {"distance": "cosine"}, "distance must be"),
        ("AsymmetricSquaredError", {"under": 0}, r"AsymmetricSquaredError: under must be .* \(0, inf\), got 0"),
        ("AsymmetricSquaredError", {"over": np.inf}, "over must be"),
        ("AsymmetricSquaredError", {"over": "1"}, "over must be"),
        ("AsymmetricSquaredError", {"over": True}, "over must be"),
        ("Tukey", {"reduction": "median"}, "reduction"),
    ],
)
def test_bad_settings_are_refused(twins, name, settings, message):
    with pytest.raises(ValueError, match=message):
        getattr(twins, name)(**settings)


# Training, saving, other backends -----------------------------------------------------------------


@pytest.mark.parametrize("model", ["model_with_targets", "model_of_triplets"])
def test_trains_and_survives_saving(checks, model):
    checks.check_training(*getattr(checks, model)())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_likelihood_is_that_of_the_loss(checks, dtype):
    checks.check_likelihoods(dtype)


def test_the_likelihood_agrees_learns_and_survives_saving(checks):
    checks.check_learned_likelihood()


def test_the_likelihood_says_what_is_wrong(checks, twins):
    network = checks.keras.Sequential([checks.keras.Input((1,)), checks.keras.layers.Dense(1)])
    for alpha in (0, 2, -1, 2.5):
        with pytest.raises(ValueError, match=r"GeneralRobustNLL: alpha must be a number in [(\[]0, 2[)\]], got"):
            twins.GeneralRobustNLL(network, alpha)
    with pytest.raises(ValueError, match="GeneralRobustNLL: compile takes no loss"):
        twins.GeneralRobustNLL(network).compile(loss="mse")


def test_uncertainty_weighting_agrees_trains_and_survives_saving(checks):
    checks.check_multitask()


def test_uncertainty_weighting_takes_what_keras_takes(checks):
    checks.check_handing_over()


def test_uncertainty_weighting_by_name_survives_saving(checks):
    checks.check_saving_by_name()


def test_a_weight_of_a_sample_counts_for_all_its_steps(checks):
    checks.check_weights_of_samples()


def test_uncertainty_weighting_of_one_output_and_of_padded_steps(checks):
    checks.check_one_output_and_padding()


def test_uncertainty_weighting_says_what_is_wrong(checks, twins):
    model, x, y = checks.multitask_model()
    losses = model.task_losses
    with pytest.raises(ValueError, match="2 outputs, 1 losses, 2 factors and 1 log_variances"):
        twins.UncertaintyWeighted(model.network, losses[:1], [0.5, 1])
    with pytest.raises(ValueError, match=r"factors must be a number in \(0, inf\), got 0"):
        twins.UncertaintyWeighted(model.network, losses, [0.5, 0])
    with pytest.raises(ValueError, match=r"all be lists, or dicts with the same keys, got \[0, 1\], \['a', 'b'\]"):
        twins.UncertaintyWeighted(model.network, losses, {"a": 0.5, "b": 1})
    with pytest.raises(ValueError, match="compile takes no loss"):
        model.compile("adam", loss=losses)
    model.compile("adam")
    y_pred = model(x)
    for wrong, got in [(y[0], "one array"), (y[:1], "a list of 1"), ({"a": y[0], "b": y[1]}, "a dict with the keys")]:
        with pytest.raises(ValueError, match=f"y must be a list of 2, got {got}"):
            model.compute_loss(x, wrong, y_pred)
    with pytest.raises(ValueError, match="sample_weight must be a list of 2, got a list of 1"):
        model.compute_loss(x, y, y_pred, y[:1])
    with pytest.raises(ValueError, match=r"y must be a dict with the keys \['a'\], got a dict with the keys \['b'\]"):
        model.compute_loss(x, {"b": y[0]}, {"a": y_pred[0]})
    by_name = {"one": "mse", "other": "mse"}
    one_by_one = twins.UncertaintyWeighted(checks.Both(dict), list(by_name.values()), [1, 1])
    with pytest.raises(ValueError, match=r"returns, a dict with the keys \['one', 'other'\], got a list of 2"):
        one_by_one(x)
    named = twins.UncertaintyWeighted(checks.Both(list), by_name, dict.fromkeys(by_name, 1))
    with pytest.raises(ValueError, match=r"returns, a list of 2, got a dict with the keys \['one', 'other'\]"):
        named(x)


def run_on(backend, code, *arguments):
    """Run Python with Keras on this backend alone.

    Large packages that Keras imports wherever they are installed are hidden: the twins have to do without.
    """
    packages = {"tensorflow", "torch", "jax", "matplotlib", "pandas", "sklearn"} - {backend}
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules.update(dict.fromkeys({packages}))\n{code}", *arguments],
        # JAX compiles everything for one small use, so optimizing takes longer than it saves.
        env={
            "XLA_FLAGS": "--xla_backend_optimization_level=0",
            **os.environ,
            "KERAS_BACKEND": backend,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")])),
        },
        cwd=HERE,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("backend", [pytest.param("torch", marks=pytest.mark.pytorch), "jax"])
def test_all_of_it_on_other_backends(backend):
    # JAX is large and no page needs it, so only CI, which installs it, insists on it.
    if importlib.util.find_spec(backend) is None and not os.environ.get("CI"):
        pytest.skip(f"{backend} is not installed: pip install {backend}")
    code = (
        "import keras_checks as checks\n"
        "checks.check_everything()\n"
        "print('all of it' if checks.has_float16() else 'all but float16', 'on', checks.keras.config.backend())"
    )
    run = run_on(backend, code)
    assert run.returncode == 0, run.stderr
    possible = ["all of it", "all but float16"] if backend == "jax" else ["all of it"]
    assert run.stdout in [f"{what} on {backend}\n" for what in possible]


def test_a_model_loads_in_a_process_that_only_imports_the_twins(checks, tmp_path):
    model, _, _ = checks.model_of_triplets()
    model.save(tmp_path / "model.keras")
    code = (
        "import keras, lossbook.frameworks.keras; model = keras.saving.load_model(sys.argv[1]);"
        "print(type(model.loss).__name__, model.loss.get_config()['margin'])"
    )
    lightest = next(backend for backend in ("jax", "torch", "tensorflow") if importlib.util.find_spec(backend))
    run = run_on(lightest, code, str(tmp_path / "model.keras"))
    assert run.stdout == "Triplet 0.5\n", run.stderr


def test_examples(twins):
    result = doctest.testmod(twins)
    assert result.attempted > 0
    assert result.failed == 0


def test_without_keras_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.delitem(sys.modules, "lossbook.frameworks.keras", raising=False)
    with pytest.raises(ImportError, match=r"lossbook\.frameworks\.keras needs Keras 3"):
        importlib.import_module("lossbook.frameworks.keras")
