"""Which addresses may be given a secret (contract B)."""

import pytest
from entity_connections.domain.base_url import InvalidBaseUrlError, is_loopback, normalize_base_url
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://rest.zuora.com", "https://rest.zuora.com"),
        ("  https://REST.Zuora.com/ ", "https://rest.zuora.com"),
        ("HTTPS://rest.zuora.com:443/", "https://rest.zuora.com"),
        ("https://rest.acme.example:8443/apps/", "https://rest.acme.example:8443/apps"),
        ("https://rest.zuora.com.", "https://rest.zuora.com"),
        ("https://10.1.2.3", "https://10.1.2.3"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost:8040", "http://localhost:8040"),
        ("http://127.0.0.1:8040/", "http://127.0.0.1:8040"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://xn--rest-zuora.example", "https://xn--rest-zuora.example"),
    ],
)
def test_an_address_has_one_spelling(url: str, root: str) -> None:
    assert normalize_base_url(url) == root
    assert normalize_base_url(root) == root


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "begin with https"),
        ("rest.zuora.com", "begin with https"),
        ("rest.zuora.com:443", "begin with https"),
        ("ftp://rest.zuora.com", "begin with https"),
        ("https://", "begin with https"),
        ("https:rest.zuora.com", "begin with https"),
        ("file:///etc/passwd", "begin with https"),
        ("http://rest.zuora.com", "http is for this machine"),
        ("http://10.0.0.1", "http is for this machine"),
        ("http://localhost.evil.example", "http is for this machine"),
        ("http://127.0.0.1.evil.example", "http is for this machine"),
        ("http://[::2]", "http is for this machine"),
        ("http://0.0.0.0", "http is for this machine"),
        ("http://127.1", "host or port"),
        ("http://2130706433", "host or port"),
        ("http://0127.0.0.1", "host or port"),
        ("https://rest.zuora.com:99999", "host or port"),
        ("https://rest.zuora.com:x", "host or port"),
        ("https://rest.zuora.com:0", "host or port"),
        ("https://[::1", "host or port"),
        ("https://bob:hunter2@rest.zuora.com", "user name or a password"),
        ("https://hunter2@rest.zuora.com", "user name or a password"),
        ("https://@rest.zuora.com", "user name or a password"),
        ("https://rest.zuora.com\\@evil.example", "user name"),
        ("https://rest.zuora.com\\.evil.example", "host"),
        ("https://rest.zuora.com/?a=b", "before any"),
        ("https://rest.zuora.com?", "before any"),
        ("https://rest.zuora.com#x", "before any"),
        ("https://rest.zuora.com/v1", "end before /v1"),
        ("https://rest.zuora.com/v1/", "end before /v1"),
        ("https://rest.zuora.com/oauth", "end before /oauth"),
        ("https://rest.zuora.com/a/../b", "path"),
        ("https://rest.zuora.com//evil.example", "path"),
        ("https://rest.zuora.com/%2e%2e/", "path"),
        ("https://rest zuora.com", "characters"),
        ("https://rest.zuora\t.com", "characters"),
        ("https://rest.zuorа.com", "characters"),
        ("https://" + "a" * 600, "characters"),
        ("https://-x.example", "host"),
        ("https://a..b", "host"),
        ("https://[fe80::1%eth0]", "host"),
    ],
)
def test_anything_else_is_refused_with_its_reason(url: str, why: str) -> None:
    with pytest.raises(InvalidBaseUrlError, match=why) as caught:
        normalize_base_url(url)
    assert "hunter2" not in str(caught.value)


def test_what_is_this_machine() -> None:
    assert is_loopback("http://localhost:1")
    assert is_loopback("https://[::1]")
    assert not is_loopback("https://rest.zuora.com")


@given(st.text() | st.from_regex(r"https?://[a-z0-9.:@\[\]/?#%-]{0,20}"))
def test_any_text_is_an_address_or_a_sentence(url: str) -> None:
    try:
        root = normalize_base_url(url)
    except InvalidBaseUrlError:
        return
    assert normalize_base_url(root) == root
    assert root.startswith("https://") or is_loopback(root)
