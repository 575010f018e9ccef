"""Faults of the TLS handshake: no request is ever read."""

from sandbox.faults.base import Exchange, Fault

DROP, HANG, PLAIN = "drop", "hang", "plain"


def _never(_exchange: Exchange) -> None:
    raise AssertionError("a handshake fault received a request")


def _fault(name: str, description: str, handshake: str) -> Fault:
    return Fault(name, description, _never, handshake=handshake)


# `certificates.py` makes the certificates.
FAULTS = [
    _fault("tls-wrong-host", "shows a certificate of another host", "wrong-host"),
    _fault("tls-expired", "shows a certificate that has expired", "expired"),
    _fault("tls-not-yet-valid", "shows a certificate that is not valid yet", "not-yet-valid"),
    _fault("tls-unknown-ca", "shows a certificate of an unknown CA", "unknown-ca"),
    _fault("tls-handshake-dropped", "resets during the handshake", DROP),
    _fault("tls-handshake-hang", "never answers the handshake", HANG),
    _fault("tls-plain-text", "answers the handshake in plain HTTP", PLAIN),
]
