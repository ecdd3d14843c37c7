"""Requests that must be refused: unknown places and methods, bad queries, unserved media."""

from urllib.parse import quote

import pytest

from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, ROOT, WHOLE, Document, made
from tests.tmf.conftest import serving
from tests.tmf.wire import JSON, OPERATIONS, SECRET, Case, ask, refused

INDIVIDUALS = PATHS["individual"]
UNKNOWN = "0006h0q9x2mrs6kz4c8v1tdw3e"


@pytest.fixture(scope="module")
async def existing(shared: Service) -> Document:
    """A record that is there before and after."""
    return await made(shared, "individual", middleName=SECRET)


def nowhere(target: str, method: str = "GET") -> Case:
    """A place that is not there."""
    return Case(f"{method} {target[:60]}", 404, "notFound", method, target)


def unknown(identifier: str, method: str = "GET") -> Case:
    """An id that no record has."""
    target = f"{INDIVIDUALS}/{identifier}"
    body = b'{"title":"x"}' if method == "PATCH" else b""
    name = f"{method} id {identifier[:40]}"
    return Case(name, 404, "notFound", method, target, body, "id", JSON)


PLACES = [
    nowhere(f"{ROOT}/"),
    nowhere(f"{ROOT}//"),
    nowhere(f"{ROOT}/partyManagement/v5"),
    nowhere(f"{ROOT}/partyManagement/v3/individual"),
    nowhere(f"{ROOT}/partyManagement/v5/Individual"),
    nowhere(f"{ROOT}/partyManagement/v5/individuals"),
    nowhere(f"{ROOT}/partyManagement/v5/customer"),
    nowhere(f"{ROOT}/partyManagement/v5/hubs", "POST"),
    nowhere(f"{INDIVIDUALS}/{{id}}/contactMedium"),
    nowhere(f"{INDIVIDUALS}/{{id}}%2Ftitle"),
    nowhere(f"{INDIVIDUALS}/..%2f..%2f{{id}}"),
    nowhere(f"{INDIVIDUALS}/../individual/{{id}}"),
    nowhere(f"{ROOT}/%00"),
    nowhere(f"{ROOT}/{'a' * 5000}"),
    nowhere(f"{ROOT}/' OR 1=1 --".replace(" ", "%20")),
    nowhere(WHOLE),
    nowhere(WHOLE, "POST"),
    *(unknown(UNKNOWN, method) for method in ("GET", "PATCH", "DELETE")),
    unknown("1"),
    unknown(UNKNOWN.upper()),
    unknown(UNKNOWN + "0"),
    unknown(UNKNOWN[:-1]),
    unknown(UNKNOWN[:-1] + "u"),
    unknown("x" * 5000),
    unknown("%00"),
    unknown("{id}%00"),
    unknown("%20{id}"),
    unknown("%2e%2e"),
    unknown(".."),
    unknown("{id}'--", "DELETE"),
    unknown("*", "DELETE"),
    unknown("%25", "DELETE"),
    unknown(quote("naïve-東京-🚀")),
    unknown("%ff%fe"),
    unknown("%"),
    unknown("{id};revision=1"),
]
METHODS = [
    Case(f"{method} {target[-12:]}", 405, "methodNotAllowed", method, target, b"{}", headers=JSON)
    for target, methods in (
        (INDIVIDUALS, ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")),
        (f"{INDIVIDUALS}/{{id}}", ("PUT", "POST", "OPTIONS")),
        (f"{WHOLE}/{UNKNOWN}", ("POST", "PATCH", "DELETE")),
    )
    for method in methods
]


def query(text: str, path: str | None, code: str = "invalidFilter", status: int = 400) -> Case:
    """A list that cannot be asked so."""
    return Case(f"?{text[:60]}", status, code, "GET", f"{INDIVIDUALS}?{text}", path=path)


NINES = "9" * 5000
QUERIES = [
    *(
        query(f"limit={value}", "limit", "invalidPage")
        for value in (
            "-1",
            "1.5",
            "ten",
            "",
            "1001",
            "1e2",
            "0x10",
            "%D9%A3",
            "+5",
            "1 OR 1=1".replace(" ", "%20"),
            NINES,
        )
    ),
    *(query(f"offset={value}", "offset", "invalidPage") for value in ("-1", "x", "100001", NINES)),
    query("limit=5&limit=6", "limit", "invalidPage"),
    *(
        query(f"sort={quote(value)}", "sort", "invalidSort")
        for value in (
            "a b",
            "name;DROP TABLE individual",
            "a..b",
            "--name",
            ".a",
            "a.",
            "1a",
        )
    ),
    query("sort=" + ",".join("abcdefghi"), "sort", "invalidSort"),
    *(
        query(f"fields={quote(value)}", "fields", "invalid")
        for value in ("a b", "*", "a[0]", "$.a", "a" * 200, "a.b.c.d.e.f.g.h.i", "a\x00b", "é")
    ),
    query("fields=" + ",".join(["a"] * 101), "fields", "invalid"),
    *(
        query(f"{quote(name)}=x", name)
        for name in (
            "a b",
            "1a",
            "a..b",
            "a.",
            ".a",
            "a[0]",
            "$.a",
            "a'--",
            "a\x00",
            "é",
            "a.b.c.d.e.f.g.h.i",
        )
    ),
    query("nothing", "nothing"),
    query("=x", "=x"),
    query("title.regex=%5B", None),
    query("givenName.regex=(", None),
    query("givenName.regex=a%7B9999%7D", None),
    query("title.regex=%2A", None),
    query("title=" + "x" * 1001, "title"),
    query("title=%00", "title"),
    query("title.regex=%00", "title"),
    query("title=" + ",".join("x" * 101), "title"),
    query("&".join(["title=x"] * 51), None),
    query("&".join(f"title={','.join('x' * 50)}" for _ in range(3)), "title"),
    query("title=a;gender=b", "title"),
    query("title.gt=a;title.lt=b", "title"),
    query("title=%ff", None),
    query("title=%ED%A0%80", None),
    query("%ff=x", None),
    query("validFor.startDateTime=2021", "validFor.startDateTime"),
    query("validFor.endDateTime.gt=tomorrow", "validFor.endDateTime"),
    query("filter=$%5B?(@.title=='x')", "filter"),
    query("filter=title", "filter"),
    *(
        query(f"{name}={value}", name, "invalidPage")
        for name in ("before", "after")
        for value in ("x", "%00", "W10", "e30", "WyJ4Il0", "%F0%9F%9A%80", "a" * 7000, "=", "%25")
    ),
    query("after=&before=", "before", "invalidPage"),
    query("after=&offset=1", "offset", "invalidPage"),
    query("after=&after=", "after", "invalidPage"),
    query("title=" + "%41" * 3000, None, "queryTooLong", 414),
]
OTHER_QUERIES = [
    Case(
        "unknown of a record", 400, "invalid", "GET", f"{INDIVIDUALS}/{{id}}?limit=1", path="limit"
    ),
    Case(
        "fields of a record",
        400,
        "invalid",
        "GET",
        f"{INDIVIDUALS}/{{id}}?fields=%20a%20b",
        path="fields",
    ),
    Case(
        "twice", 400, "invalidPage", "GET", f"{INDIVIDUALS}/{{id}}?fields=a&fields=b", path="fields"
    ),
    Case(
        "long, of a record", 414, "queryTooLong", "GET", f"{INDIVIDUALS}/{{id}}?fields={'a' * 9000}"
    ),
    *(
        Case(f"360 {text[:20]}", 400, code, "GET", f"{WHOLE}/{UNKNOWN}?{text}", path=path)
        for text, path, code in (
            ("limit=0", "limit", "invalidPage"),
            ("limit=1001", "limit", "invalidPage"),
            ("limit=%C2%B2", "limit", "invalidPage"),
            (f"limit={NINES}", "limit", "invalidPage"),
            ("limit=1&limit=2", "limit", "invalidPage"),
            ("fields=name", "fields", "invalid"),
        )
    ),
    *(
        Case(f"{method} with a query", 400, "invalid", method, target, body, "colour", headers=JSON)
        for method, target, body in (
            ("POST", f"{INDIVIDUALS}?colour=red", b'{"givenName":"A","familyName":"B"}'),
            ("PATCH", f"{INDIVIDUALS}/{{id}}?colour=red", b'{"title":"x"}'),
        )
    ),
]


def media(named: str, method: str = "POST") -> Case:
    """A body of a media type that is not served."""
    target = INDIVIDUALS if method == "POST" else f"{INDIVIDUALS}/{{id}}"
    headers = {"Content-Type": named}
    name = f"{method} {named[:60]}"
    return Case(name, 415, "unsupportedMediaType", method, target, b"{}", headers=headers)


MEDIA = [
    media("text/plain"),
    media("application/xml"),
    media("application/x-www-form-urlencoded"),
    media("multipart/form-data; boundary=x"),
    media("application/merge-patch+json"),
    media(OPERATIONS["Content-Type"]),
    media("application/json-patch-query+json"),
    media("application/jsonp"),
    media("json"),
    media("x" * 1000),
    media("text/json", "PATCH"),
]
CASES = [*PLACES, *METHODS, *QUERIES, *OTHER_QUERIES, *MEDIA]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_request_is_refused(shared: Service, existing: Document, case: Case) -> None:
    await refused(shared, existing, case)


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        (INDIVIDUALS, "GET, HEAD, POST"),
        (f"{INDIVIDUALS}/{UNKNOWN}", "GET, HEAD, PATCH, DELETE"),
        (f"{WHOLE}/{UNKNOWN}", "GET, HEAD"),
    ],
)
async def test_what_is_allowed_is_told(shared: Service, target: str, allowed: str) -> None:
    assert (await shared.client.put(target, json={})).headers["allow"] == allowed


@pytest.mark.parametrize(
    "value",
    [
        "'; DROP TABLE record.individual; --",
        "' OR '1'='1",
        "\\'; SELECT pg_sleep(10); --",
        "$1",
        "{table}",
        "%s",
        '" || true || "',
        '") || (@ == "',
        "$.title ? (@ == 1)",
        "@.title",
        "starts with",
        "}}]]))",
        "{'a'}",
    ],
)
async def test_a_value_is_nothing_but_a_value(shared: Service, value: str) -> None:
    document = await made(shared, "individual", familyName="Injected", title=value)
    await made(shared, "individual", familyName="Injected", title="other")
    for operator in ("eq", "gte"):
        answer = await shared.client.get(
            INDIVIDUALS,
            params={"id": document["id"], "familyName": "Injected", f"title.{operator}": value},
        )
        assert [record["id"] for record in answer.json()] == [document["id"]]
    assert await _count(shared, f"familyName.eq={quote(value, safe='')}") == 0
    await shared.client.get(INDIVIDUALS, params={"title.regex": value})
    assert await _count(shared, "familyName=Injected") >= 2


@pytest.mark.parametrize("path", ["familyName", "title"])
async def test_a_pattern_that_takes_too_long_is_stopped(
    dsn: str, database: Database, path: str
) -> None:
    async with serving(dsn, database, statement_timeout_ms=200) as service:
        long = {"familyName": "x" * 299, "title": "x" * 2999}
        document = (
            await service.client.post(INDIVIDUALS, json={**BODIES["individual"], **long})
        ).json()
        pattern = quote(r"^(x*)(x*)(x*)(x*)\1\2\3\4$")
        case = Case("bomb", 503, "timeLimit", "GET", f"{INDIVIDUALS}?{path}.regex={pattern}")
        await refused(service, document, case)
        reply = await ask(service, case, case.target)
        assert reply.headers["retry-after"] == "1"


async def _count(service: Service, text: str) -> int:
    answer = await service.client.get(f"{INDIVIDUALS}?{text}&limit=1000")
    assert answer.status_code == 200
    return len(answer.json())
