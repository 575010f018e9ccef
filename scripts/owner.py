"""Write the name of the repository into everything that users read.

    python -m scripts.owner acme

pyproject.toml declares the repository's URL. Its owner, at first the placeholder OWNER, is replaced
there and wherever `OWNER/deployment-events` occurs in the pages, examples, workflows, and in the
module with the links to the documentation.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    *("*.md", "examples/*.yml", ".github/*.yml", "action.yml", "pyproject.toml"),
    "src/deployment_events/github/documentation.py",
)
"""The files that may name the repository, as patterns of git, whose `*` also matches folders."""
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}")


def repository(root: Path = ROOT) -> str:
    """Return the repository that pyproject.toml declares, such as `acme/deployment-events`."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["urls"]["Repository"]).removeprefix("https://github.com/")


def pages(root: Path) -> list[Path]:
    """Return the tracked files that may name the repository."""
    command = ["git", "ls-files", "-z", "--", *PAGES]
    listing = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [root / name for name in listing.split("\0") if name]


def renamed(text: str, old: str, new: str) -> str:
    """Return the text with another repository.

    GitHub ignores case in names, but GHCR requires lower case.
    """
    name = rf"(?P<registry>ghcr\.io/)?(?<![\w.-]){re.escape(old)}(?![\w-])"

    def replacement(match: re.Match[str]) -> str:
        return f"ghcr.io/{new.lower()}" if match["registry"] else new

    return re.sub(name, replacement, text, flags=re.IGNORECASE)


def set_owner(root: Path, owner: str) -> list[Path]:
    """Replace the owner and return the files that changed."""
    if not ACCOUNT.fullmatch(owner):
        raise SystemExit(f"{owner!r} is not the name of a GitHub account. Use OWNER=acme.")
    old = repository(root)
    new = f"{owner}/{old.partition('/')[2]}"
    changed = []
    for page in pages(root):
        before = page.read_bytes().decode("utf-8")
        after = renamed(before, old, new)
        if after != before:
            page.write_bytes(after.encode("utf-8"))
            changed.append(page)
    return changed


if __name__ == "__main__":
    for file in set_owner(ROOT, sys.argv[1]):
        print(file.relative_to(ROOT))
