"""Issuing tokens, and finding out who makes a call (contract A)."""

import re
import sqlite3
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers

from entity_connections.domain.ids import hyphenate_id, normalize_id
from entity_connections.fake.model import Caller, User
from entity_connections.fake.rules.refusal import Category, Refusal, invalid_value
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users

TOKEN_LIFETIME = 3600
"""Seconds for which a token is valid."""
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_CHALLENGE = {
    "WWW-Authenticate": "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API"
}
_PASSWORD_HEADERS = ("apiAccessKeyId", "apiSecretAccessKey")
_OTHER_CREDENTIALS = ("Authorization", *_PASSWORD_HEADERS)


class Authenticator:
    """Issues and checks tokens; which entities a token opens depends on the user's roles now."""

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

    def issue_token(self, form: Mapping[str, str], headers: Headers) -> dict[str, object]:
        """Return the body of the response to a token request.

        The header `Zuora-Entity-Ids` restricts the token to that entity.

        Raises:
            Refusal: A field is missing or wrong, or the credentials are wrong.
        """
        user = self._authenticate_client(form, headers)
        entity_ids = [entity.id for entity in self._hierarchy.accessible(user.username)]
        only = headers.get("zuora-entity-ids")
        if only is not None:
            if only.lower() != hyphenate_id(only) or normalize_id(only) not in entity_ids:
                raise invalid_value(
                    "Zuora-Entity-Ids must be one entity of the client, with hyphens."
                )
            entity_ids = [normalize_id(only)]
        now, token = self._clock(), self._new_token()
        with transaction(self._db):
            self._db.execute("DELETE FROM token WHERE expires <= ?", (now,))
            self._db.execute(
                "INSERT INTO token VALUES (?, ?, ?, ?)",
                (token, user.username, only and normalize_id(only), now + TOKEN_LIFETIME),
            )
        scope = [
            f"user.{normalize_id(user.client_id)}",
            *(f"entity.{hyphenate_id(id_)}" for id_ in entity_ids),
            "service.echo.read",
            f"tenant.{tenant_settings.read(self._db, tenant_settings.TENANT_ID)}",
        ]
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": TOKEN_LIFETIME - 1,
            "scope": " ".join(scope),
            "jti": self._new_token(),
        }

    def authenticate(self, headers: Headers) -> Caller:
        """Return who makes a call, and in which entity.

        Without a token, the older headers with login and password count; the password is the
        client secret here (contract A4).

        Raises:
            Refusal: The credentials are invalid (401), or the entity is missing or not
                accessible (400, 403).
        """
        by_password = "authorization" not in headers and any(
            name in headers for name in _PASSWORD_HEADERS
        )
        if by_password:
            user, only = self._check_password(headers), None
        else:
            user, only = self._check_token(headers.get("authorization", ""))
        entity_id = self._requested_entity(headers)
        if entity_id is None and by_password:
            entity_id = user.home_entity_id
        elif entity_id is None:
            entity_id = only or self._only_accessible_entity(user)
        role = self._hierarchy.role(user.username, entity_id)
        if role is None or only not in (None, entity_id):
            name = self._hierarchy.display_name(entity_id)
            message = f"{user.login} may not act in {name}: it is not in the token's scope."
            raise Refusal(Category.PERMISSION, message, status=403)
        return Caller(user, entity_id, role)

    def _authenticate_client(self, form: Mapping[str, str], headers: Headers) -> User:
        if any(name in headers for name in _OTHER_CREDENTIALS):
            raise invalid_value(f"A token request carries none of {', '.join(_OTHER_CREDENTIALS)}.")
        missing = [
            f"{name} is missing."
            for name in ("client_id", "client_secret", "grant_type")
            if not form.get(name)
        ]
        if missing:
            raise Refusal(Category.MISSING_FIELD, *missing, status=400)
        if form["grant_type"] != "client_credentials":
            raise invalid_value("grant_type must be client_credentials.")
        user = self._users.by_client(form["client_id"])
        if user is None or form["client_secret"] != user.client_secret:
            raise _not_signed_in("The client id or the client secret is wrong.")
        return user

    def _check_password(self, headers: Headers) -> User:
        login, password = (headers.get(name, "") for name in _PASSWORD_HEADERS)
        user = self._users.by_login(login)
        if user is None or password != user.client_secret:
            raise _not_signed_in("The user name or the password is wrong.")
        return user

    def _check_token(self, authorization: str) -> tuple[User, str | None]:
        match = _BEARER.fullmatch(authorization)
        user_and_entity = match and self._users.by_token(match[1], self._clock())
        if not user_and_entity:
            raise _not_signed_in("This resource is protected, please sign in first.")
        return user_and_entity

    def _only_accessible_entity(self, user: User) -> str:
        entities = self._hierarchy.accessible(user.username)
        if len(entities) != 1:
            message = (
                f"This token is valid for {len(entities)} entities:"
                " say in Zuora-Entity-Ids which one to act in."
            )
            raise Refusal(Category.MISSING_FIELD, message, status=400)
        return entities[0].id

    def _requested_entity(self, headers: Headers) -> str | None:
        # Zuora-Entity-Ids has replaced entityId and entityName; an old header beside the new
        # one is an error (contract A4).
        names = headers.getlist("entityname")
        ids = headers.getlist("zuora-entity-ids") + headers.getlist("entityid")
        if not ids and not names:
            return None
        if names:
            if ids or len(names) > 1:
                raise invalid_value("Name exactly one entity, once.")
            entity = self._hierarchy.by_name(names[0])
            if entity is None:
                raise invalid_value("entityName names no entity.")
            return entity.id
        id_ = normalize_id(ids[0])
        if len(ids) > 1 or ids[0].lower() not in (id_, hyphenate_id(id_)) or len(id_) != 32:
            raise invalid_value("Name exactly one entity, in Zuora-Entity-Ids.")
        return id_


def _not_signed_in(message: str) -> Refusal:
    return Refusal(Category.AUTHENTICATION, message, status=401, headers=_CHALLENGE)
