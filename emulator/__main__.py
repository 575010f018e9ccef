"""Run one deployment, main and post, against a sandbox on this machine."""

from __future__ import annotations

import argparse
import os
import sys

from emulator.demo import VENDORS, Options, run_demo
from emulator.report import Report
from emulator.targets import KEYS

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
    options = parser.parse_args(namespace=Options())
    if options.live and options.down:
        parser.error("--down needs the sandbox: use it without --live")
    if options.live and not any(map(os.environ.get, KEYS)):
        parser.error(f"--live needs a key in the environment: set {' or '.join(KEYS)}")
    return run_demo(options, os.environ, Report(sys.stdout))


def _parser() -> argparse.ArgumentParser:
    """Return the parser; `Options` has the defaults."""
    parser = argparse.ArgumentParser(
        prog="make run ARGS=...",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    end = parser.add_mutually_exclusive_group().add_argument
    end("--fail", dest="end", action="store_const", const="failure", help="fail the deploy")
    end("--cancel", dest="end", action="store_const", const="cancelled", help="cancel the deploy")
    add("--service", action="append", metavar="LINE", help="`service` input line; repeatable")
    add("--down", action="append", choices=VENDORS, help="let a vendor fail with 503; repeatable")
    add("--check", action="store_true", help="verify the setup, and report no deployment")
    add("--live", action="store_true", help=f"use the real vendors; needs {' or '.join(KEYS)}")
    add("--container", metavar="IMAGE", help="run in containers of this image")
    return parser


if __name__ == "__main__":
    sys.exit(main())
