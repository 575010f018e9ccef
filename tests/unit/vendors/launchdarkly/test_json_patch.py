"""JSON Patch: the four documented operations, `value` where RFC 6902 requires it, null included."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from support.cost import SLOW

from deployment_events.values.invalid import InvalidValue
from deployment_events.vendors.launchdarkly.json_patch import (
    Operation,
    Patch,
    parse_patch,
    unapplied_status,
)

PATCH = TypeAdapter(Patch)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
paths = st.just("") | st.text().map(lambda text: f"/{text}")
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "test"]), "path": paths, "value": values}
)
removals = st.fixed_dictionaries({"op": st.just("remove"), "path": paths})


def as_json(text: str) -> list[dict[str, Any]]:
    return [operation.as_json() for operation in PATCH.validate_python(text)]


@SLOW
@given(st.lists(operations | removals, min_size=1, max_size=4))
def test_every_patch_is_sent_as_it_was_written(patch: list[dict[str, Any]]) -> None:
    assert as_json(json.dumps(patch)) == patch


def test_a_null_is_a_value_and_no_value_is_none() -> None:
    patch = [{"op": "test", "path": "/a", "value": None}, {"op": "remove", "path": "/a"}]
    assert as_json(json.dumps(patch)) == patch


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "must be a JSON Patch ("),
        ("{", "must be a JSON Patch ("),
        ("[" * 100_000, "must be a JSON Patch ("),
        ('[{"op": "add", "path": "/a", "value": NaN}]', "must be a JSON Patch ("),
        ('[{"op": "add", "path": "/a", "value": 1e999}]', "must be a JSON Patch ("),
        ('[{"op": "add", "path": "/a", "value": "\\ud800"}]', "must be a JSON Patch ("),
        ("{}", "a list of one or more operations"),
        ("[]", "a list of one or more operations"),
        ('"add"', "a list of one or more operations"),
        ("[1]", "operation 1 must be an object"),
        ('[{"op": "remove", "path": "/a"}, []]', "operation 2 must be an object"),
        ('[{"path": "/a"}]', "operation 1 must have the `op` add, remove, replace, or test"),
        ('[{"op": "move", "from": "/a", "path": "/b"}]', "must have the `op`"),
        ('[{"op": "copy", "from": "/a", "path": "/b"}]', "must have the `op`"),
        ('[{"op": "Add", "path": "/b", "value": 1}]', "must have the `op`"),
        ('[{"op": ["add"], "path": "/b", "value": 1}]', "must have the `op`"),
        ('[{"op": null, "path": "/b"}]', "must have the `op`"),
        ('[{"op": "remove"}]', "that is a JSON Pointer"),
        ('[{"op": "remove", "path": "a"}]', "that is a JSON Pointer"),
        ('[{"op": "remove", "path": 1}]', "that is a JSON Pointer"),
        ('[{"op": "add", "path": "/a"}]', "must have a `value`"),
        ('[{"op": "replace", "path": "/a"}]', "must have a `value`"),
        ('[{"op": "test", "path": "/a"}]', "must have a `value`"),
        ('[{"op": "remove", "path": "/a", "from": "/b"}]', "must have only the keys"),
    ],
)
def test_what_is_no_patch_is_refused_with_the_operation_and_an_example(
    text: str, rule: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_patch(text)
    assert rule in caught.value.rule
    assert '"op": "replace"' in caught.value.fix


def test_every_problem_of_every_operation_is_reported() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_patch('[{"op": "move", "path": "a"}, 1, {"op": "add", "path": "/a", "x": 1}]')
    assert [(problem.rule[:27], problem.shown) for problem in caught.value.problems] == [
        ("operation 1 must have the `", '{"op": "move", "path": "a"}'),
        ("operation 1 must have a `pa", '{"op": "move", "path": "a"}'),
        ("operation 2 must be an obje", "1"),
        ("operation 3 must have a `va", '{"op": "add", "path": "/a", "x": 1}'),
        ("operation 3 must have only ", '{"op": "add", "path": "/a", "x": 1}'),
    ]


def test_a_patch_that_was_read_is_unchanged() -> None:
    patch = PATCH.validate_python('[{"op": "remove", "path": "/a"}]')
    assert PATCH.validate_python(patch) == patch


def test_a_replayed_operation_is_one_of_the_four() -> None:
    with pytest.raises(ValidationError, match="literal_error"):
        Operation.model_validate({"op": "move", "path": "/a"})


REPLACE = [{"op": "replace", "path": "/status", "value": "failed"}]


@pytest.mark.parametrize(
    ("operations", "deployment", "words"),
    [
        (REPLACE, {"status": "finished"}, "has the status 'finished' instead of 'failed'"),
        (
            [{"op": "add", "path": "/status", "value": "failed"}],
            {"status": "started"},
            "has the status 'started' instead of 'failed'",
        ),
        (
            [{"op": "replace", "path": "/status", "value": "finished"}, *REPLACE],
            {"status": "finished"},
            "instead of 'failed'",
        ),
        (REPLACE, {}, "does not show the status"),
        (REPLACE, None, "does not show the status"),
        (REPLACE, [], "does not show the status"),
        (REPLACE, {"status": "::error::x"}, "does not show the status"),
        (REPLACE, {"status": "x" * 31}, "does not show the status"),
    ],
)
def test_a_status_that_was_not_applied_is_noticed(
    operations: Any, deployment: Any, words: str
) -> None:
    assert words in unapplied_status(operations, deployment)


@pytest.mark.parametrize(
    "operations",
    [
        REPLACE,
        [{"op": "test", "path": "/status", "value": "finished"}],
        [{"op": "replace", "path": "/active", "value": False}],
        [*REPLACE, {"op": "remove", "path": "/status"}],
    ],
)
def test_a_status_that_was_applied_or_not_set_has_no_note(operations: Any) -> None:
    assert unapplied_status(operations, {"status": "failed"}) == ""
