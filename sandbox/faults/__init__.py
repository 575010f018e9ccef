"""Every way the sandbox can misbehave, by name."""

from sandbox.faults import bodies, statuses, tls, wire
from sandbox.faults.base import Exchange, Fault, FaultBoard, HangUp, Installed

__all__ = ["FAULTS", "Exchange", "Fault", "FaultBoard", "HangUp", "Installed", "fault"]

FAULTS: dict[str, Fault] = {
    each.name: each for module in (statuses, bodies, wire, tls) for each in module.faults()
}


def fault(wanted: Fault | str | int) -> Fault:
    """Return a fault itself, by its name, or by the status it answers with."""
    if isinstance(wanted, Fault):
        return wanted
    if isinstance(wanted, int):
        return FAULTS.get(f"status-{wanted}") or statuses.status(wanted)
    if wanted not in FAULTS:
        raise ValueError(f"unknown fault {wanted!r}; there are: {', '.join(FAULTS)}")
    return FAULTS[wanted]
