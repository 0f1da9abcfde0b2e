"""Switching faults over HTTP, for tests in another process; off unless asked for.

    GET /_faults                                     what there is, and what is on
    PUT /_faults  {"on": ["rate-limit=2,times=1"]}   these are on, and no others
    PUT /_faults  {"on": [...], "seed": 7}           the same, with other dice

A fault is written as for `serve --fault`. It is in the OpenAPI document while it is on.
"""

from starlette.requests import Request
from starlette.responses import Response

from entity_connections.fake.api import body
from entity_connections.fake.api.answers import Category, Refusal, answer
from entity_connections.fake.faults.catalogue import FAULTS, FaultError, parsed
from entity_connections.fake.faults.lab import Faults

PATH = "/_faults"
METHODS = ("GET", "PUT")
_LARGEST = 2**53 - 1
"""The seeds that every JSON library can write."""


class Control:
    """What answers on the control path; it raises `Refusal` as the API does."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def switch(self, request: Request) -> Response:
        """Answer one call with what is on, after a PUT has changed it."""
        if request.method == "PUT":
            fields = body.json_object(request, await body.read(request), ("on", "seed"))
            self._put(fields.get("on"), fields.get("seed", self._faults.seed))
        return answer({
            "success": True,
            "on": [str(one) for one in self._faults.active()],
            "seed": self._faults.seed,
            "faults": {name: fault.sentence for name, fault in FAULTS.items()},
        })  # fmt: skip

    def _put(self, on: object, seed: object) -> None:
        if not isinstance(on, list):
            raise _invalid("on must be a list of faults, each as text.")
        if not isinstance(seed, int) or isinstance(seed, bool) or abs(seed) > _LARGEST:
            raise _invalid(f"seed must be a whole number of at most {_LARGEST}.")
        settings = []
        for one in on:
            if not isinstance(one, str):
                raise _invalid("on must be a list of faults, each as text.")
            try:
                settings.append(parsed(one))
            except FaultError as error:
                raise _invalid(str(error)) from None
        self._faults.off()
        self._faults.seed = seed
        for setting in settings:
            self._faults.set(setting)


def _invalid(message: str) -> Refusal:
    return Refusal(Category.INVALID_VALUE, message, status=400)
