"""`serve`: the fake tenant on a socket, to be used as if it were Zuora."""

import ipaddress
import json
import signal
import socket
from shlex import quote

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.fake.fake_files import fake_from, switched
from entity_connections.cli.fake.faults import fault_options
from entity_connections.cli.listening import address_options, bind_socket
from entity_connections.cli.options import Chosen, ScenarioName, options_before_command
from entity_connections.cli.parameters import option


@click.command()
@address_options(port=8040)
@option(
    "--scenario", type=ScenarioName(), metavar="NAME",
    help="What the tenant holds at the start: acme unless told; or a scenario file.",
)  # fmt: skip
@option(
    "--tenant", type=click.Path(dir_okay=False), metavar="FILE",
    help="Keep the tenant in a file, made if need be, which others may use at the same time."
    " Each server counts its own calls against the rate limits.",
)  # fmt: skip
@option(
    "--policy", "policies", multiple=True, metavar="NAME=VALUE",
    help="Switch a choice where Zuora is silent; `policy` shows them. Repeatable; it stays"
    " in the tenant's file.",
)  # fmt: skip
@fault_options
@option("--json", "as_json", is_flag=True, help="Tell address and users as one JSON line.")
def serve(
    host: str,
    port: int,
    scenario: str | None,
    tenant: str | None,
    policies: tuple[str, ...],
    faults: list[str],
    seed: int,
    *,
    control: bool,
    as_json: bool,
) -> ExitCode:
    """Serve the fake tenant on a socket until ctrl+c; then it is forgotten, unless --tenant.

    Prints the address, and a client id and secret for each of its users, when
    it is ready. They are no secrets: they open nothing but a fake tenant.

    With --control any caller can switch faults, without a token: GET /_faults says
    what is on, PUT /_faults with {"on": ["drop,times=1", "latency=2"]} switches these
    on and all others off, and "seed": 7 beside it takes other dice. /openapi.json
    describes both.

    --json: {"base_url", "scenario", "users": [{"username", "login", "client_id",
    "client_secret", "home_entity_id"}]}; base_url is how this machine reaches it.
    """
    from entity_connections.fake.rules.policy import Policy
    from entity_connections.fake.server import Server, url_of
    from entity_connections.fake.tenant import open_tenant

    before = options_before_command()
    chosen = Chosen(scenario=scenario, tenant=tenant).under(before)
    faults = [*(before.faults or ()), *faults]
    origin, path, name, _ = fake_from(chosen.scenario, chosen.tenant)
    switched(Policy(), policies)  # before anything listens
    listening = bind_socket(
        host, port, "this tenant: its credentials are known to all, and nothing is encrypted."
    )
    url = url_of(listening)
    fake = open_tenant(origin, path=path, faults=faults, seed=seed, control=control)
    if fake.faults:
        click.echo(f"entity-connections: faults are on: {fake.faults.watermark()}", err=True)
    if policies:
        fake.policy = switched(fake.policy, policies)
    users = [
        {
            "username": one.username,
            "login": one.login,
            "client_id": one.client_id,
            "client_secret": one.client_secret,
            "home_entity_id": one.home_entity_id,
        }
        for one in fake.users
    ]

    def ready() -> None:
        if as_json:
            click.echo(json.dumps({"base_url": url, "scenario": name, "users": users}))
        else:
            click.echo(_told(listening, name, users))

    server = Server(fake.asgi, ready)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.handle_exit)
    server.answer_on(listening)
    fake.close()
    return ExitCode.DONE


def _told(listening: socket.socket, scenario: str, users: list[dict[str, str]]) -> str:
    from entity_connections.fake.server import url_of

    url, address = url_of(listening), ipaddress.ip_address(listening.getsockname()[0])
    lines = [f"The fake tenant {scenario} listens on {url} until ctrl+c.", ""]
    for one in users:
        who = f"{one['username']:<6} {one['login']:<22}"
        lines.append(f"  {who} id {one['client_id']}  secret {one['client_secret']}")
    if not address.is_loopback:
        lines += ["", *_elsewhere(listening.getsockname()[1], anywhere=address.is_unspecified)]
    if address.is_loopback or address.is_unspecified:
        first = users[0]
        lines += [
            "",
            "In another terminal of this machine:",
            "",
            f"  export ZUORA_CLIENT_ID={quote(first['client_id'])}",
            f"  export ZUORA_CLIENT_SECRET={quote(first['client_secret'])}",
            f"  entity-connections --base-url {url}",
            "",
            f"or as a profile: entity-connections login --profile fake --base-url {url}",
        ]
    return "\n".join(lines)


def _elsewhere(port: int, *, anywhere: bool) -> list[str]:
    """Return what is true for callers that do not come over the loopback."""
    only = "Any client may call it so, but entity-connections speaks plain http to its own machine"
    if not anywhere:
        return [f"{only} only:", "for that, serve on 127.0.0.1, or on 0.0.0.0 for both."]
    host = socket.gethostname()
    return [
        f"Other machines use a name or an address of this one, such as http://{host}:{port}",
        f"{only} only:",
        f"on another, let ssh bring the port there: ssh -N -L {port}:localhost:{port} {host}",
    ]
