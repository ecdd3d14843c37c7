"""A simulation: what a process did lately, decided again under a draft of its permissions.

The same session decides as at the doors. Quotas are counted in the windows of the time when it was
done. Of records, those count as kept out (by scope, restrictions, choices) that are so now.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from customer_inventory.access.guard import Session
from customer_inventory.access.heeding import heeded_by
from customer_inventory.access.log.traffic import traffic_of
from customer_inventory.access.operation import Operation, told
from customer_inventory.access.quota.budget import BUDGETS, Unit
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.store.database import Database, Row
from customer_inventory.usage.draft import Draft
from customer_inventory.usage.hidden import Hidden, hidden_from

REFUSED, ALLOWED, SAME = "newly refused", "newly allowed", "as before"
LESS = "fewer records"

_EXAMPLES = 3
_OPERATIONS = frozenset(Operation)
"""What grants permit. The ledger has other words too: of signing in, of nothing that is served."""


@dataclass(slots=True)
class Outcome:
    """What becomes of the requests of one kind: how many, of how many records, and examples.

    An example is when it was done and the first record it concerned.
    """

    operation: str
    record_type: str
    change: str
    rule: str
    requests: int = 0
    records: int = 0
    examples: list[str] = field(default_factory=list)

    def count(self, row: Row, records: int, first: str | None) -> None:
        """Count one request."""
        self.requests += 1
        self.records += records
        if len(self.examples) < _EXAMPLES:
            self.examples.append(f"{row['at']:%Y-%m-%d %H:%M:%S} {first or ''}".strip())


@dataclass(frozen=True, slots=True)
class Simulation:
    """The outcomes, those that change something first, over so many requests."""

    requests: int
    outcomes: tuple[Outcome, ...]


async def simulate(
    database: Database,
    draft: Draft,
    *,
    since: datetime,
    asks_for: Mapping[str, str | None],
) -> Simulation:
    """Decide again, under `draft`, what its process did for its purpose since an instant.

    `asks_for` gives, by the ledger's word for a type, the record type that the permission was asked
    for (None: some type) where that is another. Raises Unavailable.
    """
    heeds = await heeded_by(database, draft.purpose)
    session = draft.session(heeds, is_spread=database.placement.is_distributed)
    replay = _Replay(session, asks_for)
    traffic = traffic_of(database, process=draft.process, purpose=draft.purpose, since=since)
    async for row, hidden in hidden_from(database, traffic, session.sight):
        replay.take(row, hidden)
    found = sorted(
        replay.outcomes.values(),
        key=lambda each: (each.change == SAME, each.operation, each.record_type, each.rule),
    )
    return Simulation(sum(each.requests for each in found), tuple(found))


class _Replay:
    """A simulation under way."""

    def __init__(self, session: Session, asks_for: Mapping[str, str | None]) -> None:
        self.outcomes: dict[tuple[str, ...], Outcome] = {}
        self._session = session
        self._asks_for = asks_for
        self._used: Counter[tuple[str, str, int]] = Counter()

    def take(self, row: Row, hidden: Hidden) -> None:
        """Decide one request again; `hidden` are those of its records that rules keep out."""
        if not set(row["operation"].split(",")) <= _OPERATIONS:
            return
        was_permitted = row["decision"] == "permit"
        kind = self._asks_for.get(row["record_type"], row["record_type"])
        refused_by = self._refused_by(row, kind)
        if refused_by is not None:
            self._count(row, REFUSED if was_permitted else SAME, refused_by)
            return
        if not was_permitted and row["rule"] in hidden.values():
            self._count(row, SAME, row["rule"])
            return
        if not was_permitted:
            self._count(row, ALLOWED, row["rule"] or "permission")
            return
        if not hidden or row["status"] == HTTPStatus.NOT_FOUND:
            self._count(row, SAME, "permission")
            return
        known = {each for each in row["record_ids"] if each}
        rule = next(hidden[each] for each in row["record_ids"] if each in hidden)
        self._count(row, REFUSED if hidden.keys() == known else LESS, rule, len(hidden))

    def _refused_by(self, row: Row, kind: str | None) -> str | None:
        # In the order of the doors: what a refused request asks of a quota is spent too.
        exhausted = self._exhausted(row, kind)
        if exhausted is None and not self._may(told(row["operation"]), kind):
            return "permission"
        return exhausted

    def _may(self, operations: Iterable[Operation], kind: str | None) -> bool:
        return all(self._session.may(each, kind) for each in operations)

    def _exhausted(self, row: Row, kind: str | None) -> str | None:
        """Count the request in every window it falls in; return the budget that it overdraws."""
        costs = {Unit.REQUEST: 1, Unit.ROW: row["record_count"] or 0}
        terms: Mapping[str, Mapping[str, Any]] = self._session.terms
        for said in terms if kind is None else (kind, EVERY_TYPE):
            for name, most in terms.get(said, {}).get("quota", {}).items():
                budget = BUDGETS[name]
                window = (said, name, int(row["at"].timestamp()) // budget.seconds)
                cost = costs.get(budget.unit, 0)
                if cost and self._used[window] + cost > most:
                    return f"quota {name}"
                self._used[window] += cost
        return None

    def _count(self, row: Row, change: str, rule: str, records: int | None = None) -> None:
        key = (row["operation"], row["record_type"], change, rule)
        outcome = self.outcomes.setdefault(key, Outcome(*key))
        first = next((each for each in row["record_ids"] if each), None)
        outcome.count(row, (row["record_count"] or 0) if records is None else records, first)
