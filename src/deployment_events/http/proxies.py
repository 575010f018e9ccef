"""Reads the proxy for a URL from the environment, and refuses an address that cannot be used."""

import re

from requests.utils import get_environ_proxies, prepend_scheme_if_needed, select_proxy
from urllib3.exceptions import LocationValueError
from urllib3.util import Url, parse_url

from ..errors import Advice, Refused, Section

_SOCKS = re.compile(r"socks\w*", re.IGNORECASE)


def read_proxies(url: str) -> dict[str, str]:
    """Return the proxies for a URL, by scheme. Raises `Refused` if the proxy cannot be used."""
    proxies: dict[str, str] = get_environ_proxies(url)
    proxy = select_proxy(url, proxies)
    if proxy:
        _check(proxy)
    return proxies


def proxy_host(url: str, proxies: dict[str, str]) -> str:
    """Return the host and port of the proxy for a URL, without credentials, or an empty string."""
    proxy = select_proxy(url, proxies)
    return (_parse(proxy).netloc or "") if proxy else ""


def _parse(proxy: str) -> Url:
    """Return the parts of a proxy's address. requests reads the address in this way, too."""
    return parse_url(prepend_scheme_if_needed(proxy, "http"))  # type: ignore[no-untyped-call]


def _check(proxy: str) -> None:
    try:
        parsed = _parse(proxy)
        (parsed.host or "").encode("idna")
    # Several types mean an address that cannot be read.
    except (LocationValueError, ValueError, AttributeError, TypeError):
        raise _unusable(proxy) from None
    if _SOCKS.fullmatch(parsed.scheme or ""):
        fix = "Set HTTPS_PROXY or ALL_PROXY to an HTTP proxy."
        raise Refused("SOCKS proxies are not supported", advice=Advice(fix, Section.NETWORK))
    # After an unencoded character of a password, the rest would be taken for a path or a fragment,
    # and the user name for the host.
    rest = "".join((parsed.path or "", parsed.query or "", parsed.fragment or ""))
    if parsed.scheme not in {"http", "https"} or not parsed.host or "@" in rest:
        raise _unusable(proxy)


def _unusable(proxy: str) -> Refused:
    fix = "Correct HTTPS_PROXY or ALL_PROXY."
    if "@" in proxy:
        fix = f"{fix} In the user name and the password, write %23 for #, %40 for @, and %3A for :."
    return Refused("the address of the proxy is invalid", advice=Advice(fix, Section.NETWORK))
