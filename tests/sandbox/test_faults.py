"""Every fault, observed through a plain socket: it does what its description says."""

import contextlib
import json
import re
import socket
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import pytest
from support.waiting import wait_until

from sandbox import DATADOG_API_KEY, FAULTS, LAUNCHDARKLY_TOKEN, Fault, Sandbox
from sandbox.faults import bodies, statuses, wire

DAY = 24 * 3600
NOW = int(time.time() * 1000)
HANDSHAKE = {name for name, fault in FAULTS.items() if fault.handshake}
# These keep the client waiting. Their tests are further down.
WAITING = {
    "slow",
    "hang",
    "accept-then-hang",
    "drip-body",
    "drip-headers",
    "endless-body",
    "continue-flood",
}
# These send interim responses before the final one.
INTERIM = ("continue-then-answer", "early-hints", "processing", "unknown-interim")
PROMPT = sorted(FAULTS.keys() - HANDSHAKE - WAITING)

REQUESTS = {
    "launchdarkly": (
        "/api/v2/engineering-insights/deployment-events",
        f"Authorization: {LAUNCHDARKLY_TOKEN}\r\nLD-API-Version: beta\r\n",
        {
            "projectKey": "default",
            "environmentKey": "production",
            "applicationKey": "checkout",
            "version": "1",
            "eventType": "started",
            "eventTime": NOW,
        },
    ),
    "datadog": (
        "/api/v2/dora/deployment",
        f"DD-API-KEY: {DATADOG_API_KEY}\r\n",
        {"data": {"attributes": {"service": "checkout", "started_at": NOW, "finished_at": NOW}}},
    ),
}


@dataclass
class Seen:
    """What a client received."""

    data: bytes
    end: str
    """How it ended: eof, reset, silence, or enough (as much as the test needs)."""

    @property
    def status(self) -> int:
        return int(self.data.split(b" ", 2)[1])

    @property
    def reason(self) -> str:
        return self.head.split("\r\n")[0].split(" ", 2)[2]

    @property
    def head(self) -> str:
        return self.data.partition(b"\r\n\r\n")[0].decode()

    @property
    def headers(self) -> dict[str, str]:
        return {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in self.head.split("\r\n")[1:])
        }

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def complete(self) -> bool:
        """Whether it is one well-formed message with an orderly end."""
        return self.end == "eof" and int(self.headers.get("content-length", "0")) == len(self.body)

    @property
    def id(self):
        """The ID, where this vendor's response has it."""
        value = self.json
        return value["data"]["id"] if "data" in value else value["id"]


def never(_data: bytes) -> bool:
    return False


@contextlib.contextmanager
def sending(sandbox: Sandbox, vendor: str):
    """Send one event and yield the socket."""
    path, headers, body = REQUESTS[vendor]
    content = json.dumps(body).encode()
    url = sandbox.datadog_url if vendor == "datadog" else sandbox.launchdarkly_url
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as client:
        head = f"POST {path} HTTP/1.1\r\nHost: vendor.test\r\nConnection: close\r\n{headers}"
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        client.sendall(head.encode() + content)
        yield client


def read(
    client: socket.socket, *, enough: Callable[[bytes], object] = never, patience: float = 10
) -> Seen:
    client.settimeout(patience)
    data = b""
    try:
        while not enough(data):
            more = client.recv(65536)
            if not more:
                return Seen(data, "eof")
            data += more
    except ConnectionResetError:
        return Seen(data, "reset")
    except TimeoutError:
        return Seen(data, "silence")
    return Seen(data, "enough")


def see(sandbox: Sandbox, vendor: str, fault: str | Fault | int) -> Seen:
    sandbox.fail(vendor, fault)
    with sending(sandbox, vendor) as client:
        return read(client)


def seconds_until(date: str) -> float:
    return parsedate_to_datetime(date).timestamp() - time.time()


def milliseconds_until(epoch: str) -> float:
    return int(epoch) - time.time() * 1000


def near(value: float, wanted: float, tolerance: float = 5) -> bool:
    return abs(value - wanted) <= tolerance


def bare(body: bytes):
    return lambda seen: seen.complete and seen.body == body and seen.status in (200, 201)


def id_is(value):
    return lambda seen: seen.complete and seen.id == value and type(seen.id) is type(value)


def redirects_to(code: int, origin: str):
    return lambda seen: (
        seen.complete
        and seen.status == code
        and seen.headers["location"].startswith(origin + "/api/v2/")
    )


# What each fault looks like. The tests below check what many have in common.
LOOKS = {
    **{
        name: lambda seen, name=name: seen.complete and seen.status == int(name[7:])
        for name in FAULTS
        if re.fullmatch(r"status-\d+", name)
    },
    "status-101": lambda seen: seen.status == 101 and seen.end == "eof",
    "retry-after-seconds": lambda seen: (seen.status, seen.headers["retry-after"]) == (429, "1"),
    "retry-after-date": lambda seen: near(seconds_until(seen.headers["retry-after"]), 1),
    "retry-after-garbage": lambda seen: seen.headers["retry-after"] == "soon",
    "retry-after-day": lambda seen: seen.headers["retry-after"] == str(DAY),
    "retry-after-date-day": lambda seen: near(seconds_until(seen.headers["retry-after"]), DAY),
    "retry-after-negative": lambda seen: seen.headers["retry-after"] == "-1",
    "retry-after-503": lambda seen: (seen.status, seen.headers["retry-after"]) == (503, "1"),
    "rate-limit-epoch-ms": lambda seen: near(
        milliseconds_until(seen.headers["x-ratelimit-reset"]), 1000, 5000
    ),
    "rate-limit-epoch-ms-past": lambda seen: (
        milliseconds_until(seen.headers["x-ratelimit-reset"]) < -50_000
    ),
    "rate-limit-epoch-ms-day": lambda seen: (
        milliseconds_until(seen.headers["x-ratelimit-reset"]) > (DAY - 60) * 1000
    ),
    "rate-limit-token-epoch-ms": lambda seen: near(
        milliseconds_until(seen.headers["x-ratelimit-auth-token-reset"]), 1000, 5000
    ),
    "rate-limit-seconds": lambda seen: seen.headers["x-ratelimit-reset"] == "1",
    "rate-limit-seconds-day": lambda seen: seen.headers["x-ratelimit-reset"] == str(DAY),
    "rate-limit-garbage": lambda seen: seen.headers["x-ratelimit-reset"] == "NaN",
    **{
        f"redirect-{code}-same-host": redirects_to(code, "http://vendor.test")
        for code in statuses.REDIRECTS
    },
    **{
        f"redirect-{code}-foreign": redirects_to(code, "https://elsewhere.example")
        for code in statuses.REDIRECTS
    },
    "echo-key": lambda seen: seen.status == 403 and seen.complete,
    "echo-key-everywhere": lambda seen: seen.status == 400 and seen.complete,
    "hostile-text": lambda seen: seen.status == 400 and seen.complete,
    "hostile-plain-text": lambda seen: (
        seen.status == 500 and seen.body.decode() == statuses.HOSTILE_TEXT
    ),
    "hostile-reason-phrase": lambda seen: seen.reason == "::error::forged ##[error]forged",
    "html-body": lambda seen: (
        seen.complete and seen.headers["content-type"] == "text/html" and b"<html>" in seen.body
    ),
    "html-body-as-json": lambda seen: (
        seen.headers["content-type"] == "application/json" and b"<html>" in seen.body
    ),
    "broken-utf8": lambda seen: seen.complete and "\ufffd" in seen.body.decode(errors="replace"),
    "utf16-body": lambda seen: (
        seen.complete and seen.body.decode("utf-16") == '{"data": {"id": "x"}}'
    ),
    "truncated-json": lambda seen: seen.complete and seen.body.endswith(b'"abc'),
    "big-body": lambda seen: seen.complete and len(seen.body) > 3_000_000 and seen.json,
    "deep-json": bare(b"[" * 100_000 + b"]" * 100_000),
    "null-body": bare(b"null"),
    "list-body": bare(b"[]"),
    "scalar-body": bare(b"42"),
    "nan-body": bare(b'{"data": NaN}'),
    "huge-number": lambda seen: seen.complete and len(re.findall(rb"9", seen.body)) == 100_000,
    "data-null": bare(b'{"data": null, "items": null}'),
    "data-list": bare(b'{"data": [1], "items": {"a": 1}}'),
    "items-scalars": bare(b'{"data": "x", "items": [1, "x", null]}'),
    "empty-body": bare(b""),
    "invalid-gzip": lambda seen: (
        seen.headers["content-encoding"] == "gzip" and b"not gzip" in seen.body
    ),
    "gzip-bomb": lambda seen: (
        seen.headers["content-encoding"] == "gzip" and unpacked(seen.body) == 1_000_000_000
    ),
    "no-id": lambda seen: (
        seen.complete and "id" not in seen.json and "id" not in seen.json.get("data", {})
    ),
    **{name: id_is(value) for name, value in (bodies.HOSTILE_IDS | bodies.WRONG_IDS).items()},
    "status-202": lambda seen: seen.complete and seen.status == 202,
    "status-204": lambda seen: (
        seen.complete and seen.status == 204 and "content-length" not in seen.headers
    ),
    "reset-before-reading": lambda seen: (seen.data, seen.end) == (b"", "reset"),
    "reset-after-reading": lambda seen: (seen.data, seen.end) == (b"", "reset"),
    "accept-then-reset": lambda seen: (seen.data, seen.end) == (b"", "reset"),
    "reset-mid-headers": lambda seen: seen.end == "reset" and b"\r\n\r\n" not in seen.data,
    "reset-mid-body": lambda seen: (
        seen.end == "reset" and 0 < len(seen.body) < int(seen.headers["content-length"])
    ),
    "close-without-answer": lambda seen: (seen.data, seen.end) == (b"", "eof"),
    "accept-then-close": lambda seen: (seen.data, seen.end) == (b"", "eof"),
    "content-length-too-long": lambda seen: (
        seen.end == "eof" and int(seen.headers["content-length"]) > len(seen.body)
    ),
    "content-length-too-short": lambda seen: int(seen.headers["content-length"]) < len(seen.body),
    "content-length-twice": lambda seen: (
        len(set(re.findall(r"Content-Length: \d+", seen.head))) == 2
    ),
    "content-length-negative": lambda seen: seen.headers["content-length"] == "-1",
    "chunked-garbage": lambda seen: (
        seen.headers["transfer-encoding"] == "chunked" and seen.body.startswith(b"zz")
    ),
    "status-line-garbage": lambda seen: not seen.data.startswith(b"HTTP/"),
    "status-line-not-a-number": lambda seen: seen.data.startswith(b"HTTP/1.1 OK"),
    "giant-header": lambda seen: len(seen.headers["x-giant"]) == 100_000,
    "many-headers": lambda seen: len(seen.headers) >= 2000,
    "bare-cr-header": lambda seen: re.search(r"\r[^\n]", seen.head),
    "header-without-colon": lambda seen: "nonsense" in seen.head.split("\r\n"),
    "continue-then-answer": lambda seen: seen.data.count(b" 100 Continue\r\n\r\n") == 50,
    "early-hints": lambda seen: seen.status == 103 and b"HTTP/1.1 20" in seen.body,
    "processing": lambda seen: seen.status == 102 and seen.body.startswith(b"HTTP/1.1 20"),
    "unknown-interim": lambda seen: (
        re.findall(rb"HTTP/1.1 (1\d\d) ", seen.data) == [b"102", b"103", b"199"]
        and b"HTTP/1.1 20" in seen.body
    ),
    "bad-cookie-date": lambda seen: "expires=Thu, 01 Jxx 2026" in seen.headers["set-cookie"],
    **{
        f"gateway-{code}": lambda seen, code=code: (
            seen.complete and seen.status == code and b"<html>" in seen.body
        )
        for code in statuses.GATEWAY
    },
    "brotli-body": lambda seen: seen.complete and seen.headers["content-encoding"] == "br",
    "zstd-body": lambda seen: seen.complete and seen.headers["content-encoding"] == "zstd",
    # These change the responses to other requests only.
    "endless-pages": lambda seen: seen.complete and seen.status in (200, 201),
    "patch-not-applied": lambda seen: seen.complete and seen.status in (200, 201),
}


def unpacked(data: bytes) -> int:
    """Return the unpacked size of a gzip file with equal members, of which it unpacks one."""
    unpacker = zlib.decompressobj(wbits=31)
    size = len(unpacker.decompress(data))
    member = len(data) - len(unpacker.unused_data)
    assert data == data[:member] * (len(data) // member)
    return size * (len(data) // member)


def test_each_of_at_least_100_faults_has_a_test():
    assert sorted(LOOKS) == PROMPT
    assert all(fault.name == name and fault.description for name, fault in FAULTS.items())


@pytest.mark.parametrize("vendor", REQUESTS)
@pytest.mark.parametrize("name", PROMPT)
def test_a_fault_looks_as_described_and_accepts_the_event_or_not(sandbox, vendor, name):
    seen = see(sandbox, vendor, name)
    assert LOOKS[name](seen), (seen.data[:500], seen.end)
    (record,) = sandbox.requests(vendor)
    assert (record.fault, record.accepted) == (name, FAULTS[name].accepted)
    assert len(sandbox.deployments(vendor)) == FAULTS[name].accepted
    if re.match(rb"HTTP/1.1 \d", seen.data) and name not in INTERIM:
        assert record.status == seen.status


@pytest.mark.parametrize(
    "name", [name for name in PROMPT if re.fullmatch(r"status-[45]\d\d", name)]
)
def test_an_error_status_has_each_vendors_own_shape(sandbox, name):
    assert set(see(sandbox, "launchdarkly", name).json) - {"errors"} == {"code", "message"}
    (error,) = see(sandbox, "datadog", name).json["errors"]
    assert isinstance(error, dict if name == "status-400" else str)


def test_echo_key_contains_the_key(sandbox):
    assert LAUNCHDARKLY_TOKEN in see(sandbox, "launchdarkly", "echo-key").json["message"]
    assert DATADOG_API_KEY in see(sandbox, "datadog", "echo-key").json["errors"][0]
    sandbox.heal()
    everywhere = see(sandbox, "datadog", "echo-key-everywhere")
    assert DATADOG_API_KEY in everywhere.reason
    assert DATADOG_API_KEY in everywhere.headers["x-request-key"]
    assert DATADOG_API_KEY in everywhere.headers["location"]
    assert DATADOG_API_KEY in everywhere.json["errors"][0]["detail"]


@pytest.mark.parametrize(
    "piece",
    [
        "::set-output",
        "##[error]",
        "\r::error::",
        "\x1b[31m",
        "<script>",
        "| table |",
        "\u202e",
        "\n",
        "\x00",
    ],
)
def test_hostile_text_contains_every_known_attack(sandbox, piece):
    assert piece in see(sandbox, "launchdarkly", "hostile-text").json["message"]


def test_a_list_gets_bad_ids_too(sandbox, launchdarkly):
    launchdarkly.event()
    sandbox.fail("launchdarkly", "id-newlines", path="deployments")
    assert launchdarkly.items()[0]["id"] == bodies.HOSTILE_IDS["id-newlines"]


def test_endless_pages_repeat_the_last_cursor(sandbox, launchdarkly):
    for version in "1", "2", "3":
        launchdarkly.event(version=version)
    sandbox.fail("launchdarkly", "endless-pages")
    page, cursors, shown = launchdarkly.page(limit=2).json(), [], []
    for _ in range(4):
        cursors.append(page["_links"]["next"]["href"].rpartition("after=")[2])
        shown.append(len(page["items"]))
        page = launchdarkly.call("GET", page["_links"]["next"]["href"]).json()
    assert shown == [2, 1, 0, 0]
    assert cursors[0] != cursors[1] == cursors[2] == cursors[3]


def test_a_patch_that_is_not_applied_returns_the_unchanged_deployment(sandbox, launchdarkly):
    launchdarkly.event()
    (before,) = launchdarkly.items()
    sandbox.fail("launchdarkly", "patch-not-applied")
    patch = [{"op": "replace", "path": "/status", "value": "failed"}]
    answer = launchdarkly.patch(before["id"], patch)
    assert (answer.status_code, answer.json()) == (200, before)
    assert launchdarkly.items() == [before]
    assert sandbox.requests()[-2].method == "PATCH"


@pytest.mark.parametrize("code", statuses.GATEWAY)
def test_a_gateways_page_is_the_same_for_both_vendors(sandbox, datadog, launchdarkly, code):
    for vendor in REQUESTS:
        sandbox.fail(vendor, f"gateway-{code}")
    pages = [datadog.create(), launchdarkly.page()]
    assert [page.status_code for page in pages] == [code, code]
    assert [page.headers["content-type"] for page in pages] == ["text/html"] * 2
    assert pages[0].content == pages[1].content


def test_a_brotli_body_is_one_uncompressed_block_with_the_response(sandbox):
    stream = see(sandbox, "datadog", "brotli-body").body
    content = stream[3:-1]
    assert json.loads(content)["data"]["type"] == "dora_deployment"
    assert int.from_bytes(stream[:3], "little") == (len(content) - 1) << 4 | 1 << 20
    assert stream[-1] == 0b11


def test_a_zstd_body_is_one_raw_block_with_the_response(sandbox):
    frame = see(sandbox, "datadog", "zstd-body").body
    content = frame[12:]
    assert json.loads(content)["data"]["type"] == "dora_deployment"
    assert frame[:4] == bytes.fromhex("28b52ffd")
    assert int.from_bytes(frame[5:9], "little") == len(content)
    assert int.from_bytes(frame[9:12], "little") == len(content) << 3 | 1


def test_a_malformed_cookie_date_is_one_that_pythons_cookie_code_cannot_read(sandbox, datadog):
    sandbox.fail("datadog", "bad-cookie-date")
    with pytest.warns(UserWarning, match=r"http\.cookiejar bug"):
        datadog.create()


def test_a_fault_of_an_accepted_event_does_not_hide_a_refusal(sandbox, launchdarkly):
    for name in ("html-body", "status-202", "no-id", "bare-cr-header"):
        sandbox.fail("launchdarkly", name, times=1)
        assert launchdarkly.event(version="a/b").status_code == 400
    assert [record.accepted for record in sandbox.requests()] == [False] * 4


def test_slow_sends_the_true_response_after_its_time(sandbox):
    start = time.monotonic()
    seen = see(sandbox, "datadog", wire.slow(0.02))
    assert time.monotonic() - start >= 0.02
    assert seen.complete
    assert seen.json["data"]["type"] == "dora_deployment"


@pytest.mark.parametrize("name", ["slow", "hang", "accept-then-hang"])
def test_a_silent_fault_sends_nothing_for_now(sandbox, name):
    sandbox.fail("datadog", name)
    with sending(sandbox, "datadog") as client:
        wait_until(sandbox.requests)
        assert read(client, patience=0.01) == Seen(b"", "silence")
        (record,) = sandbox.requests()
    assert (record.status, record.accepted) == (None, FAULTS[name].accepted)
    assert len(sandbox.deployments("datadog")) == FAULTS[name].accepted


def test_drip_body_sends_the_head_and_one_byte_and_waits(sandbox):
    sandbox.fail("datadog", "drip-body")
    with sending(sandbox, "datadog") as client:
        seen = read(client, enough=lambda data: data.partition(b"\r\n\r\n")[2])
        assert (seen.status, seen.body) == (200, b"{")
        assert read(client, patience=0.01) == Seen(b"", "silence")


def test_drip_headers_sends_one_byte_and_waits(sandbox):
    sandbox.fail("datadog", "drip-headers")
    with sending(sandbox, "datadog") as client:
        assert read(client, enough=len).data == b"H"
        assert read(client, patience=0.01) == Seen(b"", "silence")


@pytest.mark.parametrize(
    "fault", [wire.drip("body", 0.00001), wire.drip("headers", 0.00001)], ids=str
)
def test_a_drip_is_the_complete_response_in_the_end(sandbox, fault):
    seen = see(sandbox, "datadog", fault)
    assert seen.complete
    assert sandbox.deployments("datadog")[0]["id"] == seen.id


@pytest.mark.parametrize(
    ("fault", "piece"),
    [
        ("endless-body", b"400\r\n" + b" " * 1024),
        ("continue-flood", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_an_endless_fault_goes_on_until_the_client_leaves(sandbox, fault, piece):
    sandbox.fail("datadog", fault)
    with sending(sandbox, "datadog") as client:
        seen = read(client, enough=lambda data: data.count(piece) > 50)
    assert seen.end == "enough"
    assert len(sandbox.deployments("datadog")) == 1


def test_a_fault_happens_as_often_as_asked_and_where_asked(sandbox, launchdarkly):
    sandbox.fail("launchdarkly", 503, times=2, path="deployment-events")
    assert [launchdarkly.page().status_code for _ in range(2)] == [200, 200]
    assert [launchdarkly.event().status_code for _ in range(3)] == [503, 503, 201]


def test_faults_happen_in_the_order_they_were_installed(sandbox, datadog):
    sandbox.fail("datadog", 500, times=1)
    sandbox.fail("datadog", "status-429", times=1)
    sandbox.fail("datadog", FAULTS["status-418"])
    assert [datadog.create().status_code for _ in range(4)] == [500, 429, 418, 418]


def test_heal_removes_the_faults_of_one_vendor_or_all(sandbox, datadog, launchdarkly):
    sandbox.fail("datadog", 500)
    sandbox.fail("launchdarkly", 500)
    sandbox.heal("datadog")
    assert (datadog.create().status_code, launchdarkly.event().status_code) == (200, 500)
    sandbox.heal()
    assert launchdarkly.event().status_code == 201


def test_a_fault_with_a_probability_happens_at_the_same_requests_every_time(connect):
    rows = []
    for seed in (1, 1, 2):
        with Sandbox(seed=seed) as sandbox:
            sandbox.fail("datadog", 500, probability=0.3)
            client = connect(sandbox, "datadog")
            rows.append([client.create().status_code for _ in range(50)])
    assert rows[0] == rows[1] != rows[2]
    assert 5 <= rows[0].count(500) <= 25


def test_a_reset_restarts_the_random_draws(sandbox, datadog):
    rows = []
    for _ in range(2):
        sandbox.reset()
        sandbox.fail("datadog", 500, probability=0.5)
        rows.append([datadog.create().status_code for _ in range(30)])
    assert rows[0] == rows[1]


def test_an_unknown_fault_is_an_error_and_any_status_is_a_fault(sandbox, datadog):
    with pytest.raises(ValueError, match="unknown fault"):
        sandbox.fail("datadog", "no-such-fault")
    sandbox.fail("datadog", 451)
    assert datadog.create().status_code == 451
