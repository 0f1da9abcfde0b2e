"""Issuing tokens, and finding out who makes a call (contract A)."""

import re
import sqlite3
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers

from entity_connections.domain.ids import hyphenate_id, normalize_id
from entity_connections.fake.api.requests import require_fields
from entity_connections.fake.model import Caller, User
from entity_connections.fake.rules.refusal import Category, Refusal, invalid_value
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users

_TOKEN_LIFETIME = 3600
"""Seconds for which a token is valid."""
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_ENTITY_ID = re.compile("[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CHALLENGE = {
    "WWW-Authenticate": "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API"
}
_CREDENTIALS = ("Authorization", "apiAccessKeyId", "apiSecretAccessKey")


class Authenticator:
    """Issues and checks tokens; which entities a token opens depends on the user's roles now."""

    def __init__(
        self, db: sqlite3.Connection, clock: Callable[[], float], new_token: Callable[[], str]
    ) -> None:
        self._db = db
        self._hierarchy = Hierarchy(db)
        self._users = Users(db)
        self._clock = clock
        self._new_token = new_token

    def issue_token(self, form: Mapping[str, str], headers: Headers) -> dict[str, object]:
        """Return the body of the response to a token request.

        Raises:
            Refusal: A field is missing or wrong, or the credentials are wrong.
        """
        if any(name in headers for name in _CREDENTIALS):
            raise invalid_value(f"A token request carries none of {', '.join(_CREDENTIALS)}.")
        require_fields(form, "client_id", "client_secret", "grant_type")
        if form["grant_type"] != "client_credentials":
            raise invalid_value("grant_type must be client_credentials.")
        user = self._users.by_client(form["client_id"])
        user = _check_secret(user, form["client_secret"])
        now, token = self._clock(), self._new_token()
        with transaction(self._db):
            self._db.execute("DELETE FROM token WHERE expires <= ?", (now,))
            self._db.execute(
                "INSERT INTO token VALUES (?, ?, ?)",
                (token, user.username, now + _TOKEN_LIFETIME),
            )
        entities = self._hierarchy.accessible(user.username)
        scope = [
            f"user.{normalize_id(user.client_id)}",
            *(f"entity.{hyphenate_id(entity.id)}" for entity in entities),
            "service.echo.read",
            f"tenant.{tenant_settings.read(self._db, tenant_settings.TENANT_ID)}",
        ]
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": _TOKEN_LIFETIME - 1,
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
        if "authorization" not in headers and "apiaccesskeyid" in headers:
            user = self._users.by_login(headers["apiaccesskeyid"])
            user = _check_secret(user, headers.get("apisecretaccesskey"))
            entity_id = _parse_entity_id(headers) or user.home_entity_id
        else:
            bearer = _BEARER.fullmatch(headers.get("authorization", ""))
            user = self._users.by_token(bearer[1], self._clock()) if bearer else None
            if user is None:
                raise _not_signed_in("This resource is protected, please sign in first.")
            entity_id = _parse_entity_id(headers) or self._single_entity(user)
        role = self._hierarchy.role(user.username, entity_id)
        if role is None:
            name = self._hierarchy.display_name(entity_id)
            message = f"{user.login} may not act in {name}: it is not in the token's scope."
            raise Refusal(Category.PERMISSION, message, status=403)
        return Caller(user, entity_id, role)

    def _single_entity(self, user: User) -> str:
        entities = self._hierarchy.accessible(user.username)
        if len(entities) != 1:
            message = (
                f"This token is valid for {len(entities)} entities:"
                " say in Zuora-Entity-Ids which one to act in."
            )
            raise Refusal(Category.MISSING_FIELD, message, status=400)
        return entities[0].id


def _parse_entity_id(headers: Headers) -> str | None:
    if "entityid" in headers or "entityname" in headers:
        raise invalid_value("Zuora-Entity-Ids has replaced entityId and entityName.")
    ids = headers.getlist("zuora-entity-ids")
    if not ids:
        return None
    if len(ids) > 1 or not _ENTITY_ID.fullmatch(ids[0]):
        raise invalid_value("Name exactly one entity, in Zuora-Entity-Ids.")
    return normalize_id(ids[0])


def _check_secret(user: User | None, secret: str | None) -> User:
    if user is None or user.client_secret != secret:
        raise _not_signed_in("The credentials are wrong.")
    return user


def _not_signed_in(message: str) -> Refusal:
    return Refusal(Category.AUTHENTICATION, message, status=401, headers=_CHALLENGE)
