"""docs/troubleshooting.md explains each message of the code once."""

import pytest
from support.pages import named_anchors

from deployment_events.errors import Section
from scripts.messages import Message, messages
from scripts.troubleshooting import PAGE, updated

TEXT = PAGE.read_text(encoding="utf-8")

TABLE = """\
| Message | Fix |
|---|---|
| <!-- values/rules._sha#2 values/rules._time --> old \\| text | Use a full SHA. |
"""

SHA = Message("values/rules._sha#2", "must be a full | SHA, not '<…>'")
TIME = Message("values/rules._time#1", "must be `a|b`")


def test_the_messages_on_the_page_are_those_of_the_source() -> None:
    assert updated(TEXT, messages()) == TEXT, "Run `make docs`."


def test_every_row_has_the_ids_of_its_messages() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ")]
    other = [row for row in rows if not row.startswith("| <!-- ")]
    assert set(other) == {"| Message | Fix |", "| Message | Reason |"}


def test_a_reworded_message_changes_its_cell_only() -> None:
    assert updated(TABLE, [SHA, TIME]) == TABLE.replace(
        "old \\| text", "must be a full \\| SHA, not '\\<…>'<br>must be `a\\|b`"
    )


def test_a_message_without_a_row_is_refused() -> None:
    new = Message("values/rules._new#1", "must be something else")
    with pytest.raises(SystemExit, match=r"values/rules\._new#1 is in 0 rows"):
        updated(TABLE, [SHA, TIME, new])


def test_a_message_in_two_rows_is_refused() -> None:
    again = "| <!-- values/rules --> | |\n"
    with pytest.raises(SystemExit, match=r"values/rules\._time#1 is in 2 rows"):
        updated(TABLE + again, [SHA, TIME])


def test_an_id_without_a_message_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"no message has the ID values/rules\._time"):
        updated(TABLE, [SHA])


def test_a_heading_needs_no_row() -> None:
    heading = Message("report/summary._heading#1", "Dry run, nothing was sent")
    assert updated(TABLE, [SHA, TIME, heading]) == updated(TABLE, [SHA, TIME])


@pytest.mark.parametrize("section", Section)
def test_every_section_that_a_message_links_to_is_on_the_page_once(section: Section) -> None:
    assert named_anchors(PAGE).count(section) == 1
