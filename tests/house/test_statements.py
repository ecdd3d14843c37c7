"""Every statement plans against the migrated schema, is used, and stays in its own room."""

import importlib
import re
from pathlib import Path

import pytest

import customer_inventory
from customer_inventory.store.database import Database
from customer_inventory.store.sql import Statements

SOURCE = Path(customer_inventory.__file__).parent
FILES = sorted(path for path in SOURCE.rglob("*.sql") if path.parent.name != "migrations")
TOUCHED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+([a-z_]+)\.[a-z_{]", re.IGNORECASE)
ROOMS = {
    "record", "access", "audit", "capture", "requirements", "usage", "facilities", "monthly",
    "shortcomings",
}  # fmt: skip


def module_of(file: Path) -> str:
    return "customer_inventory." + ".".join(file.relative_to(SOURCE).with_suffix("").parts)


def statements_of(file: Path) -> dict[str, str]:
    """Return what the module beside `file` can send: its own list of it, or the file as it is."""
    module = importlib.import_module(module_of(file))
    every = getattr(module, "every_statement", None)
    return every() if every else dict(module.SQL)


ALL = [(file, name) for file in FILES for name in statements_of(file)]


@pytest.mark.parametrize(
    ("file", "name"), ALL, ids=[f"{module_of(f).split('.', 1)[1]}:{n}" for f, n in ALL]
)
async def test_it_plans(schema: Database, file: Path, name: str) -> None:
    async with schema.connection() as connection:
        answer = await connection.execute(f"EXPLAIN (GENERIC_PLAN) {statements_of(file)[name]}")
    assert answer == "EXPLAIN"


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_every_statement_of_a_file_can_be_sent(file: Path) -> None:
    module = importlib.import_module(module_of(file))
    source = Path(str(module.__file__)).read_text("utf-8")
    unused = [
        name for name in module.SQL if f"SQL.{name}" not in source and f'"{name}"' not in source
    ]
    assert unused == []


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_a_statement_touches_its_own_room_alone(file: Path) -> None:
    room = file.relative_to(SOURCE).parts[0]
    touched = set(TOUCHED.findall(file.read_text("utf-8"))) & ROOMS
    assert touched <= {room}


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_a_statement_carries_its_name(file: Path) -> None:
    package = module_of(file).rpartition(".")[0]
    for name, text in Statements(package, file.name).items():
        assert re.match(rf"\w+ /\* {name} \*/", text)
