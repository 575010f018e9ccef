"""Helpers of both vendors."""

from typing import Any

import pytest

from deployment_events.vendors.shared import as_list, is_id, number_header


@pytest.mark.parametrize(
    "text",
    [
        *("a", "2f5a1c9e-aaaa-bbbb", "A.b:c_d-e", "x" * 128, "0"),
        *("_my_deployment_0001", "-RwVLi7v4Yz", ".hidden", ":a", "..."),
    ],
)
def test_an_id_has_letters_digits_and_four_other_characters(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "::error::x",
        "a/b",
        "a?b",
        "a#b",
        "a%2f",
        "a b",
        "a\n",
        "é",
        "x" * 129,
        "\uff11",
    ],
)
def test_what_could_change_a_path_is_no_id(text: str) -> None:
    assert not is_id(text)


@pytest.mark.parametrize(
    ("value", "items"), [([1], [1]), ([], []), (None, []), ({}, []), ("ab", []), (1, [])]
)
def test_only_a_json_list_is_a_list(value: Any, items: list[Any]) -> None:
    assert as_list(value) == items


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("", None),
        ("-7", None),
        ("7.5", None),
        ("\u0667", None),
        ("1" * 16, int("1" * 16)),
    ],
)
def test_the_number_of_a_header_is_an_integer_or_none(text: str, number: int | None) -> None:
    assert number_header({"X": text}, "X") == number


def test_a_missing_header_is_none() -> None:
    assert number_header({}, "X") is None
