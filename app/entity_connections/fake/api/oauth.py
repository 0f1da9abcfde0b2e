"""Tokens: who gets one, and what a call that carries one may be (contract A)."""

import re
import sqlite3
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers

from entity_connections.domain.ids import hyphenate_id, normalize_id
from entity_connections.fake.api.answers import Category, Refusal
from entity_connections.fake.scenarios.model import Caller, User
from entity_connections.fake.state import settings
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users

LIFETIME = 3600
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_CHALLENGE = {
    "WWW-Authenticate": "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API"
}
_PASSWORD = ("apiAccessKeyId", "apiSecretAccessKey")
_OTHER_CREDENTIALS = ("Authorization", *_PASSWORD)


class Tokens:
    """Issues tokens and recognizes them; entities in a scope are those of the moment."""

    def __init__(
        self,
        db: sqlite3.Connection,
        hierarchy: Hierarchy,
        users: Users,
        *,
        clock: Callable[[], float],
        new_token: Callable[[], str],
    ) -> None:
        self._db = db
        self._hierarchy = hierarchy
        self._users = users
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
            if only.lower() != hyphenate_id(only) or normalize_id(only) not in entity_ids:
                raise _invalid("Zuora-Entity-Ids must be one entity of the client, with hyphens.")
            entity_ids = [normalize_id(only)]
        now, token = self._clock(), self._new_token()
        with transaction(self._db):
            self._db.execute("DELETE FROM token WHERE expires <= ?", (now,))
            self._db.execute(
                "INSERT INTO token VALUES (?, ?, ?, ?)",
                (token, user.username, only and normalize_id(only), now + LIFETIME),
            )
        scope = [
            f"user.{normalize_id(user.client_id)}",
            *(f"entity.{hyphenate_id(id_)}" for id_ in entity_ids),
            "service.echo.read",
            f"tenant.{settings.get(self._db, settings.TENANT_ID)}",
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

        A token says who; without one, so do the older headers with login name and
        password, which is the client secret here (contract A4).

        Raises:
            Refusal: No valid token (401), or no entity the token may act in (400, 403).
        """
        by_password = "authorization" not in headers and any(one in headers for one in _PASSWORD)
        if by_password:
            user, only = self._by_password(headers), None
        else:
            user, only = self._bearer(headers.get("authorization", ""))
        wanted = self._wanted_entity(headers)
        if wanted is None:
            wanted = user.home_entity_id if by_password else only or self._only_entity(user)
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
        user = self._users.by_client(fields["client_id"])
        if user is None or fields["client_secret"] != user.client_secret:
            raise _not_signed_in("The client id or the client secret is wrong.")
        return user

    def _by_password(self, headers: Headers) -> User:
        login, password = (headers.get(name, "") for name in _PASSWORD)
        user = self._users.by_login(login)
        if user is None or password != user.client_secret:
            raise _not_signed_in("The user name or the password is wrong.")
        return user

    def _bearer(self, authorization: str) -> tuple[User, str | None]:
        match = _BEARER.fullmatch(authorization)
        found = match and self._users.by_token(match[1], self._clock())
        if not found:
            raise _not_signed_in("This resource is protected, please sign in first.")
        return found

    def _only_entity(self, user: User) -> str:
        entities = self._hierarchy.accessible(user.username)
        if len(entities) != 1:
            message = (
                f"This token is valid for {len(entities)} entities:"
                " say in Zuora-Entity-Ids which one to act in."
            )
            raise Refusal(Category.MISSING_FIELD, message, status=400)
        return entities[0].id

    def _wanted_entity(self, headers: Headers) -> str | None:
        # entityId and entityName are what Zuora-Entity-Ids replaced; sending both an old
        # and the new one is an error (contract A4).
        names = headers.getlist("entityname")
        given = headers.getlist("zuora-entity-ids") + headers.getlist("entityid")
        if not given and not names:
            return None
        if names:
            if given or len(names) > 1:
                raise _invalid("Name exactly one entity, once.")
            entity = self._hierarchy.named(names[0])
            if entity is None:
                raise _invalid("entityName names no entity.")
            return entity.id
        id_ = normalize_id(given[0])
        if len(given) > 1 or given[0].lower() not in (id_, hyphenate_id(id_)) or len(id_) != 32:
            raise _invalid("Name exactly one entity, in Zuora-Entity-Ids.")
        return id_


def _invalid(message: str) -> Refusal:
    return Refusal(Category.INVALID_VALUE, message, status=400)


def _not_signed_in(message: str) -> Refusal:
    return Refusal(Category.AUTHENTICATION, message, status=401, headers=_CHALLENGE)
