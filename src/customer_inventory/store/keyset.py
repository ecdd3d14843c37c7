"""Orders and positions in them: pages that go on from a record, at the same cost at any depth.

Where a key is empty (NULL) the record comes last, in either direction. What follows a position
is asked for in parts that overlap nowhere, one after another: an index on the first key can start
in the middle of each.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["text", "timestamptz", "numeric"]
Bind = Callable[[Any], str]
"""Adds a value to the parameters of a statement and returns its placeholder."""


@dataclass(frozen=True)
class Key:
    """One key of an order: an SQL expression, the type of its values, and which way it goes.

    `is_column` tells that an index may hold it, `is_id` that it is the id, which ends the order
    and is never empty.
    """

    expression: str
    kind: Kind = "text"
    descending: bool = False
    empty_last: bool = True
    is_column: bool = False
    is_id: bool = False

    def sql(self, name: str = "", *, plain: bool = False) -> str:
        """Return the key as part of an ORDER BY, by its expression or by `name`.

        `plain` where rows are all empty or none is: an index gives them as they are.
        """
        direction = " DESC" if self.descending else ""
        # As the server has it anyway: empty ones last, and first when it descends.
        is_usual = self.empty_last != self.descending
        empty = "" if plain or is_usual or self.is_id else _EMPTY[self.empty_last]
        return f"{name or self.expression}{direction}{empty}"


_EMPTY = {True: " NULLS LAST", False: " NULLS FIRST"}


@dataclass(frozen=True)
class Part:
    """A part of a page: the condition its rows fulfil, and the order an index may give them in."""

    condition: str
    order: str


def reversed_keys(keys: Sequence[Key]) -> tuple[Key, ...]:
    """Return the keys of the same order, walked backwards."""
    return tuple(
        replace(key, descending=not key.descending, empty_last=not key.empty_last) for key in keys
    )


def parts(keys: Sequence[Key], position: Sequence[Any] | None, bind: Bind) -> list[Part]:
    """Return the parts that hold what follows `position` (None: all) in the order of `keys`.

    All of a part comes before any of the next. A position is a value a key, None where it is empty.
    """
    if position is None:
        return list(_from_the_start(keys))
    placeholders = [
        None if value is None else f"{bind(value)}::{key.kind}"
        for key, value in zip(keys, position, strict=True)
    ]
    found = list(_after(keys, placeholders))[::-1]
    if keys[0].is_column:
        return found
    # No index starts in the middle of these: one look at the table instead of several.
    together = " OR ".join(f"({part.condition})" for part in found)
    return [Part(f"({together})", _order(keys, 0))]


def _from_the_start(keys: Sequence[Key]) -> Iterator[Part]:
    first = keys[0]
    if first.is_id or not first.is_column or first.empty_last != first.descending:
        yield Part("TRUE", _order(keys, 0))
        return
    for test in ("IS NOT NULL", "IS NULL") if first.empty_last else ("IS NULL", "IS NOT NULL"):
        yield Part(f"{first.expression} {test}", _order(keys, 1))


def _after(keys: Sequence[Key], placeholders: Sequence[str | None]) -> Iterator[Part]:
    """Say what follows, the farthest first: equal in some keys and beyond in the next."""
    equal: list[str] = []
    for number, (key, placeholder) in enumerate(zip(keys, placeholders, strict=True), start=1):
        for beyond in _beyond(key, placeholder):
            yield Part(" AND ".join([*equal, beyond]), _order(keys, number))
        same = "IS NULL" if placeholder is None else f"= {placeholder}"
        equal.append(f"{key.expression} {same}")


def _beyond(key: Key, placeholder: str | None) -> Iterator[str]:
    if placeholder is not None:
        if key.empty_last and not key.is_id:
            yield f"{key.expression} IS NULL"
        yield f"{key.expression} {'<' if key.descending else '>'} {placeholder}"
    elif not key.empty_last:
        yield f"{key.expression} IS NOT NULL"


def _order(keys: Sequence[Key], settled: int) -> str:
    """Return the ORDER BY of rows that are all empty, or all not, in the first `settled` keys."""
    return ", ".join(key.sql(plain=number < settled) for number, key in enumerate(keys))
