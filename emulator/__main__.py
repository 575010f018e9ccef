"""Run one deployment, main and post, against a sandbox on this machine."""

from __future__ import annotations

import argparse
import os
import sys

from emulator.demo import VENDORS, Options, run_demo
from emulator.report import Report
from emulator.targets import NoKey

_EPILOG = """\
examples:
  make run                                     a deploy that succeeds
  make run ARGS=--fail                         a deploy that fails
  make run ARGS="--down datadog"               Datadog is unavailable
  make run ARGS="--service cart --service web" two services
"""


def main() -> int:
    """Run the deployment and return the exit code."""
    parser = _parser()
    given = parser.parse_args()
    if given.live and given.down:
        parser.error("--down needs the sandbox: use it without --live")
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    options = Options(
        end=given.end,
        services=tuple(given.service),
        image=given.container,
        check=given.check,
        down=tuple(given.down),
        live=given.live,
    )
    try:
        return run_demo(options, os.environ, Report(sys.stdout, color=color))
    except NoKey as error:
        parser.error(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make run ARGS=...",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
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
        help="a line of the `service` input; can be repeated",
    )
    parser.add_argument(
        "--down",
        action="append",
        default=[],
        choices=VENDORS,
        help="let a vendor respond with HTTP 503; can be repeated",
    )
    parser.add_argument(
        "--check", action="store_true", help="verify the setup, and report no deployment"
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="report to the real vendors, with the keys LAUNCHDARKLY_ACCESS_TOKEN and "
        "DATADOG_API_KEY from the environment",
    )
    parser.add_argument("--container", metavar="IMAGE", help="run in containers of this image")
    parser.set_defaults(end="success")
    return parser


if __name__ == "__main__":
    sys.exit(main())
