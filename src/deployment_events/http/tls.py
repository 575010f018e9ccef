"""Which certificates are trusted: one TLS context for all connections of a process.

Loading a CA bundle takes 15 to 50 ms, most of it outside Python, so it begins before the imports do. From a
folder OpenSSL reads no more than the CA that a server needs, when it needs it.
"""

import os
import re
import ssl
from contextlib import suppress
from threading import Thread

from ..errors import Refused
from ..values.text import quoted

_HASHED = re.compile(r"[0-9a-f]{8}\.0")
"""The name of a CA in a folder that OpenSSL reads."""


class Trust:
    """The CAs of `REQUESTS_CA_BUNDLE`, else those in the system's folder, else certifi's bundle."""

    def __init__(self) -> None:
        named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._path = named or _system_folder()
        self._is_folder = os.path.isdir(self._path)  # noqa: PTH112  Path's raises for a name too long to be one
        self._context: ssl.SSLContext | None = None
        self._error = ""
        self._loader = Thread(target=self._load, daemon=True)
        if not self._is_folder:
            self._loader.start()

    def context(self) -> ssl.SSLContext:
        """Return the context once it is loaded. Raises `Refused` when the bundle cannot be used."""
        if self._is_folder and self._context is None:
            self._load()
        elif not self._is_folder:
            self._loader.join()
        if self._context is None:
            named = quoted(self._path, 200)
            raise Refused(
                f"the CA bundle {named} cannot be used ({self._error}): correct REQUESTS_CA_BUNDLE"
            )
        return self._context

    def _load(self) -> None:
        if not self._path:
            import certifi  # noqa: PLC0415  in this thread: its import would hold the others up

            self._path = certifi.where()
        file, folder = (None, self._path) if self._is_folder else (self._path, None)
        try:
            self._context = ssl.create_default_context(cafile=file, capath=folder)
        except (OSError, ValueError) as error:
            self._error = getattr(error, "strerror", "") or type(error).__name__


def _system_folder() -> str:
    """OpenSSL's own folder, where each CA lies under its hash, as in Debian's and so in the image; else empty.

    Whatever `SSL_CERT_DIR` says: only one variable decides whom to trust.
    """
    folder = ssl.get_default_verify_paths().openssl_capath
    with suppress(OSError), os.scandir(folder) as entries:
        if any(_HASHED.fullmatch(entry.name) and entry.is_file() for entry in entries):
            return folder
    return ""


_early: list[Trust] = []


def begin() -> None:
    """Start loading now, for the first one who asks."""
    _early.append(Trust())


def trust() -> Trust:
    """Return the trust that was begun, or one that begins now."""
    return _early.pop() if _early else Trust()
