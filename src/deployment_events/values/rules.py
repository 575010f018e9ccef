"""The rules for single values, shared by the inputs and the vendors' settings.

Each rule raises `InvalidValue`, which carries what the value must be and what to do about it.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, SecretStr

from .strict_json import load_json
from .times import parse_time

FULL_SHA = re.compile(r"[0-9a-fA-F]{40,}")
"""Datadog's rule for `commit_sha` [spec]."""

MOST_TAGS = 100
"""Datadog's limit for `custom_tags` [spec]."""


def is_full_sha(text: str) -> bool:
    """Whether `text` names a commit: all zeros is how git and GitHub write that there is none."""
    return FULL_SHA.fullmatch(text) is not None and set(text) != {"0"}


class InvalidValue(ValueError):
    """A value that breaks a rule: `rule` continues "<input> …", `fix` is a sentence."""

    def __init__(self, rule: str, fix: str) -> None:
        super().__init__(f"{rule}. {fix}")
        self.rule = rule
        self.fix = fix


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise InvalidValue("must be true or false", "Write true or false.")
    return text.lower() == "true"


def _time(text: str) -> int:
    try:
        return parse_time(text)
    except ValueError as error:
        rule = "must be ISO 8601, or Unix seconds, milliseconds or nanoseconds"
        raise InvalidValue(
            rule, f"Write for example 2026-05-04T09:30:00Z or 1777887000 ({error})."
        ) from None


def _sha(text: str) -> str:
    if not is_full_sha(text):
        rule = "must be a full commit SHA of 40 or more hexadecimal digits"
        raise InvalidValue(
            rule,
            "Short SHAs and branch names match no commit at the vendors: use `git rev-parse HEAD`.",
        )
    return text.lower()


def _seconds(text: str) -> float:
    seconds = float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text, re.ASCII) else 0.0
    if not 0 < seconds <= 3600:
        raise InvalidValue(
            "must be a number of seconds above 0 and up to 3600", "The default is 30."
        )
    return seconds


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = load_json(text)
    except ValueError as error:
        raise InvalidValue(
            "must be a JSON object", f'Write for example {{"ticket": "OPS-12"}} ({error}).'
        ) from None
    if not isinstance(value, dict):
        raise InvalidValue(
            "must be a JSON object", 'Write key and value, for example {"ticket": "OPS-12"}.'
        )
    return value


def _secret(text: str) -> SecretStr:
    """A key travels in a header: http.client refuses others, with an exception that shows the key."""
    if not re.fullmatch(r"[!-~]+", text):
        rule = "holds characters that cannot stand in an HTTP header"
        raise InvalidValue(
            rule,
            "Copy the key again, without blanks, line breaks or quotation marks, into the secret.",
        )
    return SecretStr(text)


def _repository_url(text: str) -> str:
    if re.fullmatch(r"[\w.-]+@[\w.-]+:[\w./~-]+", text, re.ASCII):
        return text
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https", "ssh", "git"}:
        raise InvalidValue(
            "must be the repository's URL",
            "Write for example https://github.com/octo-org/octo-repo.",
        )
    if (
        parts.password
        or (parts.username and parts.scheme != "ssh")
        or parts.query
        or parts.fragment
    ):
        rule = "must hold no user name, password, query or fragment"
        raise InvalidValue(
            rule,
            "Write it without credentials: it is sent to the vendors, and they would see them.",
        )
    return text


def check_base_url(text: str) -> str:
    """Return a server's address without a slash at its end; plain http only where it stays inside."""
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or "?" in text or "#" in text:
        raise InvalidValue(
            "must be an https:// URL", "Write for example https://app.launchdarkly.com."
        )
    if parts.username or parts.password:
        raise InvalidValue(
            "must hold no user name and no password", "Keys have inputs of their own."
        )
    if parts.scheme == "http" and not _stays_inside(parts.hostname or ""):
        rule = "must use https:// (plain http only reaches loopback or a host name without a dot)"
        raise InvalidValue(
            rule, "Over plain http anybody on the way could read the key: write https://."
        )
    return text.rstrip("/")


def _split(text: str) -> SplitResult | None:
    if not re.fullmatch(r"[!-~]+", text) or "\\" in text:
        return None
    try:
        parts = urlsplit(text)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _stays_inside(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return re.fullmatch(r"[a-z][a-z0-9_-]*", host) is not None  # 134744072 is an address, too


def ruled(rule: Callable[[str], Any]) -> BeforeValidator:
    """Apply `rule` to text: an empty one is unset, and anything else was read back from state."""
    return BeforeValidator(lambda value: rule(value) if isinstance(value, str) and value else value)


Boolean = Annotated[bool, ruled(_boolean)]
Time = Annotated[int, ruled(_time)]
"""Unix milliseconds."""
Seconds = Annotated[float, ruled(_seconds)]
FullSha = Annotated[str, ruled(_sha)]
RepositoryUrl = Annotated[str, ruled(_repository_url)]
BaseUrl = Annotated[str, ruled(check_base_url)]
JsonObject = Annotated[dict[str, Any], ruled(_json_object)]
Secret = Annotated[SecretStr, ruled(_secret)]


def one_of(*choices: str) -> BeforeValidator:
    """Only these words, in any case; the rule lists them."""

    def check(value: str) -> str:
        if value.lower() not in choices:
            raise InvalidValue(f"must be one of {', '.join(choices)}", "Check the spelling.")
        return value.lower()

    return ruled(check)
