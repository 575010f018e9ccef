"""Which proxies are used, and which addresses of proxies are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW

from deployment_events.errors import Refused
from deployment_events.http.proxies import read_proxies

URL = "https://vendor.example/path"
CORRECT = "Correct HTTPS_PROXY or ALL_PROXY."
ENCODE = " In the user name and the password, write %23 for #, %40 for @, and %3A for :."


def fix(monkeypatch: pytest.MonkeyPatch, proxy: str, variable: str = "HTTPS_PROXY") -> str:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(Refused) as caught:
        read_proxies(URL)
    assert str(caught.value) == "the address of the proxy is invalid"
    assert caught.value.advice is not None
    return caught.value.advice.fix


@pytest.mark.parametrize(
    "proxy",
    [
        "http://user:password@",
        "user:password@",
        "http://user:pa#ss@proxy.example:3128",
        "http://user:12#ss@proxy.example:3128",
        "http://user:12/34@proxy.example:3128",
        "http://user:12?34@proxy.example:3128",
        "http://user:@ss:w0rd@",
        "http://user:p@ss:3128:x",
    ],
)
def test_an_address_with_a_password_that_cannot_be_read_says_what_to_encode(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    assert fix(monkeypatch, proxy) == CORRECT + ENCODE


@pytest.mark.parametrize(
    "proxy",
    [
        "http://",
        "http://a..b",
        "http:///path",
        "ftp://proxy.example",
        "http://proxy.example:x",
        "://",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY", "https_proxy"])
def test_any_other_address_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, proxy: str, variable: str
) -> None:
    assert fix(monkeypatch, proxy, variable) == CORRECT


@pytest.mark.parametrize(
    "proxy",
    [
        "proxy.example:3128",
        "http://proxy.example:3128/",
        "https://proxy.example",
        "http://user:password@proxy.example:3128",
        "http://user:p%23%40%3A@proxy.example:3128",
        "http://user:p:w@proxy.example:3128",
        "http://[::1]:3128",
    ],
)
def test_an_address_that_can_be_used_is_returned(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert read_proxies(URL)["https"] == proxy


@pytest.mark.parametrize("exception", ["vendor.example", ".example", "*", "other,vendor.example"])
def test_a_host_in_no_proxy_needs_no_usable_proxy(
    monkeypatch: pytest.MonkeyPatch, exception: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@")
    monkeypatch.setenv("NO_PROXY", exception)
    assert read_proxies(URL) == {}


NAMES = st.sampled_from(["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HTTP_PROXY", "no_proxy"])
PARTS = st.sampled_from(
    ["http://", "https:", "//", "@", ":", "#", "?", "/", "[", "]", "%", "1", "a"]
)
TEXTS = st.lists(PARTS).map("".join) | st.text(
    st.characters(exclude_characters="\0", codec="utf-8")
)


@SLOW
@given(st.dictionaries(NAMES, TEXTS), st.sampled_from([URL, "http://10.0.0.1:8080/x"]))
def test_no_value_of_these_variables_is_an_error_of_another_type(
    variables: dict[str, str], url: str
) -> None:
    with pytest.MonkeyPatch.context() as environment:
        for name, text in variables.items():
            environment.setenv(name, text)
        try:
            assert isinstance(read_proxies(url), dict)
        except Refused:
            return
