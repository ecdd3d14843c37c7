"""The reports of usage, access and cost: what each is called, and how it is made of a month."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import NotFound
from customer_inventory.kit.report.model import Report, Section, Sentence
from customer_inventory.store.database import Database
from customer_inventory.usage.cost.used import read_once
from customer_inventory.usage.report.accessed import accessed
from customer_inventory.usage.report.costing import conserved, cost_of, costing
from customer_inventory.usage.report.found import found
from customer_inventory.usage.report.minimised import minimised
from customer_inventory.usage.report.served import served
from customer_inventory.usage.report.used import used

Sections = Callable[[Database, Month], Awaitable[list[Section]]]
COST = "cost"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of report: its title, without the month, and what makes its sections."""

    title: str
    sections: Sections


KINDS: Mapping[str, Kind] = {
    "findings": Kind("What changed, and what to do", found),
    "usage": Kind("Use of the customer inventory", used),
    "access": Kind("Access to the customer inventory", accessed),
    "minimisation": Kind("What is held and not used", minimised),
    "service": Kind("Quality of service", served),
    COST: Kind("Cost of the customer inventory", costing),
}
"""Every kind, by name, in the order in which one report has them all."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the sections of a report: on what it rests, one figure, what is said."""

    facts: str
    headline: str = ""
    said: tuple[Sentence, ...] = ()


class NoSuchReport(NotFound):
    """There is no report of that name."""

    def __init__(self, name: str, names: Mapping[str, object] = KINDS) -> None:
        super().__init__(f"There is no report {name!r}.", hint=f"There are {', '.join(names)}.")


async def report(database: Database, name: str, month: Month) -> Report:
    """Return the report `name` on a month.

    Raises NoSuchReport, and NothingDeclared for the cost of a month without pools.
    """
    if name not in KINDS:
        raise NoSuchReport(name)
    with read_once():
        return await _report(database, name, month)


async def _report(database: Database, name: str, month: Month) -> Report:
    kind = KINDS[name]
    head = Head(made_facts(month))
    if name == COST:
        head = await cost_head(database, month)
    return Report(
        f"{name}-{month}",
        f"{kind.title}, {month.start:%B %Y}",
        now(),
        head.facts,
        tuple(await kind.sections(database, month)),
        head.headline,
        head.said,
    )


async def cost_head(database: Database, month: Month) -> Head:
    """Return what a month cost in one figure, what is said of it, and on what it rests."""
    cost = await cost_of(database, month)
    facts = made_facts(month)
    if cost.costs.is_closed:
        number = cost.costs.corrections
        corrected = f", with {number} {'correction' if number == 1 else 'corrections'}"
        facts += f" The month is closed{corrected if number else ''}."
    elif now() < month.stop:
        facts += " Cost is what the month comes to if it goes on like this."
    else:
        facts += " Its cost is not closed."
    return Head(facts, cost.money(cost.whole), conserved(cost))


def made_facts(month: Month) -> str:
    """Return when a report is made, and whether its month is over."""
    made = f"Made {now():%-d %B %Y, %H:%M} UTC, of the month in UTC."
    return made if now() >= month.stop else f"{made} It is not over: figures are as far as metered."
