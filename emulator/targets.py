"""Where `make run` sends the events: a sandbox, or with `--live` the real vendors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sandbox import DATADOG_API_KEY, GITHUB_TOKEN, LAUNCHDARKLY_TOKEN, Sandbox

KEYS = ("LAUNCHDARKLY_ACCESS_TOKEN", "DATADOG_API_KEY")
"""Variables with a vendor's key; `--live` needs at least one."""
_OTHER = ("LAUNCHDARKLY_PROJECT_KEY", "LAUNCHDARKLY_ENVIRONMENT_KEY", "ENVIRONMENT", "DATADOG_SITE")
"""More variables with the value of the input of the same name."""
_GITHUB = ("GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_SERVER_URL")
_NETWORK = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE")
"""Variables that a network with a proxy or a private CA needs; the runner passes them on."""


class Target(NamedTuple):
    """Where the events go."""

    notice: str
    inputs: Mapping[str, str]
    job: dict[str, Any]
    """The job's secrets, variables and `github` context."""


def sandbox_target(sandbox: Sandbox, environ: Mapping[str, str]) -> Target:
    """Return the sandbox. Keys in the environment are not used."""
    notice = "This run uses a sandbox on this machine."
    if any(map(environ.get, KEYS)):
        notice += " Keys in the environment are ignored: only ARGS=--live uses them."
    inputs = {
        "environment": "production",
        "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
        "launchdarkly-base-url": sandbox.launchdarkly_url,
        "datadog-api-key": DATADOG_API_KEY,
        "datadog-base-url": sandbox.datadog_url,
    }
    github = {"api_url": sandbox.github_url, "token": GITHUB_TOKEN}
    return Target(notice, inputs, {"github": github})


def live_target(environ: Mapping[str, str], end: str, *, check: bool) -> Target:
    """Return the real vendors whose key is set.

    `end` is how the deploy ends. `check`: only the keys are checked.
    """
    given = _present(environ, (*KEYS, *_OTHER))
    inputs = {name.replace("_", "-").lower(): value for name, value in given.items()}
    inputs.setdefault("environment", given.get("LAUNCHDARKLY_ENVIRONMENT_KEY", "production"))
    github = _present(environ, _GITHUB).items()
    job = {
        "secrets": _present(environ, KEYS),
        "env": _present(environ, _NETWORK),
        "github": {name.removeprefix("GITHUB_").lower(): value for name, value in github},
    }
    does = f"reports a deployment that ends with {end!r}"
    if check:
        does = "checks the keys, and reports no deployment"
    notice = [f"THIS RUN USES THE REAL VENDORS. It {does}:"]
    if KEYS[0] in given:
        project = inputs.get("launchdarkly-project-key", "default")
        environment = inputs.get("launchdarkly-environment-key", inputs["environment"])
        notice.append(f"  LaunchDarkly: project {project!r}, environment {environment!r}")
    if KEYS[1] in given:
        site = inputs.get("datadog-site", "datadoghq.com")
        notice.append(f"  Datadog: site {site!r} (receives only successful deployments)")
    return Target("\n".join(notice), inputs, job)


def _present(environ: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return the variables that are set and not empty."""
    return {name: environ[name] for name in names if environ.get(name)}
