"""Rules for single values, shared by the inputs and the vendors' settings.

Each rule raises `InvalidValue` with what the value must be and how to fix it.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, SecretStr

from .invalid import InvalidValue
from .strict_json import load_json
from .text import is_quoted
from .times import parse_time

FULL_SHA = re.compile(r"[0-9a-fA-F]{40,}")


def is_full_sha(text: str) -> bool:
    """Return whether `text` is a full commit SHA; git and GitHub write "no commit" as all zeros."""
    return FULL_SHA.fullmatch(text) is not None and set(text) != {"0"}


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise InvalidValue("must be `true` or `false`", "Check the spelling.")
    return text.lower() == "true"


def _time(text: str) -> int:
    try:
        return parse_time(text)
    except ValueError as error:
        rule = "must be an ISO 8601 time, or Unix seconds, milliseconds, or nanoseconds"
        fix = f"It {error}. Examples: `2026-05-04T09:30:00Z`, `1777887000`."
        raise InvalidValue(rule, fix) from None


def _sha(text: str) -> str:
    if not is_full_sha(text):
        rule = "must be a full commit SHA (40 or more hexadecimal digits)"
        raise InvalidValue(rule, "Use `${{ github.sha }}` or the output of `git rev-parse HEAD`.")
    return text.lower()


def _seconds(text: str) -> float:
    seconds = float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text, re.ASCII) else 0.0
    if not 0 < seconds <= 3600:
        rule = "must be a number of seconds greater than 0 and at most 3600"
        raise InvalidValue(rule, "The default is 30.")
    return seconds


TO_JSON = (
    "Insert an expression with `toJSON` and without quotation marks: "
    '`"message": ${{ toJSON(github.event.head_commit.message) }}`.'
)
"""How to put a value into JSON: a value between quotation marks may contain a quotation mark."""
_OBJECT_FIX = 'Example: `{"ticket": "OPS-12"}`.'


def _json_object(text: str) -> dict[str, Any]:
    """Return the object; `null`, which `toJSON` writes for no value, is empty."""
    try:
        value = load_json(text)
    except ValueError as error:
        rule = f"must be a JSON object ({error})"
        raise InvalidValue(rule, f"{_OBJECT_FIX} {TO_JSON}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidValue("must be a JSON object", _OBJECT_FIX)
    return value


def _secret(text: str) -> SecretStr:
    """Allow only characters of an HTTP header.

    http.client rejects all others with an exception whose message contains the value.
    """
    if is_quoted(text):
        rule = "must be a key without quotation marks around it"
        raise InvalidValue(rule, "Remove the quotation marks from the secret.")
    if not re.fullmatch(r"[!-~]+", text):
        rule = "must contain only characters that are allowed in an HTTP header"
        raise InvalidValue(rule, "Copy the key again, without spaces and line breaks.")
    return SecretStr(text)


def _repository_url(text: str) -> str:
    if re.fullmatch(r"[\w.-]+@[\w.-]+:[\w./~-]+", text, re.ASCII):
        return text
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https", "ssh", "git"}:
        fix = "Example: `https://github.com/octo-org/octo-repo`."
        raise InvalidValue("must be the URL of a repository", fix, _without_credentials(text))
    has_credentials = parts.password or (parts.username and parts.scheme != "ssh")
    if has_credentials or parts.query or parts.fragment:
        rule = "must be a URL without a user name, password, query, or fragment"
        fix = "Remove them: the URL is sent to the vendors."
        raise InvalidValue(rule, fix, _without_credentials(text))
    return text


def check_base_url(text: str, example: str) -> str:
    """Return a server's URL without a slash at its end; `example` is shown if it is invalid.

    Plain http is allowed only to loopback and to a host name without a dot.
    """
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or "?" in text or "#" in text:
        rule, fix = "must be an `https://` URL", f"Example: `{example}`."
        raise InvalidValue(rule, fix, _without_credentials(text))
    if parts.username or parts.password:
        rule = "must be a URL without a user name and password"
        fix = "Remove them: keys have separate inputs."
        raise InvalidValue(rule, fix, _without_credentials(text))
    if parts.scheme == "http" and not _is_local(parts.hostname or ""):
        rule = "must use `https://`"
        fix = (
            "Plain HTTP would expose the key; "
            "it is allowed only for loopback and host names without a dot."
        )
        raise InvalidValue(rule, fix)
    return text.rstrip("/")


def _without_credentials(url: str) -> str:
    """Hide what may be a key in a URL: before an @, and after a ? or #."""
    return re.split("[?#]", re.sub(r"^(\w+://)?.*@", r"\1***@", url))[0]


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
            shown = ", ".join(f"`{choice}`" for choice in choices)
            raise InvalidValue(f"must be one of {shown}", "Check the spelling.")
        return value.lower()

    return checked_by(check)
