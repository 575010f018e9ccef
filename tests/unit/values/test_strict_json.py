"""JSON that can be sent on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW

from deployment_events.values.strict_json import DEEPEST, load_json

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@SLOW
@given(values)
def test_any_json_value_is_read_unchanged(value: object) -> None:
    assert load_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        ("NaN", "Out of range"),
        ('{"a": 1, "b": 2, "a": 3}', "an object has a key twice"),
        ('[{"a": {"b": 1, "b": 1}}]', "an object has a key twice"),
        ("-Infinity", "Out of range"),
        ("1e999", "Out of range"),
        ('"\\ud83d"', "surrogates not allowed"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "nested more than 100 levels deep"),
    ],
)
def test_json_that_cannot_be_written_is_rejected_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        load_json(text)


def test_the_deepest_allowed_is_allowed() -> None:
    assert load_json("[" * DEEPEST + "]" * DEEPEST)
