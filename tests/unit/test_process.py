"""The process: a bug of ours is one line for the user, and its way out takes nothing along."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.manifest import ROOT
from support.raw import raw
from support.step import Step

import deployment_events
from deployment_events.github.runner import Runner
from deployment_events.process import report_bug

SOURCES = str(Path(deployment_events.__file__).parents[1])


def bug() -> Exception:
    try:
        raise KeyError("a value of the user's: hunter2")
    except KeyError as error:
        return error


@pytest.mark.parametrize(
    ("event", "fail", "code"),
    [
        ("finished", "false", 0),
        ("finished", "", 0),
        ("finished", "true", 1),
        ("finished", "True", 1),
        ("auto", "true", 0),  # post follows: the deploy itself must go on
        ("", "true", 0),
    ],
)
def test_a_bug_of_ours_fails_the_step_only_with_fail_on_error(
    step: Step, capsys: pytest.CaptureFixture[str], event: str, fail: str, code: int
) -> None:
    step.give(raw(event=event, fail_on_error=fail))
    assert report_bug(Runner(), bug()) == code
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("::warning::This action has a bug: KeyError at test_process.py:")
    assert "hunter2" not in line


def test_a_bug_counts_where_no_post_stage_has_anything_to_say(step: Step) -> None:
    step.give(raw(event="auto", fail_on_error="true"))
    step.monkeypatch.setenv("GITHUB_EVENT_NAME", "deployment_status")
    assert report_bug(Runner(), bug()) == 1


def test_in_post_a_bug_of_ours_counts(step: Step) -> None:
    step.give(raw(event="auto", fail_on_error="true"))
    step.monkeypatch.setenv("STATE_deployment", "{}")
    assert report_bug(Runner(), bug()) == 1


def test_the_traceback_is_for_debugging_alone(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    step.monkeypatch.setenv("RUNNER_DEBUG", "1")
    report_bug(Runner(), bug())
    lines = capsys.readouterr().out.splitlines()
    assert any("Traceback" in line for line in lines)
    assert [line[:11] for line in lines if not line.startswith("::debug::")] == ["::warning::"]


def python(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": SOURCES, **environ},
        capture_output=True,
        text=True,
    )


def test_a_stage_s_exit_code_is_the_process_s_even_with_a_hung_thread() -> None:
    code = (
        "import threading, time\n"
        "from deployment_events.process import run\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "run(lambda runner, clock: 3, [])"
    )
    done = python(code)
    assert (done.returncode, done.stderr) == (3, "")


def test_a_signal_before_the_stage_ends_the_network_and_is_told_by_the_exit_code() -> None:
    code = (
        "from deployment_events.process import run\n"
        "run(lambda runner, clock: print(clock.stopped_at is not None) or 0, [2])"
    )
    done = python(code)
    assert (done.returncode, done.stdout) == (130, "True\n")


def test_a_raised_error_becomes_a_warning() -> None:
    done = python(
        "from deployment_events.process import run\nrun(lambda runner, clock: 1 // 0, [])"
    )
    assert done.returncode == 0
    assert done.stdout.startswith(
        "::warning::This action has a bug: ZeroDivisionError at <string>:"
    )
    assert done.stderr == ""


def test_preparing_drops_what_would_write_tls_secrets_and_hears_both_signals() -> None:
    code = (
        "import os, signal\n"
        "from deployment_events.early import prepare\n"
        "received = prepare()\n"
        "os.kill(os.getpid(), signal.SIGTERM); os.kill(os.getpid(), signal.SIGINT)\n"
        "print(received, 'SSLKEYLOGFILE' in os.environ)"
    )
    done = python(code, SSLKEYLOGFILE="/tmp/keys")
    assert done.stdout == "[15, 2] False\n"


@pytest.mark.parametrize(("state", "silent"), [("true", True), ("", False)])
def test_post_leaves_at_once_where_main_left_nothing(state: str, silent: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(ROOT / "post.py")],
        env={"PYTHONPATH": SOURCES, "STATE_done": state},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert ("deployment_events" not in done.stderr) is silent
    assert (done.stdout == "") is silent
