import time
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import Job
from emulator.log import StepLog
from emulator.running import RunningStep

Make = Callable[..., Path]
READY = 'print("ready", flush=True)'
SLEEP = "time.sleep(30)"
IGNORE = """
def note(number, frame):
    print("got", signal.Signals(number).name, flush=True)

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, note)
print("ready", flush=True)
while True:
    time.sleep(0.01)
"""


def ready(step: RunningStep) -> bool:
    return "ready" in step.raw


def test_a_cancel_comes_as_sigint_then_sigterm_then_a_kill(action: Make) -> None:
    with Job(grace=0.04) as job:
        running = job.start(action(IGNORE))
        running.wait_for(ready)
        started = time.monotonic()
        running.cancel()
        step = running.wait()
        seconds = time.monotonic() - started
    assert step.raw.splitlines() == ["ready", "got SIGINT", "got SIGTERM"]
    assert (step.exit_code, step.outcome) == (137, "cancelled")
    assert 0.4 <= seconds < 5


def test_a_step_that_ends_on_the_first_signal_gets_no_other_and_keeps_its_state(
    action: Make,
) -> None:
    main = """
        def stop(number, frame):
            write("STATE", "saved=late\\n")
            sys.exit(0)

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, lambda *_: print("unexpected", flush=True))
        print("ready", flush=True)
        time.sleep(30)
    """
    with Job() as job:
        running = job.start(
            action(main, 'print(os.environ["STATE_saved"], os.environ["INPUT_JOB-STATUS"])')
        )
        running.wait_for(ready)
        job.cancel()
        step = running.wait()
        result = job.finish()
    assert (step.exit_code, step.outcome, step.raw) == (0, "cancelled", "ready\n")
    assert result.posts[0].raw == "late cancelled\n"
    assert result.conclusion == "cancelled"


def test_a_step_that_always_runs_is_not_cancelled(action: Make) -> None:
    main = 'print("ready", flush=True)\nsys.stdin.read()\ntime.sleep(0.05)'
    with Job(grace=0.001) as job:
        running = job.start(action(main), if_="always()")
        running.wait_for(ready)
        job.cancel()
        assert running.wait().outcome == "success"


def test_after_a_cancel_only_always_steps_run(action: Make) -> None:
    with Job() as job:
        assert job.run(job.cancel).outcome == "cancelled"
        assert job.uses(action()).outcome == "skipped"
        assert job.run("true", if_="always()").outcome == "success"
        assert job.run("true", if_="cancelled()").outcome == "success"
        assert job.run("false", if_="always()").outcome == "failure"
        assert job.finish().conclusion == "cancelled"


def test_a_killed_step_fails_and_its_post_gets_the_state_it_had_saved(action: Make) -> None:
    main = f'write("STATE", "a=1\\n")\n{READY}\n{SLEEP}'
    with Job() as job:
        running = job.start(
            action(main, 'print(os.environ["STATE_a"], os.environ["INPUT_JOB-STATUS"])')
        )
        running.wait_for(ready)
        running.kill()
        step = running.wait()
        result = job.finish()
    assert (step.exit_code, step.outcome, step.state) == (137, "failure", {"a": "1"})
    assert result.posts[0].raw == "1 failure\n"


def test_a_kill_ends_the_children_too(action: Make) -> None:
    main = f"""
        import subprocess
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
        print("ready", flush=True)
        {SLEEP}
    """
    with Job() as job:
        running = job.start(action(main))
        running.wait_for(ready)
        started = time.monotonic()
        running.kill()
        running.wait()
    assert time.monotonic() - started < 3


def test_the_children_of_a_step_end_with_it(action: Make) -> None:
    main = """
        import subprocess
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    """
    started = time.monotonic()
    with Job() as job:
        job.uses(action(main))
    assert time.monotonic() - started < 3


def test_waiting_ends_with_the_step_or_the_timeout(action: Make) -> None:
    with Job() as job:
        ended = job.start(action('print("other")', name="ended"))
        with pytest.raises(TimeoutError, match="the log:\nother"):
            ended.wait_for(ready)
        endless = job.start(action(SLEEP, name="endless"))
        with pytest.raises(TimeoutError, match="did not become true"):
            endless.wait_for(ready, timeout=0.01)


def test_the_last_line_is_found_even_if_it_is_read_after_the_end(
    action: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = StepLog.feed

    def read_slowly(log: StepLog, line: str) -> None:
        time.sleep(0.05)
        read(log, line)

    monkeypatch.setattr(StepLog, "feed", read_slowly)
    with Job() as job:
        running = job.start(action(READY))
        running.wait_for(lambda step: not step.running)
        running.wait_for(ready)


def test_leaving_the_job_ends_what_still_runs(action: Make) -> None:
    with Job() as job:
        running = job.start(action(SLEEP))
    assert running.wait().exit_code == 137


def test_a_result_is_made_once(action: Make) -> None:
    with Job() as job:
        running = job.start(action())
        assert running.wait() is running.wait()
        assert len(job.finish().steps) == 1
