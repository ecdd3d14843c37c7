"""One pair: both sides beside each other, why they may be one, and what is decided of it.

A merge can be looked at before: it is rehearsed, and leaves nothing behind.
"""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.capture.matching import beside, deciding, pair
from customer_inventory.capture.matching.normal import MATCHED
from customer_inventory.console.capture.pairs import address_of, decided
from customer_inventory.console.figure import Figure, waterfall_of
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.console.written import Written
from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.scoping.landing import demand_in_scope
from customer_inventory.record.subject.restriction import refuse_if_restricted
from customer_inventory.record.types import named

_NOTICES = {
    deciding.MERGE: mark("Merged: the two are shown as one."),
    deciding.NOT_SAME: mark("Told apart: nobody is asked about these two again."),
    deciding.LATER: mark("Put off: the pair is among those for later."),
    deciding.REOPEN: mark("Taken back: the pair waits again."),
}


async def show(view: View) -> Shown:
    """Return both sides of a pair, and with `survivor` what a merge would make of them."""
    each = await _met(view, Operation.READ)
    kind = each.row["record_type"]
    told = deciding.told(each, view.sight.masks.get(kind))
    said = await beside.documents(view.rooms.database, [each], view.sight)
    one, other = said.get(each.one, {}), said.get(each.other, {})
    may_decide = view.may(Operation.MODIFY, kind)
    is_waiting = told["state"] in (pair.OPEN, pair.LATER)
    can_merge = is_waiting and may_decide and each.row["checked_id"] is None
    preview = await _preview(view, each) if can_merge and view.query.get("survivor") else None
    compared = [
        {
            "path": row.path,
            "one": row.one,
            "other": row.other,
            "differs": "other" if row.is_different else "alone" if row.is_of_one else "same",
            "merged": preview["values"].get(row.path, ()) if preview else None,
            "rule": preview["rules"].get(row.path.partition(".")[0]) if preview else None,
        }
        for row in beside.compared(one, other)
    ]
    names = [beside.called(one) or each.one, beside.called(other) or each.other]
    return Shown(
        {**told, "names": names, "compared": compared},
        aside={
            "figure": _why(view, told),
            "decided": await decided(view),
            "survivor": preview["survivor"] if preview else each.one,
            "preview": preview,
            "can_merge": can_merge,
            "may_decide": may_decide,
            "is_waiting": is_waiting,
            "is_captured": each.row["checked_id"] is None,
        },
        ids=(each.one, each.other),
        groups=view.sight.groups(kind),
        title=" / ".join(dict.fromkeys(names)),
    )


async def decide(view: View, form: Form) -> Done:
    """Decide the pair, and go on to the next one that waits."""
    each = await _met(view, Operation.MODIFY)
    decision = form.get("decision", "")
    await _demand_changeable(view, each)
    await deciding.decide(
        view.rooms.database,
        each,
        decision,
        survivor=form.get("survivor") or None,
        reason=form.get("reason", ""),
        actor=view.actor,
        sight=view.sight,
    )
    ids = (each.one, each.other)
    if decision == deciding.REOPEN:
        return Done(view.here, view.say(_NOTICES[decision]), ids=ids)
    types = [name for name in MATCHED if view.may(Operation.MODIFY, name)]
    waiting, _ = await deciding.shown_pairs(view.rooms.database, types, sight=view.sight, limit=1)
    own = f"decided={view.path['one']}:{view.path['other']}"
    following = [address_of(one.row["one_id"], one.row["other_id"]) for one in waiting]
    place = following[0] if following else "/capture/pairs"
    return Done(f"{place}?{own}", view.say(_NOTICES[decision]), ids=ids)


async def _met(view: View, operation: Operation) -> deciding.Met:
    """Return the pair that the path names. Raises NoSuchPair for one that is not shown."""
    database = view.rooms.database
    row = await pair.pair_of(database, view.path["one"], view.path["other"])
    found = await deciding.met(database, [row], view.sight)
    if not found or not view.may(operation, row["record_type"]):
        raise pair.NoSuchPair
    return found[0]


async def _demand_changeable(view: View, each: deciding.Met) -> None:
    declared = named(each.row["record_type"])
    sides = [side for side in (each.one, each.other) if side != each.row["checked_id"]]
    await demand_in_scope(view.rooms.database, declared, sides, view.sight)
    for side in sides:
        await refuse_if_restricted(view.rooms.database, (declared.name,), side, view.sight)


async def _preview(view: View, each: deciding.Met) -> dict[str, Any]:
    """Return what a merge would show: its values by path, and the rule of each attribute.

    What forbids the merge is told in its place.
    """
    survivor = each.other if view.query["survivor"] == each.other else each.one
    declared = named(each.row["record_type"])
    gone = each.one if survivor == each.other else each.other
    try:
        await _demand_changeable(view, each)
        made = await view.rooms.inventory.identity.merge(
            declared, survivor, [gone], actor=view.actor, is_rehearsal=True, sight=view.sight
        )
    except InventoryError as error:
        return {"survivor": survivor, "values": {}, "rules": {}, "error": error}
    mask = view.sight.masks.get(declared.name)
    document = mask.document(made.document) if mask else made.document
    rules = {name: why.rule.value for name, why in made.why.items() if name in document}
    return {
        "survivor": survivor, "values": beside.values_of(document), "rules": rules, "error": None,
    }  # fmt: skip


def _why(view: View, told: dict[str, Any]) -> Figure:
    """Return what speaks for and against, in bits, the most telling first."""
    reasons = sorted(told["reason"], key=lambda reason: -abs(reason["weight"]))
    steps = [
        (f"{view.say(each['comparison'])}: {view.say(each['level'])}", float(each["weight"]))
        for each in reasons
    ]
    begin = float(told["weight"]) - sum(weight for _, weight in steps)
    title = view.say("What speaks for one subject (to the right) and against it, in bits")
    heads = (view.say("Compared"), view.say("Bits"))
    first = (view.say("Two records of all"), begin)
    return waterfall_of(title, heads, 0.0, [first, *steps], Written(view.language).signed)


LEVELS = (
    mark("same"), mark("misspelt"), mark("one letter off"), mark("alike"), mark("differs"),
    mark("day and month swapped"), mark("one digit off"), mark("year alone"), mark("same city"),
    mark("same street"), mark("same post code"), mark("same before the @"), mark("same domain"),
    mark("a part of it"), mark("of one alone"), mark("absent"),
    mark("nickname"), mark("swapped"), mark("sounds alike"),
)  # fmt: skip
"""Levels of comparisons, as they are said."""
RULES = (mark("latest"), mark("trust"), mark("union"))
"""Rules of survivorship, as they are said."""

SCREENS = (
    Screen(
        "/capture/pairs/{one}/{other}",
        mark("Pair"),
        "capture",
        Operation.READ,
        None,
        show,
        "capture/pair",
        "pair",
        actions=(Action("decide", Operation.MODIFY, None, decide),),
    ),
)
