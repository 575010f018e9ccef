"""What a failure of TLS means, and how to fix it.

Decisions are made on OpenSSL's codes. Its texts differ between its versions.
"""

import ssl
from collections.abc import Iterable

from ..errors import Advice, Refused, Section, Unavailable
from ..values.text import quoted

# The codes are `X509_V_ERR_…` in OpenSSL's x509_vfy.h; Python has no names for them.
_NOT_YET_VALID = 9
_EXPIRED = 10
_OTHER_HOST = frozenset({62, 64})
"""For a name and for an IP address."""
_UNKNOWN_CA = frozenset({2, 18, 19, 20, 21})
"""The CA is not trusted, is missing, or the certificate signed itself."""

_NOT_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
)
"""OpenSSL's reasons for a response to the handshake that is not TLS."""


def describe_tls(
    causes: Iterable[BaseException], host: str, *, is_proxy: bool
) -> Refused | Unavailable | None:
    """Return what a failure of TLS with `host` means, or None if there is no such failure.

    `is_proxy`: the host is the proxy, and not the server behind it.
    """
    peer = f"the proxy {host}" if is_proxy else host
    errors = [cause for cause in causes if isinstance(cause, ssl.SSLError)]
    for error in errors:
        if isinstance(error, ssl.SSLCertVerificationError):
            return _invalid_certificate(error, peer)
    if any(getattr(error, "reason", None) in _NOT_TLS for error in errors):
        return _not_tls(peer, is_proxy=is_proxy)
    if errors:
        fix = f"Check whether {peer} or a firewall before it rejects TLS connections."
        return Unavailable(f"the TLS connection to {peer} failed", advice=_advice(fix))
    return None


def _invalid_certificate(error: ssl.SSLCertVerificationError, peer: str) -> Refused:
    code = error.verify_code
    if code == _EXPIRED:
        problem = "or of its CA has expired"
        fix = f"Check the runner's clock. If it is right, {peer} needs a new certificate."
    elif code == _NOT_YET_VALID:
        problem = "or of its CA is not valid yet"
        fix = "Correct the runner's clock: it is probably slow."
    elif code in _OTHER_HOST:
        problem = "is for another host"
        fix = (
            "If you set a base URL or a proxy, correct its host. Otherwise a firewall or proxy "
            f"responded: exclude {peer} from its TLS inspection."
        )
    elif code in _UNKNOWN_CA:
        problem = "is signed by a CA that is not trusted"
        fix = "Behind a company proxy, set REQUESTS_CA_BUNDLE to a file with the company's CA."
    else:
        problem = f"is not valid: {quoted(error.verify_message)}"
        fix = f"Ask the operator of {peer} to correct the certificate or the CA that signed it."
    return Refused(f"the certificate of {peer} {problem}", advice=_advice(fix))


def _not_tls(peer: str, *, is_proxy: bool) -> Unavailable:
    fix = f"Check the port in the base URL, and any proxy or firewall before {peer}."
    if is_proxy:
        fix = "In HTTPS_PROXY or ALL_PROXY, write http:// instead of https:// before the proxy."
    return Unavailable(f"{peer} responded without TLS", advice=_advice(fix))


def _advice(fix: str) -> Advice:
    return Advice(fix, Section.NETWORK)
