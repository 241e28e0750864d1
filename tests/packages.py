"""The marks of a test that compares with another package, which may be missing."""

import pytest

MARKS = {"keras": [pytest.mark.keras], "torch": [pytest.mark.pytorch], "sklearn": []}
