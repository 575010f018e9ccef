"""One service: what is valid is returned, and everything else becomes a problem."""

import pytest

from deployment_events.deployment import Service
from deployment_events.inputs.service_lines import parse_element, parse_line
from deployment_events.values.invalid import InvalidValue


def test_a_valid_line_is_a_service_without_problems() -> None:
    invalid: list[InvalidValue] = []
    service = parse_line("cart,version=1", invalid)
    assert (service, invalid) == (Service(name="cart", overrides={"version": "1"}), [])


def test_the_valid_keys_of_an_invalid_line_are_returned() -> None:
    """The rules of the vendors are applied to them, so that all problems are reported."""
    invalid: list[InvalidValue] = []
    service = parse_line("cart,x=1,team=web,version=", invalid)
    assert service == Service(name="cart", overrides={"team": "web"})
    assert [each.shown for each in invalid] == ["x", None]


@pytest.mark.parametrize("line", ["- cart,x=1", 'cart,"x', "cart,web"])
def test_a_line_that_cannot_be_divided_has_one_problem(line: str) -> None:
    invalid: list[InvalidValue] = []
    assert parse_line(line, invalid) is None
    assert len(invalid) == 1


def test_an_invalid_name_does_not_hide_the_problems_of_the_keys() -> None:
    invalid: list[InvalidValue] = []
    assert parse_line("cart web,x=1,y=2", invalid) is None
    assert len(invalid) == 3


@pytest.mark.parametrize(("element", "name"), [("cart", "cart"), (" web shop ", "web shop")])
def test_an_element_of_an_array_is_a_name(element: str, name: str) -> None:
    invalid: list[InvalidValue] = []
    assert (parse_element(element, invalid), invalid) == (Service(name=name), [])


@pytest.mark.parametrize("element", [None, 1, ["cart"], "", "cart,version=1", "- cart", "cart:"])
def test_another_element_is_a_problem(element: object) -> None:
    invalid: list[InvalidValue] = []
    assert parse_element(element, invalid) is None
    assert len(invalid) == 1
