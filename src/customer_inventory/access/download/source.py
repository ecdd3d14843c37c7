"""What a download takes away: a list, as a door shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from customer_inventory.access.download.encoding import Columns
from customer_inventory.record.declare import RecordType
from customer_inventory.record.read import Query


@dataclass(frozen=True)
class Source:
    """A list: the records of `declared` that fulfil `query`, in its order, whole.

    `fields` are the attributes asked for (None: all); `shown` returns a stored document of an id
    as callers of the list see it, and `path` is the address of the list.
    """

    declared: RecordType
    path: str
    query: Query
    fields: tuple[str, ...] | None
    shown: Callable[[str, bytes], bytes]


Find = Callable[[str, str], Source]
"""Finds a list by its path and query string; raises NotFound, and Invalid for a malformed query.

A door registers it: only doors know paths.
"""


def columns_of(source: Source) -> Columns:
    """Return the columns of a table of this list: the attributes asked for, or all there are."""
    first = ("id", "href", "@type")
    if source.fields is None:
        paths = (*first, *source.declared.attributes)
    else:
        paths = (*first, *(path for path in source.fields if path != "none"))
    return Columns(tuple(dict.fromkeys(paths)), has_others=source.fields is None)
