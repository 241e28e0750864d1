"""What keeps the pages of the book in order: running, normalizing and checking them."""
