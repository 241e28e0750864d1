"""Instruments and budgets: what the losses, the demos, the pages and the tests cost, and what they may cost."""

import os

# Everybody gets one thread. Libraries read this when they are imported.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # otherwise TensorFlow says on stderr that they are on
