"""Scores, drift, what repeats, and the report: figures that are right, a page that tells them."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest

from customer_inventory.audit import scoring
from customer_inventory.audit.alerting import BREACHED, alert
from customer_inventory.audit.compiling import compiled
from customer_inventory.audit.drifting import DRIFTS, moved
from customer_inventory.audit.finding import held
from customer_inventory.audit.finding.deciding import Step, decide
from customer_inventory.audit.job import auditing
from customer_inventory.audit.origin import Origins
from customer_inventory.audit.report.page import MEANING, page
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.running import audit, outcomes
from customer_inventory.record import finding
from customer_inventory.record.document import parse_object
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Data
from customer_inventory.store.database import Database
from tests.audit.inventory import filled
from tests.audit.planted import demanded
from tests.audit.test_running import failing
from tests.requirements.test_register import ACTOR

STATUS = demanded(
    701, "customer", "statusReason", obligation="mandatory",
    quality={"completeness": 0.9, "uniqueness": 0.5},
)  # fmt: skip
GENDER = demanded(702, "individual", "gender", data=Data(values=("female", "male", "diverse")))
ODD = demanded(703, "individual", "givenName", data=Data(pattern=r"^\p{L}+$"))
RULES: list[Rule] = compiled([STATUS, GENDER])
NAMES = [rule.id for rule in RULES]


async def customers(database: Database) -> list[dict[str, Any]]:
    rows = await database.fetch("SELECT body, segment, process FROM record.customer ORDER BY id")
    return [{**dict(row), "body": parse_object(row["body"])} for row in rows]


async def test_scores_are_those_that_counting_gives(database: Database) -> None:
    await filled(database, 60)
    await database.execute(
        "UPDATE record.customer SET process = 'billing' WHERE status = 'suspended'"
    )
    await audit(database, RULES, actor=ACTOR)
    every = await customers(database)
    lacking = [each for each in every if "statusReason" not in each["body"]]
    reasons = Counter(each["body"].get("statusReason") for each in every)
    repeated = [e for e in every if reasons[e["body"].get("statusReason")] > 1 and e not in lacking]
    assert lacking
    assert repeated
    by_rule = {each.name: each for each in await scoring.scores(database, "rule", rules=NAMES)}
    assert by_rule["REQ-701.completeness"].failed == len(lacking)
    assert by_rule["REQ-701.completeness"].population == 60
    assert by_rule["REQ-701.completeness"].is_breached
    assert by_rule["REQ-701.uniqueness"].failed == len(repeated)
    assert not by_rule["REQ-701.uniqueness"].is_breached
    by_type = {each.name: each for each in await scoring.scores(database, "type", rules=NAMES)}
    assert (by_type["customer"].population, by_type["customer"].failed) == (
        120, len(lacking) + len(repeated),
    )  # fmt: skip
    assert by_type["individual"].score == 1.0
    by_segment = await scoring.scores(database, "segment", rules=["REQ-701.completeness"])
    assert {each.name: (each.population, each.failed) for each in by_segment} == {
        segment: (
            len([each for each in every if each["segment"] == segment]),
            len([each for each in lacking if each["segment"] == segment]),
        )
        for segment in {each["segment"] for each in every}
    }
    by_process = await scoring.scores(database, "process", rules=["REQ-701.completeness"])
    assert sum(each.failed for each in by_process) == len(lacking)
    assert {each.name for each in by_process} == {each["process"] for each in every}


async def test_the_segment_of_others_is_that_of_the_customer_behind(database: Database) -> None:
    await filled(database, 40)
    asked = compiled([demanded(704, "agreement", "description", data=Data(max_length=1))])
    await audit(database, asked, actor=ACTOR)
    by_segment = await scoring.scores(database, "segment")
    customers = await database.fetch("SELECT id, segment FROM record.customer")
    segment = {row["id"]: row["segment"] for row in customers}
    signed = await database.fetch(
        "SELECT body::jsonb -> 'engagedParty' -> 0 ->> 'id' AS by_whom FROM record.agreement"
    )
    assert {each.name: each.failed for each in by_segment} == Counter(
        segment[row["by_whom"]] for row in signed
    )
    assert all(each.failed == each.population for each in by_segment)


async def test_a_false_alarm_does_not_count_and_what_is_accepted_does(database: Database) -> None:
    await filled(database, 20)
    await audit(database, RULES, actor=ACTOR)
    rows, _ = await held.find(database, held.Chosen(rule="REQ-701.completeness"))
    step = Step("falseAlarm", reason="it is meant so")
    await decide(database, [row["id"] for row in rows[:3]], step, actor=ACTOR)
    ran = await audit(database, RULES, actor=ACTOR)
    by_rule = {each.rule: each for each in ran.outcomes}
    assert by_rule["REQ-701.completeness"].failed == len(rows) - 3
    assert await scoring.false_alarms(database) == {"REQ-701.completeness": 3}


async def test_shares_that_move_are_told(database: Database) -> None:
    await filled(database, 60)
    await audit(database, RULES, actor=ACTOR)
    ran = await audit(database, RULES, actor=ACTOR, is_full=True)
    drifts = {each.rule: each for each in ran.outcomes if each.rule.startswith("DR-")}
    assert drifts.keys() == {
        each.id for each in DRIFTS if each.record_type in ("customer", "individual")
    }
    assert {each.failed for each in drifts.values()} == {0}
    # A load makes every third customer a closed one: each value is valid.
    await database.execute(
        "UPDATE record.customer SET status = 'closed' WHERE id IN"
        " (SELECT id FROM record.customer WHERE status <> 'closed' ORDER BY id LIMIT 20)"
    )
    ran = await audit(database, RULES, actor=ACTOR, is_full=True)
    by_rule = {each.rule: each for each in ran.outcomes}
    assert by_rule["DR-001"].failed == 20
    assert by_rule["DR-001"].is_breached
    assert not by_rule["DR-003"].is_breached


async def test_whatever_share_moves_its_rule_tells_it(database: Database) -> None:
    ids = await filled(database, 60)
    kinds = {each.record_type for each in DRIFTS}
    asked = compiled(
        demanded(720 + number, kind, "id", obligation="mandatory")
        for number, kind in enumerate(sorted(kinds))
    )
    await audit(database, asked, actor=ACTOR)
    for drift in DRIFTS:
        table = TYPES[drift.record_type].table
        await database.execute(
            f"UPDATE record.{table} SET {drift.column} = 'planted' WHERE id = ANY($1)",
            ids[drift.record_type][: len(ids[drift.record_type]) // 4],
        )
    ran = await audit(database, asked, actor=ACTOR, is_full=True)
    told = {each.rule: each for each in ran.outcomes if each.rule.startswith("DR-")}
    assert {name: each.failed for name, each in told.items()} == {
        each.id: len(ids[each.record_type]) // 4 for each in DRIFTS
    }
    assert all(each.is_breached for each in told.values())


@pytest.mark.parametrize(
    ("before", "now", "far"),
    [
        ({"a": 1.0}, {"a": 1.0}, 0.0),
        ({"a": 1.0}, {"b": 1.0}, 1.0),
        ({"a": 0.5, "b": 0.5}, {"a": 0.75, "b": 0.25}, 0.25),
    ],
)
def test_how_far_shares_moved(before: Any, now: Any, far: float) -> None:
    assert moved(before, now) == far


async def test_what_repeats_no_more_is_verified(database: Database) -> None:
    ids = (await filled(database, 12))["individual"]
    rule = compiled([demanded(705, "individual", "nickname", quality={"uniqueness": 1.0})])
    named = (
        "UPDATE record.individual SET body = (body::jsonb || $2::text::jsonb)::json WHERE id = $1"
    )
    for identifier, name in zip(ids, ("A", "B", "A", "A"), strict=False):
        await database.execute(named, identifier, f'{{"nickname": "{name}"}}')
    await audit(database, rule, actor=ACTOR)
    found = {each for each, _ in await failing(database)}
    assert found == {ids[0], ids[2], ids[3]}
    for identifier, name in ((ids[0], "C"), (ids[2], "D")):
        await database.execute(named, identifier, f'{{"nickname": "{name}"}}')
    await audit(database, rule, actor=ACTOR, is_full=True)
    assert await failing(database) == set()


async def test_a_breach_is_a_finding_of_the_house_until_it_is_met(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await filled(database, 20)
    await audit(database, RULES, actor=ACTOR)
    (breached,) = await alert(database, NAMES)
    assert breached.name == "REQ-701.completeness"
    assert "REQ-701.completeness holds for" in caplog.text
    (row,) = await finding.findings(database, kind=BREACHED, state="open")
    assert float(parse_object(row["evidence"])["threshold"]) == 0.9
    await database.execute(
        "UPDATE record.customer"
        """ SET body = (body::jsonb || ('{"statusReason": "' || id || '"}')::jsonb)::json"""
    )
    await audit(database, RULES, actor=ACTOR, is_full=True)
    await alert(database, NAMES)
    assert await finding.findings(database, kind=BREACHED, state="open") == []


async def test_the_job_audits_and_alerts(database: Database) -> None:
    await filled(database, 10)

    async def nobody(_: Any) -> dict[Any, Any]:
        return {}

    await auditing(database, Origins(nobody))({"types": ["customer"]}, ACTOR)
    newest = await database.row("SELECT * FROM audit.run ORDER BY id DESC LIMIT 1")
    assert newest is not None
    assert (newest["state"], newest["record_types"]) == ("done", ["customer"])
    assert {e.record_type for e in await outcomes(database, newest["id"])} == {"customer"}


class Page(HTMLParser):
    """What is on a page: its texts, and whether every element that begins ends."""

    VOID = frozenset(("meta", "br"))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        self.tags[tag] += 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.texts.append(data)


async def test_the_report_tells_it_to_who_knows_nothing_of_audits(database: Database) -> None:
    ids = await filled(database, 60)
    rules = compiled([STATUS, GENDER, ODD])
    await audit(database, rules, actor=ACTOR)
    await database.execute("UPDATE audit.finding SET due_on = current_date - 1")
    await audit(database, rules, actor=ACTOR)
    names = [*(rule.id for rule in rules), *(drift.id for drift in DRIFTS)]
    text = await page(database, names)
    read = Page(text)
    assert read.open == []
    said = re.sub(r"\s+", " ", "".join(read.texts))
    assert "of all checks are passed." in said
    assert "1 rule holds for fewer records than is declared." in said
    assert "findings are past their day." in said
    assert "statusReason is missing" in said
    assert "could not be asked" in said
    for name, meaning in MEANING.items():
        assert name.capitalize() in said
        assert meaning in said
    # Nothing runs, nothing is fetched, nobody is named.
    assert read.tags["script"] == 0
    assert not re.search(r"(src|href)=", text)
    rows = await database.fetch(
        "SELECT name FROM record.individual UNION SELECT name FROM record.customer"
    )
    assert [row["name"] for row in rows if row["name"] and row["name"] in said] == []
    assert [each for of_type in ids.values() for each in of_type if each in text] == []
    assert "@media print" in text


async def test_the_report_of_nothing_says_so(database: Database) -> None:
    text = await page(database, [])
    assert "Nothing has been asked yet" in text
    assert Page(text).open == []


async def test_the_report_of_what_is_in_order_says_so(database: Database) -> None:
    await filled(database, 5)
    names = demanded(704, "individual", "familyName", obligation="mandatory")
    rules = compiled([names, demanded(705, "billFormat", "name", obligation="mandatory")])
    await audit(database, rules, actor=ACTOR)
    text = await page(database, [rule.id for rule in rules])
    assert "Every declared threshold is met." in text
    assert "past their day" not in text
    assert "There are no records of: Bill format." in text
