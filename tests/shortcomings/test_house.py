"""The inventory's own work: what goes wrong with it is planted, and found by its check alone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from customer_inventory.facilities.backup.taking import back_up
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.record.job import enqueue
from customer_inventory.shortcomings.assessing import CHECKS, assess
from customer_inventory.shortcomings.backups import of_drills
from customer_inventory.shortcomings.check import Outcome
from customer_inventory.shortcomings.disk import DISK, of_disk
from customer_inventory.shortcomings.house import of_house
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import BY, Kept, kept, made  # noqa: F401 - fixtures


def found(outcomes: list[Outcome]) -> dict[str, list[tuple[str, float, str]]]:
    return {
        each.check.id: [(one.object, one.value, one.severity) for one in each.found]
        for each in outcomes
        if each.found
    }


async def test_jobs_that_wait_are_silent_or_failed_are_found(database: Database) -> None:
    await database.execute("DELETE FROM job.pgqueuer")
    for name in ("waits", "silent", "failed", "young"):
        await enqueue(database, name, {}, actor=BY)
    at = "UPDATE job.pgqueuer SET "
    await database.execute(
        at + "execute_after = now() - interval '3 hours' WHERE entrypoint = 'waits'"
    )
    await database.execute(
        at + "status = 'picked', heartbeat = now() - interval '7 minutes'"
        " WHERE entrypoint = 'silent'"
    )
    await database.execute(at + "status = 'failed' WHERE entrypoint = 'failed'")
    assert found(await of_house(database)) == {
        "INV01": [("jobs waits", 180.0, "critical")],
        "INV02": [("jobs silent", 7.0, "warning")],
        "INV03": [("jobs failed", 1, "warning")],
    }


async def test_a_listener_that_is_behind_or_was_given_up_on_is_found(database: Database) -> None:
    await database.execute(
        "INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)"
        " SELECT 1, '01', 'customer', g, 'create', now() - interval '20 minutes'"
        " FROM generate_series(1, 3) AS g"
    )
    for name, seq in (("late", 0), ("there", 3)):
        await database.execute(
            "INSERT INTO record.subscription"
            " (id, kind, api, version, location, callback, record_types, process, purpose,"
            " registered_at, seq)"
            " VALUES ($1, 'hub', 'x', 5, '/x', 'https://x', '{customer}', 'crm', 'care', now(),"
            " (SELECT coalesce(min(seq) - 1, 0) + $2 FROM record.outbox))",
            name, seq,
        )  # fmt: skip
    await database.execute(
        "INSERT INTO record.delivery (subscription, seq, bucket, id, type, revision, event,"
        " recorded_at, state, attempts)"
        " SELECT 'there', seq, bucket, id, type, revision, event, recorded_at, 'dead', 9"
        " FROM record.outbox LIMIT 1"
    )
    assert found(await of_house(database)) == {
        "INV04": [("subscription late", 20.0, "warning")],
        "INV05": [("subscription there", 1, "warning")],
    }


async def test_a_ledger_that_nobody_seals_is_found(database: Database) -> None:
    await database.execute(
        "INSERT INTO access.segment (writer, first_entry, entries, recorded_at, body)"
        " VALUES (gen_random_uuid(), 0, 1, now() - interval '90 minutes', '[]')"
    )
    assert found(await of_house(database)) == {"INV09": [("ledger", 90.0, "critical")]}


async def test_quarantine_and_ledger_that_grow_are_found_over_a_week(database: Database) -> None:
    """Quiet days, then much at once: planted as the snapshots that such days leave."""
    end, entries, waits = now(), 0, 90
    for day in range(9, -1, -1):
        entries += 200_000 if day else 700_000
        waits += 1 if day else 200
        for name, figures in (
            ("ledger", f'{{"entries": {entries}}}'),
            ("quarantine", f'{{"waiting": {waits}}}'),
        ):
            await database.execute(
                "INSERT INTO shortcomings.snapshot VALUES ($1, 'house', $2, $3::json)",
                end - timedelta(days=day), name, figures.encode(),
            )  # fmt: skip
    assert found(await of_house(database, end)) == {
        "INV06": [("quarantine", 221.5, "critical")],
        "INV07": [("ledger", 3.5, "warning")],
    }


async def test_log_and_cache_are_judged_over_snapshots(database: Database) -> None:
    end, log, read = now(), 0.0, 0
    for day in range(6, 0, -1):
        log += 2e9 if day > 1 else 9e9
        read += 1000 if day > 1 else 50_000
        await database.execute(
            "INSERT INTO shortcomings.snapshot VALUES ($1, 'server', 'planted', $2::json)",
            end - timedelta(days=day),
            f'{{"log": {log}, "read": {read}, "found": {(7 - day) * 200_000}}}'.encode(),
        )
    checks = [each for each in CHECKS if each.id in ("CAP06", "INV08")]
    told = await assess(database, checks=checks)
    assert found(list(told.outcomes)) == {
        "CAP06": [("planted", 4.5, "warning")],
        "INV08": [("planted", 20.0, "critical")],
    }
    assert {each.found[0].evidence for each in told.outcomes} == {"measured over a week", None}


def test_a_disk_that_fills_is_found(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    told = of_disk(settings, replace(DISK, warn=0.0, critical=None))
    assert [one.severity for one in told.found] == ["warning"]
    assert told.found[0].figures["free"] > 0
    assert of_disk(Settings(home=tmp_path / "gone")).state == "skipped"
    elsewhere = of_disk(replace(settings, database_url="postgresql:///x"))
    assert "another PostgreSQL" in str(elsewhere.reason)


async def test_drills_are_judged_by_their_age_and_outcome(kept: Kept) -> None:  # noqa: F811
    async def judged_by(database: Database) -> dict[str, str]:
        told = await of_drills(database, kept.settings)
        return {each.check.id: each.found[0].severity for each in told if each.found}

    insert = (
        "INSERT INTO facilities.drill (ended_at, backup, recovery_seconds, point_seconds, tables,"
        " counted, different, audit_errors, process)"
        " VALUES (now() - $1::int * interval '1 day', 'b', 3, 0.1, 1, 1, $2, $3, 'x')"
    )
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            reasons = {each.reason for each in await of_drills(database, kept.settings)}
            assert reasons == {"there is no backup"}
            await back_up(kept.server, kept.vault)
            assert await judged_by(database) == {}
            for days, different, errors, expected in (
                (40, [], 0, {"DUR09": "warning"}),
                (1, ["record.customer"], 0, {"DUR10": "critical"}),
                (1, [], 2, {"DUR10": "critical"}),
                (1, [], None, {}),
            ):
                await database.execute(insert, days, different, errors)
                assert await judged_by(database) == expected


async def test_what_is_locked_is_skipped_and_keeps_nobody_waiting(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute("LOCK TABLE record.subscription IN ACCESS EXCLUSIVE MODE")
        told = {each.check.id: each for each in await of_house(database)}
    assert {name for name, each in told.items() if "holds it" in str(each.reason)} == {
        "INV04", "INV05",
    }  # fmt: skip
    assert told["INV01"].state == "ok"
