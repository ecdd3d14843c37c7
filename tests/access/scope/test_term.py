"""The term `scope`: asked for, checked, agreed to, declared in a file, and what it becomes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customer_inventory.access import subject_list as lists
from customer_inventory.access.declared import form, plan, present
from customer_inventory.access.grant import granting, people
from customer_inventory.access.guard import session_for
from customer_inventory.access.registration import Permission
from customer_inventory.access.scope import scoped_rows
from customer_inventory.access.terms import checked
from customer_inventory.kit.errors import Conflict, Invalid, Refused
from customer_inventory.kit.ids import new_id
from customer_inventory.record.scoping.condition import Scoped
from customer_inventory.record.scoping.rule import OfCustomer, rule_of
from customer_inventory.store.database import Database
from tests.access.grant.office import ACTIVE, Office, by, made_office
from tests.record.scoping.test_subject_list import lines

AUSTRIA = {"in": {"market": ["AT"]}}
BLOCKED = {"and": [AUSTRIA, {"not": {"list": "blocked"}}]}


@pytest.fixture
async def office(database: Database) -> Office:
    await database.execute("UPDATE access.installation SET kind = 'production'")
    return await made_office(database)


async def asked(office: Office, terms: dict[str, Any]) -> str:
    return await granting.request(
        office.database,
        "billing",
        permissions=[
            Permission(each.record_type, each.operations, "billing", terms)
            for each in [Permission.parse("customer:read", "billing")]
        ],
        valid_until=datetime.now(UTC) + timedelta(days=30),
        by=by("rob", "invoices"),
    )


async def test_it_is_checked_for_the_type() -> None:
    assert checked("customer", {"scope": {"in": {"market": ["DE", "AT"]}}}) == {
        "scope": {"in": {"market": ["AT", "DE"]}}
    }
    assert checked("*", {"scope": AUSTRIA}) == {"scope": AUSTRIA}
    for kind, said in (
        ("billingAccount", AUSTRIA),
        ("access", {"own": True}),
        ("customer", {"in": {"market": []}}),
        ("*", {"eq": {"direction": "inbound"}}),
    ):
        with pytest.raises(Invalid) as refused:
            checked(kind, {"scope": said})
        assert refused.value.path.startswith(kind)


async def test_it_becomes_the_rows_of_the_session(office: Office) -> None:
    grant = await asked(office, {"scope": AUSTRIA})
    for step in ACTIVE:
        await step(office.database, grant)
    session = await session_for(office.database, process="billing", purpose="billing")
    assert session is not None
    rule = rule_of("customer", AUSTRIA)
    assert session.sight.rows.of("customer") == Scoped(rule, "billing")
    assert session.sight.rows.of("individual") == Scoped(OfCustomer(rule), "billing")
    assert session.sight.rows.of("billFormat") is None
    await granting.revoke(office.database, grant, by=by("ada", "no longer"))
    session = await session_for(office.database, process="billing", purpose="billing")
    assert session is not None
    assert not session.sight.rows.by_type


async def test_terms_of_a_type_do_not_undo_the_scope_of_every_type() -> None:
    rows = scoped_rows(
        {"*": {"scope": AUSTRIA}, "customer": {"quota": {"rowsPerDay": 9}}},
        {"*": "one", "customer": "one"},
        "x",
    )
    assert rows.of("customer") == Scoped(rule_of("customer", AUSTRIA), "x")
    assert rows.of("product") == Scoped(OfCustomer(rule_of("customer", AUSTRIA)), "x")
    assert scoped_rows({"customer": {"quota": {"rowsPerDay": 9}}}, {}, "x").by_type == ()


async def test_a_list_must_have_somebody_on_it(office: Office) -> None:
    database = office.database
    with pytest.raises(Invalid, match="blocked"):
        await asked(office, {"scope": BLOCKED})
    await lists.make(database, "blocked", title="Blocked", by=by("ada"))
    with pytest.raises(Invalid, match="nobody is on it"):
        await asked(office, {"scope": BLOCKED})
    await lists.change(database, "blocked", "add", lines([new_id()]), by=by("ada"))
    assert await asked(office, {"scope": BLOCKED})


async def test_a_list_that_grants_need_stays(office: Office) -> None:
    database = office.database
    await lists.make(database, "blocked", title="Blocked", by=by("ada"))
    await lists.make(database, "other", title="Other", by=by("ada"))
    await lists.change(database, "blocked", "add", lines([new_id()]), by=by("ada"))
    grant = await asked(office, {"scope": BLOCKED})
    with pytest.raises(Conflict, match=grant):
        await lists.drop(database, "blocked", by=by("ada"))
    assert await database.value("SELECT count(*) FROM record.listed") == 1
    await lists.drop(database, "other", by=by("ada"))
    await granting.withdraw(database, grant, by=by("rob"))
    await lists.drop(database, "blocked", by=by("ada"))


async def test_lists_are_changed_by_owners_of_the_data_of_customers(office: Office) -> None:
    database = office.database
    await lists.make(database, "vip", title="VIP", by=by("ada"))
    for person in ("rob", "ben", "rita", "sue"):
        for refused in (
            lists.make(database, "mine", title="Mine", by=by(person)),
            lists.change(database, "vip", "add", lines([new_id()]), by=by(person)),
            lists.drop(database, "vip", by=by(person)),
        ):
            with pytest.raises(Refused, match="dataOwner:customer"):
                await refused
    await people.register_capacity(database, "owen", "dataOwner:*", registered_by="it")
    done = await lists.change(database, "vip", "add", lines([new_id()]), by=by("owen"))
    assert done.added == 1


FILE = """
processes:
  billing: {name: Billing, owner: Finance, ownerPerson: bea}
grants:
  - process: billing
    purpose: billing
    allow: {customer: [read]}
    terms:
      customer:
        scope: {in: {market: [AT]}}
    reason: invoices
"""


async def test_it_is_declared_in_a_file_and_compared(office: Office) -> None:
    grant = await asked(office, {"scope": {"in": {"market": ["AT"]}}})
    for step in ACTIVE:
        await step(office.database, grant)
    same = form.read(FILE)
    assert [each for each in await plan.plan(office.database, same) if "grant" in each.what] == []
    wider = form.read(FILE.replace("[AT]", "[AT, DE]"))
    (change,) = [each for each in await plan.plan(office.database, wider) if "grant" in each.what]
    assert change.action == "ask"
    exported = await present.exported(office.database)
    assert form.read(exported).grants[0].permissions == same.grants[0].permissions
    with pytest.raises(Invalid, match="line"):
        form.read(FILE.replace("market", "shoeSize"))
