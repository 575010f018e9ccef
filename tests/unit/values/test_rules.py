"""The rules for single values: what is accepted, and the message for everything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from support.moments import NOW

from deployment_events.values.invalid import InvalidValue
from deployment_events.values.rules import (
    Boolean,
    FullSha,
    JsonObject,
    RepositoryUrl,
    Seconds,
    Secret,
    Time,
    check_base_url,
    one_of,
)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def read(kind: object, text: object) -> object:
    """Return what a field of this kind makes of `text`."""
    model = type("One", (BaseModel,), {"__annotations__": {"value": kind}})
    return model.model_validate({"value": text}).value  # type: ignore[attr-defined]


EXAMPLE = "https://api.example.com"


def refusal(kind: object, text: str) -> InvalidValue:
    """Return the rule that `text` breaks."""
    with pytest.raises(ValidationError) as caught:
        read(kind, text)
    invalid = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(invalid, InvalidValue)
    assert invalid.fix.endswith(".")
    return invalid


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("True", True), ("FALSE", False), ("false", False)]
)
def test_a_boolean_is_true_or_false_in_any_case(text: str, value: bool) -> None:
    assert read(Boolean, text) is value


@pytest.mark.parametrize("text", ["yes", "1", "on", "y", "truee", " true"])
def test_any_other_word_is_not_a_boolean(text: str) -> None:
    assert refusal(Boolean, text).rule == "must be `true` or `false`"


def test_an_invalid_time_is_reported_with_reason_and_examples() -> None:
    invalid = refusal(Time, "2026-02-30T00:00:00Z")
    assert invalid.rule == "must be an ISO 8601 time, or Unix seconds, milliseconds, or nanoseconds"
    assert "2026-05-04T09:30:00Z" in invalid.fix
    assert "It is not a valid date and time" in invalid.fix
    assert read(Time, "1777887000") == NOW


@pytest.mark.parametrize("text", ["a" * 40, "A" * 40, "0123456789abcdef" * 4])
def test_a_full_sha_becomes_lower_case(text: str) -> None:
    assert read(FullSha, text) == text.lower()


@pytest.mark.parametrize(
    "text", ["a" * 7, "a" * 39, "main", "g" * 40, "a" * 40 + "\n", "\uff11" * 40, "0" * 40]
)
def test_a_short_sha_is_an_error_that_names_the_fix(text: str) -> None:
    invalid = refusal(FullSha, text)
    assert invalid.rule == "must be a full commit SHA (40 or more hexadecimal digits)"
    assert "git rev-parse HEAD" in invalid.fix


@pytest.mark.parametrize(("text", "value"), [("1", 1.0), ("0.5", 0.5), ("3600", 3600.0)])
def test_seconds_may_have_a_fraction(text: str, value: float) -> None:
    assert read(Seconds, text) == value


@pytest.mark.parametrize(
    "text", ["0", "-1", "-0.0", "3600.1", "nan", "inf", "1e999", "-1e999", "ten", "9" * 5000]
)
def test_seconds_outside_0_to_3600_are_rejected(text: str) -> None:
    assert (
        refusal(Seconds, text).rule == "must be a number of seconds greater than 0 and at most 3600"
    )


def test_a_json_object_is_read_as_it_is() -> None:
    value = {"": None, "é": [True, 1, -0.5], "a": {"b": "\n"}}
    assert read(JsonObject, json.dumps(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        *("[]", '"x"', "1", "true", "{", "{'a': 1}", "key: value", '{"a": 1,}', "{} {}"),
        *('{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}', '{"a": 1e999}'),
        *('{"a": "\\ud800"}', '{"\\udfff": 1}', '{"a": ' + "9" * 5000 + "}"),
        *("[" * 100_000, '{"a":' * 100_000),
    ],
)
def test_an_invalid_json_object_is_rejected_with_an_example(text: str) -> None:
    invalid = refusal(JsonObject, text)
    assert invalid.rule.startswith("must be a JSON object")
    assert '{"ticket": "OPS-12"}' in invalid.fix


@pytest.mark.parametrize(
    "text", ["hunter 2", "hunter2\n", "h\u00fcnter2", "hunter2\t", "\u2018hunter2", "\x7f"]
)
def test_a_key_that_is_not_allowed_in_a_header_is_rejected_and_not_shown(text: str) -> None:
    invalid = refusal(Secret, text)
    assert "HTTP header" in invalid.rule
    assert text.strip() not in str(invalid)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/octo-org/octo-repo",
        "https://github.com/octo-org/octo-repo.git",
        "http://git.internal.example:8080/r",
        "ssh://git@github.com/octo-org/octo-repo.git",
        "git://example.com/r",
        "git@github.com:octo-org/octo-repo.git",
    ],
)
def test_a_repository_url_without_credentials_passes_as_written(url: str) -> None:
    assert read(RepositoryUrl, url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pw@github.com/o/r",
        "https://token@github.com/o/r",
        "https://:pw@github.com/o/r",
        "ssh://git:pw@github.com/o/r",
        "https://github.com/o/r?token=x",
        "https://github.com/o/r#token",
    ],
)
def test_a_repository_url_with_credentials_is_rejected(url: str) -> None:
    invalid = refusal(RepositoryUrl, url)
    assert invalid.rule == "must be a URL without a user name, password, query, or fragment"
    assert "sent to the vendors" in invalid.fix


@pytest.mark.parametrize(
    "url",
    [
        "octo-org/octo-repo",
        "github.com/o/r",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "user:pw@host:o/r",
    ],
)
def test_an_invalid_repository_url_is_rejected_with_an_example(url: str) -> None:
    assert refusal(RepositoryUrl, url).rule == "must be the URL of a repository"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://app.launchdarkly.com", "https://app.launchdarkly.com"),
        ("https://app.launchdarkly.com/", "https://app.launchdarkly.com"),
        ("https://proxy.example:8443/launchdarkly/", "https://proxy.example:8443/launchdarkly"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.200.1.1", "http://127.200.1.1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://sandbox:8080", "http://sandbox:8080"),
        ("HTTP://LOCALHOST", "HTTP://LOCALHOST"),
    ],
)
def test_plain_http_is_allowed_for_loopback_and_plain_host_names(url: str, base: str) -> None:
    assert check_base_url(url, EXAMPLE) == base


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://app.launchdarkly.com",
            "http://10.0.0.1",
            "http://localhost.",
            "http://localhost.evil.example",
        ),
        *(
            "http://134744072",
            "http://0x08080808",
            "http://010.8.8.8",
            "http://8.8.8.8",
            "http://[2001:db8::1]",
        ),
        *("http://[::ffff:8.8.8.8]", "http://169.254.169.254", "http://1host"),
    ],
)
def test_plain_http_to_any_other_host_is_rejected(url: str) -> None:
    with pytest.raises(InvalidValue, match="must use `https://`") as caught:
        check_base_url(url, EXAMPLE)
    assert "would expose the key" in caught.value.fix


@pytest.mark.parametrize(
    "url",
    [
        *(
            "app.launchdarkly.com",
            "//app.launchdarkly.com",
            "ftp://host",
            "https://",
            "https:///path",
            "https://h:0",
        ),
        *(
            "https://h:99999",
            "https://h:x",
            "https://[::1",
            "https://h/a b",
            "https://h\\@evil.example",
        ),
        *(
            "https://h?a=1",
            "https://h#a",
            "https://h?",
            "https://h#",
            "https://\u0435vil.example",
            "https://h\n",
        ),
    ],
)
def test_an_invalid_base_url_is_rejected(url: str) -> None:
    with pytest.raises(InvalidValue, match="must be an `https://` URL"):
        check_base_url(url, EXAMPLE)


@pytest.mark.parametrize(
    "url", ["https://user:pw@h", "https://app.launchdarkly.com@evil.example", "https://:pw@h"]
)
def test_a_base_url_with_credentials_is_rejected(url: str) -> None:
    with pytest.raises(InvalidValue, match="without a user name and password"):
        check_base_url(url, EXAMPLE)


@given(st.text() | st.text("htps:/@.?#[]\\0123456789abc"))
def test_any_text_is_a_base_url_or_invalid(url: str) -> None:
    try:
        base = check_base_url(url, EXAMPLE)
    except InvalidValue:
        return
    assert base.lower().startswith(("https://", "http://"))
    assert not base.endswith("/")


def test_a_choice_is_made_in_any_case_and_the_rule_lists_all() -> None:
    from typing import Annotated  # noqa: PLC0415

    kind = Annotated[str, one_of("server", "browser")]
    assert read(kind, "Server") == "server"
    assert refusal(kind, "desktop").rule == "must be one of `server`, `browser`"


@pytest.mark.parametrize("kind", [Boolean | None, Time | None, Seconds | None, Secret | None])
def test_a_value_restored_from_state_is_not_changed(kind: object) -> None:
    assert read(kind, None) is None
