"""The OAuth token: requested once, shared, and renewed before it expires (contract A)."""

import asyncio
import copy
from collections.abc import Callable, Generator
from typing import NamedTuple, Self

import httpx
from pydantic import ValidationError

from entity_connections.domain.clock import monotonic
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import new_uuid
from entity_connections.domain.secret import Secret, SecretValue
from entity_connections.zuora.http.connection import HttpConnection
from entity_connections.zuora.http.responses import Response, invalid_response, parse_success
from entity_connections.zuora.http.retry import Deadline, RetrySafety, retry
from entity_connections.zuora.models import TokenModel, check_entity_id

RENEW_BEFORE = 300.0
"""Seconds before its expiry from which a token is renewed."""
MIN_LIFETIME = 10.0
"""Seconds for which a token is used, whatever Zuora says about its expiry."""


class Credentials(NamedTuple):
    """An OAuth client of Zuora; the secret is never printed."""

    client_id: str
    client_secret: SecretValue

    @classmethod
    def from_text(cls, client_id: str, client_secret: str) -> Self:
        """Create credentials from plain texts."""
        return cls(client_id, Secret(client_secret))


class Token(NamedTuple):
    """A token.

    Attributes:
        secret: the bearer token itself.
        renew_at: from when it is renewed, on the clock of the `TokenProvider`.
        entity_ids: normalized ids of the entities it is valid for, in Zuora's order;
            empty if the scope names none.
    """

    secret: SecretValue
    renew_at: float
    entity_ids: tuple[str, ...]


class BearerAuth(httpx.Auth):
    """Adds a token to a request."""

    def __init__(self, token: SecretValue) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Set the header `Authorization`."""
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        yield request


class TokenProvider:
    """Provides the token of one OAuth client; `clock` counts seconds and never goes back."""

    def __init__(
        self,
        connection: HttpConnection,
        credentials: Credentials,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._connection = connection
        self._credentials = credentials
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._failures = 0
        self._last_failure = ZuoraError("")

    async def get(self) -> Token:
        """Return a valid token; concurrent callers share one request and its error.

        Raises:
            ZuoraError: Zuora refused the credentials, did not respond, or gave no usable
                token, after all retries.
        """
        failures = self._failures
        async with self._lock:
            if self._token and self._clock() < self._token.renew_at:
                return self._token
            if failures != self._failures:  # the request that this caller waited for failed
                raise copy.copy(self._last_failure)
            try:
                self._token = await self._request_token()
            except ZuoraError as error:
                self._failures += 1
                self._last_failure = copy.copy(error)
                raise
            return self._token

    def discard(self, token: Token) -> None:
        """Forget a token that Zuora refused, unless it was renewed already."""
        if self._token is token:
            self._token = None

    async def _request_token(self) -> Token:
        requested_at = self._clock()
        secret = self._credentials.client_secret
        form = {
            "client_id": self._credentials.client_id,
            "client_secret": secret.get_secret_value(),
            "grant_type": "client_credentials",
        }
        headers = {"Zuora-Track-Id": new_uuid()}
        policy, log = self._connection.retry_policy, self._connection.request_log
        deadline = Deadline(policy.total)

        async def attempt(number: int) -> Token:
            request = self._connection.client.build_request(
                "POST", "/oauth/token", headers=headers, data=form
            )
            async with self._connection.slot(deadline):
                return await self._connection.send(
                    request, lambda response: _parse_token(response, requested_at), secret, number
                )

        return await retry(attempt, RetrySafety.READ, policy, deadline, log)


def _parse_token(response: Response, requested_at: float) -> Token:
    body = parse_success(response)
    try:
        token = TokenModel.model_validate(body)
    except ValidationError as error:
        fields = {problem["loc"][0] for problem in error.errors(include_input=False)}
        lack = "holds no token" if "access_token" in fields else "does not say how long it lasts"
        raise invalid_response(response, f"it {lack}.") from None
    # A token that lasts shorter than RENEW_BEFORE is used for half of its lifetime.
    lifetime = max(MIN_LIFETIME, token.expires_in - RENEW_BEFORE, token.expires_in / 2)
    entity_ids = _parse_scope(body.get("scope"))
    return Token(Secret(token.access_token), requested_at + lifetime, entity_ids)


def _parse_scope(scope: object) -> tuple[str, ...]:
    """Read the ids of the parts `entity.<id>`, each once; invalid ids are left out."""
    entity_ids: dict[str, None] = {}
    for part in scope.split() if isinstance(scope, str) else ():
        if part.startswith("entity."):
            try:
                entity_ids[check_entity_id(part.removeprefix("entity."))] = None
            except ValueError:
                continue
    return tuple(entity_ids)
