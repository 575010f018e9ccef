"""JSON Patch as RFC 6902 defines it."""

import pytest

from sandbox.jsonpatch import PatchError, apply_patch, check_patch


@pytest.mark.parametrize(
    ("document", "operation", "result"),
    [
        ({"a": 1}, {"op": "add", "path": "/b", "value": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"op": "add", "path": "/a", "value": None}, {"a": None}),
        ({"a": 1}, {"op": "replace", "path": "/a", "value": [2]}, {"a": [2]}),
        ({"a": 1}, {"op": "remove", "path": "/a"}, {}),
        ({"a": {"b": 1}}, {"op": "replace", "path": "/a/b", "value": 2}, {"a": {"b": 2}}),
        ({"a/b": {"~": 1}}, {"op": "replace", "path": "/a~1b/~0", "value": 2}, {"a/b": {"~": 2}}),
        ({"~1": 1}, {"op": "test", "path": "/~01", "value": 1}, {"~1": 1}),
        ({"a": 1}, {"op": "test", "path": "/a", "value": 1.0}, {"a": 1}),
        ({"a": {"x": [1]}}, {"op": "test", "path": "/a", "value": {"x": [1]}}, {"a": {"x": [1]}}),
    ],
)
def test_an_operation_is_applied(document, operation, result):
    assert check_patch([operation]) == []
    assert apply_patch(document, [operation]) == result


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/b", "value": 1},
        {"op": "remove", "path": "/b"},
        {"op": "test", "path": "/b", "value": 1},
        {"op": "add", "path": "/b/c", "value": 1},
        {"op": "add", "path": "/a/c", "value": 1},
        {"op": "add", "path": "", "value": {}},
        {"op": "test", "path": "/a", "value": True},
        {"op": "test", "path": "/a", "value": "1"},
        {"op": "test", "path": "/a", "value": None},
    ],
)
def test_an_impossible_operation_leaves_the_document_alone(operation):
    document = {"a": 1}
    with pytest.raises(PatchError):
        apply_patch(document, [{"op": "add", "path": "/new", "value": 1}, operation])
    assert document == {"a": 1}
