"""What a distributed inventory refuses, and says why."""

from datetime import timedelta

import pytest

from customer_inventory.access.reporting.role import Reporting, add, role_of
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict
from customer_inventory.store.database import Database
from customer_inventory.store.together import together
from tests import distributed

pytestmark = pytest.mark.skipif(not distributed.URL, reason="CINV_TEST_CITUS_URL is not set")


async def test_a_role_that_reports_is_not_made(database: Database) -> None:
    whose = Reporting(role_of("sales"), "reports", "analysis", now() + timedelta(days=1))
    with pytest.raises(Conflict, match="of one server"):
        async with together(database) as within:
            await add(within, whose, password="correct horse battery staple", by="the tests")
    assert not await database.value("SELECT 1 FROM pg_roles WHERE rolname = $1", whose.role)
