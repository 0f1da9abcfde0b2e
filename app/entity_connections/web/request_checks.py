"""Refuses requests under foreign host names, and websockets of foreign pages.

A browser tells the page that opens a websocket (Origin); for host names see `host_guard`.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from entity_connections.host_guard import REFUSAL, HostGuard

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
_MAX_PATH = 200
"""Characters of a path with its query."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def protect(app: web.Application, guard: HostGuard) -> None:
    """Make an application refuse such requests, and send security headers."""

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if not guard.allows(host):
            raise web.HTTPMisdirectedRequest(text=f"{REFUSAL}\n")
        if len(request.raw_path) > _MAX_PATH:  # some systems have no file names of that length
            raise web.HTTPNotFound
        is_same_origin = origin in (f"http://{host}", f"https://{host}")
        if "upgrade" in request.headers and not is_same_origin:
            raise web.HTTPForbidden(text="Only its own page may open a terminal here.\n")
        return await handler(request)

    async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(_HEADERS)

    app.middlewares.append(refuse)
    app.on_response_prepare.append(add_headers)
