"""The inputs: what is read, and every fault told at once with its input, its rule and its fix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.keys import DATADOG_APP_KEY, SECRETS
from support.moments import EARLIER, HOUR, MINUTE, NOW
from support.raw import inputs, problem, problems, raw

from deployment_events.deployment import GITHUB_STATUSES
from deployment_events.errors import InputError
from deployment_events.inputs.model import input_names
from deployment_events.inputs.read import read_inputs
from deployment_events.values.times import iso

MANY_LINES = {
    *("service", "tags", "replay"),
    *("launchdarkly-event-metadata", "launchdarkly-deployment-metadata", "launchdarkly-patch"),
}
"""The inputs that may have several lines."""

UPDATE = {"event": "update", "datadog_change_failure": "true", "datadog_app_key": DATADOG_APP_KEY}
"""An update of both vendors' deployments, but for the id at Datadog."""


def test_nothing_set_means_the_documented_defaults() -> None:
    given = read_inputs({}, NOW)
    assert (given.event, given.on_cancelled, given.timeout_seconds) == ("auto", "failed", 30.0)
    assert (given.github_metadata, given.fail_on_error, given.dry_run) == (True, False, False)
    assert given.services == ()
    assert given.enabled.shared == {}


def test_a_vendor_is_on_when_its_key_is_set() -> None:
    assert list(inputs().enabled.shared) == ["launchdarkly", "datadog"]
    assert list(inputs(datadog_api_key="").enabled.shared) == ["launchdarkly"]
    assert list(inputs(launchdarkly_access_token="").enabled.shared) == ["datadog"]


@pytest.mark.parametrize(
    "word",
    [
        "auto",
        "started",
        "finished",
        "failed",
        "custom",
        "cancelled",
        *GITHUB_STATUSES,
        "Finished",
        "SUCCESS",
    ],
)
def test_every_event_and_status_word_is_understood_in_any_case(word: str) -> None:
    assert inputs(event=word).event == word.lower()


@pytest.mark.parametrize("name", ["service", "version", "commit-sha", "started-at", "finished-at"])
def test_auto_is_the_default_only_as_the_complete_value(name: str) -> None:
    assert read_inputs({name: "auto"}, NOW) == read_inputs({}, NOW)
    if name in {"commit-sha", "started-at", "finished-at"}:
        assert problem(**{name: "AUTO"}).input == name
    else:
        assert inputs(**{name: "AUTO"}) != inputs()


def test_a_service_may_be_named_auto() -> None:
    for text in ('["auto"]', "auto,version=1", "auto\nweb", '"auto"'):
        assert inputs(service=text).services[0].name == "auto"
    assert inputs(service="auto").services == ()


def test_the_payload_s_environment_stands_in_for_an_empty_input() -> None:
    assert read_inputs(raw(environment=""), NOW, "staging").environment == "staging"
    assert read_inputs(raw(environment="production"), NOW, "staging").environment == "production"


def test_a_derived_environment_never_fails_a_step() -> None:
    assert read_inputs(raw(environment=""), NOW, '"$x"').environment == '"$x"'


def test_without_a_repository_the_service_must_be_set() -> None:
    with pytest.raises(InputError) as caught:
        read_inputs(raw(), NOW, has_repository=False)
    assert [(one.input, one.rule) for one in caught.value.problems] == [
        ("service", "must be set, because GITHUB_REPOSITORY is empty")
    ]
    assert read_inputs(raw(service="api"), NOW, has_repository=False)
    assert read_inputs(raw(service="[]"), NOW, has_repository=False)
    assert read_inputs(raw(event="replay", replay="x"), NOW, has_repository=False)
    assert read_inputs(raw(event="check"), NOW, has_repository=False)


BAD = [
    (
        "event",
        "deployed",
        "must be one of auto, started, finished, failed, custom, update, replay, check",
        "Check the spelling",
    ),
    ("on-cancelled", "success", "must be one of failed, finished, ignore", "Check the spelling"),
    ("commit-sha", "0123456", "must be a full commit SHA", "git rev-parse HEAD"),
    ("started-at", "yesterday", "must be ISO 8601", "2026-05-04T09:30:00Z"),
    ("finished-at", "2026-02-30T00:00:00Z", "must be ISO 8601", "day is out of range"),
    ("launchdarkly-event-metadata", '["a"]', "must be a JSON object", '{"ticket": "OPS-12"}'),
    ("launchdarkly-deployment-metadata", "a: 1", "must be a JSON object", '{"ticket": "OPS-12"}'),
    ("tags", "team:web\nprod", "must have key:value in every line, and line 2 has not", "team:web"),
    ("timeout-seconds", "-5", "must be a number of seconds above 0", "30"),
    ("github-metadata", "yes", "must be true or false", "true or false"),
    ("fail-on-error", "1", "must be true or false", "true or false"),
    ("dry-run", "on", "must be true or false", "true or false"),
    ("repository-url", "file:///srv/git", "must be the repository's URL", "https://github.com/"),
    ("launchdarkly-base-url", "http://app.example.com", "must use https://", "could read the key"),
    ("datadog-base-url", "http://134744072", "must use https://", "could read the key"),
    (
        "launchdarkly-application-kind",
        "desktop",
        "must be one of server, browser, mobile",
        "spelling",
    ),
    ("datadog-remediation-type", "undo", "must be one of rollback, rollforward", "spelling"),
    ("datadog-change-failure", "maybe", "must be true or false", "true or false"),
    ("datadog-deployment-id", "..", "must be the ID of a deployment", "output of the step"),
    (
        "launchdarkly-deployment-id",
        "a/../b",
        "must be the ID of a deployment",
        "output of the step",
    ),
    ("datadog-remediation-id", ".", "must be the ID of a deployment", "output of the step"),
    ("launchdarkly-patch", "{}", "must be a JSON Patch", '"op": "replace"'),
    (
        "datadog-site",
        "datadoghq.con",
        "must be one of datadoghq.com, us3.datadoghq.com",
        "datadog-base-url",
    ),
    ("service", "api,x=1", "line 1 has the unknown key 'x'", "The keys are"),
]


@pytest.mark.parametrize(("name", "value", "rule", "fix"), BAD)
def test_a_bad_input_is_told_with_its_name_rule_value_and_cure(
    name: str, value: str, rule: str, fix: str
) -> None:
    only = problem(**{name: value})
    assert only.input == name
    assert only.rule.startswith(rule)
    assert only.given == value
    assert fix in only.fix


def test_all_bad_inputs_are_told_at_once() -> None:
    told = problems(**{name: value for name, value, _, _ in BAD})
    assert {one.input for one in told} == {name for name, _, _, _ in BAD}


@pytest.mark.parametrize("name", sorted(SECRETS))
@pytest.mark.parametrize("key", ["sec ret-hunter2", "sec\nret-hunter2", "\u201chunter2\u201d"])
def test_a_malformed_key_is_told_without_its_value(name: str, key: str) -> None:
    told = problems(**{name: key})
    assert name in {one.input for one in told}
    assert all("hunter2" not in str(one) for one in told)


@pytest.mark.parametrize(
    "url",
    [
        "https://octocat:hunter2@github.com/o/r",
        "https://hunter2@github.com/o/r",
        "octocat:hunter2@github.com:o/r",
        "https://a@b:hunter2@github.com/o/r",
        "https://github.com/o/r?token=hunter2",
        "https://a b:hunter2@github.com/o/r",
        "https://octocat:hunter2?x@github.com/o/r",
        "https://github.com/o/r#hunter2",
    ],
)
@pytest.mark.parametrize("name", ["repository-url", "launchdarkly-base-url", "datadog-base-url"])
def test_credentials_in_an_address_are_refused_and_not_repeated(name: str, url: str) -> None:
    told = str(problem(**{name: url}))
    assert told.startswith(name)
    assert "hunter2" not in told


def test_launchdarkly_needs_an_environment() -> None:
    only = problem(environment="")
    assert (only.input, only.rule) == ("environment", "is required by LaunchDarkly")
    assert "launchdarkly-environment-key" in only.fix
    assert inputs(environment="", launchdarkly_environment_key="prod").enabled.shared
    assert inputs(environment="", launchdarkly_access_token="").enabled.shared


@pytest.mark.parametrize("token", ["sdk-1234", "mob-1234"])
def test_an_sdk_key_is_no_access_token(token: str) -> None:
    only = problem(launchdarkly_access_token=token)
    assert only.input == "launchdarkly-access-token"
    assert only.given is None
    assert "Writer role" in only.fix


def test_a_start_after_the_finish_is_an_error_where_the_user_wrote_both() -> None:
    only = problem(started_at=str(NOW), finished_at=str(EARLIER))
    assert only.input == "started-at"
    assert only.rule.startswith("must not be after finished-at")
    assert "offset" not in only.fix
    assert "offset" in problem(started_at=iso(NOW).removesuffix("Z"), finished_at=str(EARLIER)).fix
    assert inputs(started_at=str(NOW), finished_at=str(NOW)).started_at == NOW


@pytest.mark.parametrize("name", ["started-at", "finished-at"])
def test_a_time_in_the_future_is_an_error_that_names_the_zone_or_the_clocks(name: str) -> None:
    later = iso(NOW + 2 * HOUR)
    for text in (later, later.replace("Z", "+00:00"), str(NOW + 2 * HOUR)):
        only = problem(**{name: text})
        assert (only.input, only.rule) == (name, "must not be in the future")
        assert "2 h 0 min ahead of this runner's clock" in only.fix
        assert "offset" not in only.fix
    only = problem(**{name: later.removesuffix("Z")})
    assert (only.input, only.rule) == (name, "must not be in the future")
    assert "A time without an offset is read as UTC" in only.fix
    assert problem(**{name: str(NOW + 11 * MINUTE)}).rule == "must not be in the future"
    assert inputs(**{name: str(NOW + 9 * MINUTE)})


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("team:web", (("team", "web"),)),
        (" team : web \r\n\r\nurl:https://a:1\n", (("team", "web"), ("url", "https://a:1"))),
        ("k:1\nk:2", (("k", "1"), ("k", "2"))),
        ("ключ:✅", (("ключ", "✅"),)),
    ],
)
def test_tags_are_read_a_line_each_and_may_repeat(
    text: str, tags: tuple[tuple[str, str], ...]
) -> None:
    assert inputs(tags=text).tags == tags


words = (
    st.text("abcXYZ019._/ é✅-", min_size=1)
    .map(str.strip)
    .filter(lambda word: word[:1] not in {"", "-"})
)


@given(
    st.lists(
        st.tuples(words, st.text("abc:= /.é", min_size=1).map(str.strip).filter(bool)),
        min_size=1,
        max_size=100,
    )
)
def test_tags_survive_their_form(tags: list[tuple[str, str]]) -> None:
    assert inputs(tags="\n".join(f"{key}:{value}" for key, value in tags)).tags == tuple(tags)


@pytest.mark.parametrize("line", ["prod", ":prod", "prod:", ":", "team=web"])
def test_a_tag_without_key_and_value_is_an_error_that_names_the_line(line: str) -> None:
    assert "line 3 has not" in problem(tags=f"a:1\n\n{line}").rule


def test_a_hundred_tags_are_taken_and_one_more_is_not() -> None:
    tags = [f"k{number}:v" for number in range(101)]
    assert len(inputs(tags="\n".join(tags[:100])).tags) == 100
    assert problem(tags="\n".join(tags)).rule == "must be at most 100, and there are 101"


LINES = [
    *("environment", "version", "launchdarkly-project-key", "launchdarkly-environment-key"),
    *("launchdarkly-application-key", "launchdarkly-application-name", "job-index", "job-status"),
    *("launchdarkly-version-name", "datadog-site", "datadog-team"),
]
"""The inputs that are one line of text."""


@pytest.mark.parametrize("name", sorted(set(input_names()) - MANY_LINES - {"job-id"}))
def test_an_input_of_one_line_has_one_line(name: str) -> None:
    told = problems(**{name: "[command]/x\nproduction\n::debug::y"})
    assert name in {one.input for one in told}


@pytest.mark.parametrize("name", LINES)
def test_a_value_with_more_than_print_shows_is_an_error(name: str) -> None:
    assert problem(**{name: "a\x1b[31mb"}).rule.startswith("must not contain the invisible")
    assert problem(**{name: "1.2\ufeff3"}).rule.startswith("must not contain the invisible")
    assert problem(**{name: '"production"'}).rule == "must not be in quotation marks"


@pytest.mark.parametrize("name", sorted(SECRETS))
@pytest.mark.parametrize("marks", ['""', "''", "“”"])
def test_quotation_marks_around_a_key_are_an_error_without_the_key(name: str, marks: str) -> None:
    told = problems(**{name: f"{marks[0]}hunter2-hunter2{marks[1]}"})
    only = next(one for one in told if one.input == name)
    assert only.rule == "must not be in quotation marks"
    assert "Remove the quotation marks" in only.fix
    assert "hunter2" not in str(only)


@pytest.mark.parametrize("name", ["event", "deployment"])
def test_metadata_of_nothing_is_none(name: str) -> None:
    given = inputs(**{f"launchdarkly_{name}_metadata": "null"})
    assert getattr(given.settings.shared["launchdarkly"], f"{name}_metadata") == {}
    assert list(given.warnings()) == []


def test_a_patch_of_nothing_is_none() -> None:
    assert inputs(launchdarkly_patch="null") == inputs()


@pytest.mark.parametrize(
    "name",
    ["launchdarkly-event-metadata", "launchdarkly-deployment-metadata", "launchdarkly-patch"],
)
def test_json_that_a_text_has_broken_shows_how_to_put_text_into_json(name: str) -> None:
    only = problem(**{name: '{"m":"Fix "x""}'})
    assert "${{ toJSON(" in only.fix


def test_a_deployment_id_belongs_to_one_service() -> None:
    told = problems(
        service="api\nweb",
        datadog_deployment_id="d" * 16,
        launchdarkly_deployment_id="2f5a1c9e-aaaa-bbbb-cccc-000000000000",
    )
    assert {one.input for one in told} == {"datadog-deployment-id", "launchdarkly-deployment-id"}
    assert all("is one deployment's, and there are 2 services" in one.rule for one in told)
    assert inputs(service="api", datadog_deployment_id="d" * 16)


@pytest.mark.parametrize("id_", ["d" * 15, "short"])
def test_an_id_that_datadog_would_refuse_is_an_error_before_it_is_sent(id_: str) -> None:
    only = problem(datadog_deployment_id=id_)
    assert only.input == "datadog-deployment-id"
    assert only.rule.startswith("must have 16 to 128")


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("datadoghq.eu", "datadoghq.eu"),
        ("US5.datadoghq.com", "us5.datadoghq.com"),
        ("https://app.datadoghq.com/", "datadoghq.com"),
        ("api.datadoghq.com", "datadoghq.com"),
        ("app.datadoghq.eu", "datadoghq.eu"),
        ("https://us3.datadoghq.com", "us3.datadoghq.com"),
        ("us2.ddog-gov.com", "us2.ddog-gov.com"),
    ],
)
def test_a_site_is_understood_in_every_form_datadog_writes_it(text: str, site: str) -> None:
    assert inputs(datadog_site=text).settings.shared["datadog"].site == site  # type: ignore[attr-defined]


def test_a_new_site_needs_its_address() -> None:
    assert inputs(
        datadog_site="mars1.datadoghq.com", datadog_base_url="https://api.mars1.datadoghq.com"
    )


def test_replay_needs_events_and_events_need_replay() -> None:
    assert problem(event="replay").input == "replay"
    assert problem(replay="undelivered.jsonl").rule == "is for event: replay alone"
    assert inputs(event="replay", replay="undelivered.jsonl", environment="")


def test_an_update_changes_something() -> None:
    only = problem(event="update")
    assert only.input == "event"
    assert "nothing is to change" in only.rule
    assert "launchdarkly-patch or datadog-change-failure" in only.rule


PATCH = '[{"op": "replace", "path": "/status", "value": "failed"}]'


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"datadog_app_key": ""}, "datadog-app-key"),
        ({"datadog_deployment_id": "", "environment": ""}, "environment"),
        ({"datadog_deployment_id": "", "version": ""}, "version"),
        ({"launchdarkly_patch": PATCH, "version": ""}, "version"),
        ({"datadog_remediation_type": "rollback"}, "datadog-remediation-id"),
        ({"datadog_remediation_id": "other"}, "datadog-remediation-type"),
        ({"datadog_remediation_version": "1.2.2"}, "datadog-remediation-type"),
        ({"launchdarkly_patch": PATCH, "environment": ""}, "environment"),
    ],
)
def test_an_update_without_what_the_vendor_needs_names_the_input(
    changes: dict[str, str], name: str
) -> None:
    complete = {**UPDATE, "datadog_deployment_id": "any-id-of-datadog", "version": "1.4.0"}
    assert inputs(**complete)
    only = problem(**{**complete, **changes})
    assert only.input == name
    assert only.given is None


@pytest.mark.parametrize("failure", ["", "false"])
def test_every_problem_of_a_remediation_is_reported(failure: str) -> None:
    found = problems(
        **{**UPDATE, "datadog_change_failure": failure, "datadog_app_key": ""},
        launchdarkly_patch=PATCH,
        version="1.4.0",
        datadog_remediation_type="rollback",
    )
    assert [(each.input, each.given) for each in found] == [
        ("datadog-change-failure", failure or None),
        ("datadog-app-key", None),
        ("datadog-remediation-id", None),
    ]


def test_an_input_is_told_once_by_its_first_fault() -> None:
    told = problems(**UPDATE, datadog_deployment_id="..")
    assert [(one.input, one.rule[:30]) for one in told] == [
        ("datadog-deployment-id", "must be the ID of a deployment")
    ]


def test_a_fault_that_all_services_share_is_told_once() -> None:
    assert problem(service="api\nweb\njob", environment="").input == "environment"


def test_an_update_by_id_needs_no_environment() -> None:
    update = {
        "event": "update",
        "launchdarkly_patch": PATCH,
        "environment": "",
        "datadog_api_key": "",
    }
    assert inputs(**update, launchdarkly_deployment_id="2f5a1c9e")


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        (
            {"launchdarkly_access_token": "", "launchdarkly_project_key": "shop"},
            "launchdarkly-access-token is empty",
        ),
        ({"datadog_api_key": "", "datadog_team": "web"}, "so Datadog hears nothing"),
        ({"launchdarkly_base_url": "https://app.launchdarkly.us"}, "federal"),
        ({"launchdarkly_base_url": "https://app.eu.launchdarkly.com"}, "EU"),
        ({"datadog_site": "ddog-gov.com"}, "government"),
        ({"datadog_site": "us2.ddog-gov.com"}, "government"),
        (
            {"datadog_change_failure": "true"},
            "datadog-change-failure: used with event: update alone, and event is auto",
        ),
        ({"launchdarkly_patch": PATCH}, "launchdarkly-patch: used with event: update alone"),
        (
            {"launchdarkly_deployment_id": "4c0f"},
            "launchdarkly-deployment-id: used with event: update alone",
        ),
    ],
)
def test_what_is_probably_not_meant_is_warned_of(changes: dict[str, str], warning: str) -> None:
    [only] = inputs(**changes).warnings()
    assert warning in only
    assert only.endswith(".")


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({}, True),
        ({"event": "success"}, True),
        ({"event": "cancelled", "on_cancelled": "finished"}, True),
        ({"event": "cancelled"}, False),
        ({"event": "started"}, False),
        ({"event": "failure"}, False),
        ({"event": "skipped"}, False),
        ({"event": "custom"}, False),
        ({"environment": "production"}, False),
    ],
)
def test_datadog_alone_is_warned_that_no_environment_is_sent(
    changes: dict[str, str], warned: bool
) -> None:
    given = inputs(**{"environment": "", "launchdarkly_access_token": "", **changes})
    assert [text.startswith("`environment` is empty") for text in given.warnings()] == (
        [True] if warned else []
    )


def test_defaults_passed_on_by_the_runner_are_nothing_to_warn_of() -> None:
    given = read_inputs(
        {
            "launchdarkly-project-key": "default",
            "launchdarkly-base-url": "https://app.launchdarkly.com",
            "datadog-site": "datadoghq.com",
        },
        NOW,
    )
    assert list(given.warnings()) == []
    assert list(inputs().warnings()) == []


def test_no_secret_is_shown_by_the_model() -> None:
    shown = repr(inputs(datadog_app_key=DATADOG_APP_KEY, github_token=SECRETS["github-token"]))
    assert not [secret for secret in SECRETS.values() if secret in shown]


@given(
    st.dictionaries(
        st.sampled_from(input_names()),
        st.text(st.characters(exclude_categories=["Cs"])),
        max_size=6,
    )
)
def test_any_inputs_are_read_or_refused_with_names_from_action_yml(changes: dict[str, str]) -> None:
    named: set[str] = set()
    try:
        read_inputs(raw() | changes, NOW)
    except InputError as error:
        named = {one.input for one in error.problems}
    assert named <= set(input_names())


def test_without_a_vendor_no_service_is_needed() -> None:
    """As in `docker run IMAGE`, which warns that nothing is reported."""
    given = raw(launchdarkly_access_token="", datadog_api_key="")
    assert read_inputs(given, NOW, has_repository=False).enabled.shared == {}


def test_an_invalid_change_is_one_problem() -> None:
    found = problems(event="update", launchdarkly_patch="[{}]", version="1")
    assert [problem.input for problem in found] == ["launchdarkly-patch"]
