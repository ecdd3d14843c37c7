"""TMF672: grants in the standard's words, as permissions, user roles and permission sets.

A permission is a grant: of a process (`user`), by who approved it (`granter`). A user role of
version 4 and a permission specification set of version 5 are what a process may do for one purpose.
To make a permission is to ask for a grant; the rest is read only, since the standard's writes would
pass by those who decide. All of it is permitted by the name `access`.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from customer_inventory.access.decision import Decision
from customer_inventory.access.grant import granting
from customer_inventory.access.guard import Session
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.access.registration import permissions_of
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid, Refused
from customer_inventory.record.document import encode, parse, parse_object
from customer_inventory.store.database import Database, Row
from customer_inventory.tmf.apis import tmf672_roles
from customer_inventory.tmf.query import DEFAULT_LIMIT, LARGEST_OFFSET
from customer_inventory.web.exchange import Answer, Request
from customer_inventory.web.parameters import known, number
from customer_inventory.web.stages import Place

API = tmf672_roles.API
_GIVEN = (
    "user", "validFor", "privilege", "description", "purpose", "granter", "assetUserRole", "@type",
    "@baseType", "@schemaLocation",
)  # fmt: skip
Show = Callable[[Row, str], dict[str, Any]]


class Resource(NamedTuple):
    """One resource in one version: how a grant is shown, and whether one may be asked for."""

    name: str
    version: str
    location: str
    show: Show
    is_made: bool


Handler = Callable[[Resource, str, Session, Request], Awaitable[Answer]]


class Roles:
    """Serves the resources of TMF672."""

    def __init__(self, database: Database, public_url: str, max_page: int) -> None:
        self._database = database
        self._most = max_page
        self.resources = _resources(public_url)

    def place(self, path: str, method: str) -> Place | None:
        """Return where `method` on `path` leads, None when it is no resource of this API."""
        resource, identifier = self.resources.get(path), ""
        if resource is None:
            head, _, identifier = path.rpartition("/")
            resource = self.resources.get(head)
        if resource is None or (not identifier and path.endswith("/")):
            return None
        seen = (Operation.READ, self._retrieve if identifier else self._find)
        served: dict[str, tuple[Operation, Handler]] = {"GET": seen, "HEAD": seen}
        if resource.is_made and not identifier:
            served["POST"] = (Operation.CREATE, self._ask)
        operation, handler = served.get(method, (None, None))
        handle = handler and partial(handler, resource, identifier)
        return Place(resource.name, identifier, ACCESS, operation, handle, tuple(served))

    async def _find(self, resource: Resource, _: str, __: Session, request: Request) -> Answer:
        """GET a page: permissions of any state, roles and sets that are in force."""
        asked = known(request.query, "limit", "offset", "fields", "id", "state", "user.id")
        limit = number(asked.get("limit", str(min(DEFAULT_LIMIT, self._most))), "limit", self._most)
        offset = number(asked.get("offset", "0"), "offset", LARGEST_OFFSET)
        rows, total = await granting.page(
            self._database,
            process=asked.get("user.id"),
            grant=asked.get("id"),
            state=asked.get("state") if resource.is_made else "active",
            limit=limit,
            offset=offset,
        )
        shown = [_chosen(resource, row, asked.get("fields")) for row in rows]
        is_part = "limit" in asked and rows and (offset > 0 or len(rows) < total)
        headers = (
            (b"x-total-count", b"%d" % total),
            (b"x-result-count", b"%d" % len(rows)),
        )
        ids = tuple(row["id"] for row in rows)
        return Answer(206 if is_part else 200, encode(shown), headers, ids, len(ids))

    async def _retrieve(
        self, resource: Resource, identifier: str, _: Session, request: Request
    ) -> Answer:
        """GET one."""
        asked = known(request.query, "fields")
        (row,) = await granting.grants(self._database, grant=identifier)
        if not resource.is_made and row["state"] != "active":
            raise granting.NoSuchGrant(identifier)
        shown = _chosen(resource, row, asked.get("fields"))
        return Answer(200, encode(shown), ids=(identifier,), told=1)

    async def _ask(self, resource: Resource, _: str, session: Session, request: Request) -> Answer:
        """POST a permission: a grant is asked for, and nothing is permitted yet."""
        known(request.query)
        person = session.actor.person
        if not person:
            raise Refused(
                "People ask for grants, and this token names none.", hint="Use one of a person."
            )
        given = parse_object(request.body)
        unknown = sorted(set(given) - set(_GIVEN))
        if unknown:
            raise Invalid("is not known here.", path=unknown[0][:100])
        purpose = _text(given.get("purpose", session.actor.purpose), "purpose")
        made = await granting.request(
            self._database,
            _text(_object(given, "user").get("id"), "user.id"),
            permissions=permissions_of(_operations(given), None, purpose),
            valid_until=_end_of(_object(given, "validFor")),
            by=Decision(
                person, session.actor.process, _text(given.get("description"), "description")
            ),
        )
        (row,) = await granting.grants(self._database, grant=made)
        shown = resource.show(row, resource.location)
        location = (b"location", str(shown["href"]).encode())
        return Answer(201, encode(shown), (location,), (made,), 1)


def _resources(public_url: str) -> dict[str, Resource]:
    declared: tuple[tuple[str, str, Show, bool], ...] = (
        ("v4", "permission", _permission, True),
        ("v4", "userRole", _user_role, False),
        ("v5", "permissionSpecificationSet", _specification_set, False),
    )
    found = {}
    for version, name, show, is_made in declared:
        location = f"{public_url}{API.base_of(version)}/{name}"
        for base in API.bases_of(version):
            found[f"{base}/{name}"] = Resource(name, version, location, show, is_made)
    return found


def _permission(row: Row, location: str) -> dict[str, Any]:
    """Return a grant as a permission of version 4, with its purpose, state and terms beside."""
    permission = {
        "id": row["id"],
        "href": f"{location}/{row['id']}",
        "creationDate": row["requested_at"],
        "description": row["reason"],
        "user": {"id": row["process"], "@referredType": "Process"},
        "validFor": {"startDateTime": row["valid_from"], "endDateTime": row["valid_to"]},
        "privilege": [
            {
                "action": operation,
                "function": record_type,
                "manageableAsset": {"id": record_type, "@referredType": "RecordType"},
            }
            for record_type, operation in _pairs(row)
        ],
        "purpose": row["purpose"],
        "state": row["state"],
        "terms": parse(row["terms"].encode()),
        "@type": "Permission",
    }
    if row["approved_by"]:
        permission["granter"] = {
            "id": row["approved_by"], "role": "granter", "@referredType": "Individual",
        }  # fmt: skip
    return permission


def _user_role(row: Row, location: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "href": f"{location}/{row['id']}",
        "involvementRole": _role(row),
        "entitlement": [
            {"action": operation, "function": record_type, "@type": "Entitlement"}
            for record_type, operation in _pairs(row)
        ],
        "@type": "UserRole",
    }


def _specification_set(row: Row, location: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "href": f"{location}/{row['id']}",
        "name": _role(row),
        "description": row["reason"],
        "involvementRole": row["process"],
        "permissionSpecification": [
            {
                "name": f"{operation} {record_type}",
                "action": operation,
                "function": record_type,
                "@type": "PermissionSpecification",
            }
            for record_type, operation in _pairs(row)
        ],
        "@type": "PermissionSpecificationSet",
    }


def _role(row: Row) -> str:
    return f"{row['process']} for {row['purpose']}"


def _pairs(row: Row) -> list[tuple[str, str]]:
    permitted: dict[str, list[str]] = parse(row["permissions"].encode())
    return [(kind, word) for kind, words in sorted(permitted.items()) for word in words]


def _chosen(resource: Resource, row: Row, fields: str | None) -> dict[str, Any]:
    """Return a resource as it is shown, or those of its attributes that `fields` names."""
    shown = resource.show(row, resource.location)
    if not fields:
        return shown
    wanted = {"id", "href", "@type", *fields.split(",")}
    return {name: value for name, value in shown.items() if name in wanted}


def _operations(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the operations by record type that the privileges of a permission name."""
    privileges = given.get("privilege")
    if not isinstance(privileges, list) or not privileges:
        raise Invalid("must name what is asked for.", path="privilege", code="missingAttribute")
    found: dict[str, list[str]] = {}
    for privilege in privileges:
        if not isinstance(privilege, dict):
            raise Invalid("must be objects.", path="privilege")
        kind = _text(privilege.get("function"), "privilege.function")
        found.setdefault(kind, []).append(_text(privilege.get("action"), "privilege.action"))
    return found


def _end_of(period: Mapping[str, Any]) -> Any:
    end = parse_instant(period.get("endDateTime"))
    if end is None:
        raise Invalid("is no date-time.", path="validFor.endDateTime", hint="Say when it ends.")
    return end


def _object(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name)
    if not isinstance(value, Mapping):
        raise Invalid("is mandatory and an object.", path=name, code="missingAttribute")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise Invalid("is mandatory and a text.", path=path, code="missingAttribute")
    return value
