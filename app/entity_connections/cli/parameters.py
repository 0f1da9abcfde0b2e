"""Options and arguments of the commands; an empty value, or one that is not text, is refused."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click

from entity_connections.domain.text import find_problem
from entity_connections.domain.words import join_or

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Parameter(click.Parameter):
    """Checks a value before it is converted to a number, a file and the like."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str) and (problem := find_problem(text)):
                sentence = f"it {problem}. Give another value, or leave it out."
                raise click.BadParameter(sentence, ctx, self)
        converted = super().type_cast_value(ctx, value)
        if isinstance(converted, float) and not math.isfinite(converted):  # which is in every range
            raise click.BadParameter(f"{value!r} is not a number.", ctx, self)
        return converted


class _Option(_Parameter, click.Option):
    pass


class _Argument(_Parameter, click.Argument):
    pass


def option(*names: str, **attributes: Any) -> Callable[[_Command], _Command]:
    """Give a command an option, as `click.option` does."""
    return click.option(*names, cls=_Option, **attributes)  # noqa: TID251 - the one place


def argument(*names: str, **attributes: Any) -> Callable[[_Command], _Command]:
    """Give a command an argument, as `click.argument` does."""
    return click.argument(*names, cls=_Argument, **attributes)  # noqa: TID251 - the one place


def status_option(*statuses: str) -> Callable[[_Command], _Command]:
    """Give a command an option for one or several statuses, in any case."""
    return option(
        "--status",
        "statuses",
        multiple=True,
        type=click.Choice(statuses, case_sensitive=False),
        metavar="STATUS",
        help=f"Only {join_or(statuses)}; may be given several times.",
    )


json_option = option("--json", "as_json", is_flag=True, help="Data for machines.")
