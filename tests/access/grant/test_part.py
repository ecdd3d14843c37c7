"""Parts of a purpose: grants in force beside each other, one of which answers for each type."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.declared.form import read
from customer_inventory.access.declared.plan import apply, plan
from customer_inventory.access.declared.present import exported
from customer_inventory.access.grant import granting, people, recertifying
from customer_inventory.access.grant.granting import NotApart
from customer_inventory.access.grant.watching import DORMANT_GRANT, watched
from customer_inventory.access.guard import session_for
from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.registration import Permission
from customer_inventory.access.scope import scoped_rows
from customer_inventory.kit.errors import Conflict, Invalid
from tests.access.grant.office import Office, by, made_office
from tests.access.grant.test_watching import PATIENT, aside, found
from tests.access.scope.world import whole
from tests.conftest import Service
from tests.tmf.bodies import PATHS

HOUR = timedelta(hours=1)
AUSTRIA = {"scope": {"in": {"market": ["AT"]}}}
ALIVE = {"scope": {"eq": {"status": "active"}}}


async def asked(office: Office, part: str, terms: dict[str, Any] | None = None, *kinds: str) -> str:
    """Ask for to read records of these types, on terms by type, as a part of the purpose."""
    permissions = [
        Permission(each.record_type, each.operations, "billing", (terms or {}).get(kind, {}))
        for kind in kinds
        for each in [Permission.parse(f"{kind}:read", "billing")]
    ]
    return await granting.request(
        office.database,
        "billing",
        permissions=permissions,
        valid_until=datetime.now(UTC) + timedelta(days=30),
        by=by("rob", "invoices"),
        part=part,
    )


async def agreed(office: Office, grant: str) -> str:
    await granting.review(office.database, grant, by=by("rita"))
    await granting.approve(office.database, grant, by=by("ada"))
    return grant


async def granted(
    office: Office, part: str, terms: dict[str, Any] | None = None, *kinds: str
) -> str:
    grant = await agreed(office, await asked(office, part, terms, *kinds))
    await granting.activate(office.database, grant, by=by("olga"))
    return grant


@pytest.fixture
async def office(service: Service) -> Office:
    office = await made_office(service.database)
    await people.register_capacity(office.database, "ada", "dataOwner:*", registered_by="it")
    for kind in ("individual", "product", "billingAccount", "partyInteraction"):
        capacity = f"dataOwner:{kind}"
        await people.register_capacity(office.database, "ada", capacity, registered_by="it")
    return office


async def client_of(service: Service) -> httpx.AsyncClient:
    token = await registration.issue_token(
        service.database, "billing", purpose="billing", lifetime=HOUR
    )
    headers = {"Authorization": f"Bearer {token.secret}"}
    return httpx.AsyncClient(base_url=service.base, headers=headers, timeout=30)


async def rules(office: Office) -> dict[str, str]:
    session = await session_for(office.database, process="billing", purpose="billing")
    assert session is not None
    return dict(session.rules)


async def test_parts_are_in_force_beside_each_other_and_each_is_replaced_by_itself(
    office: Office,
) -> None:
    plain = await granted(office, "", None, "customer")
    products = await granted(office, "products", None, "product", "billingAccount")
    assert await rules(office) == {
        "customer": f"grant {plain}",
        "product": f"grant {products}",
        "billingAccount": f"grant {products}",
    }
    fewer = await granted(office, "products", None, "product")
    assert await rules(office) == {"customer": f"grant {plain}", "product": f"grant {fewer}"}
    assert await office.state(products) == "superseded"
    await granting.revoke(office.database, plain, by=by("olga"))
    assert await rules(office) == {"product": f"grant {fewer}"}
    again = await granted(office, "", None, "customer")
    assert await rules(office) == {"customer": f"grant {again}", "product": f"grant {fewer}"}
    await granting.suspend(office.database, fewer, by=by("olga"))
    assert await rules(office) == {"customer": f"grant {again}"}


async def test_two_parts_about_one_type_are_refused_and_the_other_is_named(office: Office) -> None:
    first = await granted(office, "", {"customer": AUSTRIA}, "customer", "product")
    for kinds in (("product",), ("product", "billingAccount"), ("*",)):
        second = await agreed(office, await asked(office, "more", None, *kinds))
        with pytest.raises(NotApart) as refused:
            await granting.activate(office.database, second, by=by("olga"))
        assert first in refused.value.message
        assert await office.state(first) == "active"
        assert await office.state(second) == "approved"
        await granting.withdraw(office.database, second, by=by("rob"))
    # What is given up by the one can be taken by the other.
    second = await agreed(office, await asked(office, "more", None, "product"))
    await granted(office, "", {"customer": AUSTRIA}, "customer")
    await granting.activate(office.database, second, by=by("olga"))
    assert (await rules(office))["product"] == f"grant {second}"


async def test_beside_every_type_there_is_nothing(office: Office) -> None:
    everything = await granted(office, "", None, "*")
    other = await agreed(office, await asked(office, "more", None, "customer"))
    with pytest.raises(NotApart) as refused:
        await granting.activate(office.database, other, by=by("olga"))
    assert everything in refused.value.message


async def test_one_is_under_way_for_each_part(office: Office) -> None:
    await asked(office, "", None, "customer")
    await asked(office, "products", None, "product")
    for part in ("", "products"):
        with pytest.raises(Conflict):
            await asked(office, part, None, "billingAccount")
    for part in ("Two words", "-", "x" * 64):
        with pytest.raises(Invalid):
            await asked(office, part, None, "billingAccount")


async def test_of_two_activated_at_once_one_is_refused(office: Office) -> None:
    parts = [
        await agreed(office, await asked(office, part, None, kind))
        for part, kind in (("one", "customer"), ("two", "customer"), ("three", "*"))
    ]
    outcomes = await asyncio.gather(
        *(granting.activate(office.database, each, by=by("olga")) for each in parts),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "NotApart", "NotApart"]
    assert len(set((await rules(office)).values())) == 1


@pytest.mark.parametrize("kind", ["customer", "*"])
async def test_the_database_keeps_them_apart_too(office: Office, kind: str) -> None:
    await granted(office, "", None, "customer")
    other = await agreed(office, await asked(office, "more", None, kind))
    connection = await asyncpg.connect(office.database.dsn)
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(
            "UPDATE access.process_grant SET state = 'active' WHERE id = $1", other
        )
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("UPDATE access.process_grant SET part = 'x' WHERE id = $1", other)
    await connection.close()


async def seen(client: httpx.AsyncClient, kind: str, ids: dict[str, str]) -> bool:
    answer = await client.get(f"{PATHS[kind]}/{ids[kind]}")
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


async def test_each_type_is_scoped_and_masked_by_its_own_grant_and_no_other(
    service: Service, office: Office
) -> None:
    """What one grant shows is what both show together: exact for each type."""
    ours = await whole(service.client, "Ada", market="AT")
    theirs = await whole(service.client, "Ben", market="DE")
    hidden = {**AUSTRIA, "groups": ["reference"]}
    first = await granted(office, "", {"customer": hidden}, "customer", "billingAccount")
    second = await granted(office, "talk", None, "partyInteraction")
    async with await client_of(service) as client:
        for kind, is_theirs_seen in (
            ("customer", False),
            ("billingAccount", False),
            ("partyInteraction", True),
        ):
            assert await seen(client, kind, ours), kind
            assert await seen(client, kind, theirs) is is_theirs_seen, kind
            total = (await client.get(PATHS[kind])).headers["x-total-count"]
            assert total == str(1 + is_theirs_seen), kind
        customer = (await client.get(f"{PATHS['customer']}/{ours['customer']}")).json()
        assert "name" not in customer
        talk = await client.get(f"{PATHS['partyInteraction']}/{theirs['partyInteraction']}")
        assert talk.json()["description"] == "Of Ben"
        # What is in no grant is not permitted, whatever is beside.
        assert (await client.get(PATHS["product"])).status_code == 403
    rows = await service.database.fetch(
        "SELECT DISTINCT record_type, rule FROM access.entry"
        " WHERE process = 'billing' AND decision = 'permit'"
    )
    assert {(row["record_type"], row["rule"]) for row in rows} == {
        ("customer", f"grant {first}"),
        ("billingAccount", f"grant {first}"),
        ("partyInteraction", f"grant {second}"),
    }


async def test_what_is_in_no_grant_is_bound_by_all(office: Office) -> None:
    """It is permitted to nobody; where a statement looks at it all the same, every scope holds."""
    await granted(office, "", {"customer": AUSTRIA}, "customer")
    await granted(office, "products", {"product": ALIVE}, "product")
    session = await session_for(office.database, process="billing", purpose="billing")
    assert session is not None
    rows = session.sight.rows
    alone = scoped_rows({"customer": AUSTRIA}, {"customer": "one"}, "billing")
    other = scoped_rows({"product": ALIVE}, {"product": "one"}, "billing")
    assert rows.of("customer") == alone.of("customer")
    assert rows.of("product") == other.of("product") != alone.of("product")
    assert rows.of("billingAccount") == alone.of("billingAccount") is not None


async def test_a_part_is_not_used_by_what_another_permits(office: Office) -> None:
    used = await granted(office, "", None, "customer")
    unused = await granted(office, "products", None, "product")
    entry = Entry(
        datetime.now(UTC).isoformat(), "billing", "billing", "read", "customer", 200, "permit",
        rule=f"grant {used}",
    )  # fmt: skip
    await Ledger(office.database).append(entry)
    await aside(
        office,
        "UPDATE access.process_grant SET changed_at = now() - interval '61 days',"
        " valid_from = now() - interval '61 days'",
    )
    await watched(office.database, PATIENT, process="house")
    told = await found(office, DORMANT_GRANT)
    assert [each["id"] for each in told] == [unused]


async def test_recertification_narrows_a_part_within_its_part(office: Office) -> None:
    grant = await granted(office, "products", None, "product", "billingAccount")
    campaign = await recertifying.open_campaign(
        office.database, "Q2", due_at=datetime.now(UTC) + timedelta(days=30), by=by("rita")
    )
    assert campaign is not None
    narrower = await recertifying.decide(
        office.database, campaign[0], grant, "narrow", by=by("ada", "accounts are not read"),
        permissions=[Permission.parse("product:read", "billing")],
    )  # fmt: skip
    (row,) = await granting.grants(office.database, grant=narrower)
    assert row["part"] == "products"


async def test_a_file_declares_parts(office: Office) -> None:
    text = """
grants:
  - {process: billing, purpose: billing, allow: {customer: [read]}, reason: Invoices}
  - {process: billing, purpose: billing, part: products, allow: {product: [read]}, reason: Lists}
"""
    changes = await plan(office.database, read(text))
    assert [change.what for change in changes] == [
        "grant of billing for billing",
        "grant of billing for billing (products)",
    ]
    await apply(office.database, changes, by=by("rob"))
    for row in await granting.grants(office.database):
        await agreed(office, row["id"])
        await granting.activate(office.database, row["id"], by=by("olga"))
    assert await plan(office.database, read(text)) == []
    assert await plan(office.database, read(await exported(office.database))) == []
    with pytest.raises(Invalid):
        read(text.replace("part: products, ", ""))
