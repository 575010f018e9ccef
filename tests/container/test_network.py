"""How the image reaches servers: names, addresses, certificates and proxies."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from container.relay import Relay
from container.reports import MakeRunner, assert_reported, results
from support.cas import hashed
from support.sandboxes import make_sandbox
from support.steps import with_keys

from emulator import Job
from sandbox import Proxy, Sandbox

pytestmark = pytest.mark.container

SYSTEM_CAS = "/etc/ssl/certs"
"""Where Debian keeps the public CAs, each under its hash."""


def port(url: str) -> int:
    found = urlsplit(url).port
    assert found
    return found


class TestTls:
    def test_the_cas_of_the_image_are_trusted(
        self, make_runner: MakeRunner, tmp_path: Path
    ) -> None:
        with make_sandbox(tls=tmp_path) as sandbox:
            assert sandbox.ca_file
            folder = hashed(sandbox.ca_file, tmp_path / "cas")
            with Job(runner=make_runner("--volume", f"{folder}:{SYSTEM_CAS}:ro")) as job:
                assert_reported(job, sandbox)
            with Job(runner=make_runner()) as job:
                main = job.uses(with_=with_keys(sandbox, event="finished"))
                assert results(main.outputs) == {"launchdarkly": "refused", "datadog": "refused"}

    def test_a_bundle_in_the_workspace_is_trusted(
        self, make_runner: MakeRunner, tmp_path: Path
    ) -> None:
        env = {"REQUESTS_CA_BUNDLE": "/github/workspace/ca.pem"}
        with make_sandbox(tls=tmp_path) as sandbox, Job(runner=make_runner(), env=env) as job:
            assert sandbox.ca_file
            (job.workspace / "ca.pem").write_bytes(sandbox.ca_file.read_bytes())
            assert_reported(job, sandbox)

    def test_the_system_bundle_can_be_named(self, make_runner: MakeRunner, tmp_path: Path) -> None:
        """It has the public CAs, which did not sign the sandbox's certificate."""
        env = {"REQUESTS_CA_BUNDLE": f"{SYSTEM_CAS}/ca-certificates.crt"}
        with make_sandbox(tls=tmp_path) as secured, Job(runner=make_runner(), env=env) as job:
            main = job.uses(with_=with_keys(secured, event="finished"))
        assert results(main.outputs) == {"launchdarkly": "refused", "datadog": "refused"}
        assert "is not trusted" in main.log


class TestProxies:
    def test_an_http_proxy(self, make_runner: MakeRunner, tmp_path: Path) -> None:
        with make_sandbox(tls=tmp_path) as sandbox, Proxy(auth="user:pa55word") as proxy:
            address = proxy.url.replace("//", "//user:pa55word@")
            env = {"HTTPS_PROXY": address, "REQUESTS_CA_BUNDLE": "/github/workspace/ca.pem"}
            with Job(runner=make_runner(), env=env) as job:
                (job.workspace / "ca.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
                assert_reported(job, sandbox)
        assert urlsplit(sandbox.launchdarkly_url).netloc in proxy.tunnels

    def test_an_https_proxy(self, make_runner: MakeRunner, tmp_path: Path) -> None:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with (
            make_sandbox(tls=tmp_path) as sandbox,
            Proxy() as proxy,
            Relay(port(proxy.url), "127.0.0.1", context) as secured,
        ):
            env = {
                "HTTPS_PROXY": f"https://localhost:{secured.port}",
                "REQUESTS_CA_BUNDLE": "/github/workspace/ca.pem",
            }
            with Job(runner=make_runner(), env=env) as job:
                cas = (tmp_path / "ca.pem").read_bytes() + authority.cert_pem.bytes()
                (job.workspace / "ca.pem").write_bytes(cas)
                assert_reported(job, sandbox)
        assert urlsplit(sandbox.launchdarkly_url).netloc in proxy.tunnels

    def test_a_proxy_with_letters_beyond_ascii_in_its_name(
        self, make_runner: MakeRunner, tmp_path: Path
    ) -> None:
        with make_sandbox(tls=tmp_path) as sandbox, Proxy() as proxy:
            env = {
                "HTTPS_PROXY": f"http://bücher:{port(proxy.url)}",
                "REQUESTS_CA_BUNDLE": "/github/workspace/ca.pem",
            }
            runner = make_runner("--add-host", "xn--bcher-kva:127.0.0.1")
            with Job(runner=runner, env=env) as job:
                (job.workspace / "ca.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
                assert_reported(job, sandbox)
        assert urlsplit(sandbox.launchdarkly_url).netloc in proxy.tunnels

    def test_plain_http_through_a_proxy(self, make_runner: MakeRunner, sandbox: Sandbox) -> None:
        with Proxy() as proxy:
            env = {"HTTP_PROXY": proxy.url, "NO_PROXY": ""}
            with Job(runner=make_runner(), env=env) as job:
                assert_reported(job, sandbox)
        assert proxy.forwarded


class TestAddresses:
    def test_ipv6(self, make_runner: MakeRunner, sandbox: Sandbox) -> None:
        with (
            Relay(port(sandbox.launchdarkly_url), "::1") as launchdarkly,
            Relay(port(sandbox.datadog_url), "::1") as datadog,
            Job(runner=make_runner()) as job,
        ):
            assert_reported(
                job,
                sandbox,
                launchdarkly_base_url=f"http://[::1]:{launchdarkly.port}",
                datadog_base_url=f"http://[::1]:{datadog.port}",
            )

    def test_a_host_that_only_etc_hosts_has(
        self, make_runner: MakeRunner, sandbox: Sandbox
    ) -> None:
        with Job(runner=make_runner("--add-host", "vendors:127.0.0.1")) as job:
            assert_reported(
                job,
                sandbox,
                launchdarkly_base_url=f"http://vendors:{port(sandbox.launchdarkly_url)}",
                datadog_base_url=f"http://vendors:{port(sandbox.datadog_url)}",
            )
