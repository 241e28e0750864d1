"""Squared and absolute error."""

from lossbook.course import About

about = About(
    title="Squared and absolute error",
    description="See what one mistyped record does to a line fitted with squared or absolute error, and which single "
    "number each of the two asks for.",
    goals=[
        "say which single number each of the two losses is asking for, and show it on data",
        "predict how far one wrong target moves the slope and the level of a line under squared error, and when it "
        "moves them under absolute error",
        "write both losses and their gradients in NumPy, with the right sign and the right $1/n$",
        "recognize two silent mistakes, a shape and a dtype, that make either loss lie to you",
    ],
    needs="[what a loss is](../foundations/what-is-a-loss.ipynb), [gradients](../foundations/gradients.ipynb)",
    reading=25,
    practice=55,
    errata={
        "E04": "how-much-exactly",
        "E05": "find-the-bug",
        "E06": "find-the-bug",
        "E14": "units-and-what-not-to-compare",
        "E29": "units-and-what-not-to-compare",
        "E56": "units-and-what-not-to-compare",
        "E71": "find-the-bug",
    },
)
