"""What `matching` found, as text and as plain data."""

from typing import Any

from bench import report
from bench.judging import LINK, SURE, Judged, Quality
from bench.matching import Result

_FEBRL, _HARD, _ALARMS, _RECALL, _TIMES = 0.99, 0.96, 0.006, 0.94, 20


def text(result: Result) -> str:
    """Return precision, recall and F1 by set, what entry finds, and verdicts."""
    header = (
        "set",
        "records",
        "P",
        "R",
        "F1",
        f"P, R at {SURE}",
        "Splink F1",
        "its best",
        "s",
        "CPU s",
    )
    lines = [
        report.section(f"Duplicates in batch, linked from {LINK} on, no label seen"),
        report.table(header, [_row(each) for each in result.sets]),
        report.section("Other labelled sets, and some with columns missing"),
        report.table(header, [_row(each) for each in result.lacking]),
        "Splink: its weights alone from 0 on, trained as ours; its best takes the labels to know.",
        *_verdicts(result),
        f"peak memory {result.peak_gb:.2f} GB",
    ]
    return "\n".join(lines)


def _row(each: Judged) -> tuple[str, ...]:
    return (
        each.name,
        f"{each.records:,}",
        f"{each.linked.precision:.4f}",
        f"{each.linked.recall:.4f}",
        f"{each.linked.f1:.4f}",
        f"{each.sure.precision:.4f}, {each.sure.recall:.4f}",
        f"{each.alone.f1:.4f}",
        f"{each.alone_best.f1:.4f}",
        f"{each.seconds:.0f} ({each.seconds / (each.seconds_alone or 1):.2f} x)",
        f"{each.cpu:.0f} ({each.cpu / (each.cpu_alone or 1):.2f} x)",
    )


def _verdicts(result: Result) -> list[str]:
    lines = [
        _least(f"{each.name}, F1", each.linked.f1, _HARD if each.name == "hard set" else _FEBRL)
        for each in result.sets
    ]
    hard = result.sets[-1]
    lines.append(_most("hard set, CPU against Splink alone", hard.cpu / (hard.cpu_alone or 1), 2))
    sure = hard.sure
    lines.append(_least(f"hard set, precision from {SURE} on", sure.precision, 0.99))
    lines.append(_least(f"hard set, recall from {SURE} on", sure.recall, 0.9))
    found = result.entries
    if found is None:
        return lines
    check, read = _p95(found.check_ms), _p95(found.read_ms)
    return [
        *lines,
        report.section(
            f"At entry, {found.records:,} records, {found.there:,} known, {found.new:,} new"
        ),
        f"known: warned of {found.recall:.4f}, with the queue {found.recall_queued:.4f}",
        f"new: warned {found.false_alarms:.4f}, queued {found.queued_alarms:.4f}",
        f"by models shipped: {found.recall_shipped:.4f}, {found.false_alarms_shipped:.4f}",
        _times("over HTTP, with all duties", found.check_ms, found.read_ms),
        _times("within the process", found.within_check_ms, found.within_read_ms),
        f"of its processor: check {_spread(found.within_check_cpu_ms)}",
        _least("recall at entry", found.recall, _RECALL),
        _most("false alarms", found.false_alarms, _ALARMS),
        _most("check / read, p95", check / (read or 1), _TIMES),
    ]


def data(result: Result) -> dict[str, Any]:
    """Return every figure, for a program to read."""
    return {
        "plan": result.plan,
        "peak_gb": result.peak_gb,
        "entries": result.entries,
        "sets": [
            {
                "name": each.name,
                "records": each.records,
                "seconds": each.seconds,
                "seconds_alone": each.seconds_alone,
                "cpu": each.cpu,
                "cpu_alone": each.cpu_alone,
                **{
                    what: _told(getattr(each, what))
                    for what in ("linked", "sure", "alone", "alone_best")
                },
            }
            for each in (*result.sets, *result.lacking)
        ],
    }


def _told(quality: Quality) -> dict[str, float]:
    return {"precision": quality.precision, "recall": quality.recall, "f1": quality.f1}


def _p95(values: Any) -> float:
    ordered = sorted(values)
    return float(ordered[int(0.95 * (len(ordered) - 1))]) if ordered else 0.0


def _times(where: str, checks: Any, reads: Any) -> str:
    ratio = _p95(checks) / (_p95(reads) or 1)
    return f"{where}: check {_spread(checks)}, read {_spread(reads)}; {ratio:.1f} times in p95"


def _spread(values: Any) -> str:
    ordered = sorted(values) or [0.0]
    return f"p50 {ordered[len(ordered) // 2]:.2f}, p95 {_p95(values):.2f} ms"


def _least(what: str, figure: float, aim: float) -> str:
    return f"{'meets' if figure >= aim else 'falls short':11}  {what}: {figure:.4f}, aim {aim:g}"


def _most(what: str, figure: float, most: float) -> str:
    return (
        f"{'meets' if figure <= most else 'falls short':11}  {what}: {figure:.4f}, at most {most:g}"
    )
