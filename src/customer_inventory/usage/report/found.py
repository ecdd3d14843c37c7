"""What a month's figures say: what changed, and what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter
from typing import Literal

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.kit.report.model import Column, Section, Sentence, Table, ask
from customer_inventory.store.database import Database
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.driver import DRIVERS, Used
from customer_inventory.usage.cost.span import passed
from customer_inventory.usage.cost.used import used_in
from customer_inventory.usage.report.costing import STATES, Cost, cost_of
from customer_inventory.usage.report.minimised import unused_rights
from customer_inventory.usage.report.money import change
from customer_inventory.usage.report.stood_out import Anomalies, anomalies_of, undecided
from customer_inventory.usage.report.used import counted
from customer_inventory.usage.unread import Looked, look

Weight = Literal["act", "look", "know"]
WEIGHTS: Mapping[Weight, str] = {"act": "Act", "look": "Look", "know": "Know"}
_MUCH = 25
"""A change by so many percent is told."""
_LITTLE_COVERAGE = 0.5
_MANY_REFUSED = 0.05
_MOST_ANOMALIES = 10


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a month's figures say: of what, what it is, and what to do."""

    weight: Weight
    of: str
    what: str
    to_do: str


async def remarks(database: Database, month: Month, looked: Looked | None = None) -> list[Remark]:
    """Return what the figures of a month say, what asks for something to be done first."""
    found, before = await used_in(database, month), await used_in(database, month.before)
    gone = passed(month, now())
    made = [*_use(found, before, gone), *_refused(found)]
    made += [*_storage(found, before, gone), *_effort(found)]
    try:
        made += _cost(await cost_of(database, month))
    except NothingDeclared as error:
        made.append(Remark("act", "Cost", str(error), "Declare pools: cinv cost declare FILE."))
    made += _stood_out(await anomalies_of(database, month))
    made += await _unused(database, month, looked or await look(database))
    return in_order(made)


def in_order(made: list[Remark]) -> list[Remark]:
    """Return remarks by weight, otherwise as they are."""
    return sorted(made, key=lambda each: tuple(WEIGHTS).index(each.weight))


async def found(database: Database, month: Month, looked: Looked | None = None) -> list[Section]:
    """Return what changed in a month, and what to do."""
    return [section_of(await remarks(database, month, looked))]


def section_of(made: list[Remark]) -> Section:
    """Return remarks as a part of a report."""
    acts = sum(each.weight == "act" for each in made)
    said = (
        Sentence(ask(acts), "bad")
        if acts
        else Sentence("Nothing asks for something to be done.", "good")
    )
    rows = [(WEIGHTS[each.weight], each.of, each.what, each.to_do) for each in made]
    heads = tuple(map(Column, ("Weight", "Of", "What changed, what is so", "What to do")))
    table = Table("What to do", heads, rows, empty="Nothing stands out.")
    return Section("What changed, and what to do", (said,), (table,))


def _use(found: Used, before: Used, gone: Fraction) -> Iterator[Remark]:
    """Tell how use changed against the same part of the month before."""
    there = counted(found.sums, itemgetter("process"))
    past = counted(before.sums, itemgetter("process"))
    by_then = "the month before" if gone == 1 else "by this time of the month before"
    for process in sorted({*there, *past}):
        count = there[process]["requests"] if process in there else 0
        was = round(past[process]["requests"] * gone) if process in past else 0
        what = f"{count:,} requests, {was:,} {by_then}: {change(count, was)}."
        if not count:
            what = f"It asked for nothing; {was:,} requests {by_then}."
            yield Remark("look", process, what, "Ask its owner whether it needs access still.")
        elif process not in past and past:
            what = f"It is new: {count:,} requests."
            yield Remark("know", process, what, "Give it a cost centre, and a budget.")
        elif was and abs(count - was) * 100 >= _MUCH * was:
            yield Remark("look", process, what, "Ask its owner what changed.")


def _refused(found: Used) -> Iterator[Remark]:
    for process, sums in counted(found.sums, itemgetter("process")).items():
        denied, whole = sums["denied"], sums["requests"]
        if denied > _MANY_REFUSED * whole:
            yield Remark(
                "look",
                process,
                f"{denied:,} of {whole:,} requests were refused.",
                "See which: cinv usage report --of access. Grant what it needs, or mend it.",
            )


def _storage(found: Used, before: Used, gone: Fraction) -> Iterator[Remark]:
    driver = DRIVERS["stored"]
    held = sum(each.whole for each in found.held)
    was = round(sum(each.whole for each in before.held) * gone)
    told = driver.told(held, found.month)
    if was and (held - was) * 100 >= _MUCH * was:
        yield Remark("look", "Storage", f"{told:,.3f} GB-months: {change(held, was)}.",
                     "See which tables grew: cinv usage report --by storage.")  # fmt: skip
    elif was and held < was:
        yield Remark("know", "Storage", f"{told:,.3f} GB-months: {change(held, was)}.", "Nothing.")
    elif not held:
        yield Remark("look", "Storage", "It was not looked at.", "Look: cinv usage meter.")


def _effort(found: Used) -> Iterator[Remark]:
    coverage = found.effort.coverage
    whole = sum(found.effort.by_process.values()) + found.effort.unattributed
    if whole and coverage < _LITTLE_COVERAGE:
        yield Remark(
            "know", "The database",
            f"{float(coverage):.1%} of its time is attributed to processes.",
            "Jobs and maintenance are nobody's; give direct readers a role of their own.",
        )  # fmt: skip


def _cost(cost: Cost) -> Iterator[Remark]:
    for each in cost.standings:
        if each.is_told:
            yield Remark(
                "act" if each.state == "over" else "look", each.name,
                f"{cost.money(each.forecast)} of a budget of {cost.money(each.budget or 0)}: "
                f"{STATES[each.state]}.",
                "Agree on a budget with its owner, or use less.",
            )  # fmt: skip
    idle = sum(part.amount for part in cost.lines.allocations if part.share == "idle")
    if idle * 100 >= _MUCH * cost.whole and cost.whole:
        yield Remark("look", "Cost", f"{cost.money(idle)} were paid for and not used.",
                     "Pay for less capacity: cinv cost report --by pool.")  # fmt: skip
    homeless = {
        part.process for part in cost.lines.allocations if part.process and not part.cost_centre
    }
    if homeless:
        yield Remark("act", "Cost", f"No cost centre pays for {', '.join(sorted(homeless))}.",
                     "Declare one: cinv cost declare FILE.")  # fmt: skip
    past = sum(cost.before.pools.values()) if cost.before else cost.whole
    if past != cost.whole:
        what = f"{cost.money(cost.whole)}, {change(cost.whole, past)} than the month before."
        yield Remark("know", "Cost", what, "Nothing, if what is paid for was declared so.")


def _stood_out(found: Anomalies) -> Iterator[Remark]:
    for each in undecided(found)[:_MOST_ANOMALIES]:
        weight: Weight = "act" if each["severity"] == "high" else "look"
        what = f"{each['what'].capitalize()} ({each['began_at']:%-d %B})."
        to_do = f"Look into it and decide: cinv usage anomaly show {each['id']}."
        yield Remark(weight, each["process"], what, to_do)


async def _unused(database: Database, month: Month, looked: Looked) -> list[Remark]:
    made = []
    rights = [each for each in await unused_rights(database, month) if each.is_whole]
    if rights:
        names = sorted({each.right.process for each in rights})
        made.append(
            Remark("act", "Access", f"{len(rights)} rights of {_some(names)} were never used.",
                   "Ask their owners, or revoke: cinv usage report --of minimisation.")
        )  # fmt: skip
    elements = [each for each in looked.unread if each.requirement is None]
    if elements:
        made.append(
            Remark(
                "look",
                "Data",
                f"{len(elements)} elements are held, never read and not required.",
                "Stop capturing them, or require them: cinv req gaps.",
            )
        )
    return made


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"  # noqa: PLR2004
