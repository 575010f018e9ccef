"""How far a step exceeds its time limit, and its peak memory, if vendors misbehave.

python benchmarks/limits.py [rounds]
"""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measure import Cost, machine, middle, run, version
from service import Service, sandbox
from step import COMMAND, environment

LIMIT = 2.0
"""Seconds: the input `timeout-seconds` of each step."""

_HANGING_RESOLVER = """
import socket, time
socket.getaddrinfo = lambda *arguments, **options: time.sleep(60)
from deployment_events.process import run
run("main")
"""


@dataclass(frozen=True, eq=False)
class Case:
    name: str
    fault: str = ""
    """The fault of both vendors."""
    hangs: bool = False
    """Whether the step uses its whole time limit."""
    variables: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = tuple(COMMAND)


def _cases(folder: Path) -> list[Case]:
    pipe, program = folder / "pipe", folder / "resolver.py"
    endless_bundle = {"REQUESTS_CA_BUNDLE": str(pipe)}
    hanging_resolver = (sys.executable, "-IuB", str(program))
    os.mkfifo(pipe)
    program.write_text(_HANGING_RESOLVER)
    return [
        Case("both vendors accept"),
        Case("gzip bomb", "gzip-bomb"),
        Case("endless body", "endless-body"),
        Case("no response", "hang", hangs=True),
        Case("headers byte by byte", "drip-headers", hangs=True),
        Case("a CA bundle that never ends", hangs=True, variables=endless_bundle),
        Case("name resolution hangs", hangs=True, command=hanging_resolver),
    ]


def measure(rounds: int) -> dict[Case, Cost]:
    with sandbox(tls=True) as service, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {case: _cost(service, folder, case, rounds) for case in _cases(folder)}


def _cost(service: Service, folder: Path, case: Case, rounds: int) -> Cost:
    service.fail(case.fault)
    costs = []
    for _ in range(rounds):
        env = environment(service, folder, **{"timeout-seconds": str(LIMIT)})
        costs.append(run(case.command, {**env, **case.variables}, str(folder)))
    return middle(costs)


def report(costs: dict[Case, Cost], rounds: int) -> str:
    where = f"TLS on loopback, {machine()}, Python {version()}"
    lines = [
        f"Medians of {rounds} rounds, a limit of {LIMIT:.0f} s, {where}.",
        "",
        "| both vendors | over the limit, s | peak memory, MiB |",
        "|---|---|---|",
    ]
    for case, cost in costs.items():
        excess = f"{cost.wall - LIMIT:.2f}" if case.hangs else ""
        lines.append(f"| {case.name} | {excess} | {cost.memory / 1024:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(report(measure(count), count))
