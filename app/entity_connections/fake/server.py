"""A fake tenant on a socket, served by uvicorn."""

import socket
from asyncio import CancelledError, Transport
from ipaddress import ip_address
from weakref import WeakValueDictionary

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 takes any free port.

    Raises:
        OSError: The port is in use, or the address does not belong to this machine.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()  # :: is IPv4 and IPv6
    listening = socket.create_server(address[:2], family=family, dualstack_ipv6=both)
    # asyncio sets TCP_NODELAY only on connections of sockets that name the protocol.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, listening.detach())


def base_url(listening: socket.socket) -> str:
    """Return the URL under which this machine reaches what listens on a socket."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:  # it listens on every address of this machine
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def create_server(app: ASGIApp) -> uvicorn.Server:
    """Return a server for `run(sockets=[...])`; it serves until its `should_exit` is True.

    Then it waits a second for calls under way, and closes the connections of those that go on.
    When `app` raises `ConnectionError`, the connection is closed after what has been sent.
    """
    transports: WeakValueDictionary[tuple[str, int], Transport] = WeakValueDictionary()

    class Protocol(H11Protocol):
        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            transports[transport.get_extra_info("peername")[:2]] = transport

    async def call_app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except (ConnectionError, CancelledError):  # by a fault, or by the end of the second
            transports[scope["client"]].close()
            while (await receive())["type"] != "http.disconnect":
                pass  # the rest of the body

    config = uvicorn.Config(
        call_app,
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",  # mistakes of callers are reported to the callers
        access_log=False,
        server_header=False,
        date_header=False,  # the tenant tells the time of its own clock
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
