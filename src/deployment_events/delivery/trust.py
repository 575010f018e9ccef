"""Which certificates are trusted: one TLS context for all connections of a process.

Loading a CA bundle takes 15 to 50 ms, most of it outside Python, so it begins before the imports do.
"""

import os
import ssl
from pathlib import Path
from threading import Thread

from ..errors import Refused


class Trust:
    """A CA bundle on its way into memory: that of `REQUESTS_CA_BUNDLE`, else certifi's."""

    def __init__(self) -> None:
        self._path = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or ""
        self._context: ssl.SSLContext | None = None
        self._error = ""
        self._thread = Thread(target=self._load, daemon=True)
        self._thread.start()

    def context(self) -> ssl.SSLContext:
        """Return the context once it is loaded. Raises `Refused` when the bundle cannot be used."""
        self._thread.join()
        if self._context is None:
            raise Refused(f"the CA bundle {self._path} cannot be used ({self._error}): correct REQUESTS_CA_BUNDLE")
        return self._context

    def _load(self) -> None:
        import certifi  # noqa: PLC0415  in this thread: its import would hold the others up

        path = self._path or certifi.where()
        folder = Path(path).is_dir()
        try:
            self._context = ssl.create_default_context(cafile=None if folder else path, capath=path if folder else None)
        except (OSError, ssl.SSLError) as error:
            self._error = error.strerror or type(error).__name__


_early: list[Trust] = []


def begin() -> None:
    """Start loading now, for the first one who asks."""
    _early.append(Trust())


def trust() -> Trust:
    """Return the trust that was begun, or one that begins now."""
    return _early.pop() if _early else Trust()
