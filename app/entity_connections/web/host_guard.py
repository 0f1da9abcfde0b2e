"""Refuses requests under foreign host names, and websockets of foreign pages.

Any web page can make the browser of a visitor send requests to any address, also to this
machine. The browser tells the name that was used (Host) and the page that opens a websocket
(Origin): this keeps out names that were made to point here (DNS rebinding), and other pages.
"""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from aiohttp import web

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; img-src data:;"
    " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none';"
    " style-src 'self' 'unsafe-inline'",  # xterm.js writes style attributes
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HostGuard(NamedTuple):
    """The names under which the server may be reached.

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

    def protect(self, app: web.Application) -> None:
        """Make an application refuse such requests, and send security headers."""

        @web.middleware
        async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
            host, origin = request.headers.get("host", ""), request.headers.get("origin")
            if not self.allows(host):
                raise web.HTTPForbidden(
                    text="This server does not go by that name. Use its address, or let it know"
                    " the name: entity-connections web --name NAME\n"
                )
            is_same_origin = origin in (f"http://{host}", f"https://{host}")
            if "upgrade" in request.headers and not is_same_origin:
                raise web.HTTPForbidden(text="Only its own page may open a terminal here.\n")
            return await handler(request)

        async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
            response.headers.update(_HEADERS)

        app.middlewares.append(refuse)
        app.on_response_prepare.append(add_headers)
