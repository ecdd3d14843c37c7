"""Packs of rules asked of all that is held: who fails what, complete, kept in the worklist.

A rule that cannot be asked stops no other, and what it found before stays as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from customer_inventory.capture.alone import alone
from customer_inventory.capture.brought import namespaces
from customer_inventory.capture.reconcile.finding import Finding, keep
from customer_inventory.kit.actor import Actor
from customer_inventory.record.register.asking import Asked, whole
from customer_inventory.record.register.judged import MOST_TESTS, PATIENCE_MS, SLICE, numbers
from customer_inventory.record.register.pack import Pack, Rule
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_WAIT = "Wait until it ends; `cinv capture reconcile runs` shows it."

Progress = Callable[[str, int], None]
"""Told the record type and how many of its records were looked at so far."""


@dataclass(slots=True)
class Checked:
    """What came of rules, by id: how many records were looked at and fail, of which are accepted.

    `run` is the number of the reconciliation, `faults` say why rules could not be asked.
    """

    run: int
    looked_at: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


async def check(
    database: Database,
    pack: Pack,
    rules: Sequence[Rule],
    *,
    actor: Actor,
    progress: Progress = lambda *_: None,
) -> Checked:
    """Ask `rules` of `pack` of every record; what fails is kept, what fails no more is closed.

    Where records lie in shards, an extract of them is asked. Raises Conflict while the pack is
    asked by somebody else, and Unavailable without the extra `matching` where it is needed.
    """
    source = source_of(pack)
    async with alone(database, "check", source, _WAIT):
        who = (actor.process, actor.person, actor.purpose)
        run = await database.value(SQL.begin_check, source, pack.name, *who)
        names = {rule.id: (rule.id, rule.declared.name) for rule in rules}
        spaces = await namespaces(database, source, names.values())
        checking = _Checking(database, Checked(run), {
            identifier: spaces[named] for identifier, named in names.items()
        }, progress)  # fmt: skip
        by_type: dict[str, list[Rule]] = {}
        for rule in rules:
            by_type.setdefault(rule.declared.name, []).append(rule)
        async with whole(database, rules) as held:
            for asked in by_type.values():
                for first in range(0, len(asked), MOST_TESTS):
                    await checking.walk(held, asked[first : first + MOST_TESTS])
        checked = checking.checked
        asked_of = [checking.spaces[each] for each in names if each not in checked.faults]
        async with database.transaction() as connection:
            await connection.execute(SQL.close_failures, run, asked_of)
            await connection.execute(SQL.end_check, run)
    for row in await database.fetch(SQL.count_accepted, run):
        checked.accepted[row["rule"]] = row["accepted"]
    return checked


def source_of(pack: Pack) -> str:
    """Return what stands for a pack where the worklist names a source."""
    return f"pack {pack.name}"


@dataclass(slots=True)
class _Checking:
    """Asks rules, a type at a time; `spaces` are their namespaces by id."""

    database: Database
    checked: Checked
    spaces: dict[str, int]
    progress: Progress

    async def walk(self, held: Asked, rules: Sequence[Rule]) -> None:
        """Ask `held` rules of a type of all its records, in one scan."""
        checked, declared = self.checked, rules[0].declared
        for rule in rules:
            checked.looked_at[rule.id] = checked.failed[rule.id] = 0
        async for part in held.parts(declared, "", SLICE):
            asked = [rule for rule in rules if rule.id not in checked.faults]
            if not asked:
                break
            judged, faults = await held.ask(declared, asked, part, PATIENCE_MS)
            checked.faults |= {asked[fault.number].id: fault.reason for fault in faults}
            failing = [
                (asked[number], identifier)
                for identifier, bits in zip(judged.failing.ids, judged.failing.bits, strict=True)
                for number in numbers(bits)
            ]
            await self._keep(failing)
            for rule in asked:
                checked.looked_at[rule.id] += judged.looked_at
            for rule, _ in failing:
                checked.failed[rule.id] += 1
            self.progress(declared.name, max(checked.looked_at[rule.id] for rule in rules))
        for rule in rules:
            if rule.id in checked.faults:
                del checked.looked_at[rule.id], checked.failed[rule.id]

    async def _keep(self, failing: Sequence[tuple[Rule, str]]) -> None:
        found = [
            Finding(
                "inconsistent", self.spaces[rule.id], rule.declared.name, identifier, rule.path,
                reason=rule.name, rule=rule.id,
            )
            for rule, identifier in failing
        ]  # fmt: skip
        async with self.database.transaction() as connection:
            await keep(connection, self.checked.run, found)
