"""One whole deployment as GitHub's runner would run it: main, a pretended deploy, post."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emulator.job import Job
from emulator.manifest import REPOSITORY
from emulator.report import Report
from emulator.results import JobResult, StepResult
from emulator.runners import ContainerRunner, HostRunner, Runner
from sandbox import DATADOG_API_KEY, GITHUB_TOKEN, LAUNCHDARKLY_TOKEN, Sandbox

DEPLOY_SECONDS = 1.0
VENDORS = {"launchdarkly": "LaunchDarkly", "datadog": "Datadog"}

# What a proxied or privately certified network needs; the runner hands these on too.
_NETWORK = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE")
_KEYS = {"launchdarkly-access-token": "LaunchDarkly", "datadog-api-key": "Datadog"}
_REAL_INPUTS = {
    "launchdarkly-access-token": "LAUNCHDARKLY_ACCESS_TOKEN",
    "launchdarkly-project-key": "LAUNCHDARKLY_PROJECT_KEY",
    "launchdarkly-environment-key": "LAUNCHDARKLY_ENVIRONMENT_KEY",
    "environment": "ENVIRONMENT",
    "datadog-api-key": "DATADOG_API_KEY",
    "datadog-site": "DATADOG_SITE",
}


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    end: Literal["success", "failure", "cancelled"] = "success"
    """How the pretended deploy ends."""
    services: tuple[str, ...] = ()
    """Lines of the `service` input."""
    image: str | None = None
    """Run in containers of this image, not on the host."""
    action: Path = REPOSITORY


@dataclass(frozen=True)
class _Target:
    """Where the events go."""

    notice: str
    inputs: Mapping[str, str]
    secrets: Mapping[str, str]
    env: Mapping[str, str]
    github: Mapping[str, object]
    sandbox: Sandbox | None = None


def run_demo(options: Options, environ: Mapping[str, str], report: Report) -> int:
    """Run it, tell the story, and give the exit code: 0 only when everything was delivered."""
    with _target(environ) as target:
        report.notice(target.notice)
        # A container reaches a sandbox on the host's loopback only over the host's network.
        runner: Runner = (
            ContainerRunner(options.image, network="host") if options.image else HostRunner()
        )
        inputs = {**target.inputs, "fail-on-error": "true"}
        if options.services:
            inputs["service"] = "\n".join(options.services)
        with Job(
            event_name="push",
            event={"ref": "refs/heads/main"},
            runner=runner,
            secrets=target.secrets,
            env=target.env,
            github=target.github,
        ) as job:
            _main_and_deploy(job, options, inputs, report)
            result = job.finish()
        _show_end(result, report)
        delivered = all(stage.exit_code == 0 for stage in (result.steps[0], *result.posts))
        if target.sandbox:
            delivered &= _show_vendors(target.sandbox, options, report)
    report.verdict(delivered)
    return 0 if delivered else 1


def _main_and_deploy(job: Job, options: Options, inputs: Mapping[str, str], report: Report) -> None:
    report.heading("Main: the deploy is about to start")
    main = job.uses(options.action, with_=inputs, id="report")
    report.text(main.log)
    _show_exit(main, report)
    report.heading("Outputs")
    report.pairs(main.outputs)
    report.heading("The deploy (pretended)")
    deploy = job.run(_deploy(job, options))
    report.text(
        f"{deploy.outcome} after {deploy.seconds:.1f} s; the job's status is now {job.status}"
    )


def _deploy(job: Job, options: Options) -> Callable[[], None]:
    def deploy() -> None:
        time.sleep(DEPLOY_SECONDS)
        if options.end == "cancelled":
            job.cancel()
        if options.end == "failure":
            raise RuntimeError("the deploy failed")

    return deploy


def _show_end(result: JobResult, report: Report) -> None:
    report.heading("Post: the job has ended")
    for post in result.posts:
        report.text(post.log)
        _show_exit(post, report)
    report.heading("Job summary")
    report.text(result.summary)


def _show_exit(stage: StepResult, report: Report) -> None:
    if stage.exit_code:
        report.text(f"exit code {stage.exit_code}")


def _show_vendors(sandbox: Sandbox, options: Options, report: Report) -> bool:
    """Show what the sandbox received and holds; whether it holds what it should."""
    services = len(options.services) or 1
    # A failed or cancelled deploy is no deployment for Datadog, which counts every event as one.
    expected = {"launchdarkly": services, "datadog": services if options.end == "success" else 0}
    end = "finished" if options.end == "success" else "failed"
    complete = True
    for vendor, title in VENDORS.items():
        report.heading(f"What {title} received")
        report.requests(sandbox.requests(vendor))
        report.heading(f"What {title} holds")
        deployments = sandbox.deployments(vendor)
        report.deployments(deployments)
        ended = [each for each in deployments if each.get("status", end) == end]
        complete &= len(ended) == expected[vendor] == len(deployments)
    return complete


@contextlib.contextmanager
def _target(environ: Mapping[str, str]) -> Iterator[_Target]:
    if environ.get("LAUNCHDARKLY_ACCESS_TOKEN") or environ.get("DATADOG_API_KEY"):
        yield _real_target(environ)
        return
    with Sandbox() as sandbox:
        yield _Target(
            notice="Talking to a sandbox on this machine. "
            "Set LAUNCHDARKLY_ACCESS_TOKEN and/or DATADOG_API_KEY to talk to the real vendors.",
            inputs={
                "environment": "production",
                "launchdarkly-access-token": "${{ secrets.LAUNCHDARKLY_ACCESS_TOKEN }}",
                "launchdarkly-base-url": sandbox.launchdarkly_url,
                "datadog-api-key": "${{ secrets.DATADOG_API_KEY }}",
                "datadog-base-url": sandbox.datadog_url,
            },
            secrets={
                "LAUNCHDARKLY_ACCESS_TOKEN": LAUNCHDARKLY_TOKEN,
                "DATADOG_API_KEY": DATADOG_API_KEY,
            },
            env={},
            github={"api_url": sandbox.github_url, "token": GITHUB_TOKEN},
            sandbox=sandbox,
        )


def _real_target(environ: Mapping[str, str]) -> _Target:
    """Choose the real vendors, each whose key is set."""
    given = {
        name: environ[variable] for name, variable in _REAL_INPUTS.items() if environ.get(variable)
    }
    inputs = {"environment": given.get("launchdarkly-environment-key", "production"), **given}
    secrets = {}
    for key in _KEYS.keys() & given.keys():
        secrets[_REAL_INPUTS[key]] = given[key]
        inputs[key] = f"${{{{ secrets.{_REAL_INPUTS[key]} }}}}"
    vendors = " and ".join(title for key, title in _KEYS.items() if key in given)
    variables = {
        "repository": "GITHUB_REPOSITORY",
        "sha": "GITHUB_SHA",
        "server_url": "GITHUB_SERVER_URL",
    }
    return _Target(
        notice=f"THIS TALKS TO THE REAL {vendors}: keys were found in the environment. "
        f"It reports one deployment to the environment {inputs['environment']!r}.",
        inputs=inputs,
        secrets=secrets,
        env={name: environ[name] for name in _NETWORK if environ.get(name)},
        github={
            name: environ[variable] for name, variable in variables.items() if environ.get(variable)
        },
    )
