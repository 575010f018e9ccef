"""The outbox as text: what is written is read back, and nothing foreign gets through."""

import errno
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.deployments import both, deployments, keys_of, message, settings
from support.moments import EARLIER, NOW

from deployment_events.delivery import outbox
from deployment_events.delivery.outbox import Outbox, dump, parse, write_for_runner
from deployment_events.deployment import Event
from deployment_events.errors import OutboxError
from deployment_events.messages import Message
from deployment_events.vendors.plan import VendorSettings, make_plan

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from([Event.STARTED, Event.FINISHED, Event.FAILED, Event.CUSTOM]),
    st.lists(words, min_size=1, max_size=4, unique=True),
    words,
    st.dictionaries(words, values, max_size=3),
    words,
)
def test_every_call_survives_the_file(
    event: Event, names: list[str], version: str, metadata: dict[str, Any], cause: str
) -> None:
    launchdarkly = settings("launchdarkly", event_metadata=metadata)
    vendors = VendorSettings({**both().shared, "launchdarkly": launchdarkly})
    planned = make_plan(deployments(*names, version=version), vendors, event, NOW)
    messages = [message.model_copy(update={"cause": cause}) for message in planned.messages]
    text = dump(messages)
    assert parse(text) == messages
    assert text.isascii()
    assert "##[" not in text
    assert len(text.splitlines()) == text.count("\n") == len(messages)


def test_updates_survive_the_file() -> None:
    patch = '[{"op": "test", "path": "/a", "value": null}]'
    datadog = settings("datadog", change_failure="true", deployment_id="4242", app_key="k" * 40)
    vendors = VendorSettings(
        {"launchdarkly": settings("launchdarkly", patch=patch), "datadog": datadog}
    )
    messages = list(make_plan(deployments(), vendors, Event.UPDATE, NOW).messages)
    assert len(messages) == 2
    assert parse(dump(messages)) == messages
    assert messages[0].body == [{"op": "test", "path": "/a", "value": None}]


def test_no_key_host_or_header_is_written() -> None:
    vendors = {
        "launchdarkly": settings("launchdarkly", base_url="https://host.example"),
        "datadog": settings("datadog", base_url="https://host.example"),
    }
    planned = make_plan(
        deployments(repository_url="r"), VendorSettings(vendors), Event.FINISHED, NOW
    )
    text = dump(planned.messages)
    secrets = [secret for one in vendors.values() for secret in keys_of(one)]
    assert not [word for word in (*secrets, "host.example", "http", "beta") if word in text]


def test_the_oldest_event_comes_first_and_equals_keep_their_order() -> None:
    messages = [
        message(at=NOW, service="b"),
        message(at=EARLIER, service="c"),
        message(at=NOW, service="a"),
    ]
    assert [one.service for one in parse(dump(messages))] == ["c", "b", "a"]


def test_blank_lines_and_windows_line_endings_mean_nothing() -> None:
    text = dump([message(service="a"), message(service="b")]).replace("\n", "\r\n")
    assert [one.service for one in parse(f"\n\r\n{text}\n  \n")] == ["a", "b"]


def test_no_lines_are_no_calls() -> None:
    assert parse("") == []


def line(**changes: Any) -> str:
    return json.dumps({**message().model_dump(mode="json"), **changes})


BODY = message().body


def body(**changes: Any) -> dict[str, Any]:
    return {"data": {"attributes": BODY["data"]["attributes"] | changes}}


LAUNCHDARKLY = {
    "vendor": "launchdarkly",
    "kind": "deployment-event",
    "id": "",
    "body": {
        "projectKey": "p",
        "environmentKey": "e",
        "applicationKey": "a",
        "version": "1",
        "eventType": "finished",
        "eventTime": NOW,
    },
}


def launchdarkly(**changes: Any) -> str:
    return line(**LAUNCHDARKLY | {"body": LAUNCHDARKLY["body"] | changes})  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "line 1 is no JSON"),
        ("[]", "line 1"),
        ("null", "line 1"),
        ('"x"', "line 1"),
        ("{}", "line 1, vendor: Field required"),
        (line()[:-20], "is no JSON"),
        (line(format=2), "line 1, format"),
        (line(url="https://evil.example"), "line 1, url: Extra inputs are not permitted"),
        (line(headers={}), "line 1, headers: Extra inputs"),
        (line(vendor="acme"), "names 'acme' in line 1, which is unknown here"),
        (line(kind="deployment-event"), "names 'deployment-event' in line 1"),
        (line(search={}), "events: line 1 has a search"),
        (line(event="deleted"), "line 1, event"),
        (line(at="soon"), "line 1, at"),
        (line(id="../x"), "events: line 1 has an id that is none"),
        (line(id=".."), "events: line 1 has an id that is none"),
        (line(body=None), "line 1"),
        (line(body=body(started_at="1")), "started_at"),
        (line(body=body(started_at=1.5)), "started_at"),
        (line(body=body(started_at=True)), "started_at"),
        (line(body=body(finished_at=0)), "finished_at"),
        (line(body=body(service="")), "service"),
        (line(body=body(id="short")), "data.attributes.id"),
        (line(body=body(git={"commit_sha": "abc", "repository_url": "x"})), "commit_sha"),
        (line(body=body(custom_tags=["a"])), "custom_tags.0"),
        (line(body=body(custom_tags=["a:1"] * 101)), "custom_tags"),
        (line(body=body(status="failed")), "Extra inputs"),
        (
            line(kind="deployment-patch", body={"data": {"id": "x", "attributes": {}}}),
            "change_failure",
        ),
        (launchdarkly(version="a/b"), "version"),
        (launchdarkly(eventType="update"), "eventType"),
        (launchdarkly(eventTime=str(NOW)), "eventTime"),
        (launchdarkly(projectKey=""), "projectKey"),
        (launchdarkly(environmentKey="***"), "the log has hidden a part of this (***)"),
        (launchdarkly(applicationKey="shop-***"), "the log has hidden a part of this (***)"),
        (line(body=body(env="***")), "the log has hidden a part of this (***)"),
        (launchdarkly(evenType="x"), "Extra inputs"),
        (line(**LAUNCHDARKLY | {"search": {"projectKey": 1}}), "line 1"),
        (
            line(vendor="launchdarkly", kind="deployment-patch", id="", body=[]),
            "events: line 1 has no id",
        ),
        (
            line(
                vendor="launchdarkly",
                kind="deployment-patch",
                id="x",
                body=[{"op": "move", "path": "/a"}],
            ),
            "line 1, 0.op",
        ),
        ('{"a":' * 100_000, "line 1"),
        ("x" * (1024 * 1024 + 1), "has a line 1 longer than 1024 KiB"),
        ("undelivered.jsonl", "line 1"),
    ],
    ids=lambda value: value[:40],
)
def test_a_line_that_is_no_event_of_ours_is_refused_with_its_number(text: str, reason: str) -> None:
    with pytest.raises(OutboxError) as caught:
        parse(text, foreign=True)
    assert reason in str(caught.value)


def test_our_own_file_is_read_whatever_the_names_in_it() -> None:
    [ours] = parse(launchdarkly(applicationKey="a***b"))
    assert ours.body["applicationKey"] == "a***b"


def test_the_one_bad_line_is_named() -> None:
    with pytest.raises(OutboxError, match="line 3, vendor"):
        parse(f"{line()}\n{line()}\n{{}}\n")


@given(st.text() | st.text('{}[]":,0 \n'))
def test_any_text_is_events_or_an_error_of_ours(text: str) -> None:
    try:
        messages = parse(text)
    except OutboxError:
        return
    assert messages == []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / outbox.new_name()


def test_a_new_outbox_has_a_name_of_its_own_below_the_temp_folder() -> None:
    names = {outbox.new_name() for _ in range(10)}
    assert len(names) == 10
    assert all(
        name.startswith("deployment-events/undelivered-") and name.endswith(".jsonl")
        for name in names
    )


def test_the_file_holds_exactly_what_is_undelivered_and_goes_with_the_last(path: Path) -> None:
    box = Outbox(path, pytest.fail)
    first, second = message(service="a"), message(service="b")
    box.keep([first, second])
    assert outbox.read(path) == [first, second]
    box.keep([second])
    assert outbox.read(path) == [second]
    assert [file.name for file in path.parent.iterdir()] == [path.name], (
        "no half-written file is left beside it"
    )
    box.keep([])
    assert not path.exists()
    box.keep([])


def test_a_folder_that_cannot_be_written_is_warned_of_once(tmp_path: Path) -> None:
    (tmp_path / "deployment-events").write_text("a file where the folder should be")
    told: list[str] = []
    box = Outbox(tmp_path / outbox.new_name(), told.append)
    box.keep([message()])
    box.keep([message()])
    [warning] = told
    assert "cannot be kept" in warning


def test_without_a_temp_folder_nothing_is_kept_which_is_said_once() -> None:
    told: list[str] = []
    box = Outbox(None, told.append)
    box.keep([])
    assert told == []
    box.keep([message()])
    box.keep([message()])
    [warning] = told
    assert "RUNNER_TEMP is not an existing directory" in warning


def test_the_largest_inputs_make_lines_that_are_read_back() -> None:
    """An input is one string of the environment: at most 128 KiB."""
    metadata = {"a": "é" * 65_000}
    own = settings("launchdarkly", event_metadata=metadata, deployment_metadata=metadata)
    vendors = VendorSettings({"launchdarkly": own})
    messages = list(make_plan(deployments(), vendors, Event.FINISHED, NOW).messages)
    assert parse(dump(messages)) == messages


def test_a_foreign_file_of_unlikely_size_is_not_read(path: Path) -> None:
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(OutboxError, match="has more than 64 MiB"):
        outbox.read_foreign(path)
    with pytest.raises(OutboxError, match="cannot be read: No such file"):
        outbox.read_foreign(path.with_name("other"))


def test_a_file_that_the_user_named_is_read_the_same(path: Path) -> None:
    Outbox(path, pytest.fail).keep([message()])
    assert parse(outbox.read_foreign(path), foreign=True) == [message()]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{\xff\xfe", "is no UTF-8 text"),
        (b"{", "is no JSON"),
        (b"\0" * 10, "line 1"),
        (None, "cannot be read: No such"),
    ],
)
def test_an_unreadable_file_is_an_error_and_left_as_it_was(
    tmp_path: Path, raw: bytes | None, reason: str
) -> None:
    path = tmp_path / "box.jsonl"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(OutboxError, match=reason):
        outbox.read(path)
    assert (path.read_bytes() if path.exists() else None) == raw


def test_a_call_names_no_destination() -> None:
    assert not {"host", "url", "headers", "key"} & set(Message.model_fields)


def test_what_is_kept_belongs_to_the_owner_of_the_runners_folder(tmp_path: Path) -> None:
    with suppress(PermissionError):  # only root, as in the container, can give files away
        os.chown(tmp_path, 12345, 12345)
    write_for_runner(tmp_path / "deployment-events" / "kept.jsonl", "{}\n")
    owners = {path.stat().st_uid for path in (tmp_path, *tmp_path.rglob("*"))}
    assert owners == {tmp_path.stat().st_uid}


def test_a_folder_of_the_users_keeps_its_owner(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    with suppress(PermissionError):
        os.chown(theirs, 12345, 12345)
    write_for_runner(theirs / "kept.jsonl", "{}\n")
    assert theirs.stat().st_uid == (theirs / "kept.jsonl").stat().st_uid
    if os.geteuid() == 0:
        assert theirs.stat().st_uid == 12345


def test_what_is_kept_already_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    box = Outbox(path, pytest.fail)
    messages = (message(),)
    box.keep(messages)
    path.write_text("untouched")
    box.keep(messages)
    assert path.read_text() == "untouched"
    box.keep([*messages])
    assert path.read_text() == dump(messages)


class TestFullDisk:
    """A file that cannot be written anew, as on a full disk."""

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
        box = Outbox(path, pytest.fail)
        first, second = message(service="a"), message(service="b")
        box.keep([first, second])
        fill_disk()
        box.keep([second.model_copy(update={"cause": "HTTP 503, and a long text" * 100})])
        assert outbox.read(path) == [second], "a cause that has no room is left out"
        assert box.works
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        box.keep([])
        assert not path.exists()

    def test_messages_that_have_no_room_are_warned_of_once_and_tried_again(
        self, path: Path, fill_disk: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[str] = []
        box = Outbox(path, told.append)
        both = [message(service="a"), message(service="b")]
        box.keep(both[:1])
        fill_disk()
        box.keep(both)
        box.keep(both)
        assert not box.works
        assert outbox.read(path) == both[:1], "what is on disk stays valid"
        monkeypatch.undo()
        box.keep(both)
        assert box.works
        assert outbox.read(path) == both
        [warning] = told
        assert "No space left on device" in warning

    def test_the_file_is_valid_at_any_moment_of_a_rewrite_in_place(self, path: Path) -> None:
        both = [message(service="a"), message(service="b")]
        Outbox(path, pytest.fail).keep(both)
        size = path.stat().st_size
        text = dump(both[1:])
        assert parse(text.ljust(size, "\n")) == both[1:]
        outbox._write_in_place(path, text)
        assert path.read_text() == text
        with pytest.raises(OSError, match="No space"):
            outbox._write_in_place(path, dump(both))
        assert path.read_text() == text
