"""The HTTP proxy on the way to a tenant: which one is used, and why."""

import ipaddress
import os
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from entity_connections.domain.base_url import is_loopback
from entity_connections.domain.secret import Secret
from entity_connections.domain.text import trim

INVALID_URL = "an invalid URL"
"""What is shown in place of a URL that is none of a proxy: its password may be anywhere in it."""
_PROXY_URL = re.compile(
    r"(?:(https?)://)?([^\s@/?#]*@)?((?:[\w.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?)/?", re.IGNORECASE
)


class ProxyChoice(NamedTuple):
    """The proxy that is used, or none.

    Attributes:
        url: with user name and password, if it has any; None where no proxy is used.
        shown: the URL without them, or INVALID_URL; "" where no proxy is used.
        reason: what names the proxy ("HTTPS_PROXY"), or why none is used.
    """

    url: Secret | None
    shown: str
    reason: str

    def __str__(self) -> str:
        return f"{self.shown} ({self.reason})"


NO_PROXY = ProxyChoice(None, "", "not used")


def choose_proxy(base_url: str, configured: str | None = None) -> ProxyChoice:
    """Choose the proxy for a normalized base URL.

    That is the one of the profile, or that of the environment, as httpx finds it.
    """
    if is_loopback(base_url):
        return ProxyChoice(None, "", "this machine is reached directly")
    if configured:
        return _make_choice(configured, "the profile")
    from urllib.request import getproxies

    # On macOS and Windows getproxies gives also those of the system's settings. It lets an empty
    # variable in lower case remove the one in capitals.
    proxies = getproxies() | _read_variables()
    scheme = next((scheme for scheme in ("https", "all") if trim(proxies.get(scheme, ""))), None)
    if scheme is None:
        return ProxyChoice(None, "", "HTTPS_PROXY and ALL_PROXY are not set")
    if any(_is_listed(base_url, entry) for entry in proxies.get("no", "").split(",")):
        return ProxyChoice(None, "", f"{_find_variable('no', proxies['no'])} lists the host")
    return _make_choice(proxies[scheme], _find_variable(scheme, proxies[scheme]))


def is_plain_proxy_url(url: str) -> bool:
    """Return whether a text is the URL of an HTTP proxy, without a user name or a password."""
    match = _match_url(url)
    return match is not None and bool(match[1]) and not match[2]


def _match_url(url: str) -> re.Match[str] | None:
    match = _PROXY_URL.fullmatch(url)
    return match if match and int(match[4] or 0) < 65_536 else None


def _make_choice(url: str, reason: str) -> ProxyChoice:
    match = _match_url(trim(url))
    if match is None:
        return ProxyChoice(Secret(url), INVALID_URL, reason)
    scheme, user, place = (match[1] or "http").lower(), match[2] or "", match[3]
    return ProxyChoice(Secret(f"{scheme}://{user}{place}"), f"{scheme}://{place}", reason)


def _read_variables() -> dict[str, str]:
    """Return what the variables say that are not empty; one in lower case wins."""
    return {
        scheme: value
        for scheme in ("https", "all", "no")
        for name in (f"{scheme}_proxy".upper(), f"{scheme}_proxy")
        if trim(value := os.environ.get(name, ""))
    }


def _find_variable(scheme: str, value: str) -> str:
    """Return the variable that holds the value, as it is spelled in the environment."""
    names = (f"{scheme}_proxy", f"{scheme}_PROXY".upper())
    return next((name for name in names if os.environ.get(name) == value), "the system's settings")


def _is_listed(base_url: str, entry: str) -> bool:
    """Return whether an entry of NO_PROXY is the host, a domain above it, or its network."""
    parts = urlsplit(base_url)
    host, entry = parts.hostname or "", entry.strip().lower()
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass  # a name
    name = entry.removesuffix(f":{parts.port or 443}").strip("[]")
    domain = name.removeprefix("*").removeprefix(".")
    return entry == "*" or host == domain or host.endswith(f".{domain}")
