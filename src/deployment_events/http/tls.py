"""The trusted certificate authorities (CAs), in one SSL context for all connections."""

import os
import re
import ssl
from contextlib import suppress
from threading import Lock

import certifi

from ..errors import Advice, Refused, Section, Unavailable
from ..values.text import quoted
from .deadline import Background, Deadline

_LONGEST_PATH = 4096
"""Characters of a path; a longer text is not a path."""
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.0")
"""The name of a certificate file that OpenSSL finds in a folder by its hash."""
_CORRECT_BUNDLE = Advice(
    "Set REQUESTS_CA_BUNDLE to a file with CAs in the workspace or in RUNNER_TEMP: the container "
    "sees no other folder of the runner.",
    Section.NETWORK,
)


class Trust:
    """Makes the SSL context of a process when a connection first needs it."""

    def __init__(self) -> None:
        self._loading: Background[ssl.SSLContext] | None = None
        self._path = ""
        self._lock = Lock()

    def context(self, deadline: Deadline) -> ssl.SSLContext:
        """Return the one context.

        Raises `Refused` if the CA bundle cannot be used, and `Unavailable` if reading it takes
        longer than the deadline: it may be a named pipe, or a file on a disk that does not respond.
        """
        with self._lock:
            if self._loading is None:
                self._loading = Background(self._load)
        context = self._loading.result(deadline)
        if context is None:
            message = f"the CA bundle {_shown(self._path)} could not be read in time"
            raise Unavailable(message, advice=_CORRECT_BUNDLE)
        return context

    def _load(self) -> ssl.SSLContext:
        self._path = _ca_path()
        return _load_context(self._path)


def _ca_path() -> str:
    """Return the named CA bundle, the system's folder of CAs, or certifi's bundle."""
    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    return named or _system_folder() or certifi.where()


def _system_folder() -> str:
    """Return OpenSSL's folder if it contains CAs by their hashes, as in Debian, or an empty string.

    From a folder, OpenSSL reads only the CAs that a server's certificate needs. Loading a bundle
    takes 15 to 50 ms. `SSL_CERT_DIR` is ignored: one variable decides which CAs are trusted.
    """
    folder = ssl.get_default_verify_paths().openssl_capath
    with suppress(OSError), os.scandir(folder) as entries:
        if any(_HASHED_NAME.fullmatch(entry.name) and entry.is_file() for entry in entries):
            return folder
    return ""


def _load_context(path: str) -> ssl.SSLContext:
    try:
        # `Path.is_dir` raises an error if the name is too long.
        if os.path.isdir(path):  # noqa: PTH112
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or type(error).__name__
        if isinstance(error, ssl.SSLError):
            reason = "it has no certificates in PEM format"
        message = f"the CA bundle {_shown(path)} cannot be used ({reason})"
        raise Refused(message, advice=_CORRECT_BUNDLE) from None


def _shown(path: str) -> str:
    """Return a path for a message. Secrets are hidden later, so it must not be cut."""
    if len(path) > _LONGEST_PATH:
        return "(too long for a path)"
    return quoted(path, 10 * _LONGEST_PATH)
