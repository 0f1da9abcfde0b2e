"""Writes the man page from the help texts of the commands (`make tables`)."""

from collections.abc import Iterator
from inspect import cleandoc

import click
from entity_connections import __version__
from entity_connections.cli.program import program

from tests.cli.all_commands import COMMANDS
from tests.readme_tables import ROOT, exit_codes

MAN_PAGE = ROOT / "app" / "man" / "entity-connections.1"


def make_man_page() -> str:
    """Return the page of the program and all its commands, in the language of `man`."""
    title = f'.TH ENTITY-CONNECTIONS 1 "" "entity-connections {__version__}" "User Commands"'
    summary, _, description = (program.help or "").partition("\n\n")
    lines = [
        title,
        ".SH NAME", f"entity\\-connections \\- {_escape(summary.rstrip('.'))}",
        ".SH SYNOPSIS", *_format_usage((), program),
        ".SH DESCRIPTION", *_format_text(description),
        ".SH OPTIONS", *_format_options(_find_options(program)),
        *_format_text(program.epilog or ""),
        ".SH COMMANDS",
    ]  # fmt: skip
    for names, command in COMMANDS[1:]:
        lines += [
            f".SS {_escape(' '.join(names))}",
            *_format_usage(names, command),
            *_format_text(command.help or ""),
            *_format_command_options(command),
            *_format_text(command.epilog or ""),
        ]
    lines += [".SH EXIT STATUS", *_format_options(dict(exit_codes()))]
    return "\n".join(lines) + "\n"


def _make_context(names: tuple[str, ...], command: click.Command) -> click.Context:
    context = click.Context(program, info_name="entity-connections", **program.context_settings)
    return click.Context(command, context, " ".join(names)) if names else context


def _format_usage(names: tuple[str, ...], command: click.Command) -> Iterator[str]:
    context = _make_context(names, command)
    yield f".B {_escape(' '.join(('entity-connections', *names)))}"
    yield _escape(" ".join(command.collect_usage_pieces(context)))


def _find_options(command: click.Command) -> dict[str, str]:
    """Return the help of each option, by its names and the name of its value."""
    context = _make_context(("command",), command)
    records = (option.get_help_record(context) for option in command.get_params(context))
    return dict(record for record in records if record)


def _format_command_options(command: click.Command) -> Iterator[str]:
    """Yield the options of a command; those that the program has are only named."""
    above, options = _find_options(program), _find_options(command)
    own = {names: text for names, text in options.items() if above.get(names) != text}
    yield from _format_options(own)
    shared = [names.split(",")[-1].split()[0] for names in options.keys() - own.keys()]
    yield from _format_text(f"As above: {', '.join(sorted(shared))}.")


def _format_options(options: dict[str, str]) -> Iterator[str]:
    for names, text in options.items():
        yield from (".TP", f".B {_escape(names)}", _escape(text))


def _format_text(text: str) -> Iterator[str]:
    """Yield paragraphs; one that begins with click's mark keeps its lines."""
    for paragraph in cleandoc(text).split("\n\n"):
        marked, _, rest = paragraph.partition("\b\n")
        lines = [_escape(line) for line in (rest or marked).splitlines()]
        yield from (".PP", *([".nf", *lines, ".fi"] if rest else map(str.lstrip, lines)))


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    MAN_PAGE.write_text(make_man_page(), encoding="utf-8")
