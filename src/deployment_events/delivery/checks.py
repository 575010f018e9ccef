"""Runs the checks of `event: check`: all in parallel, before one deadline."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from ..errors import Advice, DeliveryFailed, Refused, Section, describe_bug
from ..http.deadline import Background, Deadline
from ..messages import CheckResult, Status
from ..vendors.base import Check
from ..vendors.registry import VENDORS
from ..vendors.settings import Settings
from .network import LATE_SECONDS, Network
from .retry import Backoff
from .vendor_client import VendorClient


class VendorCheck(NamedTuple):
    """One check, and the vendor whose credential it verifies."""

    vendor: str
    settings: Settings
    check: Check

    def result(
        self, status: Status, attempts: int = 0, error: str = "", advice: Advice | None = None
    ) -> CheckResult:
        """Return the result of this check."""
        return CheckResult(
            vendor=self.vendor,
            status=status,
            subject=self.check.subject,
            not_verified=self.check.not_verified,
            attempts=attempts,
            error=error,
            fix=advice.fix if advice else "",
            section=advice.section if advice else None,
        )


def run_checks(checks: Sequence[VendorCheck], network: Network) -> list[CheckResult]:
    """Return one result for each check.

    A credential is refused only if the vendor itself rejects it. Whatever else goes wrong says
    nothing about the credential, which then is undelivered: not checked.
    """
    lines: list[str] = []
    # Lines are logged on this thread, after the checks.
    collecting = network._replace(log=lines.append)
    running = []
    for number, check in enumerate(checks):
        # Without a thread, one vendor that hangs would use up the time of the others.
        share = network.deadline.left() / (len(checks) - number)
        limited = collecting._replace(deadline=network.deadline.part(share))
        running.append(Background(partial(_run, check, collecting), partial(_run, check, limited)))
    # A thread that the deadline stops needs a moment to say what it waited for.
    late_deadline = Deadline(network.clock, network.deadline.left() + LATE_SECONDS)
    answers = [background.result(late_deadline) for background in running]
    # A thread that the deadline did not stop may still add lines.
    for line in tuple(lines):
        network.log(line)
    results = [
        answer or check.result(Status.UNDELIVERED, error=_no_answer(check))
        for check, answer in zip(checks, answers, strict=True)
    ]
    # An error can contain what the environment contains, such as a key in a path.
    return [result._replace(error=network.hide(result.error)) for result in results]


def _run(check: VendorCheck, network: Network) -> CheckResult:
    backoff = Backoff()
    try:
        request = check.check.request
        network.transport.prepare(request.url, network.deadline)
        client = VendorClient(VENDORS[check.vendor], check.settings, network)
        body = client.send(request, backoff, network.deadline).json()
        return _judge(check, check.check.read(body), backoff.attempts)
    except DeliveryFailed as failure:
        rejected = isinstance(failure, Refused) and failure.by_vendor
        status = Status.REFUSED if rejected else Status.UNDELIVERED
        return check.result(status, backoff.attempts, str(failure), failure.advice)
    # A bug must not be reported as an invalid key.
    except Exception as bug:  # noqa: BLE001
        error = f"internal error, {describe_bug(bug)}: please open an issue"
        return check.result(Status.UNDELIVERED, backoff.attempts, error)


def _judge(check: VendorCheck, valid: bool | None, attempts: int) -> CheckResult:
    title = VENDORS[check.vendor].title
    if valid:
        return check.result(Status.VALID, attempts)
    if valid is None:
        error = f"the response is not in {title}'s format"
        fix = f"Check any proxy or firewall between the runner and {title}."
        return check.result(Status.UNDELIVERED, attempts, error, Advice(fix, Section.NETWORK))
    error = f"{title} responded that it is not valid"
    fix = "The key is invalid, revoked, or for a different site."
    return check.result(Status.REFUSED, attempts, error, Advice(fix, Section.UNAUTHORIZED))


def _no_answer(check: VendorCheck) -> str:
    return f"timed out before {VENDORS[check.vendor].title} responded"
