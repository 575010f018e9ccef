"""The vocabulary, and the id that stays one deployment's for ever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.deployments import deployment, origin, rollout
from support.moments import EARLIER, NOW

from deployment_events.deployment import Event, Service
from deployment_events.vendors.shared import is_id

anything = st.text(st.characters(), max_size=300)


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


def test_a_service_s_own_version_wins() -> None:
    one = rollout("api", version="1.0")
    assert one.deployment(Service(name="api", attributes={"version": "2.0"})).version == "2.0"
    assert one.deployment(Service(name="api", attributes={"team": "web"})).version == "1.0"


def test_models_never_change_and_take_no_unknown_field() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Service(name="api").name = "web"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Service(name="api", nmae="web")  # type: ignore[message-arg]


def test_the_id_is_readable() -> None:
    assert re.fullmatch(r"17500000000\.1:checkout:production:[0-9a-f]{24}", deployment().id)


parts = st.fixed_dictionaries(
    {
        "repository": anything,
        "run_id": st.text("0123456789", max_size=20),
        "run_attempt": st.text("0123456789", max_size=3),
        "job": anything,
        "job_index": st.text("0123456789", max_size=4),
    }
)


def identify(one: dict[str, str], service: str, environment: str, started_at: int) -> str:
    changed = rollout(started_at=started_at).model_copy(
        update={"environment": environment, "origin": origin().model_copy(update=one)}
    )
    return changed.deployment(Service.model_construct(name=service, attributes={})).id


@given(parts, anything, anything, st.integers())
def test_any_deployment_s_id_fits_datadog_and_our_own_rule(
    one: dict[str, str], service: str, environment: str, started_at: int
) -> None:
    id_ = identify(one, service, environment, started_at)
    assert re.fullmatch(r"[A-Za-z0-9_.:-]{16,128}", id_)
    assert is_id(id_)
    assert id_ == identify(one, service, environment, started_at)


@pytest.mark.parametrize("length", [1, 50, 60, 90, 100, 101, 128, 5000])
def test_a_long_name_s_id_is_short_enough_and_its_own(length: int) -> None:
    ids = {deployment(services=(Service(name="s" * length + end),)).id for end in ("", "a", "b")}
    assert len(ids) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_.:-]{16,128}", id_) for id_ in ids)


@given(parts, st.lists(anything, min_size=2, max_size=2, unique=True), anything)
def test_two_services_or_environments_never_share_an_id(
    one: dict[str, str], two: list[str], same: str
) -> None:
    first, second = two
    assert identify(one, first, same, NOW) != identify(one, second, same, NOW)
    assert identify(one, same, first, NOW) != identify(one, same, second, NOW)
    assert identify(one, first, second, NOW) != identify(one, second, first, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"repository": "octo-org/other"},
        {"run_id": "17500000001"},
        {"run_attempt": "2"},
        {"job": "deploy-eu"},
        {"job_index": "1"},
    ],
)
def test_another_run_attempt_job_or_matrix_leg_is_another_deployment(
    change: dict[str, str],
) -> None:
    assert deployment(origin=origin(**change)).id != deployment().id


def test_another_start_is_another_deployment_and_another_end_is_not() -> None:
    assert deployment(started_at=EARLIER + 1).id != deployment().id
    assert (
        deployment(finished_at=NOW + 1).id == deployment(tags=(("a", "b"),)).id == deployment().id
    )


def test_a_rollback_in_the_same_job_is_another_deployment() -> None:
    """Both have the job's start; what tells them apart is what they deploy."""
    assert deployment(commit_sha="b" * 40).id != deployment().id
    assert deployment(version="2").id != deployment().id
    assert deployment(
        services=(Service(name="api", attributes={"version": "2"}),), version="1"
    ).id == (deployment(services=(Service(name="api"),), version="2").id)


def test_parts_that_read_alike_when_put_together_stay_apart() -> None:
    assert (
        deployment(origin=origin(job="deploy1", job_index="")).id
        != deployment(origin=origin(job="deploy", job_index="1")).id
    )
    assert deployment(environment="prod/eu").id != deployment(environment="prod-eu").id


def test_names_that_look_alike_in_the_id_s_alphabet_stay_apart() -> None:
    assert (
        len(
            {
                deployment(services=(Service(name=name),)).id
                for name in ("a/b", "a-b", "a b", "a\u00e9b")
            }
        )
        == 4
    )
