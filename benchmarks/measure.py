"""Runs a command and measures its cost."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Cost:
    wall: float
    """s from start to end."""
    cpu: float
    """s of user and system time."""
    memory: int
    """KiB, the process's peak."""


def run(command: Sequence[str], env: Mapping[str, str], cwd: str) -> Cost:
    """Run a command; if it fails, the benchmark stops, because its time is not valid."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=dict(env), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if status != 0:
        raise SystemExit(f"{command[-1]} failed:\n{output.decode()}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the medians."""
    return Cost(
        median(one.wall for one in costs),
        median(one.cpu for one in costs),
        int(median(one.memory for one in costs)),
    )


Contestants = Mapping[str, tuple[Sequence[str], Mapping[str, str]]]
"""By name: a command and its environment."""


def paired(contestants: Callable[[], Contestants], rounds: int, cwd: str) -> dict[str, Cost]:
    """Run all commands one after the other in each round, and return the medians of each.

    A busy machine slows all commands of a round, so compare the ratios. The first round warms the
    caches.
    """
    costs: dict[str, list[Cost]] = {}
    for number in range(rounds + 1):
        for name, (command, env) in contestants().items():
            cost = run(command, env, cwd)
            if number:
                costs.setdefault(name, []).append(cost)
    return {name: middle(all_of_one) for name, all_of_one in costs.items()}


def machine() -> str:
    """Return the date and the machine of the figures."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else "unknown processor"
    return f"{time.strftime('%Y-%m-%d')}, {len(names)} cores, {processor}"


def version() -> str:
    """Return Python's version."""
    return sys.version.split()[0]
