"""How old an answer may be, as HTTP has it (RFC 9111): `Cache-Control`, and `Age`.

An answer of a standby is like one of a cache. Whoever wants what is there now says `no-cache`, or
`max-age=0`; whoever takes less than the bound says how much.
"""

import re
from collections.abc import Callable

from customer_inventory.access.ledger import Entry
from customer_inventory.access.operation import Operation
from customer_inventory.store.replica import Lately, Replicas
from customer_inventory.web.exchange import Headers, Request

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)
_READING = (Operation.READ, Operation.DOWNLOAD)
_NOW = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)(?:$|[,\s=])", re.IGNORECASE)


def lately(request: Request, process: str) -> Lately:
    """Return how old an answer may be for the process that sent `request`."""
    asked = request.header(b"cache-control")
    if not asked:
        return Lately(process)
    if _NOW.search(asked):
        return Lately(process, 0)
    most = _MAX_AGE.search(asked)
    return Lately(process, int(most[1])) if most else Lately(process)


def told(age: int | None) -> Headers:
    """Return the header that says how old an answer may be; none where it is of now."""
    return () if age is None else ((b"age", b"%d" % age),)


def noting_writes(
    replicas: Replicas, took: Callable[[Entry, float], None]
) -> Callable[[Entry, float], None]:
    """Return `took` that also notes who may have written: they read no standby that lacks it."""
    if not replicas.replicas:
        return took

    def noting(entry: Entry, began: float) -> None:
        if entry.operation not in _READING:
            replicas.wrote(entry.process)
        took(entry, began)

    return noting
