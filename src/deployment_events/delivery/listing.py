"""Asks the vendors which deployments they list, before anything is sent."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..errors import DeliveryFailed
from ..messages import Message
from ..vendors.base import Listed
from ..vendors.registry import VENDORS
from ..vendors.settings import Settings
from .id_lookup import find_ids
from .network import Network
from .vendor_client import VendorClient

_SHARE = 0.5
"""The part of the time left that the lists may take."""


class Listing(NamedTuple):
    """What the vendors list about the deployments of messages."""

    found: Mapping[int, Listed]
    """By the message's number."""
    missing: frozenset[int]
    """The numbers of messages whose deployment the vendor does not list."""


def list_deployments(
    messages: Sequence[Message], settings: Mapping[str, Settings], network: Network
) -> Listing:
    """Return which deployments exist. A list that could not be read proves nothing.

    It takes at most a part of the time left: the events are sent in the rest.
    """
    network = network._replace(deadline=network.deadline.part(_SHARE * network.deadline.left()))
    found: dict[int, Listed] = {}
    missing: set[int] = set()
    for name in settings:
        wanted = {
            number: message
            for number, message in enumerate(messages)
            if message.vendor == name and message.search
        }
        if not wanted:
            continue
        client = VendorClient(VENDORS[name], settings[name], network)
        try:
            client.prepare(next(iter(wanted.values())))
            result = find_ids(client, wanted)
        except DeliveryFailed as failure:
            client.log(f"the deployments could not be listed ({failure})")
            continue
        found |= result.listed
        if result.failure:
            client.log(f"the deployments could not be listed ({result.failure})")
        else:
            missing |= wanted.keys() - result.listed.keys()
    return Listing(found, frozenset(missing))
