"""The timeline of a customer: what happened with it, what was changed, audited and looked at."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.audit.finding import held as findings
from customer_inventory.console.customers.around import Around, around, groups_in_words
from customer_inventory.console.customers.document import in_short
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.record.declare import Document
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Row
from customer_inventory.usage.seen_by import seen_by

INTERACTION, CONTRACT, CHANGE, AUDIT, ACCESS = (
    mark("interaction"),
    mark("contract"),
    mark("change"),
    mark("audit"),
    mark("access"),
)
KINDS = (INTERACTION, CONTRACT, CHANGE, AUDIT, ACCESS)
OPERATIONS = (mark("create"), mark("update"), mark("delete"), mark("merge"), mark("read"))
"""What was done, as the history and the ledger have it, so that it is translated."""
_PAGE = 25
_VERSIONS = 100
_MOST_CHANGED = 20
"""Of so many records around a customer the changes are told: itself, its parties, then the rest."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `text` says more of it, `who` did it, `href` leads there."""

    at: datetime
    kind: str
    title: str
    text: str = ""
    who: str = ""
    href: str = ""


async def entries(
    view: View,
    whole: Around,
    kinds: Iterable[str],
    *,
    before: datetime,
    most: int,
    is_glance: bool = False,
) -> list[Entry]:
    """Return what happened before an instant, latest first, of some kinds.

    At a glance, changes are those of the customer and its party alone, and that they were made is
    none.
    """
    sources: dict[str, Source] = {
        INTERACTION: _interactions,
        CONTRACT: _contracts,
        CHANGE: partial(_changes, is_glance=is_glance),
        AUDIT: _audits,
        ACCESS: _accesses,
    }
    asked: list[Coroutine[Any, Any, list[Entry]]] = [
        sources[kind](view, whole, before, most) for kind in KINDS if kind in kinds
    ]
    found = [entry for some in await asyncio.gather(*asked) for entry in some if entry.at < before]
    return sorted(found, key=lambda entry: (entry.at, entry.title), reverse=True)[:most]


Source = Callable[[View, Around, datetime, int], Coroutine[Any, Any, list[Entry]]]


async def _interactions(_: View, whole: Around, __: datetime, ___: int) -> list[Entry]:
    found = []
    for kind, when in (("partyInteraction", "interactionDate"), ("troubleTicket", "creationDate")):
        for part in whole.parts.get(kind, ()):
            at = _instant(part.get(when)) or _instant(part.get("creationDate"))
            if at is not None:
                title = str(part.get("reason") or part.get("name") or kind)
                text = str(part.get("description") or "")
                found.append(Entry(at, INTERACTION, title, text, href=_href(kind, part)))
    return found


async def _contracts(view: View, whole: Around, __: datetime, ___: int) -> list[Entry]:
    found = []
    for kind, begins, ends in (
        ("agreement", ("agreementPeriod", "startDateTime"), ("agreementPeriod", "endDateTime")),
        ("product", ("startDate",), ("terminationDate",)),
    ):
        for part in whole.parts.get(kind, ()):
            for path, said in ((begins, mark("begins")), (ends, mark("ends"))):
                at = _instant(_at(part, path))
                if at is not None:
                    title = f"{part.get('name') or kind}: {view.say(said)}"
                    found.append(Entry(at, CONTRACT, title, href=_href(kind, part)))
    return found


async def _changes(
    view: View, whole: Around, before: datetime, most: int, *, is_glance: bool = False
) -> list[Entry]:
    types, party = whole.types, whole.party
    own = (whole.id, party[1]["id"]) if party else (whole.id,)
    shown = own if is_glance else list(dict.fromkeys((*own, *types)))[:_MOST_CHANGED]
    limit = min(most, _VERSIONS)
    found = await asyncio.gather(*(_versions(view, types[each], each, limit) for each in shown))
    return [
        entry
        for some in found
        for operation, entry in some
        if entry.at < before and not (is_glance and operation == "create")
    ]


async def _versions(view: View, kind: str, identifier: str, limit: int) -> list[tuple[str, Entry]]:
    """Return the versions of a record as entries, each with what was done."""
    versions = await view.rooms.inventory.versions(
        TYPES[kind], identifier, limit=limit, sight=view.sight
    )
    href = f"/records/{kind}/{identifier}/versions"
    return [
        (
            version.operation,
            Entry(
                version.recorded_from,
                CHANGE,
                f"{kind}: {view.say(version.operation)} (#{version.revision})",
                "",
                " · ".join(filter(None, (version.person, version.process, version.purpose))),
                href,
            ),
        )
        for version in versions
    ]


async def _audits(view: View, whole: Around, _: datetime, __: int) -> list[Entry]:
    found = []
    for row in await flags(view, whole, states=None):
        text = " · ".join(filter(None, (row["record_type"], row["path"], row["requirement"])))
        href = f"/audit/findings/{row['id']}"
        found.append(Entry(row["since"], AUDIT, f"{row['what']} ({row['state']})", text, href=href))
    return found


async def flags(
    view: View, whole: Around, *, states: tuple[findings.State, ...] | None = findings.WAITING
) -> list[Row]:
    """Return the findings on the records around a customer, in some states (None: any)."""
    types = [name for name in set(whole.types.values()) if view.may(Operation.READ, name)]
    chosen = findings.Chosen(types=types, states=states, records=whole.ids)
    rows, _ = await findings.find(view.rooms.database, chosen, limit=100, sight=view.sight)
    return rows


async def _accesses(view: View, whole: Around, before: datetime, most: int) -> list[Entry]:
    seen = await seen_by(view.rooms.database, whole.ids, until=before, limit=most)
    return [
        Entry(
            each.at,
            ACCESS,
            f"{each.record_type}: {view.say(each.operation)}"
            + ("" if each.decision == "permit" else f" ({view.say(each.decision)})"),
            groups_in_words(view, each.groups),
            f"{each.process} · {each.purpose}",
        )
        for each in seen
    ]


async def show(view: View) -> Shown:
    """Return a page of the timeline."""
    whole = await around(view)
    kind = view.query.get("kind", "")
    after = parse_instant(view.query.get("after", "")) or whole.moment.as_of or now()
    kinds = [kind] if kind in KINDS else list(KINDS)
    found = await entries(view, whole, kinds, before=after, most=_PAGE + 1)
    page = found[:_PAGE]
    rows = [{**asdict(entry), "_href": entry.href} for entry in page]
    listing = Listing(
        COLUMNS,
        rows,
        view.say("Timeline"),
        page[-1].at.isoformat() if len(found) > _PAGE else None,
        filters=(
            Filter("kind", view.say("What"), tuple((each, view.say(each)) for each in KINDS)),
            Filter("asOf", view.say("Until"), kind="date"),
        ),
        empty=view.say("Nothing happened, or nothing that you may see."),
    )
    groups = view.sight.groups("customer", *whole.parts)
    return Shown(
        {"customer": whole.id},
        listing,
        aside={"whole": whole, "entries": page},
        ids=whole.ids,
        groups=groups,
        title=view.say("Timeline of %(name)s", name=whole.name),
    )


COLUMNS = (
    Column("title", mark("What happened"), "name"),
    Column("at", mark("When"), "time"),
    Column("kind", mark("What")),
    Column("text", mark("More"), "name"),
    Column("who", mark("Who"), "name"),
)


def _at(document: Document, path: tuple[str, ...]) -> Any:
    node: Any = document
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node


def _instant(value: Any) -> datetime | None:
    if isinstance(value, dict):
        value = value.get("startDateTime")
    return parse_instant(value) if isinstance(value, str) else None


def _href(kind: str, part: Document) -> str:
    return f"/records/{kind}/{part['id']}"


def line(part: Document) -> str:
    """Return a record in one line: its name, or what it says first."""
    told = part.get("name") or part.get("reason") or part.get("description")
    return in_short(told) or str(part["id"])


SCREENS = (
    Screen(
        "/customers/{id}/timeline",
        mark("Timeline"),
        "customers",
        Operation.READ,
        "customer",
        show,
        "customers/timeline",
        "customer360",
        is_list=True,
    ),
)
