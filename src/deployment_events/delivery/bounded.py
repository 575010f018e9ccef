"""Work that may hang, done so that nobody waits for it longer than allowed."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from .clock import Budget

T = TypeVar("T")


def within(budget: Budget, work: Callable[[], T]) -> T | None:
    """Return what `work` returns, or None when the budget ends first; its exception is raised here."""
    results: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            results.put((work(), None))
        except Exception as error:  # noqa: BLE001  it is raised again in the caller's thread
            results.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        result, error = results.get(timeout=budget.left())
    except Empty:
        return None
    if error is not None:
        raise error
    return result
