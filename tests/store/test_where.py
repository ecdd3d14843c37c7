"""Conditions and orders: what the server finds is what a plain reading of them finds."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.store.database import Database
from customer_inventory.store.where import Operator, Order, SearchColumn, Term, Where, check_path

Document = dict[str, Any]

COLUMNS = {
    "id": SearchColumn("id"),
    "name": SearchColumn("name"),
    "validFor.startDateTime": SearchColumn("valid_from", "timestamptz"),
}
COMPARISONS: tuple[Operator, ...] = ("eq", "ne", "gt", "gte", "lt", "lte")

words = st.text(st.sampled_from("abAB01.%_'\"\\$@{}é Łß😀\n\t"), max_size=4)
numbers = st.integers(-12, 12) | st.sampled_from([0.5, -1.25, 1e5, 10**20])
scalars = words | numbers | st.booleans() | st.none()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=6,
)
instants = st.integers(0, 2_000_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC).isoformat()
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "name": words.filter(bool),
        "x": values,
        "y": values,
        "@z": values,
        "validFor": st.fixed_dictionaries({}, optional={"startDateTime": instants}),
    },
)
document_paths = st.sampled_from(["x", "y", "x.x", "y.x", "x.y.z", "@z", "@z.x"])
asked = words | scalars.map(json.dumps) | st.sampled_from(["true", "null", "1", "1.0", "-0"])


@st.composite
def terms(draw: st.DrawFn) -> Term:
    path = draw(document_paths | st.sampled_from(list(COLUMNS)))
    of_instants = path.startswith("validFor")
    operator = draw(st.sampled_from(COMPARISONS))
    given = draw(st.lists(instants if of_instants else asked, min_size=1, max_size=3))
    return Term(path, operator, tuple(given))


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Draw a pattern that Python and PostgreSQL read alike."""
    letters = draw(st.lists(st.sampled_from([".", ".*", *"ab01é\"'\\%$@{}Ł"]), max_size=4))
    middle = "".join(x if x in (".", ".*") or x.isalnum() else f"\\{x}" for x in letters)
    return draw(st.sampled_from(["", "^"])) + middle + draw(st.sampled_from(["", "$"]))


async def found(
    database: Database, given: Sequence[Document], conditions: Sequence[Term]
) -> list[int]:
    """Return the positions of the documents that the server finds."""
    where = Where(COLUMNS, rows_of(given))
    statement = f"{ROWS} WHERE {where.condition(conditions)} ORDER BY r.number"
    return [row["number"] for row in await database.fetch(statement, *where.parameters)]


ROWS = """
SELECT r.number
FROM unnest($1::int [], $2::text [], $3::json [], $4::text [], $5::timestamptz [])
    AS r (number, id, body, name, valid_from)
"""


def rows_of(given: Sequence[Document]) -> list[Any]:
    return [
        list(range(len(given))),
        [f"id{number}" for number in range(len(given))],
        [json.dumps(document).encode() for document in given],
        [document.get("name") for document in given],
        [parse_instant(document.get("validFor", {}).get("startDateTime")) for document in given],
    ]


def holds(term: Term, number: int, document: Document) -> bool:
    """Tell whether `term` is true of `document`, read plainly."""
    every = all if term.operator == "ne" else any
    if term.path in COLUMNS:
        held, read = column_of(term.path, number, document)
        return held is not None and every(
            compared(term.operator, held, read(value)) for value in term.values
        )
    held = [x for value in at(document, term.path.split(".")) for x in opened(value)]
    return every(
        any(compared(term.operator, x, meant) for x in held for meant in meanings(value))
        for value in term.values
    )


def column_of(path: str, number: int, document: Document) -> tuple[Any, Any]:
    if path == "id":
        return f"id{number}", str
    if path == "name":
        return document.get("name"), str
    return parse_instant(document.get("validFor", {}).get("startDateTime")), parse_instant


def at(node: Any, steps: Sequence[str]) -> list[Any]:
    if not steps:
        return [node]
    nodes = node if isinstance(node, list) else [node]
    inner = [item[steps[0]] for item in nodes if isinstance(item, dict) and steps[0] in item]
    return [value for item in inner for value in at(item, steps[1:])]


def opened(value: Any, levels: int = 2) -> list[Any]:
    """Return the items of lists within lists, as far down as the server looks."""
    if isinstance(value, list) and levels:
        return [x for item in value for x in opened(item, levels - 1)]
    return [value]


def meanings(value: str) -> list[Any]:
    """Return what a value of a filter may mean: text, and the number or boolean it looks like."""
    try:
        plain = json.loads(value)
    except ValueError:
        return [value]
    return [value, plain] if isinstance(plain, int | float) else [value]


def compared(operator: Operator, held: Any, value: Any) -> bool:
    if held is None:
        return operator == "ne"
    kinds = {
        bool if isinstance(x, bool) else "n" if isinstance(x, int | float) else type(x)
        for x in (held, value)
    }
    if len(kinds) > 1 or isinstance(held, dict | list):
        return False
    return {
        "eq": held == value,
        "ne": held != value,
        "gt": held > value,
        "gte": held >= value,
        "lt": held < value,
        "lte": held <= value,
    }[operator]


@given(st.lists(documents, max_size=6), st.lists(terms(), max_size=3))
async def test_the_server_finds_what_the_terms_say(
    schema: Database, given: list[Document], conditions: list[Term]
) -> None:
    expected = [
        number
        for number, document in enumerate(given)
        if all(holds(term, number, document) for term in conditions)
    ]
    assert await found(schema, given, conditions) == expected


@given(st.lists(documents, max_size=6), st.sampled_from(["name", "x", "y.x"]), patterns())
async def test_the_server_finds_what_a_pattern_says(
    schema: Database, given: list[Document], path: str, pattern: str
) -> None:
    given = json.loads(json.dumps(given).replace("\\n", "n").replace("\\t", "t"))
    expected = [
        number
        for number, document in enumerate(given)
        for held in [[x for value in at(document, path.split(".")) for x in opened(value)]]
        if any(isinstance(x, str) and re.search(pattern, x) for x in held)
    ]
    assert await found(schema, given, [Term(path, "regex", (pattern,))]) == expected


@given(st.lists(documents, max_size=8), st.booleans(), st.sampled_from(["name", "x", "x.y"]))
async def test_the_server_orders_with_what_is_missing_at_the_end(
    schema: Database, given: list[Document], descending: bool, path: str
) -> None:
    keys = [first_at(document, path.split(".")) for document in given]
    assume(not any(isinstance(key, dict | list) for key in keys))
    assert await ordered(schema, given, Order(path, descending)) == model_order(
        [key if key is None or isinstance(key, str) else json.dumps(key) for key in keys],
        descending,
    )


@given(st.lists(numbers | words | st.none(), max_size=8), st.booleans())
async def test_a_path_of_numbers_orders_as_numbers(
    schema: Database, values: list[Any], descending: bool
) -> None:
    given = [{"x": [{"y": value}]} for value in values]
    keys = [value if isinstance(value, int | float) else None for value in values]
    found = await ordered(schema, given, Order("x.y", descending), numbers={"x.y"})
    assert found == model_order(keys, descending)


async def ordered(
    database: Database, given: Sequence[Document], order: Order, **more: Any
) -> list[int]:
    """Return the positions of the documents in the order that the server gives them."""
    where = Where(COLUMNS, rows_of(given), **more)
    keys = ", ".join(key.sql() for key in where.keys((order,)))
    rows = await database.fetch(f"{ROWS} ORDER BY {keys}", *where.parameters)
    return [row["number"] for row in rows]


def model_order(keys: Sequence[Any], descending: bool) -> list[int]:
    """Return the positions of `keys` in order: the empty ones last, equal ones by id."""
    held = [number for number, key in enumerate(keys) if key is not None]
    held.sort(key=lambda number: (keys[number], number), reverse=descending)
    empty = [number for number, key in enumerate(keys) if key is None]
    return held + (empty[::-1] if descending else empty)


def first_at(node: Any, steps: list[str]) -> Any:
    """Return the first value at the path, lists walked through."""
    values = [item for value in at(node, steps) for item in opened(value, 1)]
    return values[0] if values else None


@pytest.mark.parametrize("path", ["name", "x"])
@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "(?<n>x)", "a\\", "*", "\\y{3}+("])
async def test_a_pattern_that_is_none(schema: Database, path: str, pattern: str) -> None:
    with pytest.raises(Invalid) as refused:
        await found(schema, [{"name": "a", "x": "a"}], [Term(path, "regex", (pattern,))])
    assert refused.value.code == "invalidFilter"


@pytest.mark.parametrize("path", ["name", "x"])
@pytest.mark.parametrize(
    "pattern", [r"^(.*)(.*)(.*)(.*)\1\2\3\4$", r"((((a{1,99}){1,99}){1,99}){1,99})\1$"]
)
async def test_a_pattern_that_takes_for_ever_is_stopped(
    schema: Database, path: str, pattern: str
) -> None:
    text = "a" * 401  # odd, so that no try succeeds
    async with Database(schema.dsn, pool_size=1, statement_timeout_ms=100) as hurried:
        with pytest.raises((Unavailable, Invalid)) as stopped:
            await found(hurried, [{"name": text, "x": text}], [Term(path, "regex", (pattern,))])
        assert stopped.value.code in ("timeLimit", "invalidFilter")
        assert await hurried.value("SELECT 1") == 1


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        'a"b',
        "a'b",
        "a;b",
        "a b",
        "a[0]",
        "a\\b",
        "a\n",
        "$.a",
        "1a",
        "ä",
        "a.b.c.d.e.f.g.h.i",
        "a" * 101,
    ],
)
def test_a_path_of_another_form_is_refused(path: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_path(path)
    assert refused.value.code == "invalidFilter"
    for build in (
        lambda where: where.condition([Term(path, "eq", ("x",))]),
        lambda where: where.keys([Order(path)]),
    ):
        where = Where(COLUMNS)
        with pytest.raises(Invalid):
            build(where)
        assert where.parameters == []


@pytest.mark.parametrize("value", ["x" * 1001, "a\0b"])
@pytest.mark.parametrize("path", ["name", "x"])
def test_a_value_that_no_attribute_can_have_is_refused(path: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        Where(COLUMNS).condition([Term(path, "eq", (value,))])
    assert refused.value.path == path


@pytest.mark.parametrize("value", ["yesterday", "", "2026-13-01", "0001-01-01T00:00:00+14:00"])
def test_an_instant_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        Where(COLUMNS).condition([Term("validFor.startDateTime", "gt", (value,))])
    assert refused.value.path == "validFor.startDateTime"


@given(st.lists(terms(), max_size=4))
def test_values_travel_as_parameters_alone(conditions: list[Term]) -> None:
    where = Where(COLUMNS)
    text = where.condition(conditions)
    named = {name for path in COLUMNS.values() for name in (path.name, path.kind)}
    known = "r|text|jsonb|jsonpath|body|jsonb_path_exists|ANY|AND|OR|TRUE|" + "|".join(named)
    assert re.fullmatch(rf"(\b({known})\b|\$\d+|[ ().,:=<>\[\]])*", text)
    assert {int(n) for n in re.findall(r"\$(\d+)", text)} == set(
        range(1, len(where.parameters) + 1)
    )
