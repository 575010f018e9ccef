"""TLS is always verified; only proxies and CA bundles are taken from the environment."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cas import hashed
from support.leaks import leaked
from support.process import run
from support.step import VENDORS, Step

from sandbox import Proxy, Sandbox

PASSWORD = "pr0xy-pa55word"


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as running:
        yield running


@pytest.fixture
def strict_proxy() -> Iterator[Proxy]:
    with Proxy(auth=f"user:{PASSWORD}") as running:
        yield running


def with_password(proxy: Proxy, password: str = PASSWORD) -> str:
    return proxy.url.replace("http://", f"http://user:{password}@")


@pytest.fixture
def cas(tls_sandbox: Sandbox, tmp_path: Path) -> Path:
    """Return a folder with only the sandbox's CA."""
    assert tls_sandbox.ca_file
    return hashed(tls_sandbox.ca_file, tmp_path / "cas")


def system_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have OpenSSL say that its own CAs are in `folder`."""
    paths = ssl.get_default_verify_paths()._replace(openssl_capath=str(folder))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)


def statuses(step: Step) -> set[str]:
    return {result["status"] for result in step.main().results}


class TestTls:
    def test_a_named_ca_bundle_is_trusted(self, make_step: Any, tls_sandbox: Sandbox) -> None:
        assert statuses(make_step(tls_sandbox)) == {"delivered"}

    def test_without_the_ca_the_server_is_refused_and_receives_no_key(
        self, make_step: Any, tls_sandbox: Sandbox
    ) -> None:
        step = make_step(tls_sandbox, env={"REQUESTS_CA_BUNDLE": ""})
        ended = step.main()
        assert {result["status"] for result in ended.results} == {"refused"}
        assert "set REQUESTS_CA_BUNDLE to a file" in ended.annotations("error")[0]
        assert tls_sandbox.requests() == []
        assert len(step.outbox) == 2

    @pytest.mark.parametrize(
        "variable", ["PYTHONHTTPSVERIFY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_INSECURE"]
    )
    def test_no_other_variable_changes_the_trusted_cas(
        self, make_step: Any, tls_sandbox: Sandbox, cas: Path, variable: str
    ) -> None:
        values = {"SSL_CERT_FILE": str(tls_sandbox.ca_file), "SSL_CERT_DIR": str(cas)}
        env = {"REQUESTS_CA_BUNDLE": "", variable: values.get(variable, "0")}
        assert statuses(make_step(tls_sandbox, env=env)) == {"refused"}

    def test_a_ca_bundle_that_cannot_be_used_is_named(
        self, make_step: Any, tls_sandbox: Sandbox, tmp_path: Path
    ) -> None:
        path = tmp_path / "bundle.pem"
        path.write_text("not a certificate")
        step = make_step(tls_sandbox, env={"REQUESTS_CA_BUNDLE": str(path)})
        ended = step.main()
        assert ended.code == 0
        assert {result["status"] for result in ended.results} == {"refused"}
        [first, _] = ended.annotations("error")
        assert str(path) in first
        assert "cannot be used" in first
        assert "Set REQUESTS_CA_BUNDLE" in first
        assert len(step.outbox) == 2

    @pytest.mark.parametrize(
        "fault", ["tls-wrong-host", "tls-expired", "tls-unknown-ca", "tls-handshake-dropped"]
    )
    def test_an_invalid_certificate_of_one_vendor_does_not_affect_the_other(
        self, make_step: Any, tls_sandbox: Sandbox, fault: str
    ) -> None:
        tls_sandbox.fail("datadog", fault)
        ended = make_step(tls_sandbox).main()
        assert ended.result("datadog")["status"] in ("refused", "undelivered")
        assert ended.result("launchdarkly")["status"] == "delivered"
        assert tls_sandbox.requests("datadog") == []

    def test_a_hundred_services_need_at_most_ten_handshakes_per_vendor(
        self, make_step: Any, tls_sandbox: Sandbox
    ) -> None:
        before = {
            vendor: (tls_sandbox.connections(vendor), tls_sandbox.handshakes(vendor))
            for vendor in VENDORS
        }
        step = make_step(
            tls_sandbox, service="\n".join(f"service-{number}" for number in range(100))
        )
        assert statuses(step) == {"delivered"}
        for vendor, (connections, handshakes) in before.items():
            assert 1 <= tls_sandbox.connections(vendor) - connections <= 10
            assert 1 <= tls_sandbox.handshakes(vendor) - handshakes <= 10

    def test_a_certificate_instead_of_a_path_breaks_no_process(
        self, make_step: Any, tls_sandbox: Sandbox
    ) -> None:
        """The value is read before an error could be caught."""
        assert tls_sandbox.ca_file
        pem = tls_sandbox.ca_file.read_text() * 10
        env = {"REQUESTS_CA_BUNDLE": pem}
        step = make_step(tls_sandbox, event="auto", started_at="auto", env=env)
        for stage in ("main", "post"):
            ended = run(step, stage)
            assert (ended.code, ended.stderr) == (0, "")
            assert len(ended.stdout) < 20_000
        assert "Set REQUESTS_CA_BUNDLE" in ended.stdout

    def test_sslkeylogfile_is_dropped(
        self, make_step: Any, tls_sandbox: Sandbox, tmp_path: Path
    ) -> None:
        secrets = tmp_path / "keys.log"
        step = make_step(
            tls_sandbox, event="auto", started_at="auto", env={"SSLKEYLOGFILE": str(secrets)}
        )
        assert run(step).code == 0
        assert run(step, "post").code == 0
        assert len(tls_sandbox.deployments("datadog")) == 1
        assert not secrets.exists()


class TestProxies:
    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    def test_tls_goes_through_the_proxy_end_to_end(
        self, make_step: Any, tls_sandbox: Sandbox, proxy: Proxy, variable: str
    ) -> None:
        step = make_step(tls_sandbox, env={variable: proxy.url})
        assert statuses(step) == {"delivered"}
        wanted = {
            url.removeprefix("https://")
            for url in (tls_sandbox.launchdarkly_url, tls_sandbox.datadog_url)
        }
        assert set(proxy.tunnels) == wanted
        assert proxy.forwarded == []

    def test_plain_http_goes_through_its_own_proxy(
        self, make_step: Any, sandbox: Sandbox, proxy: Proxy
    ) -> None:
        assert statuses(make_step(sandbox, env={"http_proxy": proxy.url})) == {"delivered"}
        assert len(proxy.forwarded) >= 3

    @pytest.mark.parametrize("name", ["localhost", "*", "localhost,127.0.0.1", " localhost "])
    def test_no_proxy_excludes_hosts(
        self, make_step: Any, tls_sandbox: Sandbox, proxy: Proxy, name: str
    ) -> None:
        step = make_step(tls_sandbox, env={"HTTPS_PROXY": proxy.url, "NO_PROXY": name})
        assert statuses(step) == {"delivered"}
        assert proxy.tunnels == []

    def test_no_proxy_for_one_host_does_not_exclude_others(
        self, make_step: Any, tls_sandbox: Sandbox, proxy: Proxy
    ) -> None:
        step = make_step(
            tls_sandbox, env={"HTTPS_PROXY": proxy.url, "NO_PROXY": "elsewhere.example"}
        )
        assert statuses(step) == {"delivered"}
        assert len(set(proxy.tunnels)) == 2

    def test_the_proxy_receives_its_password_and_no_key(
        self, make_step: Any, tls_sandbox: Sandbox, strict_proxy: Proxy
    ) -> None:
        step = make_step(tls_sandbox, env={"HTTPS_PROXY": with_password(strict_proxy)})
        ended = step.main()
        assert {result["status"] for result in ended.results} == {"delivered"}
        assert "proxy-authorization" not in str(
            [request.headers for request in tls_sandbox.requests()]
        )
        assert leaked([ended.stdout, ended.raw], [PASSWORD]) == []

    @pytest.mark.parametrize("password", [None, "wr0ng"])
    def test_a_407_is_refused_with_a_fix_and_without_the_password(
        self, make_step: Any, tls_sandbox: Sandbox, strict_proxy: Proxy, password: str | None
    ) -> None:
        url = with_password(strict_proxy, password) if password else strict_proxy.url
        step = make_step(tls_sandbox, env={"HTTPS_PROXY": url})
        ended = step.main()
        assert {(result["status"], result["attempts"]) for result in ended.results} == {
            ("refused", 1)
        }
        assert "ALL_PROXY to http://USER:PASSWORD@" in ended.annotations("error")[0]
        assert leaked([ended.stdout, ended.raw, ended.summary], ["wr0ng"]) == []
        assert len(strict_proxy.tunnels) == 2
        assert len(step.outbox) == 2

    def test_a_407_over_plain_http_is_refused_too(
        self, make_step: Any, sandbox: Sandbox, strict_proxy: Proxy
    ) -> None:
        ended = make_step(sandbox, env={"http_proxy": strict_proxy.url}).main()
        assert {(result["status"], result["attempts"]) for result in ended.results} == {
            ("refused", 1)
        }
        assert "407" in ended.annotations("error")[0]

    def test_a_proxy_that_cannot_reach_the_vendor_is_retried(
        self, make_step: Any, proxy: Proxy
    ) -> None:
        step = make_step(None, datadog_api_key="key", env={"HTTPS_PROXY": proxy.url})
        ended = step.main()
        assert ended.result("datadog")["status"] == "undelivered"
        assert "did not connect to api.datadoghq.com" in ended.result("datadog")["error"]
        assert 7 <= len(proxy.tunnels) <= 9
        assert set(proxy.tunnels) == {"api.datadoghq.com:443"}

    def test_an_unreachable_proxy_is_retried(
        self, make_step: Any, tls_sandbox: Sandbox, proxy: Proxy
    ) -> None:
        proxy.close()
        assert statuses(make_step(tls_sandbox, env={"HTTPS_PROXY": proxy.url})) == {"undelivered"}

    @pytest.mark.parametrize("url", ["http://", "http://[", "nonsense://proxy", "http://a..b:80"])
    def test_an_invalid_proxy_address_is_refused_with_a_fix(
        self, make_step: Any, tls_sandbox: Sandbox, url: str
    ) -> None:
        step = make_step(tls_sandbox, env={"HTTPS_PROXY": url})
        ended = step.main()
        assert {result["status"] for result in ended.results} == {"refused"}
        assert "HTTPS_PROXY or ALL_PROXY." in ended.annotations("error")[0]
        assert tls_sandbox.requests() == []
        assert "Internal error" not in ended.stdout

    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
    def test_a_socks_proxy_is_refused_with_a_fix_and_without_its_password(
        self, make_step: Any, tls_sandbox: Sandbox, variable: str
    ) -> None:
        step = make_step(tls_sandbox, env={variable: f"socks5h://user:{PASSWORD}@127.0.0.1:1"})
        ended = step.main()
        assert {result["status"] for result in ended.results} == {"refused"}
        fix = "Set HTTPS_PROXY or ALL_PROXY to an HTTP proxy."
        assert f"SOCKS proxies are not supported. {fix}" in ended.annotations("error")[0]
        assert leaked([ended.stdout, ended.raw, ended.summary], [PASSWORD]) == []
        assert tls_sandbox.requests() == []
        assert len(step.outbox) == 2

    def test_a_socks_proxy_that_is_not_used_is_ignored(
        self, make_step: Any, tls_sandbox: Sandbox, proxy: Proxy
    ) -> None:
        socks = {"ALL_PROXY": "socks5://127.0.0.1:1"}
        assert statuses(make_step(tls_sandbox, "one", env={**socks, "HTTPS_PROXY": proxy.url})) == {
            "delivered"
        }
        assert statuses(make_step(tls_sandbox, "two", env={**socks, "NO_PROXY": "localhost"})) == {
            "delivered"
        }

    def test_a_certificate_that_the_proxy_replaced_is_refused(
        self, make_step: Any, tls_sandbox: Sandbox, tmp_path: Path
    ) -> None:
        with Sandbox(tls=tmp_path / "interceptor") as interceptor:
            port = int(interceptor.datadog_url.rpartition(":")[2])
            routes = {tls_sandbox.datadog_url.removeprefix("https://"): ("127.0.0.1", port)}
            with Proxy(routes) as proxy:
                ended = make_step(tls_sandbox, env={"HTTPS_PROXY": proxy.url}).main()
            assert interceptor.requests() == []
        assert ended.result("datadog")["status"] == "refused"
        assert "a CA that is not trusted" in ended.result("datadog")["error"]
        assert ended.result("launchdarkly")["status"] == "delivered"
