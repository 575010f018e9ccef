"""Which deployments the vendors list: a list that could not be read proves nothing."""

from typing import Any

from deployment_events.delivery.listing import list_deployments
from deployment_events.deployment import Event
from sandbox import Sandbox


def test_a_listed_deployment_is_found_and_another_one_is_missing(
    delivery: Any, message: Any
) -> None:
    first = message(0, vendor="launchdarkly", event=Event.STARTED)
    second = message(1, vendor="launchdarkly", event=Event.STARTED)
    delivery.deliver(first)
    listing = list_deployments([second, first], delivery.settings, delivery.network())
    assert listing.found.keys() == {1}
    assert listing.found[1].is_open
    assert listing.missing == {0}


def test_a_message_of_a_vendor_without_a_list_is_neither_found_nor_missing(
    delivery: Any, message: Any
) -> None:
    listing = list_deployments([message(0)], delivery.settings, delivery.network())
    assert (listing.found, listing.missing) == ({}, frozenset())


def test_a_vendor_without_a_key_is_not_asked(delivery: Any, message: Any, sandbox: Sandbox) -> None:
    listing = list_deployments([message(0, vendor="launchdarkly")], {}, delivery.network())
    assert (listing.found, listing.missing) == ({}, frozenset())
    assert sandbox.requests() == []


def test_a_deployment_of_a_list_that_cannot_be_read_is_not_missing(
    delivery: Any, message: Any, sandbox: Sandbox
) -> None:
    sandbox.fail("launchdarkly", 403)
    start = message(0, vendor="launchdarkly")
    listing = list_deployments([start], delivery.settings, delivery.network())
    assert (listing.found, listing.missing) == ({}, frozenset())
    [line] = delivery.log
    assert line.startswith("LaunchDarkly: the deployments could not be listed (HTTP 403")
