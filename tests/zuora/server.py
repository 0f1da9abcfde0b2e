"""A server that answers by script and remembers what it was asked."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
from entity_connections.services.request_log import RequestLog
from entity_connections.zuora.auth import credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.patience import Patience

ENTITY = "8a808255557baba1015580e12fa5083a"
HYPHENATED = "8a808255-557b-aba1-0155-80e12fa5083a"
SCOPE = f"user.7c4d tenant.19 entity.{HYPHENATED} entity.{HYPHENATED[:-1]}b service.echo.read"

ONCE = Patience(attempts=1, knocks=1)
"""Nothing is tried again."""

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class ScriptedServer:
    """Gives out tokens, and to every other call the next answer of its script."""

    def __init__(
        self, *answers: Answer, patience: Patience = ONCE, traffic: RequestLog | None = None
    ) -> None:
        self.answers = list(answers)
        self.tokens: list[httpx.Request] = []
        self.calls: list[httpx.Request] = []
        self.token_answer: Answer | None = None
        self.expires_in = 3599.0
        self.client = ZuoraClient(
            httpx.MockTransport(self._handle),
            "https://rest.acme.example",
            credentials("1c4b7a44-9d1f-4e5a-8a7e-0d5b1f6f2f11", "s3cret"),
            traffic=traffic,
            patience=patience,
        )

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)  # others may ask meanwhile, as on a network
        if request.url.path == "/oauth/token":
            self.tokens.append(request)
            return self._give(self.token_answer or self._token(), request)
        self.calls.append(request)
        return self._give(self.answers.pop(0), request)

    @staticmethod
    def _give(answer: Answer, request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    def _token(self) -> httpx.Response:
        return httpx.Response(
            200,
            json={
                "access_token": f"token-{len(self.tokens)}",
                "token_type": "bearer",
                "expires_in": self.expires_in,
                "scope": SCOPE,
            },
        )


def yes(**fields: Any) -> httpx.Response:
    """Return an answer that says success."""
    return httpx.Response(200, json={"success": True, **fields})


def no(code: int | str, message: str = "No.", status: int = 200, **headers: str) -> httpx.Response:
    """Return a refusal in Zuora's shape."""
    body = {
        "success": False,
        "processId": "CBCFED6580B4E076",
        "reasons": [{"code": code, "message": message}],
    }
    return httpx.Response(
        status, json=body, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )


def page(*ids: str, next_page: str | None = None) -> httpx.Response:
    """Return a page of connections."""
    rows = [
        {"id": id_, "sourceEntityId": ENTITY, "targetEntityId": "b" * 32, "status": "Connected"}
        for id_ in ids
    ]
    body = {"entityConnections": rows} | ({"nextPage": next_page} if next_page else {})
    return yes(**body)


def body_of(request: httpx.Request) -> Any:
    """Return what a call carried."""
    return json.loads(request.content)
