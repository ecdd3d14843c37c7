"""Alerts of budgets: who comes near what it may cost, or over, is told of once a month and state.

They are findings of the house (`cinv record findings`), and lines of its log; they close when the
budget is kept, or the month is another.
"""

import logging

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.record import finding
from customer_inventory.record.finding import Finding
from customer_inventory.store.database import Database
from customer_inventory.usage.cost import declaring
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.budget import Standing, standings
from customer_inventory.usage.cost.closing import costs
from customer_inventory.usage.cost.money import told

log = logging.getLogger(__name__)

WATCH = "usage.watchBudgets"
"""Name of the job that looks at budgets."""
BUDGET = "usage.budget"
"""The kind of findings on budgets that are nearly spent, or more than that."""
_MOST = 10_000


async def watch(database: Database) -> list[Standing]:
    """Look at how budgets of this month stand; return those of which was told only now."""
    month = Month.of(now())
    try:
        async with database.unhurried() as aside:
            found = await costs(aside, month)
        there = (await declaring.in_force(database)).declared
        standing = standings(there, month, found.lines.allocations, now())
    except NothingDeclared:
        standing = []
    open_now = await finding.findings(database, kind=BUDGET, state="open", limit=_MOST)
    known = {row["fingerprint"] for row in open_now}
    raised = {each: _finding(each, month) for each in standing if each.is_told}
    await finding.settle(database, BUDGET, raised.values())
    fresh = [each for each, made in raised.items() if made.named(BUDGET) not in known]
    for each in fresh:
        log.warning(
            "budget: %s %s comes to %s of %s %s in %s",
            *each.payer,
            told(each.forecast, there.currency),
            told(each.budget or 0, there.currency),
            there.currency,
            month,
        )
    return fresh


def _finding(standing: Standing, month: Month) -> Finding:
    return Finding(
        (str(month), *standing.payer, standing.state),
        {
            "month": str(month),
            "of": standing.payer[0],
            "name": standing.name,
            "state": standing.state,
            "budget": standing.budget,
            "forecast": standing.forecast,
        },
    )
