"""The exercises of the chapter on regression."""
