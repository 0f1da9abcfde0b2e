"""Sockets that servers listen on, and the connections that they accept."""

import asyncio
import errno
import math
import os
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address

_RESERVE = 16
"""File descriptors that connections leave free: for files and for processes of visitors."""
_PAUSE = 0.2
"""Seconds until the next look for free descriptors."""
_REPORT_INTERVAL = 60.0
"""Seconds after which it is said again that connections wait."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 takes any free port.

    Raises:
        OSError: The port is in use, or the address does not belong to this machine.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()  # :: is IPv4 and IPv6
    listening = socket.create_server(address[:2], family=family, backlog=1024, dualstack_ipv6=both)
    # asyncio sets TCP_NODELAY only on connections of sockets that name the protocol.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, listening.detach())


def base_url(listening: socket.socket) -> str:
    """Return the URL under which this machine reaches what listens on a socket."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:  # it listens on every address of this machine
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def accept_connections(
    listening: socket.socket,
    create_protocol: Callable[[], asyncio.BaseProtocol],
    report: Callable[[str], object],
) -> None:
    """Accept connections until the task is cancelled; let them wait while descriptors are scarce.

    The accept loop of asyncio would then log a traceback for each of the connections that its
    backlog may hold, every second.

    Args:
        listening: The socket.
        create_protocol: Returns the protocol of a new connection.
        report: Takes a sentence for the person who runs the server.
    """
    loop = asyncio.get_running_loop()
    listening.setblocking(False)
    reported_at = -math.inf
    while True:
        try:
            _check_descriptors(listening)
            connection, _address = await loop.sock_accept(listening)
        except ConnectionAbortedError:  # the caller has gone
            continue
        except OSError as error:
            if loop.time() - reported_at > _REPORT_INTERVAL:
                reported_at = loop.time()
                report(f"New connections have to wait: {error.strerror}.")
            await asyncio.sleep(_PAUSE)
        else:
            await loop.connect_accepted_socket(create_protocol, connection)


def _check_descriptors(listening: socket.socket) -> None:
    """Raise OSError when no descriptors are free but the reserve."""
    if sys.platform == "win32":
        return  # there, sockets are no file descriptors
    import resource

    lowest_free = os.dup(listening.fileno())
    os.close(lowest_free)
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and lowest_free >= limit - min(_RESERVE, limit // 4):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
