"""Stands in for `IPython.lib`; `pretty` in it is IPython's own."""
