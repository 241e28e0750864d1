"""The authors' tooling: it runs, normalizes and checks the pages, and drives the browsers and JupyterLab for tests."""
