"""Recertification: campaigns, and their items decided one by one, with when each was last used."""

from datetime import timedelta
from typing import Any

from customer_inventory.access.grant import recertifying
from customer_inventory.access.operation import RECERTIFICATION, Operation
from customer_inventory.access.person import account as accounts
from customer_inventory.access.registration import permissions_of
from customer_inventory.console.access.told import PAGE, decided, end_of
from customer_inventory.console.listing import Column, Listing, key_of, key_text
from customer_inventory.console.screen import Action, Done, Form, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.document import parse
from customer_inventory.store.database import Row

_ENTRY = "campaign"
_LONGEST_DAYS = 3650
_COLUMNS = (
    Column("title", mark("Campaign"), "name"),
    Column("state", mark("State"), "state"),
    Column("dueAt", mark("Due"), "time"),
    Column("items", mark("Items"), "number"),
    Column("undecided", mark("Undecided"), "number"),
    Column("kept", mark("Kept"), "number"),
    Column("narrowed", mark("Narrowed"), "number"),
    Column("revoked", mark("Revoked"), "number"),
    Column("lapsed", mark("Lapsed"), "number"),
)
DECISIONS = (mark("keep"), mark("narrow"), mark("revoke"), mark("lapsed"))


async def find(view: View) -> Shown:
    """Show campaigns, latest first, and how far each is."""
    rows = await recertifying.campaigns(
        view.rooms.database, after=view.query.get("after") or None, limit=PAGE
    )
    listing = Listing(
        _COLUMNS,
        [{**_told(row), "_href": f"/access/recertification/{row['id']}"} for row in rows],
        view.say("Campaigns of recertification, latest first"),
        rows[-1]["id"] if len(rows) == PAGE else None,
        empty=view.say("No campaign was opened yet."),
        empty_hint=view.say("A campaign asks the owners of the data whether grants are needed."),
    )
    return Shown(listing=listing, ids=tuple(row["id"] for row in rows))


async def open_campaign(view: View, form: Form) -> Done:
    """Open a campaign over active grants."""
    title = form.get("title", "").strip()
    if not title:
        raise Invalid("is mandatory and missing.", path="title")
    opened = await recertifying.open_campaign(
        view.rooms.database,
        title,
        due_at=end_of(form, "due_at"),
        by=decided(view, {"reason": title}),
        owner=form.get("owner", "").strip() or None,
        process=form.get("process", "").strip() or None,
        record_type=form.get("record_type", "").strip() or None,
        older_than=_age(form),
    )
    if opened is None:
        raise Conflict(
            "There is nothing to decide: no active grant is such.",
            hint="Grants in an open campaign are left to it.",
        )
    identifier, count = opened
    said = view.say("Opened, with %(count)s items.", count=count)
    return Done(f"/access/recertification/{identifier}", said, ids=(identifier,))


def _age(form: Form) -> timedelta:
    said = form.get("older_than", "").strip() or "0"
    if not (said.isascii() and said.isdigit() and int(said) <= _LONGEST_DAYS):
        raise Invalid(f"must be a whole number from 0 to {_LONGEST_DAYS}.", path="older_than")
    return timedelta(days=int(said))


async def show(view: View) -> Shown:
    """Show a campaign, and the item that is decided next: one at a time, or the one chosen."""
    database, campaign = view.rooms.database, view.path["id"]
    (row,) = await recertifying.campaigns(database, campaign)
    after: Any = key_of(view.query.get("after"), bool, str, str, str, str) or None
    items = await recertifying.items(database, campaign, limit=PAGE + 1, after=after)
    items, more = items[:PAGE], len(items) > PAGE
    held = {each["capacity"] for each in await accounts.capacities_of(database, view.who.person)}
    told = [_item(each) for each in items]
    own = [each for each in told if not each["decision"] and each["capacity"] in held]
    chosen = view.query.get("grant", "")
    waiting = [each for each in own if each["grant"] == chosen] or own
    may = view.may(Operation.MODIFY, RECERTIFICATION) and not row["closed_at"]
    content = {**_told(row), "askedFor": parse(row["asked_for"].encode()), "item": told}
    aside: dict[str, Any] = {
        "next": waiting[0] if waiting and may else None,
        "left": len({each["grant"] for each in own}) if may else 0,
        "after": key_text(recertifying.place_of(items[-1])) if more else None,
    }
    ids = tuple(dict.fromkeys(each["grant_id"] for each in items))
    return Shown(content, aside=aside, ids=ids, title=row["title"])


async def decide(view: View, form: Form) -> Done:
    """Keep, narrow or revoke a grant, in every capacity that whoever works here has."""
    database, campaign = view.rooms.database, view.path["id"]
    grant, decision = form.get("grant", ""), form.get("decision", "")
    by = decided(view, form)
    if decision != "keep" and not by.reason:
        raise Invalid("is mandatory: why.", path="reason")
    permissions = ()
    if decision == "narrow":
        rows = await recertifying.items(database, campaign, grant=grant, limit=1)
        permissions = tuple(_staying(form, rows[0])) if rows else ()
    narrower = await recertifying.decide(
        database, campaign, grant, decision, by=by, permissions=permissions
    )
    told = {
        "keep": view.say("Kept."),
        "narrow": view.say("A narrower grant is asked for."),
        "revoke": view.say("Revoked: nothing of it is permitted."),
    }
    ids = (grant, narrower) if narrower else (grant,)
    return Done(view.here, told[decision], ids=ids)


def _staying(form: Form, item: Row) -> list[Any]:
    """Return what is to stay of a grant: what is ticked of it."""
    held = parse(item["permissions"].encode())
    ticked = {
        kind: [word for word in words if form.get(f"stay-{kind}-{word}")]
        for kind, words in held.items()
    }
    staying = {kind: words for kind, words in ticked.items() if words}
    if not staying:
        raise Invalid("Nothing is ticked that stays: revoke it instead.", path="permissions")
    return permissions_of(staying, None, item["purpose"])


def _told(row: Row) -> dict[str, Any]:
    counts = ("items", "kept", "narrowed", "revoked", "lapsed", "undecided")
    return {
        "id": row["id"],
        "title": row["title"],
        "state": "closed" if row["closed_at"] else "open",
        "openedBy": row["opened_by"],
        "openedAt": row["opened_at"],
        "dueAt": row["due_at"],
        **{name: row[name] for name in counts},
    }


def _item(row: Row) -> dict[str, Any]:
    evidence = parse(row["evidence"])
    return {
        "grant": row["grant_id"],
        "process": row["process"],
        "purpose": row["purpose"],
        "capacity": row["capacity"],
        "permissions": parse(row["permissions"].encode()),
        "activeSince": evidence.get("activeSince"),
        "lastUsedAt": evidence.get("lastUsedAt"),
        "operationsUsed": evidence.get("operationsUsed") or [],
        "decision": row["decision"],
        "decidedBy": row["decided_by"],
        "decidedAt": row["decided_at"],
        "reason": row["reason"],
        "state": row["state"],
    }


SCREENS = (
    Screen(
        "/access/recertification", mark("Recertification"), "access", Operation.READ,
        RECERTIFICATION, find, "access/recertification", _ENTRY, is_list=True,
        navigation=mark("Recertification"),
        actions=(Action("open", Operation.CREATE, RECERTIFICATION, open_campaign),),
    ),
    Screen(
        "/access/recertification/{id}", mark("Recertification"), "access", Operation.READ,
        RECERTIFICATION, show, "access/recertify", _ENTRY,
        actions=(Action("decide", Operation.MODIFY, RECERTIFICATION, decide),),
    ),
)  # fmt: skip
