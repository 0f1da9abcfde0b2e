"""`serve`: the fake tenant on a socket, to be used as if it were Zuora."""

import asyncio
import ipaddress
import json
import os
import signal
import socket
from collections.abc import Callable

import click
import uvicorn

from app.cli.exits import ExitCode, Stopped
from app.fake.scenarios import SCENARIOS


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8040, show_default=True,
    help="0 takes any that is free.",
)  # fmt: skip
@click.option(
    "--scenario", type=click.Choice(list(SCENARIOS)), metavar="NAME",
    help="What the tenant holds at the start: acme unless told.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Tell address and users as one JSON line.")
@click.pass_context
def serve(
    ctx: click.Context, host: str, port: int, scenario: str | None, *, as_json: bool
) -> ExitCode:
    """Serve the fake tenant on a socket until ctrl+c; then it is forgotten.

    Prints the address, and a client id and secret for each of its users, when
    it is ready. They are no secrets: they open nothing but a fake tenant.

    --json: {"base_url", "scenario", "users": [{"username", "login", "client_id",
    "client_secret", "home_entity_id"}]}
    """
    from app.fake.tenant import open_tenant

    chosen = scenario or getattr(ctx.find_root().obj, "scenario", None) or "acme"
    listening = _listen(host, port)
    url = _url(listening)
    if not ipaddress.ip_address(listening.getsockname()[0]).is_loopback:
        click.echo(
            "entity-connections: whoever reaches this machine can reach this tenant:"
            " its credentials are known to all, and nothing is encrypted.",
            err=True,
        )
    tenant = open_tenant(chosen)
    users = [
        {
            "username": one.username,
            "login": one.login,
            "client_id": one.client_id,
            "client_secret": one.client_secret,
            "home_entity_id": one.home_entity_id,
        }
        for one in tenant.users
    ]

    def ready() -> None:
        if as_json:
            click.echo(json.dumps({"base_url": url, "scenario": chosen, "users": users}))
        else:
            click.echo(_told(url, chosen, users))

    server = _Server(uvicorn.Config(
        tenant.asgi, access_log=False, log_config=None, lifespan="off", server_header=False,
        timeout_graceful_shutdown=1,
    ), ready)  # fmt: skip
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.handle_exit)
    asyncio.run(server._serve([listening]))  # noqa: SLF001 - `serve` would end us by the signal
    tenant.close()
    return ExitCode.DONE


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # With the protocol named, asyncio sends each answer at once (TCP_NODELAY).
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address[:2])
    except OSError as error:
        sentence = f"cannot listen on {host} port {port}: {error.strerror or error}."
        raise Stopped(sentence, ExitCode.USAGE) from error
    return listening


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _told(url: str, scenario: str, users: list[dict[str, str]]) -> str:
    lines = [f"The fake tenant {scenario} listens on {url} until ctrl+c.", ""]
    for one in users:
        who = f"{one['username']:<6} {one['login']:<22}"
        lines.append(f"  {who} id {one['client_id']}  secret {one['client_secret']}")
    first = users[0]
    lines += [
        "",
        "In another terminal:",
        "",
        f"  export ZUORA_CLIENT_ID={first['client_id']}",
        f"  export ZUORA_CLIENT_SECRET={first['client_secret']}",
        f"  entity-connections --base-url {url}",
        "",
        f"or as a profile: entity-connections login --profile fake --base-url {url}",
    ]
    return "\n".join(lines)
