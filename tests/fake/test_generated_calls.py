"""Valid and invalid calls that schemathesis generates from the OpenAPI document."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from entity_connections.fake.api.openapi import load_document
from entity_connections.fake.scenarios.builtin.acme import CORPORATION, EUROPE, UK
from entity_connections.testing import ServedTenant, serve_tenant
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

OPERATIONS = [
    (method.upper(), path)
    for path, item in load_document()["paths"].items()
    for method in item
    if method != "parameters"
]
CREDENTIALS = ("Authorization", "apiAccessKeyId", "apiSecretAccessKey")
KNOWN = {
    "id": [CORPORATION, EUROPE, UK, "8a8082555b3c70de015b44a61f0a2b09"],
    "username": ["alice@acme.example", "bruno@acme.example"],
}
EXAMPLES = 5


@pytest.fixture(scope="module")
def served() -> Iterator[ServedTenant]:
    with serve_tenant("acme") as found:
        yield found


@pytest.fixture(scope="module")
def schema(served: ServedTenant) -> Any:
    import schemathesis  # costs every worker half a second

    return schemathesis.openapi.from_url(f"{served.base_url}/openapi.json")


def _respect_what_no_schema_says(case: Any) -> None:
    if "pageSize" not in case.query:
        case.query.pop("page", None)
    if key := case.headers.get("Idempotency-Key"):  # belongs to one address for a day
        case.headers["Idempotency-Key"] = f"{case.path} {key}"[:254]


@pytest.mark.xdist_group("schemathesis")
@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_response_is_documented(
    served: ServedTenant, schema: Any, method: str, path: str, mode: str
) -> None:
    """No 5xx; what fits the document is understood, and what does not is refused."""
    from schemathesis import GenerationMode

    alice = served.users["alice"]
    password = {"apiAccessKeyId": alice.username, "apiSecretAccessKey": alice.client_secret}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=schema[path][method].as_strategy(generation_mode=GenerationMode(mode)),
        known=st.booleans(),
        signed_in=st.integers(0, 5).map(bool),
        choice=st.integers(0, 11),
    )
    def try_out(case: Any, known: bool, signed_in: bool, choice: int) -> None:
        headers = {}
        if signed_in:
            for name in CREDENTIALS:
                case.headers.pop(name, None)
            headers = {} if path == "/oauth/token" else password
        if mode == "positive":
            _respect_what_no_schema_says(case)
            for name in case.path_parameters if known else ():
                case.path_parameters[name] = KNOWN[name][choice % len(KNOWN[name])]
        answer = case.call(headers=headers)
        # A list can be too long for its schema because it is too long for any body.
        if answer.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            case.validate_response(answer)

    try_out()
