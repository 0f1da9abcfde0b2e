"""The proxy for an address: which one, and the reason that is shown."""

import pytest
from entity_connections.domain.proxy import choose_proxy

PROXY = "http://ada:hush@proxy.acme.example:8080"
SHOWN = "http://proxy.acme.example:8080"
ZUORA = "https://rest.zuora.com"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("variables", "shown", "reason"),
    [
        ({}, "", "HTTPS_PROXY and ALL_PROXY are not set"),
        ({"HTTPS_PROXY": ""}, "", "HTTPS_PROXY and ALL_PROXY are not set"),
        ({"HTTP_PROXY": PROXY}, "", "HTTPS_PROXY and ALL_PROXY are not set"),
        ({"HTTPS_PROXY": PROXY}, SHOWN, "HTTPS_PROXY"),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, SHOWN, "https_proxy"),
        ({"ALL_PROXY": PROXY, "NO_PROXY": "acme.example"}, SHOWN, "ALL_PROXY"),
        ({"all_proxy": "http://other", "HTTPS_PROXY": PROXY}, SHOWN, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": PROXY.removeprefix("http://")}, SHOWN, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://[fd00::1]:3128"}, "http://[fd00::1]:3128", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": f" {PROXY}/\n"}, SHOWN, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": " ", "ALL_PROXY": PROXY}, SHOWN, "ALL_PROXY"),
        ({"https_proxy": "", "HTTPS_PROXY": PROXY}, SHOWN, "HTTPS_PROXY"),
        ({"https_proxy": " ", "HTTPS_PROXY": PROXY}, SHOWN, "HTTPS_PROXY"),
        ({"all_proxy": "", "ALL_PROXY": PROXY}, SHOWN, "ALL_PROXY"),
        (
            {"HTTPS_PROXY": PROXY, "no_proxy": "", "NO_PROXY": "zuora.com"},
            "",
            "NO_PROXY lists the host",
        ),
        ({"HTTPS_PROXY": "http://proxy:port"}, "an invalid URL", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "x, zuora.com"}, "", "NO_PROXY lists the host"),
        ({"HTTPS_PROXY": PROXY, "no_proxy": "*"}, "", "no_proxy lists the host"),
    ],
)
def test_the_variable_that_decides_is_named(
    variables: dict[str, str], shown: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    choice = choose_proxy(ZUORA)
    assert (choice.shown, choice.reason) == (shown, reason)
    assert (choice.url is None) == (shown == "")
    assert "hush" not in f"{choice} {choice!r}"


@pytest.mark.parametrize(
    ("host", "entry", "listed"),
    [
        ("rest.zuora.com", "rest.zuora.com", True),
        ("rest.zuora.com", "REST.zuora.com:443", True),
        ("rest.zuora.com", "rest.zuora.com:8443", False),
        ("rest.zuora.com", "zuora.com", True),
        ("rest.zuora.com", ".zuora.com", True),
        ("rest.zuora.com", "*.zuora.com", True),
        ("rest.zuora.com", "ora.com", False),
        ("rest.zuora.com", "10.0.0.0/8", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("[fd00::1]", "fd00::1", True),
        ("[fd00::1]", "[FD00:0::1]", True),
        ("[fd00::1]", "fd00::/8", True),
        ("[fd00::1]", "fe80::/10", False),
        ("rest.zuora.com", "[::1", False),
    ],
)
def test_no_proxy_takes_names_addresses_and_networks(
    host: str, entry: str, listed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", f"localhost,{entry}")
    assert (choose_proxy(f"https://{host}").url is None) is listed


def test_the_profile_wins_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://other")
    monkeypatch.setenv("NO_PROXY", "*")
    choice = choose_proxy(ZUORA, SHOWN)
    assert (choice.shown, choice.reason) == (SHOWN, "the profile")
    for here in ("http://127.0.0.1:8080", "https://[::1]", "http://localhost"):
        choice = choose_proxy(here, SHOWN)
        assert (choice.url, choice.reason) == (None, "this machine is reached directly")
