"""`serve`: the fake tenant on a socket, to be used as if it were Zuora."""

import ipaddress
import json
import signal
from dataclasses import asdict
from shlex import quote
from typing import TYPE_CHECKING

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.completers import FAULT, POLICY
from entity_connections.cli.exit_codes import ExitCode, usage_errors
from entity_connections.cli.fake.tenant_source import prepare_source
from entity_connections.cli.listening import address_options, bind_socket
from entity_connections.cli.output import echo, info
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant_options import TenantOptions, some_tenant_options
from entity_connections.fake.faults.catalogue import CALLS, FAULTS, WITH_RETRY_AFTER

if TYPE_CHECKING:
    from entity_connections.fake.model import User


def _print_faults(ctx: click.Context, _option: click.Parameter, is_given: bool) -> None:
    if not is_given:
        return
    width = max(map(len, FAULTS)) + 2
    click.echo("--fault NAME[=VALUE][,share=0.5][,after=2][,times=3][,calls=WHICH], repeatable:\n")
    for name, fault in FAULTS.items():
        value = "" if fault.value is None else f"VALUE={fault.value:g}, "
        click.echo(f"  {name:<{width}}{fault.sentence}")
        click.echo(f"  {'':<{width}}Unless told: {value}calls={fault.calls}.")
    click.echo(f"\n{', '.join(WITH_RETRY_AFTER)} take retry-after=SECONDS, too: the header.")
    click.echo("share: of the calls that it affects; times: until it is off; calls:\n")
    for name, meaning in CALLS.items():
        click.echo(f"  {name:<{width}}{meaning}")
    ctx.exit()


@click.command(
    epilog=examples(
        "entity-connections serve --scenario global-500",
        "entity-connections serve --tenant shared.tenant --policy denied=removed",
        "entity-connections serve --fault latency=2 --fault drop,times=1",
    )
)
@address_options(port=8040)
@some_tenant_options(
    scenario="What the tenant holds at the start: acme unless told; or a scenario file.",
    tenant="Keep the tenant in a file, made if need be, which others may use at the same time."
    " Each server counts its own calls against the rate limits.",
)
@option(
    "--policy", "policies", multiple=True, type=POLICY,
    help="Switch a choice where Zuora is silent; `policy` shows them. Repeatable; it stays"
    " in the tenant's file.",
)  # fmt: skip
@option(
    "--fault", "faults", multiple=True, type=FAULT,
    help="A fault for its callers; --faults lists them. Repeatable.",
)  # fmt: skip
@option(
    "--seed", type=int, default=0, show_default=True,
    help="For the faults that strike at random: the same calls meet the same ones.",
)  # fmt: skip
@option("--control", is_flag=True, help="Let callers switch faults, at /_faults: see above.")
@option(
    "--faults", "print_faults", is_flag=True, is_eager=True, expose_value=False,
    callback=_print_faults, help="Say what each fault does, and stop.",
)  # fmt: skip
@option("--json", "as_json", is_flag=True, help="Tell address and users as one JSON line.")
def serve(
    options: TenantOptions,
    host: str,
    port: int,
    allowed_hosts: tuple[str, ...],
    policies: tuple[str, ...],
    faults: tuple[str, ...],
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

    --json: {"base_url", "scenario", "users": [{"name", "username", "client_id",
    "client_secret", "home_entity_id"}]}; base_url is how this machine reaches it.
    """
    from entity_connections.fake.faults.active_faults import ActiveFaults
    from entity_connections.fake.server import create_server
    from entity_connections.fake.tenant import open_tenant
    from entity_connections.host_guard import HostGuard
    from entity_connections.listening_socket import base_url

    active_faults = ActiveFaults([*(options.faults or ()), *faults], seed=seed)
    source = prepare_source(options.scenario, options.tenant)
    listening = bind_socket(
        host, port, "this tenant: its credentials are known to all, and nothing is encrypted."
    )
    with usage_errors(ValueError):
        fake = open_tenant(source.scenario, path=source.path, faults=active_faults, control=control)
        if policies:
            fake.policy = fake.policy.with_options(policies)
    if active_faults:
        info(f"entity-connections: faults are on: {active_faults.summarize()}")
    guard = HostGuard.for_socket(listening, (host, *allowed_hosts))
    server = create_server(fake.asgi, guard, report=info)
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn has the same handlers while it runs; these hold before and after.
        signal.signal(number, server.handle_exit)
    url = base_url(listening)
    if as_json:
        users = [asdict(user) for user in fake.users]
        echo(json.dumps({"base_url": url, "scenario": source.name, "users": users}))
    else:
        echo(format_instructions(listening.getsockname()[0], url, source.name, fake.users))
    server.run(sockets=[listening])
    fake.close()
    return ExitCode.DONE


def format_instructions(host: str, url: str, scenario: str, users: "tuple[User, ...]") -> str:
    """Return what `serve` prints when it listens on the IP address `host`, reached by `url`."""
    address = ipaddress.ip_address(host)
    lines = [f"The fake tenant {scenario} listens on {url} until ctrl+c.", ""]
    lines += [
        f"  {user.name:<6} {user.username:<22} id {user.client_id}  secret {user.client_secret}"
        for user in users
    ]
    if address.is_loopback or address.is_unspecified:  # it calls no other one by plain http
        lines += [
            "",
            "In another terminal of this machine:",
            "",
            f"  export ZUORA_CLIENT_ID={quote(users[0].client_id)}",
            f"  export ZUORA_CLIENT_SECRET={quote(users[0].client_secret)}",
            f"  entity-connections --base-url {url}",
            "",
            f"or as a profile: entity-connections login --profile fake --base-url {url}",
        ]
    return "\n".join(lines)
