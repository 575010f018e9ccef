"""What a fault is, what it can do to an exchange, and the faults that are installed."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from sandbox.messages import Recorded, Request, Response
from sandbox.sockets import Connection
from sandbox.vendor import Vendor


class EndConnection(Exception):
    """Ends a connection, without a response or in the middle of one."""


@dataclass(slots=True)
class Exchange:
    """One request and the connection to respond on, as a fault receives it."""

    request: Request
    record: Recorded
    vendor: Vendor
    response: Response
    """The vendor's own response. If the fault is not `accepted`, the vendor did not receive the
    request, and this is a 503."""
    connection: Connection
    closing: threading.Event

    def respond(self, response: Response) -> None:
        """Send a complete response."""
        self.send(response.encode(), status=response.status)

    def send(self, data: bytes, *, status: int | None = None) -> None:
        """Send bytes as they are; `status` is the status in them, if any."""
        if status is not None:
            self.record.status = status
        self.connection.socket.sendall(data)

    def wait(self, seconds: float | None) -> None:
        """Wait. If the sandbox closes meanwhile, the connection ends immediately."""
        if self.closing.wait(seconds):
            raise EndConnection

    def close(self) -> NoReturn:
        """End the connection in an orderly way."""
        raise EndConnection

    def reset(self) -> NoReturn:
        """End the connection with a TCP reset."""
        self.connection.reset_on_close()
        raise EndConnection


Act = Callable[[Exchange], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave."""

    name: str
    description: str
    act: Act
    accepted: bool = False
    """Whether the vendor accepts the request first. Sent again, it is a duplicate."""
    reads_body: bool = True
    """Whether the complete request is read first."""
    handshake: str | None = None
    """For faults before any request (TLS only): what to do in the handshake, see `tls.py`."""
    rewrite: Callable[[Request], Request] = lambda request: request
    """Returns the request that the vendor receives instead."""

    def __str__(self) -> str:
        return self.name


def accepting(name: str, description: str, act: Act) -> Fault:
    """Return a fault in the response to a request that the vendor has accepted."""
    return Fault(name, f"accepts, {description}", act, accepted=True)


def responding(name: str, description: str, make: Callable[[Exchange], Response]) -> Fault:
    """Return a fault that is a complete response; the vendor does not receive the request."""
    return Fault(name, description, lambda exchange: exchange.respond(make(exchange)))


@dataclass(slots=True)
class Installed:
    """A fault, and the requests that it is for."""

    vendor: str
    fault: Fault
    times: int | None
    path: str | None
    probability: float

    def fits(self, vendor: str, path: str | None) -> bool:
        """Whether it is for a request, or for a TLS handshake if `path` is None."""
        if self.vendor != vendor or (self.fault.handshake is None) != (path is not None):
            return False
        return self.path is None or self.path in (path or "")


class InstalledFaults:
    """The installed faults, in order."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._installed: list[Installed] = []
        self._random = random.Random(seed)  # noqa: S311 - repeatable draws, not secrets

    def install(self, installed: Installed) -> None:
        """Add a fault after the others."""
        with self._lock:
            self._installed.append(installed)

    def remove(self, vendor: str | None = None) -> None:
        """Remove one vendor's faults, or all."""
        with self._lock:
            kept = [each for each in self._installed if vendor not in (None, each.vendor)]
            self._installed = kept

    def reset(self) -> None:
        """Remove all faults and restart the random draws."""
        self.remove()
        self._random.seed(self._seed)

    def draw(self, vendor: str, path: str | None) -> Fault | None:
        """Return the first fault that fits a request or handshake and is drawn, and count it."""
        with self._lock:
            for each in self._installed:
                if each.fits(vendor, path) and self._random.random() < each.probability:
                    if each.times is not None:
                        each.times -= 1
                    if each.times == 0:
                        self._installed.remove(each)
                    return each.fault
        return None
