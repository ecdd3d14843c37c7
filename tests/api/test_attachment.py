"""Attachments over the wire: sent, listed, fetched whole and in ranges, and who may."""

import hashlib

import httpx
import pytest

from tests.conftest import Service
from tests.tmf.bodies import Document, made

PATH = "/inventory/v1/attachment"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 3000
TYPE = {"Content-Type": "application/pdf"}


async def sent(service: Service, record: Document, **more: str) -> httpx.Response:
    query = {"recordType": "agreement", "recordId": record["id"], "name": "Vertrag Ö.pdf", **more}
    return await service.client.post(PATH, params=query, content=PDF, headers=TYPE)


async def test_a_contract_is_kept_and_fetched(service: Service) -> None:
    agreement = await made(service, "agreement")
    answer = await sent(service, agreement)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert answer.headers["location"] == told["href"]
    listed = await service.client.get(PATH, params={"recordId": agreement["id"]})
    assert listed.json() == [told]
    fetched = await service.client.get(told["href"])
    assert fetched.content == PDF
    assert fetched.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''Vertrag%20%C3%96.pdf" in fetched.headers["content-disposition"]
    assert fetched.headers["x-content-type-options"] == "nosniff"
    # What is told fits into the document as a reference.
    patched = await service.client.patch(agreement["href"], json={"attachment": [told]})
    assert patched.status_code == 200, patched.text
    assert (await service.client.delete(told["href"])).status_code == 204
    assert (await service.client.get(told["href"])).status_code == 404


@pytest.mark.parametrize(
    ("span", "status", "start", "stop"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=262140-262150", 206, 262140, 262151),
        ("bytes=-5", 206, len(PDF) - 5, len(PDF)),
        ("bytes=700000-", 206, 700000, len(PDF)),
        ("bytes=0-99999999", 206, 0, len(PDF)),
        ("bytes=5-2", 200, 0, len(PDF)),
        ("bytes=0-1,4-5", 200, 0, len(PDF)),
        ("lines=0-1", 200, 0, len(PDF)),
        ("bytes=-", 200, 0, len(PDF)),
    ],
)
async def test_ranges(service: Service, span: str, status: int, start: int, stop: int) -> None:
    told = (await sent(service, await made(service, "agreement"))).json()
    answer = await service.client.get(told["href"], headers={"Range": span})
    assert (answer.status_code, answer.content) == (status, PDF[start:stop])
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(PDF)}"


async def test_a_range_behind_the_end(service: Service) -> None:
    told = (await sent(service, await made(service, "agreement"))).json()
    answer = await service.client.get(told["href"], headers={"Range": "bytes=9999999-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "outsideRange")
    assert answer.headers["content-range"] == f"bytes */{len(PDF)}"


async def test_who_may_not_read_the_record_may_not_read_its_files(service: Service) -> None:
    agreement = await made(service, "agreement")
    told = (await sent(service, agreement)).json()
    token = await service.token_for("crm", "customer:read,update")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await service.client.get(told["href"], headers=headers)).status_code == 403
    assert (await service.client.delete(told["href"], headers=headers)).status_code == 403
    query = {"recordId": agreement["id"]}
    assert (await service.client.get(PATH, params=query, headers=headers)).json() == []
    query = {"recordType": "agreement", "recordId": agreement["id"], "name": "x.pdf"}
    refused = await service.client.post(PATH, params=query, content=PDF, headers=headers | TYPE)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"recordType": "nothing"}, 404),
        ({"recordId": "0" * 26}, 404),
        ({"recordType": "customer"}, 404),
        ({"name": "../x"}, 400),
        ({"name": ""}, 400),
        ({"other": "x"}, 400),
    ],
)
async def test_bad_requests(service: Service, changed: dict[str, str], status: int) -> None:
    answer = await sent(service, await made(service, "agreement"), **changed)
    assert (answer.status_code, answer.json()["@type"]) == (status, "Error")
    assert await service.database.value("SELECT count(*) FROM record.attachment") == 0


async def test_too_large_is_refused_without_being_read(service: Service) -> None:
    agreement = await made(service, "agreement")
    query = {"recordType": "agreement", "recordId": agreement["id"], "name": "x.pdf"}
    answer = await service.client.post(
        PATH, params=query, content=b"%PDF-" + b"x" * 21_000_000, headers=TYPE
    )
    assert answer.status_code == 413
