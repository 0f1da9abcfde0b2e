"""The program: its own options open the screen, its commands are loaded when run."""

import errno
import gc
import io
import os
import sys

import click

from entity_connections import __version__
from entity_connections.cli.command_group import CommandGroup, examples
from entity_connections.cli.completers import THEME, THEMES, VARIABLE
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import discard_output, info
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.text import MAX_VALUE_LENGTH, clean
from entity_connections.fake.scenarios.catalogue import SCENARIOS, USERS
from entity_connections.settings.errors import SettingsError


def main() -> None:
    """Run the program and end the process with its exit code."""
    _disable_core_dumps()
    _ensure_standard_streams()
    for name in ("NO_COLOR", "HOME"):  # Textual, and what looks for "~", take empty for set
        if os.environ.get(name) == "":
            del os.environ[name]
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # the search for them is slow
    if isinstance(sys.stdin, io.TextIOWrapper):  # invalid bytes are checked where they are used
        sys.stdin.reconfigure(errors="surrogateescape")
    if VARIABLE in os.environ:  # the shell asks for completions
        import entity_connections.cli.commands.completion  # noqa: F401 - registers its class
    status = run()
    if status == ExitCode.DONE and sys.stdout is sys.stderr:  # see `echo`
        status = ExitCode.NO_OUTPUT
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            discard_output(stream)
    gc.freeze()  # the process ends: the collector need not search everything for garbage (40 ms)
    sys.exit(status)


def _disable_core_dumps() -> None:
    """Keep a crash from writing the memory, which may hold a secret, to the disk.

    A limit of one byte, unlike none, also keeps Linux from passing it to a crash reporter.
    """
    if sys.platform != "win32":
        import resource

        _, hard_limit = resource.getrlimit(resource.RLIMIT_CORE)
        if hard_limit:
            resource.setrlimit(resource.RLIMIT_CORE, (1, hard_limit))


def run() -> int:
    """Run the program, report its errors, and return its exit code."""
    try:
        return int(program.main(prog_name="entity-connections", standalone_mode=False) or 0)
    except CliError as error:
        return _report(error.message, error.code)
    except SettingsError as error:
        return _report(str(error), ExitCode.USAGE)
    except click.ClickException as error:  # it repeats what was typed
        sentence = clean(error.format_message(), 2 * MAX_VALUE_LENGTH)
        return _report(sentence, ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of the output has closed it
        return ExitCode.DONE
    except SystemExit as ended:
        if ended.code == 1:  # what click makes of a BrokenPipeError
            return ExitCode.DONE
        raise  # a signal at the prompt for the secret
    except Exception as error:  # noqa: BLE001 - the last resort, and it tells no values
        return _report_crash(error)


def _report(sentence: str, code: ExitCode) -> ExitCode:
    if VARIABLE not in os.environ:  # a message would disturb completion
        info(f"entity-connections: {sentence}")
    return code


def _report_crash(error: Exception) -> ExitCode:
    """Report an error in the program itself, without values and control characters."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _report(f"{error.strerror}.", ExitCode.NO_OUTPUT)
    if isinstance(error, FileNotFoundError) and error.filename is None:  # of os.getcwd
        return _report("the current folder is gone: change to another.", ExitCode.USAGE)
    from traceback import TracebackException

    parts = TracebackException.from_exception(error, capture_locals=False).format()
    lines = "\n".join(clean(line) for part in parts for line in part.splitlines())
    return _report(
        "an error in the program itself. Where it happened, without the values of any"
        f" variables:\n\n{lines}",
        ExitCode.CRASHED,
    )


def _ensure_standard_streams() -> None:
    """Open stdin, stdout and stderr on the null device where the caller has closed them.

    Otherwise the next file that is opened, such as the journal, would become one of them.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or open(0, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8")  # noqa: SIM115


def _format_list(names: dict[str, str]) -> str:
    width = max(map(len, names))
    return "\b\n" + "\n".join(f"  {name:<{width}}  {what}" for name, what in names.items())


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Zuora's Manage Entity Connections for the terminal.\n\n"
        "Without a command it opens the screen. Without --profile or --base-url everything works"
        " on the fake tenant that is built in, and nothing leaves this machine.\n\n"
        f"Scenarios:\n\n{_format_list(SCENARIOS)}\n\nUsers:\n\n{_format_list(USERS)}"
    ),
    epilog=(
        "Ends with 0 done, 1 refused, 2 usage, 3 cannot reach or authenticate,"
        " 4 outcome unknown, 130 interrupted."
        + examples(
            "entity-connections --scenario global-500",
            "entity-connections --user bruno --theme light",
        )
    ),
)
@tenant_options
@option(
    "--theme", type=THEME, help=f"Colours: {', '.join(THEMES)}; else as [ui] says, else as last."
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context, options: TenantOptions, theme: str | None) -> int | None:
    """Open the screen, unless a command follows."""
    if ctx.invoked_subcommand is not None:
        if theme is not None:
            raise click.UsageError("--theme is an option of the screen, not of a command.")
        ctx.obj = options
        return None
    from entity_connections.cli.commands.screen import open_screen

    return open_screen(options, theme)
