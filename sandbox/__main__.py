"""Serve the sandbox until SIGINT or SIGTERM: `python -m sandbox`.

Prints one line of JSON with its URLs (and, with TLS, the CA bundle's path) when it is ready.
"""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from sandbox.service import (
    DATADOG_API_KEY,
    DATADOG_APP_KEY,
    GITHUB_TOKEN,
    LAUNCHDARKLY_TOKEN,
    Sandbox,
)


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    made = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    made.add_argument("--host", default="127.0.0.1", help="address to listen on")
    for vendor in ("launchdarkly", "datadog", "github"):
        made.add_argument(f"--{vendor}-port", type=int, default=0, help="default: any free port")
    made.add_argument(
        "--tls", type=Path, metavar="DIR", help="serve https, put the CA bundle there"
    )
    made.add_argument(
        "--san", action="append", default=[], metavar="NAME", help="one more name to certify"
    )
    made.add_argument(
        "--latency", type=float, default=0.0, metavar="S", help="seconds before each answer"
    )
    made.add_argument(
        "--launchdarkly-lag", type=float, default=0.0, metavar="S", help="until the list shows it"
    )
    made.add_argument(
        "--lenient", action="store_true", help="ignore unknown fields as the vendors do"
    )
    made.add_argument("--launchdarkly-token", default=LAUNCHDARKLY_TOKEN)
    made.add_argument("--datadog-api-key", default=DATADOG_API_KEY)
    made.add_argument("--datadog-app-key", default=DATADOG_APP_KEY)
    made.add_argument("--github-token", default=GITHUB_TOKEN)
    return made


def main() -> int:
    """Serve, and return the exit code."""
    options = parser().parse_args()
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    sandbox = Sandbox(
        tls=options.tls or False,
        launchdarkly_token=options.launchdarkly_token,
        datadog_api_key=options.datadog_api_key,
        datadog_app_key=options.datadog_app_key,
        github_token=options.github_token,
        strict=not options.lenient,
        latency=options.latency,
        launchdarkly_lag=options.launchdarkly_lag,
        hosts=options.san,
        host=options.host,
        ports={
            name: getattr(options, f"{name}_port") for name in ("launchdarkly", "datadog", "github")
        },
    )
    with sandbox:
        ready = {name: getattr(sandbox, f"{name}_url") for name in sandbox.vendors}
        if sandbox.ca_file:
            ready["ca_file"] = str(sandbox.ca_file.resolve())
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
