"""The quotas of whoever calls: asked by doors and downloads, answered from memory.

A quota said of a record type counts what is done to that type, one of every type (`*`) counts all.
What concerns no one type (a search over several) counts against each.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from customer_inventory.access.decision import Decision
from customer_inventory.access.house import PROCESS
from customer_inventory.access.quota.budget import BUDGETS, MISSES, Unit
from customer_inventory.access.quota.meter import Exhausted, Key, Meter
from customer_inventory.access.registration import EVERY_TYPE, set_state
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.finding import Finding, raised
from customer_inventory.store.database import Database

log = logging.getLogger(__name__)

GUESSING = "access.idEnumeration"
"""Kind of the finding that a process asks for one unknown id after the other."""

_MOST_METERS = 100_000

Headers = tuple[tuple[bytes, bytes], ...]
Costs = Mapping[Unit, int]


class Caller(Protocol):
    """Who calls, and on which terms by record type: a session, or a job for one."""

    @property
    def actor(self) -> Actor:
        """Who acts."""

    @property
    def terms(self) -> Mapping[str, Mapping[str, Any]]:
        """What is agreed, by record type."""


class Quotas:
    """Keeps count of one service.

    `misses` is how many unknown ids a process may ask for in an hour where its quota says nothing;
    with `suspends`, one that asks for more is suspended.
    """

    def __init__(self, database: Database, *, misses: int = 1000, suspends: bool = False) -> None:
        self._database = database
        self._misses = misses
        self._suspends = suspends
        self._meters: dict[tuple[Key, int], Meter] = {}
        self._guessing: dict[tuple[str, str], Meter] = {}

    def admits(self, caller: Caller, record_type: str) -> bool:
        """Spend a request that tells of one record, if that is leased; False spends nothing.

        For callers that cannot wait: after False, `admit` decides.
        """
        if self._must_wait(caller) is not None:
            return False
        spent: list[tuple[Meter, int]] = []
        for meter, amount in self._costs(caller, record_type, _ONE_RECORD):
            if not meter.spend(amount):
                _give_back(spent)
                return False
            spent.append((meter, amount))
        return True

    def give_back(self, caller: Caller, record_type: str) -> None:
        """Take back what `admits` spent on a request that is answered another way."""
        _give_back(self._costs(caller, record_type, _ONE_RECORD))

    async def admit(self, caller: Caller, record_type: str | None) -> None:
        """Spend a request; raise Exhausted when there is none left, or the caller is guessing."""
        guessing = self._must_wait(caller)
        if guessing is not None:
            raise guessing.exhausted()
        await self._charge(caller, record_type, {Unit.REQUEST: 1})

    async def charge(
        self, caller: Caller, record_type: str | None, rows: int, *, is_download: bool = False
    ) -> None:
        """Spend the rows that an answer or a part of a download tells of, before it is told.

        With `is_download` also a download: once, as it begins. Raises Exhausted, and spends
        nothing, when not all of them are left.
        """
        await self._charge(
            caller, record_type, {Unit.ROW: rows, Unit.DOWNLOAD: 1 if is_download else 0}
        )

    async def missed(self, caller: Caller, identifier: str) -> None:
        """Count an id that is not there; who asks for too many waits, and there is a finding."""
        who, most = _who(caller), self._misses_of(caller)
        meter = self._guessing.get(who)
        if meter is None or meter.most != most:
            meter = self._guessing[who] = Meter(Key(*who, EVERY_TYPE, MISSES), most)
        try:
            await meter.demand(self._database)
            if meter.left == 0:
                await self._found(meter, identifier)
        except Exhausted:
            return
        except InventoryError as error:
            log.warning("an unknown id was not counted: %s", error)

    def headers(self, caller: Caller, record_type: str | None) -> Headers:
        """Return what tells a caller of its quotas; nothing to one that has none.

        draft-ietf-httpapi-ratelimit-headers-10.
        """
        meters = [meter for meter, _ in self._limiting(caller, record_type)]
        guessing = self._must_wait(caller)
        if guessing is not None:
            meters.append(guessing)
        if not meters:
            return ()
        policy = ", ".join(f'"{each.name}";q={each.most};w={each.seconds}' for each in meters)
        state = ", ".join(f'"{each.name}";r={each.left};t={each.resets_in()}' for each in meters)
        return ((b"ratelimit-policy", policy.encode()), (b"ratelimit", state.encode()))

    def _must_wait(self, caller: Caller) -> Meter | None:
        """Return the meter of the unknown ids of a caller that asked for too many."""
        meter = self._guessing.get(_who(caller)) if self._guessing else None
        return meter if meter is not None and meter.is_exhausted() else None

    def _misses_of(self, caller: Caller) -> int:
        said = caller.terms.get(EVERY_TYPE, {}).get("quota", {})
        return int(said.get(MISSES, self._misses))

    async def _charge(self, caller: Caller, record_type: str | None, costs: Costs) -> None:
        spent: list[tuple[Meter, int]] = []
        for meter, amount in self._costs(caller, record_type, costs):
            try:
                await meter.demand(self._database, amount)
            except InventoryError:
                _give_back(spent)
                raise
            spent.append((meter, amount))

    def _costs(
        self, caller: Caller, record_type: str | None, costs: Costs
    ) -> Iterator[tuple[Meter, int]]:
        for meter, unit in self._limiting(caller, record_type):
            amount = costs.get(unit, 0)
            if amount:
                yield meter, amount

    def _limiting(self, caller: Caller, record_type: str | None) -> Iterator[tuple[Meter, Unit]]:
        """Yield what limits a call that concerns `record_type`, besides unknown ids."""
        if not caller.terms:
            return
        kinds = caller.terms if record_type is None else (record_type, EVERY_TYPE)
        for kind in kinds:
            quota = caller.terms.get(kind, {}).get("quota", {})
            for name, budget in BUDGETS.items() if quota else ():
                if name in quota and budget.unit is not Unit.MISS:
                    key = Key(*_who(caller), kind, name)
                    yield self._meter(key, quota[name]), budget.unit

    def _meter(self, key: Key, most: int) -> Meter:
        meter = self._meters.get((key, most))
        if meter is None:
            if len(self._meters) >= _MOST_METERS:
                self._meters.clear()
            meter = self._meters[key, most] = Meter(key, most)
        return meter

    async def _found(self, meter: Meter, identifier: str) -> None:
        """Tell people that a process guesses ids, and suspend it where that is wanted."""
        process, purpose, _, budget = meter.key
        log.warning("%s asked for %d unknown ids within an hour", process, meter.most)
        evidence = {
            "process": process,
            "purpose": purpose,
            budget: meter.most,
            "last": identifier,
            "suspended": self._suspends,
        }
        finding = Finding(key=(process, purpose), evidence=evidence)
        await raised(self._database, GUESSING, [finding])
        if self._suspends:
            why = f"Asked for {meter.most} unknown ids within an hour."
            await set_state(
                self._database, process, "suspended", by=Decision(PROCESS, PROCESS, why)
            )


_ONE_RECORD: Costs = {Unit.REQUEST: 1, Unit.ROW: 1}


def _who(caller: Caller) -> tuple[str, str]:
    return caller.actor.process, caller.actor.purpose


def _give_back(spent: Sequence[tuple[Meter, int]] | Iterator[tuple[Meter, int]]) -> None:
    for meter, amount in spent:
        meter.give_back(amount)
