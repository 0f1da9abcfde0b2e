"""The floor of the one-shot commands: the same calls by httpx alone, and nothing made of them."""

import json
import sys

import httpx


def main(base_url: str, acting: str) -> None:
    """Get a token, the entities and the connections; print them."""
    with httpx.Client(base_url=base_url) as http:
        form = {"client_id": "id", "client_secret": "s", "grant_type": "client_credentials"}
        token = json.loads(http.post("/oauth/token", data=form).content)["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Zuora-Entity-Ids": acting}
        entities = json.loads(http.get("/v1/entities", headers=headers).content)
        query = {"pageSize": "300"}
        found = http.get("/v1/entity-connections", params=query, headers=headers)
        print(json.dumps([entities, json.loads(found.content)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
