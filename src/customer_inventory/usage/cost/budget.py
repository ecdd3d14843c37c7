"""Budgets of cost centres and processes: what they cost so far, come to, and when to tell."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from customer_inventory.access.log.partition import Month
from customer_inventory.usage.cost.allocating import Allocation
from customer_inventory.usage.cost.declared import Declared, Payer
from customer_inventory.usage.cost.span import passed

State = Literal["within", "near", "over", "none"]
CENTRE, PROCESS = "costCentre", "process"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a cost centre or process stands, in minor units; the centre '' is what belongs to none.

    A pool is what a month costs, so `forecast` is the present share of whole pools, and `to_date`
    the part of it for the time that has passed. `near` from the budget's percentage on, `over`
    beyond it, `none` without a budget.
    """

    payer: Payer
    budget: int | None
    to_date: int
    forecast: int
    state: State

    @property
    def name(self) -> str:
        """The name of the cost centre or process."""
        return self.payer[1]

    @property
    def is_told(self) -> bool:
        """Whether somebody should be told: the budget is nearly spent, or more than that."""
        return self.state in ("near", "over")


def standings(
    declared: Declared, month: Month, allocations: Iterable[Allocation], at: datetime
) -> list[Standing]:
    """Return how everybody stands at an instant, by name: cost centres, then processes.

    Cost centres with costs or a budget, and processes with a budget.
    """
    forecast: Counter[Payer] = Counter()
    for part in allocations:
        forecast[CENTRE, part.cost_centre] += part.amount
        forecast[PROCESS, part.process] += part.amount
    named = {payer for payer in declared.budgets if declared.budget(payer, month) is not None}
    centres = {payer for payer in forecast if payer[0] == CENTRE}
    gone = passed(month, at)
    found = []
    for payer in sorted(centres | named):
        budget = declared.budget(payer, month)
        state: State = "none"
        if budget is not None:
            is_near = forecast[payer] * 100 >= budget.amount * budget.alert_at
            state = "near" if is_near else "within"
            state = "over" if forecast[payer] > budget.amount else state
        amount = budget.amount if budget else None
        to_date = int(forecast[payer] * gone)
        found.append(Standing(payer, amount, to_date, forecast[payer], state))
    return found
