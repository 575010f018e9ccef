"""Rules for single values, shared by the inputs and the vendors' settings.

Each rule raises `InvalidValue` with what the value must be and how to fix it.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, SecretStr

from .strict_json import load_json
from .text import is_quoted
from .times import parse_time

FULL_SHA = re.compile(r"[0-9a-fA-F]{40,}")


def is_full_sha(text: str) -> bool:
    """Return whether `text` is a full commit SHA; git and GitHub write "no commit" as all zeros."""
    return FULL_SHA.fullmatch(text) is not None and set(text) != {"0"}


class InvalidValue(ValueError):
    """A value that breaks a rule.

    `rule` continues a sentence that begins with the input's name; `fix` is a sentence.
    """

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


TO_JSON = (
    "Write a value from an expression without quotation marks around it, as in "
    '`"message": ${{ toJSON(github.event.head_commit.message) }}`.'
)
"""How to put a value into JSON. Every value in quotation marks breaks on the wrong character."""


def _json_object(text: str) -> dict[str, Any]:
    """Return the object; `null`, which `toJSON` writes for no value, is an empty one."""
    try:
        value = load_json(text)
    except ValueError as error:
        fix = f'Write for example {{"ticket": "OPS-12"}} ({error}). {TO_JSON}'
        raise InvalidValue("must be a JSON object", fix) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidValue(
            "must be a JSON object", 'Write key and value, for example {"ticket": "OPS-12"}.'
        )
    return value


def _secret(text: str) -> SecretStr:
    """Allow only characters of an HTTP header.

    http.client rejects all others with an exception whose message contains the value.
    """
    if is_quoted(text):
        raise InvalidValue(
            "must not be in quotation marks", "Remove the quotation marks from the secret."
        )
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


def check_base_url(text: str, example: str) -> str:
    """Return a server's URL without a slash at its end; `example` is shown if it is invalid.

    Plain http is allowed only to loopback and to a host name without a dot.
    """
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or "?" in text or "#" in text:
        raise InvalidValue("must be an https:// URL", f"Write for example {example}.")
    if parts.username or parts.password:
        raise InvalidValue(
            "must hold no user name and no password", "Keys have inputs of their own."
        )
    if parts.scheme == "http" and not _is_local(parts.hostname or ""):
        rule = "must use https:// (plain http only reaches loopback or a host name without a dot)"
        fix = "Over plain http anybody on the way could read the key: write https://."
        raise InvalidValue(rule, fix)
    return text.rstrip("/")


def _split(text: str) -> SplitResult | None:
    if not re.fullmatch(r"[!-~]+", text) or "\\" in text:
        return None
    try:
        parts = urlsplit(text)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        # A name must begin with a letter, because 134744072 is an address, too.
        return re.fullmatch(r"[a-z][a-z0-9_-]*", host) is not None


def checked_by(check: Callable[[str], Any]) -> BeforeValidator:
    """Apply `check` to text. Empty text is unset; another type was restored from the state."""
    return BeforeValidator(
        lambda value: check(value) if isinstance(value, str) and value else value
    )


def server_url(example: str) -> BeforeValidator:
    """Apply `check_base_url` with this example."""
    return checked_by(lambda text: check_base_url(text, example))


Boolean = Annotated[bool, checked_by(_boolean)]
Time = Annotated[int, checked_by(_time)]
"""Unix milliseconds."""
Seconds = Annotated[float, checked_by(_seconds)]
FullSha = Annotated[str, checked_by(_sha)]
RepositoryUrl = Annotated[str, checked_by(_repository_url)]
JsonObject = Annotated[dict[str, Any], checked_by(_json_object)]
Secret = Annotated[SecretStr, checked_by(_secret)]


def one_of(*choices: str) -> BeforeValidator:
    """Allow only these words, in any case."""

    def check(value: str) -> str:
        if value.lower() not in choices:
            raise InvalidValue(f"must be one of {', '.join(choices)}", "Check the spelling.")
        return value.lower()

    return checked_by(check)
