"""Run one deployment, main and post, against the sandbox or the real vendors."""

from __future__ import annotations

import argparse
import os
import sys

from emulator.demo import Options, run_demo
from emulator.report import Report


def main() -> int:
    """Run the deployment and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    end = parser.add_mutually_exclusive_group()
    end.add_argument(
        "--fail", dest="end", action="store_const", const="failure", help="fail the deploy"
    )
    end.add_argument(
        "--cancel", dest="end", action="store_const", const="cancelled", help="cancel the deploy"
    )
    parser.add_argument(
        "--service",
        action="append",
        default=[],
        metavar="LINE",
        help="a line of the `service` input; may be repeated",
    )
    parser.add_argument("--container", metavar="IMAGE", help="run in containers of this image")
    parser.add_argument(
        "--check", action="store_true", help="verify the set-up, and report no deployment"
    )
    parser.set_defaults(end="success")
    given = parser.parse_args()
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    options = Options(
        end=given.end,
        services=tuple(given.service),
        image=given.container,
        check=given.check,
    )
    return run_demo(options, os.environ, Report(sys.stdout, color=color))


if __name__ == "__main__":
    sys.exit(main())
