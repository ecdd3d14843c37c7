"""The real file: 7,043 customers of an operator become linked records, once."""

from decimal import Decimal
from pathlib import Path

from customer_inventory.capture.importing import import_file
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.read import Query
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.where import Term

MADE = ("individual", "customer", "billingAccount", "agreement")
ROWS = 7043


async def test_the_real_file(database: Database, actor: Actor, real_data: Path) -> None:
    file = real_data / "telco-customers.csv"
    first = await import_file(database, file, "telco-customers", actor=actor)
    assert first.tally.rows == ROWS
    assert first.tally.refused == 0
    assert {name: each.created for name, each in first.tally.records.items()} == dict.fromkeys(
        MADE, ROWS
    )
    for name in MADE:
        page = await Inventory(database).page(TYPES[name], Query(limit=1))
        assert (page.total, page.is_estimate) == (ROWS, False)
    await check_links(database)
    await check_one(database)

    again = await import_file(database, file, "telco-customers", actor=actor)
    assert again.changed_nothing
    assert {name: each.unchanged for name, each in again.tally.records.items()} == dict.fromkeys(
        MADE, ROWS
    )
    assert await database.value("SELECT count(*) FROM record.history") == 0


async def check_links(database: Database) -> None:
    """Every reference leads to a record, and is kept in both directions."""
    lost = await database.value(
        """
        SELECT count(*) FROM record.link AS l
        WHERE NOT EXISTS (
            SELECT FROM record.link AS t
            WHERE t.id = l.other_id AND t.other_id = l.id AND t.path = l.path
                AND t.outward <> l.outward
        )
        """
    )
    assert lost == 0
    for table in ("customer", "billing_account", "agreement"):
        bound = await database.value(
            f"""
            SELECT count(DISTINCT l.id) FROM record.link AS l
            INNER JOIN record.{table} AS r ON l.id = r.id AND l.bucket = r.bucket
            WHERE l.outward
            """
        )
        assert bound == ROWS


async def check_one(database: Database) -> None:
    """One row of the file, seen whole, says what the row says."""
    inventory = Inventory(database)
    terms = (Term("name", "eq", ("Customer 8779-QRDMV",)),)
    page = await inventory.page(TYPES["customer"], Query(terms=terms))
    assert page.total == 1
    seen = await inventory.around(page.records[0].id)
    assert seen.known == {"individual": 1, "billingAccount": 1, "agreement": 1}
    customer = parse_object(seen.customer)
    assert (customer["status"], "churn" in customer["statusReason"]) == ("closed", True)
    person = parse_object(seen.parts["individual"][0][1])
    facts = {each["name"]: each["value"] for each in person["partyCharacteristic"]}
    assert (person["gender"], facts["age"], facts["seniorCitizen"]) == ("male", 78, True)
    account = parse_object(seen.parts["billingAccount"][0][1])
    assert account["accountBalance"][0]["amount"] == {"unit": "USD", "value": Decimal("39.65")}
    agreement = parse_object(seen.parts["agreement"][0][1])
    assert agreement["status"] == "terminated"
    assert agreement["agreementPeriod"]["startDateTime"] == "2018-08-30T00:00:00Z"
