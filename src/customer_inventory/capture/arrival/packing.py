"""Packed files: gzip, Zstandard and ZIP, unpacked one level deep and bounded.

No name in an archive is ever used as a path. What is cut short, encrypted, a link or packed again
is refused.
"""

import gzip
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

from customer_inventory.kit.errors import Invalid

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_WORKBOOK = "xl/workbook.xml"
_PIECE = 1_048_576
_PIECE_OF_ZSTD = 1024
"""A kilobyte of Zstandard can hold 32 MB, a block of 128 kB in four bytes each."""
_LARGEST_WINDOW = 2**27
_SHOWN_MEMBERS = 20
_NO_DATA = ("__MACOSX/", ".DS_Store")


class Packed(Invalid):
    """A packed file cannot be unpacked."""

    code = "packedFile"


def kind_of(beginning: bytes, path: Path) -> str:
    """Return how a file is packed by its first bytes: gzip, zstd, zip, or "" if it is not.

    A workbook is a ZIP archive too, and counts as not packed.
    """
    if beginning.startswith(GZIP):
        return "gzip"
    if beginning.startswith(ZSTD):
        return "zstd"
    if beginning.startswith((ZIP, _EMPTY_ZIP)):
        return "" if is_workbook(path) else "zip"
    return ""


_DAMAGED = (
    OSError,
    ValueError,  # names and dates that are none
    struct.error,
    zlib.error,
    zstandard.ZstdError,
    zipfile.BadZipFile,
)


def is_workbook(path: Path) -> bool:
    """Tell whether a ZIP archive is a workbook of Office Open XML."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK in archive.namelist()
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError):
        return False


def unpacked(path: Path, kind: str, member: str | None) -> Iterator[bytes]:
    """Yield what is packed in `path`, piece by piece; `member` names which file of an archive.

    Raises Packed when it is cut short or damaged, or not exactly one file to be loaded.
    """
    if member is not None and kind != "zip":
        raise Packed("is no ZIP archive, and has no members.", hint="Leave --member out.")
    try:
        with path.open("rb") as file:
            if kind == "zip":
                yield from _member(file, member)
            else:
                yield from (_gunzipped if kind == "gzip" else _unzstd)(file)
    except EOFError:
        raise Packed(f"is cut short: its {kind} never ends.", hint="Fetch it again.") from None
    except _DAMAGED as error:
        raise Packed(f"is damaged: {error}.", hint="Fetch it again.") from None


def _gunzipped(file: BinaryIO) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file) as plain:
        while piece := plain.read(_PIECE):
            yield piece


def _unzstd(file: BinaryIO) -> Iterator[bytes]:
    context = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    frame = context.decompressobj()
    rest = b""
    has_begun = False
    while piece := rest or file.read(_PIECE_OF_ZSTD):
        has_begun = True
        yield frame.decompress(piece)
        rest = b""
        if frame.eof:
            rest, has_begun = frame.unused_data, False
            frame = context.decompressobj()
    if has_begun:
        raise EOFError


def _member(file: BinaryIO, name: str | None) -> Iterator[bytes]:
    with zipfile.ZipFile(file) as archive:
        info = _chosen(archive.infolist(), name)
        if info.flag_bits & 0x1:
            raise Packed("is encrypted.", hint="Unpack it first.")
        try:
            with archive.open(info) as plain:
                while piece := plain.read(_PIECE):
                    yield piece
        except RuntimeError as error:
            raise Packed(f"cannot be unpacked: {error}.", hint="Pack it with Deflate.") from None


def _chosen(members: list[zipfile.ZipInfo], name: str | None) -> zipfile.ZipInfo:
    # What has no name is asked for its last letter by the library.
    named = [each for each in members if each.filename and not each.is_dir()]
    data = [each for each in named if not _is_no_data(each.filename)]
    if name is not None:
        data = [each for each in data if each.filename == name]
    if len(data) != 1:
        listed = ", ".join(repr(each.filename) for each in members[:_SHOWN_MEMBERS])
        found = "no file" if not data else f"{len(data):,} files"
        which = "" if name is None else f" {name!r}"
        raise Packed(
            f"has {found}{which} to load.", hint=f"Name one with --member; it has: {listed}."
        )
    if stat.S_ISLNK(data[0].external_attr >> 16):
        raise Packed(f"has {data[0].filename!r} as a link.", hint="Pack the file itself.")
    return data[0]


def _is_no_data(name: str) -> bool:
    return name.startswith(_NO_DATA) or name.endswith(_NO_DATA)
