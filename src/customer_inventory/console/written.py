"""How values are written in a language: numbers, amounts, sizes, days, codes, messages."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup, escape

from customer_inventory.console.messages import translated
from customer_inventory.console.words import FIRST, locale_of, mark, words_of
from customer_inventory.kit.clock import now
from customer_inventory.kit.size import unit_of

_YES, _NO = mark("Yes"), mark("No")
_LASTS = ("year", "month", "week", "day", "hour", "minute", "second")
_LASTING = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_STEPS = re.compile(r"(?<=[a-zA-Z\]])(?=[.\[])")
_INNER = re.compile(r"(?<=[a-z])[A-Z]")


@dataclass(frozen=True)
class Written:
    """What templates ask to have written in `language`: each method is a filter of its name."""

    language: str

    def number(self, value: float | Decimal) -> str:
        """Return a number with its groups."""
        return _number(value, self.language)

    def signed(self, value: float) -> str:
        """Return a figure with its sign, to a tenth."""
        form = "+#,##0.0;-#,##0.0"
        return str(format_decimal(value, format=form, locale=locale_of(self.language)))

    def money(self, value: Decimal) -> str:
        """Return an amount with as many decimals as it has."""
        decimals = "." + "0" * max(-int(value.as_tuple().exponent), 0)
        form = f"#,##0{decimals.rstrip('.')}"
        return str(format_decimal(value, format=form, locale=locale_of(self.language)))

    def share(self, value: float | Decimal) -> str:
        """Return a share of one in percent."""
        between = "" if self.language == FIRST else "\N{NO-BREAK SPACE}"
        form = f"#,##0.##{between}%"
        return str(format_percent(value, format=form, locale=locale_of(self.language)))

    def size(self, value: float) -> str:
        """Return bytes in the unit in which people say them."""
        unit, factor = unit_of(value)
        told = format_decimal(value / factor, format="#,##0.#", locale=locale_of(self.language))
        return f"{told} {unit}"

    def day(self, value: date) -> str:
        """Return a day."""
        return _day(value.date() if isinstance(value, datetime) else value, self.language)

    def dated(self, value: str) -> str:
        """Return a day that is written as a record has it; what is none stays as it is."""
        try:
            return self.day(datetime.fromisoformat(value))
        except ValueError:
            return value

    def age(self, value: datetime) -> str:
        """Return how long ago something was."""
        return format_timedelta(now() - value, locale=locale_of(self.language), threshold=1.5)

    def utc(self, value: datetime) -> str:
        """Return an instant as those read it who have no script."""
        at = value.astimezone(UTC)
        return f"{self.day(at)} {at:%H:%M} UTC"

    def lasting(self, value: str) -> str:
        """Return a duration (ISO 8601) in words; what is none stays as it is."""
        found = _LASTING.fullmatch(value)
        if not found or not any(found.groups()):
            return value
        parts = zip(_LASTS, found.groups(), strict=True)
        locale = locale_of(self.language)
        return ", ".join(
            format_unit(int(n), f"duration-{unit}", locale=locale) for unit, n in parts if n
        )

    def plainly(self, value: object) -> object:
        """Return a value as people read it: yes and no in place of true and false."""
        if not isinstance(value, bool):
            return value
        return words_of(self.language).gettext(_YES if value else _NO)

    def worded(self, code: object) -> str:
        """Return what a code of the product is called: as translated, or its words apart."""
        text = words_of(self.language).gettext(str(code))
        return text if text != str(code) else _INNER.sub(lambda found: f" {found[0].lower()}", text)

    def ours(self, text: object) -> object:
        """Return a text of the product, translated; what people wrote stays as it is."""
        if self.language == FIRST or not isinstance(text, str):
            return text
        word = words_of(self.language).gettext(text) if text else text
        return word if word != text else translated(text, self.language) or text

    def said(self, message: str) -> str:
        """Return what a room says, translated; where it is not, marked as English."""
        if self.language == FIRST:
            return message
        told = translated(message, self.language)
        return Markup('<span lang="en">{}</span>').format(message) if told is None else told


@lru_cache(maxsize=10_000)
def _day(value: date, language: str) -> str:
    return str(format_date(value, format="medium", locale=locale_of(language)))


@lru_cache(maxsize=10_000, typed=True)
def _number(value: float | Decimal, language: str) -> str:
    return str(format_decimal(value, locale=locale_of(language)))


def breakable(value: object) -> Markup:
    """Return a path that may be broken before its steps, and is copied as it is."""
    return Markup(_STEPS.sub("<wbr>", str(escape(value))))  # noqa: S704 - escaped # nosec B704


def moment(value: datetime | str) -> datetime:
    """Return an instant that may be written as text."""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def filters(language: str) -> Mapping[str, Callable[..., Any]]:
    """Return the filters of templates by name."""
    own = Written(language)
    names = (
        "lasting",
        "plainly",
        "dated",
        "number",
        "money",
        "share",
        "size",
        "day",
        "age",
        "utc",
        "worded",
        "said",
        "ours",
    )
    told = {name: getattr(own, name) for name in names}
    return {**told, "moment": moment, "breakable": breakable, "entry": date.fromisoformat}
