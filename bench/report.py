"""Tables and verdicts in plain text: what was measured, and whether it is enough."""

from collections.abc import Iterable, Sequence

from bench.sample import Spread

Row = Sequence[str]


def table(header: Row, rows: Iterable[Row]) -> str:
    """Return lines of columns, the first to the left and the others to the right."""
    every = [header, *rows]
    widths = [max(len(row[place]) for row in every) for place in range(len(header))]
    return "\n".join(_line(row, widths) for row in every)


def markdown(header: Row, rows: Iterable[Row]) -> str:
    """Return a table as documents have it, all but the first column to the right."""
    marks = ("---", *("---:" for _ in header[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, marks, *rows))


def rate(spread: Spread) -> str:
    """Write operations a second: the median, then lowest and highest."""
    return f"{spread.median:,.0f} ({spread.low:,.0f} to {spread.high:,.0f})"


def ratio(spread: Spread) -> str:
    """Write a ratio to three digits: the median, then lowest and highest."""
    return f"{spread.median:#.3g} ({spread.low:#.3g} to {spread.high:#.3g})"


def verdict(what: str, figure: Spread, aim: float) -> str:
    """Say whether the median of `figure` reaches `aim`."""
    if figure.median >= aim:
        return f"meets        {what}: {ratio(figure)}, aim {aim:g}"
    missing = 100 * (1 - figure.median / aim)
    return f"falls short  {what}: {ratio(figure)}, aim {aim:g}, {missing:.0f} % below"


def bound(what: str, figure: Spread, most: float) -> str:
    """Say whether the median of `figure` stays within `most`."""
    if figure.median <= most:
        return f"meets        {what} {ratio(figure)}, at most {most:g}"
    return f"falls short  {what} {ratio(figure)}, at most {most:g}"


def shares(parts: dict[str, float]) -> str:
    """Say which part of a sum each takes, largest first."""
    whole = sum(parts.values()) or 1.0
    ordered = sorted(parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{who} {100 * value / whole:.0f} %" for who, value in ordered)


def section(title: str) -> str:
    """Return a heading with an empty line before it."""
    return f"\n{title}\n{'-' * len(title)}"


def _line(row: Row, widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    cells = [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
    return "  ".join(cells).rstrip()
