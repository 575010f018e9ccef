"""The `service` input: lines and JSON arrays. Every problem names its line and its fix."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.deployments import both, keys_of, settings

from deployment_events.deployment import Service
from deployment_events.errors import Problem
from deployment_events.inputs.service_lines import service_keys
from deployment_events.inputs.services import (
    override_problems,
    parse_services,
)
from deployment_events.values.residue import residue_of_line
from deployment_events.values.text import invisible_character, is_quoted
from deployment_events.vendors.plan import override
from deployment_events.vendors.registry import VENDORS

KEYS = [name for name in service_keys() if not name.endswith("-deployment-id")]
words = (
    st.text("abcXYZ019._-/ ,=\"'é✅", min_size=1)
    .map(str.strip)
    .filter(lambda word: bool(word) and not is_quoted(word))
)
characters = "[]{}\"'`,;=#-\\\n\r\t$ :cartK\ufeff\u200b“”"
anything = st.text(characters).map(lambda text: text.replace("K", "version=")) | st.text()
"""Text of the characters that have a meaning for tools that write lists."""


def parse(text: str) -> tuple[Service, ...]:
    """Return the services of a valid input."""
    found: list[Problem] = []
    services = parse_services(text, found).services
    assert found == []
    return services


def problems_of(text: str) -> list[str]:
    """Return the problems with the input, as the user reads them."""
    found: list[Problem] = []
    parse_services(text, found)
    assert {problem.input for problem in found} <= {"service"}
    return [str(problem) for problem in found]


def as_csv(service: Service) -> str:
    line = io.StringIO()
    fields = [f"{key}={value}" for key, value in service.overrides.items()]
    writer = csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL)
    writer.writerow([service.name, *fields])
    return line.getvalue()


@pytest.mark.parametrize(
    ("text", "name", "attributes"),
    [
        ("checkout", "checkout", {}),
        ("  checkout  ", "checkout", {}),
        ("checkout,version=1.2", "checkout", {"version": "1.2"}),
        ("checkout, version = 1.2 , team=web", "checkout", {"version": "1.2", "team": "web"}),
        ("checkout,version=a=b", "checkout", {"version": "a=b"}),
        (
            'checkout,"application-name=Shop, the big one"',
            "checkout",
            {"application-name": "Shop, the big one"},
        ),
        (
            'checkout,"application-name=The ""Shop"""',
            "checkout",
            {"application-name": 'The "Shop"'},
        ),
        (
            'checkout, "application-name=Shop, the big one"',
            "checkout",
            {"application-name": "Shop, the big one"},
        ),
        ('"check,out"', "check,out", {}),
        ("naïve-✅", "naïve-✅", {}),
        ("apps/web", "apps/web", {}),
        ("..", "..", {}),
    ],
)
def test_a_line_is_a_name_and_its_overrides(
    text: str, name: str, attributes: dict[str, str]
) -> None:
    assert parse(text) == (Service(name=name, overrides=attributes),)


def test_empty_lines_and_windows_line_endings_are_ignored() -> None:
    assert [service.name for service in parse("api\r\n\r\n  \nweb\r\n")] == ["api", "web"]


@pytest.mark.parametrize("text", ["[]", " [ ] ", "[\n]"])
def test_an_empty_array_is_nothing_to_report(text: str) -> None:
    problems: list[Problem] = []
    found = parse_services(text.strip(), problems)
    assert (found.services, problems) == ((), [])
    assert found.no_service is not None
    assert found.no_service.expected


def test_only_comments_are_nothing_to_report_and_probably_a_mistake() -> None:
    problems: list[Problem] = []
    found = parse_services("# cart\n  # web", problems)
    assert (found.services, problems) == ((), [])
    assert found.no_service is not None
    assert not found.no_service.expected


def test_every_documented_key_is_accepted() -> None:
    assert set(service_keys()) == {
        *(
            "version",
            "team",
            "application-key",
            "application-name",
            "application-kind",
            "version-name",
        ),
        *("launchdarkly-deployment-id", "datadog-deployment-id"),
    }


@SLOW
@given(
    st.lists(words, min_size=1, max_size=3, unique=True),
    st.dictionaries(st.sampled_from(KEYS), words, max_size=3),
)
def test_services_survive_both_forms(names: list[str], overrides: dict[str, str]) -> None:
    services = (Service(name=names[0], overrides=overrides), *(Service(name=n) for n in names[1:]))
    assert parse("\n".join(map(as_csv, services))) == services
    wanted = [name for name in names if "=" not in name and not residue_of_line(name)]
    if wanted:
        assert [service.name for service in parse(json.dumps(wanted))] == wanted


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("api", "must not repeat the service 'api'"),
        ("api,version=2", "must not repeat the service 'api'"),
        (",version=1", "must begin with a name"),
        ('""', "must begin with a name"),
        ("web,version", "must have `key=value` after the name, not 'version'"),
        ("web,", "must have `key=value` after the name. Write"),
        ("web,,team=a", "must have `key=value` after the name. Write"),
        ("web,Version=1", "must have only known keys, not 'Version'"),
        ("web,environment=production", "must have only known keys, not 'environment'"),
        ("web,=1", "must have only known keys. The keys"),
        ("web,version=", "must have a value for `version`, not 'web,version='"),
        ("web,version=1,version=2", "must set `version` only once"),
        ('web,version="1,2"', "must have `key=value` after the name, not '2\"'"),
        ('web,"version=1', "must be valid CSV"),
        ('web,"version=1"x', "must be valid CSV"),
        ('"web" ,version=1', "must be valid CSV"),
        ("w" * 200_000, "must be valid CSV"),
    ],
)
def test_a_problem_names_its_line_and_shows_the_text(line: str, rule: str) -> None:
    [problem] = problems_of(f"api\n\n{line}")
    assert problem.startswith(f"`service` line 3 {rule}")


def test_all_problems_are_reported_together_and_the_named_services_are_kept() -> None:
    found: list[Problem] = []
    services = parse_services(
        "api\n,version=1,x\nweb,x,y=1,version=,team=a\nshop\napi", found
    ).services
    assert [problem.rule[:26] for problem in found] == [
        "line 2 must begin with a n",
        "line 2 must have `key=valu",
        "line 3 must have `key=valu",
        "line 3 must have only know",
        "line 3 must have a value f",
        "line 5 must not repeat the",
    ]
    assert [service.name for service in services] == ["api", "web", "shop"]
    assert services[1].overrides == {"team": "a"}


def test_the_fix_of_an_unknown_key_lists_the_known_keys() -> None:
    [problem] = problems_of("api,verson=1")
    assert "The keys are `version`, `application-key`" in problem


ARRAYS = [
    ('["cart"]', ["cart"]),
    ('["cart","payments"]', ["cart", "payments"]),
    ('[\n  "cart",\n  "Shop, the big one"\n]', ["cart", "Shop, the big one"]),
    ('["auto"]', ["auto"]),
    ('[" cart "]', ["cart"]),
]


@pytest.mark.parametrize(("text", "names"), ARRAYS)
def test_a_json_array_is_a_list_of_names(text: str, names: list[str]) -> None:
    assert parse(text) == tuple(Service(name=name) for name in names)


def test_comment_lines_are_skipped_and_keep_their_number() -> None:
    assert [service.name for service in parse("# shops\ncart\n  # later: web\npay")] == [
        "cart",
        "pay",
    ]
    [problem] = problems_of("# shops\n- cart")
    assert "line 2" in problem


NOT_ONE_NAME = [
    ("cart,payments", "line 1 must be one name", "`cart`, `payments`"),
    ("cart, payments, web, ads", "line 1 must be one name", "`cart`, `payments`, `web`"),
    ("cart payments", "line 1 must be one name", "`cart`, `payments`"),
    ("cart\tpayments", "line 1 must be one name", "`cart`, `payments`"),
    ("cart;payments", "line 1 must be one name", "`cart`, `payments`"),
    ("cart # the shop's", "line 1 must be one name", "one name per line: `cart`; or"),
    ("cart #web", "line 1 must be one name", "one name per line: `cart`; or"),
    ("${{ needs.x.outputs.y }}", "line 1 must be a name", "contains a variable"),
    ("$(cat services)", "line 1 must be a name", "contains a variable"),
    ("false", "line 1 must be a name", "an expression prints for a condition"),
    ("service=cart", "line 1 must be a name", "Write only the name"),
    ("service<<EOF\ncart\nEOF", "line 1 must be a name", "begins a here-document"),
    ("::debug::cart", "line 1 must be a name", "is a workflow command"),
    ('"[]"', "line 1 must be a name", "is a JSON array or object"),
    (r'"cart\npayments"', "line 1 must be a name", "escaped line break"),
    ('"$SERVICE"', "line 1 must be a name", "contains a variable"),
    ("cart: true", "line 1 must be one name", "one name per line"),
    ("- cart", "line 1 must be a service", "one service per line"),
    ("-", "line 1 must be a service", "one service per line"),
    ("* cart", "line 1 must be a service", "one service per line"),
    ("---\ncart", "line 1 must be a service", "one service per line"),
    ("cart \\", "line 1 must be a service", "one service per line"),
    ("cart\\", "line 1 must be a service", "one service per line"),
    ("cart `", "line 1 must be a service", "one service per line"),
    ("|", "line 1 must be a service", "one service per line"),
    (">-", "line 1 must be a service", "one service per line"),
    ("[cart, payments]", "must be a JSON array of names", '["cart", "payments"]'),
    ("['cart']", "must be a JSON array of names", '["cart", "payments"]'),
    ('["cart"', "must be a JSON array of names", '["cart", "payments"]'),
    ('{"cart": true}', "line 1 must be a service", "one service per line"),
    ('"cart",', "line 1 must have `key=value`", "one service per line"),
    ("'cart'", "line 1 must be written without quotation marks", "Remove"),
    ("“cart”", "line 1 must be written without quotation marks", "Remove"),
    ("\"'cart'\"", "line 1 must be written without quotation marks", "Remove"),
    ("'[\"cart\"]'", "line 1 must be written without quotation marks", "Remove"),
    (
        "Array",
        "line 1 must be a name",
        "an expression prints for a list. For a list, use `${{ toJSON",
    ),
    ("Object", "line 1 must be a name", "an expression prints for an object. For a list, use"),
    ("null", "line 1 must be a name", "a program prints for no value"),
    ("$SERVICE", "line 1 must be a name", "contains a variable that was not replaced"),
    ("shop-${NAME}", "line 1 must be a name", "contains a variable that was not replaced"),
    ("version=1", "line 1 must begin with a name", "one service per line"),
    ("ca\u200brt", "line 1 must be text without invisible characters", "U+200B"),
    ("web\nca\ufeffrt", "line 2 must be text without invisible characters", "U+FEFF"),
    ("cart:", "line 1 must be one name", '`cart`; or a JSON array: `["cart"]`'),
    ("cart:\n  image: x", "line 1 must be one name", "`cart`"),
    (r"cart\npayments", "line 1 must be one name", "`cart`, `payments`"),
    (r"cart\r\npayments\r\n", "line 1 must be one name", "`cart`, `payments`"),
    ("cart%0Apayments", "line 1 must be one name", "`cart`, `payments`"),
    ("cart%0D%0Apayments%0A", "line 1 must be one name", "`cart`, `payments`"),
    ("•cart", "line 1 must be a service", "begins with the dash or bullet"),
    ('["- cart"]', "element 1 must be only a name", "begins with the dash or bullet"),
    ('["cart:"]', "element 1 must be only a name", "ends with the colon of a YAML key"),
    ('["cart\\\\npayments"]', "element 1 must be only a name", "contains an escaped line break"),
    ('["$(x)"]', "element 1 must be only a name", "contains a variable"),
    ('["null"]', "element 1 must be only a name", "a program prints for no value"),
    ('["cart", 1]', "element 2 must be a name in quotation marks", '["cart", "payments"]'),
    ("[null]", "element 1 must be a name in quotation marks", '["cart", "payments"]'),
    ('[{"name": "cart"}]', "element 1 must be a name in quotation marks", '["cart", "payments"]'),
    ('[["cart"]]', "element 1 must be a name in quotation marks", '["cart", "payments"]'),
    ('[""]', "element 1 must begin with a name", "one service per line"),
    ('["cart\\npayments"]', "element 1 must be a single line", "has 2 lines"),
    ('["\\"cart\\""]', "element 1 must be written without quotation marks", "Remove"),
    ('["cart,version=1"]', "element 1 must be only a name", "one service per line"),
    ('["cart", "cart"]', "element 2 must not repeat the service 'cart'", "Remove"),
    ("cart,version='1'", "line 1 `version` must be written without quotation marks", "Remove"),
    ("cart,version=$TAG", "line 1 `version` must be a plain name", "${{ env.NAME }}"),
    ("cart,team=a\u200bb", "line 1 `team` must be text without invisible", "Remove"),
]


@pytest.mark.parametrize(("text", "rule", "fix"), NOT_ONE_NAME)
def test_lists_of_other_tools_are_errors_that_show_the_fix(text: str, rule: str, fix: str) -> None:
    found: list[Problem] = []
    parse_services(text, found)
    assert found[0].rule.startswith(rule)
    assert fix in found[0].fix


def is_plain(text: str) -> bool:
    """Return whether a printed line shows exactly this text."""
    return not invisible_character(text) and text == text.strip() and not is_quoted(text)


@pytest.mark.parametrize("name", ["- cart", "cart:", "web shop", "a=b", "a;b", "a,b"])
def test_a_name_in_csv_quotation_marks_is_not_residue(name: str) -> None:
    assert parse(f'"{name}"') == (Service(name=name),)


@given(anything)
def test_any_text_is_services_that_print_shows_or_errors(text: str) -> None:
    found: list[Problem] = []
    services, no_service = parse_services(text, found)
    assert services or found or no_service
    for service in services:
        assert service.name
        assert all(map(is_plain, (service.name, *service.overrides.values())))
        assert service.name in text or text.startswith("[") or '""' in text


@pytest.mark.parametrize(
    ("vendor", "key", "field"),
    [
        (vendor, key, field)
        for vendor, each in VENDORS.items()
        for key, field in each.settings.service_keys.items()
    ],
)
def test_a_service_s_key_overrides_the_input_for_that_service_only(
    vendor: str, key: str, field: str
) -> None:
    value = "browser" if key == "application-kind" else "other-1234567890abcdef"
    general = settings(vendor)
    both_services = (Service(name="api", overrides={key: value}), Service(name="web"))
    found, errors = override({vendor: general}, both_services)
    overridden = found.of(vendor, "api")
    assert errors == []
    assert getattr(overridden, field) == value
    assert found.of(vendor, "web") is general
    assert keys_of(overridden) == keys_of(general)


def test_an_override_of_the_other_vendor_changes_nothing() -> None:
    general = settings("launchdarkly")
    found, _ = override({"launchdarkly": general}, [Service(name="api", overrides={"team": "web"})])
    assert found.of("launchdarkly", "api") is general


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("application-kind", "desktop", "must be one of `server`, `browser`, `mobile`"),
        ("launchdarkly-deployment-id", "..", "must be the ID of a deployment"),
        ("datadog-deployment-id", "a/b", "must be the ID of a deployment"),
    ],
)
def test_an_invalid_override_is_reported_with_service_key_and_value(
    key: str, value: str, rule: str
) -> None:
    _, [error] = override(both().shared, [Service(name="api", overrides={key: value})])
    [problem] = override_problems(error)
    assert problem.input == "service"
    assert problem.rule.startswith(f"'api' `{key}` {rule}")
    assert problem.given == value


def test_one_deployment_id_for_two_services_is_an_error_that_names_the_line() -> None:
    problems: list[Problem] = []
    parse_services("api,datadog-deployment-id=one\nweb,datadog-deployment-id=one", problems)
    assert [problem.rule for problem in problems] == [
        "line 2 must not repeat the `datadog-deployment-id` of another line"
    ]
