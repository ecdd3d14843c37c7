"""Jobs: done once by whoever registered, held when they fail, taken up again when broken off."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.record import job
from customer_inventory.record.job import Jobs, enqueue
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.conftest import _created
from tests.store.eventually import end_connections, eventually

Done = list[tuple[Mapping[str, Any], Actor]]

ASKER = Actor("billing", "billing", "bob", "elsewhere")
ACTING = Actor("billing", "billing", "bob")


async def number_done(done: list[Any], number: int) -> bool:
    return len(done) == number


async def waiting(database: Database) -> list[tuple[str, str]]:
    rows = await database.fetch(
        "SELECT entrypoint, status::text AS status FROM job.pgqueuer ORDER BY id"
    )
    return [(row["entrypoint"], row["status"]) for row in rows]


@pytest.fixture
async def jobs(database: Database) -> AsyncIterator[Jobs]:
    jobs = Jobs(database)
    yield jobs
    await jobs.stop()


def noting(done: Done) -> job.Handler:
    async def note(payload: Mapping[str, Any], actor: Actor) -> None:
        done.append((payload, actor))

    return note


async def test_a_job_is_done_for_whom_it_was_asked(database: Database, jobs: Jobs) -> None:
    done: Done = []
    jobs.handle("test.note", noting(done))
    jobs.start()
    payload = {"text": "Ærøskøbing", "list": [1, None, {"a": True}]}
    await enqueue(database, "test.note", payload, actor=ASKER)
    await eventually(partial(number_done, done, 1))
    assert done == [(payload, ACTING)]

    async def is_empty() -> bool:
        return await waiting(database) == []

    await eventually(is_empty)


async def test_each_job_is_done_once_whoever_works(database: Database) -> None:
    done: Done = []
    workers = [Jobs(database) for _ in range(3)]
    for number in range(30):
        await enqueue(database, "test.note", {"n": number}, actor=ASKER)
    for worker in workers:
        worker.handle("test.note", noting(done))
        worker.start()
    await eventually(partial(number_done, done, 30))
    await asyncio.gather(*(worker.stop() for worker in workers))
    assert sorted(payload["n"] for payload, _ in done) == list(range(30))
    assert await waiting(database) == []


async def test_what_nobody_does_waits(database: Database, jobs: Jobs) -> None:
    done: Done = []
    await enqueue(database, "test.unknown", {}, actor=ASKER)
    await enqueue(database, "test.note", {}, actor=ASKER)
    jobs.handle("test.note", noting(done))
    jobs.start()
    await eventually(partial(number_done, done, 1))
    await jobs.stop()
    assert await waiting(database) == [("test.unknown", "queued")]


async def test_a_job_that_fails_is_held_and_costs_no_other(database: Database, jobs: Jobs) -> None:
    done: Done = []

    async def fail(payload: Mapping[str, Any], actor: Actor) -> None:
        raise Invalid("This cannot be done.")

    jobs.handle("test.fail", fail)
    jobs.handle("test.note", noting(done))
    jobs.start()
    for name in ("test.fail", "test.note", "test.fail", "test.note"):
        await enqueue(database, name, {}, actor=ASKER)
    await eventually(partial(number_done, done, 2))

    async def are_held() -> bool:
        return await waiting(database) == [("test.fail", "failed")] * 2

    await eventually(are_held)


async def test_of_one_key_one_waits(database: Database, jobs: Jobs) -> None:
    for number in range(3):
        await enqueue(database, "test.note", {"n": number}, actor=ASKER, once="nightly")
    await enqueue(database, "test.note", {"n": 9}, actor=ASKER)
    assert len(await waiting(database)) == 2
    done: Done = []
    jobs.handle("test.note", noting(done))
    jobs.start()
    await eventually(partial(number_done, done, 2))
    await jobs.stop()
    await enqueue(database, "test.note", {"n": 4}, actor=ASKER, once="nightly")
    assert len(await waiting(database)) == 1


async def test_a_job_under_way_is_broken_off_and_taken_up_again(database: Database) -> None:
    tries: list[str] = []
    finish = asyncio.Event()

    async def work(payload: Mapping[str, Any], actor: Actor) -> None:
        tries.append("begun")
        try:
            await finish.wait()
        except asyncio.CancelledError:
            tries.append("broken off")
            raise
        tries.append("done")

    jobs = Jobs(database)
    jobs.handle("test.work", work)
    jobs.start()
    await enqueue(database, "test.work", {}, actor=ASKER)
    await eventually(partial(number_done, tries, 1))
    await jobs.stop()
    assert tries == ["begun", "broken off"]
    assert await waiting(database) == [("test.work", "queued")]
    finish.set()
    jobs.start()
    await eventually(partial(number_done, tries, 4))
    await jobs.stop()
    assert tries[2:] == ["begun", "done"]
    assert await waiting(database) == []


async def test_a_worker_goes_on_when_the_database_is_back(
    database: Database, jobs: Jobs, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_RETRY_SECONDS", 0.01)
    done: Done = []
    jobs.handle("test.note", noting(done))
    jobs.start()
    await enqueue(database, "test.note", {}, actor=ASKER)
    await eventually(partial(number_done, done, 1))
    name = await database.value("SELECT current_database()")
    await end_connections(server, "datname = $1", name)
    await enqueue(database, "test.note", {}, actor=ASKER)
    await eventually(partial(number_done, done, 2))


async def test_what_is_due_is_asked_for_once(database: Database) -> None:
    done: Done = []
    workers = [Jobs(database) for _ in range(2)]
    for worker in workers:
        worker.handle("test.note", noting(done))
        worker.every("0 0 1 1 *", "test.note", actor=ACTING)

    async def is_planned() -> bool:
        return bool(await database.value("SELECT count(*) FROM job.pgqueuer_schedules"))

    workers[0].start()
    await eventually(is_planned)
    await workers[0].stop()
    assert done == []
    await database.execute("UPDATE job.pgqueuer_schedules SET next_run = now()")
    for worker in workers:
        worker.start()
    await eventually(partial(number_done, done, 1))
    await asyncio.gather(*(worker.stop() for worker in workers))
    assert done == [({}, ACTING)]


async def test_the_queue_is_made_once_by_many(server: EmbeddedServer, template: str) -> None:
    dsn = await _created(server, "cinv_jobs", "template0")
    async with Database(dsn) as database:
        await asyncio.gather(*(job.install(database) for _ in range(3)))
        await enqueue(database, "test.note", {}, actor=ASKER)
        await job.install(database)
        assert await waiting(database) == [("test.note", "queued")]
    async with Database(server.superuser_dsn) as superuser:
        await superuser.execute("DROP DATABASE cinv_jobs WITH (FORCE)")
