"""Events that were not delivered: cause, fix and next step."""

import pytest
from support.deployments import result

from deployment_events.deployment import Event
from deployment_events.errors import Section
from deployment_events.messages import DeliveryResult, Status
from deployment_events.report.losses import NextStep, find_losses

REFUSED = result(
    Status.REFUSED, error="HTTP 401", fix="Check the key.", section=Section.UNAUTHORIZED
)
DOWN = result(Status.UNDELIVERED, error="HTTP 503.")


def text_of(*results: DeliveryResult) -> str:
    [loss] = find_losses(results)
    return loss.text


def test_a_loss_names_the_vendor_the_event_the_cause_the_fix_and_the_next_step() -> None:
    assert text_of(REFUSED) == (
        "LaunchDarkly refused the finished event of checkout: HTTP 401. Check the key. "
        "The event was saved; resend it with `event: replay`."
    )
    assert text_of(DOWN) == (
        "LaunchDarkly did not receive the finished event of checkout: HTTP 503. "
        "The event was saved; resend it with `event: replay`."
    )


def test_a_vendor_refuses_nothing_that_it_did_not_receive() -> None:
    certificate = REFUSED._replace(error="the certificate has expired", section=Section.NETWORK)
    assert text_of(certificate).startswith("LaunchDarkly did not receive the finished event of ")


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.SKIPPED, Status.DRY_RUN])
def test_other_events_are_not_lost(status: Status) -> None:
    assert find_losses([result(status, error="by design")]) == []


@pytest.mark.parametrize(
    "resend", [NextStep.REPLAY_FILE, NextStep.REPLAY_LOG, NextStep.POST_RESENDS]
)
@pytest.mark.parametrize("useless", [False, True])
def test_a_loss_has_one_next_step(resend: NextStep, useless: bool) -> None:
    step = NextStep.REPORT_AGAIN if useless else resend
    lost = REFUSED._replace(retry_is_useless=useless)
    [loss] = find_losses([lost], resend)
    assert loss.next_step is step
    assert [one for one in NextStep if one in loss.text] == [step]


def test_a_loss_without_advice_has_a_section_too() -> None:
    losses = find_losses([REFUSED, DOWN, DOWN._replace(status=Status.REFUSED)])
    assert [loss.section for loss in losses] == [
        Section.UNAUTHORIZED,
        Section.NETWORK,
        Section.REFUSED,
    ]


@pytest.mark.parametrize(
    ("attempts", "part"),
    [
        ((0,), "HTTP 503. "),
        ((1, 1), "HTTP 503. "),
        ((5, 5), "HTTP 503 (5 tries). "),
        ((2, 5), "HTTP 503 (2 to 5 tries). "),
    ],
)
def test_the_number_of_tries_is_named(attempts: tuple[int, ...], part: str) -> None:
    assert part in text_of(*(DOWN._replace(attempts=number) for number in attempts))


def test_services_with_the_same_cause_are_named_together() -> None:
    alike = [REFUSED._replace(service=f"s{number}", id=f"{number}") for number in range(5)]
    assert "of s0, s1, s2 and 2 more: HTTP 401." in text_of(*alike)
    assert "of s0, s1, s2: HTTP 401." in text_of(*alike[:3])


@pytest.mark.parametrize(
    "other",
    [
        REFUSED._replace(error="HTTP 403"),
        REFUSED._replace(status=Status.UNDELIVERED),
        REFUSED._replace(vendor="datadog"),
        REFUSED._replace(event=Event.STARTED),
        REFUSED._replace(fix="Check the site."),
        REFUSED._replace(retry_is_useless=True),
    ],
)
def test_another_vendor_event_cause_or_fix_is_another_loss(other: DeliveryResult) -> None:
    assert len(find_losses([REFUSED, other])) == 2
