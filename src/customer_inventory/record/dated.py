"""What a change says of time beside its row: exclusive periods, and the edges of trees.

Types that declare neither, and changes that alter neither, are written as ever.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.hierarchy.edge import Edge, edges
from customer_inventory.record.period import Period, periods
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_OF_CHANGE = {
    "periods_ended": "end_periods",
    "periods_begun": "begin_periods",
    "edges_cut": "cut_edges",
    "edges_grown": "grow_edges",
}
_OF_REMOVAL = {
    "periods_removed": "remove_periods",
    "edges_removed": "remove_edges",
    "edges_removed_there": "remove_edges_there",
}


@dataclass(frozen=True, slots=True)
class Dated:
    """The periods that a change ends and begins, and the edges that it cuts and grows."""

    ended: Collection[Period] = field(default=())
    begun: Collection[Period] = field(default=())
    cut: Collection[Edge] = field(default=())
    grown: Collection[Edge] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.ended or self.begun or self.cut or self.grown)


UNDATED = Dated()


def dated(declared: RecordType, before: Document | None, after: Document) -> Dated:
    """Return what the change from `before` (None: the record is made) to `after` says of time.

    Raises Invalid for a period that ends before it starts, Cycle for an edge to the record itself.
    """
    if not is_dated(declared):
        return UNDATED
    holding = periods(declared, after), edges(declared, after)
    if before is None:
        return Dated(begun=holding[0], grown=holding[1])
    held = periods(declared, before), edges(declared, before)
    return Dated(
        held[0] - holding[0], holding[0] - held[0], held[1] - holding[1], holding[1] - held[1]
    )


def is_dated(declared: RecordType) -> bool:
    """Tell whether records of the type have exclusive periods or edges."""
    return bool(declared.exclusives or declared.branches)


@cache
def beyond(*, is_removal: bool) -> str:
    """Return what the write statement does besides, as further WITH queries after `done`.

    What ends does so before what begins: a period that moves would meet itself.
    """
    queries = _OF_REMOVAL if is_removal else _OF_CHANGE
    return "".join(f",\n\n{name} AS (\n{SQL[text]}\n)" for name, text in queries.items())


def every_statement() -> dict[str, str]:
    """Return nothing: these are parts of the write statement, which is planned with them."""
    return {}
