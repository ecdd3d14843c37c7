"""Rules in doubt: those of whose findings people said that they are none.

A false alarm says that the rule is wrong there. Whoever keeps the requirement is told by a finding
of the house, which closes when the rule says something else: then false alarms of before are none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.record import finding
from customer_inventory.record.finding import Finding
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

IN_DOUBT = "audit.ruleInDoubt"
"""The kind of findings on rules with false alarms."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """A rule with false alarms: so many, of so many findings; who keeps it, where that is known."""

    rule: str
    name: str
    requirement: str | None
    owner: str | None
    false_alarms: int
    findings: int

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What people judge it by."""
        told = {
            "rule": self.rule,
            "name": self.name,
            "requirement": self.requirement,
            "owner": self.owner,
            "falseAlarms": self.false_alarms,
            "findings": self.findings,
        }
        return {name: value for name, value in told.items() if value is not None}


async def doubted(database: Database) -> Sequence[Doubted]:
    """Return the rules in doubt, those with the most false alarms first."""
    return [Doubted(**row) for row in await database.fetch(SQL.in_doubt)]


async def tell(database: Database) -> None:
    """Let the rules in doubt be findings of the house."""
    found = [Finding(key=(each.rule,), evidence=each.evidence) for each in await doubted(database)]
    await finding.settle(database, IN_DOUBT, found)
