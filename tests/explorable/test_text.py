"""Templates and fields: what is parsed, what is refused, and that the page prints as Python does."""

import math

import pytest
from decode import js_print
from hypothesis import assume, given
from hypothesis import strategies as st

from lossbook.explorable.text import Field, parse

SPECS = ["", ".0f", ".2f", "+.2f", ",.0f", "+,.3f", ".1%", "+.0%", ",.2%", "f", "%", "+", ","]


@pytest.mark.parametrize(
    ("template", "parts"),
    [
        ("", []),
        ("no fields", ["no fields"]),
        ("{a}", [Field("a", "")]),
        ("{a:.2f}{b:+,.1%}", [Field("a", ".2f"), Field("b", "+,.1%")]),
        ("*r* and `Huber`", [{"i": "r"}, " and ", {"code": "Huber"}]),
        (
            "loss {risk:.1f} at *delta* = {delta}.",
            ["loss ", Field("risk", ".1f"), " at ", {"i": "delta"}, " = ", Field("delta", ""), "."],
        ),
        ("`{a}` {b}", [{"code": "{a}"}, " ", Field("b", "")]),
        ("5 * 3", ["5 * 3"]),
    ],
)
def test_parts(template, parts):
    assert parse(template) == parts


@pytest.mark.parametrize("spec", ["d", ".2e", ".12f", ">8.2f", "+d", ".f", "2f", "_", " .2f"])
def test_a_format_that_the_page_cannot_print_is_refused(spec):
    with pytest.raises(ValueError, match="must have a format such as") as error:
        parse(f"loss {{risk:{spec}}}")
    assert f"the field {{risk:{spec}}} of" in str(error.value)
    assert f"got {spec!r}" in str(error.value)


@pytest.mark.parametrize("template", ["{}", "{risk", "risk}", "{a.b}", "{a b}", "{a :.2f}", "{a[0]}"])
def test_a_stray_brace_is_refused(template):
    with pytest.raises(ValueError, match=r"brace|field"):
        parse(template)


@pytest.mark.parametrize(
    ("spec", "value", "printed"),
    [
        ("", 2, "2"),
        (".2f", 1, "1.00"),
        (".2f", -1.005, "\N{MINUS SIGN}1.00"),
        (".1f", -0.04, "0.0"),
        ("+.1f", -0.04, "+0.0"),
        ("+.1f", 0.06, "+0.1"),
        ("+.1f", -0.06, "\N{MINUS SIGN}0.1"),
        (",.0f", 1234567.0, "1,234,567"),
        (",.1f", -1234.56, "\N{MINUS SIGN}1,234.6"),
        (",.0f", 999.0, "999"),
        (".1%", 0.1234, "12.3\N{NO-BREAK SPACE}%"),
        ("+.0%", 0.5, "+50\N{NO-BREAK SPACE}%"),
        (".0f", "a text", "a text"),
        ("", True, "1"),
    ],
)
def test_printed(spec, value, printed):
    assert Field("x", spec).print(value) == printed


@pytest.mark.parametrize("spec", SPECS)
@given(value=st.floats(-1e6, 1e6))
def test_the_page_prints_as_python_does_away_from_ties(spec, value):
    field = Field("x", spec)
    options = field.options
    scaled = value * (100 if options["percent"] else 1) * 10 ** options["decimals"]
    assume(abs(abs(scaled - math.floor(scaled)) - 0.5) > 1e-6)
    assert field.print(value) == js_print(value, options)


@given(value=st.floats(-1e9, 1e9), decimals=st.integers(0, 9))
def test_printed_as_pythons_format_does(value, decimals):
    printed = Field("x", f".{decimals}f").print(value).replace("\N{MINUS SIGN}", "-")
    assert printed in (f"{value:.{decimals}f}", f"{abs(value):.{decimals}f}")
    assert printed == f"{value:.{decimals}f}" or float(printed) == 0
