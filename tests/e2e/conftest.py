from collections.abc import Iterator

import pytest
from support.sandboxes import make_sandbox

from sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with make_sandbox() as running:
        yield running
