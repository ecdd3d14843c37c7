"""What distributing would do, and why it cannot be done here."""

import pytest

from customer_inventory.facilities.distribution.distributing import distribute
from customer_inventory.facilities.distribution.layout import COLUMN, Kind, spread
from customer_inventory.facilities.distribution.planning import CannotDistribute, plan
from customer_inventory.store.embedded import EmbeddedServer
from tests.conftest import _fresh


async def test_a_plan_says_of_every_table_how_it_shall_lie(
    server: EmbeddedServer, template: str
) -> None:
    async with _fresh(server, template) as dsn:
        made = await plan(dsn)
    by_table = {step.table: step for step in made.steps}
    assert by_table["record.customer"].column == COLUMN
    assert by_table["record.edge"].kind is Kind.COPIED
    assert by_table["access.process"].kind is Kind.LOCAL
    assert all(step.reason for step in made.steps)
    assert {step.table for step in made.to_do} > set(spread())
    places = [step.table for step in made.steps]
    assert places.index("record.attachment") < places.index("record.attachment_part")


async def test_a_server_without_citus_is_refused_and_left_alone(
    server: EmbeddedServer, template: str
) -> None:
    async with _fresh(server, template) as dsn:
        with pytest.raises(CannotDistribute, match="no Citus"):
            await anext(distribute(dsn))
        assert (await plan(dsn)).to_do
