"""The options that every command has that writes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from entity_connections.cli.parameters import json_option, option

RESULTS_HELP = """
--json: a list, each object on a line as soon as it is known: {"action", "source":
{"id", "name", "displayName"}, "target": {...}, "result", "sentence",
"connectionId", "requestId", "codes", "given"}. The result of what was sent is
confirmed, refused, overtaken, "not done", "overtaken since" or unknown; of what
was not: "already so", disabled, unreadable, "in progress", "not found" or "not
sent". given is what was named, where no pair was found for it. With --dry-run
the result is planned, and the object has method, url, headers and body of the
request, too.

Ends with the highest exit code of all results.
"""


class WriteOptions(NamedTuple):
    """The values of the options, and `--even-so` of those that request."""

    yes: bool
    unlock: bool
    dry_run: bool
    as_json: bool
    even_so: bool = False


def write_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which receives them as `options`."""

    @option("--yes", is_flag=True, help="Do it without a question.")
    @option("--unlock", is_flag=True, help="Let this one command write in production.")
    @option("--dry-run", is_flag=True, help="Show the plan and each request, and send nothing.")
    @json_option
    @wraps(command)
    def with_options(*args: Any, **kwargs: Any) -> Any:
        flags = {name: kwargs.pop(name) for name in ("yes", "unlock", "dry_run", "as_json")}
        return command(*args, options=WriteOptions(**flags), **kwargs)

    return with_options
