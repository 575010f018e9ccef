"""A replacement for GitHub's `gh` with what the examples use.

That is `gh api PATH --jq PROGRAM`, and with `--paginate` before the path the result of each page.
"""

import os
import re
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import jq


def install(folder: Path) -> dict[str, str]:
    """Make a `gh` in the folder, and return the variables of a job that finds it there."""
    program = folder / "gh"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n')
    program.chmod(0o755)
    return {"PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}


def main() -> None:
    """Print the results of the jq program; fail on another status than 200."""
    _, command, *pages, path, option, program = sys.argv
    assert (command, option) == ("api", "--jq")
    assert pages in ([], ["--paginate"])
    headers = {"Authorization": f"Bearer {os.environ['GH_TOKEN']}", "User-Agent": "gh"}
    url = f"{os.environ['GITHUB_API_URL']}/{path}"
    while url:
        with urlopen(Request(url, headers=headers)) as response:
            for result in jq.compile(program).input_text(response.read().decode()):
                print(result)
            following = re.fullmatch('<(.*)>; rel="next"', response.headers.get("Link", ""))
        url = following[1] if following and pages else ""


if __name__ == "__main__":
    main()
