"""The event, commit, version and times of the deployments."""

from typing import Any

import pytest
from support.deployments import deployments
from support.github import HEAD, SHA, context, deployment_status
from support.keys import GITHUB_TOKEN
from support.moments import EARLIER, MINUTE, NOW
from support.raw import inputs

from deployment_events.deployment import GITHUB_STATUSES, Event, Facts
from deployment_events.resolve import (
    NoEvent,
    choose_end,
    choose_event,
    finish,
    needs_api_start,
    resolve,
)
from deployment_events.values.secrets import SecretMatcher

CREATED, CHANGED = NOW - 30 * MINUTE, NOW - 20 * MINUTE
"""When the deployment of the payload was created, and when its status was written."""


@pytest.mark.parametrize(
    ("word", "event"),
    [
        ("started", Event.STARTED),
        ("finished", Event.FINISHED),
        ("failed", Event.FAILED),
        ("custom", Event.CUSTOM),
        ("update", Event.UPDATE),
        ("in_progress", Event.STARTED),
        ("success", Event.FINISHED),
        ("failure", Event.FAILED),
        ("error", Event.FAILED),
        ("timed_out", Event.FAILED),
        ("startup_failure", Event.FAILED),
    ],
)
def test_each_status_value_selects_an_event(word: str, event: Event) -> None:
    assert choose_event(word, "ignore") is event


@pytest.mark.parametrize(
    "word",
    ["skipped", "pending", "waiting", "queued", "inactive", "neutral", "stale", "action_required"],
)
def test_a_status_that_is_no_start_or_end_is_reported_and_not_sent(word: str) -> None:
    reason = (
        f"The status '{word}' is neither the start nor the result of a deployment: nothing is sent."
    )
    assert choose_event(word, "failed") == NoEvent(reason)


def test_cancelled_selects_no_event_without_on_cancelled() -> None:
    assert "cancelled" not in GITHUB_STATUSES


@pytest.mark.parametrize(
    ("choice", "event"), [("failed", Event.FAILED), ("finished", Event.FINISHED)]
)
def test_on_cancelled_selects_the_event_of_a_cancelled_deployment(
    choice: str, event: Event
) -> None:
    assert choose_event("cancelled", choice) is event
    assert choose_end("cancelled", choice) is event


def test_a_cancelled_deployment_can_be_ignored() -> None:
    assert "`on-cancelled` is `ignore`" in str(choose_event("cancelled", "ignore"))


@pytest.mark.parametrize("word", ["", "done", "Success", "replay", "auto", "::error::"])
def test_an_unknown_status_is_reported_and_not_sent(word: str) -> None:
    chosen = choose_event(word, "failed")
    assert isinstance(chosen, NoEvent)
    assert chosen.expected
    assert "nothing is sent." in chosen.reason
    assert not chosen.reason.startswith("::")


@pytest.mark.parametrize(
    ("status", "event"), [("success", Event.FINISHED), ("failure", Event.FAILED)]
)
def test_the_job_status_selects_the_event(status: str, event: Event) -> None:
    assert choose_end(status, "ignore") is event


def test_a_skipped_job_sends_nothing() -> None:
    skipped = choose_end("skipped", "failed")
    assert isinstance(skipped, NoEvent)
    assert skipped.expected


@pytest.mark.parametrize("status", ["", "in_progress", "finished", "${{ job.status }}"])
def test_an_unknown_job_status_is_reported_with_a_fix(status: str) -> None:
    chosen = choose_end(status, "failed")
    assert isinstance(chosen, NoEvent)
    assert not chosen.expected
    assert "Set `job-status` to nothing but `${{ job.status }}`" in chosen.reason


@pytest.mark.parametrize(
    ("event", "changes", "needed"),
    [
        (Event.FINISHED, {}, True),
        (Event.FAILED, {}, True),
        (Event.STARTED, {}, False),
        (Event.CUSTOM, {}, False),
        (Event.UPDATE, {}, False),
        (Event.FINISHED, {"started_at": str(EARLIER)}, False),
        (Event.FINISHED, {"github_token": ""}, False),
    ],
)
def test_the_job_s_start_is_requested_only_for_a_standalone_finished_or_failed(
    event: Event, changes: dict[str, str], needed: bool
) -> None:
    assert needs_api_start(inputs(**{"github_token": GITHUB_TOKEN, **changes}), event) is needed


def test_a_clock_set_back_between_the_stages_finishes_at_the_start() -> None:
    running = deployments("api", "web", finished_at=None)
    finished, warning = finish(running, EARLIER - 1)
    assert [deployment.finished_at for deployment in finished] == [EARLIER, EARLIER]
    assert "the clock was adjusted during the job" in warning
    assert finish(running, EARLIER) == (deployments("api", "web", finished_at=EARLIER), "")
    assert finish(running, NOW) == (deployments("api", "web"), "")


def resolved(
    event: Event = Event.STARTED, event_name: str = "push", payload=None, env=None, **changes: str
):
    run = context(event_name, payload, **env or {})
    return resolve(inputs(**changes), run, event, now=NOW, hide=str)


def facts(*args: Any, **changes: Any) -> Facts:
    return resolved(*args, **changes).deployments[0].facts


def test_inputs_override_derived_values() -> None:
    found = resolved(
        event_name="deployment_status",
        payload=deployment_status(),
        commit_sha="C" * 40,
        version="2.0",
        repository_url="https://example.com/r",
        service="api",
    )
    assert (
        found.deployments[0].facts.commit_sha,
        found.deployments[0].facts.version,
        found.deployments[0].facts.repository_url,
    ) == (
        "c" * 40,
        "2.0",
        "https://example.com/r",
    )
    assert [deployment.service.name for deployment in found.deployments] == ["api"]


def test_values_that_are_not_set_are_derived() -> None:
    found = resolved(event_name="workflow_run", payload={"workflow_run": {"head_sha": HEAD}})
    assert (found.deployments[0].facts.commit_sha, found.deployments[0].facts.version) == (
        HEAD,
        HEAD,
    )
    assert found.deployments[0].facts.repository_url == "https://github.com/octo-org/octo-repo"
    assert [deployment.service.name for deployment in found.deployments] == ["octo-repo"]


def test_a_commit_that_the_user_sets_is_the_version_too() -> None:
    assert facts(commit_sha=HEAD).version == HEAD
    assert facts(commit_sha=HEAD, env={"ref": "refs/tags/v1"}).version == "v1"


def test_the_sources_name_where_each_value_comes_from() -> None:
    assert resolved().sources == (
        f"commit {SHA} (GITHUB_SHA)",
        "start 2026-05-04T09:30:00.000Z (now)",
    )
    sources = resolved(commit_sha=HEAD, version="2.0", started_at=str(EARLIER)).sources
    assert sources == (
        f"commit {HEAD} (input)",
        "version 2.0 (input)",
        "start 2026-05-04T09:20:00.000Z (input)",
    )


def test_a_hostile_tag_is_neutralized_in_the_sources() -> None:
    sources = " ".join(resolved(env={"ref": "refs/tags/x##[error]y"}).sources)
    assert "##[" not in sources


def test_the_default_branch_causes_a_warning_only_if_no_commit_is_set() -> None:
    assert "head of the default branch" in resolved(event_name="schedule").warnings[0]
    assert resolved(event_name="schedule", commit_sha=HEAD).warnings == ()


@pytest.mark.parametrize(
    ("version", "changes"),
    [
        ("main", {"ref_name": "main"}),
        ("feature/x", {"ref_name": "feature/x", "ref": "refs/heads/feature/x"}),
        ("feature/x", {"ref_name": "7/merge", "head_ref": "feature/x", "ref": "refs/pull/7/merge"}),
        ("trunk", {"payload": {"repository": {"default_branch": "trunk"}}}),
        ("refs/heads/main", {}),
        ("refs/pull/7/merge", {"ref": "refs/pull/7/merge"}),
    ],
)
def test_a_version_that_is_a_branch_causes_a_warning(version: str, changes: dict[str, Any]) -> None:
    found = resolve(inputs(version=version), context(**changes), Event.STARTED, now=NOW, hide=str)
    [warning] = found.warnings
    assert f"`version` '{version}' is the name of a branch" in warning
    assert "treats them as one" in warning
    assert found.deployments[0].version_is_branch


@pytest.mark.parametrize(
    ("version", "changes"),
    [
        ("1.2.3", {"ref_name": "main"}),
        ("main", {"ref_name": "main", "ref": "refs/tags/main"}),
        ("", {"ref_name": "main"}),
    ],
)
def test_any_other_version_causes_no_warning(version: str, changes: dict[str, str]) -> None:
    found = resolve(inputs(version=version), context(**changes), Event.STARTED, now=NOW, hide=str)
    assert found.warnings == ()
    assert not found.deployments[0].version_is_branch


def test_the_version_of_one_service_may_be_a_branch() -> None:
    given = inputs(service="api,version=main\nweb,version=main\njob,version=1")
    found = resolve(given, context(ref_name="main"), Event.STARTED, now=NOW, hide=str)
    assert [deployment.version_is_branch for deployment in found.deployments] == [True, True, False]
    assert len(found.warnings) == 1


def test_an_update_selects_the_version_that_the_user_names() -> None:
    found = resolve(
        inputs(version="main"), context(ref_name="main"), Event.UPDATE, now=NOW, hide=str
    )
    assert found.warnings == ()


def test_the_warnings_of_the_context_are_passed_on() -> None:
    found = context()._replace(warnings=("The event payload could not be read.",))
    assert resolve(inputs(), found, Event.STARTED, now=NOW, hide=str).warnings == found.warnings


def test_without_a_repository_and_a_commit_their_values_are_empty() -> None:
    found = resolved(env={"repository": "", "sha": ""}, service="api")
    assert (
        found.deployments[0].facts.repository_url,
        found.deployments[0].facts.commit_sha,
        found.deployments[0].facts.version,
    ) == ("", "", "")


def test_github_metadata_is_added_unless_disabled_or_set_by_the_user() -> None:
    assert "github.actor" in facts().metadata
    assert facts(github_metadata="false").metadata == {}
    found = resolved(tags="github.actor:me")
    assert "github.actor" not in found.deployments[0].facts.metadata
    assert "github.ref" in found.deployments[0].facts.metadata
    assert found.deployments[0].facts.tags == (("github.actor", "me"),)


def test_the_attempt_and_the_matrix_index_are_kept() -> None:
    origin = facts(env={"run_attempt": "2"}, job_index="3").origin
    assert (origin.repository, origin.run_id, origin.run_attempt) == (
        "octo-org/octo-repo",
        "17500000000",
        "2",
    )
    assert (origin.job, origin.job_index) == ("deploy", "3")


SECRET = "hunter2-hunter"
"""Too short to be an input error."""


@pytest.mark.parametrize("length", [70, 76, 79])
def test_a_secret_in_a_version_is_hidden_before_the_version_is_shortened(length: int) -> None:
    version = "x" * length + SECRET
    hide = SecretMatcher([SECRET]).hide
    found = resolve(
        inputs(version=version), context(ref_name=version), Event.STARTED, now=NOW, hide=hide
    )
    texts = " ".join((*found.sources, *found.warnings))
    assert "is the name of a branch" in texts
    assert SECRET[:4] not in texts
