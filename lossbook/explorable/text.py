"""Texts with numbers in them: ``"loss {risk:.1f} at *delta* = {delta}"`` becomes a list of parts.

A field names a control or a function and is printed as Python's ``format`` would print it; ``*r*`` is set in italics,
`` `Huber` `` as code. The page fills in the fields on every input.
"""

import re
from dataclasses import dataclass
from typing import Any

_PIECE = re.compile(r"\{(?P<field>\w+)(?::(?P<spec>[^{}]*))?\}|\*(?P<i>[^*]+)\*|`(?P<code>[^`]+)`")
_FORMAT = re.compile(r"(?P<sign>\+?)(?P<comma>,?)(?:\.(?P<decimals>\d))?(?P<type>[f%]?)")

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Field:
    """A number, or a word, that changes with the controls."""

    name: str
    spec: str

    @property
    def options(self) -> dict:
        match = _FORMAT.fullmatch(self.spec)
        decimals = int(match["decimals"] or 0)
        return {
            "decimals": decimals,
            "sign": bool(match["sign"]),
            "comma": bool(match["comma"]),
            "percent": match["type"] == "%",
        }

    def print(self, value: Any) -> str:
        """Return a value as the page prints it."""
        if isinstance(value, str):
            return value
        options = self.options
        factor = 100 if options["percent"] else 1
        # A float of Python's own, as NumPy rounds some numbers otherwise. Adding zero makes a negative zero positive.
        scaled = round(float(value) * factor, options["decimals"]) + 0.0
        pattern = "+" * options["sign"] + "," * options["comma"] + f".{options['decimals']}f"
        return format(scaled, pattern).replace("-", MINUS) + "\N{NO-BREAK SPACE}%" * options["percent"]


Part = str | dict | Field


def parse(template: str) -> list[Part]:
    """Return the parts of a text: strings, ``{"i": ...}``, ``{"code": ...}`` and fields.

    Raises:
        ValueError: for a format that the page cannot print.

    >>> parse("slope {slope:+.2f} at *r*")
    ['slope ', Field(name='slope', spec='+.2f'), ' at ', {'i': 'r'}]
    """
    parts: list[Part] = []
    end = 0
    for match in _PIECE.finditer(template):
        if match.start() > end:
            parts.append(template[end : match.start()])
        end = match.end()
        if match["field"] is None:
            kind = "i" if match["i"] else "code"
            parts.append({kind: match[kind]})
            continue
        spec = match["spec"] or ""
        if _FORMAT.fullmatch(spec) is None:
            raise ValueError(
                f"the field {match[0]} of {template!r} must have a format such as .2f, +.2f, ,.0f or .1%, got {spec!r}"
            )
        parts.append(Field(match["field"], spec))
    if end < len(template):
        parts.append(template[end:])
    if any(isinstance(part, str) and re.search("[{}]", part) for part in parts):
        raise ValueError(
            f"a brace of {template!r} belongs to no field; a field is a name and a format, such as {{a:.2f}}"
        )
    return parts


def parse_fixed(template: str, what: str) -> list[str | dict]:
    """Return the parts of a text that does not change with the controls.

    Raises:
        ValueError: for a text with a field.
    """
    parts = parse(template)
    for part in parts:
        if isinstance(part, Field):
            raise ValueError(f"{what} must not have fields, got {part.name!r} in {template!r}")
    return parts
