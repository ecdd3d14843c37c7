"""The query of a list, after TMF630: filters, order, part and attribute selection."""

import re
from dataclasses import dataclass
from typing import get_args
from urllib.parse import unquote_plus

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.read import Query
from customer_inventory.store.where import Operator, Order, Term, check_path

DEFAULT_LIMIT = 20
LARGEST_OFFSET = 100_000
_MOST_PARTS = 50
_MOST_VALUES = 100

_PART = re.compile(
    r"(?P<name>[^=<>!*~]+?)(?P<sign>=~|\*=|>=|<=|!=|<>|==|=|>|<)(?P<value>.*)", re.DOTALL
)
_SIGNS: dict[str, Operator] = {
    "=": "eq",
    "==": "eq",
    "!=": "ne",
    "<>": "ne",
    ">": "gt",
    ">=": "gte",
    "<": "lt",
    "<=": "lte",
    "*=": "regex",
    "=~": "regex",
}
_OPERATORS: tuple[Operator, ...] = get_args(Operator)
_RESERVED = ("filter", "before", "after")


@dataclass(frozen=True)
class ListQuery:
    """What a list was asked.

    `query` is what the records are searched by, `fields` the attributes wanted (None: all),
    `has_limit` tells whether the caller set a limit.
    """

    query: Query
    fields: tuple[str, ...] | None
    has_limit: bool


def parse(raw: bytes, *, most: int) -> ListQuery:
    """Parse the query string of a list; `most` is the largest page served.

    Raises Invalid, naming the parameter, for anything that is not understood.
    """
    terms: dict[tuple[str, Operator], list[str]] = {}
    known: dict[str, str] = {}
    for part in _parts(raw):
        name, operator, value = _split(part)
        if operator == "eq" and name in ("fields", "offset", "limit", "sort", *_RESERVED):
            known[name] = value
            continue
        terms.setdefault((check_path(name), operator), []).extend(_values(name, operator, value))
    for name in _RESERVED:
        if name in known:
            raise Invalid("is not served.", path=name, hint="Filter by attribute names instead.")
    return ListQuery(
        Query(
            terms=tuple(Term(path, operator, tuple(vs)) for (path, operator), vs in terms.items()),
            order=_order(known.get("sort", "")),
            limit=_number(known, "limit", DEFAULT_LIMIT, most),
            offset=_number(known, "offset", 0, LARGEST_OFFSET),
        ),
        fields=parse_fields(known.get("fields")),
        has_limit="limit" in known,
    )


def fields_only(raw: bytes) -> tuple[str, ...] | None:
    """Parse the query string of a single record, which knows `fields` alone."""
    fields = None
    for part in _parts(raw):
        name, _, value = part.partition("=")
        if name != "fields":
            raise Invalid("is not known here.", path=name[:100], hint="Known: fields.")
        fields = parse_fields(value)
    return fields


def parse_fields(text: str | None) -> tuple[str, ...] | None:
    """Return the attribute paths of a `fields` parameter; None when it was not sent or is empty."""
    if not text:
        return None
    paths = tuple(check_path(path.strip()) for path in text.split(",") if path.strip())
    if len(paths) > _MOST_VALUES:
        raise Invalid(f"names more than {_MOST_VALUES} attributes.", path="fields")
    return paths


def _parts(raw: bytes) -> list[str]:
    try:
        parts = [unquote_plus(part, errors="strict") for part in raw.decode("ascii").split("&")]
    except UnicodeDecodeError:
        raise Invalid("The query is not percent-encoded UTF-8.", code="invalidFilter") from None
    parts = [part for part in parts if part]
    if len(parts) > _MOST_PARTS:
        raise Invalid(f"The query has more than {_MOST_PARTS} parts.", code="invalidFilter")
    return parts


def _split(part: str) -> tuple[str, Operator, str]:
    match = _PART.fullmatch(part)
    if match is None:
        raise Invalid(
            "is no condition.",
            path=part[:100],
            hint="Write attribute=value, or attribute.gte=value and the like.",
            code="invalidFilter",
        )
    name, operator = match["name"], _SIGNS[match["sign"]]
    stem, _, last = name.rpartition(".")
    if operator == "eq" and stem and last in _OPERATORS:
        name, operator = stem, last
    return name, operator, match["value"]


def _values(name: str, operator: Operator, value: str) -> list[str]:
    values = value.split(",") if operator in ("eq", "ne") else [value]
    if len(values) > _MOST_VALUES:
        raise Invalid(f"has more than {_MOST_VALUES} values.", path=name, code="invalidFilter")
    return values


def _order(text: str) -> tuple[Order, ...]:
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if len(keys) > 8:  # noqa: PLR2004 - more keys than that order nothing further
        raise Invalid("names more than 8 attributes.", path="sort", code="invalidSort")
    return tuple(Order(check_path(key.lstrip("+-")), key.startswith("-")) for key in keys)


def _number(known: dict[str, str], name: str, default: int, most: int) -> int:
    text = known.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise Invalid(f"must be a whole number from 0 to {most}.", path=name, code="invalidPage")
    return int(text)
