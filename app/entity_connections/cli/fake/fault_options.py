"""The options of `serve` about faults."""

from collections.abc import Callable, Iterable
from typing import Any

import click

from entity_connections.cli.parameters import option
from entity_connections.fake.faults.catalogue import CALLS, FAULTS, FaultError, parse_fault


def add_fault_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command with the options; their values are `faults`, `seed` and `control`."""
    for add_option in reversed(_OPTIONS):
        command = add_option(command)
    return command


def normalize_faults(texts: Iterable[str]) -> list[str]:
    """Return faults as they are typed, each in its shortest form.

    Raises:
        click.BadParameter: A fault is not valid.
    """
    try:
        return [str(parse_fault(text)) for text in texts]
    except FaultError as error:
        raise click.BadParameter(f"{error} `serve --faults` explains them.") from error


def _print_faults(ctx: click.Context, _option: click.Parameter, *, is_given: bool) -> None:
    if not is_given:
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
        callback=lambda _ctx, _option, texts: normalize_faults(texts),
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
        "--faults", "print_faults", is_flag=True, is_eager=True, expose_value=False,
        callback=lambda ctx, option, is_given: _print_faults(ctx, option, is_given=is_given),
        help="Say what each fault does, and stop.",
    ),
)  # fmt: skip
