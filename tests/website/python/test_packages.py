"""The page about Python in the page: what it says of the packs, and its example."""

import json
import re

from tools.repository import ROOT
from website import packages
from website.python import licenses, packs
from website.python.node import Node

PAGE = (ROOT / f"{packages.PAGE}.md").read_text(encoding="utf-8")


def test_the_example_prints_in_a_page_what_the_page_says(node):
    (code,), (printed,) = (re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.S | re.M) for kind in ("python", "text"))
    answer = node.run(code)
    assert answer.gave
    assert "".join(each["text"] for each in answer.outputs) == printed


def test_default_integers_end_where_the_page_says(node):
    assert f"{node.execute('import numpy as np; np.iinfo(int).max'):,}" in PAGE


def test_losses_turn_whole_numbers_into_floats_there(node):
    node.execute("from lossbook import SquaredError; import numpy as np")
    assert node.execute("float(SquaredError()(np.array([0]), np.array([100_000])))") == 1e10


USES = {
    "a figure": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "a table of pandas": "import pandas as pd; pd.DataFrame({'a': [1]})",
    "a model or a data set of scikit-learn": """
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
LinearRegression().fit(*load_diabetes(return_X_y=True))""",
}


def test_what_is_loaded(packed):
    """Each use fetches the packs whose sizes are added up, and no others."""
    assert USES.keys() == packages.PARTS.keys()
    with Node(packed) as started:
        fetched = set(started.started.packs)
        assert fetched == set(packs.first(json.loads((packed / "index.json").read_text(encoding="utf-8"))))
        for what, code in USES.items():
            answer = started.run(code)
            assert answer.gave
            assert set(answer.packs) == set(packages.PARTS[what]) - fetched
            fetched.update(answer.packs)


def test_every_package_is_listed_with_its_license(packed):
    shown = packages.markdown(packed)
    assert packages.WITHOUT not in shown
    listed = re.findall(
        r'^\| (.+?) \| (.*?) ?\| <a href="\.\./\.\./_static/python/licenses/(\S+)">(.+)</a> \|$', shown, re.M
    )
    assert [licenses.Package(name, version, called, file) for name, version, file, called in listed] == licenses.read(
        packed / "licenses"
    )


def test_sizes_are_those_of_the_packs(packed):
    index = json.loads((packed / "index.json").read_text(encoding="utf-8"))
    start = sum((packed / index["packs"][name]["file"]).stat().st_size for name in packs.first(index))
    assert f"| to start, with all losses and exercises | {start / 1e6:.1f} |" in packages.markdown(packed)


def test_without_the_packs_the_page_says_so(tmp_path):
    assert packages.markdown(tmp_path / "nothing") == packages.WITHOUT
