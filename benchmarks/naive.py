"""A naive program for comparison: the same imports and the same three requests."""

import os
import time

import actions_toolkit.core as core
import pydantic
import requests

from_input = core.get_input
START = int(time.time() - 60) * 1000
NOW = int(time.time() * 1000)
SHA = os.environ["GITHUB_SHA"]


class Inputs(pydantic.BaseModel):
    environment: str
    token: str
    key: str


inputs = Inputs(
    environment=from_input("environment"),
    token=from_input("launchdarkly-access-token"),
    key=from_input("datadog-api-key"),
)
launchdarkly = f"{from_input('launchdarkly-base-url')}/api/v2/engineering-insights"
headers = {"Authorization": inputs.token, "LD-API-Version": "beta"}
place = {"projectKey": "default", "environmentKey": inputs.environment, "applicationKey": "naive"}
session = requests.Session()
session.post(
    f"{launchdarkly}/deployment-events",
    json={**place, "version": SHA, "eventType": "finished", "eventTime": NOW},
    headers=headers,
).raise_for_status()
session.get(
    f"{launchdarkly}/deployments", params={**place, "from": START}, headers=headers
).raise_for_status()
session.post(
    f"{from_input('datadog-base-url')}/api/v2/dora/deployment",
    json={"data": {"attributes": {"service": "naive", "started_at": START, "finished_at": NOW}}},
    headers={"DD-API-KEY": inputs.key},
).raise_for_status()
