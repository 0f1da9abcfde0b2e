"""The OAuth token: asked for once, shared, renewed before it ends (contract A)."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

import httpx
from pydantic import BaseModel, SecretStr

from app.domain.ids import bare
from app.zuora import answers

RENEW_BEFORE = 300.0
"""Seconds before the end of a token from which a new one is asked for."""


class Credentials(NamedTuple):
    """An OAuth client of Zuora; never printed with its secret."""

    client_id: str
    client_secret: SecretStr


def credentials(client_id: str, client_secret: str) -> Credentials:
    """Return the credentials of an OAuth client from their plain texts."""
    return Credentials(client_id, SecretStr(client_secret))


class _TokenWire(BaseModel):
    access_token: SecretStr
    expires_in: float
    scope: str = ""


class Token(NamedTuple):
    """One token.

    Attributes:
        secret: what goes behind `Bearer`.
        renew_at: on the clock of `Tokens`, from when a new one is asked for.
        entity_ids: bare ids of the entities it may act in, in Zuora's order;
            empty when the scope names none.
    """

    secret: SecretStr
    renew_at: float
    entity_ids: tuple[str, ...]


class Tokens:
    """Gives out the one token of an OAuth client."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        credentials: Credentials,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None

    async def get(self) -> Token:
        """Return a token that will last; however many ask, Zuora is asked once.

        Raises:
            ZuoraError: Zuora refused the credentials or gave no usable token.
            httpx.HTTPError: the call itself failed.
        """
        async with self._lock:
            if self._token is None or self._clock() >= self._token.renew_at:
                self._token = await self._ask()
            return self._token

    def drop(self, token: Token) -> None:
        """Forget a token that Zuora refused, unless a newer one has come already."""
        if self._token is token:
            self._token = None

    async def _ask(self) -> Token:
        asked_at = self._clock()
        response = await self._http.post(
            "/oauth/token",
            data={
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret.get_secret_value(),
                "grant_type": "client_credentials",
            },
        )
        wire = answers.content(response, _TokenWire)
        entities = (part[7:] for part in wire.scope.split() if part.startswith("entity."))
        return Token(
            secret=wire.access_token,
            # A token shorter than the margin is used for half of its life.
            renew_at=asked_at + max(wire.expires_in - RENEW_BEFORE, wire.expires_in / 2),
            entity_ids=tuple(bare(one) for one in entities),
        )
