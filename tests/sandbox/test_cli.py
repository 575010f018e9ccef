"""`python -m sandbox`: one line when it is ready, its options, and its end."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def serving(*options: str):
    """Run the command; yield the process and the line that it printed."""
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_stops_silently(signum):
    with serving() as (process, ready):
        assert set(ready) == {"launchdarkly", "datadog", "github"}
        with urllib.request.urlopen(f"{ready['datadog']}/_sandbox/requests", timeout=10) as answer:
            assert json.load(answer) == []
        process.send_signal(signum)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0


def test_ports_and_tls_are_options(tmp_path, connect):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("--datadog-port", str(port), "--tls", str(tmp_path), "--latency", "0.001")
    with serving(*options) as (_, ready):
        assert ready["datadog"] == f"https://localhost:{port}"
        assert ready["ca_file"] == str(tmp_path / "ca.pem")

        class Running:
            datadog_url = ready["datadog"]

        client = connect(Running, "datadog")
        client.session.verify = ready["ca_file"]
        assert client.create().status_code == 200


def test_a_bad_option_is_explained():
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--latency", "slow"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "--latency" in done.stderr
