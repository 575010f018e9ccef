"""The ID under which a deployment is reported to Datadog."""

import re
from hashlib import sha256
from json import dumps

from ...deployment import Deployment

NEW_ID = re.compile(r"[A-Za-z0-9_.:-]{16,128}")
"""The IDs that Datadog accepts for a new deployment. See docs/vendors.md#datadog-deployment-id."""

_HASH_LENGTH = 24  # hex digits
_LONGEST_HEAD = 100  # characters


def make_deployment_id(deployment: Deployment) -> str:
    """Return an ID that is the same for every retry and replay of a deployment.

    The next deployment has another one. The readable head is for people. The hash separates
    deployments whose heads are alike. It includes commit and version, because a job that deploys
    and rolls back has one start.
    """
    service, facts = deployment.service.name, deployment.facts
    origin = facts.origin
    parts = [
        origin.repository,
        origin.run_id,
        origin.run_attempt,
        origin.job,
        origin.job_index,
        service,
        facts.environment,
        str(facts.started_at),
        facts.commit_sha,
        deployment.version,
    ]
    digest = sha256(dumps(parts).encode()).hexdigest()[:_HASH_LENGTH]
    head = f"{origin.run_id or 0}.{origin.run_attempt}:{service}:{facts.environment}"
    return f"{re.sub(r'[^A-Za-z0-9_.:-]', '-', head)[:_LONGEST_HEAD]}:{digest}"
