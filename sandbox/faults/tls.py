"""Faults of the TLS handshake: no request is ever read."""

from sandbox.faults.base import Exchange, Fault

CERTIFICATES = {
    "wrong-host": "a certificate of another host",
    "expired": "a certificate that has expired",
    "unknown-ca": "a certificate of a CA nobody knows",
}
"""Kinds of bad certificate; `certificates.py` makes them."""

DROP, HANG, PLAIN = "drop", "hang", "plain"


def _never(_exchange: Exchange) -> None:
    raise AssertionError("a handshake fault got as far as a request")


def faults() -> list[Fault]:
    """Return every fault of this kind."""
    return [
        *(
            Fault(f"tls-{kind}", f"shows {what}", _never, handshake=kind)
            for kind, what in CERTIFICATES.items()
        ),
        Fault("tls-handshake-dropped", "resets during the handshake", _never, handshake=DROP),
        Fault("tls-handshake-hang", "never answers the handshake", _never, handshake=HANG),
        Fault("tls-plain-text", "answers the handshake in plain HTTP", _never, handshake=PLAIN),
    ]
