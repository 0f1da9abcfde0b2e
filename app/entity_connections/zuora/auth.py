"""The OAuth token: asked for once, shared, renewed before it ends (contract A)."""

import asyncio
import copy
from collections.abc import Callable
from typing import NamedTuple

from pydantic_core import ValidationError

from entity_connections.domain.clock import monotonic
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.secret import Secret, SecretValue
from entity_connections.zuora.http import responses as answers
from entity_connections.zuora.http.deadline import Deadline
from entity_connections.zuora.http.line import Line
from entity_connections.zuora.http.responses import Answer
from entity_connections.zuora.http.retry import Repeat, persist
from entity_connections.zuora.http.track_id import new_track_id
from entity_connections.zuora.wire import entity_id, read_token

RENEW_BEFORE = 300.0
"""Seconds before the end of a token from which a new one is asked for."""
SHORTEST = 10.0
"""A token is used for so many seconds, whatever is said of its end."""


class Credentials(NamedTuple):
    """An OAuth client of Zuora; never printed with its secret."""

    client_id: str
    client_secret: SecretValue


def credentials(client_id: str, client_secret: str) -> Credentials:
    """Return the credentials of an OAuth client from their plain texts."""
    return Credentials(client_id, Secret(client_secret))


class Token(NamedTuple):
    """One token.

    Attributes:
        secret: what goes behind `Bearer`.
        renew_at: on the clock of `Tokens`, from when a new one is asked for.
        entity_ids: bare ids of the entities it may act in, in Zuora's order;
            empty when the scope names none.
    """

    secret: SecretValue
    renew_at: float
    entity_ids: tuple[str, ...]


class Tokens:
    """Gives out the one token of an OAuth client."""

    def __init__(
        self,
        line: Line,
        credentials: Credentials,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._line = line
        self._credentials = credentials
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._failures = 0
        self._failure = ZuoraError("")

    async def get(self) -> Token:
        """Return a token that will last; however many ask, Zuora is asked once.

        Raises:
            ZuoraError: Zuora refused the credentials, did not answer, or gave no
                usable token. Trying again has been tried.
        """
        failures = self._failures
        async with self._lock:
            if self._token and self._clock() < self._token.renew_at:
                return self._token
            if failures != self._failures:  # who waited for the same try shares its end
                raise copy.copy(self._failure)
            try:
                patience = self._line.patience
                self._token = await persist(
                    self._ask, Repeat.READ, self._line.traffic, patience, Deadline(patience.total)
                )
            except ZuoraError as error:
                self._failures += 1
                self._failure = copy.copy(error)
                raise
            return self._token

    def drop(self, token: Token) -> None:
        """Forget a token that Zuora refused, unless a newer one has come already."""
        if self._token is token:
            self._token = None

    async def _ask(self, attempt: int) -> Token:
        asked_at = self._clock()
        secret = self._credentials.client_secret
        request = self._line.request(
            "POST",
            "/oauth/token",
            {"Zuora-Track-Id": new_track_id()},
            form={
                "client_id": self._credentials.client_id,
                "client_secret": secret.get_secret_value(),
                "grant_type": "client_credentials",
            },
        )
        return await self._line.exchange(
            request, lambda answer: _token(answer, asked_at), secret, attempt
        )


def _token(answer: Answer, asked_at: float) -> Token:
    body = answers.content(answer)
    try:
        wire = read_token(body)
    except ValidationError as error:
        lacking = error.errors(include_input=False, include_url=False)[0]["loc"]
        what = "holds no token" if "access_token" in lacking else "does not say how long it lasts"
        raise answers.bad(answer, f"it {what}.") from None
    seconds = wire["expires_in"]
    # A token shorter than the margin is used for half of its life.
    usable = max(SHORTEST, seconds - RENEW_BEFORE, seconds / 2)
    return Token(Secret(wire["access_token"]), asked_at + usable, _entities(body.get("scope")))


def _entities(scope: object) -> tuple[str, ...]:
    """Return the bare ids behind `entity.`, each once; one that is no id is left out."""
    found: dict[str, None] = {}
    for part in scope.split() if isinstance(scope, str) else ():
        if not part.startswith("entity."):
            continue
        try:
            found[entity_id(part.removeprefix("entity."))] = None
        except ValueError:
            continue
    return tuple(found)
