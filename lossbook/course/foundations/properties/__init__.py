"""What a loss promises, and what it does not."""

from lossbook.course import About

about = About(
    title="Properties: what a loss promises, and what it does not",
    description="Test what a loss promises: whether its value can be trusted, whether it trains well, and which noise"
    " it takes for granted.",
    goals=[
        "say what the value of a loss can be compared with, and whether a negative one is a bug",
        "test a loss for convexity with a chord, and say what convexity buys and what it does not",
        "train through a kink, and know what a fixed step costs there",
        "read off how hard one wild sample pulls, and which noise a loss takes for granted",
    ],
    needs="[what a loss is](what-is-a-loss.ipynb), derivatives",
    reading=25,
    practice=55,
    errata={
        "E16": "how-hard-can-one-sample-pull",
        "E17": "zero-is-not-always-the-floor",
        "E18": "convex-in-the-score-not-in-the-weights",
        "E19": "a-kink-does-not-stop-you",
        "E20": "which-noise-does-it-take-for-granted",
        "E21": "how-hard-can-one-sample-pull",
        "E26": "a-lower-loss-is-not-a-higher-accuracy",
    },
)
