"""Charts as SVG, drawn where the page is made: no script, and the colours of the page around."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from markupsafe import Markup

Bar = tuple[str, int | Decimal]
Series = tuple[str, Sequence[float | None]]

_WIDTH, _LABEL, _FIGURE, _ROW = 640, 200, 110, 24
_HEIGHT, _FOOT = 140, 22
_MOST = 20
_AXIS = 48
_SPARK, _SPARK_HEIGHT, _DOT = 110, 22, 3


def bars(
    values: Sequence[Bar], said: str, told: Callable[[int | Decimal], str] | None = None
) -> Markup:
    """Return horizontal bars, a label each, the first 20 of them; `said` is what they show.

    With `told` each bar has its figure behind it. Negative values have no length.
    """
    shown = values[:_MOST]
    most = max((value for _, value in shown), default=0) or 1
    room = _WIDTH - _LABEL - (_FIGURE if told else 0)
    label = Markup('<text x="{}" y="{}" class="label">{}</text>')
    bar = Markup('<rect x="{}" y="{}" width="{}" height="14" class="bar"/>')
    parts = []
    for row, (name, value) in enumerate(shown):
        top, length = row * _ROW, _length(value, most, room)
        parts += [label.format(0, top + 14, name), bar.format(_LABEL, top + 3, length)]
        if told:
            parts.append(label.format(_LABEL + length + 6, top + 14, told(value)))
    return _drawn(parts, len(shown) * _ROW, said)


def waterfall(
    begin: float,
    steps: Sequence[tuple[str, float]],
    said: str,
    written: Callable[[float], str] = "{:+.1f}".format,
) -> Markup:
    """Return how steps lead from `begin` to their sum, a row each, with the figure of each.

    What leads down is of class `s1`. A line shows where nothing speaks for either side (0).
    """
    heights = [begin]
    for _, step in steps:
        heights.append(heights[-1] + step)
    low, high = min(0.0, *heights), max(0.0, *heights)
    room = _WIDTH - _LABEL - _FIGURE
    place = partial(_place, low=low, far=(high - low) or 1, room=room)
    label = Markup('<text x="{}" y="{}" class="label">{}</text>')
    bar = Markup('<rect x="{}" y="{}" width="{}" height="14" class="bar{}"/>')
    parts = [Markup('<path class="grid" d="M{} 0V{}"/>').format(place(0), len(steps) * _ROW)]
    for row, (name, step) in enumerate(steps):
        left, right = sorted((place(heights[row]), place(heights[row + 1])))
        parts += [
            label.format(0, row * _ROW + 14, name),
            bar.format(left, row * _ROW + 3, max(right - left, 1), " s1" if step < 0 else ""),
            label.format(_WIDTH - _FIGURE + 12, row * _ROW + 14, written(step)),
        ]
    return _drawn(parts, len(steps) * _ROW, said)


def _place(value: float, *, low: float, far: float, room: int) -> float:
    return round(_LABEL + room * (value - low) / far, 1)


def columns(values: Sequence[Bar], said: str) -> Markup:
    """Return columns side by side, such as the days of a month, with the first and last label."""
    if not values:
        return _drawn([], _HEIGHT, said)
    most = max(value for _, value in values) or 1
    step = _WIDTH / len(values)
    parts = []
    for place, (_, value) in enumerate(values):
        height = _length(value, most, _HEIGHT - _FOOT)
        parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" class="bar"/>').format(
                round(place * step, 1), _HEIGHT - _FOOT - height, round(step * 0.8, 1), height
            )
        )
    text = Markup('<text x="{}" y="{}" class="label" text-anchor="{}">{}</text>')
    parts.append(text.format(0, _HEIGHT - 6, "start", values[0][0]))
    parts.append(text.format(_WIDTH, _HEIGHT - 6, "end", values[-1][0]))
    return _drawn(parts, _HEIGHT, said)


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    said: str,
    *,
    band: tuple[Sequence[float | None], Sequence[float | None]] | None = None,
    written: Callable[[float], str] = "{:g}".format,
) -> Markup:
    """Return lines over the same labels, each with its name and its values, on a grid.

    `written` writes a value. A `band` is the area between two ends, drawn where both are known
    (class `band`).

    Values are from 0 up; where one is not known (None) the line stops. Lines differ by class
    (`s0`, `s1`, `s2`), which style sheets give colour and dashes.
    """
    every = [*(values for _, values in series), *(band or ())]
    known = [value for values in every for value in values if value is not None]
    most = _round_up(max(known, default=0))
    step, room = (_WIDTH - _AXIS) / max(len(labels) - 1, 1), _HEIGHT - _FOOT - _DOT
    grid = Markup('<path class="grid" d="M{} {}H{}"/>')
    text = Markup('<text x="{}" y="{}" class="label" text-anchor="{}">{}</text>')
    parts: list[Markup] = []
    for quarter in range(5):
        height = round(_DOT + room * (1 - quarter / 4), 1)
        parts.append(grid.format(_AXIS, height, _WIDTH))
        parts.append(text.format(_AXIS - 6, height + 4, "end", written(most * quarter / 4)))

    def placed(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
        return [
            None
            if v is None
            else (round(_AXIS + at * step, 1), round(_DOT + room * (1 - v / most), 1))
            for at, v in enumerate(values)
        ]

    if band:
        ends = [*filter(None, placed(band[0])), *reversed([*filter(None, placed(band[1]))])]
        area = " ".join(f"{x},{y}" for x, y in ends)
        parts.append(Markup('<polygon class="band" points="{}"/>').format(area))
    for number, (name, values) in enumerate(series):
        parts += _line(name, number, placed(values), labels, values, written=written)
    if labels:
        parts.append(text.format(_AXIS, _HEIGHT - 6, "start", labels[0]))
        parts.append(text.format(_WIDTH, _HEIGHT - 6, "end", labels[-1]))
    return _drawn(parts, _HEIGHT, said)


def _line(
    name: str,
    number: int,
    points: Sequence[tuple[float, float] | None],
    labels: Sequence[str],
    values: Sequence[float | None],
    *,
    written: Callable[[float], str],
) -> list[Markup]:
    """Return the stretches of a line between what is not known, and a dot with its words each.

    What is the same everywhere, such as a limit, has no dots.
    """
    parts, stretch = [], list[str]()
    for point in (*points, None):
        if point is not None:
            stretch.append(f"{point[0]},{point[1]}")
            continue
        if len(stretch) > 1:
            parts.append(
                Markup('<polyline class="line s{}" points="{}"/>').format(number, " ".join(stretch))
            )
        stretch = []
    dot = Markup(
        '<circle class="bar s{}" cx="{}" cy="{}" r="2.5"><title>{}, {}: {}</title></circle>'
    )
    if len(labels) > 1 and len({*values}) == 1:
        return parts
    for point, label, value in zip(points, labels, values, strict=True):
        if point is not None and value is not None:
            parts.append(dot.format(number, *point, name, label, written(value)))
    return parts


def _round_up(value: float) -> float:
    """Return the next number at which a grid of four ends well."""
    if value <= 0:
        return 1
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)


def spark(shares: Sequence[float | None], said: str) -> Markup:
    """Return a small line of shares, the lowest at the foot; what is not known (None) is left out.

    One point alone is a dot.
    """
    known = [(place, share) for place, share in enumerate(shares) if share is not None]
    low = min((share for _, share in known), default=0.0)
    far = max((share for _, share in known), default=0.0) - low
    step, room = _SPARK / max(len(shares) - 1, 1), _SPARK_HEIGHT - 2 * _DOT
    heights = [(place, (share - low) / far if far else 0.5) for place, share in known]
    points = [
        (round(_DOT + place * step, 1), round(_DOT + room * (1 - height), 1))
        for place, height in heights
    ]
    line = Markup('<polyline class="line" points="{}"/>').format(
        " ".join(f"{x},{y}" for x, y in points)
    )
    dot = Markup('<circle class="bar" cx="{}" cy="{}" r="{}"/>')
    last = [dot.format(x, y, _DOT) for x, y in points[-1:]]
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        "{}</svg>"
    ).format(
        _SPARK + 2 * _DOT, _SPARK_HEIGHT, _SPARK + 2 * _DOT, _SPARK_HEIGHT, said,
        Markup("").join([line, *last]),
    )  # fmt: skip


def _length(value: int | Decimal, most: int | Decimal, whole: int) -> float:
    return round(float(whole * max(value, 0) / most), 1)


def _drawn(parts: Sequence[Markup], height: int, said: str) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, height, said, Markup("").join(parts))
