"""What becomes of downloads afterwards: erased, restricted, withdrawn, leaked."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.download import trace
from customer_inventory.access.download.file import path_of
from customer_inventory.access.download.mark import BITS
from customer_inventory.access.registration import Permission
from customer_inventory.cli.http import WholeAnswers
from customer_inventory.kit.errors import InventoryError
from tests.access.download.files import JOBS, PEOPLE, asked, ended, fetched, filled
from tests.access.download.test_governed import begun, home, slowed
from tests.conftest import Service
from tests.store.eventually import eventually

API = "/inventory/v1"


def ids_in(content: bytes) -> list[str]:
    return [json.loads(line)["id"] for line in content.splitlines()]


async def test_an_erasure_reaches_finished_files(service: Service) -> None:
    ids = await filled(service.database, 600)
    job, content = await fetched(service)
    other, _ = await fetched(service, query=f"id={ids[0]}")
    assert ids[-1] in ids_in(content)
    answer = await service.client.post(
        f"{API}/erasure", json={"subjectId": ids[-1], "reason": "DSR-2026-31"}
    )
    assert answer.status_code == 201, answer.text
    gone = await service.client.get(job["url"])
    assert (gone.status_code, gone.json()["code"]) == (410, "gone")
    assert (await service.client.get(job["href"])).json()["state"] == "destroyed"
    assert not path_of(home(service), job["id"]).exists()
    kept = "SELECT count(*) FROM access.download_chunk WHERE download_id = $1"
    assert await service.database.value(kept, job["id"]) == 0
    assert (await service.client.get(other["url"])).status_code == 200


async def test_who_is_restricted_meanwhile_is_in_no_later_chunk(service: Service) -> None:
    ids = await filled(service.database, 4_000)
    slowed(service, 0.3)
    job = await asked(service.client)
    await begun(service, job)
    answer = await service.client.post(
        f"{API}/restriction", json={"subjectId": ids[-1], "reason": "DSR-2026-32"}
    )
    assert answer.status_code < 300, answer.text
    done = await ended(service.client, job)
    assert (done["state"], done["rows"]) == ("succeeded", len(ids) - 1)
    content = (await service.client.get(done["url"])).content
    assert ids[-1] not in ids_in(content)
    assert ids[-2] in ids_in(content)
    told = await service.database.value(
        "SELECT count(*) FROM access.entry WHERE source = $1 AND record_ids::text LIKE $2",
        f"download {job['id']}",
        f"%{ids[-1]}%",
    )
    assert told == 0


async def test_every_step_asks_anew_whether_it_may(service: Service) -> None:
    """At creation, status, manifest, each fetch and the end: what was withdrawn is refused."""
    await filled(service.database, 300)
    token = await service.token_for("exporter", "individual:read,download", "customer:download")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        job = await ended(client, await asked(client))
        assert (await client.get(job["url"])).status_code == 200
        await registration.register(
            service.database,
            "exporter",
            name="exporter",
            owner="the tests",
            permissions=[Permission.parse(text, "testing") for text in LESS],
            registered_by="the tests",
        )

        async def felt() -> bool:
            return (await client.get(job["href"])).status_code == 403

        await eventually(felt)
        before = await denied(service)
        for method, path, body in (
            ("POST", JOBS, {"path": PEOPLE}),
            ("GET", job["href"], None),
            ("GET", f"{job['href']}/manifest", None),
            ("GET", job["url"], None),
            ("HEAD", job["url"], None),
            ("DELETE", job["href"], None),
        ):
            answer = await client.request(method, path, json=body)
            assert answer.status_code == 403, (method, path)
        assert await denied(service) == before + 6
    assert path_of(home(service), job["id"]).exists()


LESS = ("individual:read", "customer:download")


async def denied(service: Service) -> int:
    count = (
        "SELECT count(*) FROM access.entry WHERE process = 'exporter' AND decision = 'deny'"
        " AND rule = 'forbidden' AND record_type = 'exportJob'"
    )
    return int(await service.database.value(count))


async def test_pseudonyms_of_two_recipients_cannot_be_joined(service: Service) -> None:
    ids = set(await filled(service.database, 200))
    one, again, other = [
        set(ids_in((await fetched(service, pseudonymFor=name))[1]))
        for name in ("agency one", "agency one", "agency two")
    ]
    assert one == again
    assert len(one) == len(other) == len(ids)
    assert not one & other
    assert not (one | other) & ids
    _, content = await fetched(service, pseudonymFor="agency one")
    assert not [each for each in ids if each.encode() in content]


async def test_a_planted_record_names_the_download(service: Service) -> None:
    ids = set(await filled(service.database, 400))
    jobs = [await fetched(service, canaries=3, reason="CASE-9") for _ in range(3)]
    seen: set[str] = set()
    for job, content in jobs:
        planted = [
            document for document in map(json.loads, content.splitlines())
            if document["id"] not in ids
        ]  # fmt: skip
        assert len(planted) == 3
        assert job["rows"] == len(ids)
        for document in planted:
            assert set(document) >= {"id", "href", "@type", "familyName"}
            assert (await service.client.get(f"{PEOPLE}/{document['id']}")).status_code == 404
            (found,) = await trace.of_value(service.database, document["id"])
            assert (found.id, found.process, found.reason) == (job["id"], "tester", "CASE-9")
        assert not seen & {document["id"] for document in planted}
        seen |= {document["id"] for document in planted}
    assert await trace.of_value(service.database, next(iter(ids))) == []


async def test_a_file_names_the_download_it_came_from(service: Service, tmp_path: Path) -> None:
    await filled(service.database, 2 * BITS)
    file = tmp_path / "leaked"
    for how in ({}, {"contentType": "text/csv"}, {"compression": "gzip"}, {"canaries": 2}):
        job, content = await fetched(service, **how)
        await fetched(service, **how)
        file.write_bytes(content)
        found = {
            download.id: told for download, told in await trace.of_file(service.database, file)
        }
        assert list(found) == [job["id"]], how
        assert found[job["id"]] == "watermark"
    # Without the lines that carry the mark, planted records tell.
    lines = [line.rstrip() for line in content.splitlines()]
    file.write_bytes(b"\n".join(lines))
    told = [(download.id, by) for download, by in await trace.of_file(service.database, file)]
    assert told == [(job["id"], "canary")]
    file.write_bytes(b"\x1f\x8b" + b"broken")
    with pytest.raises(InventoryError, match="cannot be read"):
        await trace.of_file(service.database, file)


async def test_a_reader_who_stops_reading_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow readers hold neither file nor task for ever."""
    monkeypatch.setattr(WholeAnswers, "stall_seconds", 0.5)
    await filled(service.database, 6_000, nickname="x" * 3_000)
    job = await ended(service.client, await asked(service.client))
    before = len(asyncio.all_tasks())
    async with service.client.stream("GET", job["url"]) as answer:
        assert answer.status_code == 200

        async def given_up() -> bool:
            return len(open_files(job["id"])) == 0

        await eventually(given_up)
        with pytest.raises(httpx.HTTPError):
            await answer.aread()
    assert len(asyncio.all_tasks()) <= before + 2


def open_files(download: str) -> list[Any]:
    """Return what this process, in which the service is, has open of the file."""
    links = [each for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return [each for each in links if download in str(_target(each))]


def _target(link: Path) -> Path:
    try:
        return link.readlink()
    except OSError:
        return Path()
