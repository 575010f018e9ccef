"""Every fault of the sandbox, by name."""

from sandbox.faults import bodies, statuses, tls, wire
from sandbox.faults.base import Exchange, Fault

__all__ = ["FAULTS", "Exchange", "Fault", "find_fault"]

FAULTS: dict[str, Fault] = {
    fault.name: fault for module in (statuses, bodies, wire, tls) for fault in module.FAULTS
}


def find_fault(wanted: Fault | str | int) -> Fault:
    """Return a fault itself, by its name, or by the status that it answers with."""
    if isinstance(wanted, Fault):
        return wanted
    if isinstance(wanted, int):
        return FAULTS.get(f"status-{wanted}") or statuses.status(wanted)
    if wanted not in FAULTS:
        raise ValueError(f"unknown fault {wanted!r}; there are: {', '.join(FAULTS)}")
    return FAULTS[wanted]
