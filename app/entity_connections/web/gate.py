"""Who may come in: pages of this server, under names that are known to be this machine.

Any page that somebody visits can let their browser talk to any address, this machine's own
included. But the browser says under which name it came (Host), which keeps out a foreign name
that was made to point here, and which page opened a websocket (Origin).
"""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from aiohttp import web

_POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",  # the terminal writes its own
    "img-src data:",  # no icon
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NEVER = frozenset("/?#@\\")
"""What is in no Host header, and would make it look like another."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate(NamedTuple):
    """The names this server is reached by.

    Attributes:
        names: host names, in lower case.
        any_address: whether every address, as a number, is one of them too: else only loopback.
    """

    names: frozenset[str]
    any_address: bool

    @classmethod
    def of(cls, listening: socket.socket, names: Iterable[str] = ()) -> Self:
        """Return the gate of a socket, which has these names besides its usual ones."""
        own = {"localhost", *(name.lower().rstrip(".") for name in names)}
        loopback = ipaddress.ip_address(listening.getsockname()[0]).is_loopback
        if not loopback:
            here = socket.gethostname().lower()
            own |= {here, f"{here}.local"}
        return cls(frozenset(own), any_address=not loopback)

    def knows(self, host: str) -> bool:
        """Return whether a Host header names this server; the port may be a tunnel's."""
        try:
            name = "" if set(host) & _NEVER else urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        name = name.rstrip(".")
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self.names
        return self.any_address or address.is_loopback

    def refusal(self, host: str, origin: str | None, *, websocket: bool) -> str:
        """Return why a request is refused, or "".

        Args:
            host: its Host header.
            origin: its Origin header, if it has one.
            websocket: whether it opens a websocket, which only a page of ours does.
        """
        if not self.knows(host):
            return (
                "This server does not go by that name. Use its address, or let it know the name:"
                " entity-connections web --name NAME\n"
            )
        if websocket and origin not in (f"http://{host}", f"https://{host}"):
            return "Only a page of this server may open a terminal here.\n"
        return ""

    def guard(self, app: web.Application) -> None:
        """Refuse what is to be refused, and tell browsers to trust nothing but us."""

        @web.middleware
        async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
            websocket = "upgrade" in request.headers
            host, origin = request.headers.get("host", ""), request.headers.get("origin")
            if why := self.refusal(host, origin, websocket=websocket):
                raise web.HTTPForbidden(text=why)
            return await handler(request)

        async def harden(_request: web.Request, response: web.StreamResponse) -> None:
            response.headers.update(_HEADERS)

        app.middlewares.append(let_in)
        app.on_response_prepare.append(harden)
