"""The types under which a notebook stores demos and laboratories, for all who read notebooks and draw nothing."""

# An output of this type holds the declaration, as JSON, and the packed frames, in base64. The website turns it into a
# live figure; whoever does not know the type shows the picture that is stored beside it.
MIME = "application/vnd.lossbook.explorable+json"

# Marks the output of a laboratory. Without a kernel, the extension of JupyterLab that comes with the demos then shows
# the picture that is stored beside it.
LABORATORY = "application/vnd.lossbook.laboratory+json"
