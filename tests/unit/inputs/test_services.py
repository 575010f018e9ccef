"""The `service` input: lines and JSON arrays; every invalid line is named with its fix."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.deployments import both, keys_of, settings

from deployment_events.deployment import Service
from deployment_events.errors import Problem
from deployment_events.inputs.services import (
    override_problems,
    parse_services,
    service_keys,
)
from deployment_events.values.text import invisible_character, is_quoted
from deployment_events.vendors.plan import override
from deployment_events.vendors.registry import VENDORS

words = (
    st.text("abcXYZ019._-/ ,=\"'é✅", min_size=1)
    .map(str.strip)
    .filter(lambda word: bool(word) and not is_quoted(word))
)
pieces = st.sampled_from(
    [*"[]{}\"'`,;=#-\\\n\r\t$ :", "cart", "web", "version=1", '["a"]', "\ufeff", "\u200b", "“", "”"]
)
anything = st.lists(pieces | st.text(max_size=4), max_size=8).map("".join)
"""Text of the characters that mean something to one of the tools that write lists."""


def parse(text: str) -> tuple[Service, ...]:
    """Return the services of a valid input."""
    found: list[Problem] = []
    services = parse_services(text, found).services
    assert found == []
    return services


def faults(text: str) -> list[str]:
    """Return what is wrong with the input, as the user reads it."""
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
def test_a_line_is_a_name_and_its_attributes(
    text: str, name: str, attributes: dict[str, str]
) -> None:
    assert parse(text) == (Service(name=name, overrides=attributes),)


def test_blank_lines_and_windows_line_endings_mean_nothing() -> None:
    assert [service.name for service in parse("api\r\n\r\n  \nweb\r\n")] == ["api", "web"]


@pytest.mark.parametrize("text", ["[]", " [ ] ", "[\n]"])
def test_an_empty_array_is_nothing_to_report(text: str) -> None:
    problems: list[Problem] = []
    found = parse_services(text.strip(), problems)
    assert (found.services, problems) == ((), [])
    assert found.no_service is not None
    assert found.no_service.expected


def test_comments_alone_are_nothing_to_report_and_probably_not_meant() -> None:
    problems: list[Problem] = []
    found = parse_services("# cart\n  # web", problems)
    assert (found.services, problems) == ((), [])
    assert found.no_service is not None
    assert not found.no_service.expected


def test_every_key_of_the_specification_is_understood() -> None:
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


@given(st.lists(words, min_size=1, max_size=8, unique=True), st.data())
def test_services_survive_their_csv_form(names: list[str], data: st.DataObject) -> None:
    own = [name for name in service_keys() if not name.endswith("-deployment-id")]
    attributes = st.dictionaries(st.sampled_from(own), words, max_size=3)
    services = tuple(Service(name=name, overrides=data.draw(attributes)) for name in names)
    assert parse("\n".join(map(as_csv, services))) == services


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("api", "names api twice"),
        ("api,version=2", "names api twice"),
        (",version=1", "has no name"),
        ('""', "has no name"),
        ("web,version", "has 'version' where key=value must stand"),
        ("web,", "has '' where key=value must stand"),
        ("web,,team=a", "has '' where key=value must stand"),
        ("web,Version=1", "has the unknown key 'Version'"),
        ("web,environment=production", "has the unknown key 'environment'"),
        ("web,=1", "has the unknown key ''"),
        ("web,version=", "sets version to nothing"),
        ("web,version=1,version=2", "sets version twice"),
        ('web,version="1,2"', "has '2\"' where key=value must stand"),
        ('web,"version=1', "is not written as CSV"),
        ('web,"version=1"x', "is not written as CSV"),
        ('"web" ,version=1', "is not written as CSV"),
        ("w" * 200_000, "is not written as CSV"),
    ],
)
def test_a_fault_names_its_line_and_the_line_s_text(line: str, rule: str) -> None:
    [fault] = faults(f"api\n\n{line}")
    assert fault.startswith(f"service line 3 {rule}")
    assert f"but it is '{line[:70]}" in fault


def test_all_faults_are_told_at_once_and_the_good_lines_are_kept() -> None:
    found: list[Problem] = []
    services = parse_services("api\n,\nweb,x\nshop\napi", found).services
    assert [problem.rule[:6] for problem in found] == ["line 2", "line 3", "line 5"]
    assert [service.name for service in services] == ["api", "shop"]


def test_the_unknown_key_s_cure_lists_the_known_ones() -> None:
    [fault] = faults("api,verson=1")
    assert "The keys are version, application-key" in fault


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
    [fault] = faults("# shops\n- cart")
    assert "line 2" in fault


NOT_ONE_NAME = [
    ("cart,payments", "line 1 has several names", "`cart`, `payments`"),
    ("cart, payments, web, ads", "line 1 has several names", "`cart`, `payments`, `web`"),
    ("cart payments", "line 1 has blanks or semicolons", "`cart`, `payments`"),
    ("cart\tpayments", "line 1 has blanks or semicolons", "`cart`, `payments`"),
    ("cart;payments", "line 1 has blanks or semicolons", "`cart`, `payments`"),
    ("cart # the shop's", "line 1 has blanks or semicolons", "one name per line"),
    ("cart: true", "line 1 has blanks or semicolons", "one name per line"),
    ("- cart", "line 1 begins with the dash", "one service per line"),
    ("-", "line 1 begins with the dash", "one service per line"),
    ("* cart", "line 1 begins with the dash", "one service per line"),
    ("---\ncart", "line 1 begins with the dash", "one service per line"),
    ("cart \\", "line 1 ends with the mark", "one service per line"),
    ("cart\\", "line 1 ends with the mark", "one service per line"),
    ("cart `", "line 1 ends with the mark", "one service per line"),
    ("|", "line 1 is the mark of a YAML block", "one service per line"),
    (">-", "line 1 is the mark of a YAML block", "one service per line"),
    ("[cart, payments]", "is not a JSON array", '["cart", "payments"]'),
    ("['cart']", "is not a JSON array", '["cart", "payments"]'),
    ('["cart"', "is not a JSON array", '["cart", "payments"]'),
    ('{"cart": true}', "line 1 is part of a JSON", "one service per line"),
    ('"cart",', "line 1 has '' where key=value", "one service per line"),
    ("'cart'", "line 1 must not be in quotation marks", "Remove"),
    ("“cart”", "line 1 must not be in quotation marks", "Remove"),
    ("\"'cart'\"", "line 1 must not be in quotation marks", "Remove"),
    ("'[\"cart\"]'", "line 1 must not be in quotation marks", "Remove"),
    ("Array", "line 1 is what an expression prints for a list", "toJSON"),
    ("Object", "line 1 is what an expression prints for an object", "toJSON"),
    ("null", "line 1 is what a program prints for no value", "toJSON"),
    ("$SERVICE", "line 1 contains a variable that nothing replaces", "toJSON"),
    ("shop-${NAME}", "line 1 contains a variable that nothing replaces", "toJSON"),
    ("version=1", "line 1 has no name", "one service per line"),
    ("ca\u200brt", "line 1 must not contain the invisible character U+200B", "Remove"),
    ("web\nca\ufeffrt", "line 2 must not contain the invisible character U+FEFF", "Remove"),
    ('["cart", 1]', "element 2 is not a name", '["cart", "payments"]'),
    ("[null]", "element 1 is not a name", '["cart", "payments"]'),
    ('[{"name": "cart"}]', "element 1 is not a name", '["cart", "payments"]'),
    ('[["cart"]]', "element 1 is not a name", '["cart", "payments"]'),
    ('[""]', "element 1 has no name", "one service per line"),
    ('["cart\\npayments"]', "element 1 must be one line", "value only"),
    ('["\\"cart\\""]', "element 1 must not be in quotation marks", "Remove"),
    ('["cart,version=1"]', "element 1 has more than a name", "one service per line"),
    ('["cart", "cart"]', "element 2 names cart twice", "once"),
    ("cart,version='1'", "line 1 sets version, which must not be in quotation marks", "Remove"),
    ("cart,version=$TAG", "line 1 sets version, which must be a name", "${{ env.NAME }}"),
    ("cart,team=a\u200bb", "line 1 sets team, which must not contain the invisible", "Remove"),
]


@pytest.mark.parametrize(("text", "rule", "fix"), NOT_ONE_NAME)
def test_what_another_tool_wrote_is_an_error_that_shows_how_to_write_it(
    text: str, rule: str, fix: str
) -> None:
    found: list[Problem] = []
    parse_services(text, found)
    assert found[0].rule.startswith(rule)
    assert fix in found[0].fix


def is_plain(text: str) -> bool:
    """Whether a printed line shows exactly this text."""
    return not invisible_character(text) and text == text.strip() and not is_quoted(text)


@given(anything)
def test_any_text_is_services_that_print_shows_or_errors(text: str) -> None:
    found: list[Problem] = []
    services, no_service = parse_services(text, found)
    assert services or found or no_service
    for service in services:
        assert service.name
        assert all(map(is_plain, (service.name, *service.overrides.values())))
        assert service.name in text or text.startswith("[") or '""' in text


@given(st.lists(words, min_size=1, max_size=5, unique=True))
def test_any_names_survive_as_a_json_array(names: list[str]) -> None:
    wanted = [name for name in names if "=" not in name]
    if wanted:
        assert [service.name for service in parse(json.dumps(wanted))] == wanted


@pytest.mark.parametrize(
    ("vendor", "key", "field"),
    [
        (vendor, key, field)
        for vendor, one in VENDORS.items()
        for key, field in one.settings.service_keys.items()
    ],
)
def test_a_service_s_key_overrides_the_input_for_that_service_alone(
    vendor: str, key: str, field: str
) -> None:
    value = "browser" if key == "application-kind" else "own-1234567890abcdef"
    general = settings(vendor)
    both_services = (Service(name="api", overrides={key: value}), Service(name="web"))
    found, errors = override({vendor: general}, both_services)
    own = found.of(vendor, "api")
    assert errors == []
    assert getattr(own, field) == value
    assert found.of(vendor, "web") is general
    assert keys_of(own) == keys_of(general)


def test_an_attribute_of_the_other_vendor_changes_nothing() -> None:
    general = settings("launchdarkly")
    found, _ = override({"launchdarkly": general}, [Service(name="api", overrides={"team": "web"})])
    assert found.of("launchdarkly", "api") is general


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("application-kind", "desktop", "must be one of server, browser, mobile"),
        ("launchdarkly-deployment-id", "..", "must be the ID of a deployment"),
        ("datadog-deployment-id", "a/b", "must be the ID of a deployment"),
    ],
)
def test_a_wrong_attribute_is_told_with_service_key_and_value(
    key: str, value: str, rule: str
) -> None:
    _, [error] = override(both().shared, [Service(name="api", overrides={key: value})])
    [problem] = override_problems(error)
    assert problem.input == "service"
    assert problem.rule.startswith(f"'api': {key} {rule}")
    assert problem.given == value


def test_one_deployment_id_for_two_services_is_an_error_that_names_the_line() -> None:
    problems: list[Problem] = []
    parse_services("api,datadog-deployment-id=one\nweb,datadog-deployment-id=one", problems)
    assert [problem.rule for problem in problems] == [
        "line 2 repeats another line's datadog-deployment-id"
    ]


@pytest.mark.parametrize(
    "text",
    ["•cart", '["$(x)"]', '["null"]'],
)
def test_residue_is_no_name(text: str) -> None:
    [fault] = faults(text)
    assert fault.startswith("service ")
