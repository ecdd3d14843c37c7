"""The quality report on the real file of an operator, for somebody who knows nothing of audits."""

import re
from pathlib import Path

from customer_inventory.audit.compiling import compiled
from customer_inventory.audit.report.page import page
from customer_inventory.audit.running import audit
from customer_inventory.background.origins import origins_of
from customer_inventory.capture.importing import import_file
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import parse_object
from customer_inventory.requirements.requirement import Data
from customer_inventory.store.database import Database
from tests.audit.planted import demanded
from tests.audit.test_scoring import Page
from tests.capture.conftest import real_data
from tests.conftest import permitted
from tests.requirements.test_register import ACTOR

__all__ = ["real_data"]

RULES = compiled(
    [
        demanded(701, "individual", "gender", obligation="mandatory", owner="Customer data",
                 data=Data(values=("male", "female")),
                 quality={"completeness": 0.99, "validity": 0.999}),
        demanded(702, "billingAccount", "accountBalance.amount.value",
                 data=Data(type="number", minimum=0), owner="Billing"),
    ]
)  # fmt: skip
NOWHERE = demanded(703, "customer", "contactMedium.emailAddress", quality={"completeness": 0.9})
LACK, NEGATIVE = 141, 7
"""Two in a hundred of the people, and some accounts."""


async def test_the_report_says_what_is_wrong_where_and_what_to_do(
    database: Database, actor: Actor, real_data: Path
) -> None:
    await permitted(database, actor.process, "*:create,modify,update", purpose=actor.purpose)
    await import_file(database, real_data / "telco-customers.csv", "telco-customers", actor=actor)
    await audit(database, RULES, actor=ACTOR, origins=origins_of(database))
    await database.execute(
        "UPDATE record.individual SET body = (body::jsonb - 'gender')::json WHERE id IN"
        " (SELECT id FROM record.individual WHERE body::jsonb ? 'gender' ORDER BY id LIMIT $1)",
        LACK,
    )
    await database.execute(
        "UPDATE record.billing_account SET body = jsonb_set(body::jsonb,"
        " '{accountBalance,0,amount,value}', '-1')::json WHERE id IN"
        " (SELECT id FROM record.billing_account WHERE body::jsonb #> '{accountBalance,0,amount}'"
        " IS NOT NULL ORDER BY id LIMIT $1)",
        NEGATIVE,
    )
    await audit(database, RULES, actor=ACTOR, origins=origins_of(database), is_full=True)
    text = await page(database, [rule.id for rule in RULES])
    read = Page(text)
    assert read.open == []
    said = re.sub(r"\s+", " ", " ".join(read.texts))
    assert "Find out why no record passes" not in said
    # How it stands, and what to do first.
    assert f"{LACK + NEGATIVE} of them say that something is wrong, in {LACK + NEGATIVE}" in said
    assert "1 rule holds for fewer records than is declared." in said
    todo = said[said.index("What to do next") : said.index("What is wrong")]
    assert "Correct: gender is missing." in todo
    assert f"{LACK} of 7,043 records (Individual). 97.99 % pass, 99.00 % must." in todo
    assert "Who: Customer data" in todo
    assert "cinv audit findings --rule REQ-701.completeness" in todo
    assert "Find out whether it is true" in todo
    # Where it is, with its denominators, and how it went.
    assert "telco-customers" in said[said.index("By the source that brought the records") :]
    assert "Completeness" in said[said.index("What was passed after each of the last audits") :]
    assert "Not measured: Billing account, Individual." in said
    # Under each picture its figures, and nothing of anybody.
    assert all(kind in read.tags for kind in ("svg", "table"))
    rows = await database.fetch("SELECT id, body FROM record.customer ORDER BY id LIMIT 300")
    assert not any(row["id"] in text for row in rows)
    words = {parse_object(row["body"]).get("name") for row in rows} - {None}
    assert not any(word in said for word in words)

    # What no record has is no fault of the records.
    asked = [*RULES, *compiled([NOWHERE])]
    await audit(database, asked, actor=ACTOR, origins=origins_of(database))
    text = await page(database, [rule.id for rule in asked])
    said = re.sub(r"\s+", " ", " ".join(Page(text).texts))
    assert "Find out why no record passes: contactMedium.emailAddress is not there." in said
    assert "All 7,043 records (Customer) fail." in said
