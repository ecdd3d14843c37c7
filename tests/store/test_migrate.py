"""Migrations: planned without a trace, applied once, undone whole, and quick to give up a lock."""

import asyncio
import itertools
import logging
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from pogo_core.util import migrate as pogo

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import migrate
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.migrate import Lock
from tests.conftest import _created

FILES = sorted(migrate.folder().glob("*.sql"))
NAMES = [file.stem for file in FILES]
FORM = re.compile(
    r"-- \w.*\n-- depends:(?P<depends>.*)\n\n-- migrate: apply\nSET LOCAL lock_timeout = '\d+s';\n"
    r"(?P<apply>.+)\n-- migrate: rollback\n(?P<rollback>.+)",
    re.DOTALL,
)
_numbers = itertools.count()

Adding = Callable[[str, str], str]


@pytest.fixture
async def empty(server: EmbeddedServer) -> AsyncIterator[str]:
    """The address of a database without any table."""
    name = f"cinv_empty_{os.getpid()}_{next(_numbers)}"
    yield await _created(server, name, "template0")
    connection = await asyncpg.connect(server.superuser_dsn)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Adding:
    """Return a function that adds a migration to those there are; it returns the name."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.folder(), folder)
    monkeypatch.setattr(migrate, "folder", lambda: folder)

    def add(statements: str, header: str = "") -> str:
        last = max(path.stem for path in folder.glob("*.sql"))
        name = f"{int(last[:4]) + 1:04}-{tmp_path.name.replace('_', '-')}"
        (folder / f"{name}.sql").write_text(
            f"-- Something more\n-- depends: {last}\n{header}\n-- migrate: apply\n{statements}\n\n"
            "-- migrate: rollback\nSELECT 1;\n"
        )
        return name

    return add


async def ask(dsn: str, statement: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def shape(dsn: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all that the database holds but rows, as the server describes it."""
    ours = "n.nspname !~ '^pg_|information_schema'"
    relation = f"pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND {ours}"
    return {
        name: sorted(await ask(dsn, f"SELECT {statement}"), key=str)
        for name, statement in {
            "schemas": f"nspname FROM pg_namespace AS n WHERE {ours}",
            "extensions": "extname FROM pg_extension",
            "tables": "c.oid::regclass::text, c.relkind, c.reloptions,"
            f" CASE WHEN relkind = 'v' THEN pg_get_viewdef(c.oid) END FROM {relation}",
            "columns": "c.oid::regclass::text, a.attnum, a.attname, a.attnotnull, a.attidentity,"
            " format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid)"
            f" FROM {relation} JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0"
            " LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum",
            "indexes": f"pg_get_indexdef(c.oid) FROM {relation} WHERE c.relkind = 'i'",
            "constraints": f"conname, pg_get_constraintdef(k.oid) FROM {relation}"
            " JOIN pg_constraint AS k ON k.conrelid = c.oid",
            "triggers": f"pg_get_triggerdef(t.oid) FROM {relation}"
            " JOIN pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal",
            "functions": "pg_get_functiondef(p.oid) FROM pg_proc AS p"
            f" JOIN pg_namespace AS n ON n.oid = p.pronamespace AND {ours}"
            " WHERE n.nspname <> 'public'",
        }.items()
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_has_the_form_of_a_migration(file: Path) -> None:
    form = FORM.fullmatch(file.read_text("utf-8"))
    assert form is not None
    assert [other.stem for other in FILES if other.stem[:4] == file.stem[:4]] == [file.stem]
    # Numbers may be left out; whatever one depends on comes before it.
    before = NAMES[: FILES.index(file)]
    depends = form["depends"].split()
    assert set(depends) <= set(before)
    assert bool(depends) == bool(before)


async def test_all_are_planned_and_nothing_is_left_of_it(empty: str) -> None:
    before = await shape(empty)
    steps = await migrate.plan(empty)
    assert [step.name for step in steps] == NAMES
    assert all(step.rehearsed and step.description and not step.locks for step in steps)
    assert await shape(empty) == before


async def test_asking_what_is_pending_writes_nothing(empty: str) -> None:
    before = await shape(empty)
    read_only = f"{empty}&default_transaction_read_only=on"
    assert await migrate.pending(read_only) == NAMES
    assert await shape(empty) == before
    await migrate.apply(empty)
    assert await migrate.pending(read_only) == []


async def test_applying_twice_is_applying_once(empty: str) -> None:
    assert [step.name for step in await migrate.apply(empty)] == NAMES
    after = await shape(empty)
    assert await migrate.apply(empty) == []
    assert await migrate.plan(empty) == []
    assert await shape(empty) == after


async def test_of_two_at_once_one_does_the_work(empty: str) -> None:
    both = await asyncio.gather(migrate.apply(empty), migrate.apply(empty))
    assert sorted(len(steps) for steps in both) == [0, len(NAMES)]
    assert await migrate.pending(empty) == []


async def test_all_can_be_undone_and_done_again(empty: str) -> None:
    await migrate.apply(empty)
    done = await shape(empty)
    assert all(done.values())
    connection = await asyncpg.connect(empty)
    silent = logging.getLogger("silent")
    silent.disabled = True
    await pogo.rollback(
        connection, migrate.folder(), schema_name="customer_inventory", logger=silent
    )
    await connection.close()
    undone = await shape(empty)
    assert undone["schemas"] == [("public",)]
    assert {name for name, *_ in undone["tables"]} <= {
        "_pogo_migration",
        "_pogo_migration_pkey",
        "_pogo_version",
        "_pogo_version_pkey",
    }
    assert await migrate.pending(empty) == NAMES
    await migrate.apply(empty)
    assert await shape(empty) == done


async def test_a_plan_names_the_locks_on_tables_there_are(dsn: str, add: Adding) -> None:
    first = add("ALTER TABLE record.customer ADD COLUMN note text;")
    second = add(
        "CREATE TABLE record.note (id text PRIMARY KEY);\n"
        "ALTER TABLE record.note ADD COLUMN text text;\n"
        "CREATE INDEX link_role ON record.link (role);\n"
        "SELECT count(*) FROM record.outbox;\n"
    )
    before = await shape(dsn)
    steps = await migrate.plan(dsn)
    assert [step.name for step in steps] == [first, second]
    assert steps[0].locks == (Lock("record.customer", "AccessExclusiveLock"),)
    assert Lock("record.link", "ShareLock") in steps[1].locks
    assert {lock.table for lock in steps[1].locks} == {"record.customer", "record.link"}
    assert await shape(dsn) == before
    assert await migrate.pending(dsn) == [first, second]


async def test_what_cannot_be_rehearsed_is_said(dsn: str, add: Adding) -> None:
    rehearsed = add("CREATE TABLE record.note (id text);")
    alone = add(
        "CREATE INDEX CONCURRENTLY link_role ON record.link (role);", "-- transaction: false"
    )
    after = add("DROP INDEX record.link_role;")
    steps = await migrate.plan(dsn)
    assert [(step.name, step.rehearsed) for step in steps] == [
        (rehearsed, True),
        (alone, False),
        (after, False),
    ]
    assert [step.name for step in await migrate.apply(dsn)] == [rehearsed, alone, after]


async def test_a_migration_that_fails_leaves_nothing(dsn: str, add: Adding) -> None:
    kept = add("CREATE TABLE record.kept (id text);")
    failing = add("CREATE TABLE record.undone (id text);\nSELECT 1 / 0;")
    with pytest.raises(Unavailable, match=failing):
        await migrate.plan(dsn)
    with pytest.raises(Unavailable, match=f"{failing}: division by zero"):
        await migrate.apply(dsn)
    tables = await ask(dsn, "SELECT to_regclass('record.kept')::text, to_regclass('record.undone')")
    assert tables == [("record.kept", None)]
    assert await migrate.pending(dsn) == [failing]
    assert kept not in await migrate.pending(dsn)


async def test_a_lock_that_cannot_be_had_is_given_up(dsn: str, add: Adding) -> None:
    name = add(
        "SET LOCAL lock_timeout = '50ms';\nALTER TABLE record.customer ADD COLUMN note text;"
    )
    holder = await asyncpg.connect(dsn)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE record.customer IN ACCESS SHARE MODE")
    with pytest.raises(Unavailable, match="lock timeout") as given_up:
        await migrate.apply(dsn, attempts=2)
    assert given_up.value.hint is not None
    assert "quieter time" in given_up.value.hint
    await transaction.rollback()
    await holder.close()
    assert [step.name for step in await migrate.apply(dsn)] == [name]


@pytest.mark.parametrize("work", [migrate.apply, migrate.plan, migrate.pending])
async def test_without_a_database_it_says_so(work: Callable[..., object]) -> None:
    for dsn in ("postgresql://nobody@127.0.0.1:1/none", "postgresql://nobody@127.0.0.1:x/none"):
        with pytest.raises(Unavailable):
            await work(dsn)  # type: ignore[misc]
