"""`python -m emulator`: one whole deployment, main and post, against the sandbox or the real vendors."""

from __future__ import annotations

import argparse
import os
import sys

from emulator.demo import Options, run_demo
from emulator.report import Report


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    made = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    end = made.add_mutually_exclusive_group()
    end.add_argument(
        "--fail", dest="end", action="store_const", const="failure", help="the deploy fails"
    )
    end.add_argument(
        "--cancel", dest="end", action="store_const", const="cancelled", help="it is cancelled"
    )
    made.add_argument(
        "--service",
        action="append",
        default=[],
        metavar="LINE",
        help="a line of the input; may be repeated",
    )
    made.add_argument("--container", metavar="IMAGE", help="run in containers of this image")
    made.set_defaults(end="success")
    return made


def main() -> int:
    """Run the demonstration and return the exit code."""
    given = parser().parse_args()
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    options = Options(end=given.end, services=tuple(given.service), image=given.container)
    return run_demo(options, os.environ, Report(sys.stdout, colour=colour))


if __name__ == "__main__":
    sys.exit(main())
