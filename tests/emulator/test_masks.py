from hypothesis import given
from hypothesis import strategies as st

from emulator.masks import Masker


def test_a_longer_value_is_hidden_first_and_adjacent_values_become_one() -> None:
    assert Masker(["ab", "abc", "fg"]).mask("-abc-fgfg-ab-") == "-***-***-***-"


def test_each_line_of_a_value_is_hidden_too() -> None:
    assert Masker(["one\r\ntwo"]).mask("one, two") == "***, ***"


def test_values_without_characters_hide_nothing() -> None:
    assert Masker(["", " ", "\n"]).mask("a b\n") == "a b\n"


@given(st.text(alphabet="abc", min_size=1), st.text(alphabet="abcd"))
def test_no_hidden_value_remains(value: str, text: str) -> None:
    assert value not in Masker([value]).mask(text).replace("***", "|")
