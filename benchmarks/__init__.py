"""Instruments and budgets: what the losses, the demos, the pages and the tests cost, and what they may cost."""

import os

# One thread for everybody, set before any library starts its own.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # it says so on stderr when they are on
