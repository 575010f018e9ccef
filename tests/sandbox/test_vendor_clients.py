"""The vendors' own Python clients as judges: they must succeed here, and be refused as they expect to be."""

import importlib
import time

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException
from datadog_api_client.v2.api.dora_metrics_api import DORAMetricsApi
from datadog_api_client.v2.model.dora_deployment_patch_request import DORADeploymentPatchRequest
from datadog_api_client.v2.model.dora_deployment_patch_request_attributes import (
    DORADeploymentPatchRequestAttributes,
)
from datadog_api_client.v2.model.dora_deployment_patch_request_data import (
    DORADeploymentPatchRequestData,
)
from datadog_api_client.v2.model.dora_deployment_patch_request_data_type import (
    DORADeploymentPatchRequestDataType,
)
from datadog_api_client.v2.model.dora_deployment_request import DORADeploymentRequest
from datadog_api_client.v2.model.dora_deployment_request_attributes import (
    DORADeploymentRequestAttributes,
)
from datadog_api_client.v2.model.dora_deployment_request_data import DORADeploymentRequestData
from datadog_api_client.v2.model.dora_git_info import DORAGitInfo

from sandbox import DATADOG_API_KEY, DATADOG_APP_KEY, LAUNCHDARKLY_TOKEN

NOW = int(time.time() * 1000)
SHA = "0123456789abcdef0123456789abcdef01234567"
ID = "0123456789abcdef"


@pytest.fixture(scope="module")
def launchdarkly_api():
    """LaunchDarkly's client. Its import takes seconds: only these tests pay for it."""
    return importlib.import_module("launchdarkly_api")


@pytest.fixture
def deployments(launchdarkly_api, sandbox):
    """Return a function that makes LaunchDarkly's deployments API, with any token."""

    def make(token=LAUNCHDARKLY_TOKEN, version="beta"):
        configuration = launchdarkly_api.Configuration(host=sandbox.launchdarkly_url)
        configuration.api_key["ApiKey"] = token
        client = launchdarkly_api.ApiClient(configuration)
        if version:
            client.set_default_header("LD-API-Version", version)
        return launchdarkly_api.InsightsDeploymentsBetaApi(client)

    return make


@pytest.fixture
def post(launchdarkly_api):
    """Return a function that sends an event with LaunchDarkly's client."""

    def send(api, **changes):
        event = {
            "project_key": "default",
            "environment_key": "production",
            "application_key": "checkout",
            "version": "1.2.3",
            "event_type": "started",
            "event_time": NOW,
        } | changes
        return api.create_deployment_event(launchdarkly_api.PostDeploymentEventInput(**event))

    return send


@pytest.fixture
def dora(sandbox):
    """Return a function that makes Datadog's DORA metrics API, with any key."""
    made = []

    def make(api_key=DATADOG_API_KEY, app_key=DATADOG_APP_KEY):
        configuration = Configuration(
            host=sandbox.datadog_url, api_key={"apiKeyAuth": api_key, "appKeyAuth": app_key}
        )
        made.append(ApiClient(configuration))
        return DORAMetricsApi(made[-1])

    yield make
    for client in made:
        client.close()


def request(**changes):
    """Return Datadog's own request object for one deployment."""
    attributes = {
        "id": ID,
        "service": "checkout",
        "started_at": NOW,
        "finished_at": NOW,
        "git": DORAGitInfo(commit_sha=SHA, repository_url="https://github.com/octo/checkout"),
    } | changes
    return DORADeploymentRequest(
        DORADeploymentRequestData(DORADeploymentRequestAttributes(**attributes))
    )


def patch(id_=ID):
    """Return Datadog's own request object for a change failure."""
    return DORADeploymentPatchRequest(
        DORADeploymentPatchRequestData(
            DORADeploymentPatchRequestAttributes(change_failure=True),
            id_,
            DORADeploymentPatchRequestDataType.DORA_DEPLOYMENT_PATCH_REQUEST,
        )
    )


def test_launchdarklys_client_reports_lists_reads_and_patches(launchdarkly_api, deployments, post):
    api = deployments()
    assert post(api) is None
    post(
        api,
        event_type="finished",
        event_time=NOW + 5,
        application_kind="server",
        deployment_metadata={"a": 1},
    )
    found = api.get_deployments("default", "production", var_from=NOW, to=NOW + 10, limit=1)
    assert found.total_count == 1
    (item,) = found.items
    assert (item.application_version, item.status, item.duration_ms) == ("1.2.3", "finished", 5)
    assert api.get_deployment(str(item.id)) == item
    operation = launchdarkly_api.PatchOperation(op="replace", path="/status", value="failed")
    assert api.update_deployment(str(item.id), [operation]).status == "failed"


def test_launchdarklys_client_is_refused_in_the_shapes_it_expects(
    launchdarkly_api, deployments, post
):
    refusals = [
        (
            deployments(token="sdk-1234"),
            {},
            launchdarkly_api.exceptions.UnauthorizedException,
            "unauthorized",
        ),
        (
            deployments(version=None),
            {},
            launchdarkly_api.exceptions.ForbiddenException,
            "forbidden",
        ),
        (
            deployments(),
            {"project_key": "x"},
            launchdarkly_api.exceptions.NotFoundException,
            "not_found",
        ),
        (
            deployments(),
            {"version": "a/b"},
            launchdarkly_api.exceptions.BadRequestException,
            "invalid_request",
        ),
    ]
    for api, changes, exception, code in refusals:
        with pytest.raises(exception) as refused:
            post(api, **changes)
        assert refused.value.data.code == code
    assert [error.attribute for error in refused.value.data.errors] == ["version"]


def test_launchdarklys_client_understands_the_rate_limit(
    launchdarkly_api, sandbox, deployments, post
):
    sandbox.fail("launchdarkly", "rate-limit-epoch-ms")
    with pytest.raises(launchdarkly_api.exceptions.ApiException) as refused:
        post(deployments())
    assert (refused.value.status, refused.value.data.code) == (429, "rate_limited")


def test_datadogs_client_reports_reads_and_patches(sandbox, dora):
    api = dora()
    answer = api.create_dora_deployment(request(custom_tags=["a:b"], env="production"))
    assert (answer.data.id, str(answer.data.type)) == (ID, "dora_deployment")
    shown = api.get_dora_deployment(ID).data.attributes
    assert (shown.service, shown.custom_tags, shown.git.commit_sha) == ("checkout", ["a:b"], SHA)
    assert shown.started_at.timestamp() == NOW / 1000
    assert api.patch_dora_deployment(ID, patch()) is None
    assert sandbox.deployments("datadog")[0]["change_failure"] is True


def test_datadogs_client_is_refused_in_the_shapes_it_expects(dora):
    refusals = [
        (lambda: dora(api_key="wrong").create_dora_deployment(request()), 403, str),
        (lambda: dora(app_key="wrong").patch_dora_deployment(ID, patch()), 403, str),
        (lambda: dora().patch_dora_deployment(ID, patch()), 404, str),
        (lambda: dora().create_dora_deployment(request(custom_tags=["no colon"])), 400, dict),
        (lambda: dora().create_dora_deployment(request(id="too-short")), 400, dict),
    ]
    for call, status, shape in refusals:
        with pytest.raises(ApiException) as refused:
            call()
        assert refused.value.status == status
        assert all(isinstance(error, shape) for error in refused.value.body["errors"])


def test_datadogs_client_retries_into_the_same_deployment(dora, sandbox):
    sandbox.fail("datadog", "status-202", times=1)
    for _ in range(2):
        dora().create_dora_deployment(request())
    (deployment,) = sandbox.deployments("datadog")
    assert deployment["received"] == 2
