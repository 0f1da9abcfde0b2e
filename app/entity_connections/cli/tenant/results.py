"""What became of each item of a write, as soon as it is known.

For people, the outcome of what was sent is a line on stdout, and what was not sent one on
stderr. For machines each is an object on stdout.
"""

import json
from collections.abc import Mapping
from typing import Any

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo, entity_to_json, escapes_json, info
from entity_connections.cli.tenant.find_rows import Failure
from entity_connections.cli.tenant.session import find_exit_code, print_error
from entity_connections.domain.actions import CONNECT, REQUEST, Action
from entity_connections.domain.errors import WebPage, ZuoraError
from entity_connections.domain.rows import Row, shorten_sentence
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Cause, LeftOut

EVEN_SO = "--even-so"
"""The option with which a request is sent although the list is not whole."""
_CAUSE_CODES = {
    Cause.ALREADY_SO: ExitCode.DONE,
    Cause.DISABLED: ExitCode.REFUSED,
    Cause.UNREADABLE: ExitCode.NO_ACCESS,
    Cause.IN_PROGRESS: ExitCode.UNKNOWN,
}


class Results:
    """Writes the result of each item to stdout, and keeps the exit code of all.

    With JSON it is a list, with an object on each line: the list is whole when it is closed,
    but a reader has each object at once. `code` is the highest exit code so far.
    """

    def __init__(self, action: Action, *, as_json: bool) -> None:
        self.action = action
        self.as_json = as_json
        self.code = ExitCode.DONE
        self._is_open = False

    @property
    def is_empty(self) -> bool:
        """Whether machines have got no object so far."""
        return not self._is_open

    def raise_code(self, code: ExitCode) -> None:
        """Let the exit code be at least this one."""
        self.code = max(self.code, code)

    def add_operation(self, operation: Operation) -> None:
        """Write what became of an operation; one that is still planned was not sent."""
        self.raise_code(_find_code(operation))
        error, sentence = operation.error, operation.sentence
        if operation.state is State.PLANNED:
            info(f"Not sent: {operation.action.label}, {operation.pair}.")
            self._add_operation_object(operation, "not sent", "It was not sent.")
            return
        if not self.as_json:
            line = sentence  # where it is confirmed, it names the pair
            if operation.state is not State.CONFIRMED:
                short = shorten_sentence(sentence, operation.pair)
                line = f"{operation.pair}: {operation.state.value}. {short}"
            echo(line)
        self._add_operation_object(operation, operation.state.value, sentence)
        if error is not None and operation.state is not State.CONFIRMED:
            print_error(error, sentence_printed=not self.as_json and error.sentence in sentence)

    def add_planned(self, operation: Operation, request: Mapping[str, Any]) -> None:
        """Write, for machines, what a dry run would send."""
        self._add_operation_object(operation, "planned", "", **request)

    def add_left_out(self, left_out: LeftOut, *, by_filter: bool) -> None:
        """Write that nothing is sent on a row, and why.

        That it is impossible is no failure where a filter has taken the row.
        """
        row, reason, cause, _ = left_out
        if self.action in (REQUEST, CONNECT) and cause is Cause.UNREADABLE:
            reason += f" {EVEN_SO} sends it anyway."
        if not (by_filter and cause is Cause.DISABLED):
            self.raise_code(_CAUSE_CODES[cause])
        info(f"{row.pair}: {cause.value}. {shorten_sentence(reason, row.pair)}")
        self._add_object(cause.value, reason, row, connectionId=row.connection_id or None)

    def add_failure(self, failure: Failure) -> None:
        """Write that an item has no row, and why."""
        self.raise_code(failure.code)
        given, result, sentence, _, error = failure
        info(f"{given}: {result}. {sentence}" if given else f"{result}: {sentence}")
        self._add_object(result, sentence, codes=_list_codes(error), given=given or None)
        if error is not None:
            print_error(error, sentence_printed=True)

    def add_unsent(self, given: str, sentence: str) -> None:
        """Write, for machines, that nothing was sent for what was named; people are told once."""
        self._add_object("not sent", sentence, given=given)

    def close(self) -> None:
        """End the list."""
        if self.as_json:
            echo("]" if self._is_open else "[]")

    def _add_operation_object(
        self, operation: Operation, result: str, sentence: str, **more: Any
    ) -> None:
        self._add_object(
            result,
            sentence,
            operation.row,
            action=operation.action.id,
            connectionId=operation.connection_id or None,
            requestId=operation.request_id or None,
            codes=_list_codes(operation.error),
            **more,
        )

    def _add_object(self, result: str, sentence: str, row: Row | None = None, **more: Any) -> None:
        if not self.as_json:
            return
        fields: dict[str, Any] = {
            "action": self.action.id,
            "source": entity_to_json(row.source) if row else None,
            "target": entity_to_json(row.target) if row else None,
            "result": result,
            "sentence": sentence,
            "connectionId": None,
            "requestId": None,
            "codes": [],
            "given": None,
        }
        line = json.dumps(fields | more, ensure_ascii=escapes_json())
        echo(f"{',' if self._is_open else '['}{line}")
        self._is_open = True


def _list_codes(error: ZuoraError | None) -> list[str]:
    return error.codes.split(", ") if error and error.codes else []


def _find_code(operation: Operation) -> ExitCode:
    """Return the exit code that an operation alone would have."""
    if operation.state is State.CONFIRMED:
        return ExitCode.DONE
    error = operation.error
    if operation.state is State.UNKNOWN and isinstance(error, WebPage) and not error.reached_zuora:
        return ExitCode.NO_ACCESS  # what is between here and Zuora has to be mended first
    if operation.state in (State.UNKNOWN, State.IN_PROGRESS, State.SUPERSEDED):
        return ExitCode.UNKNOWN
    if operation.state is State.NOT_SENT and error is None and not operation.follows:
        return ExitCode.USAGE
    snapshot = operation.snapshot
    if operation.state is State.REFUSED and error is None and snapshot is not None:
        return ExitCode.REFUSED if snapshot.complete else ExitCode.NO_ACCESS
    if error is None or (error.is_refusal and operation.entry is not None):
        return ExitCode.REFUSED
    return find_exit_code(error)  # the write was not sent, or no list could be read before it
