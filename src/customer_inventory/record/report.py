"""The select of a view by which a database role reads records of a type, within a sight.

A view takes no parameters: what it is bound to is written out. An attribute is in it when all of
it is shown as it is; what is masked or hidden, and what nobody declared, is left out.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import RecordType
from customer_inventory.record.mask.node import CLEAR
from customer_inventory.record.shown import Shown
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.types import TYPES
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_OWN = ("id", "revision", "recorded_at", "valid_from", "valid_to")
_SCALARS = ("string", "number", "integer", "boolean")


def select(declared: RecordType, sight: Sight, gate: str) -> str:
    """Return the select of what `sight` shows of a type, if the SQL `gate` holds."""
    kept_from = sight.kept_from
    purpose = "NULL::text" if kept_from is None else f"{literal(kept_from)}::text"
    shown = Shown(sight.rows, 0, purpose=purpose, parameter=literal)
    return SQL.reported.format(
        table=declared.table,
        columns="".join(f",\n    {each}" for each in _columns(declared, sight)),
        gate=gate,
        shown=shown.of(declared),
    )


def literal(value: Any) -> str:
    """Return a value as it stands in SQL; raise Invalid for one of a kind that does not."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return literal(value.isoformat())
    if isinstance(value, list | tuple | set | frozenset):
        items = ", ".join(literal(each) for each in value)
        return f"ARRAY[{items}]" if items else "'{}'"
    if isinstance(value, str) and "\0" not in value:
        # A backslash is one: the server's strings conform to the standard.
        return "'" + value.replace("'", "''") + "'"
    raise Invalid("A view cannot be bound to such a value.")


def name(word: str) -> str:
    """Return a name as it stands in SQL."""
    return '"' + word.replace('"', '""') + '"'


def _columns(declared: RecordType, sight: Sight) -> Iterator[str]:
    mask = sight.masks.get(declared.name)
    for attribute, schema in declared.schema["properties"].items():
        is_clear = mask is None or mask.root.at(attribute) is CLEAR
        if is_clear and attribute not in _OWN:
            arrow = "->>" if schema.get("type") in _SCALARS else "->"
            yield f"r.body {arrow} {literal(attribute)} AS {name(attribute)}"


def every_statement() -> dict[str, str]:
    """Return the select of every type, by a name of its own (for planning)."""
    return {f"reported:{each}": select(TYPES[each], EVERYTHING, "TRUE") for each in TYPES}
