"""Who saw a customer, when and for what: the subject's own view of the access ledger."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.access.log.naming import entries_naming
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:./#_-]{2,63}")


def check_reason(reason: str) -> str:
    """Return `reason` if it is a reference to a case; raise Invalid for anything else.

    It is kept in the ledger for good, so it must not be free text: that may hold names.
    """
    if not _REFERENCE.fullmatch(reason):
        raise Invalid(
            "is no reference to a case.",
            path="staffBecause",
            hint="Give one such as DSR-2026-17: letters, digits and :./#_- only.",
        )
    return reason


@dataclass(frozen=True, slots=True)
class Sighting:
    """One access to records of a subject.

    `person` is None unless staff was asked for; `ids` are those of the subject's records that
    the access concerned, `groups` the attribute groups it was told; `decision` tells whether it
    was permitted.
    """

    at: datetime
    process: str
    purpose: str
    operation: str
    record_type: str
    decision: str
    status: int
    ids: tuple[str, ...]
    groups: tuple[str, ...]
    person: str | None = None


async def seen_by(
    database: Database,
    ids: Sequence[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 1000,
    with_staff: bool = False,
) -> list[Sighting]:
    """Return the accesses to the records `ids` of a subject, latest first, at most `limit`.

    Complete and exact: every entry of the ledger that names one of the records, one by one or
    within a list, permitted or refused. Staff is named only with `with_staff`.
    """
    rows = await entries_naming(database, ids, since=since, until=until, limit=limit)
    return [
        Sighting(
            row["at"],
            row["process"],
            row["purpose"],
            row["operation"],
            row["record_type"],
            row["decision"],
            row["status"],
            tuple(row["named"]),
            tuple(parse(row["groups"])),
            row["person"] if with_staff else None,
        )
        for row in rows
    ]
