"""Merges and partings are told to whoever asks for them by name, and to others as the standard."""

from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.record.event.listener import Heard, Listener, listening
from tests.tmf.bodies import made, place
from tests.tmf.conftest import serving
from tests.tmf.test_hub import subscribed

API = "/inventory/v1"
V5, V4 = "/tmf-api/partyManagement/v5", "/tmf-api/partyManagement/v4"
NAMES = "eventType=IndividualMergeEvent,IndividualUnmergeEvent"
ALL = f"{NAMES},IndividualCreateEvent,IndividualAttributeValueChangeEvent,IndividualDeleteEvent"


@pytest.fixture
async def service(dsn: str, database: Database) -> AsyncIterator[Service]:
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        yield service


@pytest.fixture
async def listeners() -> AsyncIterator[list[Listener]]:
    async with listening() as one, listening() as two, listening() as three, listening() as four:
        yield [one, two, three, four]


async def merge_and_part(service: Service) -> tuple[str, str, str]:
    """Merge two into one, part one of them again; return their ids, the survivor's first."""
    ids = [(await made(service, "individual", familyName=f"N{n}"))["id"] for n in range(3)]
    one, other, third = ids
    asked = {"type": "individual", "survivor": one, "merged": [other, third]}
    assert (await service.client.post(f"{API}/merge", json=asked)).status_code == 200
    again = await service.client.post(f"{API}/merge", json=asked)
    assert again.status_code == 200
    asked = {"type": "individual", "id": other}
    assert (await service.client.post(f"{API}/unmerge", json=asked)).status_code == 200
    await service.client.patch(place("individual", {"id": one}), json={"title": "Dr"})
    return one, other, third


def kinds(heard: list[Heard], identifier: str) -> list[str]:
    events = [call.event for call in heard]
    return [each["eventType"] for each in events if each["correlationId"] == identifier]


async def test_merges_are_told_by_name_and_otherwise_as_the_standard_has_it(
    service: Service, listeners: list[Listener]
) -> None:
    standard5, standard4, asking, both = listeners
    await subscribed(service.client, standard5, base=V5)
    await subscribed(service.client, standard4, base=V4)
    await subscribed(service.client, asking, base=V4, query=NAMES)
    await subscribed(service.client, both, base=V5, query=ALL)
    one, other, third = await merge_and_part(service)
    for listener in (standard5, standard4):
        heard = await listener.until(9)
        assert kinds(heard, other) == [
            "IndividualCreateEvent",
            "IndividualDeleteEvent",
            "IndividualCreateEvent",
        ]
        assert kinds(heard, third) == ["IndividualCreateEvent", "IndividualDeleteEvent"]
        changed = ["IndividualAttributeValueChangeEvent"] * 3
        assert kinds(heard, one) == ["IndividualCreateEvent", *changed]
    merged, parted = [call.event for call in await asking.until(2)]
    assert merged["eventType"] == "IndividualMergeEvent"
    assert merged["event"]["survivor"] == {"id": one, "@referredType": "Individual"}
    assert [each["id"] for each in merged["event"]["merged"]] == [other, third]
    assert merged["event"]["individual"]["href"].startswith(f"{service.base}/tmf-api/party/v4/")
    assert parted["eventType"] == "IndividualUnmergeEvent"
    assert [each["id"] for each in parted["event"]["parted"]] == [other]
    # Whoever asks for all is told all, of each record in order, each event under its own id.
    heard = await both.until(11)
    assert kinds(heard, one) == [
        "IndividualCreateEvent",
        "IndividualAttributeValueChangeEvent",
        "IndividualMergeEvent",
        "IndividualAttributeValueChangeEvent",
        "IndividualUnmergeEvent",
        "IndividualAttributeValueChangeEvent",
    ]
    assert len({call.event["eventId"] for call in heard}) == 11
    assert {len(listener.taken) for listener in (standard5, standard4)} == {9}


async def test_a_listener_that_was_away_is_told_all_in_order(
    service: Service, listeners: list[Listener]
) -> None:
    listener = listeners[0]
    refused: dict[str, int] = defaultdict(int)

    def answering(_: str, event: dict[str, str]) -> int:
        """Refuse every event once."""
        refused[event["eventId"]] += 1
        return 500 if refused[event["eventId"]] == 1 else 204

    listener.answering = answering
    await subscribed(service.client, listener, base=V5, query=ALL)
    one, *_ = await merge_and_part(service)
    heard = await listener.until(11, within=120)
    told = kinds(heard, one)
    assert [each for each in told if "erge" in each] == [
        "IndividualMergeEvent",
        "IndividualUnmergeEvent",
    ]
    assert told.index("IndividualMergeEvent") == 2
    merged = next(c.event for c in heard if c.event["eventType"] == "IndividualMergeEvent")
    assert len(merged["event"]["merged"]) == 2
