"""Which steps have two stages. It imports only the standard library, for `process.py`."""


def has_two_stages(event: str, github_event: str) -> bool:
    """Return whether main reports the start, and post the job's result.

    On a `deployment_status` event, `auto` reports the payload's state, and post does nothing.
    """
    return event == "auto" and github_event != "deployment_status"
