"""Write the messages in docs/troubleshooting.md from the source.

    python -m scripts.troubleshooting

Each row of a table starts with a comment that contains the IDs of its messages. `values/rules._sha`
means all messages in that function, class or constant, `values/rules._sha#2` only its second one,
and `values/rules` all messages in the module. Only the text after the comment is replaced.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from scripts.messages import Message, messages

PAGE = Path(__file__).resolve().parents[1] / "docs/troubleshooting.md"

_ROW = re.compile(r"^\| <!-- (.+?) -->.*?(?<!\\) \|", re.MULTILINE)


def updated(page: str, found: list[Message]) -> str:
    """Return the page with the messages that its IDs name.

    Exits if a message has no row or more than one, or if there is no message with an ID.
    """
    named = Counter[Message]()

    def row(match: re.Match[str]) -> str:
        texts = list[str]()
        for name in match[1].split():
            chosen = [message for message in found if _is(message, name)]
            if not chosen:
                raise SystemExit(f"docs/troubleshooting.md: no message has the ID {name}")
            named.update(chosen)
            texts += [_cell(message.text) for message in chosen]
        return f"| <!-- {match[1]} --> {'<br>'.join(dict.fromkeys(texts))} |"

    page = _ROW.sub(row, page)
    problems = [
        f"{message.id} is in {named[message]} rows: {message.text}"
        for message in found
        if named[message] != 1 and not (message.is_heading and named[message] == 0)
    ]
    if problems:
        raise SystemExit(
            "\n".join(["docs/troubleshooting.md needs one row for each of:", *problems])
        )
    return page


def _is(message: Message, name: str) -> bool:
    return re.match(rf"{re.escape(name)}(?![\w/])", message.id) is not None


def _cell(text: str) -> str:
    """Return the text for a cell of a table; backquotes in a message are code."""
    parts = re.split(r"(`[^`]*`)", text)
    parts[::2] = [re.sub(r"[<*\[$]|(?<!\w)_", r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts).replace("|", r"\|")


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8"), messages()), encoding="utf-8")
