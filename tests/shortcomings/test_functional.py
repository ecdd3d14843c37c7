"""What the repository is for and cannot do is found; what is kept is not."""

from pathlib import Path
from time import perf_counter

from customer_inventory.access.decision import Decision
from customer_inventory.access.ledger import Entry
from customer_inventory.capture.process.declared import Declared
from customer_inventory.kit.settings import Settings
from customer_inventory.record.register import index
from customer_inventory.requirements import register
from customer_inventory.requirements.applying import apply, in_force
from customer_inventory.requirements.compiling import compiled
from customer_inventory.shortcomings.check import Outcome
from customer_inventory.shortcomings.functional import of_functions
from customer_inventory.store.database import Database
from customer_inventory.usage.metering.latency import Latencies
from tests.capture.process.test_process import declared  # noqa: F401 - a fixture
from tests.capture.process.test_process import in_force as process_in_force
from tests.conftest import empty_register
from tests.facilities.backup.conftest import BY
from tests.requirements.samples import BIRTH_DATE
from tests.requirements.test_register import approved

WHO = Decision("the tests", "the tests", "as the test wants it")


async def told(database: Database, home: Path, check: str) -> Outcome:
    every = await of_functions(database, Settings(home=home))
    return next(each for each in every if each.check.id == check)


def found(outcome: Outcome) -> dict[str, tuple[float, object]]:
    return {each.object: (each.value, each.figures.get("it")) for each in outcome.found}


SEARCHED = BIRTH_DATE.replace("birthDate", "placeOfBirth") + "    searchable: true\n"


async def test_a_requirement_that_cannot_be_found_by_enforced_or_held(
    dsn: str, database: Database, tmp_path: Path
) -> None:
    await empty_register(dsn)
    assert (await told(database, tmp_path, "FUN01")).state == "ok"
    searched = "REQ-101"
    await approved(database, SEARCHED)
    await apply(database, [searched], by=WHO, actor=BY)
    name = f"requirement {searched}"
    assert found(await told(database, tmp_path, "FUN01")) == {
        name: (1, "has no index that can be used")
    }
    edition = compiled(each.requirement for each in await in_force(database))
    await index.keep(database, edition)
    assert (await told(database, tmp_path, "FUN01")).state == "ok"
    await database.execute(
        "WITH run AS (INSERT INTO audit.run (record_types, is_full, state, process, purpose,"
        " ended_at) VALUES ('{}', true, 'done', 'x', 'x', now()) RETURNING id)"
        " INSERT INTO audit.result SELECT id, 'r', '', 'agreement', $1, 'd', 'a', NULL, 0, 0, 0, 0,"
        " 'too slow' FROM run",
        searched,
    )
    assert found(await told(database, tmp_path, "FUN01")) == {
        name: (2, "cannot be asked of records")
    }
    await database.execute("DELETE FROM audit.run")
    await database.execute("ALTER TABLE requirements.version DISABLE TRIGGER USER")
    await database.execute(
        "UPDATE requirements.version SET content = jsonb_set(content, '{type}', '\"gone\"')"
        " WHERE object_id = $1 AND state = 'enforced'",
        searched,
    )
    register._SAYING._kept.clear()  # as after an upgrade, in a process that has read nothing yet
    assert found(await told(database, tmp_path, "FUN01"))[name] == (2, "cannot be held")


async def test_searches_that_take_long(database: Database, tmp_path: Path) -> None:
    seen = Latencies(database)
    entry = Entry("", "desk", "care", "read", "search", 200, "permit")
    for _ in range(99):
        seen.took(entry, perf_counter() - 1.5)
    await seen.keep()
    young = await told(database, tmp_path, "FUN02")
    assert (young.state, "99 searches" in str(young.reason)) == ("skipped", True)
    seen.took(entry, perf_counter() - 1.5)
    await seen.keep()
    slow = await told(database, tmp_path, "FUN02")
    assert [(each.object, each.severity) for each in slow.found] == [("search", "critical")]
    for _ in range(10_000):
        seen.took(entry, perf_counter() - 0.02)
    await seen.keep()
    assert (await told(database, tmp_path, "FUN02")).state == "ok"


async def test_an_audit_that_does_not_end_in_its_window(database: Database, tmp_path: Path) -> None:
    assert "no audit" in str((await told(database, tmp_path, "FUN03")).reason)
    insert = (
        "INSERT INTO audit.run (record_types, is_full, state, process, purpose, began_at, ended_at)"
        " VALUES ('{}', true, $1, 'x', 'x', now() - $2::int * interval '1 hour', "
        " CASE WHEN $1 = 'done' THEN now() END)"
    )
    for state, hours, severity in (
        ("done", 3, None), ("done", 7, "warning"), ("running", 9, "critical"), ("done", 1, None),
    ):  # fmt: skip
        await database.execute(insert, state, hours)
        outcome = await told(database, tmp_path, "FUN03")
        assert [each.severity for each in outcome.found] == ([severity] if severity else [])


async def test_a_capture_that_cannot_keep_its_freshness(
    database: Database,
    tmp_path: Path,
    declared: Declared,  # noqa: F811
) -> None:
    assert (await told(database, tmp_path, "FUN04")).state == "skipped"
    await process_in_force(database, declared)
    never = await told(database, tmp_path, "FUN04")
    assert [(e.object, e.value, e.figures["last run"]) for e in never.found] == [
        ("capture crm-daily", 100.0, "never")
    ]
    insert = (
        "INSERT INTO capture.run (process_id, version, began_at, ended_at, outcome)"
        " VALUES ('crm-daily', 1, now(), now() - $1::int * interval '1 hour', 'done')"
    )
    await database.execute(insert, 80)
    late = await told(database, tmp_path, "FUN04")
    assert [(e.severity, round(e.value)) for e in late.found] == [("critical", 308)]
    await database.execute(insert, 1)
    # It runs every 24 hours, and may be 26 old.
    assert (await told(database, tmp_path, "FUN04")).state == "ok"
