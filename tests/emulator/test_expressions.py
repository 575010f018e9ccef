import pytest

from emulator.expressions import condition, evaluate, evaluate_template, interpolate
from emulator.functions import ExpressionError
from emulator.parser import Scope

SCOPE = Scope(
    {
        "github": {
            "event": {"release": {"tag_name": "v1.2"}, "labels": ["Bug", "docs"], "n": 7},
            "ref": "r",
        },
        "steps": {"report": {"outputs": {"started-at": "now", "results": '[{"id": "x"}]'}}},
        "matrix": None,
    },
    "failure",
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("github.event.release.tag_name", "v1.2"),
        ("GitHub.Event.RELEASE.tag_name", "v1.2"),
        ("github['ref']", "r"),
        ("github.event.labels[1]", "docs"),
        ("github.event.labels[9]", None),
        ("github.event.nothing.at.all", None),
        ("matrix.service", None),
        ("steps.report.outputs.started-at", "now"),
        ("fromJSON(steps.report.outputs.results)[0].id", "x"),
        ("'it''s'", "it's"),
        ("12.5", 12.5),
        ("0x1F", 31.0),
        ("'A' == 'a'", True),
        ("'1' == 1", True),
        ("null == 0", True),
        ("'x' != 1", True),
        ("github.event.n > 6 && github.event.n <= 7", True),
        ("!github.event.none", True),
        ("github.event.none || 'default'", "default"),
        ("'' && 'never'", ""),
        ("true && false || 'z'", "z"),
        ("!(true || false)", False),
        ("format('{0}-{1} {{}}', 'a', 1)", "a-1 {}"),
        ("contains('Hello', 'ELL')", True),
        ("contains(github.event.labels, 'bug')", True),
        ("contains(github.event.labels, 'bu')", False),
        ("startsWith(github.event.release.tag_name, 'V')", True),
        ("endsWith('abc', 'C')", True),
        ("join(github.event.labels, ', ')", "Bug, docs"),
        ("toJSON(github.event.labels)", '[\n  "Bug",\n  "docs"\n]'),
        ("failure()", True),
        ("success() || cancelled()", False),
        ("always()", True),
    ],
)
def test_an_expression_has_the_value_github_gives_it(expression: str, value: object) -> None:
    assert evaluate(expression, SCOPE) == value


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("secrets.KEY", "unrecognized named-value 'secrets'"),
        ("hashFiles('x')", "unsupported function 'hashFiles'"),
        ("github.*", r"unexpected '\*'"),
        ("github.event.labels.*.name", r"unexpected"),
        ('"double"', "unexpected"),
        ("contains('a')", "wrong number of arguments"),
        ("success(1)", "wrong number of arguments"),
        ("(true", r"expected '\)'"),
        ("true false", "unexpected 'false'"),
        ("", "unexpected 'end'"),
        ("1 +", "unexpected"),
        ("format('{9}')", "invalid format string"),
        ("fromJSON('{')", "fromJSON cannot read"),
    ],
)
def test_anything_else_is_a_clear_error(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        evaluate(expression, SCOPE)


def test_the_unused_side_of_an_or_is_not_evaluated() -> None:
    assert evaluate("'x' || fromJSON('{')", SCOPE) == "x"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("a ${{ github.ref }} b${{github.ref}}", "a r br"),
        ("${{ '}}' }}", "}}"),
        ("${{ github.event.n }}", "7"),
        ("${{ true }}", "true"),
        ("${{ github.event }}", "Object"),
        ("${{ github.event.labels }}", "Array"),
        ("${{ github.event.none }}", ""),
        ("$ {{ github.ref }}", "$ {{ github.ref }}"),
    ],
)
def test_a_text_gets_the_values_of_its_expressions(text: str, value: str) -> None:
    assert interpolate(text, SCOPE) == value


def test_an_expression_without_an_end_is_an_error() -> None:
    with pytest.raises(ExpressionError, match="not closed"):
        interpolate("${{ github.ref", SCOPE)


def test_a_text_that_is_one_expression_keeps_its_type() -> None:
    assert evaluate_template(" ${{ github.event.labels }} ", SCOPE) == ["Bug", "docs"]
    assert evaluate_template("${{ github.event.n }}x", SCOPE) == "7x"


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
def test_a_condition_means_success_unless_it_names_a_status(
    text: str, status: str, holds: bool
) -> None:
    assert condition(text, Scope(SCOPE.contexts, status)) is holds
