"""A Binder session: what repo2docker would build from the repository, and what is installed in it."""

import shutil
import sys
import sysconfig
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks import sizes
from tools.repository import ROOT

# repo2docker imports its log formatter from a deprecated module.
pytestmark = pytest.mark.filterwarnings("ignore:pythonjsonlogger.jsonlogger has been moved:DeprecationWarning")


@pytest.fixture
def buildpack(monkeypatch, tmp_path):
    """Return what repo2docker takes the repository for, on the machines of mybinder.org.

    It decides by the files at the top, but reads all folders, and an environment in one of them is large.
    """
    from repo2docker.app import Repo2Docker

    assert not any((ROOT / folder).exists() for folder in ("binder", ".binder")), "these it would decide by instead"
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    builder = Repo2Docker()
    found = next(pack for kind in builder.buildpacks if (pack := kind(builder.base_image)).detect())
    found.platform = "linux/amd64"
    return found


def test_repo2docker_has_the_python_of_runtime_txt(buildpack):
    """It raises an error for one that it does not support, or that pyproject.toml does not allow."""
    assert type(buildpack).__name__ == "PythonBuildPack"
    version = (ROOT / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert buildpack.python_version == version
    assert f"conda/environment.py-{version}-linux-64.lock" in buildpack.get_build_script_files()


def test_the_image_gets_the_readers_versions_and_the_package(buildpack):
    """The repository is there before requirements.txt is installed, since that names the package itself."""
    lines = buildpack.render().splitlines()
    course = lines[next(index for index, line in enumerate(lines) if line.startswith("COPY") and " src/ " in line) :]
    assert [line.split("/bin/")[-1] for line in course if line.startswith("RUN ")] == [
        'pip install --no-cache-dir -r "requirements.txt"',
        "pip install --no-cache-dir .",
    ]


def test_jupyterlab_has_what_draws_widgets():
    """Packages bring it built: JupyterLab builds nothing when it starts."""
    extensions = Path(sys.prefix, "share", "jupyter", "labextensions")
    for name in ("anywidget", "@jupyter-widgets/jupyterlab-manager"):
        assert (extensions / name / "package.json").is_file()


def test_tensorflow_is_the_only_large_package():
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    readers = {canonicalize_name(Requirement(line).name) for line in pins if line[0].isalpha()}
    found = sizes.packages(Path(sysconfig.get_path("purelib")))
    large = {name for name in readers & found.keys() if found[name] > sizes.LARGE}
    assert large <= {"tensorflow", "tensorflow-cpu"}
    assert sum(found[name] for name in readers & found.keys() - large) < sizes.REST
