"""The state that main saves for post: complete, typed, without keys, and never too large."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.deployments import deployments, keys_of
from support.keys import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN, SECRETS
from support.raw import inputs
from support.step import Step

from deployment_events.deployment import Service
from deployment_events.errors import StateError
from deployment_events.github.runner import Runner
from deployment_events.inputs.model import Inputs
from deployment_events.inputs.service_lines import service_keys
from deployment_events.stages.state import (
    State,
    load,
    make_state,
    restore_settings,
    save,
    save_done,
)

LIMIT = 128 * 1024
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
many = tuple(
    Service(name=f"service-{number:03d}", overrides={"version": f"1.{number}", "team": "é" * 40})
    for number in range(500)
)


def state(given: Inputs | None = None, **changes: Any) -> State:
    return make_state(
        given or inputs(), deployments(**changes), "deployment-events/undelivered-1.jsonl"
    )


def through(step: Step, one: State) -> State:
    """Return what post reads of what main saved."""
    save(Runner(), one)
    step.hand_over()
    return load(Runner())


def test_post_reads_what_main_saved(step: Step) -> None:
    given = inputs(
        on_cancelled="ignore",
        timeout_seconds="12.5",
        fail_on_error="true",
        dry_run="true",
        tags="a:1",
    )
    one = state(given, tags=(("a", "1"), ("a", "2")), metadata={"github.ref": "x"})
    assert through(step, one) == one
    assert (one.on_cancelled, one.timeout_seconds, one.fail_on_error, one.dry_run) == (
        "ignore",
        12.5,
        True,
        True,
    )
    assert list(one.settings) == ["launchdarkly", "datadog"]


@SLOW
@given(
    st.lists(words, min_size=1, max_size=5, unique=True),
    st.dictionaries(st.sampled_from(service_keys()), words),
    st.lists(st.tuples(words, words), max_size=4),
    words,
)
def test_post_reads_any_state_that_main_saved(
    step: Step,
    names: list[str],
    attributes: dict[str, str],
    tags: list[tuple[str, str]],
    version: str,
) -> None:
    services = tuple(Service(name=name, overrides=attributes) for name in names)
    one = state(services=services, tags=tuple(tags), version=version)
    (step.folder / "state").write_text("")
    assert through(step, one) == one


@pytest.mark.parametrize("name", ["fail_on_error", "dry_run"])
def test_each_boolean_is_saved_separately(step: Step, name: str) -> None:
    loaded = through(step, state(inputs(**{name: "true"})))
    assert {"fail_on_error": loaded.fail_on_error, "dry_run": loaded.dry_run} == {
        "fail_on_error": name == "fail_on_error",
        "dry_run": name == "dry_run",
    }


def test_the_settings_come_from_the_state_and_the_keys_from_the_inputs_of_post(step: Step) -> None:
    given = inputs(
        launchdarkly_event_metadata='{"a": [1, null]}',
        datadog_site="us5.datadoghq.com",
        datadog_team="web",
    )
    loaded = through(step, state(given))
    keys = {"launchdarkly-access-token": LAUNCHDARKLY_TOKEN, "datadog-api-key": DATADOG_API_KEY}
    assert restore_settings(loaded, keys).shared == given.enabled.shared
    assert keys_of(restore_settings(loaded, {"datadog-api-key": "other"}).shared["datadog"]) == [
        "other"
    ]


def test_a_key_that_is_empty_in_post_is_no_error(step: Step) -> None:
    restored = restore_settings(through(step, state()), {}).shared
    assert [keys_of(one) for one in restored.values()] == [[], []]


def test_a_key_that_is_malformed_in_post_disables_only_its_vendor() -> None:
    raw = {"datadog-api-key": "hunter 2", "launchdarkly-access-token": LAUNCHDARKLY_TOKEN}
    restored = restore_settings(state(), raw).shared
    assert {name: keys_of(one) for name, one in restored.items()} == {
        "launchdarkly": [LAUNCHDARKLY_TOKEN],
        "datadog": [],
    }


def test_a_vendor_that_this_version_does_not_support_is_an_error() -> None:
    foreign = state().model_copy(update={"settings": {"acme": {}}})
    with pytest.raises(StateError, match="settings for acme cannot be used"):
        restore_settings(foreign, {})


def test_only_vendors_with_a_key_in_main_are_saved() -> None:
    assert list(state(inputs(datadog_api_key="")).settings) == ["launchdarkly"]


def test_no_key_is_saved(step: Step) -> None:
    given = inputs(**{name.replace("-", "_"): secret for name, secret in SECRETS.items()})
    save(Runner(), state(given))
    saved = (step.folder / "state").read_text()
    assert not [secret for secret in SECRETS.values() if secret in saved]


def test_a_small_state_needs_no_file(step: Step) -> None:
    save(Runner(), state())
    assert list(step.temp.iterdir()) == []
    assert step.saved.keys() == {"deployment"}


def test_the_state_of_five_hundred_services_is_a_file_with_a_digest(step: Step) -> None:
    one = state(services=many)
    assert len(one.model_dump_json()) > 50_000
    assert through(step, one) == one
    assert max(len(f"STATE_{name}={value}".encode()) for name, value in step.saved.items()) < LIMIT
    named = json.loads(step.saved["deployment"])
    assert named.keys() == {"file", "sha256"}
    assert named["file"].startswith("deployment-events/state-")


def test_no_value_exceeds_the_runner_s_limit(step: Step) -> None:
    for count in (100, 200, 300, 400):
        (step.folder / "state").write_text("")
        save(Runner(), state(services=many[:count]))
        assert len(step.saved["deployment"].encode()) <= 100 * 1024


def test_shared_facts_are_saved_once() -> None:
    text = state(services=many, version="another-version").model_dump_json()
    assert text.count("another-version") == 1


def big_file(step: Step) -> tuple[Any, dict[str, str]]:
    save(Runner(), state(services=many))
    step.hand_over()
    named = json.loads(step.saved["deployment"])
    return step.temp / named["file"], named


def test_a_state_file_that_another_step_changed_is_not_used(step: Step) -> None:
    path, _ = big_file(step)
    path.write_text(path.read_text().replace("service-001", "service-xxx"))
    with pytest.raises(StateError, match="changed after the main stage"):
        load(Runner())


def test_a_missing_state_file_is_an_error(step: Step) -> None:
    path, _ = big_file(step)
    path.unlink()
    with pytest.raises(StateError, match="cannot be read"):
        load(Runner())


def test_a_state_file_that_is_not_text_is_an_error(step: Step) -> None:
    path, _ = big_file(step)
    path.write_bytes(b"\xff")
    with pytest.raises(StateError, match="damaged"):
        load(Runner())


def test_a_large_state_without_a_temp_folder_is_an_error(
    step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNNER_TEMP")
    with pytest.raises(StateError, match="temporary folder is not writable"):
        save(Runner(), state(services=many))


def test_a_runner_without_state_is_an_error(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STATE")
    with pytest.raises(StateError, match="GITHUB_STATE"):
        save(Runner(), state())


GOOD = json.loads(state().model_dump_json())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ended before it saved its state"),
        ("{", "damaged"),
        ("[", "damaged"),
        ("null", "damaged"),
        ("[]", "damaged"),
        ("[" * 100_000, "damaged"),
        ("{}", "another version"),
        (json.dumps({**GOOD, "format": 3}), "another version"),
        (json.dumps({**GOOD, "format": "1"}), "another version"),
        (json.dumps({**GOOD, "extra": 1}), "damaged (extra: "),
        (json.dumps({**GOOD, "dry_run": "perhaps"}), "damaged (dry_run: "),
        (json.dumps({**GOOD, "facts": {}}), "damaged (facts.environment: "),
        (json.dumps({**GOOD, "format": 1}), "damaged"),
        (json.dumps(GOOD)[:-9], "damaged"),
        ('{"file": "deployment-events/none.json", "sha256": "x"}', "cannot be read"),
        ('{"file": null}', "cannot be read"),
        ('{"file": "a\\u0000b"}', "damaged"),
    ],
    ids=lambda value: value[:40],
)
def test_the_error_of_an_unusable_state_contains_the_reason(
    step: Step, text: str, reason: str
) -> None:
    step.monkeypatch.setenv("STATE_deployment", text)
    with pytest.raises(StateError) as caught:
        load(Runner())
    assert reason in str(caught.value)


def test_main_saves_that_post_has_nothing_to_do(step: Step) -> None:
    save_done(Runner())
    assert step.saved == {"done": "true"}


def test_a_state_of_the_first_format_is_read(step: Step) -> None:
    """The container of the post stage may be of a later version than main's."""
    given = state(services=(Service(name="api", overrides={"team": "web"}),))
    saved = json.loads(given.model_dump_json())
    facts, services = saved.pop("facts"), saved.pop("services")
    facts.pop("start_source")
    old_services = [
        {"name": service["name"], "attributes": service["overrides"]} for service in services
    ]
    rollout = {**facts, "start_is_known": True, "services": old_services}
    text = json.dumps({**saved, "format": 1, "rollout": rollout})
    step.monkeypatch.setenv("STATE_deployment", text)
    assert load(Runner()) == given


def test_post_reads_the_overrides_of_a_service(step: Step) -> None:
    services = (Service(name="api", overrides={"team": "core"}), Service(name="web"))
    restored = restore_settings(through(step, state(services=services)), {})
    assert restored.of("datadog", "api").team == "core"  # type: ignore[attr-defined]
    assert restored.of("datadog", "web").team == ""  # type: ignore[attr-defined]
