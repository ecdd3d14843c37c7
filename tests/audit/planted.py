"""Defects planted in an inventory, beside every door: what was done to what, and which rules fail.

Each changes some records as no door would let it, and tells the outbox of those that it changed, as
every write does.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Data, Requirement
from customer_inventory.store.database import Database

Failing = set[tuple[str, str]]
"""Which records fail which rules."""


def demanded(number: int, record_type: str, path: str, **said: Any) -> Requirement:
    return Requirement(
        id=f"REQ-{number}", type=record_type, path=path, name=path, definition="D", **said
    )


REQUIRED = (
    demanded(701, "individual", "familyName", obligation="mandatory"),
    demanded(702, "individual", "gender", data=Data(values=("female", "male", "diverse"))),
    demanded(703, "customer", "status", obligation="mandatory", quality={"completeness": 1.0}),
    demanded(704, "individual", "languageAbility.languageCode", data=Data(pattern="^[a-z]{2}$")),
    demanded(705, "billingAccount", "creditLimit.value", data=Data(type="number", minimum=0)),
    demanded(706, "product", "name", data=Data(type="text", max_length=100)),
    demanded(707, "individual", "contactMedium.emailAddress", data=Data(format="email")),
    demanded(708, "troubleTicket", "status", freshness="P1M"),
    demanded(
        709,
        "customer",
        "statusReason",
        obligation="conditional",
        when={"attribute": "status", "is": "closed"},
    ),
)


@dataclass
class Ground:
    """An inventory to plant in: no record is taken twice, and what is changed is told."""

    database: Database
    ids: dict[str, list[str]]
    share: float
    taken: set[str] = field(default_factory=set)
    draw: random.Random = field(default_factory=lambda: random.Random(7))

    async def some(self, record_type: str, condition: str = "TRUE", *values: Any) -> list[str]:
        """Return records of a type that nothing was planted in, a share of all, at least two."""
        rows = await self.database.fetch(
            f"SELECT id FROM record.{TYPES[record_type].table} AS r WHERE {condition} ORDER BY id",
            *values,
        )
        free = [row["id"] for row in rows if row["id"] not in self.taken]
        number = max(2, int(len(self.ids[record_type]) * self.share))
        chosen = self.draw.sample(free, number)
        self.taken.update(chosen)
        return chosen

    async def change(self, record_type: str, ids: Sequence[str], body: str, *values: Any) -> None:
        """Let the documents of records be what `body` makes of `b`; `$2` is the first value."""
        await self.database.execute(
            f"UPDATE record.{TYPES[record_type].table} AS r"
            f" SET body = (SELECT ({body})::json FROM (SELECT r.body::jsonb AS b) AS d),"
            " revision = revision + 1 WHERE id = ANY($1)",
            list(ids),
            *values,
        )
        await self.tell(record_type, ids)

    async def tell(self, record_type: str, ids: Sequence[str]) -> None:
        await self.database.execute(
            "WITH changed AS MATERIALIZED (SELECT bucket, id, revision"
            f" FROM record.{TYPES[record_type].table} WHERE id = ANY($1))"
            " INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)"
            f" SELECT bucket, id, '{record_type}', revision, 'attributeValueChange', now()"
            " FROM changed",
            list(ids),
        )

    async def link(self, record_type: str, one: str, other: str, path: str) -> None:
        """Let a record refer to another at a path."""
        statement = (
            "INSERT INTO record.link"
            " (bucket, id, outward, path, role, other_id, other_bucket, other_type)"
            " VALUES ($1, $2, $3, $4, 'planted', $5, $6, $7)"
        )
        ends = ((one, other), (other, one))
        for outward, (here, there) in zip((True, False), ends, strict=True):
            await self.database.execute(
                statement, bucket_of(here), here, outward, path, there, bucket_of(there),
                record_type,
            )  # fmt: skip
        await self.tell(record_type, [one])

    async def unlink(self, record_type: str, ids: Sequence[str], paths: Sequence[str]) -> None:
        """Let records refer to nothing at some paths."""
        await self.database.execute(
            "DELETE FROM record.link WHERE path = ANY($2)"
            " AND ((outward AND id = ANY($1)) OR (NOT outward AND other_id = ANY($1)))",
            list(ids),
            list(paths),
        )
        await self.tell(record_type, ids)

    async def twin(self, record_type: str, identifier: str) -> str:
        """Let there be another record that says the same; return its id."""
        other = new_id()
        self.taken.add(other)
        table = TYPES[record_type].table
        columns = await self.database.fetch(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'record' AND table_name = $1",
            table,
        )
        made = {"id": "$2", "bucket": "$3", "body": "body"}
        names = [row["column_name"] for row in columns]
        await self.database.execute(
            f"INSERT INTO record.{table} ({', '.join(names)})"
            f" SELECT {', '.join(made.get(name, name) for name in names)}"
            f" FROM record.{table} WHERE id = $1",
            identifier,
            other,
            bucket_of(other),
        )
        rows = await self.database.fetch(
            "SELECT path, other_id FROM record.link WHERE outward AND id = $1", identifier
        )
        for row in rows:
            await self.link(record_type, other, row["other_id"], row["path"])
        await self.database.execute(
            "UPDATE record.outbox SET event = 'create' WHERE id = $1", other
        )
        return other


Plant = Callable[[Ground], Awaitable[Failing]]
PLANTS: dict[str, Plant] = {}


def plants(rule: str) -> Callable[[Plant], Plant]:
    """Let a function plant what fails a rule."""

    def named(plant: Plant) -> Plant:
        PLANTS[rule] = plant
        return plant

    return named


def _changes(rule: str, record_type: str, body: str, *values: Any, where: str = "TRUE") -> None:
    async def plant(ground: Ground) -> Failing:
        ids = await ground.some(record_type, where)
        await ground.change(record_type, ids, body, *values)
        return {(each, rule) for each in ids}

    PLANTS[rule] = plant


_changes("REQ-701.completeness", "individual", "b - 'familyName'")
_changes("REQ-702.validity", "individual", """b || '{"gender": "x"}'""")
_changes("REQ-703.completeness", "customer", "b - 'status'")
_changes(
    "REQ-704.validity", "individual",
    """jsonb_set(b, '{languageAbility,0,languageCode}', '"ENG"')""",
    where="r.body::jsonb -> 'languageAbility' -> 0 IS NOT NULL",
)  # fmt: skip
_changes(
    "REQ-705.validity", "billingAccount", """b || '{"creditLimit": {"unit": "EUR", "value": -1}}'"""
)
_changes("REQ-706.validity", "product", """jsonb_set(b, '{name}', to_jsonb(repeat('x', 101)))""")
_changes(
    "REQ-707.validity", "individual",
    """jsonb_set(b, '{contactMedium,0}', '{"@type": "X", "emailAddress": "nobody"}')""",
    where="r.body::jsonb -> 'contactMedium' -> 0 IS NOT NULL",
)  # fmt: skip
_changes(
    "REQ-709.completeness", "customer", """(b || '{"status": "closed"}') - 'statusReason'""",
    where="r.status = 'closed'",
)  # fmt: skip

_NOBODYS = (
    "NOT EXISTS (SELECT FROM record.link AS l WHERE l.id = r.id AND l.bucket = r.bucket"
    " AND l.path = 'engagedParty' AND l.other_type = 'customer')"
)
_changes(
    "CR-060", "individual",
    """b || '{"birthDate": "1980-01-01T00:00:00Z", "deathDate": "1970-01-01T00:00:00Z",
              "status": "deceased"}'""",
    where=_NOBODYS,
)  # fmt: skip
_changes(
    "CR-061", "agreement",
    """b || '{"agreementPeriod": {"startDateTime": "2020-01-01T00:00:00Z",
                                  "endDateTime": "2019-01-01T00:00:00Z"}}'""",
)  # fmt: skip
_changes(
    "CR-062", "product",
    """b || '{"startDate": "2020-01-01T00:00:00Z", "terminationDate": "2019-01-01T00:00:00Z"}'""",
)  # fmt: skip
_changes(
    "CR-063", "individual",
    """b || '{"birthDate": "1930-01-01T00:00:00Z", "deathDate": "2020-01-01T00:00:00Z",
              "status": "validated"}'""",
)  # fmt: skip
_changes(
    "CR-064", "agreement",
    """b || '{"status": "terminated", "agreementPeriod":
              {"startDateTime": "2020-01-01T00:00:00Z"}}'""",
)  # fmt: skip


def _parts(rule: str, record_type: str, *paths: str) -> None:
    async def plant(ground: Ground) -> Failing:
        ids = await ground.some(record_type)
        await ground.unlink(record_type, ids, paths)
        return {(each, rule) for each in ids}

    PLANTS[rule] = plant


_PARTY = "relatedParty.partyOrPartyRole"
_parts("CR-001", "customer", "engagedParty")
_parts("CR-002", "partyRole", "engagedParty")
_parts("CR-003", "agreement", "engagedParty", _PARTY)
_parts("CR-004", "billingAccount", _PARTY)
_parts("CR-005", "partyAccount", _PARTY)
_parts("CR-006", "product", _PARTY)


def _leads_nowhere(rule: str, record_type: str, path: str) -> None:
    async def plant(ground: Ground) -> Failing:
        ids = await ground.some(record_type)
        for each in ids:
            await ground.link(record_type, each, new_id(), path)
        return {(each, rule) for each in ids}

    PLANTS[rule] = plant


_leads_nowhere("CR-010", "customer", "agreement")
_leads_nowhere("CR-011", "agreement", "agreementRelationship")
_leads_nowhere("CR-012", "product", "productRelationship")


def _comes_back(rule: str, record_type: str, path: str) -> None:
    async def plant(ground: Ground) -> Failing:
        ids = await ground.some(record_type)
        for one, other in zip(ids, [*ids[1:], ids[0]], strict=True):
            await ground.link(record_type, one, other, path)
        return {(each, rule) for each in ids}

    PLANTS[rule] = plant


_comes_back("CR-020", "agreement", "agreementRelationship")
_comes_back("CR-021", "billingAccount", "accountRelationship.account")
_comes_back("CR-022", "customer", _PARTY)


def _overlaps(rule: str, record_type: str, where: str) -> None:
    async def plant(ground: Ground) -> Failing:
        ids = await ground.some(record_type, where)
        twins = [await ground.twin(record_type, each) for each in ids]
        return {(each, rule) for each in (*ids, *twins)}

    PLANTS[rule] = plant


# One that replaced another has its name.
_overlaps("CR-030", "customer", "r.status = 'active'")
_overlaps(
    "CR-031", "agreement",
    "r.status = 'approved' AND r.body::jsonb -> 'agreementRelationship' IS NULL",
)  # fmt: skip


@plants("CR-040")
async def renames_parties(ground: Ground) -> Failing:
    people = await _people(ground)
    customers = await ground.some("customer", "r.subject_id = ANY($1)", people)
    rows = await ground.database.fetch(
        "SELECT subject_id FROM record.customer WHERE id = ANY($1)", customers
    )
    parties = [row["subject_id"] for row in rows]
    ground.taken.update(parties)
    await ground.change("individual", parties, """b || '{"name": "Somebody Else"}'""")
    called = await ground.database.fetch(
        "SELECT id FROM record.customer WHERE body::jsonb #>> '{engagedParty,id}' = ANY($1)",
        parties,
    )
    return {(row["id"], "CR-040") for row in called}


@plants("CR-041")
async def renames_customers(ground: Ground) -> Failing:
    ids = await ground.some("customer")
    await ground.change("customer", ids, """b || '{"name": "Somebody Else"}'""")
    return await _of_customers(ground, "billing_account", "CR-041", ids, "TRUE")


@plants("CR-050")
async def lets_customers_die(ground: Ground) -> Failing:
    in_use = "r.status IN ('active', 'suspended') AND r.subject_id = ANY($1)"
    customers = await ground.some("customer", in_use, await _people(ground))
    rows = await ground.database.fetch(
        "SELECT subject_id FROM record.customer WHERE id = ANY($1)", customers
    )
    parties = [row["subject_id"] for row in rows]
    ground.taken.update(parties)
    await ground.change("individual", parties, """b || '{"status": "deceased"}'""")
    return {(each, "CR-050") for each in customers}


@plants("CR-051")
async def closes_customers(ground: Ground) -> Failing:
    ids = await ground.some("customer", "r.status = 'active'")
    await ground.change(
        "customer", ids, """b || '{"status": "closed", "statusReason": "customerNotice"}'"""
    )
    signed = await ground.database.fetch(
        "SELECT id FROM record.agreement WHERE body::jsonb ->> 'status' = 'approved'"
        " AND body::jsonb -> 'engagedParty' -> 0 ->> 'id' = ANY($1)",
        ids,
    )
    accounts = await _of_customers(ground, "billing_account", "CR-052", ids, "state = 'active'")
    return {(row["id"], "CR-051") for row in signed} | accounts


async def _people(ground: Ground) -> list[str]:
    return [row["id"] for row in await ground.database.fetch("SELECT id FROM record.individual")]


async def _of_customers(
    ground: Ground, table: str, rule: str, ids: Sequence[str], where: str
) -> Failing:
    rows = await ground.database.fetch(
        f"SELECT r.id FROM record.{table} AS r WHERE {where} AND EXISTS (SELECT FROM"
        " jsonb_path_query(r.body::jsonb, '$.relatedParty[*].partyOrPartyRole') AS p (x)"
        " WHERE p.x ->> 'id' = ANY($1))",
        list(ids),
    )
    return {(row["id"], rule) for row in rows}


def _grows_old(rule: str, record_type: str, body: str, where: str = "TRUE") -> None:
    async def plant(ground: Ground) -> Failing:
        ids = await ground.some(record_type, where)
        await ground.change(record_type, ids, body)
        await ground.database.execute(
            f"UPDATE record.{TYPES[record_type].table}"
            " SET recorded_at = now() - interval '100 days' WHERE id = ANY($1)",
            ids,
        )
        return {(each, rule) for each in ids}

    PLANTS[rule] = plant


_grows_old("REQ-708.timeliness", "troubleTicket", "b")
_grows_old("CR-070", "customer", """b || '{"status": "initialized"}'""", "r.status = 'active'")
