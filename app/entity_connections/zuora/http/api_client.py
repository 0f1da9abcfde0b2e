"""Calls of the API: with the write lock, the token, the headers, and retries."""

import re
from collections.abc import Callable
from typing import TypeVar

from entity_connections.domain import errors
from entity_connections.domain.ids import hyphenate_id, new_uuid
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import Token, TokenProvider
from entity_connections.zuora.http.connection import HttpConnection
from entity_connections.zuora.http.responses import Response
from entity_connections.zuora.http.retry import Deadline, RetrySafety, retry

_HEADER_VALUE = re.compile(r"[!#-&(-9<-~]{1,64}")  # ASCII without " ' : ;

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
        key: str | None = None,
        track_id: str = "",
    ) -> T:
        """Send a call, and again as far as that is safe, and parse the response.

        Any method but GET is a write and needs the lock open; `applied` of the error says
        whether it may have worked.

        Args:
            method: the HTTP method.
            path: below the REST root.
            parse: raises a ZuoraError for a response that does not mean success.
            acting_id: the entity to act in; None for the first in the token's scope.
            query: the parameters behind the path.
            body: sent as JSON.
            key: the Idempotency-Key; None for none.
            track_id: the Zuora-Track-Id of all attempts; "" for a new one.
        """
        headers = {"Zuora-Track-Id": track_id or new_uuid()}
        safety = RetrySafety.READ if method == "GET" else RetrySafety.UNSAFE
        if key is not None:
            headers["Idempotency-Key"] = key
            safety = RetrySafety.IDEMPOTENT
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
                token = await self._tokens.get(deadline)
                if entity_id := acting_id or next(iter(token.entity_ids), ""):
                    headers["Zuora-Entity-Ids"] = hyphenate_id(entity_id)
                if not all(map(_HEADER_VALUE.fullmatch, headers.values())):
                    raise errors.Refused("An id of the call cannot be one. Nothing was sent.")
                request = self._connection.client.build_request(
                    method, path, params=query, json=body, headers=headers
                )
                request.headers["Authorization"] = f"Bearer {token.secret.get_secret_value()}"
                try:
                    async with self._connection.slot(deadline):
                        check_write()  # again, because the call waited for token and slot
                        return await self._connection.send(request, parse, token.secret, number)
                except errors.Unauthenticated:
                    self._tokens.discard(token)
                    if renewed:
                        raise
                    renewed = True

        return await retry(attempt, safety, policy, deadline, log)

    async def get_token(self) -> Token:
        """Return a token, requested if needed."""
        return await self._tokens.get(Deadline(self._connection.retry_policy.total))
