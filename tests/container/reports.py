"""A complete deployment in a job, and what it must lead to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from support.steps import with_keys

from emulator import ContainerRunner, Job
from sandbox import Sandbox

MakeRunner = Callable[..., ContainerRunner]
"""Takes docker's options for the container, and ContainerRunner's own by keyword."""


def results(outputs: Mapping[str, str]) -> dict[str, str]:
    """The status of each vendor's event."""
    return {result["vendor"]: result["status"] for result in json.loads(outputs["results"])}


def assert_reported(job: Job, sandbox: Sandbox, **inputs: str) -> None:
    """Report a deployment: started in main, finished in post, received by both vendors."""
    main = job.uses(with_=with_keys(sandbox, **inputs), id="report")
    assert main.exit_code == 0, main.raw
    result = job.finish()
    assert result.conclusion == "success", result.log
    assert [d["status"] for d in sandbox.deployments("launchdarkly")] == ["finished"], result.log
    assert len(sandbox.deployments("datadog")) == 1, result.log
