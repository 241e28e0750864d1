"""A session in a page: what cells show, what must run before them, and what is fetched for them."""

import re

import pytest


def shown(answer) -> list:
    """What a reader sees: pairs of a kind and a text."""
    kinds = {"stream": lambda each: (each["name"], each["text"]), "error": lambda each: ("error", each["ename"])}
    return [
        kinds.get(each["output_type"], lambda each: (each["output_type"], each["data"]["text/plain"]))(each)
        for each in answer.outputs
    ]


def error(answer) -> str:
    """The traceback of a cell that failed."""
    assert not answer.gave
    return answer.outputs[-1]["traceback"][0]


# Cells --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1 + 1", [("execute_result", "2")]),
        ("1 + 1;", []),
        ("1 + 1;  # a remark", []),
        ("'a;'", [("execute_result", "'a;'")]),
        ("None", []),
        ("x = 3", []),
        ("x = 3\nx", [("execute_result", "3")]),
        ("", []),
        ("# nothing", []),
        ("print('a'); print('b')", [("stdout", "a\nb\n")]),
        ("print('a', end='')", [("stdout", "a")]),
        ("print(1)\n2", [("stdout", "1\n"), ("execute_result", "2")]),
        ("import sys\nprint('no', file=sys.stderr)", [("stderr", "no\n")]),
        ("display(1, 'a')", [("display_data", "1"), ("display_data", "'a'")]),
        ("[0.5] * 3", [("execute_result", "[0.5, 0.5, 0.5]")]),
        ("{'a' * 40: 1, 'b' * 40: 2}", [("execute_result", f"{{'{'a' * 40}': 1,\n '{'b' * 40}': 2}}")]),
        ("class A:\n    pass\nA", [("execute_result", "__main__.A")]),
        ("def f(x):\n    return x\nf", [("execute_result", "<function __main__.f(x)>")]),
        ("import numpy as np\nnp.arange(3.0)", [("execute_result", "array([0., 1., 2.])")]),
        ("import pickle\nclass A:\n    a = 1\npickle.loads(pickle.dumps(A())).a", [("execute_result", "1")]),
    ],
)  # fmt: skip
def test_what_a_cell_shows(node, code, expected):
    answer = node.run(code)
    assert answer.gave
    assert shown(answer) == expected


def test_cells_share_their_names_until_they_are_forgotten(node):
    node.run("x = 3")
    assert shown(node.run("x + 1")) == [("execute_result", "4")]
    assert shown(node.run("_ * 2")) == [("execute_result", "8")]
    node.reset()
    assert shown(node.run("x")) == [("error", "NameError")]


def test_what_is_printed_before_an_error_comes_before_it(node):
    assert shown(node.run("print(1)\n1 / 0")) == [("stdout", "1\n"), ("error", "ZeroDivisionError")]


def test_a_long_run_is_heard_of_before_it_ends(node):
    answer = node.run("import time\nfor i in range(3):\n    print(i)\n    time.sleep(0.1)")
    assert len(answer.outputs) > 1
    assert "".join(text for _, text in shown(answer)) == "0\n1\n2\n"


def test_a_traceback_has_the_readers_lines_alone(node):
    node.run("def half(x):\n    return np.log(x, x, x, x)", "first")
    said = error(node.run("import numpy as np\nhalf(1)", "second"))
    assert re.findall(r'File "(.+)", line (\d+)', said) == [("<cell second>", "2"), ("<cell first>", "2")]
    assert "return np.log(x, x, x, x)" in said
    assert said.endswith("TypeError: log() takes from 1 to 2 positional arguments but 4 were given\n")


def test_a_traceback_ends_with_where_a_library_raised_it(node):
    said = error(node.run("from lossbook import Huber\nHuber(delta=-1)"))
    files = re.findall(r'File "(.+)", line', said)
    assert files[0] == "<cell 1>"
    assert len(files) == 2
    assert "lossbook" in files[1]
    assert "delta must be" in said


def test_a_traceback_of_an_error_in_an_error(node):
    said = error(
        node.run("def f():\n    {}['a']\ntry:\n    f()\nexcept KeyError as e:\n    raise ValueError('b') from e")
    )
    assert said.count("Traceback") == 2
    assert "inpage" not in said
    assert said.index("KeyError: 'a'") < said.index("ValueError: b")


@pytest.mark.parametrize("code", ["def f(:", "print('a", "x = = 2", "for i in range(3):\nprint(i)"])
def test_code_that_python_cannot_read(node, code):
    said = error(node.run(code, "mine"))
    assert 'File "<cell mine>", line' in said
    assert "inpage" not in said
    assert shown(node.run("1")) == [("execute_result", "1")]


@pytest.mark.parametrize(
    "code", ["raise SystemExit", "import sys\nsys.exit(1)", "raise KeyboardInterrupt", "def f():\n    f()\nf()"]
)
def test_a_session_outlives(node, code):
    assert not node.run(code).gave
    assert shown(node.run("1")) == [("execute_result", "1")]


def test_an_error_that_cannot_be_printed(node):
    answer = node.run("class E(Exception):\n    def __str__(self):\n        raise ValueError\nraise E")
    assert shown(answer) == [("error", "E")]


def test_a_table_and_figures(node):
    table = node.run("import pandas as pd\npd.DataFrame({'a': [1]})").outputs[0]["data"]
    assert "<table" in table["text/html"]
    drawn = node.run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.figure()\nplt.plot([2, 1]);")
    assert ["image/png" in output["data"] for output in drawn.outputs] == [True, True]
    assert node.run("1").outputs[0]["data"] == {"text/plain": "1"}
    both = node.run("plt.plot([1, 2])\nplt.show()\nprint('after')")
    assert [output["output_type"] for output in both.outputs] == ["display_data", "stream"]
    figure = node.run("from matplotlib.figure import Figure\nFigure()").outputs
    assert ["image/png" in output["data"] for output in figure] == [True]


def test_formulas_and_markdown(node):
    imports = "from IPython.display import HTML, Latex, Markdown, display"
    answer = node.run(f"{imports}\ndisplay(HTML('<b>'), Latex('$a$'), Markdown('*a*'))")
    assert [sorted(output["data"]) for output in answer.outputs] == [
        ["text/html", "text/plain"],
        ["text/latex", "text/plain"],
        ["text/markdown", "text/plain"],
    ]


def test_what_must_run_before_a_cell(node):
    above = ["import numpy as np\nimport pandas as pd\ntable = pd.DataFrame()", "a = np.ones(3)", "b = 2"]
    assert node.needed("print(a * b)", above) == [[0, "import numpy as np"], [1, above[1]], [2, above[2]]]
    node.run("import numpy as np\na = 1")
    assert node.needed("print(a * b)", above) == [[2, above[2]]]


# Packs --------------------------------------------------------------------------------------------


def test_a_module_that_no_page_uses_is_fetched_when_it_is_imported(node):
    answer = node.run("from scipy.odr import Data\nData([1, 2]).x")
    assert shown(answer) == [("execute_result", "array([1, 2])")]
    assert "scipy-rest" in answer.packs


def test_a_module_that_there_is_not(node):
    assert "No module named 'torch'" in error(node.run("import torch"))


# Exercises ----------------------------------------------------------------------------------------


PAGE = "regression/quantiles"


@pytest.mark.parametrize(
    ("exercise", "code", "status", "message"),
    [
        ("bakery", "answer = ...", "open", "Replace the `...`"),
        ("bakery", "answer = 'many'", "wrong", "One finite number is asked for"),
        ("bakery", "reply = 3", "open", "Your code makes no `answer`"),
        ("reserve", "answer = 1", "open", "Your code makes no `reason`"),
        ("pinball_gradient", "def pinball(y):\n    ...", "open", "Your code makes no `pinball_gradient`"),
        ("pinball_gradient", "def pinball_gradient(y_true, y_pred, tau):\n    return tua", "wrong", "NameError"),
    ],
)
def test_a_check(node, exercise, code, status, message):
    answer = node.check(PAGE, exercise, code)
    assert answer.gave == status
    ((kind, said),) = shown(answer)
    assert kind == "execute_result"
    assert message in said


def test_the_answer_to_another_exercise_is_none_to_this_one(node):
    node.run("answer = 5")
    assert node.check(PAGE, "bakery", "# nothing yet").gave == "open"
    assert shown(node.run("answer")) == [("execute_result", "5")]


def test_an_answer_that_fails_before_it_can_be_checked(node):
    answer = node.check(PAGE, "bakery", "answer = 1 / 0")
    assert answer.gave == "wrong"
    ((kind, said),) = shown(answer)
    assert kind == "execute_result"
    assert "Your code stopped with a `ZeroDivisionError`: division by zero" in said
    assert 'File "<cell bakery>", line 1' in said
    assert "inpage" not in said


# Loops that never end -----------------------------------------------------------------------------

LOOPS = """
import itertools
import numpy as np

def forever(y):
    while True:
        pass

def catches_exceptions(y):
    while True:
        try:
            y = y + 1
        except Exception:
            pass

def catches_everything(y):
    while True:
        try:
            y = np.add(y, 1)
        except:
            y = np.add(y, 2)

def goes_on_in_finally(y):
    try:
        return y
    finally:
        while True:
            y = y + 1

def counts_on(y):
    return [number for number in itertools.count() if number < 0]

def calls_a_lambda(y):
    more = lambda x: x
    return [more(number) for number in itertools.count() if number < 0]
"""


@pytest.mark.parametrize("name", re.findall(r"def (\w+)", LOOPS))
def test_a_loop_that_never_ends_is_stopped(node, name):
    node.run(f"{LOOPS}\nfrom lossbook.exercises.running import call")
    answer = node.run(f"print(call({name}, (1.0,), seconds=0.1).problem)\nprint(call(abs, (-1.0,)).value)")
    problem = "Your code was still running after 0.1 seconds. Is there a loop that never ends?"
    assert "".join(text for _, text in shown(answer)) == f"{problem}\n1.0\n"


def test_a_result_that_comes_in_time_is_kept(node):
    code = "def total(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\ncall(total, (1000,)).value"
    assert shown(node.run(f"from lossbook.exercises.running import call\n{code}")) == [("execute_result", "499500")]


def test_a_command_of_jupyter_is_told_from_python(node):
    answer = node.run("import numpy as np\n%matplotlib inline")
    assert answer.outputs[-1]["evalue"].endswith("are commands of Jupyter, which are not available here")
    assert "commands of Jupyter" not in node.run("x = = 1").outputs[-1]["evalue"]


def test_nothing_can_be_typed_in(node):
    assert node.run("input('? ')").outputs[-1]["evalue"].startswith("nothing can be typed in")
