"""What delivery needs from the outside: one deadline, and the functions that it was given."""

import pytest
from support.clocks import SkippingClock

from deployment_events.delivery.network import Network


def test_the_deadline_begins_when_the_network_is_opened() -> None:
    clock = SkippingClock()
    clock.wait(100)
    network = Network.open(clock, 5, hide=str, log=print)
    assert network.deadline.left() == pytest.approx(5, abs=1)
    clock.wait(2)
    assert network.deadline.left() == pytest.approx(3, abs=1)


def test_the_network_hides_and_logs_with_the_given_functions() -> None:
    lines: list[str] = []
    network = Network.open(SkippingClock(), 5, hide=str.upper, log=lines.append)
    network.log(network.hide("a line"))
    assert lines == ["A LINE"]
