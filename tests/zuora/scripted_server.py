"""A server in this process that gives scripted responses and records the requests."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.limits import HttpLimits
from entity_connections.zuora.http.retry import RetryPolicy

ENTITY = "8a808255557baba1015580e12fa5083a"
HYPHENATED = "8a808255-557b-aba1-0155-80e12fa5083a"
SCOPE = f"user.7c4d tenant.19 entity.{HYPHENATED} entity.{HYPHENATED[:-1]}b service.echo.read"
CREDENTIALS = Credentials.from_text("1c4b7a44-9d1f-4e5a-8a7e-0d5b1f6f2f11", "s3cret")
NO_RETRIES = RetryPolicy(attempts=1, connect_attempts=1)

ScriptedResponse = (
    httpx.Response
    | Exception
    | Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]
)


class InstantLog(RequestLog):
    """Records the delays instead of waiting.

    Attributes:
        recorded_delays: (reason, whole seconds) of each.
    """

    def __init__(self, on_delay: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._on_delay = on_delay
        self.recorded_delays: list[tuple[str, int]] = []

    async def wait(self, delay: RetryDelay) -> bool:
        seconds = delay.until - asyncio.get_running_loop().time()
        self.recorded_delays.append((delay.reason, round(seconds)))
        self._on_delay()
        await asyncio.sleep(0)
        return True


class ScriptedServer:
    """Gives tokens, and the next scripted response to every other request.

    Attributes:
        responses: what is still to be given.
        requests: the requests of the API.
        token_requests: the requests for tokens.
        token_response: given to each request for a token, instead of a valid one.
        transport: leads to this server.
        client: an adapter connected to it.
    """

    def __init__(
        self,
        *responses: ScriptedResponse,
        retry_policy: RetryPolicy = NO_RETRIES,
        limits: HttpLimits = HttpLimits(),
        request_log: RequestLog | None = None,
        expires_in: float = 3599.0,
    ) -> None:
        self.responses = list(responses)
        self.token_requests: list[httpx.Request] = []
        self.requests: list[httpx.Request] = []
        self.token_response: ScriptedResponse | None = None
        self._expires_in = expires_in
        self.transport = httpx.MockTransport(self._handle)
        self.client = ZuoraClient(
            "https://rest.acme.example",
            CREDENTIALS,
            request_log=request_log,
            transport=self.transport,
            retry_policy=retry_policy,
            limits=limits,
        )

    def valid_token(self) -> httpx.Response:
        """Create a response with a new token."""
        return httpx.Response(
            200,
            json={
                "access_token": f"token-{len(self.token_requests)}",
                "token_type": "bearer",
                "expires_in": self._expires_in,
                "scope": SCOPE,
            },
        )

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)  # let other calls run, as on a network
        if request.url.path == "/oauth/token":
            self.token_requests.append(request)
            response = self.token_response or self.valid_token()
        else:
            self.requests.append(request)
            response = self.responses.pop(0)
        if isinstance(response, Exception):
            raise response
        if isinstance(response, httpx.Response):
            return response
        result = response(request)
        return result if isinstance(result, httpx.Response) else await result


def success(**fields: Any) -> httpx.Response:
    """Create a response that reports success."""
    return httpx.Response(200, json={"success": True, **fields})


def refusal(
    code: int | str, message: str = "No.", status: int = 200, **headers: str
) -> httpx.Response:
    """Create a refusal in Zuora's shape."""
    body = {
        "success": False,
        "processId": "CBCFED6580B4E076",
        "reasons": [{"code": code, "message": message}],
    }
    return httpx.Response(
        status, json=body, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )


def page(*ids: str, next_page: str | None = None) -> httpx.Response:
    """Create a page of connections."""
    rows = [
        {"id": id_, "sourceEntityId": ENTITY, "targetEntityId": "b" * 32, "status": "Connected"}
        for id_ in ids
    ]
    return success(entityConnections=rows, **({"nextPage": next_page} if next_page else {}))


def body_of(request: httpx.Request) -> Any:
    """Parse the JSON body of a request."""
    return json.loads(request.content)
