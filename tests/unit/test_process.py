"""Start-up, signals, unexpected errors and exit of a process."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.manifest import ROOT
from support.raw import raw
from support.step import Step

import deployment_events
from deployment_events.github.runner import Runner
from deployment_events.process import report_bug

SOURCES = str(Path(deployment_events.__file__).parents[1])

RUN_STAGE = """
import sys
from types import ModuleType

module = ModuleType("deployment_events.stages.{stage}")
sys.modules[module.__name__] = module

def {stage}(runner, clock):
{body}

module.{stage} = {stage}
from deployment_events.process import run
run("{stage}")
"""


def run_stage(body: str, stage: str = "main", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a process whose stage has this body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return python("-c", RUN_STAGE.format(stage=stage, body=lines), **environ)


def run_stage_with(stdout: str, body: str, stage: str = "main", **environ: str) -> tuple[int, str]:
    """Run a process with a stdout that cannot be written. Return its exit code and its stderr."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    command = f'exec {sys.executable} -c "$0"'
    redirected = {
        "/dev/full": f"{command} >/dev/full",
        "closed": f"{command} >&-",
        "closed pipe": f"mkfifo p; exec 3<>p 4>p 3<&-; {command} >&4",
    }
    with TemporaryDirectory() as folder:
        ended = subprocess.run(
            ["/bin/bash", "-c", redirected[stdout], RUN_STAGE.format(stage=stage, body=lines)],
            env={"PYTHONPATH": SOURCES, "PATH": os.defpath, **environ},
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
        )
    return ended.returncode, ended.stderr


def python(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={"PYTHONPATH": SOURCES, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )


def bug() -> Exception:
    try:
        raise KeyError("a value of the user: hunter2")
    except KeyError as error:
        return error


class TestUnexpectedErrors:
    @pytest.mark.parametrize(
        ("event", "fail", "code"),
        [
            ("finished", "false", 0),
            ("finished", "", 0),
            ("finished", "true", 1),
            ("finished", "True", 1),
            ("auto", "true", 0),
            ("", "true", 0),
        ],
    )
    def test_it_fails_the_step_only_with_fail_on_error_and_never_before_the_deployment(
        self, step: Step, capsys: pytest.CaptureFixture[str], event: str, fail: str, code: int
    ) -> None:
        step.give(raw(event=event, fail_on_error=fail))
        assert report_bug(Runner(), bug(), "main") == code
        [line] = capsys.readouterr().out.splitlines()
        assert line.startswith(
            "::warning title=Internal error::Internal error: KeyError at test_process.py:"
        )
        assert "hunter2" not in line

    def test_it_fails_the_step_of_a_deployment_status_event(self, step: Step) -> None:
        step.give(raw(event="auto", fail_on_error="true"))
        step.monkeypatch.setenv("GITHUB_EVENT_NAME", "deployment_status")
        assert report_bug(Runner(), bug(), "main") == 1

    def test_it_fails_the_step_in_post(self, step: Step) -> None:
        step.give(raw(event="auto", fail_on_error="true"))
        assert report_bug(Runner(), bug(), "post") == 1

    def test_the_traceback_is_written_only_with_runner_debug(
        self, step: Step, capsys: pytest.CaptureFixture[str]
    ) -> None:
        step.monkeypatch.setenv("RUNNER_DEBUG", "1")
        report_bug(Runner(), bug(), "main")
        lines = capsys.readouterr().out.splitlines()
        assert any("Traceback" in line for line in lines)
        [line] = [line for line in lines if not line.startswith("::debug::")]
        assert line.startswith("::warning ")

    def test_a_stage_that_raises_an_error_ends_with_a_warning(self) -> None:
        ended = run_stage("1 // 0")
        assert ended.returncode == 0
        assert ended.stdout.startswith(
            "::warning title=Internal error::Internal error: ZeroDivisionError at <string>:"
        )
        assert ended.stderr == ""

    def test_the_traceback_of_a_thread_is_not_written(self) -> None:
        body = "import threading\nthread = threading.Thread(target=lambda: 1 // 0)\n"
        ended = run_stage(f"{body}thread.start(); thread.join()\nreturn 0")
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


class TestLog:
    def test_nothing_but_the_runner_writes_to_stdout_or_stderr(self) -> None:
        body = (
            "import sys, threading, traceback, warnings\n"
            "print('printed')\nprint('printed', file=sys.stderr)\nwarnings.warn('warned')\n"
            "try:\n    1 // 0\nexcept ZeroDivisionError:\n    traceback.print_exc()\n"
            "class Broken:\n    def __del__(self):\n        1 // 0\n"
            "Broken()\nrunner.log('logged')\nrunner.notice('noticed')\nprint('printed')\nreturn 0"
        )
        ended = run_stage(body)
        assert (ended.stdout, ended.stderr) == (
            "logged\n::notice title=Deployment Events::noticed\n",
            "",
        )

    @pytest.mark.parametrize(
        ("stdout", "code"), [("/dev/full", 3), ("closed pipe", 0), ("closed", 3)]
    )
    def test_a_log_that_cannot_be_written_changes_nothing(
        self, tmp_path: Path, stdout: str, code: int
    ) -> None:
        done = tmp_path / "done"
        body = (
            "import pathlib\n"
            "runner.mask(['hunter2'])\nrunner.log('x' * 100_000)\nrunner.warning('x')\n"
            f"pathlib.Path({str(done)!r}).touch()\nreturn {code}"
        )
        assert run_stage_with(stdout, body) == (code, "")
        assert done.exists()

    @pytest.mark.parametrize(
        ("stage", "event", "failure", "code"),
        [
            ("main", "auto", "raise SystemExit(7)", 0),
            ("main", "finished", "raise SystemExit(7)", 1),
            ("main", "finished", "1 // 0", 1),
            ("main", "auto", "raise MemoryError", 0),
            ("post", "auto", "raise MemoryError", 1),
        ],
    )
    def test_whatever_fails_the_exit_code_follows_the_rules(
        self, stage: str, event: str, failure: str, code: int
    ) -> None:
        inputs = {"INPUT_EVENT": event, "INPUT_FAIL-ON-ERROR": "true"}
        assert run_stage_with("/dev/full", failure, stage, **inputs) == (code, "")

    def test_a_runner_that_cannot_be_loaded_does_not_fail_the_step(self) -> None:
        code = "import sys\nsys.modules['actions_toolkit'] = None\n" + RUN_STAGE.format(
            stage="main", body="    return 3"
        )
        ended = python("-c", code)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == "Internal error: ModuleNotFoundError.\n"

    def test_text_that_the_locale_cannot_encode_is_written(self) -> None:
        ended = run_stage("runner.log('ü✅')\nreturn 0", PYTHONIOENCODING="ascii")
        assert (ended.returncode, ended.stdout) == (0, "ü✅\n")


class TestExit:
    def test_the_exit_code_is_that_of_the_stage_even_if_a_thread_hangs(self) -> None:
        body = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
        ended = run_stage(f"{body}return 3")
        assert (ended.returncode, ended.stderr) == (3, "")

    @pytest.mark.parametrize(
        ("state", "ends_immediately"), [("true", True), ("", False), ("false", False)]
    )
    def test_post_ends_immediately_if_main_left_nothing(
        self, state: str, ends_immediately: bool
    ) -> None:
        ended = python("-X", "importtime", str(ROOT / "post.py"), STATE_done=state)
        assert ended.returncode == 0
        assert ("deployment_events" not in ended.stderr) is ends_immediately


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_ends_the_requests_and_is_in_the_exit_code(
        self, number: signal.Signals
    ) -> None:
        body = f"import os\nos.kill(os.getpid(), {number.value})\n"
        ended = run_stage(f"{body}runner.log(str(clock.stopped_at is not None))\nreturn 1")
        assert (ended.returncode, ended.stdout, ended.stderr) == (128 + number, "True\n", "")

    def test_the_first_of_several_signals_is_in_the_exit_code(self) -> None:
        body = "import os\nos.kill(os.getpid(), 15)\nos.kill(os.getpid(), 2)\nreturn 0"
        assert run_stage(body).returncode == 128 + signal.SIGTERM

    def test_a_signal_during_the_imports_ends_the_requests(self) -> None:
        """The import of the runner takes most of the start; a finder sends the signal before it."""
        code = RUN_STAGE.format(
            stage="main", body="    runner.log(str(clock.stopped_at is not None))\n    return 0"
        )
        finder = (
            "import os, sys\n"
            "class Finder:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        if name == 'deployment_events.github.runner':\n"
            "            os.kill(os.getpid(), 15)\n"
            "sys.meta_path.insert(0, Finder())\n"
        )
        ended = python("-c", finder + code)
        assert (ended.returncode, ended.stdout, ended.stderr) == (143, "True\n", "")


class TestEnvironment:
    def test_tls_secrets_are_not_logged_and_no_plugin_of_pydantic_is_loaded(self) -> None:
        body = (
            "import gc, os\n"
            "plugins = os.environ['PYDANTIC_DISABLE_PLUGINS']\n"
            "runner.log(f'{\"SSLKEYLOGFILE\" in os.environ} {plugins} {gc.isenabled()}')\n"
            "return 0"
        )
        ended = run_stage(body, SSLKEYLOGFILE="/tmp/keys", PYDANTIC_DISABLE_PLUGINS="")
        assert ended.stdout == "False __all__ False\n"

    @pytest.mark.parametrize(
        ("name", "used"), [("pipe", "/dev/null"), ("missing", "/dev/null"), ("file", "file")]
    )
    def test_an_openssl_configuration_that_is_no_regular_file_is_not_read(
        self, tmp_path: Path, name: str, used: str
    ) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "file").touch()
        body = "import os, ssl\nrunner.log(os.environ['OPENSSL_CONF'])\nreturn 0"
        ended = run_stage(body, OPENSSL_CONF=str(tmp_path / name))
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == f"{tmp_path / used}\n"

    def test_only_the_standard_library_is_imported_before_the_signals_are_handled(self) -> None:
        code = (
            "import sys\n"
            "import deployment_events.process\n"
            "import deployment_events.http.deadline\n"
            "import deployment_events.github.log\n"
            "names = {name.partition('.')[0] for name in sys.modules}\n"
            "print(*sorted(names & {'requests', 'pydantic', 'actions_toolkit', 'ssl'}))\n"
        )
        assert python("-c", code).stdout == "\n"
