"""The sandbox in a separate process, so that its work is not measured."""

import json
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import certifi

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Service:
    launchdarkly: str
    datadog: str
    ca_bundle: str
    """Every public CA and the sandbox's, because loading a real bundle is part of the cost."""
    ca_alone: str

    def connections(self) -> int:
        """The number of TCP connections that both vendors have accepted."""
        context = ssl.create_default_context(cafile=self.ca_alone)
        with urlopen(f"{self.datadog}/_sandbox/connections", context=context) as answer:
            counts = json.load(answer)
        return sum(counts[name]["connections"] for name in ("launchdarkly", "datadog"))


@contextmanager
def sandbox(*, tls: bool, latency: float = 0.0) -> Iterator[Service]:
    """Serve both vendors; `latency` is seconds before each response."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--tls", folder, "--san", "api.localhost"] if tls else []
        command = [sys.executable, "-m", "sandbox", "--latency", str(latency), *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            ready = json.loads(process.stdout.readline())
            bundle = Path(folder) / "bundle.pem"
            own = Path(ready["ca_file"]).read_text() if tls else ""
            bundle.write_text(Path(certifi.where()).read_text() + own)
            yield Service(
                ready["launchdarkly"], ready["datadog"], str(bundle), ready.get("ca_file", "")
            )
        finally:
            process.terminate()
            process.wait()
