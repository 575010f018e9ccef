"""One deployment as GitHub's runner would run it: the main stage, a simulated deploy, and post."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from emulator.job import Job
from emulator.manifest import REPOSITORY
from emulator.report import Report
from emulator.results import StepResult
from emulator.runners import ContainerRunner
from sandbox import DATADOG_API_KEY, GITHUB_TOKEN, LAUNCHDARKLY_TOKEN, Sandbox

DEPLOY_SECONDS = 1.0
VENDORS = {"launchdarkly": "LaunchDarkly", "datadog": "Datadog"}

_KEYS = {"launchdarkly-access-token": "LaunchDarkly", "datadog-api-key": "Datadog"}
_REAL_INPUTS = {
    "launchdarkly-access-token": "LAUNCHDARKLY_ACCESS_TOKEN",
    "launchdarkly-project-key": "LAUNCHDARKLY_PROJECT_KEY",
    "launchdarkly-environment-key": "LAUNCHDARKLY_ENVIRONMENT_KEY",
    "environment": "ENVIRONMENT",
    "datadog-api-key": "DATADOG_API_KEY",
    "datadog-site": "DATADOG_SITE",
}
_REAL_GITHUB = {
    "repository": "GITHUB_REPOSITORY",
    "sha": "GITHUB_SHA",
    "server_url": "GITHUB_SERVER_URL",
}
_NETWORK = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE")
"""Variables that a network with a proxy or a private CA needs; the runner passes them on."""


@dataclass(frozen=True)
class Options:
    """The options of the command line."""

    end: Literal["success", "failure", "cancelled"] = "success"
    """How the simulated deploy ends."""
    services: tuple[str, ...] = ()
    """Lines of the `service` input."""
    image: str | None = None
    """Run in containers of this image instead of on the host."""
    check: bool = False
    """Only verify the set-up with `event: check`."""
    action: Path = REPOSITORY


@dataclass(frozen=True)
class _Target:
    """Where the events go."""

    notice: str
    inputs: Mapping[str, str]
    job: dict[str, Any]
    """The job's secrets, variables and `github` context."""


def run_demo(options: Options, environ: Mapping[str, str], report: Report) -> int:
    """Run it, report each stage, and return the exit code: 0 only if everything was delivered."""
    real = environ.get("LAUNCHDARKLY_ACCESS_TOKEN") or environ.get("DATADOG_API_KEY")
    with contextlib.ExitStack() as stack:
        sandbox = None if real else stack.enter_context(Sandbox())
        target = _sandbox_target(sandbox) if sandbox else _real_target(environ, options)
        report.notice(target.notice)
        job = stack.enter_context(Job(event={"ref": "refs/heads/main"}, **target.job))
        if options.image:
            # A container reaches a sandbox on the host's loopback only over the host's network.
            job.runner = ContainerRunner(options.image, network="host")
        if options.check:
            return _run_check(job, options, target.inputs, sandbox, report)
        main = _main_and_deploy(job, options, target.inputs, report)
        result = job.finish()
        report.heading("Post: the job has ended")
        for post in result.posts:
            _show_stage(post, report)
        report.heading("Job summary")
        report.text(result.summary)
        delivered = all(stage.exit_code == 0 for stage in (main, *result.posts))
        if sandbox:
            delivered &= _show_vendors(sandbox, options, report)
    verdict = "Everything was delivered" if delivered else "NOT everything was delivered"
    report.verdict(delivered, verdict)
    return 0 if delivered else 1


def _run_check(
    job: Job,
    options: Options,
    inputs: Mapping[str, str],
    sandbox: Sandbox | None,
    report: Report,
) -> int:
    report.heading("Main: event: check")
    main = job.uses(options.action, with_={**inputs, "event": "check"})
    _show_stage(main, report)
    result = job.finish()
    report.heading("Job summary")
    report.text(result.summary)
    if sandbox:
        for vendor, title in VENDORS.items():
            report.heading(f"What {title} received")
            report.requests(sandbox.requests(vendor))
    valid = main.exit_code == 0
    report.verdict(valid, "Everything is valid" if valid else "NOT everything is valid")
    return 0 if valid else 1


def _main_and_deploy(
    job: Job, options: Options, inputs: Mapping[str, str], report: Report
) -> StepResult:
    report.heading("Main: the deploy is about to start")
    inputs = {**inputs, "fail-on-error": "true"}
    if options.services:
        inputs["service"] = "\n".join(options.services)
    main = job.uses(options.action, with_=inputs)
    _show_stage(main, report)
    report.heading("Outputs")
    report.pairs(main.outputs)

    def deploy() -> None:
        time.sleep(DEPLOY_SECONDS)
        if options.end == "cancelled":
            job.cancel()
        if options.end == "failure":
            raise RuntimeError("the deploy failed")

    report.heading("The deploy (simulated)")
    step = job.run(deploy)
    report.text(f"{step.outcome} after {step.seconds:.1f} s; the job's status is now {job.status}")
    return main


def _show_stage(stage: StepResult, report: Report) -> None:
    report.text(stage.log)
    if stage.exit_code:
        report.text(f"exit code {stage.exit_code}")


def _show_vendors(sandbox: Sandbox, options: Options, report: Report) -> bool:
    """Show what the sandbox received; return whether it stored the expected deployments."""
    services = len(options.services) or 1
    # A failed or cancelled deploy is not sent to Datadog, which would count it as a deployment.
    expected = {"launchdarkly": services, "datadog": services if options.end == "success" else 0}
    end = "finished" if options.end == "success" else "failed"
    complete = True
    for vendor, title in VENDORS.items():
        report.heading(f"What {title} received")
        report.requests(sandbox.requests(vendor))
        report.heading(f"What {title} stored")
        deployments = sandbox.deployments(vendor)
        report.deployments(deployments)
        ended = [each for each in deployments if each.get("status", end) == end]
        complete &= len(ended) == expected[vendor] == len(deployments)
    return complete


def _sandbox_target(sandbox: Sandbox) -> _Target:
    secrets = {"LAUNCHDARKLY_ACCESS_TOKEN": LAUNCHDARKLY_TOKEN, "DATADOG_API_KEY": DATADOG_API_KEY}
    return _Target(
        "This run uses a sandbox on this machine. "
        "Set LAUNCHDARKLY_ACCESS_TOKEN and/or DATADOG_API_KEY to use the real vendors.",
        {
            "environment": "production",
            "launchdarkly-access-token": "${{ secrets.LAUNCHDARKLY_ACCESS_TOKEN }}",
            "launchdarkly-base-url": sandbox.launchdarkly_url,
            "datadog-api-key": "${{ secrets.DATADOG_API_KEY }}",
            "datadog-base-url": sandbox.datadog_url,
        },
        {"secrets": secrets, "github": {"api_url": sandbox.github_url, "token": GITHUB_TOKEN}},
    )


def _real_target(environ: Mapping[str, str], options: Options) -> _Target:
    """Return the real vendors, each whose key is set."""
    given = _present(environ, _REAL_INPUTS)
    inputs = {"environment": given.get("launchdarkly-environment-key", "production"), **given}
    keys = _KEYS.keys() & given.keys()
    for key in keys:
        inputs[key] = f"${{{{ secrets.{_REAL_INPUTS[key]} }}}}"
    vendors = " and ".join(title for key, title in _KEYS.items() if key in keys)
    found = f"{vendors}: keys were found in the environment."
    notice = (
        f"THIS RUN REPORTS TO THE REAL {found} "
        f"It reports one deployment to the environment {inputs['environment']!r}."
    )
    if options.check:
        notice = f"This run checks the keys at the real {found} It reports no deployment."
    return _Target(
        notice,
        inputs,
        {
            "secrets": {_REAL_INPUTS[key]: given[key] for key in keys},
            "env": _present(environ, {name: name for name in _NETWORK}),
            "github": _present(environ, _REAL_GITHUB),
        },
    )


def _present(environ: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the values of the variables that are set, by the names given for them."""
    return {name: environ[key] for name, key in variables.items() if environ.get(key)}
