"""How far requirements go, and who asked for, is granted and really uses what."""

from dataclasses import replace

from customer_inventory.access import registration
from customer_inventory.access.registration import Permission
from customer_inventory.access.showing import shown_now
from customer_inventory.requirements import applying
from customer_inventory.requirements.coverage import Cell, coverage, matrix
from customer_inventory.store.database import Database
from customer_inventory.usage.last_read import follow_reads
from tests.conftest import BY, Service
from tests.requirements.samples import BIRTH_DATE, GENDER
from tests.requirements.test_applying import PEOPLE, people
from tests.requirements.test_register import ACTOR, approved, by

BORN = {"givenName": "Ada", "birthDate": "1815-12-10", "gender": "female"}


async def allowed(database: Database, process: str, *permissions: Permission) -> None:
    await registration.register(
        database,
        process,
        name=process,
        owner="the tests",
        permissions=permissions,
        registered_by="the tests",
    )


def may(text: str, purpose: str, **terms: object) -> Permission:
    return replace(Permission.parse(text, purpose), terms=terms)


async def test_what_is_declared_required_in_force_and_filled_is_counted(
    database: Database,
) -> None:
    await people(database, BORN, {"givenName": "Bea", "gender": "male"})
    await approved(database, BIRTH_DATE, GENDER)
    await applying.apply(database, ["REQ-102"], by=by("ops"), actor=ACTOR)
    (found,) = await coverage(database, ["individual"])
    assert (found.required, found.enforced, found.held) == (2, 1, 2)
    assert (found.filled, found.looked_at, found.is_whole) == (0.75, 2, True)
    assert found.declared > 100
    every = {each.record_type: each for each in await coverage(database)}
    assert (every["customer"].required, every["customer"].looked_at) == (0, 0)


async def test_what_is_not_declared_and_required_counts_as_declared(database: Database) -> None:
    (before,) = await coverage(database, ["individual"])
    await approved(database, BIRTH_DATE.replace("path: birthDate", "path: shoeSize"))
    (after,) = await coverage(database, ["individual"])
    assert after.declared == before.declared + 1


async def test_the_matrix_tells_asked_for_granted_and_really_used(service: Service) -> None:
    database = service.database
    (identifier,) = await people(database, BORN)
    text = BIRTH_DATE.replace("usedBy: [crm]", "requestedBy: [dpo]\n    usedBy: [crm, billing]")
    await approved(database, text)
    await allowed(database, "billing", may("individual:read", "billing", groups=["person"]))
    await allowed(database, "marketing", may("*:read", "marketing", groups=["contact"]))
    await allowed(database, "crm", may("individual:update", "customerCare"))
    assert (await service.client.get(f"{PEOPLE}/{identifier}")).status_code == 200
    await follow_reads(database)
    found = {each.process: each for each in await matrix(database, ["individual"])}
    assert found.keys() == {"dpo", "crm", "billing", "tester"}

    def told(cell: Cell) -> tuple[bool, bool, tuple[str, ...], tuple[str, ...]]:
        return cell.asks, cell.uses, cell.granted, cell.read

    assert told(found["dpo"]) == (True, False, (), ())
    assert told(found["crm"]) == (False, True, (), ())
    assert told(found["billing"]) == (False, True, ("billing",), ())
    assert told(found["tester"]) == (False, False, ("testing",), ("testing",))
    assert found["tester"].requirement.id == "REQ-101"


async def test_what_is_shown_follows_terms_states_and_periods(database: Database) -> None:
    await allowed(
        database,
        "care",
        may("*:read", "care", groups=["name"]),
        may("individual:read", "care"),
        may("customer:read", "care", masks={"contact": "domain", "personal": "hidden"}),
    )
    shown = {each.record_type: each for each in await shown_now(database)}
    # Without terms of its own a type follows those of every type, as at the doors.
    assert shown["individual"].groups == shown["product"].groups == {"name", "reference"}
    assert "contact" in shown["customer"].groups
    assert "name" not in shown["customer"].groups
    assert "credit" in shown["customer"].groups
    await registration.set_state(database, "care", "suspended", by=BY)
    assert await shown_now(database) == []
