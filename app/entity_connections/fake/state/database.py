"""The SQLite database that holds the state of a tenant."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from typing import Any


def connect(path: str, timeout: float = 5.0) -> sqlite3.Connection:
    """Return a connection that several threads may use, one at a time.

    `path` may be ":memory:" or a URI of SQLite; `timeout` is how many seconds to wait for another
    program's write.
    """
    db = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=False, uri=True
    )
    db.text_factory = partial(str, encoding="utf-8", errors="surrogatepass")  # see `encode_text`
    db.execute("PRAGMA foreign_keys = ON")
    return db


def create_tables(db: sqlite3.Connection) -> None:
    """Create the tables, inside a transaction."""
    schema = files("entity_connections.fake.state").joinpath("schema.sql").read_text("utf-8")
    for statement in schema.split("\n\n"):  # `executescript` would end the transaction
        db.execute(statement)


@contextmanager
def transaction(db: sqlite3.Connection, mode: str = "IMMEDIATE") -> Iterator[None]:
    """Carry out everything inside, or nothing of it; `mode` is that of SQLite's BEGIN."""
    db.execute(f"BEGIN {mode}")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite itself has ended it when the disk is full
            db.execute("ROLLBACK")
        raise


def select_one(db: sqlite3.Connection, query: str, values: Sequence[str]) -> Any:
    """Return the first row of a query; None when there is none or when a value is not ASCII.

    Ids, names and usernames are ASCII. Other text may hold half a surrogate pair, which Python does
    not hand to SQLite.
    """
    return db.execute(query, values).fetchone() if all(map(str.isascii, values)) else None


def encode_text(text: str) -> bytes:
    """Return any text, even half a surrogate pair, for `CAST(? AS TEXT)`."""
    return text.encode("utf-8", "surrogatepass")
