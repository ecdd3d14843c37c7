"""What is held and not used: rights that nobody used, elements that nobody read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from customer_inventory.access.log.partition import Month
from customer_inventory.access.operation import FUNCTIONS
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.access.right import Right, rights
from customer_inventory.kit.clock import now
from customer_inventory.kit.report.model import Chart, Column, Section, Sentence, Table
from customer_inventory.requirements.gaps import WHOLE, Gap
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.usage.unread import UNUSED_FOR, Looked, look

SQL = beside(__name__)

_MOST_ROWS = 200
_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Unused:
    """A right of which `operations` were not used; `last` is when any other part of it was."""

    right: Right
    operations: tuple[str, ...]
    last: datetime | None

    @property
    def is_whole(self) -> bool:
        """Whether none of its operations was used."""
        return len(self.operations) == len(self.right.operations)


async def minimised(
    database: Database, month: Month, looked: Looked | None = None
) -> list[Section]:
    """Return which rights were not used, and which elements not read, up to the month's end."""
    found = await unused_rights(database, month)
    return [_rights(found), *_elements((looked or await look(database)).unread)]


async def unused_rights(database: Database, month: Month) -> list[Unused]:
    """Return rights that are held and were not used in the 90 days before the month's end.

    Rights to other things than records are left out, and those that began within that time.
    """
    since = min(month.stop, now()) - UNUSED_FOR
    used: dict[_Key, datetime] = {
        (row["process"], row["purpose"], row["record_type"], row["operation"]): row["last_hour"]
        for row in await database.fetch(SQL.last_used, since)
    }
    held = [each for each in await rights(database) if each.record_type not in FUNCTIONS]
    return [made for each in held if each.valid_from < since and (made := _unused(each, used))]


def _unused(right: Right, used: Mapping[_Key, datetime]) -> Unused | None:
    by_operation = {
        operation: _last(right, operation, used) for operation in sorted(right.operations)
    }
    unused = tuple(name for name, last in by_operation.items() if last is None)
    last = max((last for last in by_operation.values() if last is not None), default=None)
    return Unused(right, unused, last) if unused else None


def _last(right: Right, operation: str, used: Mapping[_Key, datetime]) -> datetime | None:
    """Return when a process last did an operation by a right, None if it did not."""
    if right.record_type == EVERY_TYPE:
        hours: Iterable[datetime] = (
            hour for key, hour in used.items()
            if (key[0], key[1], key[3]) == (right.process, right.purpose, operation)
        )  # fmt: skip
        return max(hours, default=None)
    names = (right.record_type, *((WHOLE,) if operation == "read" else ()))
    keys = ((right.process, right.purpose, name, operation) for name in names)
    return max((used[key] for key in keys if key in used), default=None)


def _rights(found: list[Unused]) -> Section:
    whole = sum(each.is_whole for each in found)
    said = [
        Sentence(f"{len(found)} rights are wider than what was done with them in 90 days.")
        if found
        else Sentence("Every right was used in the last 90 days.", "good")
    ]
    if whole:
        said.append(
            Sentence(f"{whole} of them were not used at all: ask their owners, or revoke.", "bad")
        )
    ordered = sorted(found, key=lambda each: (not each.is_whole, each.right.process))
    rows = [
        (each.right.process, each.right.purpose, _kind(each.right), ", ".join(each.operations),
         f"{each.last:%Y-%m-%d}" if each.last else "never", f"{each.right.valid_from:%Y-%m-%d}",
         each.right.owner)
        for each in ordered[:_MOST_ROWS]
    ]  # fmt: skip
    heads = ("Process", "Purpose", "Of", "Not used", "Else used last", "Held since", "Owner")
    table = Table(
        "Rights never used", tuple(map(Column, heads)), rows,
        caption="What each process may do and did not, by the access ledger.",
        empty="There is none.",
    )  # fmt: skip
    return Section("Rights that nobody uses", tuple(said), (table,))


def _elements(found: Sequence[Gap]) -> list[Section]:
    by_type = Counter(gap.record_type for gap in found)
    unasked = sum(gap.requirement is None for gap in found)
    said = [
        Sentence(
            f"{len(found)} elements are held and were not read in 90 days; {unasked} of them no "
            "requirement asks for."
        )
        if found
        else Sentence("Every element that is held was read in the last 90 days.", "good")
    ]
    rows = [
        (gap.record_type, gap.path, Decimal(str(round(gap.share, 4))), gap.requirement or "none",
         gap.evidence)
        for gap in found
    ]  # fmt: skip
    kinds = Table(
        "Elements never read by type", (Column("Type"), Column("Elements", "count")),
        by_type.most_common(), empty="There is none.",
    )  # fmt: skip
    heads = (Column("Type"), Column("Element"), Column("Records that have it", "share"),
             Column("Requirement"), Column("What is known"))  # fmt: skip
    table = Table("Elements never read", heads, rows, empty="There is none.", is_folded=True)
    chart = Chart("Elements never read, by type", 1)
    return [Section("Elements that nobody reads", tuple(said), (kinds, table), chart)]


def _kind(right: Right) -> str:
    return "every type" if right.record_type == EVERY_TYPE else right.record_type
