"""Every table that could hold data of a subject has a holder that empties it, or an explanation."""

from pathlib import Path

from customer_inventory.holding import holders_of
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database

TELLING = (
    "SELECT DISTINCT c.table_schema || '.' || c.table_name"
    " FROM information_schema.columns AS c"
    " JOIN pg_class AS t ON t.oid = format('%I.%I', c.table_schema, c.table_name)::regclass"
    " WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition"
    " AND c.table_schema NOT IN ('pg_catalog', 'information_schema', 'job')"
    " AND (c.column_name = 'id' OR c.column_name LIKE '%\\_id' OR c.column_name LIKE '%\\_ids'"
    " OR c.column_name IN ('body', 'row_text', 'word', 'value', 'evidence', 'content', 'document')"
    " OR c.data_type IN ('json', 'jsonb'))"
)
"""Tables with an id, a document or a text. The queue (`job`) holds ids and names of jobs alone."""


async def test_every_table_with_a_subject_in_it_is_held_or_explained(
    schema: Database, tmp_path: Path
) -> None:
    holders = holders_of(schema, Settings(home=tmp_path))
    held = {table for holder in holders.holders for table in holder.tables}
    async with schema.connection() as connection:
        telling = {row[0] for row in await connection.fetch(TELLING)}
    missing = sorted(telling - held - holders.explained.keys())
    assert missing == [], "give each a holder (record/subject/holder.py), or explain why not"


async def test_every_holder_and_explanation_is_of_a_table(schema: Database, tmp_path: Path) -> None:
    holders = holders_of(schema, Settings(home=tmp_path))
    named = {table for holder in holders.holders for table in holder.tables}
    for table in sorted(named | holders.explained.keys()):
        assert await schema.value("SELECT to_regclass($1)", table) is not None, table
    assert named.isdisjoint(holders.explained)


async def test_every_holder_hands_over_or_says_why_not(schema: Database, tmp_path: Path) -> None:
    for holder in holders_of(schema, Settings(home=tmp_path)).holders:
        assert (holder.hand is None) == bool(holder.hands_nothing), holder.name
