"""Write the tables of inputs and outputs in README.md and docs/ from action.yml.

    python -m scripts.readme            write them
    python -m scripts.readme --check    fail if they differ

The comments in action.yml name the tables: `# Behavior` is in README.md, and
`# Updates (docs/updates.md)` in that page. Only the text between the markers is replaced.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = ROOT / "action.yml"
README = "README.md"


@dataclass(frozen=True)
class Group:
    """The inputs below one comment of action.yml."""

    title: str
    page: str
    names: list[str]


def groups(manifest: str) -> list[Group]:
    """Return the groups of inputs, in the order of the manifest."""
    section = re.search(r"^inputs:\n(.*?)(?=^\S|\Z)", manifest, re.MULTILINE | re.DOTALL)
    if section is None:
        raise SystemExit("action.yml has no inputs")
    found: list[Group] = []
    for line in section[1].splitlines():
        if comment := re.fullmatch(r"  # (.+?)(?: \((docs/[\w-]+\.md)\))?", line):
            found.append(Group(comment[1], comment[2] or README, []))
        elif name := re.match(r"  ([\w-]+):", line):
            if not found:
                raise SystemExit(f"action.yml: {name[1]} is below no comment that names a table.")
            found[-1].names.append(name[1])
    return found


def pages(manifest: str) -> list[str]:
    """Return the pages with a table, as paths below the repository."""
    return sorted({group.page for group in groups(manifest)})


def updated(page: str, text: str, manifest: str) -> str:
    """Return the text of a page with its tables generated from the manifest."""
    declared = yaml.safe_load(manifest)
    ours = [group for group in groups(manifest) if group.page == page]
    text = _replaced(page, text, "inputs", "\n\n".join(_inputs(ours, declared["inputs"])))
    if page == README:
        text = _replaced(page, text, "outputs", _outputs(declared["outputs"]))
    return text


def _inputs(shown: list[Group], declared: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table for each group. Only README.md has several, so only it needs headings."""
    for group in shown:
        rows = ["| Input | Default | Description |", "|---|---|---|"]
        for name in group.names:
            default = declared[name].get("default", "")
            cell = f"`{default}`" if default else ""
            rows.append(f"| `{name}` | {cell} | {_prose(declared[name]['description'])} |")
        heading = [f"### {group.title}", ""] if group.page == README else []
        yield "\n".join([*heading, *rows])


def _outputs(declared: Mapping[str, Any]) -> str:
    rows = [f"| `{name}` | {_prose(each['description'])} |" for name, each in declared.items()]
    return "\n".join(["| Output | Description |", "|---|---|", *rows])


def _prose(text: str) -> str:
    """Return a description for a table's cell. In code spans only `|` has a meaning there."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    plain = [re.sub(r"([<*])", r"\\\1", part) for part in parts[::2]]
    parts[::2] = plain
    return "".join(parts).replace("|", r"\|")


def _replaced(page: str, text: str, part: str, table: str) -> str:
    """Return the text with another table between the markers of a part."""
    marked = re.compile(
        rf"(?<=\n)(<!-- {part}: [^>]* -->\n)(.*?)(<!-- end of {part} -->)", re.DOTALL
    )
    found = marked.search(text)
    if found is None:
        raise SystemExit(f"{page} has no markers for the {part}")
    return f"{text[: found.start()]}{found[1]}\n{table}\n\n{found[3]}{text[found.end() :]}"


def main() -> int:
    """Write or check, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.readme", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if something would change"
    )
    check = parser.parse_args().check
    manifest = MANIFEST.read_text(encoding="utf-8")
    outdated = []
    for page in pages(manifest):
        old = (ROOT / page).read_text(encoding="utf-8")
        new = updated(page, old, manifest)
        if new != old:
            outdated.append(page)
            if not check:
                (ROOT / page).write_text(new, encoding="utf-8")
    if check and outdated:
        print(f"{', '.join(outdated)}: not as in action.yml. Run `make docs`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
