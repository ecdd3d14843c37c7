"""The worklist: what is decided stays while both sides say the same, and as long as it was for."""

from datetime import date
from pathlib import Path

import pytest

from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import worklist
from customer_inventory.capture.reconcile.showing import seen
from customer_inventory.capture.reconcile.worklist import Chosen, NoSuchItem, Settled
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.mask.plan import Grant, Mask
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER
from tests.capture.reconcile.found import compared, items, loaded

ROWS = HEADER + "1,Ann,Lee,01.01.1990,A\n2,Bea,Lee,01.01.1990,A\n"
OTHER = ROWS.replace("Lee,01.01.1990,A\n2", "Lee,02.01.1990,A\n2")
ALL = Whose()


async def one_item(database: Database, folder: Path, mapping: Mapping, actor: Actor) -> int:
    await loaded(database, folder, ROWS, mapping, actor)
    await compared(database, folder, OTHER, mapping, actor)
    (row,) = await worklist.find(database, Chosen(), ALL)
    assert (row["kind"], row["path"], row["state"]) == ("different", "birthDate", "open")
    return int(row["id"])


async def test_what_was_accepted_stays_so_until_it_changes(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    item = await one_item(database, tmp_path, small, actor)
    await worklist.accept(database, [item], ALL, until=None, reason="known", actor=actor)
    summary = await compared(database, tmp_path, OTHER, small, actor)
    assert summary.is_agreed
    assert [(t["found"], t["accepted"]) for t in summary.totals] == [(1, 1)]
    assert await items(database) == []
    await compared(database, tmp_path, OTHER.replace("02.01", "03.01"), small, actor)
    ((*_, here, there),) = await items(database)
    assert (here, there) == ("1990-01-01", "1990-01-03")
    steps = await worklist.steps(database, item)
    assert [(step["step"], step["person"], step["reason"]) for step in steps] == [
        ("accepted", "tester", "known")
    ]


async def test_what_was_accepted_is_open_again_after_its_day(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    item = await one_item(database, tmp_path, small, actor)
    day = date(2999, 12, 31)
    await worklist.accept(database, [item], ALL, until=day, reason="known", actor=actor)
    await compared(database, tmp_path, OTHER, small, actor)
    assert await items(database) == []
    await database.execute(
        "UPDATE capture.reconciliation_item SET accepted_until = current_date - 1"
    )
    await compared(database, tmp_path, OTHER, small, actor)
    assert len(await items(database)) == 1


async def test_decisions_that_cannot_be_made_say_why(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    item = await one_item(database, tmp_path, small, actor)
    with pytest.raises(Invalid, match="reason"):
        await worklist.accept(database, [item], ALL, until=None, reason=" ", actor=actor)
    with pytest.raises(Invalid, match="past"):
        await worklist.accept(
            database, [item], ALL, until=date(2020, 1, 1), reason="x", actor=actor
        )
    with pytest.raises(NoSuchItem):
        await worklist.accept(database, [item, 999], ALL, until=None, reason="x", actor=actor)
    assert len(await items(database)) == 1
    with pytest.raises(NoSuchItem):
        await worklist.one(database, item, Whose("another", "testing"))
    await worklist.accept(database, [item], ALL, until=None, reason="x", actor=actor)
    await worklist.reopen(database, [item], ALL, reason="y", actor=actor)
    assert len(await items(database)) == 1
    await compared(database, tmp_path, ROWS, small, actor)
    with pytest.raises(Settled):
        await worklist.accept(database, [item], ALL, until=None, reason="x", actor=actor)


async def test_values_are_shown_as_the_sight_has_them(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await one_item(database, tmp_path, small, actor)
    rows = await worklist.find(database, Chosen(), ALL)
    declared = TYPES["individual"]
    for grant, expected in (
        (Grant(), ("1990-01-01", "1990-01-02")),
        (Grant(groups=frozenset()), (None, None)),
        (Grant(masks=((declared.facet("birthDate").group, "year"),)), ("1990", "1990")),
    ):
        mask = Mask.of(declared, grant)
        sight = Sight("testing", masks={"individual": mask} if mask else {})
        (item,) = await seen(database, rows, sight)
        assert (item["here"], item["there"]) == expected, grant
