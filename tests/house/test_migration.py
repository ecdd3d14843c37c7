"""Migrations hold no lock that stops writers longer than a second: what would is not written.

Those up to 0077 were applied before this held. Tables made in the same file are nobody's yet, and
small ones are quickly worked through: what is asked is asked of tables that grow with customers.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlparse

from customer_inventory.record.types import TYPES
from customer_inventory.store import migrate

FIRST = "0078"
FILES = sorted(migrate.folder().glob("*.sql"))
HELD_TO_IT = [file for file in FILES if file.stem >= FIRST]
GROWING = {
    *(f"record.{declared.table}" for declared in TYPES.values()),
    *(f"record.{name}" for name in (
        "history", "link", "past_link", "period", "edge", "outbox", "delivery", "finding",
        "membership", "origin", "word", "choice", "listed", "attachment", "attachment_part",
    )),
    *(f"access.{name}" for name in ("segment", "sealed")),
    *(f"capture.{name}" for name in (
        "refusal", "quarantine", "said", "brought", "brought_lately", "pair", "seen",
        "reconciliation_item",
    )),
    *(f"audit.{name}" for name in ("result", "finding", "step", "campaign_item")),
    "usage.hourly", "usage.charge", "usage.allocation",
}  # fmt: skip
VOLATILE = re.compile(
    r"\b(random|clock_timestamp|gen_random_uuid|uuidv4|uuidv7|nextval|timeofday|txid_current"
    r"|pg_current_xact_id)\s*\(",
    re.IGNORECASE,
)
_TABLE = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:ONLY\s+)?(?P<table>[a-z_]+\.[a-z_0-9]+)"
_ALTER = re.compile(rf"ALTER\s+TABLE\s+{_TABLE}\s+(?P<what>.*)", re.IGNORECASE | re.DOTALL)
_INDEX = re.compile(
    r"CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?P<how>CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?"
    rf"(?P<name>\w+)\s+ON\s+{_TABLE}",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z_]+\.[a-z_0-9]+)",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    rf"(?:UPDATE|DELETE\s+FROM|LOCK\s+TABLE|LOCK|TRUNCATE(?:\s+TABLE)?|CLUSTER|VACUUM\s+FULL"
    rf"|REINDEX\s+(?:TABLE|INDEX))\s+{_TABLE}",
    re.IGNORECASE,
)
_ACTIONS = (
    (r"ALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b", "rewrites the table"),
    (r"SET\s+TABLESPACE|SET\s+(?:UN)?LOGGED|SET\s+ACCESS\s+METHOD", "rewrites the table"),
    (r"ADD\s+(?:COLUMN\s+)?\w+\s+(?:small|big)?serial\b", "rewrites the table"),
    (r"ADD\s+(?:COLUMN\s+)?.*GENERATED\s+ALWAYS\s+AS\s*\(.*\)\s*STORED", "rewrites the table"),
    (r"ADD\s+(?:COLUMN\s+)?.*GENERATED\s+\w+(?:\s+DEFAULT)?\s+AS\s+IDENTITY", "rewrites the table"),
    (r"ADD\s+(?:CONSTRAINT\s+\w+\s+)?(?:PRIMARY\s+KEY|UNIQUE)\s*\(",
     "builds an index while writers wait: build it CONCURRENTLY, then ADD CONSTRAINT USING INDEX"),
    (r"ADD\s+(?:CONSTRAINT\s+\w+\s+)?EXCLUDE\b", "builds an index while writers wait"),
    (r"ADD\s+CONSTRAINT\s+\w+\s+(?:CHECK|FOREIGN\s+KEY|NOT\s+NULL)(?!.*NOT\s+VALID)",
     "reads every row while writers wait: add it NOT VALID, VALIDATE it in a later file"),
)  # fmt: skip


def faults(text: str, earlier: str = "") -> Iterator[str]:
    """Yield what a migration would keep writers by; `earlier` is what came in files before it."""
    head, _, rest = text.partition("-- migrate: apply")
    applied = rest.partition("-- migrate: rollback")[0]
    statements = [
        sqlparse.format(each, strip_comments=True).strip().rstrip(";")
        for each in sqlparse.split(applied)
    ]
    made = {name.lower() for name in _MADE.findall(applied)}
    growing = GROWING - made
    yield from _of_form(statements, is_alone="-- transaction: false" in head)
    for statement in statements:
        if (index := _INDEX.match(statement)) and index["table"].lower() in growing:
            if not index["how"]:
                yield f"{index['name']}: is built while writers wait: CONCURRENTLY"
            elif "DROP INDEX CONCURRENTLY IF EXISTS" not in applied:
                yield f"{index['name']}: an attempt cut short leaves it: drop it IF EXISTS first"
        if (alter := _ALTER.match(statement)) and alter["table"].lower() in growing:
            yield from _of_alter(alter["table"], alter["what"], applied, earlier)
        if (whole := _WHOLE.match(statement)) and whole["table"].lower() in growing:
            yield f"{whole['table']}: {statement.split()[0]} touches all rows: do it in a job"


def _of_form(statements: list[str], *, is_alone: bool) -> Iterator[str]:
    concurrent = [each for each in statements if " CONCURRENTLY " in each]
    if concurrent and not is_alone:
        yield "CONCURRENTLY runs outside of a transaction: -- transaction: false"
    others = [each for each in statements if each and each not in concurrent]
    if is_alone and any(not each.upper().startswith("SET ") for each in others):
        yield "outside of a transaction only indexes are built"


def _of_alter(table: str, what: str, applied: str, earlier: str) -> Iterator[str]:
    flat = " ".join(what.split())
    for pattern, why in _ACTIONS:
        if re.search(pattern, flat, re.IGNORECASE):
            yield f"{table}: {why}"
    yield from _of_column(table, flat)
    if found := re.search(r"ALTER\s+(?:COLUMN\s+)?(\w+)\s+SET\s+NOT\s+NULL", flat, re.IGNORECASE):
        proof = rf"CHECK\s*\(\s*{found[1]}\s+IS\s+NOT\s+NULL\s*\)\s*NOT\s+VALID"
        if not (re.search(proof, earlier) and "VALIDATE CONSTRAINT" in earlier):
            yield f"{table}: SET NOT NULL reads every row: validate a CHECK in a file before"
    found = re.search(r"VALIDATE\s+CONSTRAINT\s+(\w+)", flat, re.IGNORECASE)
    if found and re.search(rf"ADD\s+CONSTRAINT\s+{found[1]}\b", applied):
        yield f"{table}: VALIDATE it in a file of its own: the lock of ADD is still held"


def _of_column(table: str, flat: str) -> Iterator[str]:
    if not re.search(r"ADD\s+COLUMN", flat, re.IGNORECASE):
        return
    _, _, default = flat.upper().partition("DEFAULT")
    if default and VOLATILE.search(default):
        yield f"{table}: a volatile default rewrites the table"
    if "NOT NULL" in flat.upper() and not default:
        yield f"{table}: a column NOT NULL needs a default"


@pytest.mark.parametrize("file", HELD_TO_IT, ids=lambda file: file.stem)
def test_a_migration_keeps_no_writer_waiting(file: Path) -> None:
    earlier = "\n".join(each.read_text("utf-8") for each in FILES if each < file)
    assert list(faults(file.read_text("utf-8"), earlier)) == []


def test_growing_tables_are_there() -> None:
    made = {name for file in FILES for name in _MADE.findall(file.read_text("utf-8"))}
    assert {f"record.{declared.table}" for declared in TYPES.values()} <= GROWING
    assert sorted(GROWING - made) == []


def migration(statements: str, head: str = "") -> str:
    timeout = "" if head else "SET LOCAL lock_timeout = '1s';\n"
    begins = f"-- One\n-- depends: x\n{head}\n-- migrate: apply\n{timeout}"
    return f"{begins}{statements}\n-- migrate: rollback\n"


AT_ONCE = """
ALTER TABLE record.link ADD CONSTRAINT c CHECK (bucket > 0) NOT VALID;
ALTER TABLE record.link VALIDATE CONSTRAINT c;
"""


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE INDEX a ON record.customer (name);", "CONCURRENTLY"),
        ("CREATE UNIQUE INDEX a ON record.history (id);", "CONCURRENTLY"),
        ("ALTER TABLE record.customer ALTER COLUMN name TYPE varchar;", "rewrites"),
        ("ALTER TABLE record.customer ALTER COLUMN name SET NOT NULL;", "SET NOT NULL"),
        ("ALTER TABLE record.customer ADD COLUMN a uuid DEFAULT gen_random_uuid();", "volatile"),
        ("ALTER TABLE record.outbox ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY;", "rewrites"),
        ("ALTER TABLE record.customer ADD COLUMN a text GENERATED ALWAYS AS (name || 'x') STORED;",
         "rewrites"),
        ("ALTER TABLE record.customer ADD COLUMN a text NOT NULL;", "needs a default"),
        ("ALTER TABLE record.customer ADD CONSTRAINT c CHECK (bucket > 0);", "NOT VALID"),
        ("ALTER TABLE record.link ADD UNIQUE (id);", "USING INDEX"),
        (AT_ONCE, "of its own"),
        ("UPDATE record.customer SET name = '';", "in a job"),
        ("LOCK TABLE record.customer;", "in a job"),
    ],
)  # fmt: skip
def test_what_would_keep_writers_is_told(statement: str, said: str) -> None:
    (fault,) = faults(migration(statement))
    assert said in fault


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE record.customer ADD COLUMN a text;",
        "ALTER TABLE record.customer ADD COLUMN a timestamptz NOT NULL DEFAULT now();",
        "ALTER TABLE record.link ADD CONSTRAINT c CHECK (bucket > 0) NOT VALID;",
        "CREATE TABLE record.note (id text);\nCREATE INDEX a ON record.note (id);",
        "CREATE INDEX a ON access.process (name);",
        "ALTER TABLE record.customer DROP COLUMN name;",
    ],
)
def test_what_keeps_nobody_is_fine(statement: str) -> None:
    assert list(faults(migration(statement))) == []


def test_an_index_is_built_on_its_own_and_can_be_begun_again() -> None:
    alone = "-- transaction: false"
    build = "CREATE INDEX CONCURRENTLY a ON record.customer (name);"
    drop = "DROP INDEX CONCURRENTLY IF EXISTS record.a;"
    assert list(faults(migration(f"{drop}\n{build}", alone))) == []
    assert "cut short" in next(faults(migration(build, alone)))
    assert "transaction: false" in next(faults(migration(f"{drop}\n{build}")))


def test_not_null_is_proved_by_a_check_before() -> None:
    earlier = (
        "ALTER TABLE record.customer ADD CONSTRAINT c CHECK (name IS NOT NULL) NOT VALID;\n"
        "ALTER TABLE record.customer VALIDATE CONSTRAINT c;"
    )
    statement = migration("ALTER TABLE record.customer ALTER COLUMN name SET NOT NULL;")
    assert list(faults(statement, earlier)) == []
    assert len(list(faults(statement))) == 1
