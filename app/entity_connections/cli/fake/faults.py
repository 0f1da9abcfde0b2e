"""The options of `serve` that give the fake tenant bad days."""

from collections.abc import Callable, Iterable
from typing import Any

import click

from entity_connections.cli.parameters import option
from entity_connections.fake.faults.catalogue import CALLS, FAULTS, FaultError, parsed


def fault_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, and their values as `faults`, `seed` and `control`."""
    for decorate_option in reversed(_OPTIONS):
        command = decorate_option(command)
    return command


def checked(given: Iterable[str]) -> list[str]:
    """Return faults as they are typed, each in its plainest form.

    Raises:
        click.BadParameter: there is no such fault.
    """
    try:
        return [str(parsed(one)) for one in given]
    except FaultError as error:
        raise click.BadParameter(f"{error} `serve --faults` explains them.") from error


def _explained(ctx: click.Context, _option: click.Parameter, *, asked: bool) -> None:
    if not asked:
        return
    width = max(map(len, FAULTS)) + 2
    click.echo("--fault NAME[=VALUE][,share=0.5][,times=3][,calls=WHICH], repeatable:\n")
    for name, fault in FAULTS.items():
        value = "" if fault.value is None else f"VALUE={fault.value:g}, "
        click.echo(f"  {name:<{width}}{fault.sentence}")
        click.echo(f"  {'':<{width}}Unless told: {value}calls={fault.calls}.")
    click.echo("\nshare: of the calls it may befall; times: until it is off; calls:\n")
    for name, meaning in CALLS.items():
        click.echo(f"  {name:<{width}}{meaning}")
    ctx.exit()


_OPTIONS = (
    option(
        "--fault", "faults", multiple=True, metavar="NAME[=VALUE]",
        callback=lambda _ctx, _option, given: checked(given),
        help="A bad day for its callers; --faults lists them. Repeatable.",
    ),
    option(
        "--seed", type=int, default=0, show_default=True,
        help="For the faults that strike at random: the same calls meet the same ones.",
    ),
    option(
        "--control", is_flag=True, help="Let callers switch faults, at /_faults: see above."
    ),
    option(
        "--faults", "asked", is_flag=True, is_eager=True, expose_value=False,
        callback=lambda ctx, option, asked: _explained(ctx, option, asked=asked),
        help="Say what each fault does, and stop.",
    ),
)  # fmt: skip
