"""Tokens: who gets one, and what a call that carries one may be (contract A)."""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from starlette.datastructures import Headers

from app.domain.ids import bare, hyphenated
from app.fake.answers import Category, Refusal
from app.fake.hierarchy import Hierarchy
from app.fake.model import Caller, User

LIFETIME = 3600
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_CHALLENGE = {
    "WWW-Authenticate": "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API"
}
_OTHER_CREDENTIALS = ("Authorization", "apiAccessKeyId", "apiSecretAccessKey")


class Tokens:
    """Issues tokens and recognizes them; entities in a scope are those of the moment."""

    def __init__(
        self,
        db: sqlite3.Connection,
        hierarchy: Hierarchy,
        users: Sequence[User],
        tenant_id: str,
        *,
        clock: Callable[[], float],
        new_token: Callable[[], str],
    ) -> None:
        self._db = db
        self._hierarchy = hierarchy
        self._users = {user.username: user for user in users}
        self._tenant_id = tenant_id
        self._clock = clock
        self._new_token = new_token

    def issue(self, fields: Mapping[str, str], headers: Headers) -> dict[str, object]:
        """Return the answer to a token request.

        `Zuora-Entity-Ids`, if sent, narrows the token to that entity.

        Raises:
            Refusal: A field is missing or wrong, or the credentials are.
        """
        user = self._authenticated(fields, headers)
        entity_ids = [entity.id for entity in self._hierarchy.accessible(user.username)]
        only = headers.get("zuora-entity-ids")
        if only is not None:
            if only.lower() != hyphenated(only) or bare(only) not in entity_ids:
                raise _invalid("Zuora-Entity-Ids must be one entity of the client, with hyphens.")
            entity_ids = [bare(only)]
        now, token = self._clock(), self._new_token()
        self._db.execute("DELETE FROM token WHERE expires <= ?", (now,))
        self._db.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?)",
            (token, user.username, only and bare(only), now + LIFETIME),
        )
        scope = [
            f"user.{bare(user.client_id)}",
            *(f"entity.{hyphenated(id_)}" for id_ in entity_ids),
            "service.echo.read",
            f"tenant.{self._tenant_id}",
        ]
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": LIFETIME - 1,
            "scope": " ".join(scope),
            "jti": self._new_token(),
        }

    def caller(self, headers: Headers) -> Caller:
        """Return who is calling, in which entity.

        Raises:
            Refusal: No valid token (401), or no entity the token may act in (400, 403).
        """
        user, only = self._bearer(headers.get("authorization", ""))
        wanted = _wanted_entity(headers)
        if wanted is None:
            wanted = only or self._only_entity(user)
        role = self._hierarchy.role(user.username, wanted)
        if role is None or only not in (None, wanted):
            name = self._hierarchy.display_name(wanted)
            message = f"{user.login} may not act in {name}: it is not in the token's scope."
            raise Refusal(Category.PERMISSION, message, status=403)
        return Caller(user, wanted, role)

    def _authenticated(self, fields: Mapping[str, str], headers: Headers) -> User:
        if any(name in headers for name in _OTHER_CREDENTIALS):
            raise _invalid(f"A token request carries none of {', '.join(_OTHER_CREDENTIALS)}.")
        missing = [
            f"{name} is missing."
            for name in ("client_id", "client_secret", "grant_type")
            if not fields.get(name)
        ]
        if missing:
            raise Refusal(Category.MISSING_FIELD, *missing, status=400)
        if fields["grant_type"] != "client_credentials":
            raise _invalid("grant_type must be client_credentials.")
        for user in self._users.values():
            if (fields["client_id"], fields["client_secret"]) == (
                user.client_id,
                user.client_secret,
            ):
                return user
        raise _not_signed_in("The client id or the client secret is wrong.")

    def _bearer(self, authorization: str) -> tuple[User, str | None]:
        match = _BEARER.fullmatch(authorization)
        row = (
            match
            and self._db.execute(
                "SELECT username, only_entity_id FROM token WHERE token = ? AND expires > ?",
                (match[1], self._clock()),
            ).fetchone()
        )
        if not row:
            raise _not_signed_in("This resource is protected, please sign in first.")
        username, only = row
        return self._users[username], only

    def _only_entity(self, user: User) -> str:
        entities = self._hierarchy.accessible(user.username)
        if len(entities) != 1:
            message = (
                f"This token is valid for {len(entities)} entities:"
                " say in Zuora-Entity-Ids which one to act in."
            )
            raise Refusal(Category.MISSING_FIELD, message, status=400)
        return entities[0].id


def _wanted_entity(headers: Headers) -> str | None:
    # entityId is what Zuora-Entity-Ids replaced; sending both is an error (contract A4).
    given = headers.getlist("zuora-entity-ids") + headers.getlist("entityid")
    if not given:
        return None
    id_ = bare(given[0])
    if len(given) > 1 or given[0].lower() not in (id_, hyphenated(id_)) or len(id_) != 32:
        raise _invalid("Name exactly one entity, in Zuora-Entity-Ids.")
    return id_


def _invalid(message: str) -> Refusal:
    return Refusal(Category.INVALID_VALUE, message, status=400)


def _not_signed_in(message: str) -> Refusal:
    return Refusal(Category.AUTHENTICATION, message, status=401, headers=_CHALLENGE)
