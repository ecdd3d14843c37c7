"""Random changes of linked records of several types leave what a plain model says."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import compose
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.reference import Referenced
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord, RevisionPassed
from customer_inventory.store.database import Database
from tests.record.model import Model, Record, agree
from tests.record.samples import (
    AGREEMENT,
    BILLING_ACCOUNT,
    CUSTOMER,
    account,
    agreement,
    company,
    customer,
    decoded,
    interaction,
    person,
    ref,
    related,
)

UNKNOWN = [compose(9, 9), "crm:42"]
ROLES = ["", "friend", "boss"]
MAKERS: dict[str, Callable[[str], Document]] = {
    "individual": lambda _: person(),
    "organization": lambda _: company(),
    "customer": customer,
    "agreement": agreement,
    "billingAccount": account,
    "partyInteraction": interaction,
}


class Command(NamedTuple):
    """What to do; the numbers choose among the records there are by then."""

    verb: str
    kind: str
    target: int
    others: list[int]
    role: str
    word: str
    process: str


commands = st.builds(
    Command,
    st.sampled_from(["create"] * 3 + ["change"] * 5 + ["remove", "change stale", "remove stale"]),
    st.sampled_from(list(MAKERS)),
    st.integers(0, 50),
    st.lists(st.integers(0, 50), max_size=3),
    st.sampled_from(ROLES),
    st.sampled_from(["", "initialized", "validated", "2026-01-31", "é\"'\\"]),
    st.sampled_from(["billing", "care"]),
)
rounds = st.lists(st.lists(commands, max_size=6), max_size=6)


class Run:
    """Does commands to the inventory and to the model alike."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.model: Model = {}

    async def round(self, given: list[Command]) -> None:
        """Do commands at once, at most one for each record there is."""
        ids = list(self.model)
        chosen: dict[Any, Command] = {}
        for number, command in enumerate(given):
            is_new = command.verb == "create" or not ids
            chosen.setdefault(number if is_new else ids[command.target % len(ids)], command)
        await asyncio.gather(*(self._do(target, command) for target, command in chosen.items()))

    async def _do(self, target: str | int, command: Command) -> None:
        actor = Actor(command.process, "testing", "tester")
        if isinstance(target, int):
            await self._create(command, actor)
        elif self.model[target].document is None:
            await self._miss(target, actor)
        elif command.verb.startswith("change"):
            await self._change(target, command, actor)
        else:
            await self._remove(target, command, actor)

    async def _create(self, command: Command, actor: Actor) -> None:
        declared = TYPES[command.kind]
        others = self._others(command)
        given = {
            **MAKERS[command.kind](self._others(command, command.target)[0]),
            **altered(declared, command, others),
        }
        made = await self.inventory.create(declared, given, actor=actor)
        record = self.model[made.id] = Record(declared)
        record.made({"id": made.id, **given}, actor.process)
        assert made.revision == 1
        assert decoded(made.body) == record.document

    async def _change(self, target: str, command: Command, actor: Actor) -> None:
        record = self.model[target]
        if command.verb == "change stale":
            with pytest.raises(RevisionPassed):
                await self.inventory.change(
                    record.declared, target, dict, actor=actor, revision=record.revision + 1
                )
            return
        attributes = altered(record.declared, command, self._others(command))
        changed = await self.inventory.change(
            record.declared,
            target,
            lambda old: {**old, **attributes},
            actor=actor,
            revision=record.revision if command.target % 2 else None,
        )
        record.changed({**(record.document or {}), **attributes}, actor.process)
        assert changed.revision == record.revision
        assert decoded(changed.body) == record.document

    async def _remove(self, target: str, command: Command, actor: Actor) -> None:
        record = self.model[target]
        if command.verb == "remove stale":
            with pytest.raises(RevisionPassed):
                await self.inventory.remove(
                    record.declared, target, actor=actor, revision=record.revision - 1
                )
            return
        try:
            await self.inventory.remove(record.declared, target, actor=actor)
        except Referenced:
            return
        record.removed(actor.process)

    async def _miss(self, target: str, actor: Actor) -> None:
        declared = self.model[target].declared
        for attempt in (
            self.inventory.get(declared, target),
            self.inventory.change(declared, target, dict, actor=actor),
            self.inventory.remove(declared, target, actor=actor),
        ):
            with pytest.raises(NoSuchRecord):
                await attempt

    def _others(self, command: Command, *numbers: int) -> list[str]:
        """Return ids to refer to: known, removed, unknown or of elsewhere."""
        known = [*UNKNOWN, *self.model]
        return [known[number % len(known)] for number in numbers or command.others]


def altered(declared: RecordType, command: Command, others: list[str]) -> Document:
    """Return what `command` alters of a document: its references, and a word somewhere."""
    new: Document = {"shoeSize": command.target}
    if others or declared is not BILLING_ACCOUNT:
        new["relatedParty"] = [related(other, command.role) for other in others]
    if declared is CUSTOMER:
        new["account"] = [ref(other) for other in others]
    if declared is AGREEMENT:
        new["agreementRelationship"] = [
            {"id": other, "relationshipType": command.role} for other in others
        ]
    if command.word.startswith("2026"):
        new[declared.validity] = {"startDateTime": command.word}
    elif command.word in ("initialized", "validated"):
        new[declared.status] = command.word
    else:
        new["name"] = command.word or "nobody"
    return new


EMPTYING = "; ".join(
    f"DELETE FROM record.{name}"
    for name in (
        "history",
        "link",
        "past_link",
        "period",
        "edge",
        "outbox",
        *(declared.table for declared in TYPES.values()),
    )
)


@given(rounds)
async def test_whatever_is_done_the_tables_agree_with_the_model(
    database: Database, inventory: Inventory, given: list[list[Command]]
) -> None:
    await database.execute(EMPTYING)
    run = Run(inventory)
    for commands_at_once in given:
        await run.round(commands_at_once)
    await agree(database, inventory, run.model)
