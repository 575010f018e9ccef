"""The sandbox itself: both vendors and the slice of GitHub, each on a port of its own."""

import tempfile
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.control import Control
from sandbox.datadog import Datadog
from sandbox.faults import Fault, FaultBoard, Installed
from sandbox.faults import fault as find_fault
from sandbox.github import GitHub
from sandbox.launchdarkly import LaunchDarkly
from sandbox.launchdarkly_state import Clock
from sandbox.messages import Recorded
from sandbox.server import Listener, Traffic

LAUNCHDARKLY_TOKEN = "api-sandbox-token"  # noqa: S105 - opens nothing but a sandbox
DATADOG_API_KEY = "sandbox-datadog-api-key"
DATADOG_APP_KEY = "sandbox-datadog-app-key"
GITHUB_TOKEN = "sandbox-github-token"  # noqa: S105 - opens nothing but a sandbox


class Sandbox:
    """A context manager; it serves from construction on, and `close()` ends it.

    - `tls`: serve https; a directory gets the CA bundle, `True` makes a temporary one.
    - `strict`: refuse also what the vendors silently ignore or misread, such as unknown fields.
    - `latency`: seconds before each answer.
    - `launchdarkly_lag`: seconds until LaunchDarkly shows a new deployment.
    - `launchdarkly_projects`, `launchdarkly_environments`: what exists there; None for anything.
    - `seed`: of made-up ids and of the tosses for faults with a probability.
    - `hosts`: more names for the certificates.
    - `ports`: a port by vendor, else any free one.
    - `body_limit`: bytes of the largest request body.
    - `clock`: seconds since the epoch.
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
        body_limit: int = 1_000_000,
        clock: Clock = time.time,
    ) -> None:
        self._github = GitHub(token=github_token)
        vendors = (
            LaunchDarkly(
                token=launchdarkly_token,
                projects=launchdarkly_projects,
                environments=launchdarkly_environments,
                strict=strict,
                lag=launchdarkly_lag,
                seed=seed,
                clock=clock,
            ),
            Datadog(api_key=datadog_api_key, app_key=datadog_app_key, strict=strict, seed=seed),
            self._github,
        )
        self._traffic = Traffic(FaultBoard(seed), latency, body_limit)
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        certificates = None
        if tls:
            from sandbox.certificates import Certificates  # noqa: PLC0415 - needs a package only TLS needs

            certificates = Certificates(self._certificate_directory(tls), hosts)
        self.ca_file: Path | None = certificates.ca_file if certificates else None
        """The CA bundle a client must trust; None without TLS."""
        self._listeners: dict[str, Listener] = {}
        control = Control(self)
        try:
            for vendor in vendors:
                port = (ports or {}).get(vendor.name, 0)
                self._listeners[vendor.name] = Listener(
                    vendor, self._traffic, control, certificates=certificates, host=host, port=port
                )
        except OSError:  # a port is taken: leave none behind
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every connection and listener; faults that wait end at once."""
        self._traffic.closing.set()
        for listener in self._listeners.values():
            listener.acceptor.close()
        if self._directory:
            self._directory.cleanup()

    @property
    def vendors(self) -> tuple[str, ...]:
        """The names that `fail`, `unplug` and the others take."""
        return tuple(self._listeners)

    @property
    def launchdarkly_url(self) -> str:
        """LaunchDarkly's base URL."""
        return self._listener("launchdarkly").url

    @property
    def datadog_url(self) -> str:
        """Datadog's base URL."""
        return self._listener("datadog").url

    @property
    def github_url(self) -> str:
        """GitHub's base URL."""
        return self._listener("github").url

    @property
    def latency(self) -> float:
        """Seconds before each answer."""
        return self._traffic.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._traffic.latency = seconds

    @property
    def jobs(self) -> list[dict[str, Any]]:
        """GitHub's jobs. One with `run_id` or `run_attempt` is listed for that run or attempt only."""
        return self._github.jobs

    @jobs.setter
    def jobs(self, jobs: list[dict[str, Any]]) -> None:
        self._github.jobs = jobs

    def requests(self, vendor: str | None = None) -> list[Recorded]:
        """Return the requests seen so far, in order, of one vendor or of all."""
        return [each for each in list(self._traffic.requests) if vendor in (None, each.vendor)]

    def deployments(self, vendor: str) -> list[dict[str, Any]]:
        """Return what a vendor knows of each deployment, oldest first."""
        return self._listener(vendor).vendor.deployments()

    def connections(self, vendor: str) -> int:
        """Return how many TCP connections a vendor has accepted."""
        return self._listener(vendor).acceptor.accepted

    def handshakes(self, vendor: str) -> int:
        """Return how many TLS handshakes a vendor has completed."""
        return self._listener(vendor).handshakes

    def fail(
        self,
        vendor: str,
        fault: Fault | str | int,
        times: int | None = None,
        path: str | None = None,
        probability: float = 1.0,
    ) -> None:
        """Misbehave from now on: at requests whose path contains `path`, so many `times`, or until healed.

        Faults are tried in the order they were installed. A handshake fault happens to new connections, which
        have no path, and needs TLS.
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
        """Forget requests, deployments, jobs and faults, and plug everything in. Connections stay counted."""
        self._traffic.faults.reset()
        self._traffic.requests.clear()
        for listener in self._listeners.values():
            listener.vendor.reset()
            listener.acceptor.plug()

    def _listener(self, vendor: str) -> Listener:
        if vendor not in self._listeners:
            raise ValueError(f"unknown vendor {vendor!r}; there are: {', '.join(self._listeners)}")
        return self._listeners[vendor]

    def _certificate_directory(self, tls: bool | Path) -> Path:
        if isinstance(tls, Path):
            tls.mkdir(parents=True, exist_ok=True)
            return tls
        self._directory = tempfile.TemporaryDirectory(prefix="sandbox-")
        return Path(self._directory.name)
