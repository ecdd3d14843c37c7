"""What is planted is found, each by its check; on a healthy inventory nothing is invented."""

from dataclasses import replace
from datetime import timedelta

import pytest

from customer_inventory.facilities.backup.taking import back_up
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.shortcomings import deciding, held, snapshot
from customer_inventory.shortcomings.assessing import CHECKS, Assessment, assess
from customer_inventory.shortcomings.backups import of_backups, of_drills
from customer_inventory.shortcomings.check import Check
from customer_inventory.shortcomings.disk import of_disk
from customer_inventory.shortcomings.functional import of_functions
from customer_inventory.shortcomings.house import of_house
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import BY, Kept, kept, made  # noqa: F401 - fixtures
from tests.shortcomings.planted import (
    CHECKED,
    OF_SESSIONS,
    OF_STATEMENTS,
    PLANTED,
    in_each_other_s_way,
    lock_out,
    plant,
)


def found(assessment: Assessment) -> set[tuple[str, str]]:
    return {(each.check.id, one.object) for each in assessment.outcomes for one in each.found}


async def test_nothing_is_invented_on_a_healthy_inventory(kept: Kept) -> None:  # noqa: F811
    with kept.server.running():
        await back_up(kept.server, kept.vault)
        async with Database(kept.server.superuser_dsn) as server:
            young = await assess(server)
            told = await assess(
                server,
                checks=[replace(check, least_days=0, history_days=0) for check in CHECKS],
                more=[*of_backups(kept.settings), of_disk(kept.settings)],
            )
            own = [
                *await of_house(server),
                *await of_functions(server, kept.settings),
                *await of_drills(server, kept.settings),
            ]
    # Backups lie beside the database here, and their slot waits for a service: nothing else.
    assert {check for check, _ in found(told)} == {"DUR06", "DUR08"}
    assert told.count("skipped") == 0, [each.reason for each in told.outcomes]
    assert {each.check.id: each.found for each in own if each.state == "finding"} == {}
    assert {each.check.id for each in own if each.state == "skipped"} == {
        "DUR10", "INV06", "INV07", "FUN02", "FUN03", "FUN04",
    }  # fmt: skip
    # A young inventory's statistics tell nothing yet: then nothing is said, not "ok".
    skipped = {each.check.id for each in young.outcomes if each.state == "skipped"}
    assert skipped == {check.id for check in CHECKS if check.least_days or check.history_days}


async def test_all_that_is_planted_is_found(kept: Kept) -> None:  # noqa: F811
    with kept.server.running():
        dsn = kept.server.superuser_dsn
        async with Database(dsn) as server:
            await assess(server, checks=CHECKED)
            await plant(dsn)
            await lock_out(dsn)
            async with in_each_other_s_way(dsn):
                told = await assess(server, checks=CHECKED)
    assert not [each.reason for each in told.outcomes if each.state == "skipped"]
    there = found(told)
    checks = {check for check, _ in there}
    assert checks >= OF_SESSIONS | OF_STATEMENTS
    fixed = {each for each in there if each[0] not in OF_SESSIONS | OF_STATEMENTS}
    assert fixed - PLANTED == set()
    assert PLANTED - fixed == set()
    assert len(checks) >= 20
    # Of statements that are not ours nothing is told but their number.
    assert all(
        "pg_sleep" not in one and "planted" not in one for c, one in there if c in OF_STATEMENTS
    )


async def test_fixed_verified_and_reopened(kept: Kept) -> None:  # noqa: F811
    with kept.server.running() as dsn:
        root = kept.server.superuser_dsn
        async with Database(root) as server, Database(dsn) as database:
            await plant(root)
            await held.keep(database, await assess(server, checks=CHECKED), actor=BY)
            rows = {(row["checked"], row["object"]): row for row in await held.listed(database)}
            dropped = rows["IDX04", "planted.covered"]
            await server.execute("DROP INDEX planted.covered")
            gone = await deciding.verify(
                database, dropped["fingerprint"], reason="dropped", actor=BY, on=server
            )
            assert (gone.is_gone, gone.now, gone.before) == (True, None, dropped["value"])
            key = rows["CAP04", "planted.numbers"]
            await server.execute("SELECT setval('planted.numbers', 10)")
            lowered = await deciding.verify(
                database, key["fingerprint"], reason="begun anew", actor=BY, on=server
            )
            assert lowered.is_gone
            assert lowered.before > 90
            assert (lowered.now or 0) < 1
            false = rows["SEC02", "planted"]
            again = await deciding.verify(
                database, false["fingerprint"], reason="done, I think", actor=BY, on=server
            )
            assert not again.is_gone
            there, steps = await held.one(database, false["fingerprint"])
            assert (there["state"], there["times_reopened"]) == ("reopened", 1)
            assert [step["state"] for step in steps] == ["open", "claimed", "reopened"]
            # What was verified and is there again is reopened by the next assessment.
            await server.execute("SELECT setval('planted.numbers', 32000)")
            await held.keep(database, await assess(server, checks=CHECKED), actor=BY)
            there, _ = await held.one(database, key["fingerprint"])
            assert (there["state"], there["severity"]) == ("reopened", "critical")
            assert (await held.scoreboard(database))["verified"] == 1


async def test_what_is_not_seen_twice_is_over(kept: Kept) -> None:  # noqa: F811
    with kept.server.running() as dsn:
        root = kept.server.superuser_dsn
        async with Database(root) as server, Database(dsn) as database:
            await server.execute("CREATE SEQUENCE public.numbers AS smallint")
            await server.execute("SELECT setval('public.numbers', 32000)")

            async def state() -> str:
                await held.keep(database, await assess(server), actor=BY)
                name = held.fingerprint("CAP04", "public.numbers")
                return str((await held.one(database, name))[0]["state"])

            assert await state() == "open"
            await server.execute("SELECT setval('public.numbers', 1)")
            assert [await state(), await state()] == ["open", "closed"]
            await server.execute("SELECT setval('public.numbers', 32000)")
            assert await state() == "reopened"


async def test_a_check_that_cannot_be_asked_is_skipped_and_stops_nothing(
    database: Database,
) -> None:
    wrong = Check(
        "X1",
        "divides",
        "SELECT 'a' AS object, (1 / $1::int)::float8 AS value, '{}'::json AS figures",
        "",
        1,
    )
    slow = Check(
        "X2",
        "sleeps",
        "SELECT 'a' AS object, pg_sleep(60)::text::float8 AS value, '{}'::json WHERE $1 >= 0",
        "",
        1,
    )
    writes = Check("X3", "writes", "DELETE FROM record.job_run WHERE $1 > 0", "", 1)
    told = await assess(database, checks=[wrong, slow, writes, *CHECKS])
    states = {each.check.id: (each.state, each.reason) for each in told.outcomes}
    assert [states[name][0] for name in ("X1", "X2", "X3")] == ["skipped"] * 3
    assert "longer than 5 seconds" in str(states["X2"][1])
    # Without statistics of statements those checks say nothing, and what is missing is said.
    assert states["STM01"][0] == "skipped"
    assert states["CFG04"][0] == "finding"
    number = await held.keep(database, told, actor=BY)
    assert number > 0
    assert len(await held.last_outcomes(database)) == len(told.outcomes)


async def test_a_locked_table_is_not_waited_for(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute("LOCK TABLE record.finding IN ACCESS EXCLUSIVE MODE")
        told = await assess(
            database, checks=[replace(check, least_days=0, history_days=0) for check in CHECKS]
        )
    reasons = {each.check.id: each.reason for each in told.outcomes if each.state == "skipped"}
    assert "Somebody else holds it" in str(reasons["IDX09"])
    assert told.count("ok") > 20


async def test_what_became_slower_is_found_over_snapshots(database: Database) -> None:
    """Four quiet days, then five times as long: planted as the snapshots that such days leave."""
    end, calls, took = now(), 0, 0.0
    for day, mean in enumerate((2, 2, 3, 2, 2, 11)):
        calls, took = calls + 1000, took + 1000 * mean
        for name, spent in (("read_it", took), ("steady", calls * 2.0)):
            await database.execute(
                "INSERT INTO shortcomings.snapshot VALUES ($1, 'statement', $2,"
                " json_build_object('calls', $3::int, 'milliseconds', $4::float8))",
                end - timedelta(days=6 - day), name, calls, spent,
            )  # fmt: skip
    [check] = [each for each in snapshot.CHECKS if each.id == "STM03"]
    [outcome] = (await assess(database, checks=[check])).outcomes
    assert [(each.object, each.value) for each in outcome.found] == [("read_it", 5.5)]


async def test_what_people_decide(database: Database) -> None:
    await database.execute("CREATE SEQUENCE public.numbers AS smallint")
    await database.execute("SELECT setval('public.numbers', 32000)")
    await held.keep(database, await assess(database), actor=BY)
    name = held.fingerprint("CAP04", "public.numbers")
    later = now().date() + timedelta(days=30)
    for reason, until in ((" ", later), ("why", now().date())):
        with pytest.raises(Invalid):
            await deciding.decide(database, name, "snoozed", reason=reason, until=until, actor=BY)
    await deciding.decide(database, name, "snoozed", reason="it is known", until=later, actor=BY)
    await held.keep(database, await assess(database), actor=BY)
    there, _ = await held.one(database, name)
    assert (there["state"], there["snoozed_until"]) == ("snoozed", later)
    await database.execute("UPDATE shortcomings.shortcoming SET snoozed_until = '2020-01-01'")
    await held.keep(database, await assess(database), actor=BY)
    assert (await held.one(database, name))[0]["state"] == "open"
    await database.execute("UPDATE shortcomings.shortcoming SET state = 'closed'")
    with pytest.raises(Conflict):
        await deciding.decide(database, name, "rejected", reason="why", actor=BY)
    with pytest.raises(NotFound):
        await held.one(database, "nothing")


def test_backups_are_judged_by_their_age(kept: Kept) -> None:  # noqa: F811
    by_id = {each.check.id: each for each in of_backups(kept.settings)}
    assert by_id["DUR05"].found[0].severity == "critical"
    without = {each.check.id: each for each in of_backups(replace(kept.settings, backup=None))}
    assert "CINV_BACKUP" in without["DUR05"].found[0].object
    assert without["DUR07"].state == "skipped"
    elsewhere = of_backups(replace(kept.settings, database_url="postgresql:///x"))
    assert {each.state for each in elsewhere} == {"skipped"}


async def test_an_old_backup_is_found(kept: Kept) -> None:  # noqa: F811
    with kept.server.running():
        await back_up(kept.server, kept.vault)
    for hours, severity in ((1, None), (30, "warning"), (24 * 9, "critical")):
        outcome = of_backups(kept.settings, now() + timedelta(hours=hours))[0]
        assert [each.severity for each in outcome.found] == ([severity] if severity else [])
