"""The sandbox in a separate process, so that its work is not measured."""

import json
import re
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import certifi

ROOT = Path(__file__).parent.parent
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)


@dataclass(frozen=True)
class Service:
    launchdarkly: str
    datadog: str
    ca_folder: str
    """Every public CA and the sandbox's under their hashes, as in the image."""
    ca_alone: str

    def connections(self) -> int:
        """The number of TCP connections that both vendors have accepted."""
        context = ssl.create_default_context(cafile=self.ca_alone)
        with urlopen(f"{self.datadog}/_sandbox/connections", context=context) as answer:
            counts = json.load(answer)
        return sum(counts[name]["connections"] for name in ("launchdarkly", "datadog"))

    def fail(self, fault: str) -> None:
        """Have both vendors fail in one way only; an empty name ends all faults."""
        context = ssl.create_default_context(cafile=self.ca_alone)
        url = f"{self.datadog}/_sandbox/faults"
        with urlopen(Request(url, method="DELETE"), context=context):
            pass
        for vendor in ("launchdarkly", "datadog") if fault else ():
            body = json.dumps({"vendor": vendor, "fault": fault}).encode()
            with urlopen(Request(url, body, method="POST"), context=context):
                pass


@contextmanager
def sandbox(*, tls: bool, latency: float = 0.0) -> Iterator[Service]:
    """Serve both vendors; `latency` is seconds before each response."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--tls", folder, "--san", "api.localhost"] if tls else []
        command = [sys.executable, "-m", "sandbox", "--latency", str(latency), *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            ready = json.loads(process.stdout.readline())
            ca_alone = ready.get("ca_file", "")
            yield Service(
                ready["launchdarkly"], ready["datadog"], _ca_folder(folder, ca_alone), ca_alone
            )
        finally:
            process.terminate()
            process.wait()


def _ca_folder(parent: str, ca_alone: str) -> str:
    """Write the public CAs, and the sandbox's if it has one, to a folder as OpenSSL reads it."""
    folder = Path(parent) / "cas"
    folder.mkdir()
    texts = [Path(name).read_text() for name in (certifi.where(), ca_alone) if name]
    for number, certificate in enumerate(_CERTIFICATE.findall("\n".join(texts))):
        (folder / f"{number}.pem").write_text(certificate)
    subprocess.run(["openssl", "rehash", str(folder)], check=True)
    return str(folder)
