"""One deployment as GitHub's runner would run it: the main stage, a simulated deploy, and post."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from emulator.job import Job
from emulator.manifest import REPOSITORY
from emulator.report import Report, columns, deployment, lines, request, summary
from emulator.runners import ContainerRunner
from emulator.targets import Target, live_target, sandbox_target
from sandbox import Sandbox

DEPLOY_SECONDS = 1.0
DOWN_SECONDS = "3"
"""The time limit of each stage if a vendor is down."""
VENDORS = {"launchdarkly": "LaunchDarkly", "datadog": "Datadog"}


@dataclass
class Options:
    """The options of the command line: `make run ARGS=--help` describes them."""

    end: Literal["success", "failure", "cancelled"] = "success"
    service: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    check: bool = False
    live: bool = False
    container: str = ""
    action: Path = REPOSITORY


def run_demo(options: Options, environ: Mapping[str, str], report: Report) -> int:
    """Run a deployment and show it; return the exit code: 0 only if all happened as expected."""
    with contextlib.nullcontext() if options.live else Sandbox() as sandbox:
        if sandbox:
            target = sandbox_target(sandbox, environ)
            for vendor in options.down:
                sandbox.fail(vendor, 503)
        else:
            target = live_target(environ, options.end, check=options.check)
        report.line(f"{target.notice}\n")
        good = _run_job(options, target, report)
        if sandbox:
            good &= _show_vendors(sandbox, options, report)
        has_undelivered = sandbox and any(map(sandbox.requests, options.down))
    done = "is valid" if options.check else "was delivered"
    verdict = f"Everything {done}" if good else f"NOT everything {done}"
    if good and has_undelivered:
        verdict = "The deploy was not affected, and the undelivered events were saved"
    report.line(verdict, "green" if good else "red")
    return 0 if good else 1


def _run_job(options: Options, target: Target, report: Report) -> bool:
    """Run the job and show its stages; return whether they succeeded."""

    def deploy() -> None:
        time.sleep(DEPLOY_SECONDS)
        if options.end == "cancelled":
            job.cancel()
        if options.end == "failure":
            raise RuntimeError("the deploy failed")

    with Job(event={"ref": "refs/heads/main"}, **target.job) as job:
        if options.container:
            # A container reaches a sandbox on the host's loopback only over the host's network.
            job.runner = ContainerRunner(options.container, "--network", "host")
        main = job.uses(options.action, with_={**target.inputs, **_more_inputs(options)})
        report.section(f"Main stage, exit code {main.exit_code}", lines(main.log))
        if not options.check:
            report.section("Outputs", columns(main.outputs.items()))
            step = job.run(deploy)
            how = f"{step.outcome} after {step.seconds:.1f} s"
            report.section("The deploy (simulated)", f"{how}; the job's status is now {job.status}")
        result = job.finish()
    for post in result.posts:
        report.section(f"Post stage, exit code {post.exit_code}", lines(post.log))
    report.section("Job summary", summary(result.summary))
    return all(stage.exit_code == 0 for stage in (main, *result.posts))


def _more_inputs(options: Options) -> dict[str, str]:
    inputs = {"fail-on-error": "true"}
    if options.down:
        # What users see by default, without a long wait.
        inputs = {"timeout-seconds": DOWN_SECONDS}
    if options.service:
        inputs["service"] = "\n".join(options.service)
    if options.check:
        inputs["event"] = "check"
    return inputs


def _show_vendors(sandbox: Sandbox, options: Options, report: Report) -> bool:
    """Show what the sandbox received; return whether it stored the expected deployments."""
    end = "finished" if options.end == "success" else "failed"
    services = 0 if options.check else len(options.service) or 1
    # A failed or cancelled deploy is not sent to Datadog, which would count it as a deployment.
    expected = {"launchdarkly": services, "datadog": services if end == "finished" else 0}
    expected |= dict.fromkeys(options.down, 0)
    as_expected = True
    for vendor, title in VENDORS.items():
        stored = sandbox.deployments(vendor)
        report.section(f"What {title} received", columns(map(request, sandbox.requests(vendor))))
        report.section(f"What {title} stored", *map(deployment, stored))
        as_expected &= [each.get("status", end) for each in stored] == [end] * expected[vendor]
    return as_expected
