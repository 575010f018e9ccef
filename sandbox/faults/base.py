"""What a fault is, what it can do to an exchange, and the board on which faults are installed."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from sandbox.messages import Recorded, Request, Response
from sandbox.sockets import Connection
from sandbox.vendor import Vendor


class HangUp(Exception):
    """Ends a connection, without an answer or in the middle of one."""


@dataclass(slots=True)
class Exchange:
    """One request and the connection to answer it on, in the hands of a fault."""

    request: Request
    record: Recorded
    vendor: Vendor
    honest: Response
    """The vendor's true answer. A fault that is not `accepted` gets a 503 here: the vendor was not asked."""
    connection: Connection
    closing: threading.Event

    def respond(self, response: Response) -> None:
        """Send a whole answer."""
        self.send(response.encode(), status=response.status)

    def send(self, data: bytes, *, status: int | None = None) -> None:
        """Send bytes as they are; `status` is the status they announce, if any."""
        if status is not None:
            self.record.status = status
        self.connection.socket.sendall(data)

    def wait(self, seconds: float | None) -> None:
        """Do nothing for a while; the sandbox's end ends it at once, and with it the connection."""
        if self.closing.wait(seconds):
            raise HangUp

    def close(self) -> NoReturn:
        """End the connection in an orderly way."""
        raise HangUp

    def reset(self) -> NoReturn:
        """End the connection with a TCP reset."""
        self.connection.reset_on_close()
        raise HangUp


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave."""

    name: str
    description: str
    act: Callable[[Exchange], None]
    accepted: bool = False
    """Whether the vendor took the request before the trouble began. Sent again, it is a duplicate."""
    reads_body: bool = True
    """Whether the request is read to its end before the trouble begins."""
    handshake: str | None = None
    """For trouble before any request, TLS only: what to do at the handshake, see `tls.py`."""

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True)
class Installed:
    """A fault waiting for its requests."""

    vendor: str
    fault: Fault
    times: int | None
    path: str | None
    probability: float


class FaultBoard:
    """The faults installed, in order: the first that fits a request and wins its toss is done to it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._installed: list[Installed] = []
        self._random = random.Random(seed)  # noqa: S311 - tosses that repeat from run to run, not secrets

    def install(self, installed: Installed) -> None:
        """Add a fault behind the others."""
        with self._lock:
            self._installed.append(installed)

    def remove(self, vendor: str | None = None) -> None:
        """Remove one vendor's faults, or all."""
        with self._lock:
            self._installed = [
                each for each in self._installed if vendor not in (None, each.vendor)
            ]

    def reset(self) -> None:
        """Remove all faults and begin the row of tosses anew."""
        self.remove()
        self._random.seed(self._seed)

    def draw(self, vendor: str, path: str) -> Fault | None:
        """Return the fault to do to a request, and count it."""
        return self._draw(
            lambda each: (
                each.vendor == vendor and not each.fault.handshake and (each.path or "") in path
            )
        )

    def draw_handshake(self, vendor: str) -> Fault | None:
        """Return the fault to do to a TLS handshake, and count it."""
        return self._draw(lambda each: each.vendor == vendor and each.fault.handshake is not None)

    def _draw(self, fits: Callable[[Installed], bool]) -> Fault | None:
        with self._lock:
            for each in self._installed:
                if fits(each) and self._random.random() < each.probability:
                    if each.times is not None:
                        each.times -= 1
                        if each.times == 0:
                            self._installed.remove(each)
                    return each.fault
        return None
