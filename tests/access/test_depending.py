"""What depends on a right: as the ledger tells it, sealed or not yet, and what acts through it."""

from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from customer_inventory.access import registration
from customer_inventory.access.depending import dependence, last_uses
from customer_inventory.access.ledger import Ledger
from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.access.right import rights
from customer_inventory.store.database import Database
from tests.access.grant.office import made_office
from tests.access.test_ledger import entry


async def test_it_tells_of_what_was_permitted_sealed_or_not(
    database: Database, tmp_path: Path
) -> None:
    office = await made_office(database)
    grant = await office.bring("active")
    await registration.issue_token(
        database, "billing", purpose="billing", lifetime=timedelta(days=1)
    )
    ledger = Ledger(database)
    await ledger.append(entry(1, rule=f"grant {grant}", person="Ada", count=3))
    await ledger.append(entry(2, rule="permission", operation="update"))
    sealer = Sealer(database, Signer(Ed25519PrivateKey.generate()), Anchors(tmp_path))
    await sealer.seal_all()
    await ledger.append(entry(3, rule=f"grant {grant}", person="Bob"))
    await ledger.append(entry(4, rule=f"grant {grant}", decision="deny", status=403))
    await ledger.append(entry(5, process="another", rule=f"grant {grant}"))

    told = await dependence(database, "billing", grant=grant, purpose="billing")
    (use,) = told.uses
    assert (use.operation, use.record_type, use.purpose) == ("read", "customer", "billing")
    assert (use.requests, use.records, use.people) == (2, 4, 2)
    assert told.requests == 2
    assert told.last_at == use.last_at > use.first_at
    assert (told.tokens, told.clients, told.people, told.downloads) == (1, 0, 0, 0)

    whole = await dependence(database, "billing")
    assert [each.operation for each in whole.uses] == ["read", "update"]
    other = await dependence(database, "billing", purpose="marketing")
    assert other.tokens == 0

    await registration.register(
        database, "unused", name="Unused", owner="Finance", registered_by="it"
    )
    used = await last_uses(database, ["billing", "unused"])
    assert used == {"billing": use.last_at, "unused": None}


async def test_nothing_depends_on_what_nobody_used(database: Database) -> None:
    office = await made_office(database)
    grant = await office.ask()
    told = await dependence(database, "billing", grant=grant)
    assert (told.requests, told.last_at) == (0, None)


async def test_rights_are_told_of_one_process_alone(database: Database) -> None:
    office = await made_office(database)
    await office.bring("active")
    assert {each.process for each in await rights(database, "billing")} == {"billing"}
    assert await rights(database, "another") == []
