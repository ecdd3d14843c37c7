"""The truth of rules: SQL and Python agree, also about what is not known."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.scope import Sharded
from customer_inventory.record.scoping.condition import Scoped, rows_of
from customer_inventory.record.scoping.rule import Compared, OfCustomer, Rule, rule_of
from customer_inventory.record.scoping.truth import Facts, deciding, holds
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database

WORDS = ("A", "B", "a", "Ä", "b", "\U0001f600")
ATTRIBUTES = ("market", "segment", "brand", "status")
US, THEM = "us", "them"

values = st.sampled_from(WORDS)
of_customers = st.recursive(
    st.one_of(
        st.builds(
            lambda operator, name, value: {operator: {name: value}},
            st.sampled_from(("eq", "ne", "lt", "le", "gt", "ge")),
            st.sampled_from(ATTRIBUTES),
            values,
        ),
        st.builds(
            lambda name, some: {"in": {name: some}},
            st.sampled_from(ATTRIBUTES),
            st.lists(values, min_size=1, max_size=3),
        ),
        st.just({"own": True}),
        st.builds(lambda name: {"list": name}, st.sampled_from(("vip", "staff"))),
    ),
    lambda inner: st.one_of(
        st.builds(lambda part: {"not": part}, inner),
        st.builds(
            lambda word, parts: {word: parts},
            st.sampled_from(("and", "or")),
            st.lists(inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=6,
)
of_products = st.one_of(
    st.builds(lambda rule: {"customer": rule}, of_customers),
    st.builds(
        lambda rule, status: {"or": [{"customer": rule}, {"eq": {"status": status}}]},
        of_customers,
        values,
    ),
    st.builds(
        lambda rule, status: {"and": [{"customer": rule}, {"not": {"in": {"status": [status]}}}]},
        of_customers,
        values,
    ),
)
customers = st.fixed_dictionaries(
    {
        **{name: st.none() | values for name in ATTRIBUTES},
        "maker": st.sampled_from((US, THEM)),
        "is_changed": st.booleans(),
        "lists": st.sets(st.sampled_from(("vip", "staff"))),
        "party_lists": st.sets(st.just("vip")),
    }
)


async def put(connection: Connection, kind: str, row: dict[str, Any], identifier: str) -> None:
    """Make a row as the write statement leaves it, and what its history says of its maker."""
    declared = TYPES[kind]
    names = [name for name in ATTRIBUTES if name in row]
    operation, process = ("update", "somebody") if row["is_changed"] else ("create", row["maker"])
    columns = "id, bucket, subject_id, revision, operation, body"
    await connection.execute(
        f"INSERT INTO record.{declared.table} ({columns}, recorded_at, process, purpose"
        f"{''.join(f', {name}' for name in names)}) VALUES ($1, $2, $3, 1, $4, '{{}}', now(), $5,"
        f" 'x'{''.join(f', ${number}' for number in range(6, 6 + len(names)))})",
        identifier, bucket_of(identifier), row.get("subject", identifier), operation, process,
        *(row[name] for name in names),
    )  # fmt: skip
    if row["is_changed"]:
        await connection.execute(
            "INSERT INTO record.history (bucket, id, type, revision, operation, recorded_from,"
            " recorded_to, process, purpose) VALUES ($1, $2, $3, 1, 'create', now(), now(), $4,"
            " 'x')",
            bucket_of(identifier), identifier, kind, row["maker"],
        )  # fmt: skip


async def enlist(connection: Connection, identifier: str, names: set[str]) -> None:
    for name in names:
        await connection.execute(
            "INSERT INTO record.listed (id, bucket, list) VALUES ($1, $2, $3)",
            identifier, bucket_of(identifier), name,
        )  # fmt: skip


async def by_sql(connection: Connection, kind: str, rule: Rule, identifier: str) -> bool | None:
    """Return what the SQL of a rule says of a record; both of its forms, where both can be sent."""
    is_spread = connection.placement.is_distributed
    truth = await by_form(connection, kind, rule, identifier, is_spread=True)
    if not is_spread and kind != "customer":
        assert await by_form(connection, kind, rule, identifier, is_spread=False) is truth
    return truth


async def by_form(
    connection: Connection, kind: str, rule: Rule, identifier: str, *, is_spread: bool
) -> bool | None:
    found: list[Any] = []

    def parameter(value: Any) -> str:
        found.append(value)
        return f"${len(found)}"

    sharded = Sharded() if is_spread else None
    condition = Scoped(rule, US).sql(TYPES[kind], "r", parameter, sharded)
    truth: bool | None = await connection.fetchval(
        f"SELECT {condition} FROM record.{TYPES[kind].table} AS r"
        f" WHERE r.id = ${len(found) + 1}::text",
        *found,
        identifier,
    )
    return truth


def facts(row: dict[str, Any]) -> Facts:
    return Facts(
        {name: row[name] for name in ATTRIBUTES},
        row["maker"] == US,
        row["lists"] | row["party_lists"],
    )


class _Undone(Exception):
    pass


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Connection]:
    """Lend a connection whose transaction leaves nothing behind."""
    with suppress(_Undone):
        async with database.transaction() as connection:
            yield connection
            raise _Undone


@given(customers, of_customers)
async def test_of_customers(database: Database, row: dict[str, Any], said: Any) -> None:
    rule, identifier, party = rule_of("customer", said), new_id(), new_id()
    async with undone(database) as connection:
        await put(connection, "customer", {**row, "subject": party}, identifier)
        await enlist(connection, identifier, row["lists"])
        await enlist(connection, party, row["party_lists"] - row["lists"])
        assert await by_sql(connection, "customer", rule, identifier) is holds(rule, facts(row))


@given(
    st.lists(customers, max_size=2),
    st.sampled_from(("customer", "party", "merged")),
    st.none() | values,
    st.sampled_from((US, THEM)),
    st.booleans(),
    of_products,
)
async def test_of_what_hangs_on_customers(
    database: Database,
    rows: list[dict[str, Any]],
    way: str,
    status: str | None,
    maker: str,
    is_changed: bool,
    said: Any,
) -> None:
    rule, product, party = rule_of("product", said), new_id(), new_id()
    if way == "customer":
        rows = rows[:1]
    async with undone(database) as connection:
        ids = [new_id() for _ in rows]
        for identifier, row in zip(ids, rows, strict=True):
            await put(connection, "customer", {**row, "subject": party}, identifier)
            await enlist(connection, identifier, row["lists"] | row["party_lists"])
        subject = ids[0] if way == "customer" and ids else party
        if way == "merged":
            subject = new_id()
            for each in (subject, party):
                await connection.execute(
                    "INSERT INTO record.origin (id, bucket, type, root, parent, body, facts)"
                    " VALUES ($1, $2, 'individual', $3, $4, '{}', '{}')",
                    each, bucket_of(each), party, None if each == party else party,
                )  # fmt: skip
        own = {"status": status, "maker": maker, "is_changed": is_changed, "subject": subject}
        await put(connection, "product", own, product)
        known = Facts({"status": status}, maker == US, (), [facts(row) for row in rows])
        assert await by_sql(connection, "product", rule, product) is holds(rule, known)


def test_what_is_not_known_is_neither_so_nor_not_so() -> None:
    nothing = Facts()
    for said in ({"eq": {"segment": "vip"}}, {"in": {"segment": ["vip"]}}):
        rule = rule_of("customer", said)
        assert holds(rule, nothing) is None
        assert holds(rule_of("customer", {"not": said}), nothing) is None


def test_the_first_part_that_does_not_hold_decides() -> None:
    said = {"and": [{"eq": {"market": "AT"}}, {"not": {"eq": {"segment": "vip"}}}]}
    rule = rule_of("customer", said)
    vip = Facts({"market": "AT", "segment": "vip"})
    assert deciding(rule, Facts({"market": "DE"})) == Compared("eq", "market", "AT")
    assert deciding(rule, vip) == rule_of("customer", said["and"][1])


def test_rows_follow_the_customers() -> None:
    austria, ended = (rule_of("customer", {"eq": {name: "x"}}) for name in ("market", "status"))
    rows = rows_of(austria, (), US)
    scoped = {name for name, _ in rows.by_type}
    assert scoped == {name for name, declared in TYPES.items() if not declared.is_catalogue}
    assert rows.of("product") == Scoped(OfCustomer(austria), US)
    both = rows_of(austria, (("product", ended),), US).of("product")
    assert both.rule.parts == (ended, OfCustomer(austria))  # type: ignore[union-attr]
    alone = rows_of(None, (("product", ended),), US)
    assert [name for name, _ in alone.by_type] == ["product"]
    assert rows_of(austria, (), US) is rows
    assert not rows_of(None, (), US).by_type
