"""The host names under which a server of this program is reached.

A web page can make a visitor's browser send requests to any address, also to this machine. With
a name of its own that was made to point here (DNS rebinding) it could read the answers, too; but
the browser tells the name (the Host header), so that the server can refuse it.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import NamedTuple, Self
from urllib.parse import urlsplit

MISDIRECTED = 421
"""The HTTP status for a request under another name."""
REFUSAL = (
    "This server does not go by that name. Use its address, or start it with --allow-host NAME."
)


class HostGuard(NamedTuple):
    """The names under which a server may be reached.

    Attributes:
        names: host names, in lower case.
        any_address: whether every IP address is allowed; else only loopback addresses.
    """

    names: frozenset[str]
    any_address: bool

    @classmethod
    def for_socket(cls, listening: socket.socket, names: Iterable[str] = ()) -> Self:
        """Return the guard of a listening socket; `names` are further host names."""
        machine = socket.gethostname()
        is_local = ipaddress.ip_address(listening.getsockname()[0]).is_loopback
        own = ["localhost"] if is_local else ["localhost", machine, f"{machine}.local"]
        allowed = frozenset(name.lower().rstrip(".") for name in (*own, *names))
        return cls(allowed, any_address=not is_local)

    def allows(self, host: str) -> bool:
        """Return whether a Host header names this server; any port will do, as of a tunnel."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self.names
        return self.any_address or address.is_loopback
