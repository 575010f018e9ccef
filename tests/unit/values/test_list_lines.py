"""The lines of a list."""

import pytest

from deployment_events.values.invalid import InvalidValue
from deployment_events.values.list_lines import check_line, list_lines


def test_empty_lines_and_comments_are_skipped_and_counted() -> None:
    text = "# shops\r\ncart\n\n  # more\n  web  \n"
    assert list(list_lines(text)) == [(2, "cart"), (5, "web")]


def test_a_number_sign_inside_a_line_is_no_comment() -> None:
    assert list(list_lines("cart # 1")) == [(1, "cart # 1")]


def test_a_line_with_residue_is_invalid_with_reason_and_fix() -> None:
    with pytest.raises(InvalidValue) as caught:
        check_line("- cart", "a service", "Write names.")
    assert caught.value.rule == "must be a service"
    assert caught.value.fix.startswith("It begins with the dash or bullet of a YAML")
    assert caught.value.fix.endswith(" Write names.")


def test_a_plain_line_is_valid() -> None:
    assert check_line("cart", "a service", "Write names.") is None
