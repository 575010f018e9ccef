"""Secrets are found in text, however they are encoded, and nothing else is."""

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.keys import JOB_TOKEN, KEYS, LAUNCHDARKLY_TOKEN

from deployment_events.values.secrets import SecretMatcher

ENCODINGS = {
    "raw": lambda text: text,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "percent": lambda text: quote(text, safe=""),
    "percent, slashes kept": quote,
    "form": quote_plus,
    "percent in JSON": lambda text: json.dumps(quote(text, safe="")),
    "JSON in percent": lambda text: quote(json.dumps(text)),
    "small hexadecimal digits": lambda text: "".join(f"%{ord(char):02x}" for char in text),
    "every letter escaped": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", [*KEYS, JOB_TOKEN])
def test_a_secret_is_found_in_every_encoding(secret: str, encoding: str) -> None:
    text = f"before {ENCODINGS[encoding](secret)} behind"
    secrets = SecretMatcher([secret])
    assert secrets.found_in(text)
    assert secrets.found_in({"a": ["b", {"c": text}]})
    assert secrets.found_in({text: 1})
    assert not SecretMatcher().found_in(text) or secret == JOB_TOKEN


@pytest.mark.parametrize(
    "text",
    [
        *(f"gh{kind}_{'0aB' * 12}" for kind in "pousr"),
        *(
            f"github_pat_{'0aB' * 7}_{'x' * 59}",
            f"token={JOB_TOKEN}",
            f"%20{JOB_TOKEN}",
            rf"a\n{JOB_TOKEN}",
        ),
    ],
)
def test_text_like_a_github_token_is_a_secret_without_being_known(text: str) -> None:
    assert SecretMatcher().found_in(text)
    assert "0aB0aB" not in SecretMatcher().hide(text)


@pytest.mark.parametrize(
    "text",
    [
        *("ghs_", "ghs_short", "gh_cli", "github_pat", "highs_and_lows_of_the_weather", "ghost"),
        *("production", "api-0000", "", "0" * 40),
    ],
)
def test_a_name_is_not_a_secret(text: str) -> None:
    assert not SecretMatcher(["other-secret-of-length"]).found_in(text)


def test_a_short_secret_is_hidden_and_not_searched() -> None:
    secrets = SecretMatcher(["fifteen-letters"])
    assert len("fifteen-letters") == 15
    assert not secrets.found_in("fifteen-letters")
    assert secrets.hide("is fifteen-letters") == "is ***"
    assert SecretMatcher(["sixteen-letters!"]).found_in("is sixteen-letters!")


def test_nothing_is_found_without_secrets() -> None:
    assert not SecretMatcher(["", ""]).found_in("anything")
    assert SecretMatcher([""]).hide("anything") == "anything"


def test_what_is_redacted_keeps_the_rest() -> None:
    secrets = SecretMatcher([LAUNCHDARKLY_TOKEN])
    value = {
        "service": f"shop {LAUNCHDARKLY_TOKEN}",
        LAUNCHDARKLY_TOKEN: [1, None, True, f"a {JOB_TOKEN} b", "plain"],
        "deep": {"twice": json.dumps(json.dumps(json.dumps(LAUNCHDARKLY_TOKEN)))},
    }
    assert secrets.redact(value) == {
        "service": "shop ***",
        "***": [1, None, True, "a *** b", "plain"],
        "deep": {"twice": "***"},
    }


@given(st.sampled_from(sorted(ENCODINGS)), st.text(max_size=5), st.text(max_size=5))
def test_no_redacted_text_contains_the_secret(encoding: str, before: str, behind: str) -> None:
    secrets = SecretMatcher(KEYS)
    text = before + ENCODINGS[encoding](LAUNCHDARKLY_TOKEN) + behind
    assert not secrets.found_in(secrets.redact(text))


@SLOW
@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    )
)
def test_any_json_without_a_secret_is_not_changed(value: object) -> None:
    assert SecretMatcher(KEYS).redact(value) == value
