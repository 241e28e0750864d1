"""Stands for arch, of which the course uses the data alone."""
