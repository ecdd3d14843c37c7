"""The documents of a chunk as the file holds them: as the list shows them, with records planted."""

from collections.abc import Sequence

from customer_inventory.access.download import canary
from customer_inventory.access.download.job import Download
from customer_inventory.access.download.mark import Marks
from customer_inventory.access.download.pseudonym import Pseudonyms
from customer_inventory.access.download.source import Source
from customer_inventory.record.document import encode
from customer_inventory.record.version import Version

Chunk = tuple[list[bytes], set[bytes]]
"""Documents in their order, and the hashes of what is planted among them."""


class Planting:
    """Makes the documents of one file: one record is planted a chunk, the rest in the last."""

    def __init__(self, download: Download, source: Source, marks: Marks, domain: str) -> None:
        self._download = download
        self._source = source
        self._marks = marks
        self._domain = domain
        self._pseudonyms = (
            Pseudonyms(marks.derived("pseudonym", download.pseudonym_domain))
            if download.pseudonym_domain is not None
            else None
        )

    def documents(self, records: Sequence[Version], chunk: int, *, is_last: bool) -> Chunk:
        """Return what chunk number `chunk` holds of `records`."""
        shown = [self._shown(version.id, version.body) for version in records]
        hashes: set[bytes] = set()
        wanted = self._download.canaries if records else 0
        for number in range(chunk, wanted if is_last else min(chunk + 1, wanted)):
            place = self._place(number, len(records))
            made = canary.planted(
                self._marks,
                self._download.id,
                number,
                self._source.declared,
                near=records[place].id,
                domain=self._domain,
            )
            # Beside its neighbour, on the side where its id belongs.
            shown.insert(place + (made["id"] > records[place].id), self._planted(made, hashes))
        return shown, hashes

    def _place(self, number: int, records: int) -> int:
        seed = self._marks.derived("place", self._download.id, str(number))
        return int.from_bytes(seed[:8]) % records

    def _planted(self, made: dict[str, object], hashes: set[bytes]) -> bytes:
        hashes |= canary.hashes(made)
        if self._pseudonyms:
            hashes.add(canary.hashed(self._pseudonyms.of(str(made["id"]))))
        return self._shown(str(made["id"]), encode(made))

    def _shown(self, identifier: str, body: bytes) -> bytes:
        shown = self._source.shown(identifier, body)
        return self._pseudonyms.replaced(shown) if self._pseudonyms else shown
