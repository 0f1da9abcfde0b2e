"""The program: its own options open the screen, its commands are loaded when run."""

import errno
import io
import os
import sys

import click

from entity_connections import __version__
from entity_connections.cli.completion.completers import VARIABLE
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.lazy_group import LazyGroup
from entity_connections.cli.output import discard_output, info, stdout_failed
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.text import MAX_VALUE_LENGTH, clean
from entity_connections.fake.scenarios.catalogue import SCENARIOS, USERS
from entity_connections.settings.errors import SettingsError

COMMANDS = {
    "entities": ("commands.entities:entities", "The entities, and which you may enter"),
    "connections": ("commands.connections:connections", "The connections of an entity"),
    "waiting": ("commands.waiting:waiting", "Requests that wait in any entity you may enter"),
    "request": ("commands.actions:request", "Ask other entities for a connection"),
    "accept": ("commands.actions:accept", "Accept a request that waits"),
    "deny": ("commands.actions:deny", "Deny a request that waits"),
    "disconnect": ("commands.actions:disconnect", "End a connection for good"),
    "journal": ("commands.journal:journal", "What was sent, and what became of it"),
    "profiles": ("commands.profiles:profiles", "The tenants of your config file"),
    "login": ("commands.login:login", "Make a profile: ask, test, and keep the secret"),
    "config": ("commands.profiles:config", "Where each setting comes from; the schema"),
    "doctor": ("commands.doctor:doctor", "What works on the way to Zuora, and what to do"),
    "completion": ("commands.completion:completion", "The script that completes in your shell"),
    "serve": ("fake.serve:serve", "The fake tenant on a socket of this machine"),
    "web": ("commands.web:web", "The screen in a browser, on the fake tenant"),
    "walkthrough": (
        "walkthrough.walkthrough:walkthrough",
        "A scripted journey: play, record, make one",
    ),
    "tenant": ("fake.tenant:tenant", "A fake tenant in a file: look, start anew, export"),
    "scenario": ("fake.scenario:scenario", "What a fake tenant can start from, as data"),
    "policy": ("fake.policy:policy", "What the fake tenant does where Zuora is silent"),
}
"""Every command, where it is, and its line in the help."""


def main() -> None:
    """Run the program and end the process with its exit code."""
    _ensure_standard_streams()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(
            errors="surrogateescape"
        )  # invalid bytes are checked where they are used
    if VARIABLE in os.environ:  # the shell asks for completions
        from entity_connections.cli.completion.bash import register

        register()
    status = _run()
    if status == ExitCode.DONE and stdout_failed():
        status = ExitCode.NO_OUTPUT
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            discard_output(stream)
    sys.exit(status)


def _run() -> int:
    try:
        return int(program.main(prog_name="entity-connections", standalone_mode=False) or 0)
    except click.ClickException as error:
        return _report_click_error(error)
    except SettingsError as error:
        return _report(str(error), ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of the output has closed it
        return ExitCode.DONE
    except OSError as error:
        return _report_os_error(error)
    except Exception:  # noqa: BLE001 - the last resort, and it tells no values
        return _crashed()


def _report_click_error(error: click.ClickException) -> ExitCode:
    if isinstance(error, CliError):
        return _report(error.message, error.code)
    sentence = error.format_message()
    if not isinstance(error, click.exceptions.NoArgsIsHelpError):
        sentence = clean(sentence, 2 * MAX_VALUE_LENGTH)  # it repeats what was typed
    return _report(sentence, ExitCode.USAGE)


def _report_os_error(error: OSError) -> ExitCode:
    if error.errno == errno.ENOSPC:
        return _report(f"{error.strerror}.", ExitCode.NO_OUTPUT)
    if error.errno == errno.ENOENT and error.filename is None:  # of os.getcwd
        return _report("the current folder is gone: change to another.", ExitCode.USAGE)
    return _crashed()


def _report(sentence: str, code: ExitCode) -> ExitCode:
    if VARIABLE not in os.environ:  # a message would disturb completion
        info(f"entity-connections: {sentence}")
    return code


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


def _crashed() -> ExitCode:
    if VARIABLE not in os.environ:
        from entity_connections.cli.crash import report_crash

        report_crash()
    return ExitCode.CRASHED


def _listed(names: dict[str, str]) -> str:
    width = max(map(len, names))
    return "\b\n" + "\n".join(f"  {name:<{width}}  {what}" for name, what in names.items())


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Zuora's Manage Entity Connections for the terminal.\n\n"
        "Without a command it opens the screen. Without --profile or --base-url everything works"
        " on the fake tenant that is built in, and nothing leaves this machine.\n\n"
        f"Scenarios:\n\n{_listed(SCENARIOS)}\n\nUsers:\n\n{_listed(USERS)}"
    ),
    epilog=(
        "Ends with 0 done, 1 refused, 2 usage, 3 cannot reach or authenticate,"
        " 4 outcome unknown, 130 interrupted."
    ),
)
@tenant_options
@option("--theme", metavar="NAME", help="Colours: dark, light, high-contrast, colour-blind-safe.")
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context, options: TenantOptions, theme: str | None) -> int | None:
    """Open the screen, unless a command follows."""
    if ctx.invoked_subcommand is not None:
        if theme is not None:
            raise click.UsageError(f"--theme is for the screen, not for {ctx.invoked_subcommand}.")
        ctx.obj = options
        return None
    from entity_connections.cli.commands.screen import open_screen

    return open_screen(options, theme)
