"""What arrives is made ready to be loaded: text as it is, all else by way of the spool.

Text in a file of this machine is read where it is. What is packed is unpacked, an array of JSON, a
workbook or a Parquet file becomes text, and what comes from elsewhere is fetched, into the spool;
so a load that was cut short goes on by its place in that text, whatever it was made of.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from customer_inventory.capture.arrival import origin, packing, table, values
from customer_inventory.capture.arrival.origin import Storage
from customer_inventory.capture.arrival.packing import Packed
from customer_inventory.capture.arrival.spool import Growing, Limits, Spool
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.reading import opened
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings

_PIECE = 1_048_576
_PROBE = 4096
_FORM = 1
"""Changes when the same bytes become other text."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a file is to be loaded: a `member` of an archive, a `sheet` of a workbook."""

    member: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """What arrived as text: in the file at `path`; `name` is what it was called."""

    path: Path
    name: str


def arrivals_of(settings: Settings) -> tuple[Spool, Storage]:
    """Return the spool of an inventory, and the object storage that it fetches from."""
    limits = Limits(settings.capture_unpacked_bytes, settings.capture_ratio)
    return Spool(settings.home, limits), Storage(settings.s3_endpoint, settings.s3_region)


@contextmanager
def arriving(
    given: str,
    mapping: Mapping,
    spool: Spool,
    *,
    wanted: Wanted = Wanted(),
    storage: Storage = Storage(),  # noqa: B008 - frozen
) -> Iterator[Arrived]:
    """Give what arrives at `given` (a path, `-`, or s3://bucket/key) as text for `mapping`.

    What the spool holds of it goes at the end, and stays when that comes of a failure that running
    it again may mend. Raises Invalid for what cannot be loaded, Unavailable for what cannot be had.
    """
    spool.sweep()
    try:
        path = _text_of(given, mapping, spool, wanted, storage)
    except Invalid as error:
        raise _named(error, given) from None
    is_spooled = path != origin.local(given)
    name = "standard input" if given == origin.STANDARD_INPUT else given
    try:
        yield Arrived(path, name)
    except Invalid:
        _forget(path, is_spooled=is_spooled)
        raise
    _forget(path, is_spooled=is_spooled)


def _text_of(given: str, mapping: Mapping, spool: Spool, wanted: Wanted, storage: Storage) -> Path:
    making = _Making(spool, mapping, wanted)
    path = origin.local(given)
    if path is not None:
        return making.of_file(path)
    with spool.making() as fetched:
        digest = hashlib.sha256()
        for piece in origin.pieces(given, storage):
            digest.update(piece)
            fetched.write(piece)
        fetched.flush()
        return making.of_fetched(fetched, digest.digest())


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes text for `mapping` of what is `wanted` of a file."""

    spool: Spool
    mapping: Mapping
    wanted: Wanted

    def of_file(self, path: Path) -> Path:
        """Return the text of a file of this machine: the file itself if it is that."""
        with opened(path) as file:
            kind = packing.kind_of(file.read(_PROBE), path)
            if not kind and self._table_in(path) is None:
                return self._plain(path)
            file.seek(0)
            digest = hashlib.sha256()
            while piece := file.read(_PIECE):
                digest.update(piece)
        name = self._name(digest.digest())
        place = self.spool.place(name)
        return place if place.exists() else self._unpacked(path, kind, name, None)

    def of_fetched(self, fetched: Growing, digest: bytes) -> Path:
        """Return the text of what was fetched."""
        name = self._name(digest)
        place = self.spool.place(name)
        if place.exists():
            return place
        kind = packing.kind_of(_beginning(fetched.path), fetched.path)
        return self._unpacked(fetched.path, kind, name, fetched)

    def _plain(self, path: Path) -> Path:
        if self.wanted.member is not None:
            raise Invalid("is no ZIP archive, and has no members.", hint="Leave --member out.")
        return path

    def _unpacked(self, path: Path, kind: str, name: str, fetched: Growing | None) -> Path:
        if not kind:
            self._plain(path)
            return self._converted(path, name, fetched)
        with self.spool.making(packed=path.stat().st_size) as plain:
            for piece in packing.unpacked(path, kind, self.wanted.member):
                plain.write(piece)
            plain.flush()
            if packing.kind_of(_beginning(plain.path), plain.path):
                raise Packed("holds a file that is packed again.", hint="Unpack it once.")
            return self._converted(plain.path, name, plain)

    def _converted(self, path: Path, name: str, plain: Growing | None) -> Path:
        """Return the text of `path` under `name`; `plain` is that file while it is written."""
        kind = self._table_in(path)
        if kind is None and plain is not None:
            return self.spool.keep(plain, name)
        with self.spool.making(packed=path.stat().st_size) as text:
            if kind == "workbook":
                table.of_workbook(path, self.mapping, self.wanted.sheet, text)
            elif kind == "parquet":
                table.of_parquet(path, self.mapping, text)
            else:
                for line in values.lines(_pieces(path)):
                    text.write(line)
            return self.spool.keep(text, name)

    def _table_in(self, path: Path) -> str | None:
        """Return what a file must be turned into text from; None if it is text."""
        beginning = _beginning(path)
        if beginning.startswith(table.PARQUET):
            return "parquet"
        if beginning.startswith(packing.ZIP) and packing.is_workbook(path):
            return "workbook"
        is_array = self.mapping.format == "ndjson" and values.is_array(beginning)
        return "array" if is_array else None

    def _name(self, digest: bytes) -> str:
        mapping, wanted = self.mapping, self.wanted
        told = (_FORM, mapping.format, mapping.delimiter, wanted.member, wanted.sheet)
        return hashlib.sha256(digest + repr(told).encode()).hexdigest()


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_PROBE)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _forget(path: Path, *, is_spooled: bool) -> None:
    if is_spooled:
        path.unlink(missing_ok=True)


def _named(error: Invalid, given: str) -> Invalid:
    """Return `error` as one about what was given: those below do not know what it is called."""
    if given in error.message:
        return error
    return Invalid(f"{given} {error.message}", hint=error.hint, code=error.code)
