"""Findings corrected in bulk over HTTP: what it would be first, then changed as at any door.

Whoever may update records of a type corrects them, as far as it is shown them.
"""

from collections.abc import Sequence
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.given import flag, given, text, text_or_none
from customer_inventory.api.route import Call, Route, told
from customer_inventory.audit.finding import correcting, held
from customer_inventory.audit.finding.correcting import Corrected, Correction
from customer_inventory.audit.finding.held import Chosen
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer

MOST = 500
"""So many findings one call corrects."""


async def correct(call: Call) -> Answer:
    """POST one value, or what replaces what, for findings by number or of a rule.

    With `dryRun` nothing is changed. What cannot be is told with the reason and stays.
    """
    asked = given(call, "id", "rule", "set", "replace", "remove", "reason", "dryRun")
    correction = _correction(asked)
    rows = await _rows(call, asked)
    database, sight = call.rooms.database, call.sight
    if flag(asked, "dryRun"):
        done = await correcting.preview(database, rows, correction, sight=sight)
    else:
        done = await correcting.correct(
            database, rows, correction, reason=text(asked, "reason"), actor=call.actor, sight=sight
        )
    ids = tuple(dict.fromkeys(each.record_id for each in done))
    kinds = sorted({each.record_type for each in done})
    groups = call.sight.groups(*kinds) if kinds else ()
    return told([_shown(each) for each in done], ids=ids, groups=groups)


async def _rows(call: Call, asked: dict[str, Any]) -> Sequence[Row]:
    numbers, rule = asked.get("id"), text_or_none(asked, "rule")
    if (numbers is None) == (rule is None):
        raise Invalid("Name findings, or a rule.", path="id", hint="Give `id` or `rule`.")
    if numbers is not None and not (
        isinstance(numbers, list) and all(type(each) is int for each in numbers)
    ):
        raise Invalid("must be a list of numbers.", path="id")
    may = [name for name in TYPES if call.session.may(Operation.UPDATE, name)]
    chosen = Chosen(types=may, rule=rule, ids=numbers)
    rows, after = await held.find(call.rooms.database, chosen, limit=MOST, sight=call.sight)
    if after is not None:
        raise Invalid(f"are more than {MOST} findings.", path="id", hint="Correct them in parts.")
    return rows


def _correction(asked: dict[str, Any]) -> Correction:
    replaced = asked.get("replace", {})
    if not isinstance(replaced, dict) or not all(isinstance(to, str) for to in replaced.values()):
        raise Invalid("must be an object of texts.", path="replace")
    return Correction(text_or_none(asked, "set"), replaced, flag(asked, "remove"))


def _shown(each: Corrected) -> dict[str, Any]:
    found = {
        "finding": each.finding,
        "recordType": each.record_type,
        "recordId": each.record_id,
        "path": each.path,
        "before": list(each.before),
        "after": list(each.after),
    }
    return found | ({} if each.problem is None else {"problem": each.problem})


_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_VALUES = {"type": "array", "items": {}}
_CORRECTION = {
    "type": "object",
    "properties": {
        "id": {"type": "array", "items": {"type": "integer"}},
        **dict.fromkeys(("rule", "set", "reason"), _TEXT),
        "replace": {"type": "object", "additionalProperties": _TEXT},
        **dict.fromkeys(("remove", "dryRun"), _FLAG),
    },
}
_CORRECTED = {
    "type": "object",
    "properties": {
        "finding": {"type": "integer"},
        **dict.fromkeys(("recordType", "recordId", "path", "problem"), _TEXT),
        **dict.fromkeys(("before", "after"), _VALUES),
    },
}

ROUTES = (
    Route(
        "POST", "/finding/correction", Operation.UPDATE, correct,
        "Correct the records of findings, or show what it would be", "finding",
        body=_CORRECTION, answer={"type": "array", "items": _CORRECTED},
    ),
)  # fmt: skip
