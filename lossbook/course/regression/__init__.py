"""The chapter on regression."""
