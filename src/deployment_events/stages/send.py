"""Sends a stage's messages, or prints them with `dry-run`, and shows the results."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..delivery.deliver import deliver
from ..delivery.network import Network
from ..delivery.outbox import Outbox
from ..deployment import Deployment
from ..errors import Section
from ..github.runner import Runner
from ..messages import DeliveryResult, Message
from ..report.log import log_dry_run, log_results, log_undelivered
from ..report.losses import NextStep
from ..report.summary import Summary, render, render_nothing
from ..vendors.registry import VENDORS
from ..vendors.settings import Settings


class Sent(NamedTuple):
    """What a stage sent, and the results."""

    messages: Sequence[Message]
    results: Sequence[DeliveryResult]
    """One for each message, in the order of the messages; those of skipped events follow."""
    kept: bool
    """Whether what was not accepted is on disk."""
    links: Mapping[str, str] = {}
    """Where a vendor shows its deployments: a URL, by the vendor's name."""

    @property
    def resend(self) -> NextStep:
        """How the undelivered messages can be sent again."""
        return NextStep.REPLAY_FILE if self.kept else NextStep.REPLAY_LOG


def open_outbox(runner: Runner, name: str) -> Outbox:
    """Return the outbox of this name, relative to the runner's temporary folder."""
    if runner.temp is None:
        # It is not a warning: the runner is older, and nothing may be undelivered.
        runner.log(
            "RUNNER_TEMP is not an existing directory, so undelivered events are in this log only."
        )
    return Outbox(runner.temp / name if runner.temp else None, runner.warning)


def send(
    runner: Runner,
    messages: Sequence[Message],
    settings: Mapping[str, Settings],
    outbox: Outbox,
    network: Network,
    *,
    dry_run: bool,
    skipped: Sequence[DeliveryResult] = (),
    withheld: Mapping[int, DeliveryResult] | None = None,
) -> Sent:
    """Send messages; what is not accepted stays in the outbox.

    `skipped` are the results of events that no message reports. `withheld` are the results of
    messages that must not be sent, by the message's number.
    """
    results: Sequence[DeliveryResult]
    if dry_run:
        results, kept = log_dry_run(runner, messages, settings), True
    else:
        outbox.keep(messages)
        results, kept = deliver(messages, settings, outbox, network, withheld)
    links = {name: VENDORS[name].deployments_url(vendor) for name, vendor in settings.items()}
    return Sent(messages, [*results, *skipped], kept, links)


def show(
    runner: Runner,
    sent: Sent,
    deployments: Sequence[Deployment] = (),
    *,
    cancelled: bool = False,
) -> None:
    """Write the results, and what was not delivered, to the log and to the job summary.

    `cancelled`: the job was cancelled, and is reported with another event.
    """
    log_results(runner, sent.results, cancelled=cancelled)
    summary = Summary(
        sent.results,
        deployments,
        undelivered=log_undelivered(runner, sent.messages, sent.results),
        annotations=runner.annotations,
        resend=sent.resend,
        links=sent.links,
        cancelled=cancelled,
    )
    runner.summarize(render(summary, runner.hide))


def show_nothing(runner: Runner, section: Section) -> None:
    """Write why nothing was reported to the job summary, with a link to the section."""
    runner.summarize(render_nothing(runner.annotations, section, runner.hide))
