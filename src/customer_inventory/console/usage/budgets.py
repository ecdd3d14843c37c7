"""Budgets of cost centres and processes: what they cost so far, and what the month comes to."""

from decimal import Decimal
from typing import Any

from customer_inventory.access.operation import USAGE, Operation
from customer_inventory.console.listing import Column, Filter, Keyed, Listing, page_of
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.usage.asked import month_filter, month_of
from customer_inventory.console.words import mark
from customer_inventory.console.written import Written
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.budget import Standing
from customer_inventory.usage.report.costing import Cost, cost_of

_STATES = ("over", "near", "within", "none")
_WORDS = (
    mark("over"), mark("near"), mark("within"), mark("none"), mark("costCentre"), mark("process"),
)  # fmt: skip
_COLUMNS = (
    Column("name", mark("Whose"), "name"),
    Column("of", mark("Kind")),
    Column("state", mark("State"), "state"),
    Column("budget", mark("Budget"), "money"),
    Column("toDate", mark("So far"), "money"),
    Column("forecast", mark("Forecast of the month"), "money"),
    Column("ofBudget", mark("Of the budget"), "share"),
)


async def show(view: View) -> Shown:
    """Show how cost centres and processes stand against their budgets of a month."""
    month, wanted = month_of(view), view.query.get("state", "")
    rows: list[Keyed] = []
    content: dict[str, Any] = {"month": str(month)}
    try:
        cost = await cost_of(view.rooms.database, month)
    except NothingDeclared:
        hint = view.say("Declare pools and budgets: cinv cost declare FILE.")
    else:
        hint = view.say("Budgets are declared with the pools: cinv cost declare FILE.")
        every = [each for each in cost.standings if each.name]
        rows = [_row(view, cost, each) for each in every if wanted in ("", each.state)]
        told = sum(each.is_told for each in every)
        content |= {"currency": cost.lines.currency, "nearOrOver": told}
    listed, after = page_of(rows, view.query.get("after"))
    listing = Listing(
        _COLUMNS,
        listed,
        view.say("Budgets, those nearly spent first"),
        after,
        (month_filter(view), Filter("state", mark("State"), tuple((s, s) for s in _STATES))),
        empty=view.say("No such budget."),
        empty_hint=hint,
    )
    return Shown(content, listing)


def _row(view: View, cost: Cost, each: Standing) -> Keyed:
    row = {
        "name": each.name,
        "of": Written(view.language).worded(each.payer[0]),
        "state": each.state,
        "budget": None if each.budget is None else cost.amount(each.budget),
        "toDate": cost.amount(each.to_date),
        "forecast": cost.amount(each.forecast),
        "ofBudget": Decimal(each.forecast) / each.budget if each.budget else None,
    }
    return (_STATES.index(each.state), *each.payer), row


SCREENS = (
    Screen(
        "/usage/budgets", mark("Budgets"), "usage", Operation.READ, USAGE, show, "usage/budgets",
        "costStatement", is_list=True, navigation=mark("Budgets"),
    ),
)  # fmt: skip
