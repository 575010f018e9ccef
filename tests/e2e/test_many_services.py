"""Many services in one step: each is a separate deployment with a separate result."""

from collections import Counter

from support.quick import MakeStep
from support.step import Ended
from support.steps import event_types

from sandbox import Sandbox

HUNDRED = "\n".join(f"service-{number}" for number in range(100))


def statuses(ended: Ended) -> Counter[tuple[str, str]]:
    return Counter((row["vendor"], row["status"]) for row in ended.results)


def ids(ended: Ended, vendor: str) -> dict[str, str]:
    """Return the IDs of a vendor by service."""
    return {row["service"]: row["id"] for row in ended.results if row["vendor"] == vendor}


def test_of_a_hundred_services_only_the_refused_one_is_kept(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step(service=HUNDRED)
    main = step.main()
    sandbox.fail("datadog", 400, times=1)
    post = step.post()
    assert statuses(main) == {("launchdarkly", "delivered"): 100, ("datadog", "skipped"): 100}
    assert {reported["status"] for reported in sandbox.deployments("launchdarkly")} == {"finished"}
    assert len(sandbox.deployments("launchdarkly")) == 100
    arrived = {deployment["service"] for deployment in sandbox.deployments("datadog")}
    [refused] = set(HUNDRED.splitlines()) - arrived
    [error] = post.annotations("error")
    assert f"Datadog refused the finished event of {refused}" in error
    assert [line["service"] for line in step.outbox] == [refused]
    assert post.code == 0


def test_the_attributes_of_a_line_apply_to_that_service_only(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    services = "api,version=1.2.3,team=core,application-key=shop-api\n"
    services += 'web,"application-name=Shop, the web",application-kind=browser'
    make_step(event="finished", service=services, version="9.9.9", datadog_team="all").main()
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


def test_the_ids_of_a_hundred_services_are_read_with_one_request(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    ended = make_step(event="finished", service=HUNDRED).main()
    lists = [request for request in sandbox.requests("launchdarkly") if request.method == "GET"]
    assert len(lists) == 1
    assert ids(ended, "launchdarkly") == {
        deployment["applicationKey"]: deployment["id"]
        for deployment in sandbox.deployments("launchdarkly")
    }


def test_undelivered_events_are_replayed_with_the_same_ids(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.fail("datadog", 503)
    first = make_step(event="finished", service="api\nweb").main()
    sandbox.heal()
    step = make_step(event="replay", replay=first.outputs["undelivered-path"])
    again = step.main()
    assert {
        deployment["service"]: deployment["id"] for deployment in sandbox.deployments("datadog")
    } == ids(first, "datadog")
    assert statuses(again) == {("datadog", "delivered"): 2}
    assert again.outputs["undelivered-path"] == ""
    assert step.outbox == []


def test_a_dry_run_and_the_summary_name_every_service(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    ended = make_step(event="finished", service="api\nweb", dry_run="true").main()
    assert event_types(sandbox) == []
    assert statuses(ended) == {("launchdarkly", "dry-run"): 2, ("datadog", "dry-run"): 2}
    for name in ("api", "web"):
        assert f"finished ({name}) to Datadog" in ended.stdout
        assert name in ended.summary
