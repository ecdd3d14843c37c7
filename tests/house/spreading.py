"""The rules by which tables can be spread over nodes, as far as a server without Citus can tell.

What breaks each of them was tried on Citus 14 over PostgreSQL 18. `faults_of_tables` looks at the
catalogue, `faults_of_statement` at the text of a statement.
"""

import re
from collections.abc import Collection, Iterator

from customer_inventory.facilities.distribution.layout import COLUMN
from customer_inventory.store.database import Connection, Row

_TABLES = """
SELECT
    c.oid::regclass::text AS name,
    EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = $2 AND NOT a.attisdropped
    ) AS has_column,
    EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = $2 AND a.attgenerated = '' AND a.attnotnull
    ) AS has_plain_column,
    c.relreplident = 'f' OR EXISTS (
        SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary
    ) AS has_identity,
    ARRAY(
        SELECT i.indexrelid::regclass::text FROM pg_index AS i
        WHERE
            i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)
            AND NOT EXISTS (
                SELECT FROM pg_attribute AS a
                WHERE a.attrelid = c.oid AND a.attname = $2 AND a.attnum = ANY(i.indkey)
            )
    ) AS keys_without,
    ARRAY(
        SELECT t.tgname::text FROM pg_trigger AS t
        WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
    ) AS triggers
FROM pg_class AS c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text = ANY($1)
"""
_REFERENCES = """
SELECT
    k.conname AS name,
    k.conrelid::regclass::text AS of_table,
    k.confrelid::regclass::text AS to_table,
    k.confdeltype IN ('n', 'd') AS is_unset,
    EXISTS (
        SELECT FROM unnest(k.conkey, k.confkey) AS p (own, other)
        INNER JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = p.own
        INNER JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = p.other
        WHERE a.attname = $2 AND b.attname = $2
    ) AS has_column
FROM pg_constraint AS k
WHERE k.contype = 'f' AND k.connamespace::regnamespace::text = ANY($1)
"""
_EXTENSIONS = """
SELECT e.extname::text AS name, e.extnamespace::regnamespace::text AS schema
FROM pg_extension AS e WHERE e.extname <> 'plpgsql'
"""
_VOLATILE = re.compile(
    r"\b(clock_timestamp|random|gen_random_uuid|uuidv4|uuidv7|nextval|statement_timestamp"
    r"|pg_current_xact_id)\s*\(",
    re.IGNORECASE,
)
_SHIFTED = re.compile(r"(?<!'UTC')\s[+-]\s*(?:interval\b|make_interval)", re.IGNORECASE)
_LOCKS = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?(?:KEY\s+)?(?:UPDATE|SHARE)\b", re.IGNORECASE)
_GROUPINGS = re.compile(r"\b(GROUPING\s+SETS|ROLLUP\s*\(|CUBE\s*\()", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)


async def faults_of_tables(
    connection: Connection,
    schemas: Collection[str],
    spread: Collection[str],
    copied: Collection[str],
    local: Collection[str],
) -> list[str]:
    """Return what keeps the tables of `schemas` from lying as they are declared to."""
    rows = await connection.fetch(_TABLES, list(schemas), COLUMN)
    found = [fault for row in rows for fault in _faults_of_table(row, spread, copied, local)]
    there = {row["name"] for row in rows}
    found += [f"{name} is declared and not there" for name in {*spread, *copied, *local} - there]
    for row in await connection.fetch(_REFERENCES, list(schemas), COLUMN):
        found += _faults_of_reference(row, spread, copied)
    found += [
        f"the extension {row['name']} lies in {row['schema']}, not in public"
        for row in await connection.fetch(_EXTENSIONS)
        if row["schema"] != "public"
    ]
    return sorted(found)


def _faults_of_table(
    row: Row, spread: Collection[str], copied: Collection[str], local: Collection[str]
) -> Iterator[str]:
    name = row["name"]
    declared = sum(name in kind for kind in (spread, copied, local))
    if row["has_column"] and declared != 1:
        yield f"{name} has a {COLUMN} and is declared {declared} times"
    if name not in spread and name not in copied:
        return
    yield from (f"{name} has the trigger {each}" for each in row["triggers"])
    if not row["has_identity"]:
        yield f"{name} has neither a primary key nor a replica identity"
    if name in spread:
        if not row["has_plain_column"]:
            yield f"{name} has no plain column {COLUMN} that is never null"
        yield from (f"{each} is a key without {COLUMN}" for each in row["keys_without"])


def _faults_of_reference(
    row: Row, spread: Collection[str], copied: Collection[str]
) -> Iterator[str]:
    name, of_table, to_table = row["name"], row["of_table"], row["to_table"]
    if of_table not in spread and to_table in spread:
        yield f"{name} refers to {to_table}, which is spread, from {of_table}, which is not"
    if of_table in spread and to_table not in spread and to_table not in copied:
        yield f"{name} refers from {of_table}, which is spread, to {to_table}, which is local"
    if of_table in copied and to_table not in copied:
        yield f"{name} refers from {of_table}, which is copied, to {to_table}, which is not"
    if of_table in spread and to_table in spread and not row["has_column"]:
        yield f"{name} refers from {of_table} to {to_table} without {COLUMN}"
    if of_table in spread and row["is_unset"]:
        yield f"{name} unsets {COLUMN} of {of_table}"


def faults_of_statement(text: str, spread: Collection[str], copied: Collection[str]) -> list[str]:
    """Return what keeps a statement from running where tables lie so."""
    text = _COMMENT.sub("", text)
    moved = {*spread, *copied}
    named = {name for name in moved if re.search(rf"\b{re.escape(name)}\b", text)}
    if not named:
        return []
    found = [fault for part in _updates(text, moved) for fault in _faults_of_update(part)]
    if re.search(r"\bMERGE\s+INTO\b", text, re.IGNORECASE):
        found.append("MERGE")
    if re.search(r"\bEXISTS\s*\(\s*SELECT\s+FROM\s+record\.\w+\s*\)", text):
        found.append("EXISTS of a select without columns that stands for itself")
    if named & set(spread):
        found += _faults_over_shards(text, spread)
        found += _faults_of_places(text, spread, moved)
    return found


def _faults_of_update(part: str) -> Iterator[str]:
    yield from (f"UPDATE with {each[1]}, which is volatile" for each in _VOLATILE.finditer(part))
    if _SHIFTED.search(part):
        yield "UPDATE with an instant moved by an interval in no time zone"
    if re.search(r"\bRETURNING\b[^;]*\bnow\(\)", part, re.IGNORECASE):
        yield "now() in RETURNING"
    if re.search(rf"\bSET\b[^;]*?(?<![.\w]){COLUMN}\s*=", part.partition("WHERE")[0]):
        yield f"UPDATE of {COLUMN}"


def _faults_over_shards(text: str, spread: Collection[str]) -> Iterator[str]:
    if groups := _GROUPINGS.search(text):
        yield f"{groups[1]} over several shards"
    if re.search(r"\bctid\b", text):
        yield "ctid, which means nothing over several shards"
    if _LOCKS.search(text) and not _is_in_one_place(text):
        yield "rows held in several shards"
    for walk in _recursions(text):
        if any(re.search(rf"\b{re.escape(name)}\b", walk) for name in spread):
            yield "a walk over several shards"


def _faults_of_places(text: str, spread: Collection[str], moved: Collection[str]) -> Iterator[str]:
    """Yield what asks of shards, row by row, for what lies elsewhere, or fills that of them."""
    from_shards = rf"\b(?:FROM|JOIN)\s+(?:{'|'.join(map(re.escape, spread))})\b"
    for match in re.finditer(r"\bINSERT\s+INTO\s+([a-z_]+\.\w+)", text):
        if match[1] not in moved and re.search(from_shards, _to_its_end(text, match.start())):
            yield f"rows of shards put into {match[1]}, whose defaults would be those of a shard"
    for match in re.finditer(r"\bFROM\s*\(", text):
        inner = _to_its_end(text, match.end())
        rest = _to_its_end(text, match.end() + len(inner) + 1)
        is_spread = re.search(from_shards, inner)
        if not is_spread and re.search(
            rf"^\s*AS\s+\w+\s+WHERE\b.*?EXISTS\s*\(\s*SELECT\b[^()]*?{from_shards}", rest, re.DOTALL
        ):
            yield "EXISTS over shards, asked for each row of a query that asks none"


def _updates(text: str, tables: Collection[str]) -> Iterator[str]:
    """Yield each UPDATE of one of the tables, and DELETE with what it returns, to its end."""
    for match in re.finditer(r"\b(?:UPDATE|DELETE\s+FROM)\s+([a-z_]+\.\w+)", text):
        if match[1] in tables:
            yield _to_its_end(text, match.start())


def _recursions(text: str) -> Iterator[str]:
    for match in re.finditer(r"\bWITH\s+RECURSIVE\s+\w+[^(]*AS\s*\(", text):
        yield _to_its_end(text, match.end())


def _to_its_end(text: str, start: int) -> str:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth < 0:
            return text[start:place]
    return text[start:]


def _is_in_one_place(text: str) -> bool:
    return bool(re.search(rf"\.{COLUMN}\s*=\s*(?:ANY\(\$|\$)", text))
