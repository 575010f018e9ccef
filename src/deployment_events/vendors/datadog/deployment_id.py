"""The ID under which a deployment is reported to Datadog."""

import re
from hashlib import sha256
from json import dumps

from ...deployment import Deployment

NEW_ID = re.compile(r"[A-Za-z0-9_.:-]{16,128}")
"""The IDs that Datadog accepts for a new deployment. See docs/vendors.md#datadog-deployment-id."""

_HASH_LENGTH = 24
"""Hex digits."""


def make_deployment_id(deployment: Deployment) -> str:
    """Return an ID that is the same for every retry and replay of a deployment.

    So Datadog counts it once: docs/vendors.md#datadog-repeated-deployment-id.
    It contains neither the service nor the environment, because the runner drops a job output that
    contains a secret's value: docs/vendors.md#runner-job-outputs-with-secrets.
    """
    origin = deployment.facts.origin
    if origin.deployment_id:
        return f"gh-d{_plain(origin.deployment_id)}-{_hash(_github_deployment(deployment))}"
    attempt = f"{_plain(origin.run_id) or 0}-{_plain(origin.run_attempt) or 1}"
    return f"gh-{attempt}-{_hash(_job(deployment))}"


def _github_deployment(deployment: Deployment) -> list[str]:
    """Return what identifies a GitHub deployment: a re-run of the workflow is the same one."""
    facts = deployment.facts
    return [
        facts.origin.repository,
        facts.origin.deployment_id,
        deployment.service.name,
        facts.environment,
    ]


def _job(deployment: Deployment) -> list[str]:
    """Return what identifies a job's deployment.

    Commit and version are included, because a job that deploys and rolls back has one start.
    """
    facts = deployment.facts
    origin = facts.origin
    job = [origin.job_id] if origin.job_id else [origin.job, origin.job_index]
    return [
        origin.repository,
        origin.run_id,
        origin.run_attempt,
        *job,
        deployment.service.name,
        facts.environment,
        facts.commit_sha,
        deployment.version,
        # A start that post found again may differ from the one that main lost.
        "" if facts.recovered else str(facts.started_at),
    ]


def _hash(parts: list[str]) -> str:
    return sha256(dumps(parts).encode()).hexdigest()[:_HASH_LENGTH]


def _plain(text: str) -> str:
    """Return at most 20 digits of `text`."""
    return re.sub(r"[^0-9]", "", text)[:20]
