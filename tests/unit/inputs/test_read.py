"""The inputs: what is read, and all problems together with input, rule and fix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.keys import SECRETS
from support.moments import NOW
from support.raw import RUN, inputs, problem, problems, raw

from deployment_events.deployment import GITHUB_STATUSES
from deployment_events.errors import InputError
from deployment_events.inputs.model import input_names
from deployment_events.inputs.read import read_inputs

MANY_LINES = {
    *("service", "tags", "replay"),
    *("launchdarkly-event-metadata", "launchdarkly-deployment-metadata", "launchdarkly-patch"),
}
"""The inputs that may have several lines."""


def test_without_inputs_the_documented_defaults_are_used() -> None:
    given = read_inputs({}, NOW, RUN)
    assert (given.event, given.on_cancelled, given.timeout_seconds) == ("auto", "failed", 30.0)
    assert (given.github_metadata, given.fail_on_error, given.dry_run) == (True, False, False)
    assert given.services == ()
    assert given.enabled.shared == {}


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
def test_every_event_and_status_value_is_accepted_in_any_case(word: str) -> None:
    assert inputs(event=word).event == word.lower()


@pytest.mark.parametrize("name", ["service", "version", "commit-sha", "started-at", "finished-at"])
def test_auto_is_the_default_only_as_the_complete_value(name: str) -> None:
    assert read_inputs({name: "auto"}, NOW, RUN) == read_inputs({}, NOW, RUN)
    if name in {"commit-sha", "started-at", "finished-at"}:
        assert problem(**{name: "AUTO"}).input == name
    else:
        assert inputs(**{name: "AUTO"}) != inputs()


def test_a_service_may_be_named_auto() -> None:
    for text in ('["auto"]', "auto,version=1", "auto\nweb", '"auto"'):
        assert inputs(service=text).services[0].name == "auto"
    assert inputs(service="auto").services == ()


def test_the_environment_of_the_payload_replaces_an_empty_input() -> None:
    run = RUN._replace(environment="staging")
    assert read_inputs(raw(environment=""), NOW, run).environment == "staging"
    assert read_inputs(raw(environment="production"), NOW, run).environment == "production"


def test_a_derived_environment_never_fails_a_step() -> None:
    run = RUN._replace(environment='"$x"')
    assert read_inputs(raw(environment=""), NOW, run).environment == run.environment


BAD = [
    (
        "event",
        "deployed",
        "must be one of `auto`, `started`, `finished`, `failed`, `custom`, `update`, `replay`",
        "Check the spelling",
    ),
    (
        "on-cancelled",
        "success",
        "must be one of `failed`, `finished`, `ignore`",
        "Check the spelling",
    ),
    ("commit-sha", "0123456", "must be a full commit SHA", "git rev-parse HEAD"),
    ("started-at", "yesterday", "must be an ISO 8601 time", "2026-05-04T09:30:00Z"),
    (
        "finished-at",
        "2026-02-30T00:00:00Z",
        "must be an ISO 8601 time",
        "not a valid date and time",
    ),
    ("launchdarkly-event-metadata", '["a"]', "must be a JSON object", '{"ticket": "OPS-12"}'),
    ("launchdarkly-deployment-metadata", "a: 1", "must be a JSON object", '{"ticket": "OPS-12"}'),
    ("tags", "team:web\nprod", "line 2 must be `key:value`", "team:web"),
    ("timeout-seconds", "-5", "must be a number of seconds greater than 0", "30"),
    ("github-metadata", "yes", "must be `true` or `false`", "spelling"),
    ("fail-on-error", "1", "must be `true` or `false`", "spelling"),
    ("dry-run", "on", "must be `true` or `false`", "spelling"),
    ("repository-url", "file:///srv/git", "must be the URL of a repository", "https://github.com/"),
    (
        "launchdarkly-base-url",
        "http://app.example.com",
        "must use `https://`",
        "would expose the key",
    ),
    ("datadog-base-url", "http://134744072", "must use `https://`", "would expose the key"),
    (
        "launchdarkly-application-kind",
        "desktop",
        "must be one of `server`, `browser`, `mobile`",
        "spelling",
    ),
    ("datadog-remediation-type", "undo", "must be one of `rollback`, `rollforward`", "spelling"),
    ("datadog-change-failure", "maybe", "must be `true` or `false`", "spelling"),
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
    ("service", "api,x=1", "line 1 must have only known keys", "The keys are"),
]


@pytest.mark.parametrize(("name", "value", "rule", "fix"), BAD)
def test_an_invalid_input_is_reported_with_name_rule_value_and_fix(
    name: str, value: str, rule: str, fix: str
) -> None:
    found = problem(**{name: value})
    assert found.input == name
    assert found.rule.startswith(rule)
    assert found.given is not None
    assert found.given in value
    assert fix in found.fix


def test_all_invalid_inputs_are_reported_together() -> None:
    reported = problems(**{name: value for name, value, _, _ in BAD})
    assert {each.input for each in reported} == {name for name, _, _, _ in BAD}


@pytest.mark.parametrize("name", sorted(SECRETS))
@pytest.mark.parametrize("key", ["sec ret-hunter2", "sec\nret-hunter2", "\u201chunter2\u201d"])
def test_a_malformed_key_is_reported_without_its_value(name: str, key: str) -> None:
    reported = problems(**{name: key})
    assert name in {each.input for each in reported}
    assert all("hunter2" not in str(each) for each in reported)


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
def test_credentials_in_a_url_are_rejected_and_not_shown(name: str, url: str) -> None:
    reported = str(problem(**{name: url}))
    assert reported.startswith(f"`{name}`")
    assert "hunter2" not in reported


@pytest.mark.parametrize("token", ["sdk-1234", "mob-1234"])
def test_an_sdk_key_is_not_an_access_token(token: str) -> None:
    found = problem(launchdarkly_access_token=token)
    assert found.input == "launchdarkly-access-token"
    assert found.given is None
    assert "Writer role" in found.fix


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("team:web", (("team", "web"),)),
        (" team : web \r\n\r\nurl:https://a:1\n", (("team", "web"), ("url", "https://a:1"))),
        ("k:1\nk:2", (("k", "1"), ("k", "2"))),
        ("ключ:✅", (("ключ", "✅"),)),
    ],
)
def test_each_line_is_a_tag_and_tags_may_repeat(
    text: str, tags: tuple[tuple[str, str], ...]
) -> None:
    assert inputs(tags=text).tags == tags


@SLOW
@given(st.text("abcXYZ019._/ é✅-"), st.text("abc:= /.é"))
def test_a_tag_survives_its_form(key: str, value: str) -> None:
    # Spaces at the ends would be removed, and a key begins with a letter.
    tag = (f"k{key}y", f"v{value}e")
    assert inputs(tags=":".join(tag)).tags == (tag,)


@pytest.mark.parametrize("line", ["prod", ":prod", "prod:", ":", "team=web"])
def test_a_tag_without_key_and_value_is_an_error_that_names_the_line(line: str) -> None:
    assert "line 3 must be `key:value`" in problem(tags=f"a:1\n\n{line}").rule


def test_a_hundred_tags_are_accepted_and_one_more_is_not() -> None:
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
    reported = problems(**{name: "[command]/x\nproduction\n::debug::y"})
    assert name in {each.input for each in reported}


@pytest.mark.parametrize("name", LINES)
def test_a_value_with_more_than_print_shows_is_an_error(name: str) -> None:
    for text in ("a\x1b[31mb", "1.2\ufeff3"):
        assert problem(**{name: text}).rule == "must be text without invisible characters"
    rule = "must be written without quotation marks around it"
    assert problem(**{name: '"production"'}).rule == rule


@pytest.mark.parametrize("name", sorted(SECRETS))
@pytest.mark.parametrize("marks", ['""', "''", "“”"])
def test_quotation_marks_around_a_key_are_an_error_without_the_key(name: str, marks: str) -> None:
    reported = problems(**{name: f"{marks[0]}hunter2-hunter2{marks[1]}"})
    found = next(each for each in reported if each.input == name)
    assert found.rule == "must be a key without quotation marks around it"
    assert "Remove the quotation marks" in found.fix
    assert "hunter2" not in str(found)


@pytest.mark.parametrize("name", ["event", "deployment"])
def test_null_metadata_is_not_set(name: str) -> None:
    given = inputs(**{f"launchdarkly_{name}_metadata": "null"})
    assert getattr(given.settings.shared["launchdarkly"], f"{name}_metadata") == {}
    assert list(given.warnings()) == []


def test_a_null_patch_is_not_set() -> None:
    assert inputs(launchdarkly_patch="null") == inputs()


@pytest.mark.parametrize(
    "name",
    ["launchdarkly-event-metadata", "launchdarkly-deployment-metadata", "launchdarkly-patch"],
)
def test_json_broken_by_a_value_shows_the_fix_with_tojson(name: str) -> None:
    found = problem(**{name: '{"m":"Fix "x""}'})
    assert "${{ toJSON(" in found.fix


@pytest.mark.parametrize("id_", ["d" * 15, "short"])
def test_an_id_that_datadog_would_reject_is_an_error_before_it_is_sent(id_: str) -> None:
    found = problem(datadog_deployment_id=id_)
    assert found.input == "datadog-deployment-id"
    assert found.rule.startswith("must have 16 to 128")


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
def test_a_site_is_read_in_every_form_that_datadog_uses(text: str, site: str) -> None:
    assert inputs(datadog_site=text).settings.shared["datadog"].site == site  # type: ignore[attr-defined]


def test_a_new_site_needs_its_address() -> None:
    assert inputs(
        datadog_site="mars1.datadoghq.com", datadog_base_url="https://api.mars1.datadoghq.com"
    )


@SLOW
@given(
    st.dictionaries(
        st.sampled_from(input_names()),
        st.text(st.characters(exclude_categories=["Cs"])),
        max_size=6,
    )
)
def test_any_inputs_are_read_or_rejected_with_names_from_action_yml(
    changes: dict[str, str],
) -> None:
    named: set[str] = set()
    try:
        read_inputs(raw() | changes, NOW, RUN)
    except InputError as error:
        named = {each.input for each in error.problems}
    assert named <= set(input_names())


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("datadog_base_url", "`https://api.datadoghq.com`"),
        ("launchdarkly_base_url", "`https://app.launchdarkly.com`"),
    ],
)
def test_an_invalid_base_url_is_answered_with_an_example_of_its_vendor(
    name: str, example: str
) -> None:
    [problem] = problems(**{name: "ftp://example.com"})
    assert example in problem.fix
