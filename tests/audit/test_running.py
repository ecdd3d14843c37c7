"""Rules compiled from requirements find exactly what falls short, in one scan a type."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.finding import held
from customer_inventory.audit.running import audit, rules_in_force
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.register.judged import Part, judge, slices, statement_of
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import unfulfilled
from customer_inventory.requirements import applying
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.requirement import Data, Requirement
from customer_inventory.store.database import Database
from tests.requirements.samples import BIRTH_DATE, GENDER
from tests.requirements.test_applying import people
from tests.requirements.test_register import ACTOR, approved, by

INDIVIDUAL = TYPES["individual"]


def requirement(path: str, **said: Any) -> Requirement:
    """Return a requirement on individuals."""
    return Requirement(id="REQ-700", type="individual", path=path, name="N", definition="D", **said)


async def failing(database: Database) -> set[tuple[str, str]]:
    """Return which records fail which rules, by the findings there are."""
    return {(row["record_id"], row["rule"]) async for row in held.every(database, held.Chosen())}


async def test_what_fails_is_found_and_verified_when_it_is_mended(database: Database) -> None:
    born = {"givenName": "Ada", "birthDate": "1815-12-10", "gender": "female"}
    ids = await people(
        database, born, {"givenName": "Bea"}, {**born, "gender": "x"}, {**born, "gender": "y"}
    )
    await approved(database, BIRTH_DATE, GENDER)
    await applying.apply(database, by=by("ops"), actor=ACTOR)
    rules = [rule for rule in await rules_in_force(database) if rule.requirement]
    assert [rule.id for rule in rules] == [
        "REQ-101.completeness",
        "REQ-101.timeliness",
        "REQ-102.completeness",
        "REQ-102.validity",
    ]
    ran = await audit(database, rules, actor=ACTOR)
    outcomes = {each.rule: each for each in ran.outcomes}
    assert {name: each.failed for name, each in outcomes.items() if name != "DR-004"} == {
        "REQ-101.completeness": 1,
        "REQ-101.timeliness": 0,
        "REQ-102.completeness": 0,
        "REQ-102.validity": 2,
    }
    assert outcomes["REQ-101.completeness"].is_breached
    assert outcomes["REQ-101.completeness"].score == 0.75
    found, _ = await held.find(database, held.Chosen())
    assert {row["record_id"] for row in found} == set(ids[1:])
    assert {row["process"] for row in found} == {ACTOR.process}
    assert {row["owner"] for row in found} == {"ada", None}
    await Inventory(database).change(
        INDIVIDUAL, ids[2], lambda old: {**old, "gender": "male"}, actor=ACTOR
    )
    ran = await audit(database, rules, actor=ACTOR)
    assert {each.rule: each.failed for each in ran.outcomes}["REQ-102.validity"] == 1
    assert await failing(database) == {
        (ids[1], "REQ-101.completeness"), (ids[3], "REQ-102.validity"),
    }  # fmt: skip


async def test_a_rule_that_cannot_be_asked_stops_nothing_else(database: Database) -> None:
    await people(database, {"givenName": "Ada"})
    sound = next(rules_of(requirement("birthDate", obligation="mandatory")))
    # It is a regular expression of ECMA, and none of the server.
    odd = next(rules_of(requirement("givenName", data=Data(pattern=r"^\p{L}+$"))))
    ran = await audit(database, [odd, sound], actor=ACTOR)
    outcomes = {each.rule: each for each in ran.outcomes}
    assert outcomes[odd.id].error is not None
    assert outcomes[odd.id].looked_at == 0
    assert outcomes[sound.id].failed == 1


IN_TONE = {"attribute": "tone", "is": "a"}
SAMPLES: list[Requirement] = [
    requirement("tone", obligation="mandatory"),
    requirement("contactMedium.emailAddress", obligation="mandatory"),
    requirement("contactMedium.emailAddress", data=Data(type="text", format="email")),
    requirement("tone", data=Data(values=("a", "b"))),
    requirement("size", data=Data(type="integer", minimum=3, maximum=9)),
    requirement("tone", data=Data(type="text", min_length=1, max_length=3)),
    requirement("tone", data=Data(pattern="^a")),
    requirement(
        "size",
        obligation="conditional",
        when={"all": [IN_TONE, {"not": {"attribute": "x", "exists": True}}]},
    ),
    requirement(
        "size",
        obligation="conditional",
        when={"any": [{"attribute": "contactMedium.emailAddress", "in": ["a@b.cd"]}]},
    ),
]
VALUES = some.sampled_from(["", "a", "b", "abcd", "a@b.cd", "é", 3, 9.5, 12, True, {"k": 1}])
MAILS = some.sampled_from(["", "a", "a@b.cd", "a@b"])
MEDIA = some.lists(some.fixed_dictionaries({}, optional={"emailAddress": MAILS}), max_size=3)
DOCUMENTS = some.fixed_dictionaries(
    {"@type": some.just("Individual")},
    optional={"tone": VALUES, "size": VALUES, "x": VALUES, "contactMedium": MEDIA},
)


ALONE = """(
    SELECT $1::text AS id, $1::json AS body, 1::smallint AS bucket, 1::bigint AS revision,
        'p' AS process, 'x' AS subject_id, now() AS recorded_at, now() AS valid_from,
        now() AS valid_to
)"""


@pytest.mark.parametrize("asked", SAMPLES, ids=range(len(SAMPLES)))
async def test_a_rule_says_what_the_validator_of_the_doors_says(
    schema: Database, asked: Requirement
) -> None:
    rules = list(rules_of(asked))
    text, values = statement_of(INDIVIDUAL, [rule.test for rule in rules])
    enforced = compiled([asked]).types["individual"]
    # The documents stand where the table does; the range of ids is one of them.
    alone = text.replace("FROM record.individual AS t", f"FROM {ALONE} AS t")
    alone = alone.replace("t.id > $1::text AND t.id <= $2::text", "t.id = $1::text AND $2 = '~'")

    @given(DOCUMENTS)
    def hold(document: dict[str, Any]) -> None:
        documents.append(document)

    documents: list[dict[str, Any]] = []
    hold()
    for document in documents:
        row = await schema.row(alone, json.dumps(document), "~", *values)
        assert row is not None
        is_found = bool(row["ids"])
        said = "REQ-700" in unfulfilled_only(document, enforced)
        assert is_found == said, (document, rules[0].test)


def unfulfilled_only(document: dict[str, Any], enforced: Any) -> tuple[str, ...]:
    """Return the requirements that a document does not fulfil."""
    return unfulfilled(INDIVIDUAL, document, enforced)


async def test_slices_follow_one_another(database: Database) -> None:
    ids = await people(database, *({"givenName": f"A{n}"} for n in range(7)))
    tests = [rule.test for rule in rules_of(requirement("birthDate", obligation="mandatory"))]
    parts = [part async for part in slices(database, INDIVIDUAL, size=3)]
    found = [await judge(database, INDIVIDUAL, tests, part) for part in parts]
    assert [each.looked_at for each in found] == [3, 3, 1]
    assert [sorted(each.failing.ids) for each in found] == [
        sorted(ids)[:3], sorted(ids)[3:6], sorted(ids)[6:]
    ]  # fmt: skip
    named = await judge(database, INDIVIDUAL, tests, Part(only=ids[:2]))
    assert named.looked_at == 2
    assert set(named.failing.ids) == set(ids[:2])
