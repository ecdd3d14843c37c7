"""What held at an instant of business time: by the validity of a record and of its parts.

A period holds from its start until before its end; a side that is missing is open. What
has no period always holds: the business did not say otherwise.
"""

from datetime import datetime
from typing import Any

from customer_inventory.kit.clock import parse_instant
from customer_inventory.record.declare import Document, RecordType

PERIOD = "validFor"
"""The attribute by which a part of a document says when it holds."""


def held(declared: RecordType, document: Document, as_of: datetime) -> Document | None:
    """Return `document` with the parts that held at `as_of`; None when the record did not.

    An occurrence (an interaction) is a fact from its start on, for ever.
    """
    period = document.get(declared.validity)
    if declared.dates is not None:
        start, end = map(document.get, declared.dates)
        period = {"startDateTime": start, "endDateTime": end}
    if not contains(period, as_of, is_open_ended=declared.is_occurrence):
        return None
    return {
        name: value if name == declared.validity else _parts(value, as_of)
        for name, value in document.items()
        if name == declared.validity or _holds(value, as_of)
    }


def contains(period: Any, instant: datetime, *, is_open_ended: bool = False) -> bool:
    """Tell whether the JSON `period` contains `instant`; a side that is no instant is open."""
    if not isinstance(period, dict):
        return True
    start = parse_instant(period.get("startDateTime"))
    end = None if is_open_ended else parse_instant(period.get("endDateTime"))
    return (start is None or start <= instant) and (end is None or instant < end)


def _holds(part: Any, instant: datetime) -> bool:
    return not isinstance(part, dict) or contains(part.get(PERIOD), instant)


def _parts(node: Any, instant: datetime) -> Any:
    if isinstance(node, list):
        return [_parts(item, instant) for item in node if _holds(item, instant)]
    if isinstance(node, dict):
        return {
            name: value if name == PERIOD else _parts(value, instant)
            for name, value in node.items()
            if name == PERIOD or _holds(value, instant)
        }
    return node
