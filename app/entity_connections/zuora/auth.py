"""The OAuth token: requested once, shared, and renewed before it expires (contract A)."""

import asyncio
import copy
import re
from typing import NamedTuple, Self

from pydantic import ValidationError

from entity_connections.domain import errors
from entity_connections.domain.clock import monotonic
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import new_uuid, normalize_id
from entity_connections.domain.secret import Secret
from entity_connections.services.storage.token_cache import Token, TokenCache
from entity_connections.zuora.http.connection import HttpConnection
from entity_connections.zuora.http.responses import Response, invalid_response, parse_success
from entity_connections.zuora.http.retry import Deadline, RetrySafety
from entity_connections.zuora.records import TokenAnswer

RENEW_BEFORE = 300.0
"""Seconds before its expiry from which a token is renewed."""
MIN_LIFETIME = 10.0
"""Seconds for which a token is used, whatever Zuora says about its expiry."""
ASSUMED_LIFETIME = 600.0
"""Seconds for which a token is taken to last when Zuora does not say."""

_SCOPE_ENTITY = re.compile(r"(?<!\S)entity\.([0-9A-Za-z][0-9A-Za-z-]{0,254})(?!\S)")


class Credentials(NamedTuple):
    """An OAuth client of Zuora."""

    client_id: str
    client_secret: Secret

    @classmethod
    def from_text(cls, client_id: str, client_secret: str) -> Self:
        """Create credentials from plain texts."""
        return cls(client_id, Secret(client_secret))


class TokenProvider:
    """Provides the token of one OAuth client; `cache` shares it with other processes."""

    def __init__(
        self, connection: HttpConnection, credentials: Credentials, cache: TokenCache | None = None
    ) -> None:
        self._connection = connection
        self._credentials = credentials
        self._cache = cache
        self._was_cache_read = False
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._failure: ZuoraError | None = None

    async def get(self, deadline: Deadline) -> Token:
        """Return a valid token; concurrent callers share one request and its error.

        An error means that the call that needs the token was not sent.
        """
        if self._token and monotonic() < self._token.renew_at:
            return self._token
        failure = self._failure
        async with deadline.limit_wait(), self._lock:
            if self._token and monotonic() < self._token.renew_at:
                return self._token  # another caller got it meanwhile
            if self._failure and self._failure is not failure:  # the caller waited for it
                raise copy.copy(self._failure)
            if token := await self._load_token():
                self._token = token
                return token
            try:
                token = self._token = await self._request_token()
            except ZuoraError as error:
                self._failure = error
                lasting = isinstance(error, errors.Unauthenticated) or error.is_refusal
                if error.maybe_applied and not lasting:
                    self._failure = errors.TokenUnavailable(
                        error.sentence, error.reasons, error.request_id
                    )
                    if isinstance(error, errors.WebPage):
                        self._failure.hint = error.hint
                self._failure.maybe_applied = False
                raise copy.copy(self._failure) from None
            if self._cache:
                await asyncio.to_thread(self._cache.save, token)
            return token  # which Zuora may have refused to another caller meanwhile

    def discard(self, token: Token) -> None:
        """Forget a token that Zuora refused, unless it was renewed already."""
        if self._token is token:
            self._token = None

    async def _load_token(self) -> Token | None:
        """Return the token of an earlier process, once: Zuora may have refused it since."""
        if self._cache is None or self._was_cache_read:
            return None
        self._was_cache_read = True
        return await asyncio.to_thread(self._cache.load)

    async def _request_token(self) -> Token:
        requested_at = monotonic()
        client_id, client_secret = self._credentials
        secrets = (client_secret, self._token.secret) if self._token else (client_secret,)
        headers = {"Zuora-Track-Id": new_uuid()}
        deadline = self._connection.start_deadline()

        async def attempt(number: int) -> Token:
            form = {
                "client_id": client_id,
                "client_secret": client_secret.get_secret_value(),
                "grant_type": "client_credentials",
            }
            request = self._connection.client.build_request(
                "POST", "/oauth/token", headers=headers, data=form
            )
            async with self._connection.slot(deadline):
                return await self._connection.send(
                    request, lambda response: _parse_token(response, requested_at), secrets, number
                )

        return await self._connection.retry(attempt, RetrySafety.READ, deadline)


def _parse_token(response: Response, requested_at: float) -> Token:
    try:
        answer = TokenAnswer.model_validate(parse_success(response))
    except ValidationError:
        raise invalid_response(
            response, "The answer holds no token, or not how long it lasts."
        ) from None
    expires_in = ASSUMED_LIFETIME if answer.expires_in is None else answer.expires_in
    # A token that lasts shorter than RENEW_BEFORE is used for half of its lifetime.
    lifetime = max(MIN_LIFETIME, expires_in - RENEW_BEFORE, expires_in / 2)
    entity_ids = tuple(map(normalize_id, _SCOPE_ENTITY.findall(answer.scope or "")))
    return Token(Secret(answer.access_token), requested_at + lifetime, entity_ids)
