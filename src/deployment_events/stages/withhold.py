"""Keeps secrets out of requests: a message that contains one is not sent."""

from collections.abc import Mapping, Sequence

from ..github.runner import Runner
from ..messages import DeliveryResult, Message, undelivered
from ..values.secrets import SecretMatcher

_REASON = "its content contains a secret, which is replaced by *** in the undelivered events"


def withhold(
    runner: Runner, messages: Sequence[Message]
) -> tuple[list[Message], Mapping[int, DeliveryResult]]:
    """Return the messages without secrets, and the results of those that contained one.

    Inputs with secrets were rejected before. This concerns what another step has changed since,
    and keys that are different in the post stage. The results have the messages' numbers.
    """
    safe: list[Message] = []
    results: dict[int, DeliveryResult] = {}
    for number, message in enumerate(messages):
        if not runner.secrets.found_in(message.model_dump(mode="json")):
            safe.append(message)
            continue
        redacted = _redact(message, runner.secrets)
        safe.append(redacted)
        results[number] = undelivered(redacted, _REASON)
    return safe, results


def _redact(message: Message, secrets: SecretMatcher) -> Message:
    return Message.model_validate(secrets.redact(message.model_dump(mode="json")))
