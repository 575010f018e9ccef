"""docs/architecture.md shows the tree of the package and its layers as they are."""

import re
import tomllib
from pathlib import Path

from emulator.manifest import REPOSITORY

PAGE = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")
PACKAGE = REPOSITORY / "src/deployment_events"


def drawn_tree() -> set[str]:
    """Return the modules that the page's tree names, relative to the package."""
    block = PAGE.split("<!-- tree -->")[1].split("\n\nOutside")[0]
    modules: set[str] = set()
    folder = ""
    for line in block.splitlines():
        found = re.match(r"^( +)(\S+) +(.*)$", line.ljust(200))
        if found is None or found[2] == "src/deployment_events/":
            continue
        depth = (len(found[1]) - 6) // 2
        name, text = found[2], found[3].strip()
        if depth == 0:
            folder = ""
        if name.endswith("/") and depth == 0:
            folder = name
        elif name.endswith("/"):
            modules |= {f"{folder}{name}{module}.py" for module in text.split(", ")}
        else:
            modules.add(f"{folder}{name}")
    return modules


def test_the_tree_is_that_of_the_package() -> None:
    found = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    assert drawn_tree() == {name for name in found if Path(name).name != "__init__.py"}


def test_the_layers_are_those_that_the_linter_enforces() -> None:
    config = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [
        item for item in config["tool"]["importlinter"]["contracts"] if item["type"] == "layers"
    ]
    rows = re.findall(r"^\| \d+ \| (.*) \|$", PAGE, re.MULTILINE)
    drawn = [" | ".join(re.findall(r"`(\w+)`", row)) for row in rows]
    assert drawn == contract["layers"]


def test_every_place_of_a_decision_exists() -> None:
    section = PAGE.split("## Where things are decided")[1].split("##")[0]
    places = re.findall(r"`([\w/]+)\.(\w+)`", section)
    assert len(places) > 5
    for module, name in places:
        source = (PACKAGE / f"{module}.py").read_text(encoding="utf-8")
        assert re.search(rf"\b{name}\b", source), f"{module}.{name}"
