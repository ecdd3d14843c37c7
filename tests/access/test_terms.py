"""Terms: what is agreed of a permission beside its operations, from the request to the session."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customer_inventory.access import registration
from customer_inventory.access.grant import granting, people
from customer_inventory.access.grant.granting import Decision
from customer_inventory.access.guard import Guard
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import Permission
from customer_inventory.access.terms import TERMS, checked
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.store.database import Database

SHADE = {"shade": "grey"}


@pytest.fixture(autouse=True)
def shade(monkeypatch: pytest.MonkeyPatch) -> None:
    """A term of the tests' own."""

    def check(record_type: str, said: Any) -> Any:
        if not isinstance(said, str):
            raise Invalid("is no shade.", path=record_type)
        return said.lower()

    monkeypatch.setitem(TERMS, "shade", check)


def permission(record_type: str, terms: dict[str, Any]) -> Permission:
    return Permission(record_type, (Operation.READ,), "billing", terms)


@pytest.mark.parametrize("said", [["shade"], "shade", {"colour": "grey"}, {"shade": 1}])
def test_what_is_no_term_is_refused(said: object) -> None:
    with pytest.raises(Invalid):
        checked("customer", said)


def test_terms_are_kept_as_their_check_returns_them() -> None:
    assert checked("customer", {"shade": "GREY"}) == SHADE


async def test_two_sets_of_terms_of_one_type_are_refused(database: Database) -> None:
    two = [permission("customer", SHADE), permission("customer", {"shade": "blue"})]
    with pytest.raises(Invalid, match="one set of terms"):
        await register(database, *two)


async def test_terms_reach_the_session(database: Database) -> None:
    await register(database, permission("customer", SHADE), permission("*", {"shade": "blue"}))
    session = await session_of(database)
    assert session.terms_of("customer") == SHADE
    assert session.terms_of("individual") == {"shade": "blue"}


async def test_terms_follow_the_grant(database: Database) -> None:
    """They come with it, are part of what was agreed to, never change, and go with it."""
    await register(database)
    await people.register_purpose(
        database, "billing", title="Billing", legal_basis="contract", registered_by="the tests"
    )
    for person, capacity in (("rita", "reviewer"), ("ada", "dataOwner:customer")):
        await people.register_capacity(database, person, capacity, registered_by="the tests")
    plain = await granted(database, permission("customer", {}))
    assert (await session_of(database)).terms_of("customer") == {}
    shaded = await granted(database, permission("customer", {"shade": "Grey"}))
    assert (await session_of(database)).terms_of("customer") == SHADE
    first, second = [
        (await granting.grants(database, grant=grant))[0]["sha256"] for grant in (plain, shaded)
    ]
    assert first != second
    with pytest.raises(Conflict) as refused:
        await database.execute("UPDATE access.process_grant SET terms = '{}' WHERE id = $1", shaded)
    assert "never changes" in str(refused.value.__cause__)
    await granting.revoke(database, shaded, by=Decision("ada", "terminal", "no longer"))
    assert (await session_of(database)).permissions == {}


async def granted(database: Database, asked: Permission) -> str:
    grant = await granting.request(
        database,
        "billing",
        permissions=[asked],
        valid_until=datetime.now(UTC) + timedelta(days=30),
        by=Decision("rob", "terminal", "invoices"),
    )
    await granting.review(database, grant, by=Decision("rita", "terminal", ""))
    await granting.approve(database, grant, by=Decision("ada", "terminal", ""))
    await granting.activate(database, grant, by=Decision("ada", "terminal", ""))
    return grant


async def register(database: Database, *permissions: Permission) -> None:
    await registration.register(
        database,
        "billing",
        name="Billing",
        owner="the tests",
        permissions=permissions,
        registered_by="the tests",
    )


async def session_of(database: Database) -> Any:
    token = await registration.issue_token(
        database, "billing", purpose="billing", lifetime=timedelta(hours=1)
    )
    return await Guard(database).authenticate(f"Bearer {token.secret}")
