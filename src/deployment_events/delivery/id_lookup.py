"""Looks up the IDs of deployments: before a change is sent, and after an event was accepted."""

from collections.abc import Mapping
from typing import NamedTuple

from ..errors import DeliveryFailed, Refused, Unavailable
from ..http.deadline import Deadline, run_with_deadline
from ..messages import Message
from ..vendors.base import Listed, Lookup
from .retry import Backoff
from .vendor_client import VendorClient, set_id

_READ_BACK_SECONDS = 2.0
"""Seconds for reading IDs back: the events are delivered, and the IDs are only convenient."""
_LOOKUP_SHARE = 0.5
"""The part of the time left that look-ups may take once one has found an ID: its change is sent in
the rest."""
_READ_BACK_PAUSES = (0.25, 0.5, 1.0)
"""Seconds between two attempts: a list of deployments shows a new one after a moment."""


class LookupResult(NamedTuple):
    """The IDs that a look-up found."""

    ids: Mapping[int, str]
    """By the message's number."""
    listed: Mapping[int, Listed]
    """The same deployments, as far as the vendor lists them with their times."""
    failure: DeliveryFailed | None = None
    """Why the others may exist, too: not all pages were read."""


def find_ids(client: VendorClient, messages: Mapping[int, Message]) -> LookupResult:
    """Return the IDs of the deployments that the messages change."""
    lookup = client.vendor.lookup(client.settings, messages)
    if lookup is None:
        return LookupResult({}, {})
    deadline = client.network.deadline
    once_found = deadline.part(_LOOKUP_SHARE * deadline.left())
    return _look_up(client, lookup, deadline, once_found)


def read_ids_back(client: VendorClient, messages: Mapping[int, Message]) -> Mapping[int, str]:
    """Return the IDs of accepted messages, by number, as far as the vendor lists them soon."""
    deadline = client.network.deadline.part(_READ_BACK_SECONDS)
    ids: dict[int, str] = {}
    run_with_deadline(deadline, lambda: _read_ids_back(client, messages, deadline, ids))
    # The thread may still run and add IDs, so the loop needs a copy.
    return {number: id_ for number, id_ in list(ids.items()) if not client.contains_key(id_)}


def _read_ids_back(
    client: VendorClient, messages: Mapping[int, Message], deadline: Deadline, ids: dict[int, str]
) -> None:
    """Add the messages' IDs to `ids`. Ask several times for those that are not listed yet."""
    for pause in (*_READ_BACK_PAUSES, 0):
        missing = {number: message for number, message in messages.items() if number not in ids}
        lookup = client.vendor.lookup(client.settings, missing) if missing else None
        if lookup is None:
            return
        found = _look_up(client, lookup, deadline, deadline)
        ids.update(found.ids)
        if len(ids) == len(messages):
            return
        if found.failure:
            client.log(f"the deployment IDs could not be read ({found.failure})")
            return
        if not 0 < pause < deadline.left():
            return
        client.network.clock.wait(pause)


def _look_up(
    client: VendorClient, lookup: Lookup, deadline: Deadline, once_found: Deadline
) -> LookupResult:
    """Read page after page until the deadline, or until `once_found` after the first ID.

    A failure does not take back what was found before it.
    """
    ids: Mapping[int, str] = {}
    try:
        while request := lookup.request():
            limit = once_found if ids else deadline
            page = client.send(request, Backoff(), limit).json()
            if page is None:
                raise Unavailable("the list of deployments is not JSON")
            ids = lookup.take(page)
    except DeliveryFailed as failure:
        return LookupResult(ids, lookup.listed, failure)
    if lookup.complete:
        return LookupResult(ids, lookup.listed)
    error = f"{client.vendor.title}'s list of deployments is too long to find this one"
    return LookupResult(ids, lookup.listed, Refused(error, advice=set_id(client.vendor)))
