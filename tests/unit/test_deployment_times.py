"""When a deployment started and finished, and from which source each time comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.github import context, deployment_status
from support.moments import MINUTE, NOW
from support.raw import inputs

from deployment_events.deployment import Event, StartSource
from deployment_events.deployment_times import deployment_times
from deployment_events.github.api import ApiStart

CREATED, CHANGED = NOW - 30 * MINUTE, NOW - 20 * MINUTE
"""When the deployment of the payload was created, and when its status was written."""


def times(
    event: Event,
    changes: dict[str, str] | None = None,
    *,
    payload: bool = False,
    job: int | None = None,
) -> tuple[int, int | None, list[str]]:
    """Return the start, the finish and the warnings."""
    run = context("deployment_status", deployment_status()) if payload else context()
    found = deployment_times(inputs(**changes or {}), run, event, NOW, ApiStart(job))
    return found.started_at, found.finished_at, list(found.warnings)


START, FINISH, JOB = NOW - 5 * MINUTE, NOW - MINUTE, NOW - 7 * MINUTE


def test_finished_at_causes_a_warning_only_for_a_started_event() -> None:
    given = {"started_at": str(START), "finished_at": str(FINISH)}
    assert times(Event.STARTED, given) == (
        START,
        None,
        ["`finished-at` is not used: this step reports a `started` event."],
    )
    assert times(Event.STARTED, {"started_at": str(START)})[2] == []
    assert times(Event.CUSTOM, given)[2] == times(Event.FINISHED, given)[2] == []


GIVEN = {"started_at": str(START), "finished_at": str(FINISH)}


@pytest.mark.parametrize(
    ("event", "changes", "payload", "job", "expected"),
    [
        (Event.STARTED, {}, False, None, (NOW, None)),
        (Event.STARTED, {"started_at": str(START)}, False, None, (START, None)),
        (Event.STARTED, {}, True, None, (CHANGED, None)),
        (Event.STARTED, {"started_at": str(START)}, True, None, (START, None)),
        (Event.CUSTOM, {}, False, None, (NOW, NOW)),
        (Event.CUSTOM, {"started_at": str(START)}, False, None, (START, START)),
        (Event.CUSTOM, GIVEN, False, None, (START, FINISH)),
        (Event.CUSTOM, {"finished_at": str(FINISH)}, False, None, (FINISH, FINISH)),
        (Event.FINISHED, GIVEN, True, JOB, (START, FINISH)),
        (Event.FINISHED, {"started_at": str(START)}, False, JOB, (START, NOW)),
        (Event.FINISHED, {}, False, JOB, (JOB, NOW)),
        (Event.FINISHED, {"finished_at": str(FINISH)}, False, JOB, (JOB, FINISH)),
        (Event.FAILED, {}, True, None, (CREATED, CHANGED)),
        (Event.FAILED, {"finished_at": str(FINISH)}, True, None, (CREATED, FINISH)),
    ],
)
def test_each_time_comes_from_the_first_source_that_has_it(
    event: Event,
    changes: dict[str, str],
    payload: bool,
    job: int | None,
    expected: tuple[int, int | None],
) -> None:
    assert times(event, changes, payload=payload, job=job) == (*expected, [])


@pytest.mark.parametrize(
    ("changes", "payload", "job", "source"),
    [
        ({"started_at": str(START)}, False, JOB, StartSource.INPUT),
        ({}, True, None, StartSource.DEPLOYMENT),
        ({}, False, JOB, StartSource.JOB),
        ({}, False, None, StartSource.FINISH),
    ],
)
def test_the_source_of_the_start_is_kept(
    changes: dict[str, str], payload: bool, job: int | None, source: StartSource
) -> None:
    run = context("deployment_status", deployment_status()) if payload else context()
    found = deployment_times(inputs(**changes), run, Event.FINISHED, NOW, ApiStart(job))
    assert found.source is source


@pytest.mark.parametrize("event", [Event.FINISHED, Event.FAILED])
def test_without_a_known_start_the_duration_is_zero_with_a_warning(event: Event) -> None:
    started, finished, [warning] = times(event)
    assert started == finished == NOW
    assert "the duration is zero. Set `started-at`" in warning
    assert "actions: read" not in warning


def test_the_warning_about_a_zero_duration_says_why_the_start_is_unknown() -> None:
    start = ApiStart(None, unknown_because="The list is too long.")
    found = deployment_times(inputs(), context(), Event.FINISHED, NOW, start)
    [warning] = found.warnings
    assert warning.endswith("with `event: auto`. The list is too long.")


@pytest.mark.parametrize(
    ("changes", "job", "both"),
    [
        # The user's start is used, and a derived start is changed.
        ({"started_at": str(NOW + MINUTE)}, None, NOW + MINUTE),
        ({}, NOW + MINUTE, NOW),
        ({"finished_at": str(FINISH)}, NOW, FINISH),
    ],
)
def test_a_start_after_the_finish_is_clamped_with_a_warning(
    changes: dict[str, str], job: int | None, both: int
) -> None:
    started, finished, [warning] = times(Event.FINISHED, changes, job=job)
    assert started == finished == both
    assert "clocks differ" in warning


@SLOW
@given(
    st.sampled_from(list(Event)),
    st.none() | st.integers(NOW - 10**9, NOW + 5 * MINUTE),
    st.none() | st.integers(NOW - 10**9, NOW + 5 * MINUTE),
    st.none() | st.integers(NOW - 10**9, NOW + 5 * MINUTE),
    st.booleans(),
)
def test_a_finish_is_never_before_its_start(
    event: Event, started: int | None, finished: int | None, job: int | None, payload: bool
) -> None:
    changes = {} if started is None else {"started_at": str(started)}
    if finished is not None and (started is None or started <= finished):
        changes["finished_at"] = str(finished)
    first, last, _ = times(event, changes, payload=payload, job=job)
    assert last is None or first <= last


def test_a_start_that_includes_the_wait_for_approval_causes_a_warning_with_the_reason() -> None:
    payload = deployment_status()
    payload["deployment"]["id"] = 7
    start = ApiStart(None, unknown_because="GitHub's API responded with HTTP 403.")
    found = deployment_times(
        inputs(), context("deployment_status", payload), Event.FINISHED, NOW, start
    )
    [warning] = found.warnings
    assert (found.started_at, found.source) == (CREATED, StartSource.DEPLOYMENT)
    assert "the time spent waiting for approval" in warning
    assert warning.endswith("GitHub's API responded with HTTP 403.")
