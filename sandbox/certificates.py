"""The sandbox's certificate authority and its server certificates, valid and invalid ones."""

import ssl
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import trustme

LOCAL_HOSTS = ("localhost", "127.0.0.1")
LAUNCHDARKLY_HOSTS = ("app.launchdarkly.com", "app.launchdarkly.us", "app.eu.launchdarkly.com")
DATADOG_REGIONS = ("us3", "us5", "ap1", "ap2", "uk1")
DATADOG_SITES = (
    *("datadoghq.com", "datadoghq.eu", "ddog-gov.com", "us2.ddog-gov.com"),
    *(f"{region}.datadoghq.com" for region in DATADOG_REGIONS),
)
DATADOG_HOSTS = tuple(f"api.{site}" for site in DATADOG_SITES)
HOSTS = (*LOCAL_HOSTS, *LAUNCHDARKLY_HOSTS, *DATADOG_HOSTS, "api.github.com")


class Certificates:
    """One CA, and a TLS context for each kind of certificate, made when it is first needed."""

    def __init__(self, directory: Path, hosts: Iterable[str] = ()) -> None:
        self._hosts = (*HOSTS, *hosts)
        self._authority = trustme.CA()
        self._lock = threading.Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}
        directory.mkdir(parents=True, exist_ok=True)
        self.ca_file = directory / "ca.pem"
        """The bundle that a client must trust."""
        self._authority.cert_pem.write_to_path(str(self.ca_file))
        # Made now, so that the first handshake takes no longer than others.
        self.context()

    def context(self, kind: str = "good") -> ssl.SSLContext:
        """Return a server context: `good`, or one of the kinds in `faults/tls.py`."""
        with self._lock:
            if kind not in self._contexts:
                self._contexts[kind] = self._make(kind)
            return self._contexts[kind]

    def _make(self, kind: str) -> ssl.SSLContext:
        authority = trustme.CA() if kind == "unknown-ca" else self._authority
        hosts = ("elsewhere.example",) if kind == "wrong-host" else self._hosts
        # trustme expects naive datetimes and reads them as UTC.
        end = datetime(2001, 1, 1) if kind == "expired" else None  # noqa: DTZ001
        start = datetime(2037, 1, 1) if kind == "not-yet-valid" else None  # noqa: DTZ001
        leaf = authority.issue_cert(*hosts, not_before=start, not_after=end)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Documented by LaunchDarkly.
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        leaf.configure_cert(context)
        return context
