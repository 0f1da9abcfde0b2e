"""The shell command that repeats a call or a write; it contains no secret."""

import re
import shlex
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qs, urlsplit

from entity_connections.services.request_log import ApiCall
from entity_connections.services.storage.journal_entry import Entry

_ACTION_PATH = re.compile(r"/v1/entity-connections/([^/]+)/(accept|deny|disconnect)")


def format_call(call: ApiCall, options: Sequence[str], entries: Iterable[Entry] = ()) -> str | None:
    """Return the command that repeats a call, or None if there is none.

    Args:
        call: the call; the body of a request is not in it.
        options: the command-line options that select the tenant.
        entries: the journal, which has source and target of a request.
    """
    parts, entity = urlsplit(call.path), ["--entity", call.acting_id] if call.acting_id else []
    if action := _ACTION_PATH.fullmatch(parts.path):
        return _format_command(action[2], options, [*entity, action[1]])
    match call.method, parts.path:
        case "GET", "/v1/entities":
            return _format_command("entities", options, entity)
        case "GET", "/v1/entity-connections":
            type_ = parse_qs(parts.query).get("type", [""])[0]
            direction = ["--direction", type_] if type_ in ("outbound", "inbound") else []
            return _format_command("connections", options, [*entity, *direction])
        case "POST", "/v1/entity-connections":
            entry = next((entry for entry in entries if entry.track_id == call.track_id), None)
            if entry is not None:
                ends = ["--from", entry.source.id, "--to", entry.target.id]
                return _format_command("request", options, ends)
        case "POST", "/oauth/token":
            return _format_command("doctor", options, [])
    return None


def _format_command(name: str, options: Sequence[str], arguments: Sequence[str]) -> str:
    return shlex.join(["entity-connections", name, *options, *arguments])
