"""What the tests of subjects share."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from customer_inventory.holding import holders_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.store.database import Database
from tests import distributed
from tests.record.samples import INDIVIDUAL, person

TABLES = (
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c"
    " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    " AND n.nspname NOT LIKE 'pg_toast%'"
    + (" AND relation_is_a_known_shard(c.oid) IS NOT TRUE" if distributed.URL else "")
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def eraser(database: Database, home: Path) -> Eraser:
    return Eraser(database, holders_of(database, Settings(home=home)))


@pytest.fixture
def inventory(database: Database) -> Inventory:
    return Inventory(database)


@pytest.fixture
async def subject(inventory: Inventory, actor: Actor) -> str:
    """The id of somebody who is known."""
    return (await inventory.create(INDIVIDUAL, person(), actor=actor)).id


async def places_of(database: Database, values: Iterable[str]) -> set[str]:
    """Return every table of the database in which one of `values` stands in any column."""
    found = set()
    for (table,) in await database.fetch(TABLES):
        statement = (
            f"SELECT EXISTS (SELECT 1 FROM {table} AS t, unnest($1::text[]) AS v"
            " WHERE strpos(lower(t::text), lower(v)) > 0)"
        )
        if await database.value(statement, list(values)):
            found.add(table)
    return found


def files_with(folder: Path, values: Iterable[str]) -> list[Path]:
    """Return the files below `folder` in which one of `values` stands."""
    words = [value.encode() for value in values]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(word in path.read_bytes() for word in words)]
