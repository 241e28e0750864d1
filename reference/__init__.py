"""What the reference pages of the book are made from; ``make refresh`` writes them."""
