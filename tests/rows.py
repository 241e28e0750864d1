"""The whole table: the rows of every family."""

from losses import REGRESSION
from losses_classification import CLASSIFICATION
from losses_detection import DETECTION
from losses_embedding import EMBEDDING
from losses_probabilistic import PROBABILISTIC
from losses_segmentation import SEGMENTATION
from losses_sequence import SEQUENCE

ROWS = [*REGRESSION, *CLASSIFICATION, *PROBABILISTIC, *EMBEDDING, *SEGMENTATION, *DETECTION, *SEQUENCE]
