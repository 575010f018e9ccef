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
    ca_bundle: str
    """The same in one file, as requests loads its own bundle by default."""
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
            names = (certifi.where(), ca_alone)
            bundle = Path(folder) / "bundle.pem"
            bundle.write_text("\n".join(Path(name).read_text() for name in names if name))
            yield Service(
                launchdarkly=ready["launchdarkly"],
                datadog=ready["datadog"],
                ca_folder=_ca_folder(bundle),
                ca_bundle=str(bundle),
                ca_alone=ca_alone,
            )
        finally:
            process.terminate()
            process.wait()


def _ca_folder(bundle: Path) -> str:
    """Write the bundle's certificates to a folder as OpenSSL reads it."""
    folder = bundle.with_name("cas")
    folder.mkdir()
    for number, certificate in enumerate(_CERTIFICATE.findall(bundle.read_text())):
        (folder / f"{number}.pem").write_text(certificate)
    subprocess.run(["openssl", "rehash", str(folder)], check=True)
    return str(folder)
