"""The life of a finding: opened, decided on, verified by audits alone, opened again, forgotten."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.access.house import operator_sight
from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.doubting import IN_DOUBT
from customer_inventory.audit.finding import correcting, held
from customer_inventory.audit.finding.correcting import Correction
from customer_inventory.audit.finding.deciding import Step, Verified, decide, decide_one
from customer_inventory.audit.finding.held import Chosen, NoSuchFinding
from customer_inventory.audit.origin import Origins
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.running import Ran, audit
from customer_inventory.holding import eraser_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse_object
from customer_inventory.record.finding import findings as house_findings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.mask.plan import Grant, Mask
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Data
from customer_inventory.store.database import Database, Row
from tests.audit.test_running import requirement
from tests.requirements.test_applying import people
from tests.requirements.test_register import ACTOR

INDIVIDUAL = TYPES["individual"]
GENDERS = ("female", "male", "diverse")
VALID = next(rules_of(requirement("gender", data=Data(values=GENDERS), steward="ada")))
OTHER = Actor("billing", "billing", "bea")
SOON = (now() + timedelta(days=30)).date()


async def run(database: Database, rules: Sequence[Rule] = (VALID,)) -> Ran:
    return await audit(database, rules, actor=ACTOR)


async def only(database: Database) -> Row:
    """Return the one finding there is."""
    (row,) = [each async for each in held.every(database, Chosen(states=None))]
    return row


async def state(database: Database) -> str:
    return str((await only(database))["state"])


async def told(database: Database) -> list[str]:
    """Return the states that the one finding came to after it was opened."""
    row = await only(database)
    return [step["state"] for step in await held.steps(database, row["id"])]


async def change(database: Database, identifier: str, actor: Actor = ACTOR, **to: Any) -> None:
    await Inventory(database).change(INDIVIDUAL, identifier, lambda old: {**old, **to}, actor=actor)


async def test_a_finding_tells_what_fails_since_when_and_by_whose_doing(
    database: Database,
) -> None:
    (identifier,) = await people(database, {"givenName": "Ada", "gender": "female"})
    await change(database, identifier, OTHER, gender="x")
    # Who wrote the record last is not who gave the value.
    await change(database, identifier, givenName="Adele")
    await run(database)
    row = await only(database)
    assert (row["record_type"], row["record_id"], row["path"]) == (
        "individual", identifier, "gender",
    )  # fmt: skip
    assert (row["rule"], row["requirement"]) == ("REQ-700.validity", "REQ-700")
    assert (row["dimension"], row["severity"], row["state"]) == ("validity", "medium", "open")
    assert row["what"] == "N is not as required"
    assert row["process"] == "billing"
    versions = await Inventory(database).versions(INDIVIDUAL, identifier)
    assert row["given_at"] == versions[1].recorded_from
    assert row["owner"] == "ada"
    assert row["due_on"] == (now() + timedelta(days=30)).date()


async def test_the_source_and_the_capture_process_are_noted(database: Database) -> None:
    await people(database, {"givenName": "Ada", "gender": "x"})

    async def sources(given: Sequence[Any]) -> dict[Any, Any]:
        return dict.fromkeys(given, ("crm", "crm-nightly"))

    await audit(database, [VALID], actor=ACTOR, origins=Origins(sources))
    row = await only(database)
    assert (row["source"], row["capture_process"]) == ("crm", "crm-nightly")
    assert (await held.find(database, Chosen(source="billing")))[0] == []
    assert len((await held.find(database, Chosen(source="crm")))[0]) == 1


async def test_it_is_assigned_corrected_and_verified_by_the_next_audit(database: Database) -> None:
    (identifier,) = await people(database, {"givenName": "Ada", "gender": "f"})
    await run(database)
    number = (await only(database))["id"]
    await decide_one(database, number, Step("assigned", assignee="bea"), actor=ACTOR)
    rows, _ = await held.find(database, Chosen(assignee="bea"))
    done = await correcting.correct(
        database, rows, Correction(replaced={"f": "female"}), reason="as told", actor=ACTOR,
        sight=operator_sight(),
    )  # fmt: skip
    assert [(each.before, each.after, each.problem) for each in done] == [(["f"], ["female"], None)]
    version = await Inventory(database).get(INDIVIDUAL, identifier)
    assert b'"gender":"female"' in version.body
    assert await state(database) == "corrected"
    await run(database)
    assert await told(database) == ["assigned", "corrected", "verified"]
    with pytest.raises(Verified):
        await decide_one(database, number, Step("open"), actor=ACTOR)
    steps = await held.steps(database, number)
    assert [(step["person"], step["reason"]) for step in steps] == [
        ("ops", None), ("ops", "as told"), (None, None),
    ]  # fmt: skip


async def test_it_opens_again_when_it_fails_again(database: Database) -> None:
    (identifier,) = await people(database, {"givenName": "Ada", "gender": "x"})
    await run(database)
    await decide(
        database, [(await only(database))["id"]], Step("assigned", assignee="bea"), actor=ACTOR
    )
    await change(database, identifier, gender="male")
    await run(database)
    await change(database, identifier, OTHER, gender="y")
    await run(database)
    row = await only(database)
    # It is still hers, and it is told who brought it this time.
    assert (row["state"], row["assignee"], row["process"]) == ("assigned", "bea", "billing")
    assert await told(database) == ["assigned", "verified", "assigned"]


async def test_what_is_said_to_be_corrected_and_fails_opens_again(database: Database) -> None:
    (identifier,) = await people(database, {"givenName": "Ada", "gender": "x"})
    await run(database)
    number = (await only(database))["id"]
    await decide_one(database, number, Step("corrected", reason="in the source"), actor=ACTOR)
    await change(database, identifier, gender="z")
    await run(database)
    assert await told(database) == ["corrected", "open"]


async def test_what_is_accepted_stays_so_until_its_day(database: Database) -> None:
    (identifier,) = await people(database, {"givenName": "Ada", "gender": "x"})
    await run(database)
    number = (await only(database))["id"]
    step = Step("accepted", reason="the register is closed", until=SOON)
    await decide_one(database, number, step, actor=ACTOR)
    await change(database, identifier, gender="y")
    ran = await run(database)
    # It fails, and it is told that it is borne with.
    assert (ran.outcomes[-1].failed, ran.outcomes[0].accepted) == (1, 1)
    row = await only(database)
    assert (row["state"], row["reason"]) == ("accepted", "the register is closed")
    await database.execute("UPDATE audit.finding SET accepted_until = current_date - 1")
    await run(database)
    assert await told(database) == ["accepted", "open"]


async def test_a_false_alarm_stays_one_until_the_rule_says_something_else(
    database: Database,
) -> None:
    (identifier,) = await people(database, {"givenName": "Ada", "gender": "x"})
    await run(database)
    number = (await only(database))["id"]
    await decide_one(database, number, Step("falseAlarm", reason="x is meant"), actor=ACTOR)
    await change(database, identifier, gender="y")
    ran = await run(database)
    assert ran.outcomes[-1].failed == 0
    assert await state(database) == "falseAlarm"
    # Whoever keeps the requirement is told, until it says something else.
    (doubt,) = await house_findings(database, kind=IN_DOUBT, state="open")
    evidence = parse_object(doubt["evidence"])
    assert (evidence["rule"], evidence["owner"]) == ("REQ-700.validity", "ada")
    assert (evidence["falseAlarms"], evidence["findings"]) == (1, 1)
    better = next(rules_of(requirement("gender", data=Data(values=(*GENDERS, "x")))))
    await run(database, [better])
    assert await told(database) == ["falseAlarm", "open"]
    assert await house_findings(database, kind=IN_DOUBT, state="open") == []


WRONG = {
    "assigned to nobody": {"state": "assigned"},
    "accepted without a reason": {"state": "accepted", "until": SOON},
    "accepted for ever": {"state": "accepted", "reason": "because"},
    "accepted until today": {"state": "accepted", "reason": "because", "until": now().date()},
    "a false alarm without a reason": {"state": "falseAlarm", "reason": " "},
    "a reason without end": {"state": "open", "reason": "x" * 501},
    "verified by decree": {"state": "verified"},
    "a day for what is not accepted": {"state": "open", "until": SOON},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_step_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        Step(**WRONG[name])


async def test_a_removed_record_fails_nothing(database: Database) -> None:
    (identifier,) = await people(database, {"givenName": "Ada", "gender": "x"})
    await run(database)
    await Inventory(database).remove(INDIVIDUAL, identifier, actor=ACTOR)
    await run(database)
    assert await state(database) == "verified"


async def test_nothing_of_an_erased_subject_is_left(database: Database, tmp_path: Path) -> None:
    mail = [{"@type": "EmailContactMedium", "emailAddress": "ada@lovelace.example"}]
    ada, bea = await people(
        database,
        {"givenName": "Ada", "familyName": "Lovelace", "gender": "x", "contactMedium": mail},
        {"givenName": "Bea", "gender": "y"},
    )
    await run(database)
    rows = [each async for each in held.every(database, Chosen())]
    reason = "it is that of ada@lovelace.example"
    step = Step("accepted", reason=reason, until=SOON)
    await decide(database, [row["id"] for row in rows], step, actor=ACTOR)
    await database.execute("UPDATE audit.scan SET after_id = $1", ada)
    await eraser_of(database, Settings(home=tmp_path)).erase(ada, reason="DSR-1", actor=ACTOR)
    row = await only(database)
    assert row["record_id"] == bea
    assert row["reason"] == "(erased)"
    for table in ("finding", "step", "scan", "run", "rule", "result", "coverage"):
        left = await database.fetch(f"SELECT t::text AS row FROM audit.{table} AS t")
        assert not [each for each in left if ada in each["row"] or "lovelace" in each["row"]], table


async def test_what_is_not_in_sight_has_no_findings_and_masks_hold(database: Database) -> None:
    await people(database, {"givenName": "Ada", "gender": "x"})
    await run(database)
    row = await only(database)
    mask = Mask.of(INDIVIDUAL, Grant(groups=frozenset({"name"})))
    assert mask is not None
    masked = Sight("testing", masks={"individual": mask})
    assert await held.values(database, [row], sight=operator_sight()) == {row["id"]: ["x"]}
    assert await held.values(database, [row], sight=masked) == {row["id"]: []}
    (preview,) = await correcting.preview(database, [row], Correction(text="male"), sight=masked)
    assert preview.problem is not None
    assert (preview.before, preview.after) == ((), ())
    with pytest.raises(NoSuchFinding):
        await held.one(database, row["id"], types=["customer"])


async def test_a_correction_that_may_not_be_written_leaves_the_record(database: Database) -> None:
    (identifier,) = await people(database, {"givenName": "Ada", "gender": "x"})
    await run(database)
    rows, _ = await held.find(database, Chosen())
    (done,) = await correcting.correct(
        database, rows, Correction(text="5"), reason="", actor=ACTOR, sight=operator_sight()
    )
    assert done.problem is not None
    assert await state(database) == "open"
    assert (await Inventory(database).get(INDIVIDUAL, identifier)).revision == 1


PERSON = {"givenName": "ada", "familyName": " Byron", "gender": "f", "list": [{"x": 1}, {"y": 2}]}
MADE = {
    "a value": (Correction("male"), "gender", "male"),
    "of the record": (Correction("{givenName|title} {familyName|trim}"), "name", "Ada Byron"),
    "replaced": (Correction(replaced={"f": "female", "m": "male"}), "gender", "female"),
    "left": (Correction(replaced={"m": "male"}), "gender", "f"),
    "removed": (Correction(is_removed=True), "gender", None),
    "in lists": (Correction("3"), "list.x", [{"x": 3}, {"x": 3, "y": 2}]),
}


@pytest.mark.parametrize("name", MADE)
def test_values_are_corrected_where_they_stand(name: str) -> None:
    correction, path, expected = MADE[name]
    made = correction.of(PERSON, path)
    assert made.get(path.partition(".")[0]) == expected
    assert PERSON["gender"] == "f"
    assert PERSON["list"] == [{"x": 1}, {"y": 2}]


@pytest.mark.parametrize("text", ["{nickname}", "{givenName|shout}"])
def test_an_expression_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Correction(text).of(PERSON, "name")
    with pytest.raises(Invalid):
        Correction(text, {"a": "b"})
