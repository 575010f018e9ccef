"""Write the README's tables of inputs and outputs from action.yml.

    python -m scripts.readme            write them
    python -m scripts.readme --check    fail if they differ

The comments in action.yml name the groups. Only the text between the markers is replaced.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
MANIFEST = ROOT / "action.yml"


def render(part: str, manifest: str) -> str:
    """Return the Markdown of one part, `inputs` or `outputs`, of a manifest."""
    described = yaml.safe_load(manifest)[part]
    blocks = []
    for title, names in _groups(part, manifest):
        rows = [_row(part, name, described[name]) for name in names]
        heading = [f"### {title}", ""] if title else []
        head = ["| input | default | meaning |", "|---|---|---|"]
        if part == "outputs":
            head = ["| output | meaning |", "|---|---|"]
        blocks.append("\n".join([*heading, *head, *rows]))
    return "\n\n".join(blocks)


def _groups(part: str, manifest: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each comment of a part with the names below it; names above any comment come first."""
    section = re.search(rf"^{part}:\n(.*?)(?=^\S|\Z)", manifest, re.MULTILINE | re.DOTALL)
    if section is None:
        raise SystemExit(f"action.yml has no {part}")
    title, names = "", list[str]()
    for line in section[1].splitlines():
        if comment := re.fullmatch(r"  # (.+)", line):
            if names:
                yield title, names
            title, names = comment[1], []
        elif name := re.match(r"  ([\w-]+):", line):
            names.append(name[1])
    yield title, names


def _row(part: str, name: str, described: Mapping[str, Any]) -> str:
    cells = [f"`{name}`"]
    if part == "inputs":
        default = described.get("default", "")
        cells.append(f"`{default}`" if default else "")
    cells.append(_prose(described["description"]))
    return f"| {' | '.join(cells)} |"


def _prose(text: str) -> str:
    return re.sub(r"([|<*])", r"\\\1", " ".join(text.split()))


def updated(readme: str, manifest: str) -> str:
    """Return the README with both tables generated from the manifest."""
    for part in ("inputs", "outputs"):
        begin, end = rf"<!-- {part}: [^>]* -->\n", rf"<!-- end of {part} -->"
        between = re.compile(rf"(?<=\n)({begin})(.*?)({end})", re.DOTALL)
        found = between.search(readme)
        if found is None:
            raise SystemExit(f"README.md has no markers for the {part}")
        written = f"{found[1]}\n{render(part, manifest)}\n\n{found[3]}"
        readme = readme[: found.start()] + written + readme[found.end() :]
    return readme


def main() -> int:
    """Write or check, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.readme", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if something would change"
    )
    check = parser.parse_args().check
    old = README.read_text(encoding="utf-8")
    new = updated(old, MANIFEST.read_text(encoding="utf-8"))
    if check and new != old:
        print("README.md does not match action.yml. Run `make docs`.", file=sys.stderr)
        return 1
    if new != old:
        README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
