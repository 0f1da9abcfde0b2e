"""A server of constant answers: a token, 16 entities, and 10,000 connections on 34 pages.

Below /growing the list holds the connections that were requested since the last token, and an
answer takes as long as over a network. The server costs almost nothing, so that what is measured
is the client. Run as a program it prints its address and serves until it is ended.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ACTING = "8a808255557baba1015580e12fa5083a"
CONNECTIONS, PAGE = 10_000, 300
GROWING_SECONDS = 0.1
"""How long an answer below /growing takes; one of Zuora takes longer."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _answers(base_url: str) -> dict[str, bytes]:
    entities = [
        {
            "id": ACTING if n == 0 else f"{n:032x}",
            "name": f"Acme-{n}",
            "displayName": f"Acme {n}",
            "parentId": ACTING if n else None,
            "tenantId": "6398",
            "locale": "en_US",
            "timezone": "GMT",
            "status": "Provisioned",
        }
        for n in range(16)
    ]
    rows = [
        {
            "id": f"{0xC0 << 120 | n:032x}",
            "sourceEntityId": ACTING,
            "targetEntityId": f"{n % 500 + 1:032x}",
            "status": ("Connected", "Pending", "Disconnected")[n % 3],
        }
        for n in range(CONNECTIONS)
    ]
    token = {
        "access_token": "c652cbc0ea384b9f81856a93a2a74538",
        "token_type": "bearer",
        "expires_in": 3599,
        "scope": "tenant.6398",
        "jti": "c652cbc0ea384b9f81856a93a2a74538",
    }
    found = {"/oauth/token": token, "/v1/entities": {"entities": entities, "success": True}}
    pages = -(-CONNECTIONS // PAGE)
    for page in range(1, pages + 1):
        body: dict[str, object] = {
            "entityConnections": rows[(page - 1) * PAGE : page * PAGE],
            "success": True,
        }
        if page < pages:
            query = f"page={page + 1}&pageSize={PAGE}"
            body["nextPage"] = f"{base_url}/v1/entity-connections?{query}"
        found[f"/v1/entity-connections {page}"] = body
    small = {"entityConnections": rows[:20], "success": True}
    found["/few/v1/entity-connections 1"] = small
    return {path: json.dumps(body).encode() for path, body in found.items()}


async def _serve() -> None:
    answers: dict[str, bytes] = {}
    growing: list[dict[str, str]] = []

    def grow(method: str, path: str, body: bytes) -> bytes:
        if path == "/oauth/token":
            growing.clear()
            return answers[path]
        if method == "GET":
            return json.dumps({"entityConnections": growing, "success": True}).encode()
        id_, target_id = f"{0xD0 << 120 | len(growing):032x}", json.loads(body)["targetEntityId"]
        growing.append({"id": id_, "sourceEntityId": ACTING, "targetEntityId": target_id,
                        "status": "Pending"})  # fmt: skip
        return json.dumps({"id": id_, "success": True}).encode()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                sent = await reader.readexactly(int(length[1])) if length else b""
                method, target, _ = head.decode().split(" ", 2)
                path = target.removeprefix("/growing")
                if path == target:
                    body = answers[_key(target)]
                else:
                    await asyncio.sleep(GROWING_SECONDS)
                    body = grow(method, path, sent)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(body) + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    answers.update(_answers(base_url))
    print(base_url, flush=True)
    async with server:
        await server.serve_forever()


def _key(path: str) -> str:
    """Return under which name the answer to a path stands; below /few the list is short."""
    path, _, query = path.partition("?")
    if path.endswith("/entity-connections"):
        page = re.search(r"\bpage=(\d+)", query)
        return f"{path} {page[1] if page else 1}"
    return path.removeprefix("/few")


@contextmanager
def serving() -> Iterator[str]:
    """Run the server and give its address."""
    command = [sys.executable, "-m", "tests.bench.pages"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


if __name__ == "__main__":
    asyncio.run(_serve())
