"""Scores of sources and of the capture processes that load them: of how many records, over time."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.audit import scoring
from customer_inventory.audit.compiling import compiled
from customer_inventory.audit.job import audited
from customer_inventory.audit.running import audit
from customer_inventory.background.origins import origins_of
from customer_inventory.capture.process import register, running
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.page import Query
from customer_inventory.record.sight import EVERYTHING
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.audit.planted import demanded
from tests.capture.process.test_trusting import declared, in_force
from tests.conftest import Service, permitted
from tests.requirements.test_applying import people
from tests.requirements.test_register import ACTOR

INDIVIDUAL = TYPES["individual"]
RULES = compiled([demanded(701, "individual", "birthDate", obligation="mandatory")])
CRM = "1,Ada,Lovelace,1815-12-10\n2,Alan,Turing,\n3,Grace,Hopper,1906-12-09\n4,Mary,Shelley,\n"
SHOP = "1,Ben,Okri,\n2,Zadie,Smith,1975-10-25\n"

Figures = dict[str, tuple[int | None, int]]


async def loaded(database: Database, folder: Path, source: str, rows: str) -> None:
    """Load the rows of a source by a run of its capture process."""
    await permitted(database, source, "individual:create,modify,update", purpose="customerCare")
    await in_force(database, declared(folder, source))
    (active,) = await register.active(database, f"{source}-daily")
    file = folder / f"{source}.csv"
    file.write_text(f"no,given,family,born\n{rows}")
    settings = Settings(home=folder / "home")
    ran = await running.run(database, settings, active, person="me", place=str(file))
    assert ran.summary.tally.refused == 0


async def told(database: Database, by: scoring.By) -> Figures:
    return {
        each.name: (each.population, each.failed) for each in await scoring.scores(database, by)
    }


async def test_sources_are_held_to_what_they_brought(database: Database, tmp_path: Path) -> None:
    await loaded(database, tmp_path, "crm", CRM)
    await loaded(database, tmp_path, "shop", SHOP)
    by_hand = await people(
        database, {"givenName": "X"}, {"givenName": "Y", "birthDate": "1990-01-01"}
    )
    origins = origins_of(database)
    await audit(database, RULES, actor=ACTOR, origins=origins)
    assert await told(database, "source") == {"crm": (4, 2), "shop": (2, 1)}
    assert await told(database, "captureProcess") == {"crm-daily": (4, 2), "shop-daily": (2, 1)}
    assert sum(of or 0 for of, _ in (await told(database, "process")).values()) == 8

    # What somebody else made of a record of the source is not the source's doing.
    (born,) = await database.fetch(
        "SELECT id FROM record.individual WHERE body ->> 'givenName' = 'Grace'"
    )
    inventory = Inventory(database)

    def without(old: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in old.items() if name != "birthDate"}

    await inventory.change(INDIVIDUAL, born["id"], without, actor=ACTOR)
    # What was removed is none of what it brought any more.
    (gone,) = await database.fetch(
        "SELECT id FROM record.individual WHERE body ->> 'givenName' = 'Mary'"
    )
    await inventory.remove(INDIVIDUAL, gone["id"], actor=ACTOR)
    await inventory.remove(INDIVIDUAL, by_hand[0], actor=ACTOR)
    await audit(database, RULES, actor=ACTOR, origins=origins, is_full=True)
    assert await told(database, "source") == {"crm": (3, 1), "shop": (2, 1)}
    history = await scoring.over_time(database, "source")
    assert [
        {each.name: (each.population, each.failed) for each in found} for found in history.values()
    ] == [{"crm": (4, 2), "shop": (2, 1)}, {"crm": (3, 1), "shop": (2, 1)}]


async def test_over_time_it_is_told_by_whatever_is_asked(database: Database) -> None:
    await people(database, {"givenName": "A"}, {"givenName": "B", "birthDate": "1990-01-01"})
    await audit(database, RULES, actor=ACTOR)
    await people(database, {"givenName": "C"})
    await audit(database, RULES, actor=ACTOR)
    for by, name in (
        ("dimension", "completeness"), ("aspect", "syntactic"), ("type", "individual"),
        ("rule", "REQ-701.completeness"),
    ):  # fmt: skip
        history = await scoring.over_time(database, by)  # type: ignore[arg-type]
        figures = [
            (each.population, each.failed)
            for found in history.values() for each in found if each.name == name
        ]  # fmt: skip
        assert figures == [(2, 1), (3, 2)]
    # By segment it was counted once: when everything was looked at.
    assert len(await scoring.over_time(database, "segment")) == 1


async def test_history_is_told_over_http(service: Service) -> None:
    token = await service.token_for("quality", "audit:read")
    mine = {"Authorization": f"Bearer {token}"}
    await people(service.database, {"givenName": "A"})
    await audit(service.database, RULES, actor=ACTOR)
    place = "/inventory/v1/qualityScore/history"
    (one,) = (await service.client.get(f"{place}?by=type", headers=mine)).json()
    assert [each for each in one["score"] if each["name"] == "individual"] == [
        {
            "name": "individual",
            "failed": 1,
            "population": 1,
            "score": 0.0,
            "isBreached": False,
            "isMeasured": True,
        }
    ]
    for wrong in ("by=nothing", "limit=0", "limit=101", "x=1"):
        answer = await service.client.get(f"{place}?{wrong}", headers=mine)
        assert answer.status_code == 400


@pytest.mark.parametrize("work", ["drawing", "auditing"])
async def test_what_looks_at_everything_has_time(dsn: str, work: str) -> None:
    """No limit of a request is meant for it: it waits for a table that somebody holds."""
    async with Database(dsn, statement_timeout_ms=200) as hurried:
        await people(hurried, {"givenName": "A"})
        holder = await asyncpg.connect(dsn)
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("LOCK TABLE record.individual IN ACCESS EXCLUSIVE MODE")

        async def release() -> None:
            with pytest.raises(InventoryError):
                # A read of a request has been given up by now.
                await hurried.fetch("SELECT id FROM record.individual")
            await transaction.rollback()

        if work == "drawing":
            long = Inventory(hurried).strata(
                INDIVIDUAL, Query(), stratum="givenName", most=5, sight=EVERYTHING
            )
        else:
            long = audited(hurried, origins_of(hurried), actor=ACTOR, types=["individual"])
        done, _ = await asyncio.gather(long, release())
        await holder.close()
        assert done
        if work == "drawing":
            assert done == {"A": 1}
