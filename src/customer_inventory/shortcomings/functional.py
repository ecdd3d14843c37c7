"""Shortcomings of function: what is required of the repository and it cannot do.

A requirement that it cannot hold, enforce or find by; searches, audits and captures that miss what
was promised of them. Each room says how it goes; here it is held to the promise.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

from croniter import croniter

from customer_inventory.audit import running
from customer_inventory.capture.process import register as processes
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.register import index
from customer_inventory.requirements import register
from customer_inventory.requirements.checking import check as demand_possible
from customer_inventory.requirements.compiling import compiled
from customer_inventory.shortcomings.assessing import Told, asked
from customer_inventory.shortcomings.check import Check, Outcome
from customer_inventory.store.database import Database
from customer_inventory.usage.metering.latency import latencies

_REQUIREMENT = Check(
    "FUN01", "A requirement cannot be kept", "", "requirement", 1, 2,
    risk="What must be known of customers is not held, not checked, or not found.",
    remedy="Build the index (cinv req apply), widen the type, or make the rule cheaper.",
)  # fmt: skip
_SEARCH = Check(
    "FUN02", "Searches miss their objective", "", "% of the objective", 100, 300,
    floor=100, floor_unit="searches", evidence="measured over a week",
    risk="Agents wait, and keep customers waiting.",
    remedy="STM01 and IDX01 name what is slow; TBL04, IDX08 and TBL05 say why.",
)  # fmt: skip
_AUDIT = Check(
    "FUN03", "An audit does not end in its window", "", "% of the window", 80, 100,
    risk="What is wrong with records is known late, and the audit burdens the day.",
    remedy="cinv audit rules tells which rules take long; ask an extract, or widen the window.",
)  # fmt: skip
_FRESH = Check(
    "FUN04", "A capture cannot keep its freshness", "", "% of the limit", 100, 300,
    risk="The inventory says what was, and says it as if it were so.",
    remedy="Let it run more often, look why runs fail (cinv capture jobs), or widen freshHours.",
)  # fmt: skip
CHECKS = (_REQUIREMENT, _SEARCH, _AUDIT, _FRESH)

_WEEK = timedelta(days=7)
_SHARE = 0.95
_SEARCHES = ("read", "search")
_LOOKED_BACK = 20
_HOUR = 3600


async def of_functions(database: Database, settings: Settings) -> list[Outcome]:
    """Return what came of the checks of what the repository is for."""

    def held_to(
        promise: int, ask: Callable[[Database, int], Awaitable[Iterable[Told]]]
    ) -> Callable[[Database], Awaitable[Iterable[Told]]]:
        return lambda within: ask(within, promise)

    return [
        await asked(database, _REQUIREMENT, _not_kept),
        await asked(database, _SEARCH, held_to(settings.search_objective_ms, _slow_searches)),
        await asked(database, _AUDIT, held_to(settings.audit_window_hours, _long_audits)),
        await asked(database, _FRESH, _stale_captures),
    ]


async def _not_kept(database: Database) -> Iterable[Told]:
    found: dict[str, Told] = {}
    possible = []
    for versioned in await register.in_state(database, "approved", "enforced"):
        requirement = versioned.requirement
        try:
            demand_possible(requirement)
        except Invalid as error:
            found[requirement.id] = _requirement(
                requirement.id, 2, "cannot be held", said=str(error)
            )
        else:
            possible += [requirement] if versioned.state == "enforced" else []
    for each in await index.missing(database, compiled(possible)):
        name = each.name.removeprefix(index.PREFIX).upper().replace("_", "-")
        found[name] = _requirement(name, 1, "has no index that can be used", table=each.table)
    for outcome in await _last_outcomes(database):
        if outcome.error and outcome.requirement:
            found[outcome.requirement] = _requirement(
                outcome.requirement, 2, "cannot be asked of records", rule=outcome.rule
            )
    return found.values()


async def _last_outcomes(database: Database) -> Iterable[running.Outcome]:
    for run in await running.runs(database, limit=_LOOKED_BACK):
        if run["state"] == "done":
            return await running.outcomes(database, run["id"])
    return ()


async def _slow_searches(database: Database, milliseconds: int) -> Iterable[Told]:
    at = now()
    every = await latencies(database, at - _WEEK, at, by=("operation", "record_type"))
    found = [each for each in every if each.key == _SEARCHES]
    count = sum(each.requests for each in found)
    if count < _SEARCH.floor:
        raise Conflict(f"{count} searches in a week, {_SEARCH.floor:g} are needed for a verdict")
    took = found[0].quantile(_SHARE) * 1000
    figures = {"searches": count, "ms": round(took, 1), "objective": milliseconds}
    return [{"object": "search", "value": round(100 * took / milliseconds), "figures": figures}]


async def _long_audits(database: Database, hours: int) -> Iterable[Told]:
    last = [
        each
        for each in await running.runs(database, limit=_LOOKED_BACK)
        if each["is_full"] and each["state"] in ("running", "done")
    ][:1]
    if not last:
        raise Conflict("no audit has looked at everything yet")
    [run] = last
    took = ((run["ended_at"] or now()) - run["began_at"]).total_seconds()
    figures = {"run": run["id"], "state": run["state"], "hours": round(took / _HOUR, 2)}
    value = round(100 * took / (hours * _HOUR), 1)
    return [{"object": "audit of everything", "value": value, "figures": {**figures, "of": hours}}]


async def _stale_captures(database: Database) -> Iterable[Told]:
    found: list[Told] = []
    for each in await processes.processes(database):
        load = each.declared.load
        if load is None or load.fresh_hours is None or each.state != "enforced":
            continue
        found.append(_of_capture(each, load.fresh_hours))
    if not found:
        raise Conflict("no capture process in force says how old what it brings may become")
    return found


def _of_capture(standing: processes.Standing, hours: int) -> Told:
    """Tell how old what a process brought is, and becomes by its schedule, of what it may."""
    figures: dict[str, float | str] = {"limit": hours}
    ages = []
    if standing.last_ended_at is None:
        figures["last run"] = "never"
        ages.append(float(hours))  # due already, by however much
    else:
        ages.append((now() - standing.last_ended_at).total_seconds() / _HOUR)
        figures["hours since the last run"] = round(ages[0], 2)
    if standing.declared.schedule is not None:
        gap = _gap(standing.declared.schedule) + (standing.mean_seconds or 0) / _HOUR
        figures["hours from run to run"] = round(gap, 2)
        ages.append(gap)
    value = round(100 * max(ages) / hours, 1)
    return {"object": f"capture {standing.declared.id}", "value": value, "figures": figures}


def _gap(schedule: str) -> float:
    """Return the longest time between runs of a schedule in the week to come, in hours."""
    at, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC)
    due, longest = croniter(schedule, at), 0.0
    before = due.get_next(datetime)
    while before < end:
        following = due.get_next(datetime)
        longest = max(longest, (following - before).total_seconds() / _HOUR)
        before = following
    return longest


def _requirement(name: str, value: float, why: str, **figures: str) -> Told:
    return {"object": f"requirement {name}", "value": value, "figures": {"it": why, **figures}}
