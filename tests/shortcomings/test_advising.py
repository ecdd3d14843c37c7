"""Advice on indexes: what is planted is advised and proved, and nothing else is."""

from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.facilities.backup.lending import restored
from customer_inventory.facilities.backup.taking import back_up
from customer_inventory.shortcomings.advising.advice import (
    NO_HYPOPG,
    of_indexes,
    of_trial,
    still_missing,
)
from customer_inventory.shortcomings.advising.candidate import (
    Candidate,
    candidates,
    compared,
    conjuncts,
)
from customer_inventory.shortcomings.advising.hypothetical import Helped, chosen
from customer_inventory.shortcomings.advising.workload import Limits, Statement
from customer_inventory.shortcomings.check import Outcome
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import BY, Kept, kept, made  # noqa: F401 - fixtures

LOW = Limits(calls=20, milliseconds=0.1, rows=10_000)
SECRET = "c4711"
ADVISED = "planted.interaction (customer)"


def scan(**more: Any) -> dict[str, Any]:
    node = {"Node Type": "Seq Scan", "Schema": "s", "Relation Name": "t", "Alias": "t"}
    return node | more


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("(t.a = $1)", ["t.a = $1"]),
        ("((t.a = $1) AND (t.b > $2))", ["t.a = $1", "t.b > $2"]),
        ("((t.a = ' AND (') AND (t.b = $1))", ["t.a = ' AND ('", "t.b = $1"]),
        ("((t.a = $1) OR (t.b = $2))", ["(t.a = $1) OR (t.b = $2)"]),
        ("", []),
    ],
)
def test_conditions_are_taken_apart(condition: str, parts: list[str]) -> None:
    assert conjuncts(condition) == parts


@given(st.text("abt.=$1 ()'\"AND", max_size=40))
def test_whatever_a_condition_says_it_can_be_read(text: str) -> None:
    conjuncts(text)
    candidates(scan(Filter=text))


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (scan(Filter="((t.a = $1) AND (t.b >= $2))"), [("a",), ("a", "b")]),
        (scan(Filter="(t.a = ANY ($1))"), [("a",)]),
        (scan(Filter="((t.name)::text = $1)"), [("name",)]),
        (scan(Filter='(t."Odd one" = $1)'), [('"Odd one"',)]),
        # What a parameter is compared with must be a column, and of one table alone.
        (scan(Filter="(lower(t.a) = $1)"), []),
        (scan(Filter="(t.a = t.b)"), []),
        (scan(Filter="(t.a ~~* $1)"), []),
        (scan(Filter="((t.a = $1) OR (t.b = $2))"), []),
        (scan(Filter="(t.a <> $1)"), []),
        (
            {"Node Type": "Limit", "Plans": [
                {"Node Type": "Sort", "Sort Key": ["t.at DESC"],
                 "Plans": [scan(Filter="(t.a = $1)")]}]},
            [("a", "at DESC"), ("a",)],
        ),
        (
            {"Node Type": "Hash Join", "Hash Cond": "(o.id = t.o_id)", "Plans": [scan()]},
            [("o_id",)],
        ),
        # What is sorted after others came to it is in no order of one table.
        (
            {"Node Type": "Sort", "Sort Key": ["t.at"], "Plans": [
                {"Node Type": "Nested Loop", "Plans": [scan()]}]},
            [],
        ),
    ],
)  # fmt: skip
def test_candidates_are_read_off_plans(
    plan: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    assert candidates(plan) == [Candidate("s.t", columns) for columns in expected]


def test_what_a_parameter_is_compared_with_is_known() -> None:
    plan = scan(Filter="((t.a = $2) AND (t.b > ($1)::text) AND (t.c = ANY ($3)))")
    assert compared(plan) == {2: ("s.t", "a"), 1: ("s.t", "b")}


def test_the_fewest_indexes_are_chosen() -> None:
    def helped(name: str, after: float) -> Helped:
        return Helped(Statement(name, name, 100, 10.0), 100.0, after)

    narrow, wide, other = (Candidate("s.t", columns) for columns in (("a",), ("a", "b"), ("c",)))
    found = chosen({
        wide: (2, [helped("one", 1.0), helped("two", 1.0)]),
        narrow: (1, [helped("one", 1.5), helped("two", 1.5)]),
        other: (1, [helped("two", 20.0), helped("three", 50.0)]),
    })  # fmt: skip
    # Of two that save the same the narrower; what it helps needs no other.
    assert [(each.candidate, [e.statement.name for e in each.helped]) for each in found] == [
        (narrow, ["one", "two"]), (other, ["three"]),
    ]  # fmt: skip


_PLANTED = (
    "CREATE SCHEMA planted",
    """CREATE TABLE planted.interaction (id bigint PRIMARY KEY, customer text NOT NULL,
    at timestamptz NOT NULL, kind smallint NOT NULL, note text NOT NULL)""",
    """INSERT INTO planted.interaction
    SELECT g, 'c' || g % 6000, now() - g * interval '1 minute', g % 3, repeat('x', 60)
    FROM generate_series(1, 60000) AS g""",
    "CREATE TABLE planted.small AS SELECT g AS a FROM generate_series(1, 500) AS g",
    "ANALYZE planted.interaction, planted.small",
)
_OF = f"FROM planted.interaction WHERE customer = '{SECRET}'"
_ASKED = (
    f"SELECT id {_OF} ORDER BY at DESC LIMIT 20",
    f"SELECT count(*) {_OF} AND kind = 1",
    # No index helps these: a substring, most of the rows, one that is there, few rows.
    "SELECT count(*) FROM planted.interaction WHERE note LIKE '%y%'",
    "SELECT count(*) FROM planted.interaction WHERE kind >= 1",
    "SELECT count(*) FROM planted.interaction WHERE id > 5",
    "SELECT count(*) FROM planted.small WHERE a = 5",
)


async def work(dsn: str) -> None:
    """Plant a workload, as the service: statements that an index helps, and others."""
    connection = await asyncpg.connect(dsn)
    for statement in _PLANTED:
        await connection.execute(statement)
    for _ in range(25):
        for statement in _ASKED:
            await connection.fetch(statement)
    await connection.close()


def advised(outcome: Outcome) -> dict[str, Any]:
    assert outcome.state == "finding", outcome.reason
    assert [each.object for each in outcome.found] == [ADVISED]
    [found] = outcome.found
    assert SECRET not in repr(found)
    assert found.value > 80
    assert len(found.figures["statements"]) == 2
    return dict(found.figures)


async def test_an_index_is_advised_where_the_server_knows_hypothetical_ones(
    kept: Kept,  # noqa: F811
) -> None:
    with kept.server.running() as dsn:
        async with Database(kept.server.superuser_dsn) as server, Database(dsn) as database:
            await work(dsn)
            young = await of_indexes(server, database, LOW)
            assert "7 are needed" in str(young.reason)
            without = await of_indexes(server, database, LOW, 0)
            assert (without.state, without.reason) == ("skipped", NO_HYPOPG)
            if not await server.value(
                "SELECT count(*) FROM pg_available_extensions WHERE name = 'hypopg'"
            ):
                pytest.skip("hypopg is not installed with this server")
            await server.execute("CREATE EXTENSION hypopg")
            outcome = await of_indexes(server, database, LOW, 0)
            figures = advised(outcome)
            assert outcome.found[0].evidence == "simulated"
            assert all(e["cost after"] < e["cost before"] / 5 for e in figures["statements"])
            assert await still_missing(database, [ADVISED]) == [ADVISED]
            await database.execute(figures["do"].replace(" CONCURRENTLY", ""))
            await database.execute("ANALYZE planted.interaction")
            assert (await of_indexes(server, database, LOW, 0)).state == "ok"
            assert await still_missing(database, [ADVISED]) == []


async def test_an_index_is_tried_on_a_restored_copy(kept: Kept) -> None:  # noqa: F811
    with kept.server.running() as dsn:
        await work(dsn)
        await back_up(kept.server, kept.vault)
        async with Database(kept.server.superuser_dsn) as server:
            with restored(kept.server, kept.vault) as scratch:
                outcome = await of_trial(server, scratch.dsn, LOW, 0)
                async with Database(scratch.dsn) as copy:
                    left = await copy.value(
                        "SELECT count(*) FROM pg_class WHERE relname LIKE 'advised%'"
                    )
                home = scratch.home
            assert not list(home.rglob("PG_VERSION"))
        figures = advised(outcome)
        assert outcome.found[0].evidence == "tried on a restored backup"
        assert left == 0
        assert all(each["ms after"] < each["ms before"] for each in figures["statements"])
        assert figures["bytes"] > 100_000
        assert figures["writes cost more %"] is not None
        async with Database(dsn) as database:
            assert (
                await database.value("SELECT count(*) FROM pg_indexes WHERE schemaname = 'planted'")
                == 1
            )
