"""The type under which a notebook stores a demo, in a module that whoever reads notebooks can import alone."""

# An output of this type holds the declaration, as JSON, and the packed frames, in base64. The website turns it into a
# live figure; whoever does not know the type shows the picture that is stored beside it.
MIME = "application/vnd.lossbook.explorable+json"
