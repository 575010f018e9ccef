"""The files through which a step hands values to the runner. A value is in such a file or is not.

See docs/vendors.md#runner-log-commands.
"""

import errno
import os

from actions_toolkit.file_command import prepare_key_value_message


def append_value(path: str, name: str, value: str) -> None:
    """Append an output or a state. Raises `OSError`; the file is then as it was.

    The runner fails a step whose file has a value without its end.
    """
    append(path, f"{prepare_key_value_message(name, value)}\n")


def append(path: str, text: str) -> None:
    """Append a text with one write. Raises `OSError`; the file is then as it was."""
    data = text.encode("utf-8", "replace")
    # Opening a named pipe that nobody reads must not wait.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
    try:
        length = os.fstat(file).st_size
        if os.write(file, data) < len(data):
            os.ftruncate(file, length)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(file)
