"""The sample of a campaign: drawn by its seed, frozen with the revisions of the records.

The population is what the filter finds in the sight of who samples, at the moment of drawing. What
changes, comes or goes afterwards is no part of it: records are compared as they were drawn, and one
that is gone is replaced by the next of the reserve of its stratum.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil

from customer_inventory.access.download.source import Source
from customer_inventory.audit.campaign.campaign import Campaign, get, held
from customer_inventory.audit.campaign.history import By, take
from customer_inventory.audit.campaign.plan import Plan, planned
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import encode
from customer_inventory.record.drawing import Drawn
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_STRATA = 50
_RESERVE = Fraction(1, 5)
_LEAST_RESERVE = 10
"""A reserve is a fifth of what is drawn of a stratum, and so many at least."""


async def plan_of(
    inventory: Inventory, campaign: Campaign, source: Source, sight: Sight
) -> tuple[Plan, dict[str, int]]:
    """Return the plan for what there is now, and how many records each stratum has.

    Raises Invalid for a demand that no plan meets, and more than MOST_STRATA strata.
    """
    declared = campaign.declared
    strata = await inventory.strata(
        source.declared,
        source.query,
        stratum=declared.stratum,
        most=MOST_STRATA + 1,
        sight=sight,
    )
    if len(strata) > MOST_STRATA:
        raise Invalid(
            f"has more than {MOST_STRATA} values: no sample is spread over so many strata.",
            path="stratum",
        )
    population = sum(strata.values())
    return await asyncio.to_thread(planned, declared.demand, population), strata


async def sample(
    database: Database,
    inventory: Inventory,
    campaign: str,
    source: Source,
    *,
    sight: Sight,
    by: By,
) -> Campaign:
    """Draw the sample of a planned campaign and freeze it; return the campaign.

    Raises Conflict for one that is sampled already, and as `plan_of` does.
    """
    found = await get(database, campaign)
    found.demand_state("planned")
    plan, strata = await plan_of(inventory, found, source, sight)
    given = allocated(strata, plan.size)
    drawn = await inventory.drawn(
        source.declared,
        source.query,
        seed=found.declared.seed,
        stratum=found.declared.stratum,
        wanted={name: (count + _reserve(count), strata[name]) for name, count in given.items()},
        sight=sight,
    )
    # What counts is what there was in the moment of drawing.
    strata = {each.stratum: each.population for each in drawn}
    population = sum(strata.values())
    if population != plan.population:
        plan = await asyncio.to_thread(planned, found.declared.demand, population)
    items, reserve = _parted(drawn, allocated(strata, plan.size))
    twice = read_twice(found.declared.seed, len(items), found.declared.second_share)
    async with held(database, campaign, "planned") as (within, _):
        await within.execute(
            SQL.freeze_plan, campaign, plan.population, len(items), plan.limit,
            encode(strata),
        )  # fmt: skip
        await within.execute(SQL.keep_items, campaign, *_columns(items, "open", 1))
        await within.execute(
            SQL.keep_items, campaign, *_columns(reserve, "reserve", len(items) + 1)
        )
        await within.execute(SQL.mark_read_twice, campaign, sorted(twice))
        await take(within, campaign, "sample", by)
        return await get(within, campaign)


def allocated(strata: Mapping[str, int], size: int) -> dict[str, int]:
    """Return how many of `size` records each stratum gives, in proportion (largest remainders)."""
    population = sum(strata.values())
    shares = {name: Fraction(size * of, population) for name, of in strata.items()}
    given = {name: int(share) for name, share in shares.items()}
    left = size - sum(given.values())
    by_remainder = sorted(shares, key=lambda name: (given[name] - shares[name], name))
    for name in by_remainder[:left]:
        given[name] += 1
    return given


def read_twice(seed: str, size: int, share: Fraction) -> set[int]:
    """Return the numbers of the items of a sample that a second reader gets, by the seed."""

    def lot(number: int) -> bytes:
        return hashlib.sha256(f"{seed} second {number}".encode()).digest()

    return set(sorted(range(1, size + 1), key=lot)[: ceil(share * size)])


def _reserve(size: int) -> int:
    return max(_LEAST_RESERVE, ceil(size * _RESERVE))


def _parted(drawn: Sequence[Drawn], given: Mapping[str, int]) -> tuple[list[Drawn], list[Drawn]]:
    """Return what is looked at, and the reserve, each in the order of drawing."""
    items = [each for each in drawn if each.place <= given[each.stratum]]
    reserve = [
        each
        for each in drawn
        if 0 < each.place - given[each.stratum] <= _reserve(given[each.stratum])
    ]
    return items, reserve


def _columns(drawn: Sequence[Drawn], state: str, first: int) -> tuple[object, ...]:
    return (
        state,
        list(range(first, first + len(drawn))),
        [each.id for each in drawn],
        [each.revision for each in drawn],
        [each.stratum for each in drawn],
    )
