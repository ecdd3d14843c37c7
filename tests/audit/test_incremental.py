"""Runs look at what changed since: what it costs, what it finds, and how it goes on when killed."""

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from customer_inventory.audit import running
from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.finding import held
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.running import Outcome, Ran, audit, runs
from customer_inventory.audit.scanning import Pace
from customer_inventory.kit.errors import Conflict
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.register import judged
from customer_inventory.record.register.condition import Compared
from customer_inventory.record.register.crossing import Within
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Data
from customer_inventory.store.database import Database
from tests import distributed
from tests.audit.test_running import failing, requirement
from tests.requirements.test_applying import people
from tests.requirements.test_register import ACTOR

INDIVIDUAL = TYPES["individual"]
COMPLETE = next(rules_of(requirement("birthDate", obligation="mandatory")))
VALID = next(rules_of(requirement("gender", data=Data(values=("female", "male")))))
RULES = [COMPLETE, VALID]
CHANGE = """
    UPDATE record.individual
    SET body = (body::jsonb || '{"gender": "x"}')::json, revision = revision + 1
    WHERE id = $1
"""
TELL = """
    WITH changed AS MATERIALIZED (
        SELECT bucket, id, revision FROM record.individual WHERE id = $1
    )
    INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)
    SELECT bucket, id, 'individual', revision, 'attributeValueChange', now() FROM changed
"""
ASKED = distributed.one_server("An extract is asked there, which knows no SQL of ours.")
AT_WORK = """
    SELECT count(*)
    FROM pg_stat_activity
    WHERE query LIKE '%judge_slice%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()
"""


class Killed(Exception):
    """The run ends here, as if it had been killed."""


async def run(database: Database, rules: list[Rule] = RULES, **more: Any) -> Ran:
    return await audit(database, rules, actor=ACTOR, **more)


def asked(ran: Ran) -> list[Outcome]:
    """Return what came of rules, without how far shares moved."""
    return [each for each in ran.outcomes if not each.rule.startswith("DR-")]


def looked_at(ran: Ran) -> dict[str, int]:
    return {each.rule: each.looked_at for each in asked(ran)}


async def change(database: Database, identifier: str, **values: Any) -> None:
    await Inventory(database).change(
        INDIVIDUAL, identifier, lambda old: {**old, **values}, actor=ACTOR
    )


async def test_only_what_changed_is_looked_at_and_the_score_is_that_of_all(
    database: Database,
) -> None:
    ids = await people(database, *({"givenName": f"A{n}", "gender": "male"} for n in range(9)))
    assert looked_at(await run(database)) == {COMPLETE.id: 9, VALID.id: 9}
    assert looked_at(await run(database)) == {COMPLETE.id: 0, VALID.id: 0}
    await change(database, ids[0], birthDate="1815-12-10")
    await change(database, ids[1], gender="x")
    (new,) = await people(database, {"givenName": "New", "gender": "y"})
    await Inventory(database).remove(INDIVIDUAL, ids[8], actor=ACTOR)
    ran = await run(database)
    assert looked_at(ran) == {COMPLETE.id: 3, VALID.id: 3}
    by_rule = {each.rule: each for each in asked(ran)}
    assert (by_rule[COMPLETE.id].population, by_rule[COMPLETE.id].failed) == (9, 8)
    assert {each for each, rule in await failing(database) if rule == VALID.id} == {ids[1], new}
    # A run over everything finds the same.
    before = await failing(database)
    whole = await run(database, is_full=True)
    assert await failing(database) == before
    assert [(e.rule, e.population, e.failed) for e in asked(whole)] == [
        (e.rule, e.population, e.failed) for e in asked(ran)
    ]


async def test_what_commits_late_is_looked_at_by_the_next_run(
    database: Database, another: Database
) -> None:
    ids = await people(database, {"givenName": "Ada", "gender": "male"}, {"givenName": "Bea"})
    await run(database)
    # A transaction that draws its number of the outbox, and is still open while the next run looks.
    late = await asyncpg.connect(database.dsn)
    transaction = late.transaction()
    await transaction.start()
    for statement in (CHANGE, TELL):
        await late.execute(statement, ids[0])
    await change(database, ids[1], gender="male")
    assert looked_at(await run(database))[VALID.id] == 1
    await transaction.commit()
    await late.close()
    assert looked_at(await run(database))[VALID.id] == 1
    assert (ids[0], VALID.id) in await failing(database)
    assert looked_at(await run(database))[VALID.id] == 0


async def test_a_rule_that_says_something_else_is_asked_of_everything(database: Database) -> None:
    await people(database, *({"givenName": f"A{n}", "gender": "male"} for n in range(4)))
    await run(database)
    other = next(rules_of(requirement("gender", data=Data(values=("female",)))))
    assert other.id == VALID.id
    ran = await run(database, [COMPLETE, other])
    assert looked_at(ran) == {COMPLETE.id: 0, VALID.id: 4}
    assert {each.rule: each.failed for each in asked(ran)} == {COMPLETE.id: 4, VALID.id: 4}


async def test_a_rule_whose_answer_changes_with_time_is_asked_again_in_a_week(
    database: Database,
) -> None:
    await people(database, {"givenName": "Ada", "birthDate": "1815-12-10"})
    stale = next(rules_of(requirement("birthDate", freshness="P1M")))
    assert {each.rule: each.failed for each in asked(await run(database, [stale]))} == {stale.id: 0}
    await database.execute("UPDATE record.individual SET recorded_at = now() - interval '40 days'")
    # Nobody changed anything: but time passes.
    assert looked_at(await run(database, [stale])) == {stale.id: 0}
    await database.execute("UPDATE audit.coverage SET full_at = now() - interval '8 days'")
    ran = await run(database, [stale])
    assert (looked_at(ran), asked(ran)[0].failed) == ({stale.id: 1}, 1)


async def test_what_was_pruned_from_the_outbox_is_not_missed(database: Database) -> None:
    ids = await people(database, {"givenName": "Ada", "gender": "male"})
    await run(database)
    await change(database, ids[0], gender="x")
    await database.execute("TRUNCATE record.outbox")
    assert looked_at(await run(database))[VALID.id] == 1
    assert (ids[0], VALID.id) in await failing(database)


async def test_without_a_rule_there_is_nothing_to_fail(database: Database) -> None:
    await people(database, {"givenName": "Ada", "gender": "x"})
    await run(database)
    await run(database, [COMPLETE])
    assert {rule for _, rule in await failing(database)} == {COMPLETE.id}
    # Of other types nothing is known to a run of one.
    await audit(database, [], actor=ACTOR, record_types=["customer"])
    assert {rule for _, rule in await failing(database)} == {COMPLETE.id}


async def test_a_run_that_was_killed_goes_on_where_it_was(database: Database) -> None:
    ids = sorted(await people(database, *({"givenName": f"A{n}"} for n in range(10))))
    told: list[int] = []

    def kill(_: str, count: int) -> None:
        told.append(count)
        if count == 6:
            raise Killed

    with pytest.raises(Killed):
        await run(database, pace=Pace(size=3), progress=kill)
    # What was found until then is kept, and nothing else.
    assert {each for each, _ in await failing(database)} == set(ids[:6])
    assert [row["state"] for row in await runs(database)] == ["running"]
    ran = await run(database, pace=Pace(size=3), progress=lambda _, count: told.append(count))
    assert ran.is_resumed
    assert told == [3, 6, 9, 10]
    assert {each for each, _ in await failing(database)} == set(ids)
    assert looked_at(ran) == {COMPLETE.id: 10, VALID.id: 10}
    assert [row["state"] for row in await runs(database)] == ["done"]


async def test_a_killed_run_of_other_rules_is_begun_anew(database: Database) -> None:
    await people(database, *({"givenName": f"A{n}"} for n in range(4)))

    def kill(_: str, __: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        await run(database, pace=Pace(size=3), progress=kill)
    ran = await run(database, [COMPLETE])
    assert not ran.is_resumed
    assert [row["state"] for row in await runs(database)] == ["done", "brokenOff"]
    assert looked_at(ran) == {COMPLETE.id: 4}


async def test_one_audit_runs_at_a_time(database: Database) -> None:
    await people(database, {"givenName": "Ada"})
    async with running._alone(database):
        with pytest.raises(Conflict, match="An audit is running"):
            await run(database)
    await run(database)


def asking(identifier: str, test: judged.Test) -> Rule:
    """Return a rule that asks what no condition can say."""
    rule = replace(COMPLETE, id=identifier, fails=Within(Compared("x", "is", test.sql)))
    rule.__dict__["test"] = test
    return rule


def bad(name: str, sql: str) -> Rule:
    return asking(f"bad.{name}", judged.Test(sql))


BAD = {
    "compiles not": "this is no SQL",
    "has no such column": "r.nothing",
    "divides by zero": "1 / (length(r.b ->> 'givenName') - 2) > 5",
    "meets a wrong type": "(r.b ->> 'givenName')::integer > 5",
    "takes for ever": "pg_sleep(60) IS NOT NULL",
}


@ASKED
@pytest.mark.parametrize("name", BAD)
async def test_a_bad_rule_is_that_rules_error_alone(database: Database, name: str) -> None:
    # The first records are harmless: what is wrong shows in a later slice.
    await people(database, *({"givenName": "123"} for _ in range(5)), {"givenName": "xy"})
    pace = Pace(size=2, patience_ms=300)
    ran = await run(database, [bad(name, BAD[name]), COMPLETE], pace=pace)
    by_rule = {each.rule: each for each in asked(ran)}
    assert by_rule[f"bad.{name}"].error
    assert by_rule[f"bad.{name}"].score is None
    assert (by_rule[COMPLETE.id].failed, by_rule[COMPLETE.id].error) == (6, None)
    # It is asked again of everything as soon as it can be.
    mended = bad(name, "FALSE")
    assert looked_at(await run(database, [mended, COMPLETE])) == {mended.id: 6, COMPLETE.id: 0}


@ASKED
async def test_writers_do_not_wait_for_a_scan(database: Database) -> None:
    """Whoever reads a slice holds nothing that a change of its records waits for."""
    ids = await people(database, *({"givenName": f"A{n}"} for n in range(3)))
    slow = asking("slow", judged.Test("pg_sleep(0.5) IS NULL"))
    scan = asyncio.create_task(run(database, [slow]))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not await database.value(AT_WORK):
        await asyncio.sleep(0.01)
    for identifier in ids:
        await change(database, identifier, gender="male")
    assert not scan.done()
    assert await database.value(waiting) == 0
    await scan
    # They changed while it looked: the next run sees them.
    assert looked_at(await run(database, [slow])) == {"slow": 3}


async def test_findings_come_page_by_page(database: Database) -> None:
    await people(database, *({"givenName": f"A{n}"} for n in range(7)))
    await run(database)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        rows, after = await held.find(database, held.Chosen(), after=after, limit=3)
        seen += [row["id"] for row in rows]
    assert seen == sorted(set(seen))
    assert len(seen) == 7


@ASKED
async def test_a_rule_that_a_change_breaks_stops_nothing_else(database: Database) -> None:
    ids = await people(database, *({"givenName": f"{n}"} for n in range(3)))
    number = bad("number", "(r.b ->> 'givenName')::integer > 5")
    assert [each.error for each in asked(await run(database, [number, COMPLETE]))] == [None, None]
    await change(database, ids[0], givenName="none", birthDate="1815-12-10")
    by_rule = {each.rule: each for each in asked(await run(database, [number, COMPLETE]))}
    assert "a value is not what it takes it for" in (by_rule[number.id].error or "")
    assert (by_rule[COMPLETE.id].looked_at, by_rule[COMPLETE.id].failed) == (1, 2)
    await change(database, ids[0], givenName="7")
    by_rule = {each.rule: each for each in asked(await run(database, [number, COMPLETE]))}
    # It is not known any more of whom it was asked: it is asked of everybody.
    assert (by_rule[number.id].looked_at, by_rule[number.id].failed) == (3, 1)


@ASKED
async def test_rules_that_are_slow_together_are_asked_alone(database: Database) -> None:
    await people(database, {"givenName": "Ada"})
    slow = [asking(f"slow.{n}", judged.Test("pg_sleep(0.8) IS NOT NULL")) for n in range(3)]
    ran = await run(database, [*slow, COMPLETE], pace=Pace(patience_ms=2_000))
    assert [(each.rule, each.failed, each.error) for each in asked(ran)] == [
        (COMPLETE.id, 1, None), *((rule.id, 1, None) for rule in slow)
    ]  # fmt: skip


@ASKED
async def test_what_could_not_be_asked_before_a_kill_is_not_held_to_be_asked(
    database: Database,
) -> None:
    ids = sorted(await people(database, *({"givenName": f"{n}"} for n in range(6))))
    await change(database, ids[0], givenName="none")
    number = bad("number", "(r.b ->> 'givenName')::integer > 9")

    def kill(_: str, count: int) -> None:
        if count == 4:
            raise Killed

    with pytest.raises(Killed):
        await run(database, [number, COMPLETE], pace=Pace(size=2), progress=kill)
    # What is left of it, the rule can be asked: of the rest it was not.
    ran = await run(database, [number, COMPLETE], pace=Pace(size=2))
    assert ran.is_resumed
    assert {each.rule: bool(each.error) for each in asked(ran)} == {
        COMPLETE.id: False, number.id: True,
    }  # fmt: skip
    await change(database, ids[0], givenName="1")
    assert looked_at(await run(database, [number, COMPLETE])) == {number.id: 6, COMPLETE.id: 1}
