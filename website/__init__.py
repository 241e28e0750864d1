"""The website: what builds, serves and prints it. Importing it is cheap; Sphinx's part is in ``extension.py``."""
