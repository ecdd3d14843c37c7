"""Matching at entry: what a caller asks for with X-Match when it makes a record.

`X-Match: warn` makes the record and says in X-Match-Likely which ones it is likely the same as;
`X-Match: refuse` does not make it then. Either way a steward is asked about each pair that is made.
"""

import math
from collections.abc import Sequence

from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.capture.matching import checking
from customer_inventory.capture.matching.checking import Found
from customer_inventory.capture.matching.normal import MATCHED
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.store.database import Database
from customer_inventory.web.exchange import Request

HEADER, LIKELY = "X-Match", "X-Match-Likely"
WAYS = ("warn", "refuse")


class LikelyDuplicate(Conflict):
    """The record is likely of a subject that there is a record of."""

    code = "likelyDuplicate"

    def __init__(self, found: Found) -> None:
        super().__init__(
            f"This is likely somebody that there is a record of: {', '.join(_said(found))}.",
            hint="Change that one, or make it with X-Match: warn.",
        )
        self.ids = likely_in(found)


class Entry:
    """Checks what is made against what is there, where the caller asks for it."""

    def __init__(self, database: Database, thresholds: Thresholds) -> None:
        self._database = database
        self._thresholds = thresholds

    async def checked(
        self, declared: RecordType, given: Document, request: Request, session: Session
    ) -> Found | None:
        """Return what a check of a document finds, None unless it is asked for.

        Raises LikelyDuplicate when the caller wants it refused, Invalid for a way that is none or
        a type that is not matched.
        """
        way = request.header(HEADER.lower().encode()).strip().lower()
        if not way:
            return None
        if way not in WAYS:
            raise Invalid(f"must be one of {', '.join(WAYS)}.", path=HEADER)
        if declared.name not in MATCHED:
            raise Invalid(
                f"A {declared.entity} is not matched.",
                path=HEADER,
                hint=f"Of {' and '.join(MATCHED)} duplicates are found.",
            )
        found = await checking.find(
            self._database,
            declared,
            given,
            thresholds=self._thresholds,
            sight=session.sight,
            is_reader=session.may(Operation.READ, declared.name),
        )
        if way == "refuse" and found.likely:
            raise LikelyDuplicate(found)
        return found

    async def told(
        self, declared: RecordType, identifier: str, found: Found | None
    ) -> Sequence[tuple[bytes, bytes]]:
        """Queue the pairs of a record just made; return the headers that warn of them."""
        if found is None:
            return ()
        await checking.queue_captured(self._database, declared, identifier, found)
        if not found.likely:
            return ()
        return ((LIKELY.lower().encode(), ", ".join(_said(found)).encode()),)


def likely_in(found: Found | None) -> tuple[str, ...]:
    """Return the ids of the records that a caller is told of."""
    return tuple(each.id for each in found.likely) if found else ()


def _said(found: Found) -> Sequence[str]:
    """Return the likely records with their probability, which is never said to be 1."""
    likely = ((each.id, math.floor(each.score.probability * 100) / 100) for each in found.likely)
    return [f"{identifier};p={probability:.2f}" for identifier, probability in likely]
