"""Runs every benchmark and writes its figures into docs: `make bench`.

python benchmarks [rounds]
"""

import compileall
import sys
import sysconfig
from pathlib import Path

import chart
import container
import limits
import pull
import services
import startup
from service import ROOT

PAGE = ROOT / "docs/benchmarks.md"
SITE = Path(sysconfig.get_path("purelib"))
DEPENDENCIES = ["requests", "urllib3", "certifi", "pydantic", "pydantic_core", "actions_toolkit"]
CHART = ROOT / "docs/images/services.svg"


def between(text: str, name: str, figures: str) -> str:
    """Replace the text between the page's markers of that name."""
    head, start, rest = text.partition(f"<!-- {name} -->")
    _, end, tail = rest.partition(f"<!-- /{name} -->")
    if not (start and end):
        raise SystemExit(f"docs/benchmarks.md has no place for {name}")
    return f"{head}{start}\n{figures}\n{end}{tail}"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    # The image has bytecode too.
    for folder in (ROOT / "src", ROOT / "benchmarks", *map(SITE.joinpath, DEPENDENCIES)):
        compileall.compile_dir(folder, quiet=1)
    one = startup.report(startup.measure(rounds), rounds)
    print(one)
    few = max(3, rounds // 3)
    rows = services.measure(few)
    many = services.report(rows, few)
    print(many)
    beyond = limits.report(limits.measure(few), few)
    print(beyond)
    page = between(between(PAGE.read_text(), "startup", one), "services", many)
    page = between(page, "limits", beyond)
    if pull.available():
        first = pull.report(pull.measure(few), few)
        print(first)
        page = between(page, "pull", first)
    if container.available():  # where there is no engine, the figures of the last one stay
        whole = container.report(container.measure(rounds), rounds)
        print(whole)
        page = between(page, "container", whole)
    PAGE.write_text(page)
    CHART.write_text(chart.svg(rows))


if __name__ == "__main__":
    main()
