"""The request that verifies LaunchDarkly's token, project and environment."""

from typing import Any
from urllib.parse import urlencode

from ...messages import Request
from ...values.text import quoted
from ..base import Check
from .api import API, HEADERS, credentials
from .settings import LaunchDarklySettings


def make_checks(settings: LaunchDarklySettings, environment: str) -> list[Check]:
    """Return one check: a list of one deployment.

    The list requires a valid token, the plan, the project and the environment:
    docs/vendors.md#launchdarkly-deployment-list.
    """
    project, environment = settings.project_key, settings.environment_key or environment
    query = urlencode({"projectKey": project, "environmentKey": environment, "limit": 1})
    url = f"{settings.base_url}{API}/deployments?{query}"
    subject = (
        f"`launchdarkly-access-token` for the project {quoted(project)} and the environment "
        f"{quoted(environment)}"
    )
    request = Request("GET", url, headers=HEADERS, credentials=credentials(settings))
    return [Check(subject, request, "the permission to write", _is_list)]


def _is_list(body: Any) -> bool | None:
    return True if isinstance(body, dict) and isinstance(body.get("items"), list) else None
