"""Downloads governed: who may, who agrees, what ends them, and what is left then."""

import asyncio
import contextlib
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.download import running
from customer_inventory.access.download.file import path_of
from customer_inventory.access.grant.people import register_capacity
from customer_inventory.kit.actor import Actor
from tests.access.download.files import JOBS, PEOPLE, asked, ended, fetched, filled
from tests.conftest import BY, Service
from tests.store.eventually import eventually

LARGE = 10_500


def home(service: Service) -> Any:
    return service.application.downloads._means.home


async def person_token(service: Service, process: str, person: str) -> dict[str, str]:
    await registration.register(
        service.database, process, name=process, owner="the tests",
        permissions=[registration.Permission.parse("individual:read", "deciding")],
        registered_by="the tests",
    )  # fmt: skip
    token = await registration.issue_token(
        service.database, process, purpose="deciding", lifetime=timedelta(hours=1), person=person
    )
    return {"Authorization": f"Bearer {token.secret}"}


async def owns(service: Service, person: str, capacity: str = "dataOwner:individual") -> None:
    await register_capacity(service.database, person, capacity, registered_by="the tests")


def slowed(service: Service, seconds: float = 0.05) -> None:
    """Let every chunk cost time, by the budget it is charged to."""

    async def charge(*_: object, **__: object) -> None:
        await asyncio.sleep(seconds)

    object.__setattr__(service.application.downloads._means, "charge", charge)


async def begun(service: Service, job: dict[str, Any], rows: int = 1) -> None:
    async with asyncio.timeout(30):
        while (await service.client.get(job["href"])).json()["rows"] < rows:
            await asyncio.sleep(0.005)


async def state_of(service: Service, job: dict[str, Any]) -> str:
    return str(
        await service.database.value("SELECT state FROM access.download WHERE id = $1", job["id"])
    )


async def test_others_do_not_see_it_and_it_expires(service: Service) -> None:
    await filled(service.database, 300)
    job, _ = await fetched(service)
    token = await service.token_for("other", "*:read,download")
    for method, path in [
        ("GET", job["href"]),
        ("GET", job["url"]),
        ("GET", f"{job['href']}/manifest"),
        ("DELETE", job["href"]),
    ]:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await service.client.request(method, path, headers=headers)
        assert answer.status_code == 404, path
    token = await service.token_for("reader", "*:read,update")
    answer = await service.client.post(
        JOBS, json={"path": PEOPLE}, headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    await service.database.execute("UPDATE access.download SET expires_at = now()")
    await service.application.downloads.sweep({}, Actor("test", "testing"))
    assert not path_of(home(service), job["id"]).exists()
    for path in (job["url"], f"{job['href']}/manifest"):
        answer = await service.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert (await service.client.get(job["href"])).json()["state"] == "expired"


async def test_a_large_download_waits_for_the_owner_of_the_data(service: Service) -> None:
    await filled(service.database, LARGE)
    job = await asked(service.client)
    assert (job["status"], job["state"]) == ("Not Started", "waiting")
    await asyncio.sleep(0.3)
    assert (await service.client.get(f"{job['href']}/file")).status_code == 409
    ada = await person_token(service, "office", "ada")
    approve, reject = f"{job['href']}/approve", f"{job['href']}/reject"
    assert (await service.client.post(approve)).status_code == 403  # nobody behind the token
    assert (await service.client.post(approve, headers=ada)).status_code == 403  # no capacity
    await owns(service, "ada", "dataOwner:customer")
    assert (await service.client.post(approve, headers=ada)).status_code == 403  # of another type
    await owns(service, "ada")
    answer = await service.client.post(reject, json={"reason": " "}, headers=ada)
    assert answer.status_code == 400
    answer = await service.client.post(approve, headers=ada)
    assert (answer.status_code, answer.json()["approvedBy"]) == (200, "ada"), answer.text
    assert (await service.client.post(approve, headers=ada)).status_code == 409
    done = await ended(service.client, job)
    assert (done["state"], done["rows"]) == ("succeeded", LARGE)
    rejected = await asked(service.client)
    answer = await service.client.post(
        f"{rejected['href']}/reject", json={"reason": "too much"}, headers=ada
    )
    assert (answer.json()["state"], answer.json()["errorLog"]) == ("rejected", "too much")


async def test_nobody_approves_what_they_asked_for(service: Service) -> None:
    await filled(service.database, LARGE)
    await owns(service, "eve")
    await registration.register(
        service.database, "hers", name="hers", owner="eve", registered_by="the tests",
        permissions=[registration.Permission.parse("individual:read,download", "deciding")],
    )  # fmt: skip
    token = await registration.issue_token(
        service.database, "hers", purpose="deciding", lifetime=timedelta(hours=1), person="eve"
    )
    eve = {"Authorization": f"Bearer {token.secret}"}
    job = (await service.client.post(JOBS, json={"path": PEOPLE}, headers=eve)).json()
    answer = await service.client.post(f"{job['href']}/approve", headers=eve)
    assert answer.status_code == 403
    with pytest.raises(Exception, match=r"contradicts|failed"):
        await service.database.execute(
            "UPDATE access.download SET state = 'notStarted', approved_by = 'eve',"
            " approved_as = 'dataOwner:individual'"
        )
    with pytest.raises(Exception, match=r"contradicts|failed"):
        await service.database.execute("UPDATE access.download SET state = 'running'")


async def test_what_is_revoked_stops_within_a_chunk(service: Service) -> None:
    await filled(service.database, 9_000)
    token = await service.token_for("exporter", "individual:read,download")
    headers = {"Authorization": f"Bearer {token}"}
    slowed(service)
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        job = await asked(client)
        other = Service(service.base, service.database, service.application, client, token)
        await begun(other, job, 250)
    await registration.set_state(service.database, "exporter", "suspended", by=BY)
    told = await service.database.value(
        "SELECT row_count FROM access.download WHERE id = $1", job["id"]
    )
    async with asyncio.timeout(30):
        while await state_of(service, job) == "running":
            await asyncio.sleep(0.01)
    row = await service.database.row("SELECT * FROM access.download WHERE id = $1", job["id"])
    assert row is not None
    assert (row["state"], row["sha256"]) == ("aborted", None)
    assert "may no longer download" in row["state_reason"]
    assert row["row_count"] <= told + running.LARGEST_CHUNK < 9_000

    # Nobody can fetch it from then on; the file itself goes after that.
    async def gone() -> bool:
        left = await service.database.value("SELECT count(*) FROM access.download_chunk")
        return not left and not path_of(home(service), job["id"]).exists()

    await eventually(gone)


async def test_a_fetch_stops_when_it_is_revoked(service: Service) -> None:
    await filled(service.database, 9_500, nickname="x" * 3_000)
    token = await service.token_for("exporter", "individual:read,download")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=30) as client:
        job = await ended(client, await asked(client))
        seen, is_whole = 0, True
        try:
            async with client.stream("GET", job["url"]) as answer:
                async for part in answer.aiter_bytes():
                    if not seen:
                        await registration.set_state(
                            service.database, "exporter", "suspended", by=BY
                        )
                    seen += len(part)
        except httpx.RemoteProtocolError:
            is_whole = False
        assert not is_whole
        assert 0 < seen < job["size"]["amount"]
        assert (await client.get(job["url"])).status_code == 401


async def test_a_cancelled_download_leaves_nothing(service: Service) -> None:
    await filled(service.database, 9_000)
    slowed(service)
    job = await asked(service.client)
    await begun(service, job)
    assert (await service.client.delete(job["href"])).status_code == 204
    now = (await service.client.get(job["href"])).json()
    assert (now["status"], now["state"]) == ("Failed", "cancelled")
    assert (await service.client.get(f"{job['href']}/file")).status_code == 410
    assert (await service.client.delete(job["href"])).status_code == 409
    async with asyncio.timeout(10):
        while path_of(home(service), job["id"]).exists():
            await asyncio.sleep(0.05)
    assert await service.database.value("SELECT count(*) FROM access.download_chunk") == 0


async def test_a_process_has_so_many_at_a_time(service: Service) -> None:
    await filled(service.database, 3_000)
    slowed(service, 0.5)
    answers = await asyncio.gather(
        *(service.client.post(JOBS, json={"path": PEOPLE}) for _ in range(8))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] * 2 + [409] * 6
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "tooManyDownloads"
    token = await service.token_for("other", "individual:download")
    answer = await service.client.post(
        JOBS, json={"path": PEOPLE}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 201


async def test_a_file_is_unreadable_on_disk_and_tampering_is_found(service: Service) -> None:
    await filled(service.database, 4_000)
    job, content = await fetched(service)
    file = path_of(home(service), job["id"])
    assert file.stat().st_mode & 0o077 == 0
    kept = file.read_bytes()
    assert b"Lovelace" not in kept
    for place in (0, len(kept) // 2, len(kept) - 1):
        file.write_bytes(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :])
        with contextlib.suppress(httpx.RemoteProtocolError):
            answer = await service.client.get(job["url"])
            assert answer.status_code == 503
    file.write_bytes(kept[:-1])
    answer = await service.client.get(job["url"])
    assert (answer.status_code, answer.json()["code"]) == (503, "damaged")
    file.write_bytes(kept)
    assert (await service.client.get(job["url"])).content == content


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let files of this process grow to `size` bytes, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


async def test_a_full_disk_fails_clearly(service: Service) -> None:
    await filled(service.database, 5_000)
    with room_for(300_000):
        job = await ended(service.client, await asked(service.client))
    assert (job["status"], job["state"]) == ("Failed", "failed")
    assert job["errorLog"].startswith("The file cannot be written: ")
    assert list((home(service) / "downloads").iterdir()) == []
