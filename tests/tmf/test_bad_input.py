"""Bodies that must be refused: malformed, mistyped, incomplete, too large, too deep."""

import json
from typing import Any

import pytest

from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, Document, made, party, related
from tests.tmf.wire import JSON, SECRET, Case, refused

INDIVIDUAL = PATHS["individual"]
LARGEST = 1_048_576


@pytest.fixture(scope="module")
async def existing(shared: Service) -> Document:
    """A record that is there before and after."""
    return await made(shared, "individual", middleName=SECRET)


def raw(
    name: str, body: bytes | list[bytes], status: int = 400, code: str = "malformedJson"
) -> Case:
    """A body that is no JSON, sent to make an individual."""
    return Case(name, status, code, "POST", INDIVIDUAL, body, headers=JSON)


def holding(value: bytes) -> bytes:
    """An individual, complete but for what an extra attribute holds."""
    return b'{"givenName":"A","familyName":"B","extra":%b}' % value


MALFORMED = [
    raw("no body", b""),
    raw("blank body", b" \n\t"),
    raw("truncated object", b'{"givenName":"A"'),
    raw("truncated text", b'{"givenName":"A'),
    raw("truncated escape", holding(b'"\\u00"')),
    raw("unknown escape", holding(b'"\\x41"')),
    raw("bare word", b"individual"),
    raw("single quotes", b"{'givenName':'A'}"),
    raw("name without quotes", b'{givenName:"A"}'),
    raw("name that is a number", b'{1:"A"}'),
    raw("no colon", b'{"givenName" "A"}'),
    raw("trailing comma in object", b'{"givenName":"A","familyName":"B",}'),
    raw("trailing comma in list", holding(b"[1,]")),
    raw("two documents", b'{"givenName":"A","familyName":"B"}{}'),
    raw("lines of documents", b'{"givenName":"A","familyName":"B"}\n' * 2),
    raw("comment", holding(b"1 // one")),
    raw("NaN", holding(b"NaN")),
    raw("Infinity", holding(b"-Infinity")),
    raw("hexadecimal", holding(b"0x10")),
    raw("leading zero", holding(b"01")),
    raw("leading plus", holding(b"+1")),
    raw("point without digits", holding(b"1.")),
    raw("number beyond a double", holding(b"1e400")),
    raw("number of 5,000 digits", holding(b"9" * 5000)),
    raw("tab in text", holding(b'"a\tb"')),
    raw("line break in text", holding(b'"a\nb"')),
    raw("NUL in text", holding(b'"a\x00b"')),
    raw("escaped NUL", holding(b'"a\\u0000b"')),
    raw("escaped NUL in a name", b'{"givenName":"A","familyName":"B","a\\u0000":1}'),
    raw("escaped NUL deep inside", holding(b'[{"a":["\\u0000"]}]')),
    raw("lone high surrogate", holding(b'"\\ud800"')),
    raw("lone low surrogate", holding(b'"\\udc00"')),
    raw("surrogates the wrong way round", holding(b'"\\udc00\\ud800"')),
    raw("surrogate in UTF-8", holding(b'"\xed\xa0\x80"')),
    raw("bytes that are no UTF-8", holding(b'"\xff\xfe"')),
    raw("Latin-1", holding('"é"'.encode("latin-1"))),
    raw("overlong UTF-8", holding(b'"\xc0\xaf"')),
    raw("byte order mark", b"\xef\xbb\xbf" + holding(b"1")),
    raw("UTF-16", holding(b"1").decode().encode("utf-16")),
    raw("UTF-32", holding(b"1").decode().encode("utf-32")),
    raw("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00"),
    raw("XML", b"<individual><givenName>A</givenName></individual>"),
    raw("form", b"givenName=A&familyName=B"),
    raw("lists 101 deep", holding(b"[" * 100 + b"]" * 100)),
    raw("lists 300 deep", holding(b"[" * 300 + b"]" * 300)),
    raw("lists 900 deep", holding(b"[" * 900 + b"]" * 900)),
    raw("lists 100,000 deep", holding(b"[" * 100_000 + b"]" * 100_000)),
    raw("objects 100,000 deep", holding(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
    raw("lists 100,000 deep, never closed", b"[" * 100_000),
    raw("a list", b"[]"),
    raw("a list of records", b'[{"givenName":"A","familyName":"B"}]'),
    raw("a text", b'"givenName"'),
    raw("a number", b"1"),
    raw("true", b"true"),
    raw("null", b"null"),
    raw("too large", b" " * (LARGEST + 1), 413, "tooLarge"),
    raw("too large, in one chunk", [b" " * (LARGEST + 1)], 413, "tooLarge"),
    raw("too large, in many chunks", [b" " * 65_536] * 17, 413, "tooLarge"),
    raw("too large and malformed", b"[" * (LARGEST + 1), 413, "tooLarge"),
]


def wrong(kind: str, path: str | None, code: str = "invalidDocument", /, **changes: Any) -> Case:
    """A body of `kind` that `changes` make wrong at `path`."""
    name = f"{kind} {path} {json.dumps(changes)[:60]}"
    body = json.dumps({**BODIES[kind], **changes}).encode()
    return Case(name, 400, code, "POST", PATHS[kind], body, path, JSON)


PLACE_OF_ID = "relatedParty[0].partyOrPartyRole.id"
WRONG = [
    wrong("individual", "givenName", givenName=5),
    wrong("individual", "givenName", givenName=None),
    wrong("individual", "givenName", givenName=["Ada"]),
    wrong("individual", "familyName", familyName={"value": SECRET}),
    wrong("individual", "givenName", givenName=SECRET * 50),
    wrong("individual", "status", status=SECRET),
    wrong("individual", "status", status="Validated"),
    wrong("individual", "birthDate", birthDate="10 December 1815"),
    wrong("individual", "birthDate", birthDate="2023-02-30"),
    wrong("individual", "birthDate", birthDate=18151210),
    wrong("individual", "birthDate", birthDate=""),
    wrong("individual", "contactMedium", contactMedium={}),
    wrong("individual", "contactMedium[0]", contactMedium=[SECRET]),
    wrong("individual", "contactMedium[1]", contactMedium=[{}, [[]]]),
    wrong("individual", "contactMedium[0].preferred", contactMedium=[{"preferred": "yes"}]),
    wrong("individual", "contactMedium[0].emailAddress", contactMedium=[{"emailAddress": 1}]),
    wrong(
        "individual",
        "contactMedium[0].phoneNumber",
        contactMedium=[{"phoneNumber": "+" + "1" * 40}],
    ),
    wrong("individual", "contactMedium[0].validFor", contactMedium=[{"validFor": "2021"}]),
    wrong(
        "individual",
        "contactMedium[0].validFor.startDateTime",
        contactMedium=[{"validFor": {"startDateTime": "soon"}}],
    ),
    wrong("individual", "creditRating[0].ratingScore", creditRating=[{"ratingScore": 1.5}]),
    wrong("individual", "creditRating[0].ratingScore", creditRating=[{"ratingScore": "7"}]),
    wrong(
        "individual",
        "relatedParty[0].partyOrPartyRole",
        "missingAttribute",
        relatedParty=[{"role": "x"}],
    ),
    wrong("individual", "relatedParty[0].role", relatedParty=[related(role="r" * 201)]),
    wrong("individual", PLACE_OF_ID, relatedParty=[related("i" * 201)]),
    wrong("individual", PLACE_OF_ID, relatedParty=[related("")]),
    wrong(
        "individual",
        PLACE_OF_ID,
        relatedParty=[{"partyOrPartyRole": {"@type": "Individual", "id": "i" * 201}}],
    ),
    wrong("individual", PLACE_OF_ID, relatedParty=[{"partyOrPartyRole": {"id": 7}}]),
    wrong("individual", "@type", "wrongType", **{"@type": "Organization"}),
    wrong("individual", "@type", "wrongType", **{"@type": 5}),
    wrong("individual", "@type", "wrongType", **{"@type": "Vip", "@baseType": "Customer"}),
    wrong("individual", "@baseType", **{"@baseType": 5}),
    wrong("individual", "id", "invalid", id=""),
    wrong("individual", "id", "invalid", id="0006h0q9x2mrs6kz4c8v1tdw3e"),
    wrong("individual", "id", "invalid", id=None),
    wrong("organization", "isLegalEntity", isLegalEntity="true"),
    wrong("organization", "existsDuring", existsDuring=[]),
    wrong("organization", "name", name="n" * 301),
    wrong(
        "organization",
        "organizationParentRelationship.organization",
        "missingAttribute",
        organizationParentRelationship={"relationshipType": "branch"},
    ),
    wrong(
        "organization",
        "organizationChildRelationship[0].relationshipType",
        organizationChildRelationship=[
            {"relationshipType": "r" * 201, "organization": {"id": "x"}}
        ],
    ),
    wrong("customer", "engagedParty", engagedParty=[party()]),
    wrong("customer", "engagedParty", engagedParty=SECRET),
    wrong("customer", "engagedParty.id", "missingAttribute", engagedParty={"name": SECRET}),
    wrong("customer", "engagedParty.id", engagedParty={"id": ""}),
    wrong("customer", "engagedParty.id", engagedParty={"id": 5}),
    wrong("customer", "validFor.startDateTime", validFor={"startDateTime": "2021-13-01"}),
    wrong("customer", "validFor.endDateTime", validFor={"endDateTime": 1}),
    wrong("customer", "status", status="s" * 101),
    wrong("customer", "characteristic[0].name", "missingAttribute", characteristic=[{}]),
    wrong("customer", "account[0].id", "missingAttribute", account=[{"name": "x"}]),
    wrong(
        "customer",
        "creditProfile[0].creditScore",
        creditProfile=[{"creditScore": "good"}],
    ),
    wrong("partyInteraction", "relatedChannel", relatedChannel=[]),
    wrong(
        "partyInteraction",
        "relatedChannel[0].channel",
        "missingAttribute",
        relatedChannel=[{"role": "x"}],
    ),
    wrong("partyInteraction", "note[0].text", note=[{"text": 1}]),
    wrong("partyInteraction", "direction", direction="d" * 101),
    wrong("agreement", "agreementItem", agreementItem=[]),
    wrong("agreement", "engagedParty", engagedParty=party()),
    wrong(
        "agreement", "engagedParty[0].id", "missingAttribute", engagedParty=[{"@type": "PartyRef"}]
    ),
    wrong("agreement", "agreementPeriod.endDateTime", agreementPeriod={"endDateTime": "never"}),
    wrong(
        "agreement",
        "agreementRelationship[0].relationshipType",
        agreementRelationship=[{"id": "x", "relationshipType": "r" * 201}],
    ),
    wrong("partyAccount", "creditLimit.value", creditLimit={"unit": "EUR", "value": "1"}),
    wrong("partyAccount", "creditLimit.unit", creditLimit={"unit": "Euro", "value": 1}),
    wrong("billingAccount", "relatedParty", relatedParty=[]),
    wrong("billingAccount", "paymentPlan[0].priority", paymentPlan=[{"priority": 0.5}]),
]


def without(kind: str, name: str) -> Case:
    """A body of `kind` that lacks a mandatory attribute."""
    body = {key: value for key, value in BODIES[kind].items() if key != name}
    return Case(
        f"{kind} without {name}",
        400,
        "missingAttribute",
        "POST",
        PATHS[kind],
        json.dumps(body).encode(),
        name,
        JSON,
    )


MANDATORY = {
    "individual": ("givenName", "familyName"),
    "organization": ("name",),
    "customer": ("name", "engagedParty"),
    "partyInteraction": ("relatedChannel", "direction", "reason"),
    "agreement": ("name", "agreementType", "agreementItem", "engagedParty"),
    "partyAccount": ("name", "relatedParty"),
    "billingAccount": ("name", "relatedParty"),
}
MISSING = [without(kind, name) for kind, names in MANDATORY.items() for name in names]
CASES = [*MALFORMED, *WRONG, *MISSING]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_body_is_refused(shared: Service, existing: Document, case: Case) -> None:
    await refused(shared, existing, case)


async def test_every_fault_is_told(shared: Service) -> None:
    body = {"givenName": 1, "contactMedium": [{"preferred": SECRET}], "birthDate": "x"}
    answer = await shared.client.post(INDIVIDUAL, json=body)
    error = answer.json()
    assert {problem["path"] for problem in error["problem"]} == {
        "givenName",
        "familyName",
        "birthDate",
        "contactMedium[0].preferred",
    }
    assert "(3 more)" in error["reason"]
    assert SECRET not in answer.text


async def test_the_largest_body_is_taken(shared: Service) -> None:
    body = b'{"givenName":"A","familyName":"B"}'.ljust(LARGEST)
    answer = await shared.client.post(INDIVIDUAL, content=body, headers=JSON)
    assert answer.status_code == 201
