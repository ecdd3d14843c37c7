"""What a process has used of its quotas is shown: what was said, what is begun, what is over."""

import pytest

from customer_inventory.access import registration
from customer_inventory.access.operation import Operation
from customer_inventory.access.quota.quotas import Quotas
from customer_inventory.access.quota.use import use_of
from customer_inventory.access.registration import NoSuchProcess, Permission
from customer_inventory.store.database import Database
from tests.access.quota.test_quotas import Caller

QUOTA = {"requestsPerMinute": 100, "rowsPerDay": 1000}


async def test_use_is_shown(database: Database) -> None:
    permission = Permission("individual", (Operation.READ,), "testing", {"quota": QUOTA})
    await registration.register(
        database,
        "reader",
        name="Reader",
        owner="the tests",
        permissions=[permission],
        registered_by="the tests",
    )
    before = {use.budget: use for use in await use_of(database, "reader")}
    assert {name: (use.most, use.taken) for name, use in before.items()} == {
        "requestsPerMinute": (100, 0),
        "rowsPerDay": (1000, 0),
    }
    quotas, caller = Quotas(database), Caller({"individual": {"quota": QUOTA}})
    await quotas.charge(caller, "individual", 120)
    await quotas.missed(caller, "some")
    after = {use.budget: use for use in await use_of(database, "reader")}
    assert after["rowsPerDay"].taken == 120
    assert after["rowsPerDay"].resets_at is not None
    assert (after["missesPerHour"].most, after["missesPerHour"].taken) == (None, 50)
    await database.execute("UPDATE access.quota SET began = began - interval '2 days'")
    assert {use.taken for use in await use_of(database, "reader")} == {0}


async def test_a_process_without_quotas_has_none(database: Database) -> None:
    assert await use_of(database, "manage-customer-inventory") == []
    with pytest.raises(NoSuchProcess):
        await use_of(database, "nobody")
