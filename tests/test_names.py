"""What has to run before a cell, read from the names that it uses."""

import pytest

from tools.names import needed

PAGE = [
    "import numpy as np\nimport pandas as pd\ntable = pd.DataFrame()",  # 0
    "def loss(y):\n    return np.abs(y)",  # 1
    "total = 0\nrows = [1]",  # 2
    "total += loss(rows)",  # 3
    "rows[0] = 5",  # 4
    "print(total)",  # 5
]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1 + 1", []),
        ("np.ones(3)", [(0, "import numpy as np")]),
        ("pd.Series(np.ones(3))", [(0, "import numpy as np\nimport pandas as pd")]),
        ("table", [(0, PAGE[0])]),
        ("loss(2)", [(0, "import numpy as np"), (1, PAGE[1])]),
        ("def f():\n    return loss(2)", [(0, "import numpy as np"), (1, PAGE[1])]),
        ("rows", [(2, PAGE[2]), (4, PAGE[4])]),
        ("total", [(0, "import numpy as np"), (1, PAGE[1]), (2, PAGE[2]), (3, PAGE[3])]),
        ("rows = [2]\nrows", []),
        ("[rows for rows in 'ab']", []),
        ("lambda rows: rows", []),
        ("unknown", []),
        ("print(", []),
    ],
)
def test_what_a_cell_needs(code, expected):
    assert needed(code, PAGE, has={"print"}) == expected


def test_what_is_there_already_is_not_needed():
    assert needed("loss(2)", PAGE, has={"loss"}) == []
    assert needed("loss(2)", PAGE, has={"np"}) == [(1, PAGE[1])]
    assert needed("total", PAGE, has={"np", "loss", "rows"}) == [(2, PAGE[2]), (3, PAGE[3])]


def test_the_last_cell_that_makes_a_name_counts():
    assert needed("x", ["x = 1", "x = 2"], has=set()) == [(1, "x = 2")]
    assert needed("x", ["x = 1", "x = x + 1"], has=set()) == [(0, "x = 1"), (1, "x = x + 1")]


def test_a_cell_that_python_cannot_read_is_passed_over():
    assert needed("x", ["x = 1", "x = (", "y = 2"], has=set()) == [(0, "x = 1")]


def test_an_import_inside_of_a_block_is_enough():
    above = ["try:\n    import numpy as np\nexcept ImportError:\n    pass"]
    assert needed("np", above, has=set()) == [(0, "import numpy as np")]
