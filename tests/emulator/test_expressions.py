import pytest

from emulator.expressions import ExpressionError, Scope, condition, evaluate, interpolate

SCOPE = Scope(
    {
        "github": {
            "event": {"release": {"tag_name": "v1.2"}, "labels": ["Bug", "docs"], "n": 7},
            "ref": "r",
        },
        "steps": {"report": {"outputs": {"started-at": "now"}}},
        "matrix": None,
    },
    "failure",
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("github.event.release.tag_name", "v1.2"),
        ("github.event.nothing.at.all", None),
        ("matrix.service", None),
        ("steps.report.outputs.started-at", "now"),
        ("'it''s'", "it's"),
        ("'A' == 'a'", True),
        ("'r' != github.ref", False),
        ("github.event.none == ''", True),
        ("github.event.release.tag_name == ''", False),
        ("!github.event.none", True),
        ("github.event.none || 'default'", "default"),
        ("'' && 'never'", ""),
        ("'a' && false || 'z'", "z"),
        ("contains(github.event.labels, 'bug')", True),
        ("contains(github.event.labels, 'bu')", False),
        ("contains(fromJSON('[\"a\", \"b\"]'), 'b')", True),
        ("toJSON('a \"b\"')", r'"a \"b\""'),
        ("failure()", True),
        ("success() || cancelled()", False),
        ("always()", True),
    ],
)
def test_an_expression_has_the_value_that_github_gives_it(expression: str, value: object) -> None:
    assert evaluate(expression, SCOPE) == value


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("secrets.KEY", "unexpected 'secrets'"),
        ("hashFiles('x')", "unexpected 'hashFiles'"),
        ("github.*", r"unexpected '\*'"),
        ("github.event['n']", r"unexpected '\['"),
        ("github.event.n > 6", "unexpected '>'"),
        ('"double"', "unexpected"),
        ("success(false)", "unexpected 'success'"),
        ("(false)", r"unexpected '\('"),
        ("contains(false", "unexpected 'end'"),
        ("'a' false", "unexpected 'false'"),
        ("null", "unexpected 'null'"),
        ("github.event.n == '7'", "for texts only"),
        ("github.event.labels != ''", "for texts only"),
        ("contains('Hello', 'ELL')", "for a list only"),
        ("", "unexpected 'end'"),
        ("github.", "unexpected 'end'"),
        ("fromJSON('{')", "fromJSON cannot read"),
    ],
)
def test_other_expressions_are_rejected(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        evaluate(expression, SCOPE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("a ${{ github.ref }} b${{github.ref}}", "a r br"),
        ("${{ '}}' }}", "}}"),
        ("${{ github.event.n }}", "7"),
        ("${{ !false }}", "true"),
        ("${{ github.event }}", "Object"),
        ("${{ github.event.labels }}", "Array"),
        ("${{ github.event.none }}", ""),
        ("$ {{ github.ref }}", "$ {{ github.ref }}"),
    ],
)
def test_expressions_in_a_text_are_replaced_by_their_values(text: str, value: str) -> None:
    assert interpolate(text, SCOPE) == value


@pytest.mark.parametrize(
    ("text", "status", "holds"),
    [
        ("success()", "success", True),
        ("github.ref == 'r'", "success", True),
        ("github.ref == 'r'", "failure", False),
        ("${{ github.ref == 'r' }}", "failure", False),
        ("always()", "cancelled", True),
        ("always() && github.ref == 'x'", "success", False),
        ("${{ failure() }}", "failure", True),
        ("!cancelled()", "failure", True),
        ("!cancelled()", "cancelled", False),
    ],
)
def test_a_condition_requires_success_unless_it_names_a_status(
    text: str, status: str, holds: bool
) -> None:
    assert condition(text, Scope(SCOPE.contexts, status)) is holds
