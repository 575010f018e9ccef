"""Where this action's documentation is, for links in annotations and in the job summary."""

import os
import re
from urllib.parse import quote

from ..errors import Section
from ..values.text import well_formed

PROJECT = "https://github.com/OWNER/deployment-events"
"""The public address of this project. `make owner` writes the owner."""

_GITHUB = "https://github.com"
_REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)


def page_url(page: str) -> str:
    """Return the URL of a page in the version of this action that the workflow uses.

    Without a name, or on a server other than github.com, it is the newest page of the project: on
    such a server the action may come from github.com or from a mirror with another name, and the
    environment does not show which. See docs/vendors.md#runner-name-of-the-action.
    """
    repository = os.environ.get("GITHUB_ACTION_REPOSITORY", "")
    ref = well_formed(os.environ.get("GITHUB_ACTION_REF", ""))
    server = os.environ.get("GITHUB_SERVER_URL", _GITHUB).rstrip("/")
    if server == _GITHUB and ref and _REPOSITORY.fullmatch(repository):
        return f"{_GITHUB}/{repository}/blob/{quote(ref)}/docs/{page}"
    return f"{PROJECT}/blob/HEAD/docs/{page}"


def help_url(section: Section) -> str:
    """Return the URL of a section of docs/troubleshooting.md."""
    return page_url(f"troubleshooting.md#{section}")
