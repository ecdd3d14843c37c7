"""The management API: what a caller may read of the record types, and the door's own answers."""

from customer_inventory.record.types import TYPES
from tests.conftest import Service


async def test_it_tells_of_every_type_the_caller_may_read(service: Service) -> None:
    answer = await service.client.get("/inventory/v1/recordType")
    assert answer.status_code == 200
    assert [told["name"] for told in answer.json()] == list(TYPES)
    token = await service.token_for("billing", "customer:read", "agreement:update")
    mine = await service.client.get(
        "/inventory/v1/recordType", headers={"Authorization": f"Bearer {token}"}
    )
    assert [told["name"] for told in mine.json()] == ["customer"]


async def test_what_is_not_served_is_told_so(service: Service) -> None:
    nowhere = await service.client.get("/inventory/v1/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "notFound")
    wrong = await service.client.delete("/inventory/v1/recordType")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


async def test_every_answer_leaves_its_entry(service: Service) -> None:
    await service.client.get("/inventory/v1/recordType")
    entry = await service.database.row(
        "SELECT operation, record_type, status, decision FROM access.entry ORDER BY at DESC LIMIT 1"
    )
    assert entry is not None
    assert tuple(entry) == ("read", "recordType", 200, "permit")
