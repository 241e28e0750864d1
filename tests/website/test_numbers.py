"""Numbers and choices checked by the page's script, in Node: what it says is what Python says."""

import itertools
import json
import os
import random
import re
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from benchmarks.answers import answers
from lossbook import course
from lossbook.exercises import Choose, FindNumber, Result
from lossbook.exercises import exercises as all_exercises
from website import exercises, layout
from website.mathematics import in_text

NUMBERS = [each for each in all_exercises() if isinstance(each, FindNumber)]
CHOICES = [each for each in all_exercises() if isinstance(each, Choose)]

CHECKER = layout.STATIC / "numbers.js"
BAKERY = "regression/quantiles/bakery"  # 0.75, within 0.005

# Less than any float below, so that a check says of each that it is less, and which it is.
FLOOR = FindNumber("samples/page/floor", answer=-1e307, tolerance=1.0, why="It is.")


def _rounded() -> list[FindNumber]:
    """Return exercises with numbers of all sizes and numbers of decimals."""
    seed = random.Random(1)
    return [
        FindNumber(
            f"samples/page/number-{place}",
            answer=float(f"{seed.choice([1, -1]) * 10 ** seed.uniform(-6, 6):.{seed.randint(1, 17)}g}"),
            tolerance=0.5 * 10.0 ** -(place % 9) * seed.choice([1, 1, 1.2, 2]),
            why="It is.",
        )
        for place in range(60)
    ]


ROUNDED = _rounded()
EXACT = FindNumber("samples/page/exact", answer=2.5, tolerance=0, why="It is.")
HUGE = FindNumber("samples/page/huge", answer=1.2345e22, tolerance=0.005, why="It is.")
PLAIN = Choose("samples/page/plain", options={"mean": "It moves.", "median": "It stays: $m$."}, right="median")
SAMPLES = [FLOOR, EXACT, HUGE, PLAIN, *ROUNDED]


def page_of(name: str) -> str:
    return name.rsplit("/", 1)[0]


def key_of(name: str) -> str:
    """Return the name that the code of its page has for an exercise."""
    return name.rsplit("/", 1)[1].replace("-", "_")


def by_name(found) -> dict:
    return {"argvalues": [pytest.param(each, id=each.name, marks=pytest.mark.per("exercise")) for each in found]}


@pytest.fixture(scope="module")
def ask(tmp_path_factory) -> Iterator[Callable[[list], list]]:
    """Return what asks Node: it takes pairs of an exercise and what is given, and returns statuses and blocks."""
    node = shutil.which("node")
    if node is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "no Node: numbers and choices are checked by Python only"
        )
    folder = tmp_path_factory.mktemp("numbers")
    # The first of these is loaded before the script that checks, the others after it.
    before, *after = (page for page in course.pages() if exercises.script(page))
    texts = {before: exercises.script(before), "checker": CHECKER.read_text(encoding="utf-8")}
    texts |= {page: exercises.script(page) for page in after}
    texts["samples/page"] = exercises.hand_over({key_of(each.name): exercises.declare(each) for each in SAMPLES})
    files = {page: str(folder / f"{page.replace('/', '-')}.js") for page in texts}
    for page, text in texts.items():
        Path(files[page]).write_text(text, encoding="utf-8")
    command = [node, str(Path(__file__).with_name("numbers.mjs")), *files.values()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:

        def asked(pairs: list) -> list[tuple[str, str]]:
            whole = [(files[page_of(name)], key_of(name), given) for name, given in pairs]
            process.stdin.write(json.dumps(whole) + "\n")
            process.stdin.flush()
            return [(answer["status"], answer["html"]) for answer in json.loads(process.stdout.readline())]

        yield asked
        process.stdin.close()


@cache
def block(status: str, message: str) -> tuple[str, str]:
    """Return a result as a page shows it: the notebook's block, with its mathematics typeset."""
    return status, in_text(Result(status, message)._repr_html_())


def words(html: str) -> str:
    return BeautifulSoup(html, "html.parser").get_text()


def differences(ask, exercise: FindNumber, given: dict) -> list:
    """Return what the script says of a text, and Python of its number, where these differ."""
    said = ask([(exercise.name, text) for text in given])
    results = [exercise._check(number) for number in given.values()]
    wanted = [block(result.status, result.message) for result in results]
    return [(text, *pair) for text, *pair in zip(given, said, wanted, strict=True) if pair[0] != pair[1]]


def cut(number: float, decimals: int) -> float:
    whole, _, rest = f"{number:.20f}".partition(".")
    return float(f"{whole}.{rest[:decimals]}0")


def around(number: float, tolerance: float) -> list[float]:
    """Return numbers on the edges of what is accepted for a number and on both sides of them, and further off."""
    steps = (0, 0.5, 0.999, 0.9999999, 1, 1.0000005, 1.0000011, 1.001, 1.5, 1.999, 2, 2.5, 2.9999, 3.0001, 4)
    return [number + sign * step * tolerance for step in steps for sign in (1, -1)]


def tried(exercise: FindNumber) -> dict[str, float]:
    """Return numbers to try, by the text that is typed."""
    seed = random.Random(exercise.name)
    right, tolerance = exercise.answer, exercise.tolerance
    found = around(right, tolerance)
    for known in exercise.mistakes:
        found += around(known, tolerance)
    for number in (right, -right, *around(right, tolerance)[-6:]):
        found += [change(number, decimals) for change in (round, cut) for decimals in range(9)]
    found += [float(f"{right:.{digits}g}") for digits in range(1, 6)]
    found += [seed.choice([1, -1]) * 10 ** seed.uniform(-12, 12) for _ in range(100)]
    found += [round(seed.uniform(-2, 2) * right, seed.randint(0, 4)) for _ in range(50)]
    return {repr(number): number for number in found}


@pytest.mark.parametrize("exercise", **by_name(NUMBERS))
def test_a_number_is_checked_as_in_python(ask, exercise):
    kept = [number for answer in answers(page_of(exercise.name))[key_of(exercise.name)] for number in answer.given]
    given = tried(exercise) | {repr(number): number for number in kept}
    assert differences(ask, exercise, given) == []
    assert {exercise._check(number).status for number in given.values()} == {"passed", "wrong"}
    said = {exercise._check(number).message for number in given.values()}
    assert {*exercise.mistakes.values(), exercise.why} <= said


def test_what_was_rounded_is_seen_as_in_python(ask):
    """And every sentence about it occurs, with exercises of all sizes."""
    different, said = [], set()
    for exercise in [*ROUNDED, EXACT, HUGE]:
        given = tried(exercise)
        different += differences(ask, exercise, given)
        said |= {re.sub(r"-?\d\S*", "n", exercise._check(number).message) for number in given.values()}
    assert different == []
    assert said >= {
        "That is rounded too far: n decimals are asked for.",
        "That is rounded too far: n decimal is asked for.",
        "That is cut off, not rounded, and n decimals are asked for.",
        "That is close. Was something rounded on the way? Carry all digits, and round once, at the end.",
        "It is less than n",
        "It is more than n",
    }


def floats() -> Iterator[float]:
    """Yield floats of all kinds, those among them that lie halfway between two numbers of ten digits."""
    seed = random.Random(2)
    for _ in range(3000):
        yield struct.unpack("d", seed.randbytes(8))[0]
    for digits in range(1, 18):
        for _ in range(100):
            yield float(f"{seed.choice([1, -1]) * 10 ** seed.uniform(-12, 14):.{digits}g}")
    for places in range(16):
        low, high = -(-(10**10) // 5**places), 10**11 // 5**places
        for _ in range(50):
            half = seed.randrange(low, high) | 1
            yield from (half / 2**places, -half / 2**places, float(half * 5 * 2**places))
    for close in (1e-5, 1e-4, 1e-3, 1.0, 1e9, 1e10, 1e11, 1e16, 1e21, 1e22):
        yield from (close, close * (1 - 4e-11), close * (1 - 6e-11), close * (1 + 6e-11), close * 1.5)
    yield from (0.0, 5e-324, 2.2250738585072014e-308)


def is_half(number: float) -> bool:
    digits = Decimal(number).normalize().as_tuple().digits
    return len(digits) == 11 and digits[-1] == 5


def test_a_number_is_printed_as_in_python(ask):
    numbers = [number for number in floats() if abs(number) < 1e300]  # neither is NaN
    assert len(numbers) > 6000
    assert sum(map(is_half, numbers)) > 1000
    said = ask([(FLOOR.name, repr(number)) for number in numbers])
    wrong = [
        (number, html)
        for number, (_, html) in zip(numbers, said, strict=True)
        if f"</strong> It is less than {number:.10g}.</div>" not in html
    ]
    assert wrong == []


LITERALS = [
    *["0.75", ".75", "75e-2", "7.5E-1", "0.7_5", "+0.75", " 0.75\n", "3/4", " 3 / 4 ", "-3/-4", "1.5/2", "0x3/0b100"],
    *["1_000", "-1e-3", "1.", "0x1F", "0X_1f", "0o17", "0b11", "1_0.2_5e1_0", "00", "-0", "- 3", "-3/4", "2/3", "10/4"],
    *["9007199254740993", "1" * 30, "answer = 0.75", "answer=3/4  # a share", "0.75 # rounded\n", "# a\n0.25 # b"],
]


def test_what_python_reads_as_a_number_is_read(ask):
    (bakery,) = (each for each in NUMBERS if each.name == BAKERY)
    given = {}
    for text in LITERALS:
        space = {}
        exec(text.strip() if "=" in text else f"answer = (\n{text}\n)", space)
        given[text] = space["answer"]
    assert differences(ask, bakery, given) == []
    assert [text for text in LITERALS[:12] if bakery._check(given[text]).status != "passed"] == []


def test_the_minus_of_a_formula_is_one(ask):
    (typed, shown) = ask([(BAKERY, "-0.75"), (BAKERY, "−0.75")])
    assert words(typed[1]) == words(shown[1]) == "✗ Not yet. The size is right and the sign is not."


@pytest.mark.parametrize("text", ["", "  ", "...", " ... ", "…", "answer = ...", "answer =", "# later"])
def test_nothing_typed(ask, text):
    ((status, html),) = ask([(BAKERY, text)])
    assert (status, words(html)) == ("open", "○ Not attempted yet. Type a number, such as 0.25 or 1/4.")


NO_NUMBERS = {
    **{text: text for text in ("12 %", "30 EUR", "nan", "inf", "Infinity", "1e400", "1/0", "0/0", "1//2", "1/2/3")},
    **{text: text for text in ("--3", "1__0", "_1", "1_", "1_e5", "0x", "0xg", "1e", "e5", ".", "-", "/", "1/", "1j")},
    **{
        text: text
        for text in ("True", "None", "'0.75'", "(0.75)", "[0.75]", "1 000", "0.7 5", "1.2.3", "٣", "½", "{answer}")
    },
    **{text: text for text in ("$3$", "<b>3</b>", "3 & 4", "a`b`c", "$&", "answer == 3", "other = 3", "one, two")},
    "answer = three": "three",
    "9" * 400: "9" * 120 + "...",
    "😀" * 121: "😀" * 120 + "...",
}


def test_what_is_no_number_is_shown(ask):
    said = ask([(BAKERY, text) for text in NO_NUMBERS])
    assert [(status, words(html)) for status, html in said] == [
        ("wrong", f"✗ Not yet. One finite number is asked for, this is {shown}.") for shown in NO_NUMBERS.values()
    ]
    assert all(
        BeautifulSoup(html, "html.parser").code.get_text() == words(html).split("this is ")[1][:-1] for _, html in said
    )
    assert not any("<b>" in html for _, html in said)


@pytest.mark.parametrize(
    "text", ["0,75", "0, 75", "0,05", "-0,75", "10,000", "1,234,567", "1,234.5", "1.234,5", ",5", "answer = 0,75"]
)
def test_a_comma_has_its_own_sentence(ask, text):
    ((status, html),) = ask([(BAKERY, text)])
    assert (status, words(html)) == (
        "wrong",
        "✗ Not yet. One finite number is asked for, and a comma separates numbers. Decimals come after a point, and "
        "nothing stands between thousands: 1234.5.",
    )


def choices_alike(ask, exercise: Choose) -> None:
    parts = [[None, *exercise.options], *([[None, *exercise.reasons]] if exercise.reasons else [])]
    chosen = list(dict.fromkeys([*itertools.product(*parts), *((option,) for option in parts[0])]))
    said = ask([(exercise.name, given) for given in chosen])
    results = [exercise._check(*(... if each is None else each for each in given)) for given in chosen]
    open_one = exercises.unanswered(exercise)
    wanted = [(result.status, open_one if result.status == "open" else result.message) for result in results]
    assert said == [block(*each) for each in wanted]
    assert [status for status, _ in said].count("passed") == 1
    assert said[0][0] == "open"


@pytest.mark.parametrize("exercise", **by_name(CHOICES))
def test_a_choice_is_checked_as_in_python(ask, exercise):
    choices_alike(ask, exercise)


def test_a_choice_without_reasons_is_checked_as_in_python(ask):
    choices_alike(ask, PLAIN)


def test_mathematics_is_typeset(ask):
    """That of messages; a script typesets none."""
    ((_, html),) = ask([(BAKERY, "0.75")])
    formulas = [formula.get_text() for formula in BeautifulSoup(html, "html.parser")("math")]
    assert formulas == ["4−1=3", "1", "τ=3/4", "4", "τ"]
    assert words(html).startswith("✓ Right. One loaf too few costs 4−1=3, one too many 1, so τ=3/4: the pinball loss")
    left = [page for page in course.pages() if "$" in exercises.script(page)]
    assert left == []


def test_code_in_a_message_stays_code():
    assert exercises.typeset("Use `a < b`, not $a < b$.").startswith("Use <code>a &lt; b</code>, not <math><mi>a</mi>")


def test_the_site_has_the_script_of_every_page_with_such_exercises(html):
    files = {
        path.relative_to(html).as_posix(): path.read_text(encoding="utf-8")
        for path in (html / exercises.FOLDER).iterdir()
    }
    pages = sorted({page_of(each.name) for each in [*NUMBERS, *CHOICES]})
    addresses = [exercises.address(page) for page in pages]
    assert sorted(address.split("?v=")[0] for address in addresses) == sorted(files)
    assert all(re.fullmatch(r"_static/exercises/[a-z-]+\.js\?v=[0-9a-f]{8}", address) for address in addresses)
    for page, address in zip(pages, addresses, strict=True):
        assert files[address.split("?")[0]] == exercises.script(page)
    assert exercises.address("welcome") is None
