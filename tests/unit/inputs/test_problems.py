"""Broken rules become problems with inputs."""

from deployment_events.errors import Problem
from deployment_events.inputs.problems import problem, problems_of
from deployment_events.values.invalid import InvalidValue, InvalidValues


def test_a_problem_shows_the_value_by_default() -> None:
    invalid = InvalidValue("must be a name", "Set a name.")
    expected = Problem("service", "must be a name", "a b", "Set a name.")
    assert problem("service", "a b", invalid) == expected


def test_a_problem_shows_what_the_rule_allows() -> None:
    assert problem("service", "a b", InvalidValue("rule", "Fix.", "b")).given == "b"
    assert problem("service", "a b", InvalidValue("rule", "Fix.", "")).given is None


def test_every_broken_rule_is_a_problem() -> None:
    error = InvalidValues([InvalidValue("one", "Fix."), InvalidValue("two", "Fix.", "b")])
    detail = {"msg": "invalid", "ctx": {"error": error}}
    found = [(each.rule, each.given) for each in problems_of("tags", "a", detail)]
    assert found == [("one", "a"), ("two", "b")]


def test_a_rule_of_pydantic_is_a_problem() -> None:
    [found] = problems_of("tags", "a", {"msg": "Input should be text"})
    assert (found.rule, found.given) == ("Input should be text", "a")
