"""Files in the runner's temporary folder: owner, rewrite in place, and named pipes."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from support.deployments import message

from deployment_events.delivery.event_lines import dump, parse
from deployment_events.delivery.runner_files import (
    read_regular_file,
    write_for_runner,
    write_in_place,
)


def test_a_named_pipe_and_a_device_are_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            read_regular_file(path)


def test_a_new_file_belongs_to_the_owner_of_the_runners_folder(tmp_path: Path) -> None:
    # Only root, as in the container, can give files away.
    with suppress(PermissionError):
        os.chown(tmp_path, 12345, 12345)
    write_for_runner(tmp_path / "deployment-events" / "kept.jsonl", "{}\n")
    owners = {path.stat().st_uid for path in (tmp_path, *tmp_path.rglob("*"))}
    assert owners == {tmp_path.stat().st_uid}


def test_an_existing_folder_keeps_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "existing"
    folder.mkdir()
    with suppress(PermissionError):
        os.chown(folder, 12345, 12345)
    write_for_runner(folder / "kept.jsonl", "{}\n")
    assert folder.stat().st_uid == (folder / "kept.jsonl").stat().st_uid
    if os.geteuid() == 0:
        assert folder.stat().st_uid == 12345


def test_an_outbox_is_valid_at_any_moment_of_a_rewrite_in_place(tmp_path: Path) -> None:
    path = tmp_path / "file"
    both = [message(service="a"), message(service="b")]
    path.write_text(dump(both))
    size = path.stat().st_size
    text = dump(both[1:])
    assert parse(text.ljust(size, "\n")) == both[1:]
    write_in_place(path, text)
    assert path.read_text() == text
    with pytest.raises(OSError, match="No space"):
        write_in_place(path, dump(both))
    assert path.read_text() == text
