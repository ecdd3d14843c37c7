"""The rows of a list as HTML. Every cell is the same work, and templates take ten times as long.

What stands beside a table as it does in one (an instant, a state) is made here too, so that it
looks the same in both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from markupsafe import Markup, escape

from customer_inventory.console.listing import Column, Kind, Listing
from customer_inventory.console.state import TONES
from customer_inventory.console.words import mark, words_of
from customer_inventory.console.written import Written, breakable, moment

_LONGEST_WHOLE = 28
"""One word below so many letters is not broken at its hyphens."""
_NOTHING = mark("nothing")
_INSTANT = Markup('<time datetime="{}" title="{}">{}</time>')
_BADGE = Markup('<span class="badge {}">{}</span>')
_Row = Mapping[str, Any]
_Cell = Callable[[Any, _Row], str]
"""The HTML of a value that is there, in its row."""


@dataclass(frozen=True)
class Table:
    """What templates ask to have shown in `language`: each method but `cell` is a filter."""

    language: str

    def instant(self, value: datetime | str | None) -> Markup:
        """Return an instant, exact on hover: in the reader's zone by script, without it in UTC."""
        if not value:
            return Markup()
        at = moment(value)
        exact = at.isoformat()
        return _INSTANT.format(exact, exact, self._written.utc(at))

    def badge(self, text: object, tone: str = "") -> Markup:
        """Return a state in colour and words; `state.TONES` has the tone, unless one is given."""
        return _badge(self.language, str(text or ""), tone or TONES.get(str(text), "plain"))

    def rows(self, listing: Listing) -> Markup:
        """Return the rows of a list."""
        say = words_of(self.language).gettext
        first, *others = listing.columns
        begun = [
            (each, f'<td class="{each.kind}" data-label="{escape(say(each.label))}">')
            for each in others
        ]
        rows = [
            f'<tr><th scope="row" class="{first.kind}">{self._head(row, first)}</th>'
            f"{''.join([f'{begin}{self.cell(row, column)}</td>' for column, begin in begun])}</tr>"
            for row in listing.rows
        ]
        # Each cell is escaped where it is made.
        return Markup("\n".join(rows))  # noqa: S704 # nosec B704

    def cell(self, row: _Row, column: Column) -> str:
        """Return what a row shows in a column, as HTML."""
        value = row.get(column.key)
        if value is None or value == "":
            return self._nothing
        return self._cells[column.kind](value, row)

    def _head(self, row: _Row, column: Column) -> str:
        href, shown = row.get("_href"), self.cell(row, column)
        return f'<a href="{escape(href)}">{shown}</a>' if href else shown

    @cached_property
    def _written(self) -> Written:
        return Written(self.language)

    @cached_property
    def _nothing(self) -> str:
        said = escape(words_of(self.language).gettext(_NOTHING))
        return f'<span class="faint" aria-label="{said}">&ndash;</span>'

    @cached_property
    def _cells(self) -> Mapping[Kind, _Cell]:
        written = self._written
        return {
            "text": lambda value, _: _text(value),
            "name": lambda value, _: _text(value),
            "time": lambda value, _: self.instant(value),
            "date": lambda value, _: escape(
                value if isinstance(value, str) else written.day(value)
            ),
            "number": lambda value, _: escape(written.number(value)),
            "size": self._size,
            "money": lambda value, _: escape(written.money(value)),
            "share": lambda value, _: escape(written.share(value)),
            "state": lambda value, row: self.badge(value, row.get("_tone", "")),
            "ours": lambda value, _: _text(written.ours(value)),
            "code": lambda value, _: _code(value),
        }

    def _size(self, value: Any, row: _Row) -> str:
        is_bytes = row.get("unit", "bytes") == "bytes"
        return escape(self._written.size(value) if is_bytes else self._written.number(value))


def filters(language: str) -> Mapping[str, Callable[..., Markup]]:
    """Return the filters of templates by name."""
    own = Table(language)
    return {"instant": own.instant, "badge": own.badge, "rows": own.rows}


@lru_cache(maxsize=2_000)
def _badge(language: str, text: str, tone: str) -> Markup:
    return _BADGE.format(tone, Written(language).worded(text) if text else "")


def _text(value: object) -> str:
    return f"<bdi{_whole(value)}>{escape(value)}</bdi>"


def _code(value: object) -> str:
    return f"<code{_whole(value)}>{breakable(value)}</code>"


def _whole(value: object) -> str:
    is_whole = (
        isinstance(value, str)
        and len(value) < _LONGEST_WHOLE
        and " " not in value
        and "." not in value
    )
    return ' class="whole"' if is_whole else ""
