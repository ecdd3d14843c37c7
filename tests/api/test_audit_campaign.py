"""Bad input to audit campaigns over HTTP: a clear answer each, and nothing half done."""

from typing import Any

import pytest

from tests.api.test_audit_confirmation import API, client_of, sent
from tests.conftest import Service
from tests.tmf.bodies import made

ONE = "/auditCampaign"
GOOD: dict[str, Any] = {
    "name": "Names", "owner": "care", "type": "individual", "element": ["familyName"],
    "comparedWith": "contractScan", "level": "10%", "ratio": 4, "auditor": ["ada", "grace"],
    "dueAt": "2999-01-01",
}  # fmt: skip
BAD = [
    ("name", ""), ("name", 7), ("name", "x" * 201), ("name", "a\x00b"), ("owner", None),
    ("type", "nothing"), ("type", ""), ("type", ["individual"]),
    ("filter", "limit=3"), ("filter", "name=~("), ("filter", "x" * 9000), ("filter", 1),
    ("element", []), ("element", ["familyName", "familyName"]), ("element", ["noSuch"]),
    ("element", "familyName"), ("element", [1]), ("element", ["familyName"] * 60),
    ("comparedWith", "hearsay"), ("comparedWith", None),
    ("level", 0), ("level", 1), ("level", -0.1), ("level", "much"), ("level", "1e-400"),
    ("level", True), ("level", {}), ("level", None), ("level", "0.0000000000000000001"),
    ("level", "1/0"), ("risk", 2), ("miss", "0%"), ("ratio", 1), ("ratio", 1e9), ("ratio", "NaN"),
    ("dueAt", "2001-01-01"), ("dueAt", "soon"), ("dueAt", 5),
    ("auditor", ["ada", "ada"]), ("auditor", [""]), ("auditor", "ada"),
    ("stratum", "noSuch"), ("stratum", "a b"), ("secondShare", 2), ("seed", "x" * 300),
    ("unknown", 1),
]  # fmt: skip


async def test_a_campaign_that_is_none_is_refused_by_member(service: Service) -> None:
    await made(service, "individual", name="Ada")
    async with await client_of(service, "audit", "ada") as client:
        for member, value in BAD:
            answer = await client.post(ONE, json={**GOOD, member: value})
            assert answer.status_code in (400, 404), (member, value, answer.text)
        for raw in (b"", b"[]", b"{", b'"x"', b"\xff"):
            answer = await client.post(ONE, content=raw)
            assert answer.status_code == 400, raw
        assert (await client.get(ONE)).json() == []
        assert (await sent(client, ONE, GOOD, 201))["state"] == "planned"


async def test_steps_out_of_turn_are_conflicts_and_change_nothing(service: Service) -> None:
    for _ in range(12):
        await made(service, "individual")
    async with await client_of(service, "audit", "ada") as client:
        campaign = (await sent(client, ONE, GOOD, 201))["id"]
        place = f"{ONE}/{campaign}"
        reason = {"reason": "x"}
        for step, body in (
            ("assign", {}), ("next", {}), ("pause", reason), ("resume", {}), ("close", {}),
            ("handOver", {"from": "ada", "to": "edith", **reason}),
        ):  # fmt: skip
            answer = await client.post(f"{place}/{step}", json=body)
            assert answer.status_code == 409, (step, answer.text)
        assert (await client.get(f"{place}/certificate")).status_code == 409
        await sent(client, f"{place}/sample", {})
        assert (await client.post(f"{place}/sample", json={})).status_code == 409
        assert (await client.post(f"{place}/assign", json={"auditor": [""]})).status_code == 400
        await sent(client, f"{place}/assign", {})
        for step in ("pause", "abandon"):
            assert (await client.post(f"{place}/{step}", json={})).status_code == 400
            blank = await client.post(f"{place}/{step}", json={"reason": " "})
            assert blank.status_code == 400
        for leaver, to in (("nobody", "edith"), ("ada", "ada"), ("ada", "")):
            said = {"from": leaver, "to": to, **reason}
            assert (await client.post(f"{place}/handOver", json=said)).status_code == 400
        history = (await client.get(f"{place}/history")).json()
        assert [each["step"] for each in history] == ["new", "sample", "assign"]


@pytest.mark.parametrize("item", ["0", "-1", "x", "999", "9" * 30])
async def test_an_item_that_is_none(service: Service, item: str) -> None:
    for _ in range(3):
        await made(service, "individual")
    async with await client_of(service, "audit", "ada") as client:
        campaign = (await sent(client, ONE, GOOD, 201))["id"]
        await sent(client, f"{ONE}/{campaign}/sample", {})
        await sent(client, f"{ONE}/{campaign}/assign", {})
        said = {
            "verdict": {"familyName": {"verdict": "agrees"}},
            "evidence": {"kind": "contractScan", "reference": "x"},
        }
        for step in ("record", "adjudicate"):
            answer = await client.post(f"{ONE}/{campaign}/item/{item}/{step}", json=said)
            assert answer.status_code in (400, 404)
        assert (await client.get(f"{ONE}/{campaign}/item/{item}")).status_code in (400, 404)


async def test_no_people_no_steps_and_no_population_no_sample(service: Service) -> None:
    async with (
        await client_of(service, "audit", "ada") as client,
        await client_of(service, "robot", None) as robot,
    ):
        answer = await robot.post(ONE, json=GOOD)
        assert answer.status_code == 403
        assert "names none" in answer.text
        nobody = {**GOOD, "filter": "familyName=nobody"}
        campaign = (await sent(client, ONE, nobody, 201))["id"]
        answer = await client.post(f"{ONE}/{campaign}/sample", json={})
        assert answer.status_code == 400
        assert "nothing to take a sample of" in answer.text
        assert (await client.get(f"{ONE}/{campaign}")).json()["state"] == "planned"


async def test_who_may_not_read_the_type_neither_draws_nor_reads(service: Service) -> None:
    for _ in range(3):
        await made(service, "individual")
    token = await service.token_for("half", "auditCampaign:read,create,modify,update")
    headers = {"Authorization": f"Bearer {token}"}
    answer = await service.client.post(f"{API}{ONE}", json=GOOD, headers=headers)
    assert answer.status_code == 403
    # What everything permits of record types permits nothing of campaigns.
    assert (await service.client.get(f"{API}{ONE}")).status_code == 403
