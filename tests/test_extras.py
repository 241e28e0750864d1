"""Where a package is missing, what needs it says how to install it."""

import json
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from tools.repository import ROOT

HIDDEN = ["anywidget", "arch", "ipywidgets", "IPython", "keras", "matplotlib", "PIL", "sklearn", "tabulate", "torch"]
# Code, the package that it cannot do without, and the module that is said to need it.
CASES = {
    "from lossbook import plots; plots.figure()": ("matplotlib", "lossbook.plots"),
    "from lossbook import plots; plots.picture(None)": ("pillow", "lossbook.plots"),
    "from lossbook import plots; plots.show(None, 'A figure.')": ("ipython", "lossbook.plots.show"),
    "from lossbook import datasets; datasets.diabetes()": ("scikit-learn", "lossbook.datasets.diabetes"),
    "from lossbook import datasets; datasets.daily_returns()": ("arch", "lossbook.datasets.daily_returns"),
    "from lossbook import tables; tables.facts_table([], [])": ("tabulate", "lossbook.tables"),
    "from lossbook.explorable import Explorable": ("anywidget", "lossbook.explorable"),
    "from lossbook.explore import explore": ("anywidget", "lossbook.explorable"),
    "from lossbook.laboratory import Laboratory": ("ipywidgets", "lossbook.laboratory"),
    "import lossbook.frameworks.keras": ("keras", "lossbook.frameworks.keras"),
    "import lossbook.frameworks.torch": ("torch", "lossbook.frameworks.torch"),
}
TRY = f"""
import json, sys
sys.modules.update(dict.fromkeys({HIDDEN}))
said = {{}}
for code in {list(CASES)}:
    try:
        exec(code, {{}})
    except ImportError as error:
        said[code] = str(error)
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """Return what each piece of code raises where none of the packages is installed."""
    done = subprocess.run([sys.executable, "-c", TRY], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def ours() -> set[str]:
    """Return the packages that one of the book's extras installs, and IPython, which comes with the kernel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [line for lines in project["optional-dependencies"].values() for line in lines]
    return {Requirement(line).name for line in named} | {"ipython"}


@pytest.mark.parametrize("code", CASES)
def test_a_missing_package(code, said, ours):
    package, module = CASES[code]
    found = re.fullmatch(r"([\w.]+) needs .+: pip install ([\w -]+)", said[code])
    assert found[1] == module
    assert package in found[2].split()
    assert set(found[2].split()) <= ours
