"""The schemas registered for extensions of record types."""

from typing import Any

import msgspec

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse_object
from customer_inventory.record.extension import registry
from customer_inventory.record.extension.registry import Extension
from customer_inventory.web.exchange import Answer

_NAMES = ("recordType", "schemaLocation", "type", "baseType")


async def find(call: Call) -> Answer:
    """GET the live schemas of the record types that the caller may read."""
    extensions = await registry.registered(call.rooms.database)
    return told(
        [_shown(each) for each in extensions if call.session.may(Operation.READ, each.record_type)]
    )


async def retrieve(call: Call) -> Answer:
    """GET one live schema."""
    extension = await registry.one(call.rooms.database, call.path["id"])
    call.session.demand(Operation.READ, extension.record_type)
    return told(_shown(extension))


async def register(call: Call) -> Answer:
    """POST a schema; it takes the place of one of the same location or type."""
    given = parse_object(call.request.body)
    names = {name: _text(given, name) for name in _NAMES}
    unknown = sorted(set(given) - {*_NAMES, "schema"})
    if unknown:
        raise Invalid("is not known here.", path=unknown[0][:100])
    if names["recordType"] is None or "schema" not in given:
        missing = "schema" if names["recordType"] else "recordType"
        raise Invalid("is mandatory and missing.", path=missing, code="missingAttribute")
    call.session.demand(Operation.MODIFY, names["recordType"])
    extension = await registry.register(
        call.rooms.database,
        names["recordType"],
        given["schema"],
        location=names["schemaLocation"],
        entity=names["type"],
        base=names["baseType"],
        actor=call.actor,
    )
    return told(_shown(extension), status=201)


async def remove(call: Call) -> Answer:
    """DELETE a schema: what it was for is accepted as it is from then on."""
    extension = await registry.one(call.rooms.database, call.path["id"])
    call.session.demand(Operation.MODIFY, extension.record_type)
    await registry.remove(call.rooms.database, extension.id, actor=call.actor)
    return Answer(204)


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid("must be of type string.", path=name)
    return value


def _shown(extension: Extension) -> dict[str, Any]:
    shown = {
        "id": extension.id,
        "recordType": extension.record_type,
        "schemaLocation": extension.location,
        "type": extension.entity,
        "baseType": extension.base,
        "registeredAt": extension.registered_at.isoformat(),
        "process": extension.process,
        "person": extension.person,
        "schema": msgspec.Raw(extension.schema),
    }
    return {name: value for name, value in shown.items() if value is not None}


_TEXT = {"type": "string"}
_GIVEN = {
    "recordType": {**_TEXT, "description": "The record type whose documents it is for"},
    "schemaLocation": {**_TEXT, "description": "The @schemaLocation that it is registered under"},
    "type": {**_TEXT, "description": "The @type of the documents or parts it is for"},
    "baseType": {**_TEXT, "description": "Their @baseType, if it matters"},
    "schema": {"type": "object", "description": "JSON Schema 2020-12, complete in itself"},
}
_SHOWN = {
    "id": _TEXT,
    "registeredAt": {**_TEXT, "format": "date-time"},
    "process": _TEXT,
    "person": _TEXT,
}
_BODY = {"type": "object", "required": ["recordType", "schema"], "properties": _GIVEN}
_SCHEMA = {"type": "object", "properties": {**_GIVEN, **_SHOWN}}

ROUTES = (
    Route(
        "GET",
        "/schema",
        Operation.READ,
        find,
        "The schemas registered for extensions of the types you may read",
        "schemaExtension",
        answer={"type": "array", "items": _SCHEMA},
    ),
    Route(
        "GET",
        "/schema/{id}",
        Operation.READ,
        retrieve,
        "One registered schema",
        "schemaExtension",
        answer=_SCHEMA,
    ),
    Route(
        "POST",
        "/schema",
        Operation.MODIFY,
        register,
        "Register a schema for an extension of a record type",
        "schemaExtension",
        body=_BODY,
        answer=_SCHEMA,
        status=201,
    ),
    Route(
        "DELETE",
        "/schema/{id}",
        Operation.MODIFY,
        remove,
        "End a registered schema",
        "schemaExtension",
        status=204,
    ),
)
