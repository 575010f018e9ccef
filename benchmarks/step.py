"""One step of the action as a process with the runner's environment."""

import sys
import time
from pathlib import Path

from service import ROOT, Service

from sandbox import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN

COMMAND = [sys.executable, "-IuB", str(ROOT / "entrypoint.py")]
POST = [sys.executable, "-IuB", str(ROOT / "post.py")]


def environment(service: Service, folder: Path, services: int = 1, **inputs: str) -> dict[str, str]:
    """Return the environment of a standalone `finished` event with new files in `folder`."""
    files = {
        name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
    }
    for path in files.values():
        path.write_text("")
    (folder / "event.json").write_text("{}")
    run = time.time_ns()  # in every name, so that no run finds another's deployments
    given = {
        "event": "finished",
        "started-at": str(int(time.time()) - 60),
        "environment": "production",
        "service": "\n".join(f"service-{run}-{number}" for number in range(services)),
        "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
        "launchdarkly-base-url": service.launchdarkly,
        "datadog-api-key": DATADOG_API_KEY,
        "datadog-base-url": service.datadog,
        **inputs,
    }
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "REQUESTS_CA_BUNDLE": service.ca_folder,
        "RUNNER_TEMP": str(folder),
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REPOSITORY": "octo-org/octo-repo",
        "GITHUB_SHA": "9f2c1d7be04a5c38d16e72f0ab94c5d83e6017af",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_RUN_ID": str(run),
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_JOB": "deploy",
        **{name: str(path) for name, path in files.items()},
        **{f"INPUT_{name.upper()}": value for name, value in given.items()},
    }
