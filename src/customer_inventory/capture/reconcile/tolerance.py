"""What may differ: tolerances of elements, declared in a file, and the one test of two values.

A file has, by alias of the mapping (by type for whole documents), elements with what is tolerated:

    billingAccount:
      accountBalance.amount.value: {within: 0.01}
      lastUpdate: {within: PT5M}
      name: {ignore: [case, space]}
      contact: {ignore: all}

It holds for all that is below an element too. Without any, numbers are compared by value and
date-times by the instant they name, as checks read them; all else as it is written.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from customer_inventory.capture.mapping import Mapping as Declared
from customer_inventory.capture.reconcile.element import elements_of
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import Value, nearest, parse
from customer_inventory.record.types import TYPES
from customer_inventory.store.where import check_path

_LONGEST = 1_048_576
_IGNORED = ("case", "space", "order", "all")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]")
_DURATION = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What of an element may differ: by how much as a number or in time, and what is ignored."""

    number: Decimal | None = None
    time: timedelta | None = None
    ignored: frozenset[str] = frozenset()

    @property
    def is_never_compared(self) -> bool:
        """Whether nothing of the element is compared."""
        return "all" in self.ignored

    def agree(self, here: Any, there: Any) -> bool:
        """Tell whether two values say the same."""
        return self.is_never_compared or self._same(here, there)

    def _same(self, one: Any, other: Any) -> bool:
        if isinstance(one, list) and isinstance(other, list):
            return self._same_lists(one, other)
        if isinstance(one, str) and isinstance(other, str):
            return self._same_texts(one, other)
        if _is_number(one) and _is_number(other):
            # A number is what it is worth: 10 is 10.0.
            return abs(_decimal(one) - _decimal(other)) <= (self.number or 0)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            return one.keys() == other.keys() and all(
                self._same(one[name], other[name]) for name in one
            )
        return type(one) is type(other) and bool(one == other)

    def _same_lists(self, one: list[Any], other: list[Any]) -> bool:
        if len(one) != len(other):
            return False
        if "order" in self.ignored:
            left = list(other)
            for each in one:
                place = next((n for n, there in enumerate(left) if self._same(each, there)), None)
                if place is None:
                    return False
                del left[place]
            return True
        return all(self._same(each, there) for each, there in zip(one, other, strict=True))

    def _same_texts(self, one: str, other: str) -> bool:
        if self._form(one) == self._form(other):
            return True
        is_dated = self.time is not None or (_DATE_TIME.match(one) and _DATE_TIME.match(other))
        if not is_dated:
            return False
        first, second = parse_instant(one), parse_instant(other)
        if first is None or second is None:
            return False
        return abs(first - second) <= (self.time or timedelta())

    def _form(self, text: str) -> str:
        text = unicodedata.normalize("NFC", text)
        if "space" in self.ignored:
            text = "".join(text.split())
        return text.casefold() if "case" in self.ignored else text


EXACT = Tolerance()


@dataclass(frozen=True)
class Tolerances:
    """Tolerances by alias and element; `text` is the file they were read from ("": none)."""

    text: str = ""
    by_alias: Mapping[str, Mapping[str, Tolerance]] = field(default_factory=dict)

    def of(self, alias: str, element: str) -> Tolerance:
        """Return the tolerance of an element: its own, or that of the nearest one above it."""
        declared = self.by_alias.get(alias)
        while declared and element:
            if element in declared:
                return declared[element]
            element = element.rpartition(".")[0]
        return EXACT


def read_tolerances(path: Path, mapping: Declared) -> Tolerances:
    """Return the tolerances in a file; raise Invalid, FileError with the line of what is wrong."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8 text.") from None
    if len(raw) > _LONGEST:
        raise Invalid(f"{path} is larger than a file of tolerances can be (1 MiB).")
    return parse_tolerances(text, mapping)


def parse_tolerances(text: str, mapping: Declared) -> Tolerances:
    """Return the tolerances that `text` declares for records of `mapping`; "" declares none."""
    if not text:
        return Tolerances()
    known: dict[str, Sequence[str] | None] = {
        record.alias: elements_of(record) for record in mapping.records
    } or dict.fromkeys(TYPES)
    found = {}
    for alias, value in parse(text).members().items():
        if alias not in known:
            raise value.wrong(f"no record of {mapping.name} is {alias!r}.{nearest(alias, known)}")
        found[alias] = {
            element: _tolerance(each, element, known[alias])
            for element, each in value.members().items()
        }
    return Tolerances(text, found)


def _tolerance(value: Value, element: str, known: Sequence[str] | None) -> Tolerance:
    if known is None:
        _checked_path(value, element)
    elif not any(each == element or each.startswith(f"{element}.") for each in known):
        raise value.wrong(f"the mapping maps no element {element!r}.{nearest(element, known)}")
    members = value.only("within", "ignore")
    if not members:
        raise value.wrong("tolerates nothing: give within or ignore.")
    number, time = _within(members["within"]) if "within" in members else (None, None)
    return Tolerance(
        number, time, _ignored(members["ignore"]) if "ignore" in members else frozenset()
    )


def _checked_path(value: Value, element: str) -> None:
    try:
        check_path(element)
    except Invalid as error:
        raise value.wrong(error.message) from None


def _ignored(value: Value) -> frozenset[str]:
    words = value.texts()
    for word in words:
        if word not in _IGNORED:
            raise value.wrong(
                f"{word!r} is nothing to ignore.", f"There are: {', '.join(_IGNORED)}."
            )
    return frozenset(words)


def _within(value: Value) -> tuple[Decimal | None, timedelta | None]:
    given = value.scalar()
    if isinstance(given, int | float) and not isinstance(given, bool) and given >= 0:
        return Decimal(value.text()), None
    match = _DURATION.fullmatch(given) if isinstance(given, str) else None
    if match is None:
        raise value.wrong(
            "must be a number from 0 up, or a duration.", "Such as 0.01, P1D or PT5M."
        )
    days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    try:
        return None, timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise value.wrong("is longer than a duration can be.") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
