"""The project's Markdown pages: their blocks, links and headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.manifest import REPOSITORY

PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", ".github/**/*.md")
    for path in REPOSITORY.glob(pattern)
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    info: str
    """The text after the opening fence."""
    text: str


def blocks(path: Path) -> Iterator[Block]:
    """Yield a page's fenced blocks."""
    text = path.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(.*)\n((?:.*\n)*?)^```$", text, re.MULTILINE):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(path.relative_to(REPOSITORY).as_posix(), line, found[1].strip(), found[2])


def prose(path: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(
        r"^```.*\n(?:.*\n)*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE
    )


def headings(path: Path) -> list[str]:
    """Return a page's headings, as written."""
    return re.findall(r"^#{1,6} (.+)$", prose(path), re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page: those that are named, and GitHub's of the headings."""
    slugs: list[str] = []
    for heading in headings(path):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        again = sum(
            other == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", other) is not None
            for other in slugs
        )
        slugs.append(f"{slug}-{again}" if again else slug)
    return {*slugs, *named_anchors(path)}


def named_anchors(path: Path) -> list[str]:
    """Return the anchors that stay the same if a heading changes."""
    return re.findall(r'^<a id="([^"]+)"></a>$', prose(path), re.MULTILINE)


def links(path: Path) -> list[str]:
    """Return the targets of a page's links and pictures."""
    text = prose(path)
    markdown = re.findall(r"\]\(([^)\s]+)\)", text)
    return markdown + re.findall(r'(?:src|srcset)="([^"]+)"', text)
