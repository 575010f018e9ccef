"""A TCP port: accepts connections, serves each in a thread, and ends them all when asked."""

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable

JOIN_SECONDS = 5.0


class Connection:
    """One accepted connection. With TLS its socket is replaced."""

    def __init__(self, accepted: socket.socket) -> None:
        self.socket = accepted

    def interrupt(self) -> None:
        """End every read and write on it now, in whichever thread they run."""
        with contextlib.suppress(OSError):
            # SSLSocket.shutdown would remove the TLS state that another thread is using.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def reset_on_close(self) -> None:
        """Close with a TCP reset instead of an orderly end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Acceptor:
    """Listens on one port from its construction on."""

    def __init__(
        self, serve: Callable[[Connection], None], host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._serve = serve
        self._host = host
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._threads: set[threading.Thread] = set()
        self.accepted = 0
        self._socket = self._bind(port)
        self.port: int = self._socket.getsockname()[1]
        self._start()

    @property
    def plugged(self) -> bool:
        """Whether it listens."""
        return self._loop.is_alive()

    def unplug(self) -> None:
        """Refuse connections and cut the open ones. The port stays bound."""
        if self.plugged:
            self._stop()
            self._socket = self._bind(self.port)

    def plug(self) -> None:
        """Listen again, on the same port."""
        if not self.plugged:
            self._start()

    def close(self) -> None:
        """End everything and wait for the threads."""
        if self.plugged:
            self._stop()
        self._socket.close()
        for thread in list(self._threads):
            thread.join(JOIN_SECONDS)

    def _bind(self, port: int) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((self._host, port))
        except OSError:
            bound.close()
            raise
        return bound

    def _start(self) -> None:
        self._socket.listen(128)
        self._wake, waking = socket.socketpair()
        self._loop = threading.Thread(
            target=self._accept, args=(self._socket, waking), name="sandbox-accept", daemon=True
        )
        self._loop.start()

    def _stop(self) -> None:
        self._wake.close()
        self._loop.join(JOIN_SECONDS)
        self._socket.close()
        with self._lock:
            for connection in self._open:
                connection.interrupt()

    def _accept(self, listening: socket.socket, waking: socket.socket) -> None:
        with selectors.DefaultSelector() as selector, waking:
            selector.register(listening, selectors.EVENT_READ)
            selector.register(waking, selectors.EVENT_READ)
            while waking not in {key.fileobj for key, _ in selector.select()}:
                # The client may have left the queue.
                with contextlib.suppress(OSError):
                    self._start_serving(listening.accept()[0])

    def _start_serving(self, accepted: socket.socket) -> None:
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(accepted)
        thread = threading.Thread(
            target=self._run, args=(connection,), name="sandbox-connection", daemon=True
        )
        with self._lock:
            self.accepted += 1
            self._open.add(connection)
            self._threads = {each for each in self._threads if each.is_alive()} | {thread}
        thread.start()

    def _run(self, connection: Connection) -> None:
        try:
            # A client may leave, and the sandbox may close, at any time.
            with contextlib.suppress(OSError):
                self._serve(connection)
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.socket.close()
