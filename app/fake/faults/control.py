"""Switching faults over HTTP, for tests in another process; off unless asked for.

    GET /_faults                                     what there is, and what is on
    PUT /_faults  {"on": ["rate-limit=2,times=1"]}   these are on, and no others

A fault is written as for `serve --fault`.
"""

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.fake import body
from app.fake.answers import Category, Refusal, answer, refused
from app.fake.faults.catalogue import FAULTS, FaultError, parsed
from app.fake.faults.lab import Faults

PATH = "/_faults"
_NO_ID = "00000000-0000-0000-0000-000000000000"


class Control:
    """The control path, an ASGI application of its own."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call: with what is on, in JSON, or a refusal in Zuora's shape."""
        request = Request(scope, receive)
        try:
            await self._switch(request)
            response = answer({
                "success": True,
                "on": [str(one) for one in self._faults.active()],
                "seed": self._faults.seed,
                "faults": {name: fault.sentence for name, fault in FAULTS.items()},
            })  # fmt: skip
        except Refusal as refusal:
            response = refused(refusal, _NO_ID)
        await response(scope, receive, send)

    async def _switch(self, request: Request) -> None:
        if request.method == "PUT":
            fields = body.json_object(request, await body.read(request), ("on",))
            on = fields.get("on")
            if not isinstance(on, list) or not all(isinstance(one, str) for one in on):
                message = "on must be a list of faults, each as text."
                raise Refusal(Category.INVALID_VALUE, message, status=400)
            try:
                settings = [parsed(one) for one in on]
            except FaultError as error:
                raise Refusal(Category.INVALID_VALUE, str(error), status=400) from None
            self._faults.off()
            for one in settings:
                self._faults.set(one)
        elif request.method != "GET":
            message = f"{request.method[:16]} is not supported here."
            raise Refusal(Category.METHOD, message, status=405, headers={"Allow": "GET, PUT"})
