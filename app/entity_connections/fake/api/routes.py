"""The paths of the API and what each of them answers (contract A1, C1, D1)."""

import sqlite3
from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entity_connections.fake.api import body, openapi
from entity_connections.fake.api.answers import Category, Refusal, answer, answer_list, refused
from entity_connections.fake.api.envelope import call_of
from entity_connections.fake.api.idempotency import Once, check_no_key
from entity_connections.fake.api.oauth import Tokens
from entity_connections.fake.api.paging import bad_query, next_page, page_of, query_of
from entity_connections.fake.faults import control as control_path
from entity_connections.fake.faults.control import Control
from entity_connections.fake.rules.choices import BarePut, EntityList, Order, Refusals
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.rules.rules import Action, Rules
from entity_connections.fake.scenarios.model import (
    ACCESS_DENIED,
    ACTIVE,
    PROVISIONED,
    UNPROVISIONED,
    Access,
    Caller,
    Entity,
)
from entity_connections.fake.state import settings
from entity_connections.fake.state.access import AccessRequests
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.hierarchy import Hierarchy, entity_id
from entity_connections.fake.state.provisioning import CHANGEABLE, MOST, NEEDED, Provisioning

_STATUS = {None: None, "true": PROVISIONED, "false": UNPROVISIONED}


class Routes:
    """One method for each operation; each answers or raises `Refusal`."""

    def __init__(
        self,
        *,
        db: sqlite3.Connection,
        hierarchy: Hierarchy,
        connections: Connections,
        tokens: Tokens,
        rules: Rules,
        provisioning: Provisioning,
        access: AccessRequests,
        once: Once,
        policy: Callable[[], Policy],
        control: Control | None = None,
    ) -> None:
        self._db = db
        self._hierarchy = hierarchy
        self._connections = connections
        self._tokens = tokens
        self._rules = rules
        self._provisioning = provisioning
        self._access = access
        self._once = once
        self._policy = policy
        self._control = control

    def application(self) -> Starlette:
        """Return the application, without its envelope."""
        connections, user = "/v1/entity-connections", "/v1/users/{login}"
        settlements: dict[str, Access] = {"accept-access": ACTIVE, "deny-access": ACCESS_DENIED}
        actions: tuple[Action, ...] = ("accept", "deny", "disconnect")
        control = self._control
        switches = (
            [Route(control_path.PATH, control.switch, methods=control_path.METHODS)]
            if control is not None
            else []
        )
        app = Starlette(
            routes=[
                # What is asked for most stands first: they are tried in this order.
                Route(connections, self.connections, methods=["GET", "POST"]),
                *(
                    Route(f"{connections}/{{id}}/{one}", partial(self.act, one), methods=["PUT"])
                    for one in actions
                ),
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/v1/entities", self.entities, methods=["GET", "POST"]),
                Route("/v1/entities/{id}", self.entity, methods=["GET", "PUT", "DELETE"]),
                Route("/v1/entities/{id}/provision", self.provision, methods=["PUT"]),
                Route(f"{user}/accessible-entities", self.accessible_entities),
                Route(f"{user}/request-access", self.request_access, methods=["PUT"]),
                *(
                    Route(f"{user}/{path}", partial(self.settle_access, status), methods=["PUT"])
                    for path, status in settlements.items()
                ),
                Route(openapi.PATH, openapi.describing(control=control is not None)),
                *switches,
            ],
            exception_handlers={
                Refusal: self._on_refusal,
                HTTPException: _on_no_route,
                sqlite3.OperationalError: _on_trouble,
            },
        )
        app.router.redirect_slashes = False  # Zuora's own answer to a wrong path is an error
        return app

    async def token(self, request: Request) -> Response:
        """Contract A1: a token for an OAuth client."""
        fields = body.form(request, await body.read(request))
        return answer(self._tokens.issue(fields, request.headers))

    async def entities(self, request: Request) -> Response:
        """Contract C1: the hierarchy, or its provisioned or unprovisioned part; a new entity."""
        caller = self._tokens.caller(request.headers)
        if request.method == "POST":
            return await self._once.run(
                request, caller.entity_id, partial(self._create, caller, request)
            )
        provisioned = query_of(request, ("provisioned",)).get("provisioned")
        if provisioned not in _STATUS:
            raise bad_query("provisioned must be true or false.")
        return self._entity_list(self._listed(caller, _STATUS[provisioned]))

    async def entity(self, request: Request) -> Response:
        """Contract C1: one entity, to be read, changed or removed."""
        caller = self._tokens.caller(request.headers)
        id_ = entity_id(request.path_params["id"])
        if request.method in ("PUT", "DELETE"):
            check_no_key(request)
            allowed = CHANGEABLE if request.method == "PUT" else ()
            fields = body.json_object(request, await body.read(request), allowed)
            with transaction(self._db):
                if request.method == "PUT":
                    self._provisioning.change(caller, id_, fields)
                else:
                    self._provisioning.remove(caller, id_)
            return answer({"success": True})
        entity = self._hierarchy.entity(id_)
        if entity is None:
            raise Refusal(Category.NOT_FOUND, f"There is no entity {id_[:64]}.")
        return answer(self._entity_body(entity) | {"success": True})

    async def provision(self, request: Request) -> Response:
        """Contract C1: make an entity one that can be entered."""
        caller = self._tokens.caller(request.headers)
        await self._nothing_sent(request)
        with transaction(self._db):
            self._provisioning.provision(caller, entity_id(request.path_params["id"]))
        return answer({"success": True})

    async def accessible_entities(self, request: Request) -> Response:
        """Contract C1: the entities a user, given by login name, may enter."""
        self._tokens.caller(request.headers)
        user = self._access.user(request.path_params["login"])
        return self._entity_list(self._hierarchy.accessible(user.username))

    async def request_access(self, request: Request) -> Response:
        """Contract C1: ask that a user may enter other entities."""
        caller = self._tokens.caller(request.headers)
        check_no_key(request)
        fields = body.json_object(request, await body.read(request), ("targetEntityIds",))
        wanted = fields.get("targetEntityIds")
        if wanted is None:
            raise Refusal(Category.MISSING_FIELD, "targetEntityIds is missing.", status=400)
        if not isinstance(wanted, list) or not wanted or len(wanted) > MOST:
            raise _bad_ids()
        ids = [entity_id(one) for one in wanted if isinstance(one, str) and 1 <= len(one) <= 36]
        if len(ids) < len(wanted):
            raise _bad_ids()
        with transaction(self._db):
            self._access.request(caller, request.path_params["login"], ids)
        return answer({"success": True})

    async def settle_access(self, status: Access, request: Request) -> Response:
        """Contract C1: grant or deny a user access to the acting entity."""
        caller = self._tokens.caller(request.headers)
        await self._nothing_sent(request)
        with transaction(self._db):
            self._access.settle(caller, request.path_params["login"], status)
        return answer({"success": True})

    async def connections(self, request: Request) -> Response:
        """Contract D1, 1 and 2: list connections, or request one."""
        caller = self._tokens.caller(request.headers)
        if request.method == "POST":
            change = partial(self._request, caller, request)
            return await self._once.run(request, caller.entity_id, change)
        return self._list(caller, request)

    async def act(self, action: Action, request: Request) -> Response:
        """Contract D1, 3 to 5: accept, deny or disconnect."""
        caller = self._tokens.caller(request.headers)
        await self._nothing_sent(request)
        with transaction(self._db):
            self._rules.act(caller, action, request.path_params["id"])
        return answer({"success": True})

    async def _nothing_sent(self, request: Request) -> None:
        check_no_key(request)
        raw = await body.read(request)
        bare = not raw and "content-type" not in request.headers
        if bare and self._policy().bare_put is BarePut.REFUSED:
            message = "The Content-Type must be application/json."
            raise Refusal(Category.INVALID_VALUE, message, status=415)
        body.json_object(request, raw, fields=())

    def _listed(self, caller: Caller, status: str | None) -> list[Entity]:
        which = self._policy().entity_list
        entities = self._hierarchy.entities(status)
        if which is EntityList.ENTERABLE:
            accessible_ids = {one.id for one in self._hierarchy.accessible(caller.user.username)}
            return [one for one in entities if one.id in accessible_ids]
        return entities[:300] if which is EntityList.FIRST_300 else entities

    def _create(self, caller: Caller, request: Request, raw: bytes) -> Response:
        fields = body.json_object(request, raw, (*NEEDED, "displayName"))
        made = self._provisioning.create(caller, fields)
        return answer(self._entity_body(made) | {"success": True})

    def _list(self, caller: Caller, request: Request) -> Response:
        page, policy = page_of(request), self._policy()
        rows = self._connections.page(
            caller.entity_id,
            page.direction,
            offset=page.offset,
            limit=page.size + 1,
            newest_first=policy.order is Order.NEWEST_FIRST,
        )
        beyond = len(rows) > page.size
        more = {"nextPage": next_page(request, page, policy.next_page)} if beyond else {}
        return answer_list("entityConnections", rows[: page.size], **more, success=True)

    def _request(self, caller: Caller, request: Request, raw: bytes) -> Response:
        target_id = body.json_object(request, raw, ("targetEntityId",)).get("targetEntityId")
        if target_id is None:
            raise Refusal(Category.MISSING_FIELD, "targetEntityId is missing.", status=400)
        if not isinstance(target_id, str) or not 1 <= len(target_id) <= 32:
            message = "targetEntityId must be text of at most 32 characters, without hyphens."
            raise Refusal(Category.INVALID_VALUE, message, status=400)
        return answer({"id": self._rules.request(caller, entity_id(target_id)), "success": True})

    async def _on_refusal(self, request: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)  # noqa: S101 - by the table that names this handler
        by_status = self._policy().refusals is Refusals.HTTP_4XX
        return refused(refusal, call_of(request).request_id, by_status=by_status)

    def _entity_list(self, entities: list[Entity]) -> Response:
        tenant_id = settings.get(self._db, settings.TENANT_ID)
        bodies = [self._entity_body(one, tenant_id) for one in entities]
        return answer({"entities": bodies, "success": True})

    def _entity_body(self, entity: Entity, tenant_id: str | None = None) -> dict[str, object]:
        return {
            "id": entity.id,
            "name": entity.name,
            "displayName": entity.display_name,
            "locale": entity.locale,
            "timezone": entity.timezone,
            "status": entity.status,
            "parentId": entity.parent_id,
            "tenantId": tenant_id or settings.get(self._db, settings.TENANT_ID),
        }


def _bad_ids() -> Refusal:
    message = f"targetEntityIds must be a list of 1 to {MOST} ids of at most 36 characters."
    return Refusal(Category.INVALID_VALUE, message, status=400)


async def _on_no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - by the table that names this handler
    if error.status_code == 405:
        message = f"{request.method[:16]} is not supported here."
        refusal = Refusal(Category.METHOD, message, status=405, headers=error.headers)
    else:
        refusal = Refusal(Category.NOT_FOUND, "There is nothing at this address.", status=404)
    return refused(refusal, call_of(request).request_id)


async def _on_trouble(request: Request, error: Exception) -> Response:
    assert isinstance(error, sqlite3.OperationalError)  # noqa: S101 - by the table that names it
    if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        refusal = Refusal(Category.CONTENTION, "Another change is under way. Try again.")
    else:
        message = "The tenant cannot be read or written on this machine."
        refusal = Refusal(Category.INTERNAL, message, status=500)
    return refused(refusal, call_of(request).request_id)
