"""One deployment, both vendors, TLS: this action against a naive program and datadog-ci.

    python benchmarks/startup.py [rounds]

The commands of a round run one after the other, so that a busy machine slows all of them; compare
the ratios of the medians. datadog-ci is compared if npm has installed it (`make bench` does).
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from measure import Cost, machine, paired, version
from service import ROOT, Service, sandbox
from step import COMMAND, POST, environment

from sandbox import DATADOG_API_KEY

NAIVE = "naive program"
IDLE = "post stage, nothing to send"
PYTHON = "Python startup only"

DATADOG_CI = ROOT / ".cache/datadog-ci/node_modules/.bin/datadog-ci"


def contestants(service: Service, folder: Path) -> dict[str, tuple[list[str], dict[str, str]]]:
    ours = environment(service, folder)
    done = {**ours, "STATE_done": "true"}
    found = {
        "this action": (COMMAND, ours),
        NAIVE: (
            [sys.executable, "-IuB", str(ROOT / "benchmarks/naive.py")],
            {**ours, "REQUESTS_CA_BUNDLE": service.ca_bundle},
        ),
        IDLE: (POST, done),
        PYTHON: ([sys.executable, "-IuB", "-c", "pass"], done),
    }
    if DATADOG_CI.exists() and shutil.which("node"):
        found["datadog-ci"] = (_datadog_ci(service.datadog), _datadog_ci_environment(service))
    return found


def _datadog_ci(url: str) -> list[str]:
    del url
    start = "--started-at 2026-05-04T09:30:00Z --finished-at 2026-05-04T09:33:20Z"
    git = f"--git-repository-url https://github.com/octo-org/octo-repo --git-commit-sha {'a' * 40}"
    return [
        shutil.which("node") or "node",
        str(DATADOG_CI),
        *f"dora deployment --service shop --env production {start} {git}".split(),
    ]


def _datadog_ci_environment(service: Service) -> dict[str, str]:
    """DD_SITE selects the host `api.<site>`, which is reached over TLS only."""
    port = service.datadog.rpartition(":")[2]
    return {
        "PATH": os.environ["PATH"],
        "DD_API_KEY": DATADOG_API_KEY,
        "DD_SITE": f"localhost:{port}",
        "NODE_EXTRA_CA_CERTS": service.ca_alone,
        "NODE_OPTIONS": f"--require {ROOT / 'benchmarks/localhost.js'}",
    }


def _versions() -> str:
    manifest = DATADOG_CI.parents[1] / "@datadog/datadog-ci/package.json"
    if not manifest.exists():
        return f"Python {version()}"
    return f"Python {version()}, datadog-ci {json.loads(manifest.read_text())['version']}"


def measure(rounds: int) -> dict[str, Cost]:
    with sandbox(tls=True) as service, tempfile.TemporaryDirectory() as folder:
        return paired(lambda: contestants(service, Path(folder)), rounds, folder)


def report(costs: dict[str, Cost], rounds: int) -> str:
    ours = costs["this action"]
    lines = [
        f"Medians of {rounds} rounds, TLS on loopback, {machine()}, {_versions()}.",
        "",
        "| | wall, ms | CPU, ms | ratio (this action / row) |",
        "|---|---|---|---|",
    ]
    for name, cost in costs.items():
        ratio = f"{ours.wall / cost.wall:.2f}" if name in {NAIVE, "datadog-ci"} else ""
        lines.append(f"| {name} | {cost.wall * 1000:.0f} | {cost.cpu * 1000:.0f} | {ratio} |")
    idle = max(0.0, costs[IDLE].wall - costs[PYTHON].wall)
    return "\n".join(
        [
            *lines,
            "",
            f"The post stage takes {idle * 1000:.0f} ms more than Python's startup.",
        ]
    )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print(report(measure(count), count))
