"""The query of a list, after TMF630: filters, order, part and attribute selection."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.cursor import Cursor
from customer_inventory.record.read import Query
from customer_inventory.record.time.moment import AS_OF, KNOWN_AT, PRESENT, Moment, moment_of
from customer_inventory.store.where import Operator, Order, Term, check_path
from customer_inventory.tmf.jsonpath import parse_filter
from customer_inventory.web import parameters
from customer_inventory.web.parameters import decoded, note, number, only, parts

DEFAULT_LIMIT = 20
LARGEST_OFFSET = 100_000
_MOST_VALUES = 100

# A condition whose sign ends with an unencoded "=": what follows it is value, whatever it holds.
_NAME_AND_SIGN = re.compile(r"(?P<name>[^=<>!*~]+)(?P<sign>[<>!*]?)")
# Any other: the sign may be encoded, so it is looked for after decoding.
_CONDITION = re.compile(
    r"(?P<name>[^=<>!*~]+?)(?P<sign>=~|\*=|>=|<=|!=|<>|==|=|>|<)(?P<value>.*)", re.DOTALL
)
_ALTERNATIVE = re.compile(r";(?=[^;=&]{1,800}=)")
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
_KNOWN = ("fields", AS_OF, KNOWN_AT, "offset", "limit", "sort")
_WHOLE = ("filter", "before", "after")
"""Parameters whose value is taken as it is, signs and all."""


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
    for part in parts(raw):
        name, equals, value = part.partition("=")
        if equals and name in _WHOLE:
            note(known, name, [decoded(value)])
            continue
        name, operator, values = _condition(part)
        if operator == "eq" and name in _KNOWN:
            note(known, name, values)
        else:
            found = terms.setdefault((_path(name, name, "invalidFilter"), operator), [])
            found += values
            _check_number(name, found)
    moment = _moment(known)
    return ListQuery(
        Query(
            terms=tuple(Term(path, operator, tuple(vs)) for (path, operator), vs in terms.items()),
            order=_order(known.get("sort", "")),
            filter=parse_filter(known["filter"]) if "filter" in known else None,
            limit=number(known.get("limit", str(min(DEFAULT_LIMIT, most))), "limit", most),
            offset=number(known.get("offset", "0"), "offset", LARGEST_OFFSET),
            cursor=_cursor(known),
            as_of=moment.as_of,
            known_at=moment.known_at,
        ),
        fields=parse_fields(known.get("fields")),
        has_limit="limit" in known,
    )


def fields_only(raw: bytes) -> tuple[str, ...] | None:
    """Parse the query string of a single record, which knows `fields` alone."""
    return parse_fields(only(raw, "fields"))


def of_item(raw: bytes) -> tuple[tuple[str, ...] | None, Moment]:
    """Parse the query string of a GET of one record: `fields`, and the moment it is seen at."""
    if not raw:
        return None, PRESENT
    found = parameters.known(raw, "fields", AS_OF, KNOWN_AT)
    return parse_fields(found.get("fields")), moment_of(found.get(AS_OF), found.get(KNOWN_AT))


def parse_fields(text: str | None) -> tuple[str, ...] | None:
    """Return the attribute paths of a `fields` parameter; None when it was not sent or is empty."""
    if not text:
        return None
    paths = tuple(_path(path, "fields", "invalid") for path in _listed(text))
    if len(paths) > _MOST_VALUES:
        raise Invalid(f"names more than {_MOST_VALUES} attributes.", path="fields")
    return paths


def _moment(known: Mapping[str, str]) -> Moment:
    """Return the moment at which a list is seen, on one axis of time."""
    moment = moment_of(known.get(AS_OF), known.get(KNOWN_AT))
    other = next((name for name in (AS_OF, "before", "after") if name in known), None)
    if moment.known_at is not None and other is not None:
        raise Invalid(
            f"and {other} exclude each other on lists.",
            path=KNOWN_AT,
            hint="Page by offset; ask for a record by its id at both instants.",
        )
    return moment


def _cursor(known: Mapping[str, str]) -> Cursor | None:
    """Return the cursor asked for; an empty one is the beginning (`after`) or end (`before`)."""
    named = [name for name in ("offset", "before", "after") if name in known]
    if len(named) > 1:
        raise Invalid(
            f"and {named[1]} exclude each other.",
            path=named[0],
            hint="Begin a page at an offset, after a cursor, or before one.",
            code="invalidPage",
        )
    if not named or named[0] == "offset":
        return None
    return Cursor(known[named[0]], backwards=named[0] == "before")


def _condition(part: str) -> tuple[str, Operator, list[str]]:
    """Return attribute, operator and values of a condition, or of several joined by `;` for or."""
    first, *others = (_split(piece) for piece in _ALTERNATIVE.split(part))
    name, operator, values = first
    if any(other[:2] != first[:2] for other in others):
        raise Invalid(
            "is joined by ; to a condition of another kind.",
            path=name[:100],
            hint="Conditions joined by ; have one attribute and one operator; use & for and.",
            code="invalidFilter",
        )
    return name, operator, [*values, *(value for other in others for value in other[2])]


def _split(part: str) -> tuple[str, Operator, list[str]]:
    """Return attribute, operator and values. A comma lists values after a plain `=` alone."""
    name, sign, value = _signed(part)
    stem, _, last = name.rpartition(".")
    if sign == "=" and stem and last in _OPERATORS:
        return stem, last, [value]
    if sign == "=" and name not in _KNOWN:
        return name, "eq", value.split(",")
    return name, _SIGNS[sign], [value]


def _signed(part: str) -> tuple[str, str, str]:
    left, equals, right = part.partition("=")
    match = _NAME_AND_SIGN.fullmatch(decoded(left)) if equals else None
    if match is not None:
        sign = f"{match['sign']}="
        if sign == "=" and right[:1] in ("=", "~"):
            sign, right = f"={right[0]}", right[1:]
        return match["name"], sign, decoded(right)
    match = _CONDITION.fullmatch(decoded(part))
    if match is None:
        raise Invalid(
            "is no condition.",
            path=decoded(part)[:100],
            hint="Write attribute=value, or attribute.gte=value and the like.",
            code="invalidFilter",
        )
    return match["name"], match["sign"], match["value"]


def _check_number(name: str, values: list[str]) -> None:
    if len(values) > _MOST_VALUES:
        raise Invalid(
            f"has more than {_MOST_VALUES} values.", path=name[:100], code="invalidFilter"
        )


def _order(text: str) -> tuple[Order, ...]:
    keys = _listed(text)
    if len(keys) > 8:  # noqa: PLR2004 - more keys than that order nothing further
        raise Invalid("names more than 8 attributes.", path="sort", code="invalidSort")
    return tuple(
        Order(_path(key.removeprefix("-").removeprefix("+"), "sort", "invalidSort"), key[0] == "-")
        for key in keys
    )


def _listed(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]


def _path(text: str, parameter: str, code: str) -> str:
    """Return `text` if it is an attribute path; say in which parameter it is not."""
    try:
        return check_path(text)
    except Invalid as error:
        raise Invalid(error.message, path=parameter[:100], hint=error.hint, code=code) from None
