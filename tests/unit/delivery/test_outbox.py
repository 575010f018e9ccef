"""The outbox: exactly what is not delivered is on disk, and what fails is warned of once."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.deployments import message

from deployment_events.delivery import outbox
from deployment_events.delivery.event_lines import dump, parse_copied
from deployment_events.delivery.outbox import Outbox
from deployment_events.errors import OutboxError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / outbox.new_name()


def test_each_new_outbox_has_another_name() -> None:
    names = {outbox.new_name() for _ in range(10)}
    assert len(names) == 10
    assert all(
        name.startswith("deployment-events/undelivered-") and name.endswith(".jsonl")
        for name in names
    )


def test_the_file_contains_exactly_what_is_undelivered(
    path: Path,
) -> None:
    kept = Outbox(path, pytest.fail)
    first, second = message(service="a"), message(service="b")
    kept.keep([first, second])
    assert outbox.read(path) == [first, second]
    kept.keep([second])
    assert outbox.read(path) == [second]
    assert [file.name for file in path.parent.iterdir()] == [path.name], (
        "no half-written file is left beside it"
    )
    kept.keep([])
    assert not path.exists()
    kept.keep([])


def test_a_folder_that_cannot_be_written_is_warned_of_once(tmp_path: Path) -> None:
    (tmp_path / "deployment-events").write_text("a file where the folder should be")
    warnings: list[str] = []
    kept = Outbox(tmp_path / outbox.new_name(), warnings.append)
    kept.keep([message()])
    kept.keep([message()])
    [warning] = warnings
    assert "cannot be saved" in warning


def test_without_a_temp_folder_nothing_is_kept_and_nothing_is_warned_of() -> None:
    """The event may be delivered. If it is not, its own message says where it is."""
    kept = Outbox(None, pytest.fail)
    kept.keep([message()])
    assert not kept.works
    kept.keep([])
    assert kept.works


def test_a_named_file_that_is_too_large_is_not_read(path: Path) -> None:
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(OutboxError, match="has more than 64 MiB"):
        outbox.read_foreign(path)
    with pytest.raises(OutboxError, match="cannot be read: No such file"):
        outbox.read_foreign(path.with_name("other"))


def test_a_named_file_is_read(path: Path) -> None:
    Outbox(path, pytest.fail).keep([message()])
    assert parse_copied(outbox.read_foreign(path)) == [message()]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{\xff\xfe", "is not UTF-8"),
        (b"{", "is not JSON"),
        (b"\0" * 10, "line 1"),
        (None, "cannot be read: No such"),
    ],
)
def test_an_unreadable_file_is_an_error_and_stays_unchanged(
    tmp_path: Path, raw: bytes | None, reason: str
) -> None:
    path = tmp_path / "box.jsonl"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(OutboxError, match=reason):
        outbox.read(path)
    assert (path.read_bytes() if path.exists() else None) == raw


def test_messages_that_are_on_disk_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    kept = Outbox(path, pytest.fail)
    messages = (message(),)
    kept.keep(messages)
    path.write_text("untouched")
    kept.keep(messages)
    assert path.read_text() == "untouched"
    kept.keep([*messages])
    assert path.read_text() == dump(messages)


class TestFullDisk:
    """A disk without space for a new file."""

    @pytest.fixture
    def fill_disk(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        """Let every new file fail from then on, after a part of it was written."""

        def write(path: Path, text: str, **_: Any) -> None:
            path.write_bytes(text[:10].encode())
            raise OSError(errno.ENOSPC, "No space left on device")

        return lambda: monkeypatch.setattr(Path, "write_text", write)

    def test_an_accepted_message_does_not_stay_in_the_file(
        self, path: Path, fill_disk: Callable[[], None]
    ) -> None:
        kept = Outbox(path, pytest.fail)
        first, second = message(service="a"), message(service="b")
        kept.keep([first, second])
        fill_disk()
        kept.keep([second.model_copy(update={"cause": "HTTP 503, and a long text" * 100})])
        assert outbox.read(path) == [second], "a cause without space is left out"
        assert kept.works
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        kept.keep([])
        assert not path.exists()

    def test_messages_without_space_are_warned_of_once_and_written_later(
        self, path: Path, fill_disk: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        warnings: list[str] = []
        kept = Outbox(path, warnings.append)
        both = [message(service="a"), message(service="b")]
        kept.keep(both[:1])
        fill_disk()
        kept.keep(both)
        kept.keep(both)
        assert not kept.works
        assert outbox.read(path) == both[:1], "what is on disk stays valid"
        monkeypatch.undo()
        kept.keep(both)
        assert kept.works
        assert outbox.read(path) == both
        [warning] = warnings
        assert "No space left on device" in warning


def test_a_named_pipe_is_not_read(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    for read in (outbox.read, outbox.read_foreign):
        with pytest.raises(OutboxError, match="cannot be read: not a regular file"):
            read(path)
