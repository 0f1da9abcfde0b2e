"""Issuing tokens, and finding out who makes a call (contract A).

Which entities a token opens depends on the user's roles at the moment of the call.
"""

import re
from collections.abc import Mapping

from starlette.datastructures import Headers

from entity_connections.domain.ids import hyphenate_id, normalize_id
from entity_connections.fake.model import Caller, User
from entity_connections.fake.refusal import Category, Refusal, invalid_value, require_fields
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.tenant_state import TenantState

_TOKEN_LIFETIME = 3600
"""Seconds for which a token is valid."""
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_ENTITY_ID = re.compile("[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ENTITY_HEADERS = ("zuora-entity-ids", "entityid", "entityname")
"""The header that names the acting entity, and the two that it has replaced (contract A4)."""
_CHALLENGE = {
    "WWW-Authenticate": "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API"
}
_CREDENTIALS = ("Authorization", "apiAccessKeyId", "apiSecretAccessKey")


def issue_token(state: TenantState, form: Mapping[str, str], headers: Headers) -> dict[str, object]:
    """Return the body of the response to a token request; raise `Refusal` when it is invalid.

    The header `Zuora-Entity-Ids` restricts the token to that entity.
    """
    refuses_credentials = state.policy().token_authorization == "refused"  # noqa: S105 - no password
    if refuses_credentials and any(name in headers for name in _CREDENTIALS):
        raise invalid_value(f"A token request carries none of {', '.join(_CREDENTIALS)}.")
    require_fields(form, "client_id", "client_secret", "grant_type")
    if form["grant_type"] != "client_credentials":
        raise invalid_value("grant_type must be client_credentials.")
    user = state.users.find("client_id", form["client_id"])
    user = _check_secret(user, form["client_secret"])
    entity_ids = [entity.id for entity in state.hierarchy.accessible(user.name)]
    only_id = headers.get("zuora-entity-ids")
    if only_id is not None:
        is_hyphenated = only_id.lower() == hyphenate_id(only_id)
        if not is_hyphenated or normalize_id(only_id) not in entity_ids:
            raise invalid_value("Zuora-Entity-Ids must be one entity of the client, with hyphens.")
        only_id = normalize_id(only_id)
        entity_ids = [only_id]
    now, token = state.clock(), state.new_trace()
    with transaction(state.db):
        state.db.execute("DELETE FROM token WHERE expires <= ?", (now,))
        state.db.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?)",
            (token, user.name, only_id, now + _TOKEN_LIFETIME),
        )
    scope = [
        f"user.{normalize_id(user.client_id)}",
        *(f"entity.{hyphenate_id(id_)}" for id_ in entity_ids),
        "service.echo.read",
        f"tenant.{state.tenant_id()}",
    ]
    return {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": _TOKEN_LIFETIME - 1,
        "scope": " ".join(scope),
        "jti": state.new_trace(),
    }


def authenticate(state: TenantState, headers: Headers, *, needs_entity: bool = True) -> Caller:
    """Return who makes a call, and in which entity; raise `Refusal` when that is not clear.

    Without `needs_entity` a call that names none acts in the user's first entity. Without a token,
    the older headers count; the password is the client secret here (contract A4).
    """
    only_id = None
    if "authorization" not in headers and "apiaccesskeyid" in headers:
        user = state.users.find("username", headers["apiaccesskeyid"])
        user = _check_secret(user, headers.get("apisecretaccesskey"))
        entity_id = _requested_entity(state, headers) or user.home_entity_id
    else:
        bearer = _BEARER.fullmatch(headers.get("authorization", ""))
        owner = state.users.find_by_token(bearer[1], state.clock()) if bearer else None
        if owner is None:
            raise _not_signed_in("This resource is protected, please sign in first.")
        user, only_id = owner
        entity_id = (
            _requested_entity(state, headers)
            or only_id
            or _default_entity(state, user, needs_entity=needs_entity)
        )
    role = state.hierarchy.role(user.name, entity_id)
    if role is None or only_id not in (None, entity_id):
        name = state.hierarchy.display_name(entity_id)
        message = f"{user.username} may not act in {name}: it is not in the token's scope."
        raise Refusal(Category.PERMISSION, message, status=403)
    return Caller(user, entity_id, role)


def _default_entity(state: TenantState, user: User, *, needs_entity: bool) -> str:
    entities = state.hierarchy.accessible(user.name)
    if not entities or (needs_entity and len(entities) > 1):
        message = (
            f"This token is valid for {len(entities)} entities:"
            " say in Zuora-Entity-Ids which one to act in."
        )
        raise Refusal(Category.MISSING_FIELD, message, status=400)
    return entities[0].id


def _requested_entity(state: TenantState, headers: Headers) -> str | None:
    """Return the id of the entity that one of the headers names; None without such a header."""
    named = [(name, value) for name, value in headers.items() if name in _ENTITY_HEADERS]
    if not named:
        return None
    name, value = named[0]
    if name == "entityname" and len(named) == 1:
        entity = state.hierarchy.by_name(value)
        if entity is None:
            raise invalid_value("entityName names no entity.")
        return entity.id
    if len(named) > 1 or not _ENTITY_ID.fullmatch(value):
        raise invalid_value("Name exactly one entity, in Zuora-Entity-Ids.")
    return normalize_id(value)


def _check_secret(user: User | None, secret: str | None) -> User:
    if user is None or user.client_secret != secret:
        raise _not_signed_in("The credentials are wrong.")
    return user


def _not_signed_in(message: str) -> Refusal:
    return Refusal(Category.AUTHENTICATION, message, status=401, headers=_CHALLENGE)
