"""Merging and parting records of one subject, and transfers to another holder."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, Schema, told
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.identity.group import Merged
from customer_inventory.record.identity.origin import memberships
from customer_inventory.record.identity.transfer import KINDS, transfer, transfers_of
from customer_inventory.record.mask.node import HIDDEN
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.scoping.landing import demand_in_scope
from customer_inventory.record.shown import shown_of
from customer_inventory.record.subject.withholding import refuse_if_withheld
from customer_inventory.record.types import named
from customer_inventory.web.exchange import Answer


async def merge(call: Call) -> Answer:
    """POST: show records as one of them from now on, or tell what that would be."""
    asked = _asked(call, "type", "survivor", "merged", "dryRun")
    declared = named(_text(asked, "type"))
    call.session.demand(Operation.MODIFY, declared.name)
    survivor, merged = _text(asked, "survivor"), _texts(asked, "merged")
    await _check_shown(call, declared, survivor, *merged)
    made = await call.rooms.inventory.identity.merge(
        declared,
        survivor,
        merged,
        actor=call.actor,
        is_rehearsal=_flag(asked, "dryRun"),
        sight=call.sight,
    )
    return _told(call, declared, made, made.ids)


async def unmerge(call: Call) -> Answer:
    """POST: let a merged record stand for itself again, or tell what that would be."""
    asked = _asked(call, "type", "id", "dryRun")
    declared = named(_text(asked, "type"))
    call.session.demand(Operation.MODIFY, declared.name)
    identifier = _text(asked, "id")
    await _check_shown(call, declared, identifier)
    made = await call.rooms.inventory.identity.part(
        declared,
        identifier,
        actor=call.actor,
        is_rehearsal=_flag(asked, "dryRun"),
        sight=call.sight,
    )
    return _told(call, declared, made, (*made.ids, identifier))


async def find_memberships(call: Call) -> Answer:
    """GET since when a record was shown as what, and what as it."""
    rows = await memberships(call.rooms.database, call.path["id"])
    kinds = {row["shown"]: row["type"] for row in rows}
    visible = await shown_of(call.rooms.database, kinds, call.sight)
    seen = [
        dict(row)
        for row in rows
        if call.session.may(Operation.READ, row["type"]) and row["shown"] in visible
    ]
    ids = dict.fromkeys(each for row in seen for each in (row["origin"], row["shown"]))
    return told(seen, ids=tuple(ids))


async def move(call: Call) -> Answer:
    """POST: transfer an account, agreement or product to another holder."""
    asked = _asked(call, "type", "id", "toType", "to", "kind", "effectiveAt", "dryRun")
    declared, holder = named(_text(asked, "type")), named(_text(asked, "toType"))
    for each in (declared, holder):
        call.session.demand(Operation.MODIFY, each.name)
    await _check_shown(call, declared, _text(asked, "id"))
    await _check_shown(call, holder, _text(asked, "to"))
    made = await transfer(
        call.rooms.database,
        declared,
        _text(asked, "id"),
        (holder, _text(asked, "to")),
        kind=_text(asked, "kind"),
        effective_at=_instant(asked, "effectiveAt"),
        actor=call.actor,
        is_rehearsal=_flag(asked, "dryRun"),
        sight=call.sight,
    )
    mask = call.sight.masks.get(declared.name)
    content = {
        "id": made.id,
        "recordId": made.record_id,
        "from": made.from_id,
        "to": made.to_id,
        "document": mask.document(made.document) if mask else made.document,
    }
    ids = (made.record_id, made.from_id, made.to_id)
    return told(content, ids=ids, groups=call.sight.groups(declared.name))


async def find_transfers(call: Call) -> Answer:
    """GET the transfers of a record, or to or from a holder."""
    rows = await transfers_of(call.rooms.database, call.path["id"])
    kinds = {row["record_id"]: row["record_type"] for row in rows}
    visible = await shown_of(call.rooms.database, kinds, call.sight)
    seen = [
        dict(row)
        for row in rows
        if call.session.may(Operation.READ, row["record_type"]) and row["record_id"] in visible
    ]
    return told(seen, ids=(call.path["id"],) if seen else ())


async def _check_shown(call: Call, declared: RecordType, *ids: str) -> None:
    """Raise NoSuchRecord for a record out of the caller's scope.

    Raises ProcessingRestricted or NotChosen for one that is kept from its purpose.
    """
    await demand_in_scope(call.rooms.database, declared, ids, call.sight)
    for identifier in ids:
        await refuse_if_withheld(call.rooms.database, (declared.name,), identifier, call.sight)


def _told(call: Call, declared: RecordType, made: Merged, ids: tuple[str, ...]) -> Answer:
    content = shown(made, call.sight.masks.get(declared.name))
    return told(content, ids=ids, groups=call.sight.groups(declared.name))


def shown(made: Merged, mask: Mask | None = None) -> dict[str, Any]:
    """Return what a merge or a parting made, as a caller with that mask sees it.

    Of what is hidden not even that somebody said it is told.
    """

    def seen(document: Document) -> Document:
        return mask.document(document) if mask else document

    documents = {view.id: seen(view.document) for view in made.views.values()}
    attributes = [
        {
            "path": name,
            "rule": survivor.rule,
            "origin": list(survivor.views),
            "said": [
                {
                    "origin": view.id,
                    "source": view.facts[name].source,
                    "at": view.facts[name].at,
                    "value": documents[view.id].get(name),
                }
                for view in made.views.values()
                if name in view.facts
            ],
        }
        for name, survivor in made.why.items()
        if mask is None or mask.node(name) is not HIDDEN
    ]
    content = {"ids": list(made.ids), "document": seen(made.document), "attribute": attributes}
    return {**content, "parted": seen(made.parted)} if made.parted else content


def _asked(call: Call, *names: str) -> dict[str, Any]:
    asked = parse_object(call.request.body)
    unknown = sorted(asked.keys() - set(names))
    if unknown:
        raise Invalid("is not known here.", path=unknown[0], hint=f"Known: {', '.join(names)}.")
    return asked


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise Invalid("is mandatory, and a text.", path=name)
    return value


def _texts(asked: Mapping[str, Any], name: str) -> Sequence[str]:
    value = asked.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid("is mandatory, and a list of ids.", path=name)
    return value


def _flag(asked: Mapping[str, Any], name: str) -> bool:
    value = asked.get(name, False)
    if not isinstance(value, bool):
        raise Invalid("must be true or false.", path=name)
    return value


def _instant(asked: Mapping[str, Any], name: str) -> datetime:
    if name not in asked:
        return now()
    instant = parse_instant(asked[name])
    if instant is None:
        raise Invalid("is no date or date-time.", path=name, hint="Write 2026-01-31T12:00:00Z.")
    return instant


_ID: Schema = {"type": "string"}
_DRY: Schema = {"type": "boolean", "description": "Tell what would be, and change nothing"}


def _body(*mandatory: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": list(mandatory), "properties": properties}


_OBJECT: Schema = {"type": "object"}
_LIST: Schema = {"type": "array", "items": _OBJECT}

ROUTES = (
    Route(
        "POST",
        "/merge",
        Operation.MODIFY,
        merge,
        "Show several records as one of them",
        "merge",
        body=_body(
            "type",
            "survivor",
            "merged",
            type=_ID,
            survivor=_ID,
            merged={"type": "array", "items": _ID},
            dryRun=_DRY,
        ),
        answer=_OBJECT,
    ),
    Route(
        "POST",
        "/unmerge",
        Operation.MODIFY,
        unmerge,
        "Let a merged record stand for itself again",
        "merge",
        body=_body("type", "id", type=_ID, id=_ID, dryRun=_DRY),
        answer=_OBJECT,
    ),
    Route(
        "GET",
        "/membership/{id}",
        Operation.READ,
        find_memberships,
        "Since when a record was shown as what",
        "merge",
        answer=_LIST,
    ),
    Route(
        "POST",
        "/transfer",
        Operation.MODIFY,
        move,
        "Transfer an account, agreement or product to another holder",
        "transfer",
        body=_body(
            "type",
            "id",
            "toType",
            "to",
            "kind",
            type=_ID,
            id=_ID,
            toType=_ID,
            to=_ID,
            kind={"type": "string", "enum": list(KINDS)},
            effectiveAt={"type": "string", "format": "date-time"},
            dryRun=_DRY,
        ),
        answer=_OBJECT,
    ),
    Route(
        "GET",
        "/transfer/{id}",
        Operation.READ,
        find_transfers,
        "The transfers of a record, or to or from a holder",
        "transfer",
        answer=_LIST,
    ),
)
