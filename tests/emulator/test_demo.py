import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from rich.console import RenderableType

from emulator import REPOSITORY, demo
from emulator.__main__ import main
from emulator.demo import Options, run_demo
from emulator.report import Report, lines, summary
from emulator.targets import live_target

Make = Callable[..., Path]

MANIFEST = """
inputs:
  launchdarkly-access-token: {default: ""}
  launchdarkly-base-url: {default: ""}
  launchdarkly-project-key: {default: ""}
  launchdarkly-environment-key: {default: ""}
  datadog-api-key: {default: ""}
  datadog-base-url: {default: ""}
  datadog-site: {default: ""}
  environment: {default: ""}
  service: {default: octo-repo}
  fail-on-error: {default: false}
  job-status: {default: "${{ job.status }}"}
runs: {using: docker, image: x, entrypoint: /entrypoint.py, post-entrypoint: /post.py}
"""

# The least that both vendors accept.
SEND = """
import json, urllib.request

def given(name):
    return os.environ["INPUT_" + name]

def send(vendor, path, body, headers):
    url = given(vendor + "-BASE-URL") + path
    headers = {"Content-Type": "application/json", "User-Agent": "toy", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    print(urllib.request.urlopen(request).status)

def launchdarkly(kind):
    for line in given("SERVICE").splitlines():
        body = {"projectKey": "default", "environmentKey": given("ENVIRONMENT"), "version": "1",
                "applicationKey": line, "eventTime": int(time.time() * 1000), "eventType": kind}
        send("LAUNCHDARKLY", "/api/v2/engineering-insights/deployment-events", body,
             {"Authorization": given("LAUNCHDARKLY-ACCESS-TOKEN"), "LD-API-Version": "beta"})

def datadog(start):
    attributes = {"started_at": start, "finished_at": int(time.time() * 1000),
                  "service": given("SERVICE"),
                  "git": {"commit_sha": "a" * 40, "repository_url": "https://github.com/o/r"}}
    send("DATADOG", "/api/v2/dora/deployment", {"data": {"attributes": attributes}},
         {"DD-API-KEY": given("DATADOG-API-KEY")})
"""
MAIN = (
    SEND
    + """
launchdarkly("started")
write("STATE", f"start={int(time.time() * 1000)}\\n")
write("OUTPUT", "version=1\\n")
"""
)
POST = (
    SEND
    + """
good = given("JOB-STATUS") == "success"
launchdarkly("finished" if good else "failed")
if good:
    datadog(int(os.environ["STATE_start"]))
write("STEP_SUMMARY", "**deployed**")
"""
)


@pytest.fixture(autouse=True)
def short_deploy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "DEPLOY_SECONDS", 0.01)


def run(options: Options, environ: dict[str, str] | None = None) -> tuple[int, str]:
    stream = io.StringIO()
    code = run_demo(options, environ or {}, Report(stream))
    return code, stream.getvalue()


def test_every_stage_and_both_vendors_are_shown(action: Make) -> None:
    code, text = run(Options(action=action(MAIN, POST, MANIFEST)))
    assert code == 0
    titles = [
        "Main stage, exit code 0\n",
        "Outputs",
        "The deploy",
        "Post stage, exit code 0\n",
        "Job summary",
        "What LaunchDarkly",
        "What Datadog",
    ]
    assert [text.index(f"\n{title}") for title in titles] == sorted(
        text.index(f"\n{title}") for title in titles
    )
    assert "version  1\n" in text
    assert "\n  deployed\n" in text
    assert "201  started" in text
    assert "201  finished" in text
    assert text.count("duration") == 2
    assert text.endswith("Everything was delivered\n")
    assert "\x1b" not in text


@pytest.mark.parametrize("end", ["failure", "cancelled"])
def test_a_failed_or_cancelled_deploy_is_reported_as_failed(
    action: Make, end: Literal["failure", "cancelled"]
) -> None:
    code, text = run(Options(end=end, action=action(MAIN, POST, MANIFEST)))
    assert code == 0
    assert f"the job's status is now {end}" in text
    assert re.search(r"status +failed\n", text)


def test_an_undelivered_event_makes_the_exit_code_1(action: Make) -> None:
    code, text = run(Options(action=action(MAIN, "sys.exit(1)", MANIFEST)))
    assert code == 1
    assert "Post stage, exit code 1\n" in text
    assert text.endswith("NOT everything was delivered\n")


def test_a_deployment_that_reached_no_vendor_makes_the_exit_code_1(action: Make) -> None:
    assert run(Options(action=action("", "", MANIFEST)))[0] == 1


def test_service_lines_become_the_input(action: Make) -> None:
    main = 'print(repr(os.environ["INPUT_SERVICE"]))'
    options = Options(service=["cart", "shop"], action=action(main, "", MANIFEST))
    assert "'cart\\nshop'" in run(options)[1]


def test_a_check_reports_no_deployment() -> None:
    code, text = run(Options(check=True))
    assert code == 0
    assert "GET  /api/v1/validate  200" in text
    assert "POST" not in text
    assert "Not verified: the permission to write." in text
    assert text.endswith("Everything is valid\n")


KEYS = {"LAUNCHDARKLY_ACCESS_TOKEN": "real-token", "DATADOG_API_KEY": "real-key"}


def test_keys_in_the_environment_are_ignored_and_mentioned(action: Make) -> None:
    code, text = run(Options(action=action(MAIN, POST, MANIFEST)), KEYS)
    assert code == 0
    assert text.startswith(
        "This run uses a sandbox on this machine. Keys in the environment are ignored: "
        "only ARGS=--live uses them.\n"
    )
    assert "real-" not in text
    assert text.endswith("Everything was delivered\n")


def test_without_keys_in_the_environment_none_are_mentioned(action: Make) -> None:
    text = run(Options(action=action(MAIN, POST, MANIFEST)))[1]
    assert text.startswith("This run uses a sandbox on this machine.\n")


def test_live_uses_the_keys_and_first_shows_what_is_sent(action: Make) -> None:
    main = """
        shown = ("INPUT_LAUNCHDARKLY", "INPUT_DATADOG", "INPUT_ENV", "HTTPS", "OTHER")
        for name in sorted(os.environ):
            if name.startswith(shown):
                print(name, os.environ[name][::-1])
    """
    environ = {
        "LAUNCHDARKLY_ACCESS_TOKEN": "real-token",
        "LAUNCHDARKLY_ENVIRONMENT_KEY": "staging",
        "HTTPS_PROXY": "http://proxy",
        "OTHER": "x",
    }
    code, text = run(Options(live=True, action=action(main, "", MANIFEST)), environ)
    assert code == 0
    assert text.startswith(
        "THIS RUN USES THE REAL VENDORS. It reports a deployment that ends with 'success':\n"
        "  LaunchDarkly: project 'default', environment 'staging'\n\n"
    )
    assert "INPUT_LAUNCHDARKLY-ACCESS-TOKEN nekot-laer\n" in text
    assert "INPUT_LAUNCHDARKLY-ENVIRONMENT-KEY gnigats\n" in text
    assert "INPUT_ENVIRONMENT gnigats\n" in text
    assert "INPUT_LAUNCHDARKLY-BASE-URL\n" in text
    assert "INPUT_DATADOG-API-KEY\n" in text
    assert "HTTPS_PROXY" in text
    assert "OTHER" not in text


def test_live_names_the_vendors_and_their_destination() -> None:
    notice = live_target({**KEYS, "DATADOG_SITE": "datadoghq.eu"}, "failure", check=False).notice
    assert notice.splitlines() == [
        "THIS RUN USES THE REAL VENDORS. It reports a deployment that ends with 'failure':",
        "  LaunchDarkly: project 'default', environment 'production'",
        "  Datadog: site 'datadoghq.eu' (receives only successful deployments)",
    ]


def test_a_live_check_reports_nothing() -> None:
    notice = live_target(KEYS, "success", check=True).notice
    assert notice.startswith(
        "THIS RUN USES THE REAL VENDORS. It checks the keys, and reports no deployment:\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--live"], "set LAUNCHDARKLY_ACCESS_TOKEN or DATADOG_API_KEY"),
        (["--live", "--down", "datadog"], "use it without --live"),
    ],
)
def test_live_sends_nothing_without_a_key_or_with_a_vendor_down(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["emulator", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert message in capsys.readouterr().err


def test_a_vendor_that_is_down_does_not_fail_the_deploy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "DOWN_SECONDS", "1")
    code, text = run(Options(down=["datadog"]))
    assert code == 0
    assert "Deployment succeeded, but was not fully reported: octo-repo in production" in text
    assert "Datadog did not receive the finished event" in text
    assert re.search(r"^    {.* … \([\d,]+ characters\)$", text, re.MULTILINE)
    assert text.endswith("The deploy was not affected, and the undelivered events were saved\n")


def test_no_event_is_called_saved_if_the_action_fails(action: Make) -> None:
    code, text = run(Options(down=["datadog"], action=action(MAIN, POST, MANIFEST)))
    assert code == 1
    assert text.endswith("NOT everything was delivered\n")


def test_no_event_is_called_saved_if_none_was_due() -> None:
    code, text = run(Options(down=["datadog"], end="failure"))
    assert code == 0
    assert text.endswith("Everything was delivered\n")


def section(*blocks: RenderableType) -> list[str]:
    stream = io.StringIO()
    Report(stream).section("Title", *blocks)
    return stream.getvalue().splitlines()


def test_long_lines_are_shortened() -> None:
    assert section(lines("x" * 400 + "\n" + "y" * 4000)) == [
        "Title",
        f"  {'x' * 400}",
        f"  {'y' * 100} … (4,000 characters)",
        "",
    ]


def test_an_empty_section_is_marked() -> None:
    assert section() == section(lines("")) == section(summary("")) == ["Title", "  (nothing)", ""]


def test_a_job_summary_is_shown_as_text() -> None:
    markdown = """### ✅ A

**b** <a href="https://example.com"><code>c</code></a> &#60;d&#62; [e]

| S | Vendor | Other |
|---|---|---|
| <code>cart</code> | ✅ ok<br>id-1 | x |
| a | ⚠️ lost | y |

<details>
<summary>Title</summary>

```json
{"folded": true}
```

</details>

- f
"""
    assert section(summary(markdown))[1:] == [
        "  ✅ A",
        "",
        "  b c <d> [e]",
        "",
        "   S     Vendor   Other",
        "   ────────────────────",
        "   cart  ✅ ok    x",
        "         id-1",
        "   a     ⚠️ lost  y",
        "",
        "  Title",
        "",
        "   • f",
        "",
    ]


def test_titles_are_bold_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    Report(stream).section("Title", "text")
    assert stream.getvalue() == "\x1b[1mTitle\x1b[0m\n  text\n\n"


def test_the_help_lists_every_option() -> None:
    command = [sys.executable, "-m", "emulator", "--help"]
    result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert {"--fail", "--cancel", "--service", "--container", "--check", "--down", "--live"} <= set(
        result.stdout.replace("[", " ").split()
    )
