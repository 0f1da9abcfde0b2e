"""The adapter: the only code that speaks HTTP to Zuora."""

import sys

# httpx loads its own command line where it can, for a fifth of its import time.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
# Four times in each call it is looked for on the disk, for programs that run on trio.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
