"""Standbys answer what may be a little old: never one's own write, never less protection."""

import math
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.page import Query
from customer_inventory.record.sight import Sight
from customer_inventory.record.subject.restriction import restrict
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.replica import Lately, Replicas, tell_protected
from customer_inventory.web.age import lately
from customer_inventory.web.exchange import Request
from tests.conftest import Service, serving
from tests.store.eventually import eventually
from tests.store.standby import Pair, paired

PERSON = TYPES["individual"]
WRITER, OTHER = Lately("writer"), Lately("other")
HOURS = 3600.0
LIST = "/tmf-api/partyManagement/v5/individual"
BO = {"@type": "Individual", "givenName": "Bo", "familyName": "Quick"}


@pytest.fixture(scope="module")
async def pair() -> AsyncIterator[Pair]:
    """A server and its standby."""
    async with paired() as pair:
        yield pair


@pytest.fixture
async def primary(pair: Pair) -> AsyncIterator[Database]:
    """The database that is written to."""
    async with Database(pair.dsn) as database:
        yield database


@pytest.fixture
async def replicas(pair: Pair, primary: Database) -> AsyncIterator[Replicas]:
    """Its standby, caught up; how old it may be does not matter."""
    replicas = Replicas(primary, [pair.standby_dsn], seconds=HOURS)
    await replicas.start()
    await eventually(lambda: asked_is_standby(replicas, OTHER))
    yield replicas
    await pair.resume()
    await replicas.stop()


async def is_standby(database: Database) -> bool:
    return bool(await database.value("SELECT pg_is_in_recovery()"))


async def asked_is_standby(replicas: Replicas, lately: Lately) -> bool:
    found, told = await replicas.read(is_standby, lately)
    assert (told.age is not None) == found
    return found


async def test_what_may_be_old_is_asked_of_the_standby(replicas: Replicas) -> None:
    assert await asked_is_standby(replicas, OTHER)
    assert not await asked_is_standby(replicas, Lately("other", 0))
    (replica,) = replicas.replicas
    assert replica.asked > 0
    assert replicas.fallen_back > 0


async def test_whoever_wrote_reads_what_it_wrote(
    pair: Pair, replicas: Replicas, primary: Database
) -> None:
    await pair.pause()
    await note(primary, "own")
    replicas.wrote("writer")
    assert not await asked_is_standby(replicas, WRITER)
    assert await asked_is_standby(replicas, OTHER)
    await pair.resume()
    await eventually(lambda: asked_is_standby(replicas, WRITER))
    found, _ = await replicas.read(noted, WRITER)
    assert "own" in found


async def test_one_that_is_too_old_is_not_asked(
    pair: Pair, replicas: Replicas, primary: Database
) -> None:
    await pair.pause()
    await note(primary, "later")
    (replica,) = replicas.replicas
    await eventually(lambda: behind(replicas))
    replicas.seconds = 0.0  # whatever it has replayed is older than that
    assert not await asked_is_standby(replicas, OTHER)
    replicas.seconds = HOURS
    assert await asked_is_standby(replicas, OTHER)
    assert replica.behind > 0


async def test_protection_holds_at_once(
    pair: Pair, replicas: Replicas, primary: Database, actor: Actor
) -> None:
    inventory = Inventory(primary, None, replicas)
    made = await inventory.create(
        PERSON, {"@type": "Individual", "givenName": "Ada", "familyName": "Kept"}, actor=actor
    )
    await eventually(lambda: is_listed(inventory, made.id, from_standby=True))
    await pair.pause()
    await restrict(primary, made.id, reason="case-1", actor=actor)
    # Another service hears of it by the database; so does this one.
    await eventually(lambda: is_hidden(inventory, made.id))
    assert not await asked_is_standby(replicas, OTHER)
    await pair.resume()
    await eventually(lambda: asked_is_standby(replicas, OTHER))
    assert await is_hidden(inventory, made.id)


async def test_every_service_hears_of_protection(pair: Pair, replicas: Replicas) -> None:
    await pair.pause()
    async with Database(pair.dsn) as another:
        await tell_protected(another)
    await eventually(lambda: refused(replicas))


async def test_the_primary_answers_while_the_standby_is_away(
    pair: Pair, replicas: Replicas
) -> None:
    pair.standby.stop()
    assert not await asked_is_standby(replicas, OTHER)
    pair.standby.start()
    await eventually(lambda: asked_is_standby(replicas, OTHER))


async def test_a_primary_is_no_standby(pair: Pair, primary: Database) -> None:
    replicas = Replicas(primary, [pair.dsn], seconds=HOURS)
    await replicas.start()
    await eventually(lambda: faulty(replicas, "no standby"))
    assert not await asked_is_standby(replicas, OTHER)
    await replicas.stop()


@pytest.fixture
async def served(pair: Pair, primary: Database, tmp_path: Path) -> AsyncIterator[Service]:
    """The service over both, which takes answers of any age."""
    settings = Settings(
        home=tmp_path / "home", replicas=f" {pair.standby_dsn} ", replica_seconds=3600
    )
    async with serving(pair.dsn, primary, settings) as service:
        await eventually(lambda: has_age(service))
        yield service
    await pair.resume()


async def test_a_list_says_how_old_it_may_be(pair: Pair, served: Service) -> None:
    now = await served.client.get(LIST, headers={"Cache-Control": "no-cache"})
    assert "age" not in now.headers
    assert now.status_code == HTTPStatus.OK
    await pair.pause()
    made = await served.client.post(LIST, json=BO)
    own = await served.client.get(LIST, params={"id": made.json()["id"]})
    assert [each["givenName"] for each in own.json()] == ["Bo"]
    assert "age" not in own.headers
    token = await served.token_for("another", "individual:read")
    another = {"Authorization": f"Bearer {token}"}
    await eventually(lambda: has_age(served, another))  # who was permitted meanwhile is of now
    theirs = await served.client.get(LIST, params={"id": made.json()["id"]}, headers=another)
    assert theirs.json() == []
    no_older = await served.client.get(LIST, headers={**another, "Cache-Control": "max-age=0"})
    assert "age" not in no_older.headers


async def test_search_and_use_may_be_as_old(served: Service) -> None:
    token = await served.token_for("reader", "individual:read", "usage:read")
    headers = {"Authorization": f"Bearer {token}"}
    found = await served.client.get("/inventory/v1/search?q=nobody", headers=headers)
    assert int(found.headers["age"]) >= 0
    used = await served.client.get("/inventory/v1/usageReport", headers=headers)
    assert int(used.headers["age"]) >= 0
    figures = await served.client.get("/inventory/v1/metrics", headers=headers)
    assert "cinv_replica_age_seconds{" in figures.text
    assert "cinv_replica_behind_bytes{" in figures.text
    assert "cinv_replica_fallbacks_total" in figures.text


async def has_age(service: Service, headers: dict[str, str] | None = None) -> bool:
    answer = await service.client.get(LIST, headers=headers or {})
    return "age" in answer.headers


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", math.inf),
        ("max-age=3", 3),
        ("no-cache", 0),
        ("no-transform, max-age = 7", 7),
        ("max-stale", math.inf),
        ("No-Store", 0),
        ("max-age=x", math.inf),
    ],
)
def test_callers_say_what_they_take(said: str, seconds: float) -> None:
    request = Request("GET", "/", b"", {b"cache-control": said.encode()} if said else {}, b"", None)
    assert lately(request, "p") == Lately("p", seconds)


async def test_without_standbys_the_primary_does_it_all(primary: Database) -> None:
    replicas = Replicas(primary)
    await replicas.start()
    assert not await asked_is_standby(replicas, OTHER)
    assert replicas.fallen_back == 0
    await replicas.stop()


async def note(database: Database, word: str) -> None:
    await database.execute(
        "INSERT INTO record.source_trust (source, element, rank) VALUES ($1, '', 1)", word
    )


async def noted(database: Database) -> set[str]:
    return {row[0] for row in await database.fetch("SELECT source FROM record.source_trust")}


async def behind(replicas: Replicas) -> bool:
    return replicas.replicas[0].behind > 0


async def refused(replicas: Replicas) -> bool:
    return not await asked_is_standby(replicas, OTHER)


async def faulty(replicas: Replicas, word: str) -> bool:
    return word in str(replicas.replicas[0].fault)


async def _page(inventory: Inventory, identifier: str) -> tuple[bool, bool]:
    sight = Sight("marketing")
    page = await inventory.page(PERSON, Query(limit=100), sight=sight, lately=OTHER)
    return identifier in {each.id for each in page.records}, page.age is not None


async def is_listed(inventory: Inventory, identifier: str, *, from_standby: bool) -> bool:
    return await _page(inventory, identifier) == (True, from_standby)


async def is_hidden(inventory: Inventory, identifier: str) -> bool:
    return not (await _page(inventory, identifier))[0]
