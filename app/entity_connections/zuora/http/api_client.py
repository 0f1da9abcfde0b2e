"""Calls of the API: with the write lock, the token, the headers, and retries."""

import re
from collections.abc import Callable
from typing import TypeVar

from entity_connections.domain import errors
from entity_connections.domain.errors import Applied
from entity_connections.domain.ids import hyphenate_id, new_uuid
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import BearerAuth, Token, TokenProvider
from entity_connections.zuora.http.connection import HttpConnection
from entity_connections.zuora.http.responses import Response
from entity_connections.zuora.http.retry import Deadline, RetrySafety, retry
from entity_connections.zuora.models import check_entity_id

_KEY = re.compile(r"[!-~]{0,254}")
_TRACK_ID = re.compile(r"[!#-&(-9<-~]{0,64}")  # ASCII without " ' : ;

T = TypeVar("T")


class ApiClient:
    """Sends the calls of the API, whatever they ask for."""

    def __init__(self, connection: HttpConnection, tokens: TokenProvider, lock: WriteLock) -> None:
        self._connection = connection
        self._tokens = tokens
        self._lock = lock

    async def request(
        self,
        method: str,
        path: str,
        parse: Callable[[Response], T],
        acting_id: str | None,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, str] | None = None,
        key: str = "",
        track_id: str = "",
    ) -> T:
        """Send a call, and again as far as that is safe, and parse the response.

        Args:
            method: the HTTP method; any but GET is a write and needs the lock open.
            path: below the REST root, percent-encoded.
            parse: raises a ZuoraError for a response that does not mean success.
            acting_id: the entity to act in; None for the first in the token's scope.
            query: the parameters behind the path.
            body: sent as JSON.
            key: the Idempotency-Key, at most 254 characters; "" for none.
            track_id: the Zuora-Track-Id of all attempts, at most 64 characters; "" for a
                new one.

        Raises:
            ZuoraError: the call failed; `applied` says whether a write may have worked.
        """
        headers = _create_id_headers(key, track_id)
        policy, log = self._connection.retry_policy, self._connection.request_log
        deadline = Deadline(policy.total)
        renewed = False

        def check_write() -> None:
            if method != "GET":
                self._lock.check()
                deadline.check()

        async def attempt(number: int) -> T:
            nonlocal renewed
            while True:
                check_write()
                token = await self.get_token(deadline)
                sent_headers = headers | _create_entity_header(acting_id, token)
                request = self._connection.client.build_request(
                    method, path, params=query, json=body, headers=sent_headers
                )
                auth = BearerAuth(token.secret)
                try:
                    async with self._connection.slot(deadline):
                        check_write()  # again, because the call waited for token and slot
                        return await self._connection.send(
                            request, parse, token.secret, number, auth
                        )
                except errors.Unauthenticated:
                    self._tokens.discard(token)
                    if renewed:
                        raise
                    renewed = True

        return await retry(attempt, _retry_safety(method, key), policy, deadline, log)

    async def get_token(self, deadline: Deadline | None = None) -> Token:
        """Return a token.

        Args:
            deadline: until when to wait for it; None for a new deadline.

        Raises:
            ZuoraError: there is none; the call that needs it was not sent.
        """
        try:
            async with (deadline or Deadline(self._connection.retry_policy.total)).limit_wait():
                return await self._tokens.get()
        except errors.ZuoraError as error:
            if error.applied is Applied.NO:
                raise
            raise errors.TokenUnavailable(error.sentence, error.reasons, error.request_id) from None


def _retry_safety(method: str, key: str) -> RetrySafety:
    if method == "GET":
        return RetrySafety.READ
    return RetrySafety.IDEMPOTENT if key else RetrySafety.UNSAFE


def _create_id_headers(key: str, track_id: str) -> dict[str, str]:
    if not _KEY.fullmatch(key) or not _TRACK_ID.fullmatch(track_id):
        raise errors.Refused("The key or the track id of the call is none. Nothing was sent.")
    headers = {"Zuora-Track-Id": track_id or new_uuid()}
    return headers | {"Idempotency-Key": key} if key else headers


def _create_entity_header(acting_id: str | None, token: Token) -> dict[str, str]:
    acting_id = acting_id or next(iter(token.entity_ids), None)
    if not acting_id:
        return {}
    try:
        return {"Zuora-Entity-Ids": hyphenate_id(check_entity_id(acting_id))}
    except ValueError:
        raise errors.NotFound("The id of the entity to act in is none. Nothing was sent.") from None
