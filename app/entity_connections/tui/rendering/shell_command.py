"""A call as the command that makes it again from a shell; it holds no secret."""

import re
import shlex
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qs, urlsplit

from entity_connections.services.request_log import ApiCall
from entity_connections.services.storage.journal_entry import Entry

_ANSWER = re.compile(r"/v1/entity-connections/([^/]+)/(accept|deny|disconnect)")


def of_call(call: ApiCall, options: Sequence[str], entries: Iterable[Entry] = ()) -> str | None:
    """Return the command, or None where there is none.

    Args:
        call: what went over the wire; the body of a request is not in it.
        options: what leads to the tenant.
        entries: the journal, which knows both ends of a request.
    """
    parts, entity = urlsplit(call.path), ["--entity", call.acting_id] if call.acting_id else []
    if answer := _ANSWER.fullmatch(parts.path):
        return _command(answer[2], options, [*entity, answer[1]])
    match call.method, parts.path:
        case "GET", "/v1/entities":
            return _command("entities", options, entity)
        case "GET", "/v1/entity-connections":
            type_ = parse_qs(parts.query).get("type", [""])[0]
            direction = ["--direction", type_] if type_ in ("outbound", "inbound") else []
            return _command("connections", options, [*entity, *direction])
        case "POST", "/v1/entity-connections":
            entry = next((one for one in entries if one.track_id == call.track_id), None)
            return of_entry(entry, options) if entry else None
        case "POST", "/oauth/token":
            return _command("doctor", options, [])
    return None


def of_entry(entry: Entry, options: Sequence[str]) -> str:
    """Return the command that asks for the same as an entry of the journal."""
    arguments = entry.action.command_arguments(
        entry.source.id, entry.target.id, entry.acting.id, entry.connection_id
    )
    return _command(entry.action.id, options, arguments)


def _command(name: str, options: Sequence[str], arguments: Sequence[str]) -> str:
    return shlex.join(["entity-connections", name, *options, *arguments])
