"""Messages are found in the source by the place where they are written."""

from pathlib import Path

from scripts.messages import Message, messages

SOURCE = '''\
"""A docstring has many words."""
CAUSES = {404: "there is no project", 429: "there were too many"}


class Client:
    """A docstring of a class."""

    def send(self, name: str) -> str:
        """Return a short text."""
        debug(f"sending the event of {name}")
        if not name:
            return f"{name} must not be empty (" + "see the log)"
        return f"not sent: {'the proxy has failed' if name else ''}"


SHORT = "two words"
'''


def test_messages_have_ids_that_survive_rewording(tmp_path: Path) -> None:
    (tmp_path / "http").mkdir()
    (tmp_path / "http/client.py").write_text(SOURCE, encoding="utf-8")
    assert messages(tmp_path) == [
        Message("http/client.CAUSES#1", "there is no project"),
        Message("http/client.CAUSES#2", "there were too many"),
        Message("http/client.Client.send#1", "… must not be empty"),
        Message("http/client.Client.send#2", "see the log"),
        Message("http/client.Client.send#3", "the proxy has failed"),
    ]


def test_the_messages_of_this_project_are_found() -> None:
    assert len(messages()) > 100
