"""Recertification: campaigns in which the owners of the data say whether grants are still needed.

Each item is what one owner decides on one grant: keep, narrow, revoke. Neither who asked for the
grant nor the owner of the process decides; the database holds that (migration 0024). What nobody
decided until the campaign is due lapses: the grant is suspended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from customer_inventory.access.decision import Decision
from customer_inventory.access.grant import granting
from customer_inventory.access.registration import Permission
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode, parse
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import Within

SQL = beside(__name__)

DECISIONS = ("keep", "narrow", "revoke")

Place = tuple[bool, str, str, str, str]
"""Whether an item is decided, its process, purpose, grant and capacity: by these they stand."""


class NoSuchCampaign(NotFound):
    """No campaign of that id was ever opened."""

    def __init__(self, campaign: str) -> None:
        super().__init__(
            f"There is no campaign {campaign!r}.", hint="`cinv access recertify list` has them."
        )


async def open_campaign(
    database: Database,
    title: str,
    *,
    due_at: datetime,
    by: Decision,
    owner: str | None = None,
    process: str | None = None,
    record_type: str | None = None,
    older_than: timedelta = timedelta(0),
) -> tuple[str, int] | None:
    """Open a campaign over active grants; return its id and how many items it has, None for none.

    `owner` (organisation or person) and `process` say whose grants, `record_type` on what, and
    `older_than` for how long they were not confirmed. Grants in a campaign that is open are left
    to it. Raises Invalid for a due time that has passed, or no title.
    """
    if due_at <= now() or not title.strip():
        raise Invalid("A campaign has a title and a due time to come.", hint="Give both.")
    campaign = new_id()
    asked_for = {
        "owner": owner,
        "process": process,
        "recordType": record_type,
        "olderThanDays": older_than.days or None,
    }
    told = {name: value for name, value in asked_for.items() if value is not None}
    opened = await database.fetch(
        SQL.open_campaign,
        campaign,
        title,
        encode(told).decode(),
        by.person,
        by.entered_by,
        due_at,
        owner,
        record_type,
        process,
        now() - older_than,
    )
    return (campaign, len(opened)) if opened else None


async def campaigns(
    database: Database,
    campaign: str | None = None,
    *,
    after: str | None = None,
    limit: int | None = None,
) -> Sequence[Row]:
    """Return campaigns, latest first, each with how far it is; raise NoSuchCampaign for one.

    At most `limit`, of those that come after the campaign `after`.
    """
    rows = await database.fetch(SQL.list_campaigns, campaign, after, limit)
    if campaign is not None and not rows:
        raise NoSuchCampaign(campaign)
    return rows


async def items(
    database: Database,
    campaign: str,
    *,
    grant: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    after: Place | None = None,
) -> Sequence[Row]:
    """Return the items of a campaign, or of one grant in it, undecided ones first.

    At most `limit`, from after the place `after` or the first `offset`. Raises NoSuchCampaign.
    """
    await campaigns(database, campaign)
    place = after or (None,) * 5
    return await database.fetch(SQL.list_items, campaign, grant, limit, offset, *place)


def place_of(item: Row) -> Place:
    """Return where an item stands among those of its campaign."""
    is_decided = item["decision"] is not None
    return is_decided, item["process"], item["purpose"], item["grant_id"], item["capacity"]


async def decide(
    database: Database,
    campaign: str,
    grant: str,
    decision: str,
    *,
    by: Decision,
    permissions: Iterable[Permission] = (),
) -> str | None:
    """Decide, in every capacity that `by.person` has, on a grant; return the id of a narrower one.

    `narrow` asks for the grant with `permissions` alone, on the same terms, in the name of who
    asked for this one; unless it is in force by then, this one is suspended when the campaign is
    due. Raises NoSuchCampaign,
    NotFound for a grant that is not in it, Invalid, Conflict for one that is decided, or too late,
    and Refused for who asked, who owns the process, or owns none of its data.
    """
    if decision not in DECISIONS:
        raise Invalid(f"{decision!r} is no decision.", hint=f"Known: {', '.join(DECISIONS)}.")
    if decision != "keep" and not by.reason.strip():
        raise Invalid("This is decided with a reason.", hint="Say why.")
    async with database.transaction() as connection:
        undecided = await _undecided(connection, campaign, grant)
        theirs = await _theirs(connection, undecided, by.person)
        narrower = None
        if decision == "narrow":
            within = Within(database, connection)
            narrower = await _narrower(within, undecided[0], permissions, by)
        for item in theirs:
            await connection.execute(
                SQL.decide_item, campaign, grant, item["capacity"], decision, narrower, by.person,
                by.entered_by, by.reason,
            )  # fmt: skip
        if decision == "revoke":
            await granting.end(connection, grant, "revoked", by)
    return narrower


async def lapse(database: Database, *, process: str) -> list[str]:
    """Close the campaigns that are due, in the name of `process`; return the grants suspended.

    Suspended are those on which an owner did not decide, and those to be narrowed whose narrower
    grant is not in force.
    """
    suspended: list[str] = []
    for row in await database.fetch(SQL.due_campaigns):
        async with database.transaction() as connection:
            if not await connection.fetchval(SQL.lock_due_campaign, row["id"]):
                continue
            await connection.execute(SQL.lapse_items, row["id"])
            by = Decision(process, process, f"not confirmed in the campaign {row['id']}")
            for item in await connection.fetch(SQL.unconfirmed, row["id"]):
                await granting.end(connection, item["grant_id"], "suspended", by)
                suspended.append(item["grant_id"])
            await connection.execute(SQL.close_campaign, row["id"])
    return suspended


async def _undecided(connection: Connection, campaign: str, grant: str) -> Sequence[Row]:
    """Return the items of a grant, held for this transaction."""
    row = await connection.fetchrow(SQL.campaign_for_decision, campaign)
    if row is None:
        raise NoSuchCampaign(campaign)
    if row["is_over"]:
        raise Conflict("This campaign is over.", hint="A new grant brings back what lapsed.")
    found = await connection.fetch(SQL.items_of_grant, campaign, grant)
    if not found:
        raise NotFound(
            f"The grant {grant} is not in this campaign.", hint="`recertify show` lists them."
        )
    undecided = [item for item in found if item["decision"] is None]
    if not undecided or undecided[0]["state"] != "active":
        raise Conflict(f"The grant {grant} is decided.", hint="It is not decided twice.")
    return undecided


async def _theirs(connection: Connection, undecided: Sequence[Row], person: str) -> list[Row]:
    first = undecided[0]
    if person in (first["requested_by"], first["owner_person"], first["owner_now"]):
        raise Refused(
            f"{person} asked for this grant, or owns the process.", hint="Let another decide."
        )
    capacities = {row["capacity"] for row in await connection.fetch(SQL.capacities_of, person)}
    theirs = [item for item in undecided if item["capacity"] in capacities]
    if not theirs:
        needed = ", ".join(item["capacity"] for item in undecided)
        raise Refused(f"{person} is none of: {needed}.", hint="Owners of the data decide.")
    return theirs


async def _narrower(
    database: Database, item: Row, permissions: Iterable[Permission], by: Decision
) -> str:
    held: dict[str, list[str]] = parse(item["permissions"].encode())
    agreed = parse(item["terms"].encode())
    asked = [replace(each, terms=agreed.get(each.record_type, {})) for each in permissions]
    wanted = granting.asked_for(asked)[1] if asked else {}
    if not asked or wanted == held or not _is_within(wanted, held):
        raise Invalid(
            "A narrower grant permits less, and nothing else.", hint="Name what is to stay."
        )
    return await granting.request(
        database,
        item["process"],
        permissions=asked,
        valid_until=item["valid_to"],
        by=Decision(item["requested_by"], by.entered_by, f"narrowed by {by.person}: {by.reason}"),
        part=item["part"],
    )


def _is_within(wanted: dict[str, Any], held: dict[str, Any]) -> bool:
    return all(set(words) <= set(held.get(kind, ())) for kind, words in wanted.items())
