"""Many services in one step: each is a separate deployment with a separate result."""

import json
from collections import Counter

from support.steps import event_types, with_keys

from emulator import Job
from sandbox import Sandbox

HUNDRED = "\n".join(f"service-{number}" for number in range(100))


def statuses(step) -> Counter[tuple[str, str]]:
    return Counter((row["vendor"], row["status"]) for row in json.loads(step.outputs["results"]))


def test_of_a_hundred_services_only_the_refused_one_is_kept(
    sandbox: Sandbox,
) -> None:
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox, service=HUNDRED))
        sandbox.fail("datadog", 400, times=1)
        result = job.finish()
        [kept] = [path.read_text() for path in (job.temp / "deployment-events").iterdir()]
    [post] = result.posts
    assert statuses(step) == {("launchdarkly", "delivered"): 100, ("datadog", "skipped"): 100}
    assert {reported["status"] for reported in sandbox.deployments("launchdarkly")} == {"finished"}
    assert len(sandbox.deployments("launchdarkly")) == 100
    arrived = {deployment["service"] for deployment in sandbox.deployments("datadog")}
    [refused] = set(HUNDRED.splitlines()) - arrived
    [annotation] = post.annotations
    assert annotation.level == "error"
    assert f"Datadog refused the finished event of {refused}" in annotation.message
    assert [json.loads(line)["service"] for line in kept.splitlines()] == [refused]
    assert post.exit_code == 0


def test_the_attributes_of_a_line_apply_to_that_service_only(sandbox: Sandbox) -> None:
    services = "api,version=1.2.3,team=core,application-key=shop-api\n"
    services += 'web,"application-name=Shop, the web",application-kind=browser'
    with Job() as job:
        job.uses(
            with_=with_keys(
                sandbox, event="finished", service=services, version="9.9.9", datadog_team="all"
            )
        )
    at_datadog = {
        deployment["service"]: (deployment["version"], deployment["team"])
        for deployment in sandbox.deployments("datadog")
    }
    assert at_datadog == {"api": ("1.2.3", "core"), "web": ("9.9.9", "all")}
    bodies = {
        request.body["applicationKey"]: request.body
        for request in sandbox.requests("launchdarkly")
        if request.method == "POST"
    }
    assert bodies["shop-api"]["version"] == "1.2.3"
    assert (bodies["web"]["applicationName"], bodies["web"]["applicationKind"]) == (
        "Shop, the web",
        "browser",
    )


def test_the_ids_of_a_hundred_services_are_read_with_one_request(sandbox: Sandbox) -> None:
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox, event="finished", service=HUNDRED))
    lists = [request for request in sandbox.requests("launchdarkly") if request.method == "GET"]
    assert len(lists) == 1
    ids = {
        row["service"]: row["id"]
        for row in json.loads(step.outputs["results"])
        if row["vendor"] == "launchdarkly"
    }
    assert ids == {
        deployment["applicationKey"]: deployment["id"]
        for deployment in sandbox.deployments("launchdarkly")
    }


def test_undelivered_events_are_replayed_with_the_same_ids(
    sandbox: Sandbox,
) -> None:
    with Job() as job:
        sandbox.fail("datadog", 503)
        first = job.uses(
            with_=with_keys(sandbox, event="finished", service="api\nweb", timeout_seconds="1")
        )
        sandbox.heal()
        path = first.outputs["undelivered-path"]
        again = job.uses(with_=with_keys(sandbox, event="replay", replay=path))
        assert not (job.temp / path).exists()
    promised = {
        row["service"]: row["id"]
        for row in json.loads(first.outputs["results"])
        if row["vendor"] == "datadog"
    }
    assert {
        deployment["service"]: deployment["id"] for deployment in sandbox.deployments("datadog")
    } == promised
    assert statuses(again) == {("datadog", "delivered"): 2}
    assert again.outputs["undelivered-path"] == ""


def test_a_dry_run_and_the_summary_name_every_service(sandbox: Sandbox) -> None:
    with Job() as job:
        step = job.uses(
            with_=with_keys(sandbox, event="finished", service="api\nweb", dry_run="true")
        )
    assert event_types(sandbox) == []
    assert statuses(step) == {("launchdarkly", "dry-run"): 2, ("datadog", "dry-run"): 2}
    for name in ("api", "web"):
        assert f"finished ({name}) to Datadog" in step.log
        assert name in step.summary
