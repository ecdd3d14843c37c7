"""What stands before a JSON path because it is cheap never changes what the path says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from customer_inventory.record.register.condition import Compared, Condition, Joined, Not
from customer_inventory.record.register.crossing import Form
from customer_inventory.record.register.crossing import Unlike as Wrong
from customer_inventory.record.register.jsonpath import holds, steps_of
from customer_inventory.record.register.valued import tests_of as conditions_of
from customer_inventory.record.register.valued import unlike, within
from customer_inventory.store.database import Database

WORDS = some.sampled_from(
    [
        "",
        "a",
        "ab",
        "abc",
        "[a",
        "a\nb",
        "true",
        "null",
        "5",
        "é",
        5,
        5.5,
        0,
        True,
        None,
        {"b": "a"},
    ]
)
LISTS = some.lists(some.one_of(WORDS, some.lists(WORDS, max_size=2)), max_size=3)
DOCUMENTS = some.lists(
    some.fixed_dictionaries({}, optional={"x": some.one_of(WORDS, LISTS), "y": WORDS}),
    min_size=20,
    max_size=60,
)
FORMS = {
    "a type": Form(type="string"),
    "an object": Form(type="object"),
    "a whole number": Form(type="number", is_whole=True),
    "a pattern": Form(patterns=("^a.*b?$",)),
    "a pattern across lines": Form(patterns=("^a.b$",)),
    "a pattern with options of its own": Form(patterns=("(?i)^A",)),
    "a type and a pattern": Form(type="string", patterns=("^a",)),
    "words": Form(values=("a", "ab")),
    "words that look like values": Form(values=("5", "true", "null")),
    "numbers": Form(values=(5, 5.5)),
    "at least": Form(minimum=1),
    "short": Form(max_length=1),
    "long": Form(min_length=2),
    "neither short nor long": Form(min_length=1, max_length=2),
}
CONDITIONS: dict[str, Condition] = {
    "is": Compared("x", "is", "a"),
    "is a number": Compared("x", "is", 5),
    "is like a value": Compared("x", "is", "true"),
    "in": Compared("x", "in", ("a", "ab")),
    "exists": Compared("x", "exists", True),
    "exists not": Compared("x", "exists", False),
    "at most": Compared("x", "atMost", 5),
    "below": Compared("x.b", "is", "a"),
    "all": Joined("all", (Compared("x", "is", "a"), Compared("y", "exists", False))),
    "any": Joined("any", (Compared("x", "is", "a"), Compared("y", "is", "ab"))),
    "any of which one is not there": Joined(
        "any", (Compared("x", "is", "a"), Not(Compared("y", "exists", True)))
    ),
}


async def differing(database: Database, cheap: str, exact: str, values: list[Any]) -> list[str]:
    """Return the drawn documents of which two conditions in SQL do not say the same."""
    drawn: list[Any] = []

    @given(DOCUMENTS)
    def draw(documents: list[Any]) -> None:
        drawn.extend(documents)

    draw()
    rows = await database.fetch(
        "SELECT r.b::text AS said FROM (SELECT x.b FROM jsonb_array_elements($1::text::jsonb)"
        f" AS x (b)) AS r WHERE coalesce({cheap}, FALSE) <> coalesce({exact}, FALSE)",
        json.dumps(drawn),
        *values,
    )
    return [row["said"] for row in rows]


class Kept:
    """Values of a statement, kept in order behind the documents."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def __call__(self, value: Any) -> str:
        self.values.append(list(value) if isinstance(value, tuple) else value)
        kind = {str: "text", tuple: "text[]"}.get(type(value), "float8")
        return f"${len(self.values) + 1}::{kind}"


@pytest.mark.parametrize("path", ["x", "x.b"])
@pytest.mark.parametrize("name", FORMS)
async def test_a_form_is_judged_as_its_path_judges_it(
    schema: Database, name: str, path: str
) -> None:
    form, keep = FORMS[name], Kept()
    cheap = unlike(Wrong(path, form), "r.b", keep).replace("{{", "{").replace("}}", "}")
    place = f"${steps_of(path)}"
    exact = [
        f"jsonb_path_exists(r.b, {keep(f'{place} ? ({test})')}::jsonpath)"
        for test in conditions_of(form)
    ]
    for limit, sign in ((form.min_length, "<"), (form.max_length, ">")):
        if limit is not None:
            exact.append(
                f"EXISTS (SELECT FROM jsonb_path_query(r.b, {keep(place)}::jsonpath) AS v (x)"
                " WHERE jsonb_typeof(v.x) = 'string'"
                f" AND length(v.x #>> '{{}}') {sign} {keep(limit)})"
            )
    assert await differing(schema, cheap, f"({' OR '.join(exact)})", keep.values) == []


@pytest.mark.parametrize("name", CONDITIONS)
async def test_a_condition_is_judged_as_its_path_judges_it(schema: Database, name: str) -> None:
    keep = Kept()
    cheap = within(CONDITIONS[name], "r.b", keep, is_cheap=True)
    exact = f"jsonb_path_match(r.b, {keep(holds(CONDITIONS[name]))}::jsonpath)"
    assert await differing(schema, cheap, exact, keep.values) == []
