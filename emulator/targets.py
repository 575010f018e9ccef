"""Where `make run` sends the events: a sandbox, or with `--live` the real vendors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import DATADOG_API_KEY, GITHUB_TOKEN, LAUNCHDARKLY_TOKEN, Sandbox

KEYS = {"launchdarkly-access-token": "LaunchDarkly", "datadog-api-key": "Datadog"}
"""The vendor of each key."""

_INPUTS = {
    "launchdarkly-access-token": "LAUNCHDARKLY_ACCESS_TOKEN",
    "launchdarkly-project-key": "LAUNCHDARKLY_PROJECT_KEY",
    "launchdarkly-environment-key": "LAUNCHDARKLY_ENVIRONMENT_KEY",
    "environment": "ENVIRONMENT",
    "datadog-api-key": "DATADOG_API_KEY",
    "datadog-site": "DATADOG_SITE",
}
"""The variable of each input."""
_GITHUB = {
    "repository": "GITHUB_REPOSITORY",
    "sha": "GITHUB_SHA",
    "server_url": "GITHUB_SERVER_URL",
}
_NETWORK = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE")
"""Variables that a network with a proxy or a private CA needs; the runner passes them on."""


class NoKey(Exception):
    """No vendor has its key."""


@dataclass(frozen=True)
class Target:
    """Where the events go."""

    notice: str
    inputs: Mapping[str, str]
    job: dict[str, Any]
    """The job's secrets, variables and `github` context."""


def sandbox_target(sandbox: Sandbox, environ: Mapping[str, str]) -> Target:
    """Return the sandbox. Keys in the environment are not used."""
    notice = "This run uses a sandbox on this machine."
    if any(environ.get(_INPUTS[key]) for key in KEYS):
        notice += " Keys in the environment are ignored: only ARGS=--live uses them."
    secrets = {"LAUNCHDARKLY_ACCESS_TOKEN": LAUNCHDARKLY_TOKEN, "DATADOG_API_KEY": DATADOG_API_KEY}
    inputs = {
        "environment": "production",
        "launchdarkly-access-token": "${{ secrets.LAUNCHDARKLY_ACCESS_TOKEN }}",
        "launchdarkly-base-url": sandbox.launchdarkly_url,
        "datadog-api-key": "${{ secrets.DATADOG_API_KEY }}",
        "datadog-base-url": sandbox.datadog_url,
    }
    github = {"api_url": sandbox.github_url, "token": GITHUB_TOKEN}
    return Target(notice, inputs, {"secrets": secrets, "github": github})


def live_target(environ: Mapping[str, str], *, end: str, check: bool) -> Target:
    """Return the real vendors whose key is set. Raises `NoKey`.

    `end` is how the deploy ends. `check`: only the keys are checked.
    """
    given = _present(environ, _INPUTS)
    keys = [key for key in KEYS if key in given]
    if not keys:
        names = " or ".join(_INPUTS[key] for key in KEYS)
        raise NoKey(f"--live needs a key in the environment: set {names}")
    inputs = {"environment": given.get("launchdarkly-environment-key", "production"), **given}
    inputs |= {key: f"${{{{ secrets.{_INPUTS[key]} }}}}" for key in keys}
    job = {
        "secrets": {_INPUTS[key]: given[key] for key in keys},
        "env": _present(environ, {name: name for name in _NETWORK}),
        "github": _present(environ, _GITHUB),
    }
    what = _checks(inputs) if check else _events(inputs, end)
    lines = [f"  {KEYS[key]}: {what[key]}" for key in keys]
    return Target("\n".join(["THIS RUN USES THE REAL VENDORS:", *lines]), inputs, job)


def _checks(inputs: Mapping[str, str]) -> dict[str, str]:
    return {
        "launchdarkly-access-token": "checks the token. It reports nothing.",
        "datadog-api-key": f"checks the API key at {_site(inputs)}. It reports nothing.",
    }


def _events(inputs: Mapping[str, str], end: str) -> dict[str, str]:
    """Return what each vendor receives, by the vendor's key."""
    environment = inputs["environment"]
    project = inputs.get("launchdarkly-project-key", "default")
    result, datadog = "finished", f"one deployment to {environment!r} at {_site(inputs)}"
    if end != "success":
        result, datadog = "failed", "nothing, because the deploy does not succeed"
    launchdarkly = inputs.get("launchdarkly-environment-key", environment)
    return {
        "launchdarkly-access-token": (
            f"a started and a {result} event to the environment {launchdarkly!r} of the project "
            f"{project!r} at app.launchdarkly.com"
        ),
        "datadog-api-key": datadog,
    }


def _site(inputs: Mapping[str, str]) -> str:
    return inputs.get("datadog-site", "datadoghq.com")


def _present(environ: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the values of the variables that are set, by the names given for them."""
    return {name: environ[key] for name, key in variables.items() if environ.get(key)}
