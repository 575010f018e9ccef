"""One deployment as GitHub's runner would run it: the main stage, a simulated deploy, and post."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emulator.job import Job
from emulator.manifest import REPOSITORY
from emulator.report import Report
from emulator.results import StepResult
from emulator.runners import ContainerRunner
from emulator.targets import live_target, sandbox_target
from sandbox import Sandbox

DEPLOY_SECONDS = 1.0
DOWN_SECONDS = "3"
"""The time limit of each stage if a vendor does not respond."""
VENDORS = {"launchdarkly": "LaunchDarkly", "datadog": "Datadog"}


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
    """Only verify the setup with `event: check`."""
    down: tuple[str, ...] = ()
    """Vendors of the sandbox that respond with HTTP 503."""
    live: bool = False
    """Use the real vendors, with the keys in the environment."""
    action: Path = REPOSITORY


def run_demo(options: Options, environ: Mapping[str, str], report: Report) -> int:
    """Run it, report each stage, and return the exit code: 0 only if everything was as expected.

    Raises `NoKey` if the real vendors are to be used without a key.
    """
    with contextlib.ExitStack() as stack:
        sandbox = None if options.live else stack.enter_context(Sandbox())
        if sandbox:
            target = sandbox_target(sandbox, environ)
            for vendor in options.down:
                sandbox.fail(vendor, 503)
        else:
            target = live_target(environ, end=options.end, check=options.check)
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
        report.summary(result.summary)
        delivered = all(stage.exit_code == 0 for stage in (main, *result.posts))
        if sandbox:
            delivered &= _show_vendors(sandbox, options, report)
        failed = [vendor for vendor in options.down if sandbox and sandbox.requests(vendor)]
    report.verdict(delivered, _verdict(failed, delivered))
    return 0 if delivered else 1


def _verdict(failed: Sequence[str], delivered: bool) -> str:
    """Return the last line; `failed` are the vendors that answered every request with an error."""
    if not delivered:
        return "NOT everything was delivered"
    if failed:
        names = " and ".join(VENDORS[vendor] for vendor in failed)
        return f"{names} was unavailable: the deploy was not affected, and the events were saved"
    return "Everything was delivered"


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
    report.summary(result.summary)
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
    if options.down:
        # What users see by default, without a long wait.
        inputs |= {"fail-on-error": "false", "timeout-seconds": DOWN_SECONDS}
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
    expected |= dict.fromkeys(options.down, 0)
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
