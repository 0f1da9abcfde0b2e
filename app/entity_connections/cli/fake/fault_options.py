"""Callbacks of the options about faults."""

import click

from entity_connections.fake.faults.catalogue import CALLS, FAULTS, FaultError, parse_fault


def normalize_faults(
    _ctx: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Return faults as they are typed, each in its shortest form.

    Raises:
        click.BadParameter: A fault is not valid.
    """
    try:
        return tuple(str(parse_fault(text)) for text in texts)
    except FaultError as error:
        raise click.BadParameter(f"{error} `serve --faults` explains them.") from error


def print_faults(ctx: click.Context, _option: click.Parameter, is_given: bool) -> None:
    """Print what each fault does, and end the program."""
    if not is_given:
        return
    width = max(map(len, FAULTS)) + 2
    click.echo("--fault NAME[=VALUE][,share=0.5][,after=2][,times=3][,calls=WHICH], repeatable:\n")
    for name, fault in FAULTS.items():
        value = "" if fault.value is None else f"VALUE={fault.value:g}, "
        click.echo(f"  {name:<{width}}{fault.sentence}")
        click.echo(f"  {'':<{width}}Unless told: {value}calls={fault.calls}.")
    click.echo("\nshare: of the calls it may befall; times: until it is off; calls:\n")
    for name, meaning in CALLS.items():
        click.echo(f"  {name:<{width}}{meaning}")
    ctx.exit()
