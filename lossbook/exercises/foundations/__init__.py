"""The exercises of the chapter on foundations."""
