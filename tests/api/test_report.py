"""Reports over HTTP: in every form, permitted under `usage`, and what was delivered."""

from pathlib import Path

from customer_inventory.kit.report.form import FORMS
from customer_inventory.kit.settings import Settings
from customer_inventory.monthly import declaring as recipients
from customer_inventory.monthly.delivering import deliver
from customer_inventory.usage.cost import declaring
from customer_inventory.usage.metering.hourly import meter
from tests.api.test_usage import BY, ROOT, headers
from tests.conftest import Service
from tests.usage.cost.test_month import COSTS, MARCH
from tests.usage.ledger import Filled, traffic


async def test_a_report_is_shown_in_the_form_that_is_asked_for(
    service: Service, tmp_path: Path
) -> None:
    mine = await headers(service, "usage:read")
    await declaring.declare(service.database, COSTS, actor=BY, reason="the tests")
    await Filled(service.database, tmp_path).add(traffic(200, MARCH.start, 31, seed=13))
    await meter(service.database)
    for form, made in FORMS.items():
        answer = await service.client.get(
            f"{ROOT}/report/inventory?month=2026-03&form={form}", headers=mine
        )
        assert answer.status_code == 200
        assert answer.headers["content-type"] == made.media
        assert answer.content
    page = await service.client.get(f"{ROOT}/report/cost?month=2026-03", headers=mine)
    assert "10,411.60 EUR" in page.text
    for path, status, code in (
        ("report/nothing", 404, "notFound"),
        ("report/usage?month=2026-13", 400, "invalid"),
        ("report/usage?form=doc", 400, "invalid"),
        ("report/cost?month=2025-01", 409, "noPool"),
        ("inventoryReport/nothing", 404, "notFound"),
    ):
        answer = await service.client.get(f"{ROOT}/{path}", headers=mine)
        assert (path, answer.status_code, answer.json()["code"]) == (path, status, code)


async def test_it_is_permitted_under_the_name_of_usage(service: Service) -> None:
    everything = await headers(service, "*:read,create,modify,update,delete,download")
    for path in ("report/inventory", "inventoryReport", "inventoryReport/x"):
        refused = await service.client.get(f"{ROOT}/{path}", headers=everything)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_deliveries_are_listed(service: Service, tmp_path: Path) -> None:
    mine = await headers(service, "usage:read")
    await recipients.declare(
        service.database, "recipients: [{owner: Sales, contact: a@b.example}]", actor=BY, reason="x"
    )
    settings = Settings(home=tmp_path, reports=str(tmp_path / "out"))
    await deliver(service.database, settings, MARCH, actor=BY)
    (listed,) = (await service.client.get(f"{ROOT}/inventoryReport", headers=mine)).json()
    assert listed["file"] == ["2026-03/sales/inventory-2026-03.html"]
    assert (listed["owner"], listed["@type"]) == ("Sales", "InventoryReport")
    one = await service.client.get(listed["href"], headers=mine)
    assert one.json() == listed
