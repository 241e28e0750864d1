"""The buttons that lead out of the website, all of them into the repository that the site is built from."""

from sphinx.application import Sphinx

from tools.repository import branch, repository


def theme_options() -> dict:
    """Return the theme's options for the launch and source buttons; none without a repository."""
    address = repository()
    if address is None:
        return {}
    return {
        "repository_url": address,
        "repository_branch": branch(),
        "path_to_docs": "",
        "use_repository_button": True,
        "use_edit_page_button": True,
        "use_issues_button": True,
        "use_source_button": True,
        "launch_buttons": {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
        },
    }


def drop_colab_without_address(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Take the Colab button from a page whose setup cell could not install the package there."""
    if app.env.metadata[pagename].get("setup_address"):
        return
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            group["buttons"] = [button for button in group["buttons"] if button["text"] != "Colab"]
