"""Every report of a month by name: those of usage, access and cost, and one that joins them all."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.kit.report.model import Report, Section, Sentence, ask
from customer_inventory.monthly.figure import figures
from customer_inventory.monthly.quality import quality
from customer_inventory.monthly.quality import remarks as remarks_on_quality
from customer_inventory.monthly.shortcoming import shortcomings
from customer_inventory.store.database import Database
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.used import read_once
from customer_inventory.usage.report import kind as usage
from customer_inventory.usage.report.accessed import accessed
from customer_inventory.usage.report.costing import costing
from customer_inventory.usage.report.found import Remark, in_order, remarks, section_of
from customer_inventory.usage.report.kind import NoSuchReport, Sections, cost_head, made_facts
from customer_inventory.usage.report.minimised import minimised
from customer_inventory.usage.report.served import served
from customer_inventory.usage.report.used import used
from customer_inventory.usage.unread import Looked, look

INVENTORY = "inventory"
"""The name of the report that joins all others."""
NAMES = (INVENTORY, *usage.KINDS, "quality")


async def report(database: Database, name: str, month: Month) -> Report:
    """Return the report `name` on a month.

    Raises NoSuchReport, and NothingDeclared for the cost alone of a month without pools.
    """
    with read_once():
        return await _report(database, name, month)


async def _report(database: Database, name: str, month: Month) -> Report:
    if name == INVENTORY:
        return await _inventory(database, month)
    if name == "quality":
        title = f"Quality of the customer inventory, {month.start:%B %Y}"
        sections = tuple(await quality(database, month))
        return Report(f"quality-{month}", title, now(), made_facts(month), sections)
    if name not in NAMES:
        raise NoSuchReport(name, dict.fromkeys(NAMES))
    return await usage.report(database, name, month)


async def _inventory(database: Database, month: Month) -> Report:
    looked = await look(database)
    asked = await remarks(database, month, looked)
    made = in_order([*await remarks_on_quality(database), *asked])
    figures_of = await figures(database, month)
    sections = [
        replace(section_of(made), heading="What to do", level=1),
        replace(figures_of, level=1),
    ]
    facts, said = made_facts(month), _summary(made)
    try:
        head = await cost_head(database, month)
        cost = await costing(database, month, looked)
        facts = head.facts
        said = (*said, Sentence(f"The month cost {head.headline}. {head.said[0].text}"))
    except NothingDeclared as error:
        cost = [Section("Cost", (Sentence(str(error)),))]
    sections += _part("Cost", cost)
    for heading, sections_of in _parts(looked).items():
        sections += _part(heading, await sections_of(database, month))
    title = f"The customer inventory in {month.start:%B %Y}"
    return Report(f"{INVENTORY}-{month}", title, now(), facts, tuple(sections), "", said)


def _parts(looked: Looked) -> dict[str, Sections]:
    """Return the parts of the whole that are there for every month, beside what to do and cost."""
    return {
        "Quality": quality,
        "Use": used,
        "Access": accessed,
        "Held and not used": partial(minimised, looked=looked),
        "Service": served,
        "Shortcomings": shortcomings,
    }


def _summary(made: list[Remark]) -> tuple[Sentence, ...]:
    acts = [each for each in made if each.weight == "act"]
    if not acts:
        return (Sentence("Nothing asks for something to be done this month.", "good"),)
    first = "; ".join(f"{each.of}: {each.what.rstrip('.')}" for each in acts[:3])
    return (Sentence(f"{ask(len(acts))} {first}.", "bad"),)


def _part(heading: str, sections: list[Section]) -> Iterator[Section]:
    """Yield sections as a part of the whole, under a heading of its own."""
    yield Section(heading, level=1)
    yield from sections
