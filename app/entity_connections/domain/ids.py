"""Entity ids in two spellings (contract C2, E1), and new ids for requests.

Zuora writes an id as 32 hexadecimal digits in bodies and as a UUID with hyphens in
headers and token scopes, in any case. The program uses the digits only, in lower case.
"""

import random
import re
import uuid

random_source: random.Random = random.SystemRandom()
"""What `new_uuid` draws from; the recording of a walkthrough sets a source with a seed."""

_HEX32 = re.compile(r"[0-9a-f]{32}\Z")


def normalize_id(id_: str) -> str:
    """Return an id without hyphens and in lower case."""
    return id_.replace("-", "").lower()


def hyphenate_id(id_: str) -> str:
    """Return an id as 8-4-4-4-12, the spelling of the header `Zuora-Entity-Ids`.

    An id that is not 32 hexadecimal digits is returned without hyphens: Zuora decides
    what it means.
    """
    id_ = normalize_id(id_)
    if not _HEX32.match(id_):
        return id_
    return f"{id_[:8]}-{id_[8:12]}-{id_[12:16]}-{id_[16:20]}-{id_[20:]}"


def new_uuid() -> str:
    """Return a new random UUID: the track id of a request."""
    return str(uuid.UUID(bytes=random_source.randbytes(16), version=4))


def parse_id(typed: str) -> str | None:
    """Return the normalized id in a typed text, or None when the text is not an id."""
    return id_ if _HEX32.match(id_ := normalize_id(typed.strip())) else None
