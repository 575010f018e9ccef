"""Secrets in the wrong input. No message contains the value."""

from collections.abc import Iterable, Iterator, Mapping

from ..deployment import Service
from ..errors import Problem
from ..values.secrets import SecretMatcher
from ..vendors.input_names import secret_names, secret_values, vendor_of_secret


def secret_problems(raw: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the inputs with a secret that would be sent, or sent to the wrong vendor."""
    secrets = SecretMatcher(secret_values(raw))
    names = secret_names()
    for name, text in raw.items():
        if name not in names and secrets.found_in(text):
            fix = (
                "Remove it: this input is sent to the vendors. "
                "(The whole `github` context contains the job's token.)"
            )
            yield Problem(name, "must not contain a secret", None, fix)
    yield from _wrong_vendor(raw)


def service_problems(raw: Mapping[str, str], services: Iterable[Service]) -> Iterator[Problem]:
    """Yield a problem if a service contains a secret once its quotation marks are removed."""
    secrets = SecretMatcher(secret_values(raw))
    texts = [text for one in services for text in (one.name, *one.overrides.values())]
    if any(map(secrets.found_in, texts)):
        fix = "Remove it: this input is sent to the vendors."
        yield Problem("service", "must not contain a secret", None, fix)


def _wrong_vendor(raw: Mapping[str, str]) -> Iterator[Problem]:
    """Yield keys that belong to somebody else: the vendor would receive a foreign secret."""
    first: dict[str, str] = {}
    for name in secret_names():
        vendor, key = vendor_of_secret(name), raw.get(name, "")
        if not vendor or not key:
            continue
        if SecretMatcher().found_in(key):
            yield Problem(name, "must not be a GitHub token", None, f"Use a key of {vendor}.")
        other = first.setdefault(key, name)
        if vendor_of_secret(other) != vendor:
            fix = "Check which secret each of the two inputs uses."
            yield Problem(name, f"must not have the same value as {other}", None, fix)
