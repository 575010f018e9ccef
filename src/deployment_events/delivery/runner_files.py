"""Files in the runner's temporary folder, which other steps and other users can change."""

import os
from contextlib import suppress
from errno import EINVAL, ENOSPC
from pathlib import Path

FOLDER = "deployment-events"
"""The action's folder in the runner's temporary folder."""


def read_regular_file(path: Path) -> bytes:
    """Return the content of a file. Raises `OSError`, also for a file that is not regular."""
    # Reading a named pipe or a device may never end.
    if path.exists() and not path.is_file():
        raise OSError(EINVAL, "not a regular file")
    return path.read_bytes()


def write_for_runner(path: Path, text: str) -> None:
    """Write a file in one step, and give it to the folder's owner. Raises `OSError`.

    The container runs as root. A self-hosted runner may be another user and must delete the file.
    """
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        _give_to_folder_owner(path.parent)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="ascii")
        _give_to_folder_owner(unfinished)
        unfinished.replace(path)
    except OSError:
        # The unfinished file would take up space on a full disk.
        with suppress(OSError):
            unfinished.unlink()
        raise


def write_in_place(path: Path, text: str) -> None:
    """Replace a file's content by one that is not longer: a full disk allows that.

    Raises `OSError`. Blank lines fill the file until it is cut, so that it is valid at any moment.
    """
    data = text.encode("ascii")
    size = path.stat().st_size
    if len(data) > size:
        raise OSError(ENOSPC, os.strerror(ENOSPC))
    with path.open("r+b") as file:
        file.write(data.ljust(size, b"\n"))
        file.truncate(len(data))


def _give_to_folder_owner(path: Path) -> None:
    # Without root, the file belongs to the runner's user already.
    with suppress(OSError):
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
