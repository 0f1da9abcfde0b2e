"""The one request path: lock, token, headers, an exchange; again as far as that is safe."""

import re
from collections.abc import Callable
from typing import TypeVar

from entity_connections.domain import errors
from entity_connections.domain.ids import hyphenate_id
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import Token, Tokens
from entity_connections.zuora.http.deadline import Deadline
from entity_connections.zuora.http.line import Line
from entity_connections.zuora.http.responses import Answer
from entity_connections.zuora.http.retry import Repeat, persist
from entity_connections.zuora.http.track_id import new_track_id
from entity_connections.zuora.wire import entity_id

_KEY = re.compile(r"[!-~]{0,254}")
_TRACK_ID = re.compile(r"[!#-&(-9<-~]{0,64}")  # ASCII without " ' : ;

Meaning = TypeVar("Meaning")


class Calls:
    """Every call of the API, whatever it asks for."""

    def __init__(self, line: Line, tokens: Tokens, lock: WriteLock) -> None:
        self._line = line
        self._tokens = tokens
        self._lock = lock

    async def call(
        self,
        method: str,
        path: str,
        read: Callable[[Answer], Meaning],
        acting_id: str | None,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, str] | None = None,
        key: str = "",
        track_id: str = "",
    ) -> Meaning:
        """Return what `read` makes of Zuora's answer.

        Args:
            method: of HTTP; anything but GET changes something, and asks the lock.
            path: from the root on, quoted.
            read: raises a ZuoraError for an answer that is not as it should be.
            acting_id: the entity to act in; else the first in the token's scope.
            query: behind the path.
            body: as JSON.
            key: the Idempotency-Key, by which Zuora knows a call that it has seen;
                at most 254 characters.
            track_id: the Zuora-Track-Id, the same for every try; at most 64
                characters. Else a fresh one.

        Raises:
            ZuoraError: it did not work, or nobody knows whether it did.
        """
        changes = method != "GET"
        if changes:
            self._lock.check()
        headers = _names(key, track_id)
        deadline = Deadline(self._line.patience.total)
        renewed = False

        def check() -> None:
            if changes:  # all it waited for took its time, and the machine may have slept
                self._lock.check()
                deadline.check()

        async def attempt(number: int) -> Meaning:
            nonlocal renewed
            while True:
                token = await self.token(deadline)
                sent = headers | _of(token, acting_id)
                request = self._line.request(method, path, sent, query=query, json=body)
                try:
                    return await self._line.exchange(
                        request, read, token.secret, number, deadline, check
                    )
                except errors.Unauthenticated:
                    self._tokens.drop(token)
                    if renewed:
                        raise
                    renewed = True

        def may_go_on() -> bool:
            return not (changes and self._lock.locked)

        return await persist(
            attempt,
            _repeat(method, key),
            self._line.traffic,
            self._line.patience,
            deadline,
            may_go_on,
        )

    async def token(self, deadline: Deadline | None = None) -> Token:
        """Return a token.

        Args:
            deadline: until when to wait for it.

        Raises:
            ZuoraError: there is none; what it was wanted for was not sent.
        """
        try:
            async with (deadline or Deadline(self._line.patience.total)).waiting():
                return await self._tokens.get()
        except errors.ZuoraError as error:
            if error.outcome_known:
                raise
            # Whatever became of the token, what it was wanted for was not sent.
            raise errors.TokenUnavailable(error.sentence, error.reasons, error.request_id) from None


def _repeat(method: str, key: str) -> Repeat:
    if method == "GET":
        return Repeat.READ
    return Repeat.KEY if key else Repeat.NEVER


def _names(key: str, track_id: str) -> dict[str, str]:
    """Return the headers by which a call is known."""
    if not _KEY.fullmatch(key) or not _TRACK_ID.fullmatch(track_id):
        raise errors.Refused("The key or the track id of the call is none. Nothing was sent.")
    headers = {"Zuora-Track-Id": track_id or new_track_id()}
    return headers | {"Idempotency-Key": key} if key else headers


def _of(token: Token, acting_id: str | None) -> dict[str, str]:
    """Return the headers that say who asks, and in which entity."""
    headers = {"Authorization": f"Bearer {token.secret.get_secret_value()}"}
    acting_id = acting_id or next(iter(token.entity_ids), None)
    if not acting_id:
        return headers
    try:
        return headers | {"Zuora-Entity-Ids": hyphenate_id(entity_id(acting_id))}
    except ValueError:
        raise errors.NotFound("The id of the entity to act in is none. Nothing was sent.") from None
