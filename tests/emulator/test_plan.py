import pytest

from emulator.plan import WorkflowError, combined, expand_matrix, leg_name, ordered


def test_jobs_come_after_those_they_need() -> None:
    jobs = {"c": {"needs": ["a", "b"]}, "b": {"needs": "a"}, "a": {}}
    assert list(ordered(jobs)) == ["a", "b", "c"]


@pytest.mark.parametrize("jobs", [{"a": {"needs": "a"}}, {"a": {"needs": "b"}}])
def test_needs_that_cannot_be_met_are_refused(jobs: dict[str, dict[str, str]]) -> None:
    with pytest.raises(WorkflowError, match="need"):
        list(ordered(jobs))


def test_a_matrix_is_the_product_of_its_lists() -> None:
    assert expand_matrix({"a": [1, 2], "b": ["x"]}) == [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]


def test_exclude_removes_and_include_completes_or_adds() -> None:
    matrix = {
        "a": [1, 2],
        "exclude": [{"a": 1}],
        "include": [{"colour": "red"}, {"a": 2, "size": "m"}, {"a": 9}],
    }
    assert expand_matrix(matrix) == [{"a": 2, "colour": "red", "size": "m"}, {"a": 9}]


def test_include_alone_makes_a_leg_of_each_entry() -> None:
    assert expand_matrix({"include": [{"a": 1}, {"b": 2}]}) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("matrix", ["text", {"a": "text"}])
def test_a_matrix_that_is_none_is_refused(matrix: object) -> None:
    with pytest.raises(WorkflowError, match="must be a"):
        expand_matrix(matrix)


def test_legs_are_named_as_github_shows_them() -> None:
    assert leg_name("deploy", {"env": "eu", "n": 1}) == "deploy (eu, 1)"
    assert leg_name("deploy", None) == "deploy"


def test_the_worst_end_counts() -> None:
    assert combined(["success", "failure", "cancelled"]) == "failure"
    assert combined(["skipped", "success"]) == "success"
    assert combined(["skipped"]) == "skipped"
