"""The vendors' own Python clients must work with the sandbox and understand its refusals."""

import time

import pytest
from support import datadog_client, launchdarkly_client
from support.datadog_client import ApiException, AuthenticationApi, KeyManagementApi

from sandbox import DATADOG_API_KEY, DATADOG_APP_KEY, LAUNCHDARKLY_TOKEN

NOW = int(time.time() * 1000)
SHA = "0123456789abcdef0123456789abcdef01234567"
ID = "0123456789abcdef"


@pytest.fixture
def deployments(sandbox):
    """Return a function that makes LaunchDarkly's deployments API, with any token."""

    def make(token=LAUNCHDARKLY_TOKEN, version="beta"):
        configuration = launchdarkly_client.Configuration(host=sandbox.launchdarkly_url)
        configuration.api_key["ApiKey"] = token
        client = launchdarkly_client.ApiClient(configuration)
        if version:
            client.set_default_header("LD-API-Version", version)
        return launchdarkly_client.DeploymentsApi(client)

    return make


@pytest.fixture
def post():
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
        return api.create_deployment_event(launchdarkly_client.PostEvent(**event))

    return send


@pytest.fixture
def dora(sandbox):
    """Return a function that makes an API of Datadog's client, with any keys."""
    made = []

    def make(api_key=DATADOG_API_KEY, app_key=DATADOG_APP_KEY, api=datadog_client.DeploymentsApi):
        configuration = datadog_client.Configuration(
            host=sandbox.datadog_url, api_key={"apiKeyAuth": api_key, "appKeyAuth": app_key}
        )
        made.append(datadog_client.ApiClient(configuration))
        return api(made[-1])

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
        "git": {"commit_sha": SHA, "repository_url": "https://github.com/octo/checkout"},
    } | changes
    body = {"data": {"attributes": attributes}}
    return datadog_client.read_back(body, datadog_client.DeploymentRequest)


PATCH_TYPE = "dora_deployment_patch_request"


def patch(id_=ID, **changes):
    """Return Datadog's own request object for a change failure."""
    attributes = {"change_failure": True} | changes
    body = {"data": {"attributes": attributes, "id": id_, "type": PATCH_TYPE}}
    return datadog_client.read_back(body, datadog_client.PatchRequest)


def patch_by_version(version="1.2.3", **changes):
    """Return Datadog's own request object for a change failure without an ID."""
    selection = {"env": "production", "service": "checkout", "version": version}
    attributes = {"change_failure": True} | selection | changes
    body = {"data": {"attributes": attributes, "type": PATCH_TYPE}}
    return datadog_client.read_back(body, datadog_client.PatchByVersionRequest)


def test_launchdarklys_client_reports_lists_reads_and_patches(deployments, post):
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
    operation = launchdarkly_client.PatchOperation(op="replace", path="/status", value="failed")
    assert api.update_deployment(str(item.id), [operation]).status == "failed"


def test_launchdarklys_client_reads_archived_deployments(sandbox, deployments, post):
    api = deployments()
    post(api)
    sandbox.launchdarkly.archive(sandbox.deployments("launchdarkly")[0]["id"])
    (item,) = api.get_deployments("default", "production", limit=1).items
    assert item.archived is True


def test_launchdarklys_client_is_refused_in_the_shapes_it_expects(deployments, post):
    refusals = [
        (
            deployments(token="sdk-1234"),
            {},
            launchdarkly_client.exceptions.UnauthorizedException,
            "unauthorized",
        ),
        (
            deployments(version=None),
            {},
            launchdarkly_client.exceptions.ForbiddenException,
            "forbidden",
        ),
        (
            deployments(),
            {"project_key": "x"},
            launchdarkly_client.exceptions.NotFoundException,
            "not_found",
        ),
        (
            deployments(),
            {"version": "a/b"},
            launchdarkly_client.exceptions.BadRequestException,
            "invalid_request",
        ),
    ]
    for api, changes, exception, code in refusals:
        with pytest.raises(exception) as refused:
            post(api, **changes)
        assert refused.value.data.code == code
    assert [error.attribute for error in refused.value.data.errors] == ["version"]


def test_launchdarklys_client_understands_the_rate_limit(sandbox, deployments, post):
    sandbox.fail("launchdarkly", "rate-limit-epoch-ms")
    with pytest.raises(launchdarkly_client.exceptions.ApiException) as refused:
        post(deployments())
    assert (refused.value.status, refused.value.data.code) == (429, "rate_limited")


def test_datadogs_client_reports_reads_and_patches(sandbox, dora):
    api = dora()
    answer = datadog_client.create(api, request(custom_tags=["a:b"], env="production"))
    assert (answer.data.id, str(answer.data.type)) == (ID, "dora_deployment")
    shown = datadog_client.read(api, ID).data.attributes
    assert (shown.service, shown.custom_tags, shown.git.commit_sha) == ("checkout", ["a:b"], SHA)
    assert shown.started_at.timestamp() == NOW / 1000
    assert datadog_client.patch(api, ID, patch()) is None
    assert sandbox.deployments("datadog")[0]["change_failure"] is True


@pytest.mark.parametrize("identity", [{"id": "the-other-one"}, {"version": "1.2.2"}])
def test_datadogs_client_names_a_remediation_by_id_or_version(sandbox, dora, identity):
    api = dora()
    datadog_client.create(api, request())
    remediation = {"type": "rollback"} | identity
    assert datadog_client.patch(api, ID, patch(remediation=remediation)) is None
    (deployment,) = sandbox.deployments("datadog")
    assert deployment["remediation"] == {"type": "rollback"} | identity


@pytest.mark.parametrize("identity", [{"id": "the-other-one"}, {"version": "1.2.2"}])
def test_datadogs_client_patches_without_an_id(sandbox, dora, identity):
    api = dora()
    datadog_client.create(api, request(env="production", version="1.2.3"))
    remediation = {"type": "rollback"} | identity
    body = patch_by_version(remediation=remediation)
    assert datadog_client.patch_by_version(api, body) is None
    (deployment,) = sandbox.deployments("datadog")
    assert deployment["change_failure"] is True
    assert deployment["remediation"] == remediation


def test_datadogs_client_validates_the_keys(dora):
    assert dora(app_key="wrong", api=AuthenticationApi).validate().valid is True
    assert str(dora(api=KeyManagementApi).validate_api_key().status) == "ok"
    for call in (
        dora(api_key="wrong", api=AuthenticationApi).validate,
        dora(api_key="wrong", api=KeyManagementApi).validate_api_key,
        dora(app_key="wrong", api=KeyManagementApi).validate_api_key,
    ):
        with pytest.raises(ApiException) as refused:
            call()
        assert (refused.value.status, refused.value.body) == (403, {"errors": ["Forbidden"]})


def test_datadogs_client_is_refused_in_the_shapes_it_expects(dora):
    refusals = [
        (lambda: datadog_client.create(dora(api_key="wrong"), request()), 403, str),
        (lambda: datadog_client.patch(dora(app_key="wrong"), ID, patch()), 403, str),
        (lambda: datadog_client.patch(dora(), ID, patch()), 404, str),
        (lambda: datadog_client.patch_by_version(dora(), patch_by_version()), 404, str),
        (lambda: datadog_client.patch_by_version(dora(), patch_by_version("")), 400, dict),
        (lambda: datadog_client.create(dora(), request(custom_tags=["no colon"])), 400, dict),
        (lambda: datadog_client.create(dora(), request(id="too-short")), 400, dict),
    ]
    for call, status, shape in refusals:
        with pytest.raises(ApiException) as refused:
            call()
        assert refused.value.status == status
        assert all(isinstance(error, shape) for error in refused.value.body["errors"])


def test_datadogs_client_retries_into_the_same_deployment(dora, sandbox):
    sandbox.fail("datadog", "status-202", times=1)
    for _ in range(2):
        datadog_client.create(dora(), request())
    (deployment,) = sandbox.deployments("datadog")
    assert deployment["received"] == 2
