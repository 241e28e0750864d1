"""What runs Python in a page: a session without a kernel, and modules that are fetched when they are imported."""
