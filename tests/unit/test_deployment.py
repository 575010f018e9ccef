"""The domain: deployments, events and their times."""

import pytest
from support.deployments import deployment, deployments
from support.moments import EARLIER, NOW

from deployment_events.deployment import Event, Service, StartSource


@pytest.mark.parametrize(
    ("event", "is_end"),
    [
        (Event.STARTED, False),
        (Event.FINISHED, True),
        (Event.FAILED, True),
        (Event.CUSTOM, False),
        (Event.UPDATE, False),
    ],
)
def test_only_finished_and_failed_end_a_deployment(event: Event, is_end: bool) -> None:
    assert event.is_end is is_end


def test_an_event_has_the_time_of_the_start_or_of_the_finish() -> None:
    reported = deployment()
    assert reported.at(Event.STARTED) == EARLIER
    assert {reported.at(event) for event in (Event.FINISHED, Event.FAILED, Event.CUSTOM)} == {NOW}


def test_without_a_finish_a_deployment_finishes_at_its_start() -> None:
    assert deployment(finished_at=None).finished_at == EARLIER


def test_a_service_overrides_the_version() -> None:
    services = (
        Service(name="api", overrides={"version": "2.0"}),
        Service(name="web", overrides={"team": "web"}),
    )
    api, web = deployments(services=services, version="1.0")
    assert (api.version, web.version) == ("2.0", "1.0")


@pytest.mark.parametrize("source", StartSource)
def test_a_start_is_exact_unless_its_source_is_the_job_or_the_finish(source: StartSource) -> None:
    assert source.is_exact is (source not in {StartSource.JOB, StartSource.FINISH})
