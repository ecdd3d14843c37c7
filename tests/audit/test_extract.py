"""An extract in DuckDB finds what the database finds, and says what it cannot be asked."""

import json
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from hypothesis import given

from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.running import Outcome, audit
from customer_inventory.audit.scanning import Pace
from customer_inventory.record.register.asking import On
from customer_inventory.record.register.condition import Compared
from customer_inventory.record.register.crossed import test_of as asking
from customer_inventory.record.register.crossing import Another, Crossed, Unlike, Within
from customer_inventory.record.register.extract.compiling import compiled
from customer_inventory.record.register.extract.pattern import Inexpressible, shared
from customer_inventory.record.register.extract.valued import SETUP
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Data
from customer_inventory.store.database import Database
from tests import distributed
from tests.audit.inventory import filled
from tests.audit.planted import PLANTS, Ground
from tests.audit.test_incremental import COMPLETE
from tests.audit.test_incremental import asking as asking_sql
from tests.audit.test_planted import RULES
from tests.audit.test_running import failing, requirement
from tests.record.register.test_valued import CONDITIONS, DOCUMENTS, FORMS
from tests.requirements.test_applying import people
from tests.requirements.test_register import ACTOR

INDIVIDUAL = TYPES["individual"]
FORGET = "TRUNCATE audit.finding, audit.step, audit.coverage, audit.run, audit.rule CASCADE"
CASES: dict[str, Crossed] = {
    **{f"x is {name}": Unlike("x", form) for name, form in FORMS.items()},
    **{f"x.b is {name}": Unlike("x.b", form) for name, form in FORMS.items()},
    **{name: Within(condition) for name, condition in CONDITIONS.items()},
}
ON: tuple[On, ...] = ("duckdb",) if distributed.URL else ("database", "duckdb")
PHONE = {"@type": "PhoneContactMedium"}
CALLED_BEA = Within(Compared("givenName", "is", "Bea"))
OWN_OPTIONS = "a pattern with options of its own"


async def found(database: Database, **more: Any) -> tuple[set[tuple[str, str]], list[Outcome]]:
    """Return what fails and what came of each rule, asked of everything as if for the first."""
    await database.execute(FORGET)
    ran = await audit(database, RULES, actor=ACTOR, is_full=True, **more)
    return await failing(database), list(ran.outcomes)


@distributed.one_server("There is nothing to compare: the extract alone is asked there.")
async def test_both_find_what_is_planted(database: Database) -> None:
    uniqueness = requirement("familyName", quality={"uniqueness": 0.5})
    repeated = next(rule for rule in rules_of(uniqueness) if rule.is_repeated)
    ids = await filled(database, 150)
    ground = Ground(database, ids, 0.02)
    expected = set()
    for plant in PLANTS.values():
        expected |= await plant(ground)
    RULES.append(repeated)
    try:
        by_database, told = await found(database)
        by_extract, said = await found(database, on="duckdb", pace=Pace(size=100))
    finally:
        RULES.remove(repeated)
    assert {each for each in by_database if each[1] != repeated.id} == expected
    assert any(rule == repeated.id for _, rule in by_database)
    assert by_extract == by_database
    assert said == told
    assert [each.error for each in said if each.error] == []


async def test_what_it_cannot_be_asked_is_said_and_stops_nothing_else(database: Database) -> None:
    await people(database, {"givenName": "Ada"}, {"givenName": "ada"})
    ahead = next(rules_of(requirement("givenName", data=Data(pattern="^(?=A)"))))
    rules: list[Rule] = [ahead, COMPLETE]
    ran = await audit(database, rules, actor=ACTOR, on="duckdb")
    by_rule = {each.rule: each for each in ran.outcomes}
    assert "cannot be asked of an extract" in (by_rule[ahead.id].error or "")
    assert "looks around" in (by_rule[ahead.id].error or "")
    assert (by_rule[COMPLETE.id].failed, by_rule[COMPLETE.id].error) == (2, None)
    if distributed.URL:  # the extract is always asked of everything there
        return
    # Of what changed the database is asked, and of everything for what could not be.
    ran = await audit(database, rules, actor=ACTOR)
    assert {each.rule: each.looked_at for each in ran.outcomes if each.rule != "DR-004"} == {
        ahead.id: 2, COMPLETE.id: 0,
    }  # fmt: skip


async def test_it_has_the_keys_that_records_share(database: Database) -> None:
    phones = {"Ada": "+46701740605", "Bea": "+46701740605", "Cyd": "+46701740606"}
    _, ada, bea, _ = await people(database, {"givenName": "Dan"}, *(
        {"givenName": name, "contactMedium": [{**PHONE, "phoneNumber": phone}]}
        for name, phone in phones.items()
    ))  # fmt: skip
    keys = replace(COMPLETE, id="keys", fails=Another("phone"))
    with_bea = replace(keys, id="with Bea", fails=Another("phone", CALLED_BEA))
    for on in ON:
        await database.execute(FORGET)
        ran = await audit(database, [keys, with_bea], actor=ACTOR, on=on)
        assert [each.error for each in ran.outcomes if each.error] == []
        assert await failing(database) == {(ada, "keys"), (bea, "keys"), (ada, "with Bea")}


async def test_a_rule_that_fails_or_takes_for_ever_there_stops_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(database, *({"givenName": f"{n}"} for n in range(3)), {"givenName": "x"})
    broken = {
        "divides": "error('by zero')",
        "type": "json_extract_string(r.body, '$.givenName')::INTEGER > 5",
        "ever": "(SELECT count(*) FROM range(3000000000) AS a (x)"
        " WHERE sin(a.x) + length(r.id) > 99) > 0",
    }

    def said(fails: Any, declared: Any) -> tuple[str, list[Any]]:
        sql = broken.get(getattr(fails, "condition", None) and fails.condition.operand)
        return (sql, []) if sql else compiled(fails, declared)

    monkeypatch.setattr("customer_inventory.record.register.extract.extract.compiled", said)
    bad = []
    for name in broken:
        rule = asking_sql(f"bad.{name}", asking(COMPLETE.fails, INDIVIDUAL))  # type: ignore[arg-type]
        bad.append(replace(rule, fails=Within(replace(CONDITIONS["is"], operand=name))))
    ran = await audit(
        database, [*bad, COMPLETE], actor=ACTOR, on="duckdb", pace=Pace(patience_ms=500)
    )
    by_rule = {each.rule: each for each in ran.outcomes}
    assert all(by_rule[rule.id].error for rule in bad)
    assert "takes longer" in (by_rule["bad.ever"].error or "")
    assert (by_rule[COMPLETE.id].failed, by_rule[COMPLETE.id].error) == (4, None)


@pytest.mark.parametrize("name", CASES)
async def test_a_condition_holds_for_the_same_documents(schema: Database, name: str) -> None:
    drawn: list[Any] = []

    @given(DOCUMENTS)
    def draw(documents: list[Any]) -> None:
        drawn.extend(documents)

    draw()
    fails = CASES[name]
    if OWN_OPTIONS in name:
        with pytest.raises(Inexpressible):
            compiled(fails, INDIVIDUAL)
        return
    test = asking(fails, INDIVIDUAL)
    kinds = {str: "text", tuple: "text[]"}
    places = [f"${n + 2}::{kinds.get(type(v), 'float8')}" for n, v in enumerate(test.values)]
    rows = await schema.fetch(
        f"SELECT r.n FROM (SELECT x.n, x.b FROM jsonb_array_elements($1::text::jsonb)"
        f" WITH ORDINALITY AS x (b, n)) AS r WHERE {test.sql.format(*places)} ORDER BY r.n",
        json.dumps(drawn),
        *(list(value) if isinstance(value, tuple) else value for value in test.values),
    )
    sql, values = compiled(fails, INDIVIDUAL)
    connection = duckdb.connect()
    connection.execute(SETUP)
    connection.execute("CREATE TABLE r (n BIGINT, body JSON)")
    connection.execute(
        "INSERT INTO r SELECT generate_subscripts(d, 1), unnest(d) FROM"
        " (SELECT json_extract(?::JSON, '$[*]') AS d)",
        [json.dumps(drawn)],
    )
    here = connection.execute(f"SELECT r.n FROM r WHERE {sql} ORDER BY r.n", values).fetchall()
    of_one = {row["n"] for row in rows} ^ {row[0] for row in here}
    assert [drawn[n - 1] for n in sorted(of_one)][:3] == []


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"^[^@\s]+$", r"^[^\n@\t\n\v\f\r ]+$"),
        ("[]a]", r"[\]a]"),
        ("[^]a]", r"[^\n\]a]"),
        ("a(?:b|c){1,2}", "a(?:b|c){1,2}"),
        (r"\.\d", r"\.[0-9]"),
    ],
)
def test_a_pattern_is_taken_over(pattern: str, said: str) -> None:
    assert shared(pattern) == said


@pytest.mark.parametrize(
    "pattern", ["(?=a)", r"\bx", r"\p{L}", "[[:alpha:]]", "***=a", "(?i)a", r"(a)\1", r"[\S]"]
)
def test_a_pattern_that_means_something_else_there_is_not(pattern: str) -> None:
    with pytest.raises(Inexpressible):
        shared(pattern)
