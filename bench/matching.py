"""`matching`: how well duplicates are found, in batch and at entry, with Splink alone beside it."""

import resource
from dataclasses import dataclass, field

from bench import febrl, lacking, matching_entry
from bench.hard_set import HardSet
from bench.judging import Judged, judge
from bench.matching_entry import Entries


@dataclass(frozen=True)
class Plan:
    """How many records the hard set has, how many are checked at entry, and the seed of both."""

    records: int = 100_000
    checks: int = 2_000
    seed: int = 11


@dataclass(frozen=True)
class Result:
    """What was found in each labelled set, in others and those with columns missing, at entry."""

    plan: Plan
    sets: list[Judged] = field(default_factory=list)
    lacking: list[Judged] = field(default_factory=list)
    entries: Entries | None = None
    peak_gb: float = 0.0


async def measure(plan: Plan) -> Result:
    """Judge the labelled sets and the hard set; check at entry with models of the hard set."""
    sets = [
        judge(name, [("individual", *each) for each in febrl.records(name)]) for name in febrl.SETS
    ]
    others = [judge(name, records) for name, records in lacking.sets()]
    hard = judge("hard set", list(HardSet(plan.seed).records(plan.records)))
    entries = await matching_entry.measure(plan.records, plan.checks, plan.seed + 100, hard.models)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return Result(plan, [*sets, hard], others, entries, peak)
