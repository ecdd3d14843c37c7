"""A generated inventory in a database, made as a load makes it."""

from collections import defaultdict

from customer_inventory.demo.generate import generate
from customer_inventory.record.document import parse_object
from customer_inventory.record.lines import Batch, lines_of
from customer_inventory.record.load import load
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.requirements.test_register import ACTOR


async def filled(database: Database, customers: int, *, seed: int = 1) -> dict[str, list[str]]:
    """Load the records of so many customers; return their ids by type, in order."""
    lines: dict[str, dict[str, object]] = defaultdict(dict)
    for record in generate(customers, seed=seed):
        declared = TYPES[record.type]
        document = parse_object(record.body)
        lines[record.type][record.id] = lines_of(declared, document, record.body, ACTOR)
    batches = {TYPES[name]: Batch.of(of_type) for name, of_type in lines.items()}  # type: ignore[arg-type]
    async with database.transaction() as connection:
        await load(connection, batches, ACTOR)
    return {name: sorted(of_type) for name, of_type in lines.items()}
