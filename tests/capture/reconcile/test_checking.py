"""The telecom pack: every rule finds what was planted for it, all of it, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import worklist
from customer_inventory.capture.reconcile.checking import Checked, check
from customer_inventory.capture.reconcile.worklist import Chosen
from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.register.crossing import Form, Unlike
from customer_inventory.record.register.pack import parse_pack, read_pack
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

PACK = read_pack("telecom")
CYCLE = {"billStructure": {"cycleSpecification": {"@type": "Ref", "id": "monthly"}}}


class Operator:
    """An inventory of an operator, filled record by record; ids by name."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self._inventory = Inventory(database)
        self._actor = actor
        self.ids: dict[str, str] = {}

    async def add(self, name: str, kind: str, **document: Any) -> str:
        given = {"@type": TYPES[kind].entity, "name": name, **document}
        made = await self._inventory.create(TYPES[kind], given, actor=self._actor)
        self.ids[name] = made.id
        return made.id

    async def customer(self, name: str, status: str = "active") -> str:
        person = await self.add(f"person {name}", "individual", givenName=name, familyName="Lee")
        engaged = {"@type": "PartyRef", "id": person, "@referredType": "Individual"}
        return await self.add(name, "customer", status=status, engagedParty=engaged)

    async def account(self, name: str, owner: str | None, state: str = "active", **more) -> str:
        related = related_to(owner) if owner else related_to(self.ids["person Ada"], "Individual")
        return await self.add(
            name, "billingAccount", state=state, **{**CYCLE, "relatedParty": related, **more}
        )

    async def product(
        self, name: str, owner: str, account: str | None, status: str = "active", **more
    ) -> str:
        paid = {"billingAccount": ref(account, "BillingAccount")} if account else {}
        return await self.add(
            name, "product", status=status, relatedParty=related_to(owner), **paid, **more
        )


def ref(identifier: str, entity: str) -> dict[str, str]:
    return {"@type": f"{entity}Ref", "id": identifier, "@referredType": entity}


def related_to(identifier: str, entity: str = "Customer") -> list[dict[str, Any]]:
    return [{"@type": "RelatedPartyOrPartyRole", "role": "owner",
             "partyOrPartyRole": ref(identifier, entity)}]  # fmt: skip


def characteristic(name: str, value: str) -> dict[str, str]:
    return {"@type": "StringCharacteristic", "name": name, "value": value}


async def in_order(operator: Operator) -> tuple[str, str]:
    """Add a customer of whom every rule holds; return the customer and the account."""
    ada = await operator.customer("Ada")
    paid = await operator.account("ada pays", ada)
    terms = await operator.add(
        "ada agreed", "agreement", agreementType="commercial", status="active",
        agreementItem=[{"@type": "AgreementItem"}], engagedParty=[ref(ada, "Customer")],
    )  # fmt: skip
    await operator.product(
        "ada mobile", ada, paid,
        productCharacteristic=[characteristic("msisdn", "+46701740605")],
        agreementItem=[{"@type": "AgreementItemRef", "agreementId": terms}],
    )  # fmt: skip
    # Of one customer, a number may be on two products; of a product that is over, another's.
    await operator.product(
        "ada second", ada, paid, productCharacteristic=[characteristic("msisdn", "+46701740605")]
    )
    await operator.product(
        "ada old", ada, paid, "terminated", terminationDate="2026-01-31T00:00:00Z",
        productCharacteristic=[characteristic("chargedUntil", "2026-01-31T00:00:00+01:00")],
    )  # fmt: skip
    await operator.account("ada prepaid", ada, ratingType="prepaid", billStructure={})
    charging = {"@type": "AccountRelationship", "relationshipType": "charges",
                "account": ref(operator.ids["ada prepaid"], "BillingAccount")}  # fmt: skip
    await operator.add(
        "ada credit", "partyAccount", accountType="charging", state="active",
        relatedParty=related_to(ada), accountRelationship=[charging],
    )  # fmt: skip
    await operator.product("ada data", ada, operator.ids["ada prepaid"])
    await operator.account(
        "ada debit", ada,
        paymentPlan=[{"@type": "PaymentPlan", "planType": "directDebit",
                      "paymentMethod": {"@type": "PaymentMethodRef", "id": "mandate"}}],
    )  # fmt: skip
    await operator.product("ada phone", ada, operator.ids["ada debit"])
    return ada, paid


@pytest.fixture
async def operator(database: Database, actor: Actor) -> Operator:
    made = Operator(database, actor)
    await in_order(made)
    return made


async def checked(database: Database, actor: Actor, *rules: str) -> Checked:
    asked = [rule for rule in PACK.rules if not rules or rule.id in rules]
    return await check(database, PACK, asked, actor=actor)


async def failures(database: Database, operator: Operator) -> set[tuple[str, str]]:
    names = {identifier: name for name, identifier in operator.ids.items()}
    rows = await worklist.find(database, Chosen(kind="inconsistent"), Whose(), limit=1000)
    return {(row["rule"], names[row["record_id"]]) for row in rows}


async def test_what_is_in_order_fails_no_rule(
    database: Database, actor: Actor, operator: Operator
) -> None:
    found = await checked(database, actor)
    assert found.faults == {}
    assert await failures(database, operator) == set()
    assert found.looked_at["TEL-001"] == await database.value("SELECT count(*) FROM record.product")


async def plant(operator: Operator) -> None:
    """Add something for every rule; each record is named after what it fails."""
    ada, paid = operator.ids["Ada"], operator.ids["ada pays"]
    await operator.product("001", ada, None)
    closed = await operator.account("closed", ada, "closed")
    await operator.product("002", ada, closed)
    gone = await operator.customer("Gone", "closed")
    gone_pays = await operator.account("closed too", gone, "closed")
    await operator.product("003 002", gone, gone_pays)
    still = await operator.account("004 015", gone)
    await operator.account("005 015", None)
    uncycled = await operator.account("006", ada, billStructure={})
    await operator.product("on 006", ada, uncycled)
    ended = await operator.add(
        "ended", "agreement", agreementType="commercial", status="active",
        agreementItem=[{"@type": "AgreementItem"}], engagedParty=[ref(ada, "Customer")],
        agreementPeriod={"startDateTime": "2020-01-01T00:00:00Z",
                         "endDateTime": "2021-01-01T00:00:00Z"},
    )  # fmt: skip
    await operator.product(
        "007", ada, paid, agreementItem=[{"@type": "AgreementItemRef", "agreementId": ended}]
    )
    bea = await operator.customer("Bea")
    bea_pays = await operator.account("bea pays", bea)
    for name, owner, account in (("008 a", ada, paid), ("008 b", bea, bea_pays)):
        await operator.product(
            name, owner, account,
            productCharacteristic=[characteristic("msisdn", "+46701740999")],
        )  # fmt: skip
    blocked = {"@type": "AccountRelationship", "relationshipType": "charges",
               "account": ref(paid, "BillingAccount")}  # fmt: skip
    await operator.add(
        "009", "partyAccount", accountType="charging", state="blocked",
        relatedParty=related_to(ada), accountRelationship=[blocked],
    )  # fmt: skip
    prepaid = await operator.account("010", ada, ratingType="prepaid")
    await operator.product("on 010", ada, prepaid)
    await operator.product(
        "011", ada, paid, "terminated", terminationDate="2026-01-31T00:00:00Z",
        productCharacteristic=[
            characteristic("lastChargeDate", "2026-02-28"), characteristic("chargedUntil", "?"),
        ],
    )  # fmt: skip
    await operator.product("012", ada, paid, "cancelled")
    await operator.product("013", ada, paid, terminationDate="2026-01-31T00:00:00Z")
    debit = await operator.account(
        "014", ada, paymentPlan=[{"@type": "PaymentPlan", "planType": "directDebit"}]
    )
    await operator.product("on 014", ada, debit)
    await operator.account("015", ada)
    await operator.product("016", bea, paid)
    assert still


PLANTED = {
    ("TEL-001", "001"), ("TEL-002", "002"), ("TEL-002", "003 002"), ("TEL-003", "003 002"),
    ("TEL-004", "004 015"), ("TEL-015", "004 015"), ("TEL-005", "005 015"),
    ("TEL-015", "005 015"), ("TEL-006", "006"), ("TEL-007", "007"), ("TEL-008", "008 a"),
    ("TEL-008", "008 b"), ("TEL-009", "009"), ("TEL-010", "010"), ("TEL-011", "011"),
    ("TEL-012", "012"), ("TEL-013", "013"), ("TEL-014", "014"), ("TEL-015", "015"),
    ("TEL-016", "016"),
}  # fmt: skip


async def test_every_rule_finds_what_was_planted_and_nothing_else(
    database: Database, actor: Actor, operator: Operator
) -> None:
    await plant(operator)
    found = await checked(database, actor)
    assert found.faults == {}
    assert await failures(database, operator) == PLANTED
    assert {rule for rule, _ in PLANTED} == {rule.id for rule in PACK.rules}
    assert found.failed == {
        rule.id: sum(each == rule.id for each, _ in PLANTED) for rule in PACK.rules
    }


async def test_what_was_accepted_stays_so_and_what_holds_again_is_closed(
    database: Database, actor: Actor, operator: Operator
) -> None:
    await operator.product("001", operator.ids["Ada"], None)
    await operator.account("015", operator.ids["Ada"])
    await checked(database, actor)
    assert await failures(database, operator) == {("TEL-001", "001"), ("TEL-015", "015")}
    (item,) = await worklist.find(database, Chosen(rule="TEL-001"), Whose())
    await worklist.accept(
        database, [item["id"]], Whose(), until=None, reason="a test line", actor=actor
    )
    # Only the rules that were asked are settled.
    again = await checked(database, actor, "TEL-001")
    assert again.accepted == {"TEL-001": 1}
    assert await failures(database, operator) == {("TEL-015", "015")}
    product = operator.ids["001"]
    paid = ref(operator.ids["015"], "BillingAccount")
    await Inventory(database).change(
        TYPES["product"], product, lambda old: {**old, "billingAccount": paid}, actor=actor
    )
    await checked(database, actor)
    assert await failures(database, operator) == set()
    states = await database.fetch("SELECT state FROM capture.reconciliation_item")
    assert [row["state"] for row in states] == ["closed", "closed"]


async def test_a_rule_that_cannot_be_asked_stops_no_other(
    database: Database, actor: Actor, operator: Operator
) -> None:
    pack = parse_pack(
        """
pack: mine
rules:
  - {id: M-1, name: Broken, type: product, severity: low, dimension: validity, means: x, do: y,
     fails: {attribute: status, is: active}}
  - {id: M-2, name: Active, type: product, severity: low, dimension: validity, means: x, do: y,
     fails: {attribute: status, is: active}}
"""
    )
    broken, sound = pack.rules
    # Neither the database can read this pattern, nor an extract.
    broken = replace(broken, fails=Unlike("status", Form(patterns=("(?=a",))))
    found = await check(database, pack, [broken, sound], actor=actor)
    assert found.faults.keys() == {"M-1"}
    assert found.failed == {"M-2": 4}
