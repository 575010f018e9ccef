"""Kills at random moments, with vendor faults: nothing on disk is lost, nothing gets two IDs.

docs/benchmarks.md#reliability shows how to kill more often.
"""

import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.process import Running, running
from support.sandboxes import make_sandbox
from support.step import VENDORS, Ended, Step

from sandbox import Sandbox

KILLS = int(os.environ.get("KILLS", "6"))
"""Kills of each test."""
SERVICES = ("one", "two", "three")
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
FAULTS = (
    None,
    "hang",
    "accept-then-hang",
    "accept-then-reset",
    "status-503",
    "status-400",
    "retry-after-seconds",
    "drip-headers",
    "reset-before-reading",
)
SHORT_FAULTS = (None, "status-503", "status-400", "accept-then-reset", "reset-before-reading")
"""Those of a stage that runs to its end."""
LONGEST_DELAY = 0.15
"""Seconds between what a kill waits for and the kill."""

Event = tuple[str, str, str]
"""Vendor, service and event."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for this module: each kill has a separate version."""
    with make_sandbox() as alone:
        yield alone


class Round:
    """One job, one of whose stages is killed."""

    def __init__(
        self, sandbox: Sandbox, step: Step, chance: random.Random, signal_: signal.Signals
    ) -> None:
        self.sandbox = sandbox
        self.step = step
        self.chance = chance
        self.signal = signal_
        self.counts: Counter[str] = Counter()

    @property
    def version(self) -> str:
        return self.step.inputs["version"]

    @property
    def on_disk(self) -> set[Event]:
        return {(line["vendor"], line["service"], line["event"]) for line in self.step.outbox}

    @property
    def accepted(self) -> set[Event]:
        """Return the events of this job that the vendors accepted."""
        return {event for event, _ in self._sent(accepted=True)}

    def fail(self, faults: tuple[str | None, ...]) -> None:
        for vendor in VENDORS:
            fault = self.chance.choice(faults)
            if fault:
                self.sandbox.fail(vendor, fault, probability=0.7)

    def kill(self, stage: str) -> Ended:
        """Run a stage and kill it."""
        self.fail(FAULTS)
        earlier = len(self.sandbox.requests())
        conditions: dict[str, Callable[[Running], object]] = {
            "the start": lambda _: True,
            "its handlers": Running.handles_sigterm,
            "a request": lambda _: len(self.sandbox.requests()) > earlier,
        }
        moment = self.chance.choice(list(conditions))
        delay = self.chance.uniform(0, LONGEST_DELAY)
        with running(self.step, stage) as process:
            # It may end before, and the sandbox does not record a request that it did not read.
            with contextlib.suppress(AssertionError):
                process.wait_for(lambda: conditions[moment](process), seconds=3)
            time.sleep(delay)
            handled = process.handles_sigterm()
            process.send(self.signal)
            ended = process.end()
        self.sandbox.heal()
        if handled and self.signal is not signal.SIGKILL:
            assert ended.code in (0, 128 + self.signal)
            assert ended.stderr == ""
            assert "Internal error" not in ended.stdout
        self.counts[f"{stage} {self.signal.name}"] += 1
        self.counts["in time" if ended.code else "too late"] += 1
        return ended

    def replay(self) -> None:
        """Replay what is on disk: all of it is delivered."""
        [file] = (self.step.temp / "deployment-events").glob("*.jsonl")
        self.counts["events replayed"] += len(self.on_disk)
        self.step.inputs |= {"event": "replay", "replay": str(file)}
        state = self.step.state
        ended = self.step.main()
        self.step.state = state
        assert {result["status"] for result in ended.results} == {"delivered"}, ended.stdout

    def check_identity(self) -> None:
        """Each service has one deployment at each vendor, however often it was sent."""
        ids: dict[str, set[str]] = {}
        for (vendor, service, _), body in self._sent(accepted=False):
            if vendor == "datadog":
                ids.setdefault(service, set()).add(body["data"]["attributes"]["id"])
        assert {len(found) for found in ids.values()} <= {1}
        known = Counter(
            deployment["applicationKey"]
            for deployment in self.sandbox.deployments("launchdarkly")
            if deployment["applicationVersion"] == self.version
        )
        assert set(known.values()) <= {1}

    def check_deployments(self) -> None:
        """Check that both vendors have the complete deployment, with the start from main."""
        started = json.loads(self.step.state["deployment"])["facts"]["started_at"]
        listed = [
            (deployment["applicationKey"], deployment["startedAt"], deployment["status"])
            for deployment in self.sandbox.deployments("launchdarkly")
            if deployment["applicationVersion"] == self.version
        ]
        assert sorted(listed) == [(name, started, "finished") for name in sorted(SERVICES)]
        measured = [
            (deployment["service"], deployment["started_at"])
            for deployment in self.sandbox.deployments("datadog")
            if deployment["version"] == self.version
        ]
        assert sorted(measured) == [(name, started) for name in sorted(SERVICES)]

    def _sent(self, *, accepted: bool) -> Iterator[tuple[Event, Any]]:
        for request in self.sandbox.requests():
            if request.method != "POST" or not request.body or (accepted and not request.accepted):
                continue
            fields = request.body
            names = ("applicationKey", "eventType")
            if request.vendor == "datadog":
                fields = {"eventType": "finished", **request.body["data"]["attributes"]}
                names = ("service", "eventType")
            if fields["version"] == self.version:
                yield (request.vendor, fields[names[0]], fields[names[1]]), request.body


@pytest.fixture
def rounds(make_step: Any, sandbox: Sandbox) -> Callable[[str], Iterator[Round]]:
    def make(name: str) -> Iterator[Round]:
        chance = random.Random(name)
        total: Counter[str] = Counter()
        for number in range(KILLS):
            step = make_step(
                f"{name}-{number}",
                service="\n".join(SERVICES),
                version=f"{name}.{number}",
                job_status="success",
            )
            job = Round(sandbox, step, chance, SIGNALS[number % len(SIGNALS)])
            yield job
            job.check_identity()
            total += job.counts
        print(f"\n{KILLS} kills of {name}: {dict(total)}")

    return make


def test_a_killed_main_stage_loses_and_doubles_nothing(
    rounds: Callable[[str], Iterator[Round]],
) -> None:
    for job in rounds("main"):
        job.step.state = job.kill("main").state
        before = job.on_disk
        job.fail(("accept-then-reset", None))
        ended = job.step.post()
        job.sandbox.heal()
        assert ended.code == 0
        if "deployment" in job.step.state:
            job.counts["with a state"] += 1
            if job.on_disk:
                # An event was answered too often with a fault.
                job.replay()
            job.check_deployments()
            assert job.on_disk == set()
        else:
            assert "were evaluated again" in " ".join(ended.annotations("warning"))
            assert before <= job.on_disk | job.accepted


def test_a_killed_post_stage_loses_and_doubles_nothing(
    rounds: Callable[[str], Iterator[Round]],
) -> None:
    for job in rounds("post"):
        job.fail(SHORT_FAULTS)
        job.step.main()
        job.sandbox.heal()
        before = job.on_disk
        job.kill("post")
        assert before <= job.on_disk | job.accepted
        if job.on_disk:
            job.counts["with events on disk"] += 1
            kept = job.on_disk
            job.replay()
            assert before | kept <= job.accepted
        assert job.on_disk == set()
