"""One vendor's requests: what a response means, and how waits are shared."""

import time
from typing import Any

import pytest
from support.faults import answer
from support.keys import DATADOG_API_KEY

from deployment_events.delivery.retry import RateLimitGate
from deployment_events.errors import Section
from deployment_events.messages import Status
from sandbox import Fault, Sandbox
from sandbox.faults import Exchange
from sandbox.faults.statuses import retry_after
from sandbox.messages import Response


class TestRateLimits:
    def test_a_429_delays_all_threads_of_the_vendor(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        sandbox.fail("datadog", retry_after("7", name="x", description="x"), times=1)
        sandbox.latency = 0.01
        results = delivery.deliver(*(message(number) for number in range(40)))
        assert {result.status for result in results} == {Status.DELIVERED}
        assert max(delivery.clock.waits) == pytest.approx(7, abs=0.1)
        limited = next(request for request in sandbox.requests("datadog") if request.status == 429)
        under_way = [
            request for request in sandbox.requests("datadog") if request.at - limited.at < 0.009
        ]
        assert len(under_way) <= 10

    @pytest.mark.parametrize(
        ("fault", "least"), [("status-429", 0.5), ("retry-after-seconds", 1), ("status-503", None)]
    )
    def test_a_429_delays_the_vendor_with_or_without_a_wait(
        self,
        delivery: Any,
        sandbox: Sandbox,
        message: Any,
        fault: str,
        least: float | None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        closed: list[float] = []
        real = RateLimitGate.close
        monkeypatch.setattr(
            RateLimitGate,
            "close",
            lambda self, seconds: closed.append(seconds) or real(self, seconds),
        )
        sandbox.fail("datadog", fault, times=2)
        [result] = delivery.deliver(message(0))
        assert (result.status, result.attempts) == (Status.DELIVERED, 3)
        if least is None:
            assert closed == [], "one server's stumble is no reason for all to wait"
        else:
            assert len(closed) == 2
            assert closed[1] >= least

    def test_a_429_of_one_vendor_does_not_delay_the_other(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        sandbox.fail("datadog", "retry-after-day")
        results = delivery.deliver(message(0), message(0, vendor="launchdarkly"))
        assert [result.status for result in results] == [Status.UNDELIVERED, Status.DELIVERED]
        assert delivery.clock.waits == []

    def test_a_wait_of_a_day_ends_the_retries_of_every_service(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        sandbox.fail("datadog", "retry-after-day")
        results = delivery.deliver(*(message(number) for number in range(50)))
        assert {result.status for result in results} == {Status.UNDELIVERED}
        assert len(sandbox.requests("datadog")) <= 50
        assert delivery.clock.waits == []

    @pytest.mark.parametrize(
        ("vendor", "headers", "wait"),
        [
            ("launchdarkly", {"X-Ratelimit-Reset": 4000}, 4),
            ("launchdarkly", {"X-Ratelimit-Auth-Token-Reset": 4000}, 4),
            ("launchdarkly", {"X-Ratelimit-Reset": 1000, "X-Ratelimit-Auth-Token-Reset": 6000}, 6),
            ("launchdarkly", {"X-Ratelimit-Reset": 9000, "Retry-After": 2}, 2),
            ("datadog", {"X-RateLimit-Reset": 4}, 4),
            ("datadog", {"X-RateLimit-Reset": 9, "Retry-After": 2}, 2),
        ],
    )
    def test_the_reset_header_of_each_vendor_is_read_in_its_unit(
        self,
        delivery: Any,
        sandbox: Sandbox,
        message: Any,
        vendor: str,
        headers: dict[str, int],
        wait: float,
    ) -> None:
        epoch = int(time.time() * 1000)
        written = tuple(
            (
                name,
                str(epoch + value if vendor == "launchdarkly" and name.startswith("X-") else value),
            )
            for name, value in headers.items()
        )
        sandbox.fail(vendor, answer(429, {}, written), times=1)
        [result] = delivery.deliver(message(0, vendor=vendor))
        assert (result.status, result.attempts) == (Status.DELIVERED, 2)
        assert delivery.clock.waits[0] == pytest.approx(wait, abs=0.3)

    @pytest.mark.parametrize("status", [408, 500, 502, 503])
    def test_rate_limit_headers_of_another_status_are_ignored(
        self, delivery: Any, sandbox: Sandbox, message: Any, status: int
    ) -> None:
        """Both vendors send them with any answer, as information."""
        headers = (("X-RateLimit-Remaining", "999"), ("X-RateLimit-Reset", "40"))
        sandbox.fail("datadog", answer(status, {}, headers), times=1)
        [result] = delivery.deliver(message(0))
        assert (result.status, result.attempts) == (Status.DELIVERED, 2)
        assert max(delivery.clock.waits) < 2


class TestRefusals:
    def test_a_refusal_contains_the_vendors_message_and_a_fix(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        problem = {
            "code": "invalid_request",
            "message": "bad",
            "errors": [{"attribute": "version", "reason": "odd"}],
        }
        sandbox.fail("launchdarkly", answer(400, problem), times=1)
        [result] = delivery.deliver(message(0, vendor="launchdarkly"))
        assert result.error == 'HTTP 400, "invalid_request - bad - version: odd"'
        assert result.fix == "Correct the input version."
        assert result.section is Section.REFUSED
        assert result.attempts == 1

    @pytest.mark.parametrize(
        ("vendor", "status", "words"),
        [
            ("launchdarkly", 401, ["SDK key", "Writer"]),
            ("launchdarkly", 403, ["role", "LD-API-Version: beta", "Writer"]),
            ("launchdarkly", 404, ["launchdarkly-project-key", "launchdarkly-environment-key"]),
            ("launchdarkly", 413, ["too large"]),
            ("launchdarkly", 429, ["rate limit"]),
            ("datadog", 401, ["datadog-api-key", "site"]),
            ("datadog", 403, ["datadog-api-key", "site", "plan"]),
            ("datadog", 404, ["datadog-base-url"]),
            ("datadog", 413, ["too large"]),
            ("datadog", 429, ["rate limit"]),
        ],
    )
    def test_each_refusal_has_its_likely_cause(
        self,
        delivery: Any,
        sandbox: Sandbox,
        message: Any,
        vendor: str,
        status: int,
        words: list[str],
    ) -> None:
        sandbox.fail(vendor, status)
        [result] = delivery.deliver(message(0, vendor=vendor))
        assert all(word in result.fix for word in words), result.fix

    @pytest.mark.parametrize(
        ("status", "body", "useless"),
        [
            *((status, {"errors": ["no"]}, True) for status in (400, 413, 422)),
            *((status, {"errors": ["no"]}, False) for status in (401, 403, 404)),
            *((status, {}, False) for status in (400, 401, 403, 404, 422)),
            (413, {}, True),
        ],
    )
    def test_a_retry_is_useless_if_the_content_was_rejected(
        self, delivery: Any, sandbox: Sandbox, message: Any, status: int, body: Any, useless: bool
    ) -> None:
        """A gateway rejects what the vendor may accept later."""
        sandbox.fail("datadog", answer(status, body))
        [result] = delivery.deliver(message(0))
        assert (result.status, result.retry_is_useless) == (Status.REFUSED, useless)

    @pytest.mark.parametrize(
        ("status", "word"),
        [(407, "ALL_PROXY"), (408, "status page"), (500, "status page"), (503, "status page")],
    )
    def test_a_proxy_and_a_server_error_do_not_reject_the_content(
        self, make_delivery: Any, sandbox: Sandbox, message: Any, status: int, word: str
    ) -> None:
        sandbox.fail("datadog", answer(status, {}))
        [result] = make_delivery(seconds=5).deliver(message(0))
        assert result.error.startswith(f"HTTP {status}")
        assert word in result.fix
        assert result.section is Section.NETWORK
        assert not result.retry_is_useless

    @pytest.mark.parametrize("status", [302, 429])
    def test_the_fix_is_kept_after_retries_and_redirects(
        self, make_delivery: Any, sandbox: Sandbox, message: Any, status: int
    ) -> None:
        sandbox.fail("datadog", answer(status, {}))
        [result] = make_delivery(seconds=5).deliver(message(0))
        assert result.fix != ""

    def test_the_fix_is_kept_after_a_cancel(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        def cancel(exchange: Exchange) -> None:
            delivery.clock.stop()
            exchange.respond(Response(429, b"{}"))

        sandbox.fail("datadog", Fault("cancel", "answers 429 to a cancelled job", cancel))
        [result] = delivery.deliver(message(0))
        assert result.error == "HTTP 429; the job was cancelled"
        assert "rate limit" in result.fix

    @pytest.mark.parametrize(
        "source", [{"pointer": "/data/attributes/env"}, {"parameter": "env"}, {"header": "env"}]
    )
    def test_the_attribute_in_datadog_s_message_becomes_the_input_s_name(
        self, delivery: Any, sandbox: Sandbox, message: Any, source: dict[str, str]
    ) -> None:
        sandbox.fail(
            "datadog",
            answer(400, {"errors": [{"title": "Bad", "detail": "env is odd", "source": source}]}),
        )
        [result] = delivery.deliver(message(0))
        assert result.fix == "Correct the input environment."
        assert "Bad: env is odd" in result.error
        assert next(iter(source.values())) in result.error

    @pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
    def test_a_deeply_nested_message_is_not_an_internal_error(
        self, delivery: Any, sandbox: Sandbox, message: Any, opening: bytes, closing: bytes
    ) -> None:
        for depth in (200, 500, 900, *range(930, 1000, 3), 5000):
            nested = opening * depth + b"1" + closing * depth
            sandbox.fail("datadog", answer(400, b'{"errors": [%s]}' % nested), times=1)
            sandbox.fail("launchdarkly", answer(400, b'{"message": %s}' % nested), times=1)
            for result in delivery.deliver(message(0), message(0, vendor="launchdarkly")):
                assert result.status is Status.REFUSED, result.error
                assert result.error.startswith("HTTP 400")
                assert len(result.error) < 400

    def test_a_key_in_the_vendor_s_message_is_hidden(
        self, make_delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        delivery = make_delivery(hide=lambda text: text.replace(DATADOG_API_KEY, "***"))
        sandbox.fail("datadog", "echo-key")
        [result] = delivery.deliver(message(0))
        assert "***" in result.error
        assert DATADOG_API_KEY not in str(result)

    def test_each_retry_is_one_line_with_vendor_cause_and_wait(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        sandbox.fail("datadog", 503, times=2)
        delivery.deliver(message(0))
        assert delivery.log[0] == 'Datadog: HTTP 503, "Service Unavailable"; next try in 0.0 s'
        assert delivery.log[1].startswith('Datadog: HTTP 503, "Service Unavailable"; next try in ')
        assert len(delivery.log) == 2
