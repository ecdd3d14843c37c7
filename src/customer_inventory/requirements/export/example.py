"""Examples of values: made up, never from what is held, and checked to be what is asked for."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from customer_inventory.kit.ids import derived_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.schema import Schema
from customer_inventory.requirements.export.column import Column

_BEGIN, _END = "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"
_ENDS = ("endDateTime", "terminationDate", "resolutionDate", "deathDate", "completionDate")
_BY_NAME = {
    "givenName": "Ada", "familyName": "Byron", "formattedName": "Ms Ada Byron", "title": "Ms",
    "fullName": "Ada Byron", "legalName": "Ada Byron", "gender": "female",
    "birthDate": "1985-12-10T00:00:00Z", "placeOfBirth": "London", "maritalStatus": "married",
    "emailAddress": "ada.byron@example.org", "phoneNumber": "+493012345678",
    "faxNumber": "+493012345679", "street1": "Example Street 1", "city": "Berlin",
    "postCode": "10115", "country": "DE", "languageName": "English", "languageCode": "en",
    "organizationType": "company", "nameType": "Ltd", "tradingName": "Example Trading",
    "identificationType": "passport", "identificationId": "X1234567",
    "direction": "inbound", "severity": "minor", "ticketType": "fault", "priority": "2",
    "agreementType": "commercial", "kind": "customerBill", "state": "active", "unit": "EUR",
    "mimeType": "application/pdf", "valueType": "string", "version": "1.0",
    "relationshipType": "partOf", "frequency": "monthly", "ratingType": "postpaid",
    "regex": "^[0-9]+$", "unitOfMeasure": "GB", "priceType": "recurring",
}  # fmt: skip
_TEXTS = ("DE", "EUR", "+493012345678", "en", "2026-01-01", "1", "A1", "X1234567")
_FORMATS = {
    "email": "ada.byron@example.org",
    "uri": "https://example.org/1",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "date": "2026-01-01",
}


def example(declared: RecordType, column: Column) -> Any:
    """Return a value that the column may have, None where none can be made up."""
    refusing = {each.path for each in declared.references if each.dangling == "refuse"}
    if column.path.rsplit(".", 1)[0] in refusing:
        return None
    validator = jsonschema_rs.Draft202012Validator(column.schema, validate_formats=True)
    return next((each for each in _candidates(column) if validator.is_valid(each)), None)


def _candidates(column: Column) -> Iterator[Any]:
    schema, name = column.schema, column.path.rsplit(".", 1)[-1]
    for part in (schema, *schema.get("allOf", ())):
        yield from part.get("enum", ())
    if column.is_reference:
        yield derived_id(0, "example", column.path)
    if name in _BY_NAME:
        yield _BY_NAME[name]
    formats = [part.get("format") for part in (schema, *schema.get("anyOf", ()))]
    if "date-time" in formats:
        yield _END if name in _ENDS else _BEGIN
    yield from (_FORMATS[each] for each in formats if each in _FORMATS)
    kind = schema.get("type")
    if kind == "boolean":
        yield True
    elif kind in ("number", "integer"):
        yield from _numbers(schema)
    else:
        words = column.requirement.name if column.requirement else name
        yield from (words, words[: schema.get("maxLength", len(words))].strip(), *_TEXTS)


def _numbers(schema: Schema) -> Iterator[int | float]:
    low, high = schema.get("minimum", 1), schema.get("maximum", 1)
    for each in (1, low, high, low + 1):
        yield int(each) if each == int(each) else each
