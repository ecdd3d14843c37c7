"""Files that bring more than rows: archives, bombs, links, names that lead elsewhere (N39, N40)."""

import gzip
import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from customer_inventory.capture.arrival.arriving import arriving
from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import read_mapping
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Database
from tests.conftest import Service, permitted
from tests.tmf.bodies import made

ROWS = b'{"@type":"Individual","givenName":"A","familyName":"B"}\n'


def zipped(*members: tuple[str, bytes, int]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return out.getvalue()


def tarred(link: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("rows.ndjson")
        info.type, info.linkname = tarfile.SYMTYPE, link
        archive.addfile(info)
    return out.getvalue()


FILE, LINK = stat.S_IFREG | 0o600, stat.S_IFLNK | 0o777
BOMB = gzip.compress(b"0" * 50_000_000)
ARCHIVES = {
    "symlink": zipped(("rows.ndjson", b"/etc/passwd", LINK)),
    "nested": zipped(("rows.zip", zipped(("rows.ndjson", ROWS, FILE)), FILE)),
    "zip of bombs": zipped(*((f"{number}.gz", BOMB, FILE) for number in range(20))),
    "gzip bomb": BOMB,
    "gzip twice": gzip.compress(BOMB),
    "tar with a symlink": tarred("/etc/passwd"),
    "zstd that is none": b"\x28\xb5\x2f\xfd" + b"\x00" * 100,
    "UTF-16": ROWS.decode().encode("utf-16"),
}


@pytest.mark.parametrize("name", ARCHIVES)
async def test_an_archive_that_brings_more_than_rows_is_refused(
    database: Database, actor: Actor, tmp_path: Path, name: str
) -> None:
    """N40: refused whole, saying what it is; nothing is kept, nothing is left beside it."""
    file = tmp_path / "rows.ndjson"
    file.write_bytes(ARCHIVES[name])
    with pytest.raises(Invalid):
        await loaded(database, file, actor, tmp_path)
    assert await database.value("SELECT count(*) FROM record.individual") == 0
    assert await database.value("SELECT count(*) FROM capture.refusal") == 0
    assert files_in(tmp_path) == ["rows.ndjson"]


@pytest.mark.parametrize("name", ["../../rows.ndjson", "/etc/cron.d/rows", "..\\..\\rows.ndjson"])
async def test_no_name_in_an_archive_is_a_path(
    database: Database, actor: Actor, tmp_path: Path, name: str
) -> None:
    """N40: what is in it is read; what it is called leads nowhere."""
    await permitted(database, actor.process, "*:create,update,modify", purpose=actor.purpose)
    file = tmp_path / "rows.zip"
    file.write_bytes(zipped((name, ROWS, FILE)))
    await loaded(database, file, actor, tmp_path)
    assert files_in(tmp_path) == ["rows.zip"]


async def loaded(database: Database, file: Path, actor: Actor, folder: Path) -> None:
    """Load a file as the command line does."""
    mapping = read_mapping("records")
    with arriving(str(file), mapping, Spool(folder / "home", Limits())) as arrived:
        await import_file(database, arrived.path, mapping, actor=actor, name=arrived.name)


def files_in(folder: Path) -> list[str]:
    """Return every file below a folder."""
    return [each.name for each in folder.rglob("*") if each.is_file()]


async def test_only_a_file_of_its_own_is_loaded(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    """N40: no device, no pipe that never ends, no folder."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(Invalid):
            await loaded(database, path, actor, tmp_path)


NAMES = (
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/passwd",
    "a/b.txt",
    "C:\\x.txt",
    "x\u202etxt.exe",
)


async def test_no_name_of_a_file_leads_out_of_a_package(service: Service) -> None:
    """N40: whatever attachments are called, the archive unpacks below where it is unpacked."""
    person = await made(service, "individual")
    kept = 0
    for name in NAMES:
        answer = await service.client.post(
            "/inventory/v1/attachment",
            params={"recordType": "individual", "recordId": person["id"], "name": name},
            content=b"a note",
            headers={"Content-Type": "text/plain"},
        )
        assert answer.status_code in (201, 400)
        kept += answer.status_code == 201
    answer = await service.client.get(f"/inventory/v1/subject/{person['id']}/package")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        members = archive.infolist()
    assert sum(member.filename.startswith("attachments") for member in members) >= kept
    for member in members:
        parts = member.filename.split("/")
        assert not member.filename.startswith(("/", "\\"))
        assert ".." not in parts
        assert not {"\\", ":", "\x00"} & set(member.filename)
        assert not stat.S_ISLNK(member.external_attr >> 16)
