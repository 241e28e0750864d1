"""The chapter on foundations."""
