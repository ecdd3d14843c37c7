"""A ledger that tests fill with entries of their choice, and seal."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from customer_inventory.access.ledger import Entry, keep_with
from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.store.database import Database

PROCESSES = ("billing", "care", "collections", "marketing", "order", "reports")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Filled:
    """The ledger of a database, to which entries are added and sealed at once."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self._sealer = Sealer(database, Signer(Ed25519PrivateKey.generate()), Anchors(folder))

    async def add(self, entries: Sequence[Entry]) -> None:
        """Keep entries and seal them."""
        async with self.database.transaction() as connection:
            await keep_with(connection, entries)
        await self._sealer.seal_all()


def entry(at: datetime, process: str = "billing", **more: object) -> Entry:
    """An entry at an instant, of a permitted read unless told otherwise."""
    said = {"purpose": "testing", "operation": "read", "type": "customer", "status": 200}
    return Entry(at=at.isoformat(), process=process, **{"decision": "permit", **said, **more})


def traffic(count: int, start: datetime, days: int, *, seed: int) -> list[Entry]:
    """Entries of all processes over so many days: the same for the same seed."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        operation = draw.choice(("read",) * 6 + ("update", "modify,update", "create", "download"))
        is_refused = draw.random() < 0.1
        made.append(
            entry(
                start + timedelta(seconds=draw.randrange(days * 86_400)),
                draw.choice(PROCESSES),
                operation=operation,
                type=draw.choice(("customer", "individual", "agreement")),
                purpose=draw.choice(("care", "billing")),
                status=403 if is_refused else 200,
                decision="deny" if is_refused else "permit",
                count=draw.choice((0, 1, 1, 50)),
                bytes=draw.randrange(5000),
            )
        )
    return made


def recounted(entries: Iterable[Entry]) -> dict[tuple[object, ...], tuple[int, ...]]:
    """What the meter must say of entries, counted here one by one."""
    found: dict[tuple[object, ...], Counter[str]] = {}
    for each in entries:
        hour = datetime.fromisoformat(each.at).replace(minute=0, second=0, microsecond=0)
        key = (hour, each.process, each.purpose, each.operation, each.type)
        counts = found.setdefault(key, Counter())
        counts["requests"] += 1
        counts["errors"] += each.status >= 400
        counts["denied"] += each.decision != "permit"
        counts["records"] += each.count if each.decision == "permit" else 0
        counts["bytes"] += each.bytes
    names = ("requests", "errors", "denied", "records", "bytes")
    return {key: tuple(counts[name] for name in names) for key, counts in found.items()}
