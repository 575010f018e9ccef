"""What shells, YAML, JSON and expressions leave behind in a value."""

import pytest

from deployment_events.values.residue import residue_of_line, residue_of_name, residue_of_text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Array", "an expression prints for a list"),
        ("[object Object]", "JavaScript prints for an object"),
        ("null", "a program prints for no value"),
        ("None", "Python prints for no value"),
        ("<nil>", "a template prints for no value"),
        ("$TAG", "variable"),
        ("v${TAG}", "variable"),
        ("$(date)", "variable"),
        ("{{ .Tag }}", "variable"),
        ("%TAG%", "variable"),
    ],
)
def test_residue_of_programs_is_found_in_texts_and_names(text: str, reason: str) -> None:
    assert reason in residue_of_text(text)
    assert residue_of_name(text) == residue_of_text(text)


@pytest.mark.parametrize("text", [r"a\nb", r"a\r\nb", "a%0Ab", "a%0D%0Ab", "a%0ab", r"a\n"])
def test_an_escaped_line_break_is_residue_of_a_name_and_not_of_a_text(text: str) -> None:
    assert residue_of_name(text) == "contains an escaped line break"
    assert residue_of_text(text) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("true", "condition"),
        ("false", "condition"),
        ("False", "condition"),
        ("[]", "JSON"),
        ("{}", "JSON"),
        ('["production"]', "JSON"),
        ('[{"name": "cart"}]', "JSON"),
        ('{"name": "cart"}', "JSON"),
        ("::debug::exit 0", "workflow command"),
        ("::set-output name=env::production", "workflow command"),
        ("##[debug]production", "workflow command"),
        ("[command]/usr/bin/terraform", "workflow command"),
        ("service<<EOF", "here-document"),
        ("<<-'EOF'", "here-document"),
    ],
)
def test_what_a_name_is_not_may_be_a_text(text: str, reason: str) -> None:
    assert reason in residue_of_name(text)
    assert residue_of_text(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "cart",
        "Arrays",
        "nullable",
        "US$",
        "5 %",
        "100%",
        "a\\b",
        "%0D",
        "{a}",
        "$5",
        "[a]",
        "a::b::c",
        "falsey",
    ],
)
def test_plain_text_is_not_residue(text: str) -> None:
    assert residue_of_name(text) == residue_of_text(text) == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("- cart", "dash or bullet"),
        ("* cart", "dash or bullet"),
        ("\u2022cart", "dash or bullet"),
        ("---", "dash or bullet"),
        ("|", "YAML block"),
        (">-2", "YAML block"),
        ('["cart"]', "JSON or YAML"),
        ("{cart: 1}", "JSON or YAML"),
        ("],", "JSON or YAML"),
        ("cart \\", "line continuation"),
        ("cart `", "line continuation"),
    ],
)
def test_residue_of_lists_is_found_in_lines(line: str, reason: str) -> None:
    assert reason in residue_of_line(line)


@pytest.mark.parametrize("line", ["cart", "-cart", "a - b", "a|b", "C:\\deploy\\", "a[0]"])
def test_a_plain_line_has_no_residue(line: str) -> None:
    assert residue_of_line(line) == ""
