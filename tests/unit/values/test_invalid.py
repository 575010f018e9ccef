"""Values that break one rule or several."""

import pytest

from deployment_events.values.invalid import InvalidValue, InvalidValues, collecting, raise_all


def test_a_problem_of_a_part_has_its_place_and_text() -> None:
    found = InvalidValue("must be a name", "Fix.").at("line 2", "a b")
    assert (found.rule, found.fix, found.shown) == ("line 2 must be a name", "Fix.", "a b")


@pytest.mark.parametrize("shown", ["", "b"])
def test_a_problem_of_a_part_keeps_what_its_rule_shows(shown: str) -> None:
    assert InvalidValue("rule", "Fix.", shown).at("line 2", "a b").shown == shown


def test_problems_are_collected_and_raised_together() -> None:
    problems: list[InvalidValue] = []
    for rule in ("one", "two"):
        with collecting(problems):
            raise InvalidValue(rule, "Fix.")
    with pytest.raises(InvalidValue, match="one") as caught:
        raise_all(problems)
    assert [each.rule for each in caught.value.problems] == ["one", "two"]


def test_several_problems_are_collected_one_by_one() -> None:
    problems: list[InvalidValue] = []
    several = [InvalidValue("one", "Fix."), InvalidValue("two", "Fix.")]
    with collecting(problems):
        raise InvalidValues(several)
    assert problems == several


def test_without_problems_nothing_is_raised() -> None:
    raise_all([])
    assert InvalidValue("one", "Fix.").problems


def test_other_errors_are_not_collected() -> None:
    with pytest.raises(ZeroDivisionError), collecting([]):
        raise ZeroDivisionError
