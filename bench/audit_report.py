"""What `audit` found, as text and as plain data."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bench import report
from bench.audit import AGAIN, CHANGED, COUNTS, FIRST, LISTS, OURS_TEN, Result
from bench.sample import Sample, Spread, ratios

_MOST_OF_COUNTS, _MOST_OF_LISTS, _MOST_OF_FULL, _LEAST_OF_LIBRARY = 1.3, 2.0, 0.01, 10.0


def text(result: Result) -> str:
    """Return what each took, and how that stands to what is by hand and to libraries."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "records": result.plan.records,
        "postgresql": result.postgresql,
        "failing": result.failing,
        "findings": result.findings,
        "samples": result.samples,
        "versions": result.versions,
        "named": result.named,
    }


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"audit: 40 rules over {result.plan.records:,} individuals, {result.failing:,} failing "
        f"answers, {result.plan.rounds} rounds, PostgreSQL {result.postgresql}"
    )
    yield "seconds, median (lowest to highest); of processor, medians: database + this process\n"
    rows = [
        (_called(result, name), _seconds(result, name), _processor(result, name))
        for name in result.samples
    ]
    yield report.table(("", "seconds", "processor"), rows)
    yield report.section("aims")
    yield from _aims(result, result.samples)
    if all(sample.cpu for samples in result.samples.values() for sample in samples):
        yield report.section("the same by processor seconds, which a busy machine does not change")
        yield from _aims(result, {n: [*map(_spent, each)] for n, each in result.samples.items()})


def _aims(result: Result, samples: dict[str, list[Sample]]) -> Iterator[str]:
    # Ratios are of rates: how long ours takes of what is by hand is the other way round.
    for what, by, ours, most in (
        ("run over what is known, of the counts by hand,", COUNTS, AGAIN, _MOST_OF_COUNTS),
        ("run with all findings new, of the ids by hand,", LISTS, FIRST, _MOST_OF_LISTS),
        ("1,000 changes, of a run over everything,", AGAIN, CHANGED, _MOST_OF_FULL),
    ):
        if by in samples:
            yield report.bound(what, ratios(samples[by], samples[ours]), most)
    for name in result.versions:
        what = f"ten rules with all ids, times as quick as {name}"
        yield report.verdict(what, ratios(samples[OURS_TEN], samples[name]), _LEAST_OF_LIBRARY)


def _spent(sample: Sample) -> Sample:
    """Return a sample that took as long as processors worked on it."""
    return replace(sample, seconds=sum(sample.cpu.values()))


def _called(result: Result, name: str) -> str:
    if name not in result.versions:
        return name
    library, _, relation = name.partition(", ")
    version = result.versions[name]
    return f"{library} {version}, {relation}, ten rules, {result.named[name]:,} rows named"


def _seconds(result: Result, name: str) -> str:
    spread = Spread.of(sample.seconds for sample in result.samples[name])
    return f"{spread.median:,.2f} ({spread.low:,.2f} to {spread.high:,.2f})"


def _processor(result: Result, name: str) -> str:
    told = [sample.cpu for sample in result.samples[name] if sample.cpu]
    return " + ".join(
        f"{Spread.of(cpu[who] for cpu in told).median:,.2f}" for who in ("database", "ours") if told
    )
