"""One step with 1, 10, 100 and 500 services, both vendors, 100 ms per response.

python benchmarks/services.py [rounds]
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measure import Cost, machine, middle, run, version
from service import Service, sandbox
from step import COMMAND, environment

COUNTS = (1, 10, 100, 500)
LATENCY = 0.1  # s per response


@dataclass(frozen=True)
class Row:
    services: int
    cost: Cost
    connections: int


def measure(rounds: int) -> list[Row]:
    with sandbox(tls=True, latency=LATENCY) as service:
        return [_row(service, count, rounds) for count in COUNTS]


def _row(service: Service, count: int, rounds: int) -> Row:
    costs, connections = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(rounds):
            before = service.connections()
            env = environment(service, folder, count)
            costs.append(run(COMMAND, env, name))
            connections = service.connections() - before - 1  # the question itself is one
            _all_delivered(folder, count)
    return Row(count, middle(costs), connections)


def _all_delivered(folder: Path, count: int) -> None:
    text = (folder / "GITHUB_OUTPUT").read_text()
    results = json.loads(text.partition("results<<")[2].splitlines()[1])
    if [row["status"] for row in results] != ["delivered"] * count * 2:
        raise SystemExit(f"not everything was delivered: {text}")


def report(rows: list[Row], rounds: int) -> str:
    first, last = rows[0], rows[-1]
    each = (last.cost.cpu - first.cost.cpu) / (last.services - first.services)
    network = f"TLS on loopback, {LATENCY * 1000:.0f} ms per response"
    where = f"{network}, both vendors, {machine()}, Python {version()}"
    lines = [
        f"Medians of {rounds} rounds, {where}.",
        "",
        "| services | wall, s | CPU, s | peak memory, MiB | connections |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        cost = row.cost
        lines.append(
            f"| {row.services} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.memory / 1024:.0f} "
            f"| {row.connections} |"
        )
    return "\n".join(
        [
            *lines,
            "",
            f"Each additional service costs {each * 1000:.1f} ms of CPU, both vendors together.",
        ]
    )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(report(measure(count), count))
