"""Send a stage's messages, or print them with `dry-run`."""

from collections.abc import Mapping, Sequence

from ..delivery.deliver import Delivery, deliver
from ..delivery.network import Network
from ..delivery.outbox import Outbox
from ..github.runner import Runner
from ..messages import DeliveryResult, Message
from ..report.log import log_dry_run
from ..vendors.base import Settings


def open_outbox(runner: Runner, name: str) -> Outbox:
    """Return the outbox of this name, relative to the runner's temporary folder."""
    return Outbox(runner.temp / name if runner.temp else None, runner.warning)


def send(
    runner: Runner,
    messages: Sequence[Message],
    settings: Mapping[str, Settings],
    outbox: Outbox,
    network: Network,
    *,
    dry_run: bool,
    withheld: Mapping[int, DeliveryResult] | None = None,
) -> Delivery:
    """Return one result for each message; what is not accepted stays in the outbox.

    `withheld` are the results of messages that must not be sent, by the message's number.
    """
    if dry_run:
        return Delivery(tuple(log_dry_run(runner, messages, settings)), kept=True)
    outbox.keep(messages)
    return deliver(messages, settings, outbox, network, withheld)
