"""Heads that say two things, methods in disguise, hosts that are not ours (N38, N41, N42, N43)."""

import json

import pytest

from tests.access.negative.refusing import Caller
from tests.access.negative.talking import head_of, talking
from tests.tmf.bodies import PATHS, made, place

PEOPLE = PATHS["individual"]
SMUGGLED = (
    b"DELETE %b HTTP/1.1\r\nHost: inventory\r\nAuthorization: %b\r\nContent-Length: 0\r\n\r\n"
)


def lengths(*lines: str) -> list[str]:
    return list(lines)


AMBIGUOUS = {
    "length and chunks": lengths("Content-Length: 4", "Transfer-Encoding: chunked"),
    "chunks and length": lengths("Transfer-Encoding: chunked", "Content-Length: 4"),
    "two lengths": lengths("Content-Length: 0", "Content-Length: 90"),
    "length as a list": lengths("Content-Length: 0, 90"),
    "length with a sign": lengths("Content-Length: +4"),
    "length in hexadecimal": lengths("Content-Length: 0x4"),
    "negative length": lengths("Content-Length: -1"),
    "length of 40 digits": lengths("Content-Length: " + "9" * 40),
    "unknown coding": lengths("Transfer-Encoding: xchunked"),
    "chunks that are not last": lengths("Transfer-Encoding: chunked, identity"),
    "space before the colon": lengths("Content-Length : 4"),
    "folded": lengths("Transfer-Encoding:", " chunked"),
    "NUL in a value": lengths("X-A: a\x00b"),
    "line feed in a name": lengths("X\nA: b"),
    "no colon": lengths("Content-Length 4"),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
async def test_a_head_that_says_two_things_smuggles_nothing(caller: Caller, name: str) -> None:
    """What follows a head that may be read in two ways is never taken for a request."""
    person = await made(caller.service, "individual")
    token = caller.client.headers["Authorization"].encode()
    lines = "\r\n".join(AMBIGUOUS[name])
    head = head_of("POST", PEOPLE, token=token.decode())[:-2] + lines.encode("latin-1")
    there = place("individual", person).encode()
    async with talking(caller.service) as talk:
        await talk.send(head + b"\r\n\r\n0\r\n\r\n" + SMUGGLED % (there, token))
        talk.writer.write_eof()
        told = await talk.rest()
    assert b"HTTP/1.1 204" not in told
    assert (await caller.service.client.get(there.decode())).status_code == 200
    assert not [entry for entry in await caller.entries() if entry["operation"] == "delete"]


DISGUISED = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method")


@pytest.mark.parametrize("name", DISGUISED)
async def test_a_method_is_what_it_says_in_the_first_line(caller: Caller, name: str) -> None:
    """N43."""
    person = await made(caller.service, "individual")
    there = place("individual", person)
    answer = await caller.client.get(there, headers={name: "DELETE"})
    assert answer.json() == person
    (entry,) = await caller.entries()
    assert (entry["operation"], entry["status"]) == ("read", 200)


IDENTITIES = {
    "X-Process": "manage-customer-inventory",
    "X-Forwarded-User": "manage-customer-inventory",
    "X-Remote-User": "root",
    "X-Purpose": "inventoryManagement",
    "X-Person": "somebody",
    "X-Forwarded-For": "10.0.0.1",
    "Forwarded": "for=10.0.0.1;host=evil.example;proto=https",
    "X-Forwarded-Host": "evil.example",
    "X-Original-URL": "/inventory/v1/process",
    "X-Rewrite-URL": "/inventory/v1/process",
    "X-Postgres-Setting": "app.grant=1",
    "Host": "evil.example",
}


async def test_no_header_but_the_token_says_who_calls_and_no_host_is_believed(
    caller: Caller,
) -> None:
    """N38, N41: what a caller says of itself beside its token changes neither entry nor address."""
    person = await made(caller.service, "individual")
    for target in (place("individual", person), f"{PEOPLE}?id={person['id']}"):
        answer = await caller.client.get(target, headers=IDENTITIES)
        assert answer.status_code == 200
        assert "evil.example" not in answer.text + str(answer.headers)
        assert caller.service.base in answer.text
    for entry in await caller.entries():
        assert (entry["purpose"], entry["source"]) == ("testing", "127.0.0.1")
        assert (entry["operation"], entry["record_type"]) == ("read", "individual")
    assert len(await caller.entries()) == 2
    refused = await caller.client.get(PATHS["customer"], headers=IDENTITIES)
    assert refused.status_code == 403


async def test_no_page_of_another_site_is_let_in(caller: Caller) -> None:
    """N41: no answer allows another origin, asked before or not; TRACE tells nothing back."""
    origin = {"Origin": "https://evil.example"}
    asked = {**origin, "Access-Control-Request-Method": "DELETE"}
    for method, headers in (("GET", origin), ("OPTIONS", asked), ("TRACE", origin)):
        for path in (PEOPLE, "/inventory/v1/recordType", "/oauth2/token", "/openapi.json"):
            answer = await caller.client.request(method, path, headers=headers)
            allowing = [name for name in answer.headers if name.startswith("access-control-")]
            assert allowing == []
            assert method == "GET" or answer.status_code == 405
            assert "evil.example" not in answer.text
    told = {(entry["operation"], entry["status"]) for entry in await caller.entries()}
    assert told == {("read", 200), ("none", 405)}


PLACES = (
    "//tmf-api/partyManagement/v5/individual",
    "/tmf-api//partyManagement/v5/individual",
    "/tmf-api/partyManagement/v5/../v5/individual",
    "/tmf-api/partyManagement/v5/%2e%2e/v5/individual",
    "/tmf-api/partyManagement/v5/individual%2f..",
    "/tmf-api/partyManagement/v5/individual;a=b",
    "/tmf-api/partyManagement/v3/individual",
    "/tmf-api/partyManagement/v5/Individual",
    "/TMF-API/partyManagement/v5/individual",
    "/inventory/v2/recordType",
    "/inventory/v1/recordtype",
    "/internal",
    "/metrics",
    "/.env",
    "/.git/config",
    "/docs/static/../../openapi.json",
    "/docs/static/%2e%2e/%2e%2e/pyproject.toml",
)


@pytest.mark.parametrize("target", PLACES)
async def test_a_place_that_is_not_served_is_not_there(caller: Caller, target: str) -> None:
    """N43: as it was sent, byte for byte: no client tidied it up before."""
    async with talking(caller.service) as talk:
        await talk.send(head_of("GET", target, token=caller.client.headers["Authorization"]))
        reply = await talk.answer()
    assert reply.status == 404, reply.body
    assert json.loads(reply.body)["code"] == "notFound"
    assert {entry["status"] for entry in await caller.entries()} <= {404}


LINES = ("x\r\nSet-Cookie: a=b", "x\nINFO forged line", "x\x1b[31m", "x\u2028y")


@pytest.mark.parametrize("text", LINES)
async def test_lines_in_what_is_said_make_no_lines_elsewhere(caller: Caller, text: str) -> None:
    """N42: what a record says stays in the body, as JSON; a case is one word."""
    person = await made(caller.service, "individual", title=text)
    answer = await caller.client.get(place("individual", person))
    assert answer.json()["title"] == text
    assert "set-cookie" not in answer.headers
    assert b"\n" not in answer.content
    refused = await caller.service.client.post(
        "/inventory/v1/legalHold", json={"subjectId": person["id"], "reason": f"LIT-1{text}"}
    )
    assert (refused.status_code, refused.json()["path"]) == (400, "reason")
    (entry,) = await caller.entries()
    assert (entry["operation"], entry["status"]) == ("read", 200)
