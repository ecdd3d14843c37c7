"""Status and doctor: well when all is well, and what was made wrong is told, with what to do."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.access.log import partition
from customer_inventory.facilities.backup import drilled
from customer_inventory.facilities.backup.catalogue import Backup
from customer_inventory.facilities.backup.comparing import Difference
from customer_inventory.facilities.backup.drilling import Drill
from customer_inventory.facilities.backup.taking import back_up
from customer_inventory.facilities.standing.doctor import doctor
from customer_inventory.facilities.standing.home import of_home
from customer_inventory.facilities.standing.line import Line
from customer_inventory.facilities.standing.server import grown, measure
from customer_inventory.facilities.standing.status import status
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record import job
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import Kept, kept, made  # noqa: F401 - fixtures

BY = Actor("test", "testing", "tester")


def named(lines: list[Line]) -> dict[str, Line]:
    return {each.what: each for each in lines}


def a_drill(backup: Backup, **said: object) -> Drill:
    whole = Drill(backup, 1, 0, 0.5, 1.0, 2.0, 100, 1000, [], 0)
    return replace(whole, **said)  # type: ignore[arg-type]


async def test_an_inventory_that_is_looked_after_is_well_until_it_is_not(kept: Kept) -> None:  # noqa: F811
    settings = replace(kept.settings, retention="example")
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            lines = named(await status(database, settings))
            assert lines["backups"].said == "there is none"
            assert lines["verdict"].state == "problem"
            assert lines["verdict"].hint.startswith("cinv db backup")
            assert lines["partitions"].state == "problem"
            await partition.make_ahead(database)
            taken = await back_up(kept.server, kept.vault)
            lines = named(await status(database, settings))
            assert {each.what for each in lines.values() if each.state == "problem"} == set()
            assert lines["drill"].said.startswith("none was held")
            assert lines["partitions"].state == "ok"

            await drilled.keep(database, a_drill(taken), actor=BY)
            assert named(await status(database, settings))["drill"].state == "ok"
            await drilled.keep(database, a_drill(taken, recovering_seconds=9999.0), actor=BY)
            drill = named(await status(database, settings))["drill"]
            assert (drill.state, "promised is a recovery time" in drill.said) == ("attention", True)
            lost = [Difference("record.customer", None, None)]
            await drilled.keep(database, a_drill(taken, differences=lost), actor=BY)
            drill = named(await status(database, settings))["drill"]
            assert (drill.state, "record.customer" in drill.said) == ("problem", True)

            await job.enqueue(database, "some.work", {}, actor=BY)
            await database.execute(
                "UPDATE job.pgqueuer SET execute_after = now() - interval '3 hours'"
            )
            await database.execute("DROP TABLE access.segment CASCADE")
            lines = named(await status(database, settings))
            # One part that cannot be asked hides no other.
            assert lines["work"].said.startswith("it cannot be asked")
            assert lines["size"].state == "ok"


async def test_late_jobs_and_dead_letters_are_told(database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database.dsn)
    await job.enqueue(database, "some.work", {}, actor=BY)
    await database.execute("UPDATE job.pgqueuer SET execute_after = now() - interval '3 hours'")
    lines = named(await status(database, settings))
    assert (lines["jobs"].state, lines["jobs"].hint) == (
        "problem", "Jobs are done by a service: cinv serve.",
    )  # fmt: skip
    assert lines["backups"].state == "skipped"
    holder = await asyncpg.connect(database.dsn)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT 1")
    assert named(await status(database, settings))["idle in transaction"].value is not None
    await transaction.rollback()
    await holder.close()


async def test_growth_is_known_after_fourteen_days(database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database.dsn)
    await measure(database, settings)
    assert "not known for 14 days" in named(await status(database, settings))["size"].said
    await database.execute(
        "INSERT INTO facilities.measured (day, database_bytes)"
        " SELECT current_date - n, pg_database_size(current_database()) - n * 1000000"
        " FROM generate_series(1, 20) AS n"
    )
    assert "1.0 MB a day" in named(await status(database, settings))["size"].said
    assert grown([]) is None


async def test_the_doctor_finds_a_fresh_installation_in_order(kept: Kept) -> None:  # noqa: F811
    kept.vault  # noqa: B018 - makes the key and the folder
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            await partition.make_ahead(database)
        lines = await doctor(kept.settings, dsn)
    wrong = {each.what: each.said for each in lines if each.state not in ("ok", "attention")}
    assert wrong == {}
    odd = {each.what for each in lines if each.state == "attention"}
    # Backups lie beside the data in a test; a small machine has little room, files or variables.
    assert odd <= {"backup folder", "open files", "settings", "room at home", "room for backups"}
    assert {"durability", "letters", "extensions", "clock", "locks", "indexes"} <= set(named(lines))


Spoil = Callable[[Path, Path], None]


@pytest.mark.parametrize(
    ("what", "spoil", "hint"),
    [
        ("home", lambda home, _: home.chmod(0o755), "chmod"),
        ("keys", lambda home, _: (home / "keys/backup.key").chmod(0o644), "chmod"),
        ("keys", lambda home, _: (home / "keys/backup.key").write_bytes(b""), "Bring it back"),
        ("data", lambda _, data: shutil.rmtree(data), "cinv db restore"),
        ("programs", lambda _, data: (data / "PG_VERSION").write_text("12"), "cinv db upgrade"),
        ("data", lambda _, data: data.chmod(0o755), "chmod"),
    ],
)
def test_what_is_wrong_at_home_is_told(kept: Kept, what: str, spoil: Spoil, hint: str) -> None:  # noqa: F811
    kept.vault  # noqa: B018 - makes the key and the folder
    spoil(kept.settings.home, kept.data)
    line = named(of_home(kept.settings, {}))[what]
    assert (line.state, hint in line.hint) == ("problem", True), line


def test_leftovers_and_odd_variables_are_told(kept: Kept) -> None:  # noqa: F811
    (kept.data.parent / "data.before-20260101T000000Z").mkdir()
    lines = named(of_home(kept.settings, {"CINV_BAKUP": "x", "CINV_HOME": "y"}))
    assert "data.before-20260101T000000Z" in lines["leftovers"].said
    assert lines["settings"].said == "CINV_BAKUP mean nothing. Is CINV_BACKUP meant?"
    gone = replace(kept.settings, backup=Path("/nowhere"))
    assert named(of_home(gone, {}))["backup folder"].state == "problem"
    elsewhere = replace(kept.settings, home=Path("/nowhere/at/all"))
    assert named(of_home(elsewhere, {}))["data"].hint == "cinv db init"


async def test_what_is_wrong_in_the_database_is_told(database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database.dsn)
    before = named(await doctor(settings, database.dsn))
    assert before["durability"].state == "problem"  # the server of the tests runs without fsync
    assert "fsync is off" in before["durability"].said
    assert before["indexes"].state == "ok"
    holder, waiter = await asyncpg.connect(database.dsn), await asyncpg.connect(database.dsn)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE record.customer IN ACCESS EXCLUSIVE MODE")
    waiting = asyncio.create_task(waiter.execute("SELECT count(*) FROM record.customer"))
    while named(await doctor(settings, database.dsn))["locks"].said == "nobody waits":
        await asyncio.sleep(0.01)
    told = named(await doctor(settings, database.dsn))["locks"]
    assert f"session {holder.get_server_pid()} " in told.said
    await transaction.rollback()
    await waiting
    for each in (holder, waiter):
        await each.close()
    with pytest.raises(asyncpg.UniqueViolationError):
        await broken_index(database)
    indexes = named(await doctor(settings, database.dsn))["indexes"]
    assert (indexes.state, indexes.hint) == ("problem", "cinv db reindex")


async def broken_index(database: Database) -> None:
    """Leave an index that was not finished."""
    connection = await asyncpg.connect(database.dsn)
    try:
        await connection.execute("CREATE TABLE facilities.twice (n integer)")
        await connection.execute("INSERT INTO facilities.twice VALUES (1), (1)")
        await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY once ON facilities.twice (n)")
    finally:
        await connection.close()


async def test_without_a_database_the_doctor_still_looks(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    lines = named(await doctor(settings, None))
    assert lines["database"].state == "skipped"
    assert lines["home"].hint == "cinv db init makes it."
    unreachable = "postgresql://nobody@127.0.0.1:1/none"
    lines = named(await doctor(replace(settings, database_url=unreachable), unreachable))
    assert lines["database"].state == "problem"
