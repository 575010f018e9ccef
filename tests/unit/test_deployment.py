"""The domain: deployments, events and their times."""

import pytest
from pydantic import ValidationError
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
def test_a_deployment_is_over_when_it_finished_or_failed(event: Event, is_end: bool) -> None:
    assert event.is_end is is_end


def test_an_event_happened_at_the_start_or_at_the_end() -> None:
    one = deployment()
    assert one.at(Event.STARTED) == EARLIER
    assert {one.at(event) for event in (Event.FINISHED, Event.FAILED, Event.CUSTOM)} == {NOW}


def test_a_deployment_that_only_started_ends_at_its_start() -> None:
    assert deployment(finished_at=None).finished_at == EARLIER


def test_a_service_overrides_the_version() -> None:
    services = (
        Service(name="api", overrides={"version": "2.0"}),
        Service(name="web", overrides={"team": "web"}),
    )
    api, web = deployments(services=services, version="1.0")
    assert (api.version, web.version) == ("2.0", "1.0")


@pytest.mark.parametrize("source", StartSource)
def test_a_start_is_exact_unless_it_is_the_job_s_or_the_finish(source: StartSource) -> None:
    assert source.is_exact is (source not in {StartSource.JOB, StartSource.FINISH})


def test_models_never_change_and_take_no_unknown_field() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Service(name="api").name = "web"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Service(name="api", nmae="web")  # type: ignore[call-arg]
