"""A certificate authority of the sandbox's own, and the certificates it shows: good ones and bad ones."""

import ssl
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import trustme

VENDOR_HOSTS = (
    "app.launchdarkly.com",
    "app.launchdarkly.us",
    "app.eu.launchdarkly.com",
    "api.datadoghq.com",
    "api.datadoghq.eu",
    "api.us3.datadoghq.com",
    "api.us5.datadoghq.com",
    "api.ap1.datadoghq.com",
    "api.ap2.datadoghq.com",
    "api.uk1.datadoghq.com",
    "api.ddog-gov.com",
    "api.us2.ddog-gov.com",
    "api.github.com",
)
LOCAL_HOSTS = ("localhost", "127.0.0.1")


class Certificates:
    """One CA and, made when first needed, a TLS context for each kind of certificate."""

    def __init__(self, directory: Path, hosts: Iterable[str] = ()) -> None:
        self._hosts = (*VENDOR_HOSTS, *LOCAL_HOSTS, *hosts)
        self._authority = trustme.CA()
        self._lock = threading.Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.ca_file = directory / "ca.pem"
        """The bundle a client must trust."""
        self._authority.cert_pem.write_to_path(str(self.ca_file))
        self.context()  # here rather than in the first handshake, which somebody may be timing

    def context(self, kind: str = "good") -> ssl.SSLContext:
        """Return the server's TLS with a `good`, `wrong-host`, `expired` or `unknown-ca` certificate."""
        with self._lock:
            if kind not in self._contexts:
                self._contexts[kind] = self._make(kind)
            return self._contexts[kind]

    def _make(self, kind: str) -> ssl.SSLContext:
        authority = trustme.CA() if kind == "unknown-ca" else self._authority
        hosts = ("elsewhere.example",) if kind == "wrong-host" else self._hosts
        # trustme wants naive datetimes and reads them as UTC.
        end = datetime(2001, 1, 1) if kind == "expired" else None  # noqa: DTZ001
        leaf = authority.issue_cert(*hosts, not_after=end)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # documented by LaunchDarkly
        leaf.configure_cert(context)
        return context
