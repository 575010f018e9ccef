"""What must happen before anything heavy is imported; imports little but the standard library."""

import gc
import os
import signal


def prepare() -> list[int]:
    """Make the process ready, and return the list that collects its signals from now on."""
    gc.disable()  # a short process: collecting costs more than the memory it would free
    os.environ.pop("SSLKEYLOGFILE", None)  # urllib3 would write TLS secrets there
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = (
        "__all__"  # no scan for, and no code of, foreign plugins
    )
    received: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda given, _frame: received.append(given))
    from .http import tls as trust  # noqa: PLC0415  its imports take 20 ms, in which a cancel may come

    trust.begin()  # beside the imports, which take longer
    return received
