"""The image on a small machine, and with a network that does not answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from container.reports import MakeRunner, assert_reported
from support.steps import with_keys

from emulator import Job
from sandbox import Sandbox

pytestmark = pytest.mark.container

SILENT = "127.0.0.99"
"""The address of a name server that never answers."""
LIMIT_SECONDS = 5 + 2
CONTAINER_SECONDS = 3
"""What starting and removing a container takes on a loaded machine."""


@pytest.fixture
def silent_name_server(tmp_path: Path) -> Iterator[Path]:
    """Return a resolv.conf with it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((SILENT, 53))
        configuration = tmp_path / "resolv.conf"
        configuration.write_text(f"nameserver {SILENT}\noptions timeout:30\n")
        yield configuration


def test_name_resolution_that_hangs_holds_the_deploy_no_longer_than_the_limit(
    make_runner: MakeRunner, sandbox: Sandbox, silent_name_server: Path
) -> None:
    hosts = {
        "launchdarkly_base_url": "https://launchdarkly.example",
        "datadog_base_url": "https://datadog.example",
    }
    mount = f"{silent_name_server}:/etc/resolv.conf:ro"
    with Job(runner=make_runner("--volume", mount)) as job:
        main = job.uses(with_=with_keys(sandbox, **hosts))
    assert main.exit_code == 0, main.raw
    assert main.seconds < LIMIT_SECONDS + CONTAINER_SECONDS
    assert '"status": "undelivered"' in main.outputs["results"]


def test_64_mb_of_memory_and_one_processor_are_enough(
    make_runner: MakeRunner, sandbox: Sandbox
) -> None:
    small = ("--memory", "64m", "--memory-swap", "64m", "--cpus", "1")
    with Job(runner=make_runner(*small)) as job:
        assert_reported(job, sandbox)
