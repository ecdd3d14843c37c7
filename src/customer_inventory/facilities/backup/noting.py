"""Who was erased since the copies were made, kept beside them: a restore erases them again.

What is kept of an erasure is ids, its case and its certificate, sealed: no value of a subject.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from customer_inventory.facilities.backup.sealing import SUFFIX
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.record.subject.notes import notes
from customer_inventory.store.database import Database

_OVERLAP = timedelta(minutes=5)
"""An erasure may be seen later than one that ended after it: so long we look back."""


class _Noted(msgspec.Struct):
    id: str


class Noter:
    """Notes what was erased, each erasure once."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: set[str] = set()
        self._last: datetime | None = None

    async def note(self, database: Database) -> int:
        """Note the erasures that are done and not noted yet; return how many."""
        if self._last is None:
            lines = noted(self._vault)
            self._known = {msgspec.json.decode(line, type=_Noted).id for line in lines}
        since = self._last - _OVERLAP if self._last else None
        found = await notes(database, since=since)
        fresh = [each for each in found if each["id"] not in self._known]
        self._last = max((each["ended_at"] for each in found), default=self._last)
        if fresh:
            content = b"".join(msgspec.json.encode(_plain(each)) + b"\n" for each in fresh)
            name = f"{max(each['ended_at'] for each in fresh):%Y%m%dT%H%M%S.%fZ}-{fresh[0]['id']}"
            self._vault.seal.write(
                self._vault.folder.erasures / f"{name}.ndjson{SUFFIX}", [content]
            )
            self._known.update(each["id"] for each in fresh)
        return len(fresh)


def noted(vault: Vault) -> Iterator[bytes]:
    """Yield every erasure noted, as a line of NDJSON; raise Unsound for a damaged file."""
    for file in sorted(vault.folder.erasures.glob(f"*{SUFFIX}")):
        yield from b"".join(vault.seal.read(file)).splitlines()


def _plain(row: dict[str, object]) -> dict[str, object]:
    """Return a row with its documents (bytes of JSON) put in as they are."""
    return {
        name: msgspec.Raw(value) if isinstance(value, bytes) else value
        for name, value in row.items()
    }
