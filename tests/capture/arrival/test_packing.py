"""Packed files: unpacked once, bounded, and none of their names is a path."""

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest
import zstandard

from customer_inventory.capture.arrival.arriving import arriving
from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.reading import SourceFile
from customer_inventory.kit.errors import Invalid, Unavailable
from tests.capture.arrival.conftest import Text
from tests.capture.conftest import HEADER

ROWS = (HEADER + "1,Ada,Lovelace,10.12.1815,A\n").encode()


def zipped(*members: tuple[str, bytes], is_link: bool = False) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFLNK if is_link else stat.S_IFREG) << 16
            archive.writestr(info, content)
    return packed.getvalue()


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(content)


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(ROWS),
        gzip.compress(ROWS[:10]) + gzip.compress(ROWS[10:]),
        zstd(ROWS),
        zstd(ROWS[:10]) + zstd(ROWS[10:]),
        zipped(("rows.csv", ROWS)),
        zipped(("../../etc/passwd", ROWS)),
        zipped(("/etc/passwd", ROWS), ("__MACOSX/._rows.csv", b"x")),
    ],
    ids=["gzip", "two of gzip", "zstd", "two of zstd", "zip", "traversal", "absolute"],
)
def test_what_is_packed_is_unpacked(text_of: Text, tmp_path: Path, packed: bytes) -> None:
    assert text_of(packed) == ROWS
    assert {path.name for path in tmp_path.iterdir()} == {"arrives", "home"}
    assert list((tmp_path / "home" / "capture" / "spool").iterdir()) == []


def test_one_of_several_is_named(text_of: Text) -> None:
    both = zipped(("a.csv", b"a"), ("b.csv", ROWS))
    assert text_of(both, member="b.csv") == ROWS
    with pytest.raises(Invalid, match=r"2 files.*'a.csv', 'b.csv'"):
        text_of(both)
    with pytest.raises(Invalid, match=r"no file 'c\.csv'"):
        text_of(both, member="c.csv")
    with pytest.raises(Invalid, match="no ZIP archive"):
        text_of(ROWS, member="a.csv")


MANY = b"".join(b"%d,Ada,Lovelace,10.12.1815,A\n" % number for number in range(3000))


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (gzip.compress(MANY)[:-20], "cut short"),
        (gzip.compress(MANY)[:-20] + b"x" * 20, "cut short|damaged"),
        (gzip.compress(MANY)[:-8] + b"x" * 8, "damaged"),
        (zstd(MANY)[:-20], "cut short"),
        (zipped(("rows.csv", MANY))[:-30], "damaged"),
        (zipped(), "no file"),
        (zipped(("rows.csv", ROWS)).replace(b"rows.csv", bytes(8)), "no file"),  # without a name
        (zipped(("link", b"/etc/passwd"), is_link=True), "as a link"),
        (zipped(("rows.csv.gz", gzip.compress(ROWS))), "packed again"),
        (gzip.compress(zipped(("rows.csv", ROWS))), "packed again"),
        (gzip.compress(b"", mtime=0), "is empty"),
    ],
)
async def test_what_cannot_be_unpacked_says_why(
    tmp_path: Path, small: Mapping, spool: Spool, packed: bytes, words: str
) -> None:
    file = tmp_path / "rows.packed"
    file.write_bytes(packed)
    with (
        pytest.raises(Invalid, match=words) as caught,
        arriving(str(file), small, spool) as arrived,
    ):
        SourceFile(arrived.path, small, arrived.name)
    assert str(file) in str(caught.value)
    assert "spool" not in str(caught.value)
    assert list((tmp_path / "home" / "capture" / "spool").iterdir()) == []


@pytest.mark.parametrize("pack", [gzip.compress, zstd, lambda text: zipped(("rows.csv", text))])
def test_a_bomb_goes_no_further_than_it_may(tmp_path: Path, small: Mapping, pack) -> None:
    file = tmp_path / "bomb"
    file.write_bytes(pack(b"0" * 40_000_000))
    for limits, most in ((Limits(), 10_485_760), (Limits(unpacked=1000), 1000)):
        spool = Spool(tmp_path / "home", limits)
        with (
            pytest.raises(Invalid, match=f"more than {most:,} bytes, unpacked") as caught,
            arriving(str(file), small, spool),
        ):
            raise AssertionError("it was unpacked")
        assert caught.value.code == "tooLarge"
    assert list((tmp_path / "home" / "capture" / "spool").iterdir()) == []


def test_what_is_cut_short_stays_for_its_owner_and_goes_on(
    tmp_path: Path, small: Mapping, spool: Spool
) -> None:
    file = tmp_path / "rows.csv.gz"
    file.write_bytes(gzip.compress(ROWS))
    with pytest.raises(Unavailable), arriving(str(file), small, spool) as first:
        raise Unavailable("The database is gone.")
    assert first.path.stat().st_mode & 0o777 == 0o600
    assert first.path.parent.stat().st_mode & 0o777 == 0o700
    made = first.path.stat().st_ino
    with arriving(str(file), small, spool) as second:
        assert (second.path, second.path.stat().st_ino) == (first.path, made)
    assert not first.path.exists()
