"""The chapter on classification."""
