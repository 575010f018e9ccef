"""The sandbox under test, and small clients for it without code of the vendors or the action."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sandbox import DATADOG_API_KEY, DATADOG_APP_KEY, GITHUB_TOKEN, LAUNCHDARKLY_TOKEN, Sandbox

INSIGHTS = "/api/v2/engineering-insights"
SHA = "0123456789abcdef0123456789abcdef01234567"
GONE = object()
"""As the value of a field: the field is left out."""


class Api:
    """One vendor's API over plain HTTP."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.url = url
        self.headers = headers
        self.session = requests.Session()
        self.session.trust_env = False

    def call(
        self, method: str, path: str, headers: dict[str, Any] | None = None, **options: Any
    ) -> requests.Response:
        merged = {
            name: value
            for name, value in {**self.headers, **(headers or {})}.items()
            if value is not GONE
        }
        return self.session.request(
            method, self.url + path, headers=merged, timeout=10, allow_redirects=False, **options
        )


class LaunchDarklyApi(Api):
    def event(self, **changes: Any) -> requests.Response:
        return self.call("POST", f"{INSIGHTS}/deployment-events", json=event(**changes))

    def page(self, **changes: Any) -> requests.Response:
        query = {"projectKey": "default", "environmentKey": "production"} | changes
        kept = {name: value for name, value in query.items() if value is not GONE}
        return self.call("GET", f"{INSIGHTS}/deployments", params=kept)

    def items(self, **changes: Any) -> list[dict[str, Any]]:
        return self.page(**changes).json()["items"]

    def patch(self, id_: str, patch: Any) -> requests.Response:
        return self.call("PATCH", f"{INSIGHTS}/deployments/{id_}", json=patch)


class DatadogApi(Api):
    def create(self, **changes: Any) -> requests.Response:
        return self.call(
            "POST", "/api/v2/dora/deployment", json={"data": {"attributes": attributes(**changes)}}
        )

    def patch(self, id_: str, **changes: Any) -> requests.Response:
        data = {
            "type": "dora_deployment_patch_request",
            "id": id_,
            "attributes": {"change_failure": True},
        } | changes
        kept = {name: value for name, value in data.items() if value is not GONE}
        return self.call("PATCH", f"/api/v2/dora/deployments/{id_}", json={"data": kept})


def event(**changes: Any) -> dict[str, Any]:
    """Return a valid LaunchDarkly event with changes."""
    value = {
        "projectKey": "default",
        "environmentKey": "production",
        "applicationKey": "checkout",
        "version": "1.2.3",
        "eventType": "started",
        "eventTime": now_ms(),
    } | changes
    return {name: item for name, item in value.items() if item is not GONE}


def attributes(**changes: Any) -> dict[str, Any]:
    """Return valid attributes of a Datadog deployment with changes."""
    value = {
        "service": "checkout",
        "started_at": now_ms() - 1000,
        "finished_at": now_ms(),
        "git": {"commit_sha": SHA, "repository_url": "https://github.com/octo/checkout"},
    } | changes
    return {name: item for name, item in value.items() if item is not GONE}


def now_ms() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def gone() -> object:
    return GONE


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def connect() -> Iterator[Callable[[Sandbox, str], Any]]:
    """Return a function that makes a client for one vendor, with the default keys."""
    made: list[Api] = []

    def make(sandbox: Sandbox, vendor: str) -> Api:
        clients: dict[str, Callable[[], Api]] = {
            "launchdarkly": lambda: LaunchDarklyApi(
                sandbox.launchdarkly_url,
                {"Authorization": LAUNCHDARKLY_TOKEN, "LD-API-Version": "beta"},
            ),
            "datadog": lambda: DatadogApi(
                sandbox.datadog_url,
                {"DD-API-KEY": DATADOG_API_KEY, "DD-APPLICATION-KEY": DATADOG_APP_KEY},
            ),
            "github": lambda: Api(sandbox.github_url, {"Authorization": f"Bearer {GITHUB_TOKEN}"}),
        }
        made.append(clients[vendor]())
        return made[-1]

    yield make
    for api in made:
        api.session.close()


@pytest.fixture
def launchdarkly(sandbox: Sandbox, connect: Any) -> LaunchDarklyApi:
    return connect(sandbox, "launchdarkly")


@pytest.fixture
def datadog(sandbox: Sandbox, connect: Any) -> DatadogApi:
    return connect(sandbox, "datadog")


@pytest.fixture
def github(sandbox: Sandbox, connect: Any) -> Api:
    return connect(sandbox, "github")
