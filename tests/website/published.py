"""Where the site under test is published, and the fork that it is built from."""

FORK = "https://github.com/reader/fork"
SITE = "https://reader.example/"
