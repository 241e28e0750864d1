"""Python in the page: where it comes from, how it is packed, and what runs in it."""
