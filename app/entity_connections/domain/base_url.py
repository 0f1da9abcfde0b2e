"""The base URL of a tenant: which URLs may receive a secret (contract B)."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_PORTS = {"https": 443, "http": 80}


class InvalidBaseUrlError(ValueError):
    """The URL cannot be used. The message is a sentence for people and does not repeat the URL."""


def normalize_base_url(url: str) -> str:
    """Return a base URL in its normal form: scheme, host, port unless default, path if any.

    Only https is accepted, and http to this machine. The messages do not repeat the URL,
    because it may hold a password.

    Raises:
        InvalidBaseUrlError: the text is not a URL, or a secret must not be sent there.
    """
    parts, host, port = _split(url.strip())
    if "@" in parts.netloc:
        raise InvalidBaseUrlError("The address must not hold a user name or a password.")
    if "?" in url or "#" in url:
        raise InvalidBaseUrlError("The address must end before any ? or #.")
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path):
        raise InvalidBaseUrlError("The path of the address is not one of Zuora's.")
    if path.endswith(("/v1", "/oauth")):
        raise InvalidBaseUrlError(f"The address must end before {path[path.rindex('/') :]}.")
    here = _is_here(host)
    if parts.scheme == "http" and not here:
        raise InvalidBaseUrlError("The address must begin with https://: http is for this machine.")
    shown = f"[{host}]" if ":" in host else host
    usual = port is None or port == _PORTS[parts.scheme]
    return f"{parts.scheme}://{shown}{'' if usual else f':{port}'}{path}"


def _split(url: str) -> tuple[SplitResult, str, int | None]:
    if not (url.isascii() and url.isprintable()) or " " in url or len(url) > 500:
        raise InvalidBaseUrlError("The address holds characters that are not allowed there.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise InvalidBaseUrlError("The address is not valid: its host or port is wrong.") from None
    if port == 0 or "%" in host:  # a zone means something on one machine only
        raise InvalidBaseUrlError("The address is not valid: its host or port is wrong.")
    if parts.scheme not in _PORTS or not host:
        raise InvalidBaseUrlError("The address must begin with https:// and name a host.")
    return parts, host, port


def is_loopback(url: str) -> bool:
    """Return whether a normalized base URL names this machine."""
    return _is_here(urlsplit(url).hostname or "")


def _is_here(host: str) -> bool:
    """Return whether a host is this machine.

    Raises:
        InvalidBaseUrlError: the text is not a host.
    """
    if host == "localhost":
        return True
    numeric = ":" in host or host.rpartition(".")[2].isdigit()
    try:
        if numeric:  # other spellings of an IP address mean different things in different programs
            return ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise InvalidBaseUrlError("The address is not valid: its host or port is wrong.") from None
    if not _HOST.fullmatch(host):
        raise InvalidBaseUrlError("The host of the address is not valid.")
    return False
