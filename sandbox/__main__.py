"""Serve the sandbox until SIGINT or SIGTERM: `python -m sandbox`.

When it is ready it prints one line of JSON: its URLs and, with TLS, the path of the CA bundle.
"""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sandbox.service import Sandbox

VENDORS = ("launchdarkly", "datadog", "github")


def parse_arguments() -> dict[str, Any]:
    """Return the arguments of `Sandbox` from the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    for vendor in VENDORS:
        add(f"--{vendor}-port", type=int, default=0, help="default: any free port")
    add("--tls", type=Path, default=False, metavar="DIR", help="serve https, CA bundle in DIR")
    add("--san", action="append", default=[], dest="hosts", help="one more name to certify")
    add("--latency", type=float, default=0.0, help="seconds before each response")
    arguments = vars(parser.parse_args())
    ports = {vendor: arguments.pop(f"{vendor}_port") for vendor in VENDORS}
    return arguments | {"ports": ports}


def main() -> int:
    """Serve, and return the exit code."""
    arguments = parse_arguments()
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    with Sandbox(**arguments) as sandbox:
        ready = {name: getattr(sandbox, f"{name}_url") for name in sandbox.vendors}
        if sandbox.ca_file:
            ready["ca_file"] = str(sandbox.ca_file.resolve())
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
