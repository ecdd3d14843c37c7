"""An audit campaign: what is declared of it, how far it is, and how it is kept."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, get_args

from customer_inventory.audit.campaign.plan import Demand
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.kit.ids import new_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import parse
from customer_inventory.record.drawing import SOURCE
from customer_inventory.record.schema import paths
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import together

SQL = beside(__name__)

State = Literal["planned", "sampled", "underWay", "paused", "closed", "abandoned"]
Compared = Literal["contractScan", "customerCall", "sourceSystem", "confirmation"]
"""What records are compared with; a confirmation is asked for over the event interface."""

LONGEST = 200
"""So many characters a name, owner, seed or auditor has at most."""
_MOST_ELEMENTS = 50
_MOST_AUDITORS = 100
_LONGEST_FILTER = 8192
_PLAIN = re.compile(r"[^\x00-\x1f\x7f]+")


class NoSuchCampaign(NotFound):
    """There is no audit campaign of that id."""

    def __init__(self, campaign: str) -> None:
        super().__init__(
            f"There is no audit campaign {campaign[:100]!r}.",
            hint="`cinv audit campaign list` has them.",
        )


@dataclass(frozen=True, slots=True)
class Declared:
    """What a campaign is: whose, over which records, what of them is compared, how surely.

    The population is what `filter` (the query of a list) finds of a record type; `elements` are
    paths of it. `stratum` is a path, SOURCE or None. `second_share` of the sample is read twice.
    """

    name: str
    owner: str
    record_type: str
    filter: str
    elements: tuple[str, ...]
    compared_with: Compared
    demand: Demand
    due_at: datetime
    auditors: tuple[str, ...] = ()
    stratum: str | None = None
    seed: str = ""
    second_share: Fraction = Fraction(0)

    def check(self, declared: RecordType) -> None:
        """Raise Invalid, naming the member, for what cannot be a campaign over `declared`."""
        for name in ("name", "owner"):
            _check_word(getattr(self, name), name)
        check_auditors(self.auditors)
        _check_word(self.seed or "drawn", "seed")
        if len(self.filter) > _LONGEST_FILTER:
            raise Invalid(f"is longer than {_LONGEST_FILTER} characters.", path="filter")
        if self.compared_with not in get_args(Compared):
            known = ", ".join(get_args(Compared))
            raise Invalid(f"must be one of {known}.", path="comparedWith")
        if not 0 <= self.second_share <= 1:
            raise Invalid("must be between 0 and 1 (0 % and 100 %).", path="secondShare")
        if self.due_at <= now():
            raise Invalid("must be a time to come.", path="dueAt")
        self.demand.check()
        self._check_paths(declared)

    def _check_paths(self, declared: RecordType) -> None:
        known = paths(declared.schema)
        if not 0 < len(self.elements) <= _MOST_ELEMENTS or len(set(self.elements)) < len(
            self.elements
        ):
            raise Invalid(f"must be 1 to {_MOST_ELEMENTS} paths, each once.", path="element")
        for path in (*self.elements, *([self.stratum] if self.stratum else ())):
            if path not in known and path != SOURCE:
                raise Invalid(
                    f"There is no {path[:100]} in {declared.entity}.",
                    path="stratum" if path == self.stratum else "element",
                    hint="`cinv record types` has the attributes.",
                )
        if SOURCE in self.elements and SOURCE not in known:
            raise Invalid("The source is no element.", path="element")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it is kept; its plan and sample from when it was sampled."""

    id: str
    declared: Declared
    state: State
    opened_at: datetime
    population: int | None
    size: int | None
    limit: int | None
    strata: dict[str, int]
    sampled_at: datetime | None
    closed_at: datetime | None
    statement: dict[str, Any] | None

    @classmethod
    def of(cls, row: Row) -> "Campaign":
        """Return the campaign of a row of the table."""
        demand = Demand(*(Fraction(row[name]) for name in ("level", "risk", "ratio", "miss")))
        declared = Declared(
            demand=demand,
            elements=tuple(row["elements"]),
            auditors=tuple(row["auditors"]),
            second_share=Fraction(row["second_share"]),
            **{each.name: row[each.name] for each in fields(Declared) if each.name in _TAKEN},
        )
        return cls(
            row["id"],
            declared,
            row["state"],
            row["opened_at"],
            row["population"],
            row["size"],
            row["limit_number"],
            parse(row["strata"]) if row["strata"] else {},
            row["sampled_at"],
            row["closed_at"],
            parse(row["statement"]) if row["statement"] else None,
        )

    def demand_state(self, *states: State) -> None:
        """Raise Conflict unless the campaign is in one of these states."""
        if self.state not in states:
            raise Conflict(
                f"The campaign is {self.state}.", hint=f"This is for: {', '.join(states)}."
            )


_TAKEN = {
    "name", "owner", "record_type", "filter", "compared_with", "due_at", "stratum", "seed",
}  # fmt: skip


async def keep(database: Database, declared: Declared) -> Campaign:
    """Keep a new campaign; one without a seed gets one."""
    demand = declared.demand
    row = await database.row(
        SQL.keep_campaign,
        new_id(),
        declared.name,
        declared.owner,
        declared.record_type,
        declared.filter,
        list(declared.elements),
        declared.compared_with,
        *(_decimal(value) for value in (demand.level, demand.risk, demand.ratio, demand.miss)),
        declared.stratum,
        declared.seed or new_id(),
        _decimal(declared.second_share),
        list(declared.auditors),
        declared.due_at,
    )
    assert row is not None  # noqa: S101 - an INSERT without conditions returns its row
    return Campaign.of(row)


async def get(database: Database, campaign: str) -> Campaign:
    """Return a campaign; raise NoSuchCampaign."""
    row = await database.row(SQL.campaign_by_id, campaign)
    if row is None:
        raise NoSuchCampaign(campaign)
    return Campaign.of(row)


async def campaigns(database: Database, *, limit: int) -> list[Campaign]:
    """Return the campaigns, latest first."""
    return [Campaign.of(row) for row in await database.fetch(SQL.list_campaigns, limit)]


@asynccontextmanager
async def held(
    database: Database, campaign: str, *states: State
) -> AsyncIterator[tuple[Database, Campaign]]:
    """Lend a database within one transaction, and a campaign that nobody else changes meanwhile.

    Raises NoSuchCampaign, and Conflict for one that is in none of these states.
    """
    async with together(database) as within:
        row = await within.row(SQL.lock_campaign, campaign)
        if row is None:
            raise NoSuchCampaign(campaign)
        found = Campaign.of(row)
        found.demand_state(*states)
        yield within, found


async def become(within: Database, campaign: str, state: State) -> None:
    """Put a campaign that is held into a state."""
    await within.execute(SQL.set_state, campaign, state)


async def staffed(within: Database, campaign: str, auditors: Sequence[str]) -> None:
    """Keep who audits a campaign that is held."""
    await within.execute(SQL.set_auditors, campaign, list(auditors))


def check_auditors(people: Sequence[str]) -> None:
    """Raise Invalid for names of auditors that are none, or stand there twice."""
    for person in people:
        _check_word(person, "auditor")
    if len(set(people)) < len(people) or len(people) > _MOST_AUDITORS:
        raise Invalid(f"must be at most {_MOST_AUDITORS} people, each once.", path="auditor")


def _check_word(text: str, path: str) -> None:
    if not text.strip() or len(text) > LONGEST or not _PLAIN.fullmatch(text):
        raise Invalid(f"must be 1 to {LONGEST} characters, no control characters.", path=path)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
