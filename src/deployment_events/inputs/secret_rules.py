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
                "Remove the secret: this input is sent to the vendors. "
                "(The complete `github` context contains the job's token.)"
            )
            yield Problem(name, "must not contain a secret", None, fix)
    yield from _wrong_vendor(raw)


def service_problems(raw: Mapping[str, str], services: Iterable[Service]) -> Iterator[Problem]:
    """Yield a problem if a service contains a secret once its quotation marks are removed."""
    secrets = SecretMatcher(secret_values(raw))
    texts = [text for service in services for text in (service.name, *service.overrides.values())]
    if any(map(secrets.found_in, texts)):
        fix = "Remove the secret: this input is sent to the vendors."
        yield Problem("service", "must not contain a secret", None, fix)


def _wrong_vendor(raw: Mapping[str, str]) -> Iterator[Problem]:
    """Yield keys that do not belong to their vendor, which would receive a foreign secret."""
    first: dict[str, str] = {}
    for name in secret_names():
        vendor, key = vendor_of_secret(name), raw.get(name, "")
        if not vendor or not key:
            continue
        if SecretMatcher().found_in(key):
            yield Problem(name, "must not be a GitHub token", None, f"Use a {vendor} key.")
        other = first.setdefault(key, name)
        if vendor_of_secret(other) != vendor:
            fix = "Check which secret each of the two inputs uses."
            yield Problem(name, f"must not have the same value as `{other}`", None, fix)
