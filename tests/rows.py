"""The whole table: the rows of every family."""

from losses import REGRESSION
from losses_classification import CLASSIFICATION
from losses_probabilistic import PROBABILISTIC
from losses_sequence import SEQUENCE

ROWS = [*REGRESSION, *CLASSIFICATION, *PROBABILISTIC, *SEQUENCE]
