"""A download that its own command makes, beside a running service that would too."""

import asyncio

from customer_inventory.access.download.asking import Asked
from customer_inventory.access.download.file import Writing
from customer_inventory.access.download.job import Download, get
from customer_inventory.kit.actor import Actor
from tests.access.download.files import filled
from tests.access.download.test_governed import home
from tests.access.download.test_killed import begun, job_of
from tests.conftest import Service

ACTOR = Actor("tester", "testing")


async def asked_here(service: Service) -> Download:
    """Ask for all individuals, to be made by whoever asks."""
    session = await service.application.guard.acting(ACTOR)
    assert session is not None
    downloads = service.application.downloads
    return await downloads.request("individual", Asked(), session, is_made_here=True)


def written_elsewhere(service: Service, download: Download) -> Writing:
    """Hold the file as another worker does."""
    return Writing(home(service), service.application.downloads._means.safe, download.id)


async def test_the_command_ends_when_the_file_is_whole(service: Service, dsn: str) -> None:
    """And no service was ever asked to make it: nothing came to the queue of jobs."""
    ids = await filled(service.database, 1_500)
    maker = begun(service, dsn, "request", "individual", "--now")
    out, told = await asyncio.to_thread(maker.communicate)
    assert maker.returncode == 0, told
    job = await job_of(service)
    assert job is not None
    assert (out.decode().split(), told.decode().split()) == ([job["id"]], ["succeeded"])
    assert (job["state"], job["row_count"]) == ("succeeded", len(ids))
    asked = "SELECT count(*) FROM job.pgqueuer_log WHERE entrypoint = 'access.make-download'"
    assert await service.database.value(asked) == 0


async def test_the_command_fails_when_there_is_no_file(service: Service, dsn: str) -> None:
    await filled(service.database, 10)
    (home(service) / "downloads").symlink_to(home(service) / "nowhere")
    maker = begun(service, dsn, "request", "individual", "--now")
    out, told = await asyncio.to_thread(maker.communicate)
    job = await job_of(service)
    assert job is not None
    assert (maker.returncode, job["state"]) == (1, "failed")
    assert out.decode().split() == [job["id"]]
    assert b"The download is failed: The file cannot be written" in told
    assert b"Traceback" not in told


async def test_a_file_that_another_writes_is_waited_for(service: Service) -> None:
    await filled(service.database, 10)
    download = await asked_here(service)
    other = written_elsewhere(service, download)
    finishing = asyncio.create_task(service.application.downloads.finish(download.id))
    done, _ = await asyncio.wait((finishing,), timeout=1.5)
    assert not done
    assert (await get(service.database, download.id)).state == "notStarted"
    # The other dies: its work is taken over.
    other.close()
    made = await asyncio.wait_for(finishing, 30)
    assert (made.state, made.row_count) == ("succeeded", 10)


async def test_what_becomes_of_a_file_that_another_writes_is_told(service: Service) -> None:
    await filled(service.database, 10)
    download = await asked_here(service)
    other = written_elsewhere(service, download)
    finishing = asyncio.create_task(service.application.downloads.finish(download.id))
    session = await service.application.guard.acting(ACTOR)
    assert session is not None
    await service.application.downloads.cancel(download.id, session)
    assert (await asyncio.wait_for(finishing, 30)).state == "cancelled"
    other.close()


async def test_a_command_that_died_leaves_its_work_to_the_sweep(service: Service) -> None:
    await filled(service.database, 10)
    download = await asked_here(service)
    await service.application.downloads.sweep({}, ACTOR)
    assert (await get(service.database, download.id)).state == "notStarted"
    await service.database.execute(
        "UPDATE access.download SET changed_at = now() - interval '6 minutes'"
    )
    await service.application.downloads.sweep({}, ACTOR)
    async with asyncio.timeout(30):
        while (await get(service.database, download.id)).state != "succeeded":
            await asyncio.sleep(0.05)
