"""Quantiles and expectiles."""

from lossbook.course import About

about = About(
    title="Quantiles and expectiles: predicting a range",
    description="Predict a range instead of one number with the pinball loss, measure its coverage on new days, and "
    "tell quantiles from expectiles.",
    goals=[
        "write the pinball loss with the right sign and say why its best constant is a quantile",
        "fit a 10–90 % band that is wide on wild days and narrow on calm ones, and measure its coverage, the "
        "share of days inside, on days it has not seen",
        "say what an expectile balances, and why the share of data below it differs from the quantile's",
        "train a Keras network on two quantiles with a loss that survives saving and loading",
    ],
    needs="[squared and absolute error](squared-and-absolute.ipynb), [gradients](../foundations/gradients.ipynb)",
    reading=25,
    practice=55,
    errata={
        "E61": "expectiles-the-same-with-squares",
        "E72": "in-keras",
    },
)
