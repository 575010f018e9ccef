"""The sandbox: the APIs of LaunchDarkly, Datadog and GitHub, each on its own port."""

import tempfile
import time
from collections.abc import Collection, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Self

from sandbox.control import Calls, Control
from sandbox.datadog import Datadog
from sandbox.faults import Fault, find_fault
from sandbox.faults.base import Installed, InstalledFaults
from sandbox.github import GitHub
from sandbox.launchdarkly import LaunchDarkly
from sandbox.launchdarkly_state import Clock
from sandbox.messages import Recorded
from sandbox.server import Listener, Traffic
from sandbox.vendor import Json

# These open nothing but a sandbox.
LAUNCHDARKLY_TOKEN = "api-sandbox-token"  # noqa: S105
DATADOG_API_KEY = "sandbox-datadog-api-key"
DATADOG_APP_KEY = "sandbox-datadog-app-key"
GITHUB_TOKEN = "sandbox-github-token"  # noqa: S105


class Sandbox:
    """A context manager. It serves from construction until `close()`.

    - `tls`: serve https; a directory receives the CA bundle, `True` makes a temporary one.
    - `strict`: refuse also what the vendors ignore or misread, such as unknown fields.
    - `latency`: seconds before each response.
    - `launchdarkly_lag`: seconds until LaunchDarkly lists a new deployment.
    - `launchdarkly_projects`, `launchdarkly_environments`: those that exist; None for any.
    - `seed`: for generated IDs and for the random draws of faults with a probability.
    - `hosts`: more names for the certificates.
    - `ports`: a port by vendor, else any free one.
    - `clock`: returns seconds since the epoch.
    """

    def __init__(
        self,
        *,
        tls: bool | Path = False,
        launchdarkly_token: str = LAUNCHDARKLY_TOKEN,
        datadog_api_key: str = DATADOG_API_KEY,
        datadog_app_key: str = DATADOG_APP_KEY,
        github_token: str = GITHUB_TOKEN,
        strict: bool = True,
        latency: float = 0.0,
        launchdarkly_lag: float = 0.0,
        launchdarkly_projects: Collection[str] | None = ("default",),
        launchdarkly_environments: Collection[str] | None = None,
        seed: int = 0,
        hosts: Iterable[str] = (),
        host: str = "127.0.0.1",
        ports: dict[str, int] | None = None,
        clock: Clock = time.time,
    ) -> None:
        self.launchdarkly = LaunchDarkly(
            token=launchdarkly_token,
            projects=launchdarkly_projects,
            environments=launchdarkly_environments,
            strict=strict,
            lag=launchdarkly_lag,
            seed=seed,
            clock=clock,
        )
        datadog = Datadog(
            api_key=datadog_api_key, app_key=datadog_app_key, strict=strict, seed=seed
        )
        self.github = GitHub(token=github_token)
        self._traffic = Traffic(InstalledFaults(seed), latency)
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        certificates = None
        if tls is True:
            self._directory = tempfile.TemporaryDirectory(prefix="sandbox-")
            tls = Path(self._directory.name)
        if tls:
            from sandbox.certificates import Certificates  # noqa: PLC0415 - only TLS needs trustme

            certificates = Certificates(tls, hosts)
        self.ca_file: Path | None = certificates.ca_file if certificates else None
        """The CA bundle that a client must trust; None without TLS."""
        self._listeners: dict[str, Listener] = {}
        control = Control(self._calls())
        try:
            for vendor in (self.launchdarkly, datadog, self.github):
                port = (ports or {}).get(vendor.name, 0)
                self._listeners[vendor.name] = Listener(
                    vendor, self._traffic, control, certificates=certificates, host=host, port=port
                )
        # A port is in use.
        except OSError:
            self.close()
            raise
        urls = (listener.url for listener in self._listeners.values())
        self.launchdarkly_url, self.datadog_url, self.github_url = urls

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all connections, listeners and waiting faults."""
        self._traffic.closing.set()
        for listener in self._listeners.values():
            listener.acceptor.close()
        if self._directory:
            self._directory.cleanup()

    @property
    def vendors(self) -> tuple[str, ...]:
        """The names that `fail`, `unplug` and the others accept."""
        return tuple(self._listeners)

    @property
    def latency(self) -> float:
        """Seconds before each response."""
        return self._traffic.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._traffic.latency = seconds

    @property
    def jobs(self) -> list[Json]:
        """GitHub's jobs. One with `run_id` or `run_attempt` is listed only for that one."""
        return self.github.jobs

    @jobs.setter
    def jobs(self, jobs: list[Json]) -> None:
        self.github.jobs = jobs

    def requests(self, vendor: str | None = None) -> list[Recorded]:
        """Return the requests received, in order, of one vendor or of all."""
        return [each for each in list(self._traffic.requests) if vendor in (None, each.vendor)]

    def deployments(self, vendor: str) -> list[Json]:
        """Return a vendor's data about each deployment, oldest first."""
        return self._listener(vendor).vendor.deployments()

    def connections(self, vendor: str) -> int:
        """Return the number of TCP connections that a vendor has accepted."""
        return self._listener(vendor).acceptor.accepted

    def handshakes(self, vendor: str) -> int:
        """Return the number of TLS handshakes that a vendor has completed."""
        return self._listener(vendor).handshakes

    def fail(
        self,
        vendor: str,
        fault: Fault | str | int,
        times: int | None = None,
        path: str | None = None,
        probability: float = 1.0,
    ) -> None:
        """Install a fault for requests whose path contains `path`, until used `times` or removed.

        Faults are tried in the order in which they were installed. A handshake fault affects new
        connections, which have no path, and needs TLS.
        """
        found = find_fault(fault)
        listener = self._listener(vendor)
        if found.handshake and (listener.scheme != "https" or path is not None):
            raise ValueError(f"{found} happens before any request, and needs TLS")
        if times is not None and times < 1:
            raise ValueError("times must be at least 1, or None for always")
        self._traffic.faults.install(Installed(vendor, found, times, path, probability))

    def heal(self, vendor: str | None = None) -> None:
        """Remove the faults of one vendor, or all."""
        self._traffic.faults.remove(vendor)

    def unplug(self, vendor: str) -> None:
        """Refuse a vendor's connections and cut the open ones."""
        self._listener(vendor).acceptor.unplug()

    def plug(self, vendor: str) -> None:
        """Listen again, on the same port."""
        self._listener(vendor).acceptor.plug()

    def reset(self) -> None:
        """Remove all requests, data and faults, and listen again. Connection counts stay."""
        self._traffic.faults.reset()
        self._traffic.requests.clear()
        for listener in self._listeners.values():
            listener.vendor.reset()
            listener.acceptor.plug()

    def _calls(self) -> Calls:
        """Return the functions of the control API."""
        return {
            # The raw bytes are not JSON.
            ("GET", "requests"): lambda _, vendor: [
                {name: value for name, value in asdict(record).items() if name != "raw"}
                for record in self.requests(vendor)
            ],
            ("GET", "deployments"): lambda *_: {
                name: self.deployments(name) for name in ("launchdarkly", "datadog")
            },
            ("GET", "connections"): lambda *_: {
                name: {"connections": self.connections(name), "handshakes": self.handshakes(name)}
                for name in self.vendors
            },
            ("POST", "faults"): lambda fault, vendor: self.fail(**{"vendor": vendor} | fault),
            ("DELETE", "faults"): lambda _, vendor: self.heal(vendor),
        }

    def _listener(self, vendor: str) -> Listener:
        if vendor not in self._listeners:
            raise ValueError(f"unknown vendor {vendor!r}; there are: {', '.join(self._listeners)}")
        return self._listeners[vendor]
