"""Downloads over the wire: what is in the file, in every format, and what tells of it."""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import httpx
import zstandard
from arro3.io import read_parquet

from customer_inventory.access.download.formula import unguarded
from customer_inventory.access.download.mark import BITS
from tests.access.download.files import JOBS, PEOPLE, asked, ended, fetched, filled
from tests.conftest import Service
from tests.tmf.bodies import made

MEDIA = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}


def plain(content: bytes, compression: str) -> bytes:
    if compression == "gzip":
        return gzip.decompress(content)
    if compression == "zstd":
        reader = zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True)
        return reader.read()
    return content


def documents(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


async def test_a_list_is_taken_away_as_it_is_shown(service: Service) -> None:
    ids = await filled(service.database, 1_200)
    job, content = await fetched(service)
    assert [each["id"] for each in documents(content)] == ids
    shown = (await service.client.get(f"{PEOPLE}/{ids[7]}")).json()
    assert documents(content)[7] == shown
    assert (job["status"], job["state"], job["rows"]) == ("Succeeded", "succeeded", 1200)
    assert job["sha256"] == hashlib.sha256(content).hexdigest()
    assert job["size"] == {"amount": len(content), "units": "byte"}


async def test_compressed_chunks_are_one_file(service: Service) -> None:
    await filled(service.database, 700)
    for form, header in (("ndjson", 0), ("csv", 1)):
        body = {"contentType": MEDIA[form], "query": "sort=-familyName&status=validated"}
        _, whole = await fetched(service, **body)
        for compression in ("gzip", "zstd"):
            _, content = await fetched(service, **body, compression=compression)
            lines = plain(content, compression).splitlines()
            assert len(lines) == len(whole.splitlines()) == 350 + header


async def test_filters_sort_and_fields_are_those_of_lists(service: Service) -> None:
    await filled(service.database, 600)
    query = "status=validated&sort=-familyName&fields=familyName"
    _, content = await fetched(service, query=query)
    listed = (await service.client.get(f"{PEOPLE}?{query}&limit=1000")).json()
    assert documents(content) == listed
    assert len(listed) == 300


async def test_version_4_is_shown_as_version_4_shows(service: Service) -> None:
    record = await made(service, "individual")
    path = "/tmf-api/partyManagement/v4/individual"
    job = await ended(service.client, await asked(service.client, path=path))
    content = (await service.client.get(job["url"])).content
    assert documents(content) == [(await service.client.get(f"{path}/{record['id']}")).json()]


async def test_csv_has_every_attribute(service: Service) -> None:
    record = await made(service, "individual", title='Say "A, B"\nor é', **{"x-own": {"a": 1}})
    _, content = await fetched(service, contentType="text/csv")
    (row,) = csv.DictReader(io.StringIO(content.decode(), newline=""))
    assert row["title"] == record["title"]
    assert json.loads(row["contactMedium"]) == record["contactMedium"]
    assert json.loads(row["_others"]) == {"x-own": {"a": 1}}
    assert row["deathDate"] == ""


async def test_parquet_has_the_columns_asked_for(service: Service, tmp_path: Path) -> None:
    ids = await filled(service.database, 700)
    body = {"contentType": MEDIA["parquet"], "compression": "zstd"}
    _, content = await fetched(service, **body, query="fields=familyName,status")
    file = tmp_path / "people.parquet"
    file.write_bytes(content)
    table = read_parquet(file).read_all()
    assert table.schema.names == ["id", "href", "@type", "familyName", "status"]
    assert table["id"].to_pylist() == ids


async def test_an_empty_list_is_a_whole_file(service: Service) -> None:
    _, content = await fetched(service, contentType="text/csv", query="fields=name")
    assert content == b"id,href,@type,name\r\n"
    job, content = await fetched(service, compression="gzip")
    assert (job["rows"], gzip.decompress(content)) == (0, b"")


CELLS = [
    "=1+1", "@x", "\t=1", "\uff1d1", "\u200b=1", "\n=1",
    "+49 30", "-12.5", "'=1", "''@", "plain", "'",
]  # fmt: skip


async def test_formulas_are_guarded_for_people_and_exact_for_machines(service: Service) -> None:
    for cell in CELLS:
        await made(service, "individual", nickname=cell)
    body = {"contentType": "text/csv", "query": "fields=nickname"}
    for for_people in (False, True):
        _, content = await fetched(service, **body, spreadsheet=for_people)
        rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
        cells = [row["nickname"] for row in rows]
        if for_people:
            assert not [cell for cell in cells if cell.lstrip("\t\n\u200b")[:1] in "=@+-\uff1d"]
            cells = [unguarded(cell) for cell in cells]
        assert sorted(cells) == sorted(CELLS)


async def test_the_manifest_adds_up(service: Service) -> None:
    await filled(service.database, 900)
    job, content = await fetched(service)
    manifest = (await service.client.get(f"{job['href']}/manifest")).json()
    assert (manifest["lines"], manifest["bytes"]) == (900, len(content))
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert sum(chunk["lines"] for chunk in manifest["chunks"]) == 900
    for chunk in manifest["chunks"]:
        part = content[chunk["start"] : chunk["start"] + chunk["bytes"]]
        assert chunk["sha256"] == hashlib.sha256(part).hexdigest()


async def test_every_chunk_is_in_the_ledger_with_all_its_ids(service: Service) -> None:
    ids = await filled(service.database, 800)
    job, _ = await fetched(service, reason="CASE-7")
    entries = await service.database.fetch(
        "SELECT record_type, record_count, record_ids, source, process FROM access.entry"
        " WHERE operation = 'download' AND source LIKE 'download %'"
    )
    assert sorted(i for entry in entries for i in json.loads(entry["record_ids"])) == ids
    assert sum(entry["record_count"] for entry in entries) == 800
    assert {(e["source"], e["process"]) for e in entries} == {(f"download {job['id']}", "tester")}


async def test_ranges_go_on_where_a_fetch_broke_off(service: Service) -> None:
    await filled(service.database, 3_000)
    job, content = await fetched(service)
    client: httpx.AsyncClient = service.client
    half = len(content) // 2
    tag = (await client.head(job["url"])).headers["etag"]
    for headers, status, span in [
        ({"Range": f"bytes={half}-"}, 206, slice(half, None)),
        ({"Range": f"bytes={half}-", "If-Range": tag}, 206, slice(half, None)),
        ({"Range": f"bytes={half}-", "If-Range": '"other"'}, 200, slice(None)),
        ({"Range": "bytes=0-0"}, 206, slice(0, 1)),
        ({"Range": "bytes=-5"}, 206, slice(-5, None)),
        ({"Range": f"bytes=9-{half + 70_000}"}, 206, slice(9, half + 70_001)),
    ]:
        answer = await client.get(job["url"], headers=headers)
        assert (answer.status_code, answer.content) == (status, content[span]), headers
    beyond = await client.get(job["url"], headers={"Range": f"bytes={len(content)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(content)}"


async def test_a_watermark_changes_no_value(service: Service) -> None:
    await filled(service.database, 2 * BITS)
    _, one = await fetched(service)
    _, other = await fetched(service)
    assert one != other
    assert documents(one) == documents(other)


NOT_UNDERSTOOD: list[tuple[dict[str, Any], int, str | None]] = [
    ({}, 400, "path"),
    ({"path": "/nowhere"}, 404, "path"),
    ({"path": "/tmf-api/customer360/v5/customer360"}, 404, "path"),
    ({"path": PEOPLE, "contentType": "application/pdf"}, 400, "contentType"),
    ({"path": PEOPLE, "compression": "rar"}, 400, "compression"),
    ({"path": PEOPLE, "spreadsheet": True}, 400, "spreadsheet"),
    ({"path": PEOPLE, "canaries": 21}, 400, "canaries"),
    ({"path": PEOPLE, "canaries": True}, 400, "canaries"),
    ({"path": "/tmf-api/agreementManagement/v5/agreement", "canaries": 1}, 400, "canaries"),
    ({"path": PEOPLE, "query": "limit=5"}, 400, "query"),
    ({"path": PEOPLE, "query": "offset=5"}, 400, "query"),
    ({"path": PEOPLE, "query": "sort=a b"}, 400, "sort"),
    ({"path": PEOPLE, "query": "é=1"}, 400, None),
    ({"path": PEOPLE, "query": "filter=$["}, 400, "filter"),
    ({"path": PEOPLE, "query": 5}, 400, "query"),
    ({"path": PEOPLE, "reason": "for Mrs Ada Lovelace"}, 400, "reason"),
    ({"path": PEOPLE, "pseudonymFor": ""}, 400, "pseudonymFor"),
    ({"path": PEOPLE, "id": "mine"}, 400, "id"),
]


async def test_what_is_not_understood_is_refused_by_name(service: Service) -> None:
    for body, status, path in NOT_UNDERSTOOD:
        answer = await service.client.post(JOBS, json=body)
        assert answer.status_code == status, (body, answer.text)
        assert path is None or answer.json()["path"] == path, body
    assert (await service.client.get(JOBS)).json() == []
