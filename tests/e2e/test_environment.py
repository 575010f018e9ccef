"""No environment variable leads to an internal error."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import at_most
from support.github import environ
from support.step import COMMAND_FILES, Ended, Step

from deployment_events.inputs.model import input_names
from scripts.messages import SOURCE

INPUTS = tuple(sorted(f"INPUT_{name.upper()}" for name in input_names()))
CONTEXT = (
    *environ(),
    *("CI", "GITHUB_ACTIONS", "GITHUB_API_URL", "GITHUB_EVENT_PATH", "GITHUB_WORKSPACE"),
    *("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "ACT", "GITEA_ACTIONS", "FORGEJO_ACTIONS"),
    *("GITHUB_ACTION_REPOSITORY", "GITHUB_ACTION_REF"),
)
FILES = (*COMMAND_FILES, "RUNNER_TEMP", "RUNNER_DEBUG", "GITHUB_EVENT_PATH")
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "no_proxy")
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE")
STATES = ("STATE_deployment", "STATE_confirmed", "STATE_done")

# The environment of a process has neither NUL nor bytes that are not surrogate escapes.
ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
HARD = st.sampled_from(
    [
        *("", " ", "\n", "\udcff", "::", "##[", "*", "true", "0", "-1", "1e999", "nan", "9" * 5000),
        *(".", "a" * 5000),
        *("{}", "[]", "null", '"', "[" * 5000, '{"format": 2}', '{"file": "../x"}', '{"file": 1}'),
        *("http://user:password@", "http://", "//", "http://[", "http://[::1", "https://:x"),
        *("http://a:b:c@d:e", "[::1]:80", "10.0.0.0/99", "1/2/3", "%", "http://%zz@x", "http://é"),
        *("2026-05-04", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *("a,b=c", 'a,"', "a\nb,version=", "key:value", "\u2028", "٣", "²"),
    ]
)
PARTS = st.text(":/@#?[]%,={}\"'\n -+.0123ßé") | st.text(":/@#?[]%.1").map("http:".__add__)
VALUES = HARD | PARTS | ANY
# A test that runs as root must not write anywhere else.
PATHS = VALUES.map(lambda text: text.lstrip("/").replace("..", ".")) | st.sampled_from(
    ["/dev/null", "/dev/full", "/proc", "/proc/nowhere", "/etc/passwd/x"]
)


@pytest.fixture(scope="module")
def saved() -> dict[str, str]:
    """What main saves for post, as variables."""
    return {f"STATE_{name}": text for name, text in run({}, "main").state.items()}


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths among the values are below this folder."""
    monkeypatch.chdir(tmp_path)


def run(variables: dict[str, str], stage: str) -> Ended:
    """Run a stage against unreachable vendors."""
    with TemporaryDirectory() as folder:
        unreachable = {
            "launchdarkly_access_token": "api-5eed",
            "launchdarkly_base_url": "https://127.0.0.1:1",
            "datadog_api_key": "dd5eed00" * 4,
            "datadog_base_url": "http://127.0.0.1:1",
        }
        given = {"timeout_seconds": "0.05", "job_status": "success", "github_token": "github-5eed"}
        step = Step(Path(folder), env=variables, **unreachable, **given)
        return step.main() if stage == "main" else step.post()


def check(ended: Ended) -> None:
    assert "Internal error" not in ended.stdout
    assert "internal error" not in ended.stdout
    assert ended.code in {0, 1}
    assert ended.stderr == ""


EVENTS = st.sampled_from(["auto", "finished", "started", "update", "replay", "custom"])


INPUT_VALUES = st.dictionaries(st.sampled_from(INPUTS), VALUES, max_size=4)
STATE_VALUES = st.dictionaries(st.sampled_from(STATES), VALUES, max_size=2)
RUNNER_VALUES = st.dictionaries(st.sampled_from((*CONTEXT, *PROXIES)), VALUES, max_size=3)
FILE_VALUES = st.dictionaries(st.sampled_from((*FILES, *CERTIFICATES)), PATHS, max_size=2)


@at_most(50)
@given(INPUT_VALUES, EVENTS)
def test_no_input_leads_to_an_internal_error(inputs: dict[str, str], event: str) -> None:
    check(run({"INPUT_EVENT": event, **inputs}, "main"))


@at_most(100)
@given(RUNNER_VALUES, FILE_VALUES, EVENTS)
def test_no_variable_leads_to_an_internal_error_in_main(
    variables: dict[str, str], files: dict[str, str], event: str
) -> None:
    check(run({"INPUT_EVENT": event, **variables, **files}, "main"))


@at_most(100)
@given(RUNNER_VALUES, FILE_VALUES, STATE_VALUES)
def test_no_variable_leads_to_an_internal_error_in_post(
    saved: dict[str, str], variables: dict[str, str], files: dict[str, str], state: dict[str, str]
) -> None:
    check(run({**saved, **variables, **files, **state}, "post"))


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY", "https_proxy"])
def test_a_proxy_without_a_host_has_a_message(variable: str) -> None:
    ended = run({variable: "http://user:hunter2@", "INPUT_EVENT": "finished"}, "main")
    check(ended)
    result = ended.result("launchdarkly")
    assert (result["status"], result["attempts"]) == ("refused", 0)
    assert result["error"] == "the address of the proxy is invalid"
    assert "hunter2" not in ended.stdout


def test_the_fuzzed_variables_are_those_that_the_action_reads() -> None:
    """Prove the list by the source: every name of a variable in it is fuzzed."""
    fuzzed = {*CONTEXT, *FILES, *PROXIES, *CERTIFICATES, *STATES}
    source = "".join(path.read_text() for path in SOURCE.rglob("*.py"))
    names = set(re.findall(r'"((?:GITHUB|RUNNER|REQUESTS|CURL|SSL)_[A-Z_]+)"', source))
    assert names - fuzzed - {"SSLKEYLOGFILE"} == set()
