"""How each service is asked for the same things: method, address, body."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote

from bench.kinds import PATH
from customer_inventory.kit.ids import bucket_of, new_id

Document = Mapping[str, Any]


class Call(NamedTuple):
    """A request: its method, its path with the query, its body."""

    method: str
    path: str
    body: str = ""


class Unasked(Exception):
    """A service does not offer this."""


class Dialect(ABC):
    """What a service is asked; each raises Unasked for what it does not offer.

    `media` is the type of bodies, `patch_media` that of patches. Whoever creates a record must
    name its id if so; a patch counts up the revision of the row where it `versions`.
    """

    media: ClassVar[str] = "application/json"
    patch_media: ClassVar[str] = "application/json"
    names_ids: ClassVar[bool] = True
    versions: ClassVar[bool] = False

    @abstractmethod
    def get(self, identifier: str) -> Call: ...

    @abstractmethod
    def find(self, size: int, status: str | None) -> Call: ...

    def search(self, text: str) -> Call:
        raise Unasked(text)

    def around(self, customer: str) -> Call:
        raise Unasked(customer)

    @abstractmethod
    def create(self, document: Document) -> Call: ...

    @abstractmethod
    def patch(self, identifier: str, location: str) -> Call: ...

    @abstractmethod
    def delete(self, identifier: str) -> Call: ...

    @abstractmethod
    def records(self, answer: Any) -> list[Any]:
        """Return the records that an answer holds: one, or those of a list."""
        ...


@dataclass(frozen=True)
class Rest(Dialect):
    """A service after TM Forum's guidelines; searches and wholes where it has them."""

    search_path: str | None = None
    around_path: str | None = None
    patch_media: ClassVar[str] = "application/merge-patch+json"
    names_ids: ClassVar[bool] = False
    versions: ClassVar[bool] = True

    def get(self, identifier: str) -> Call:
        return Call("GET", f"{PATH}/{identifier}")

    def find(self, size: int, status: str | None) -> Call:
        condition = f"status={status}&" if status else ""
        return Call("GET", f"{PATH}?{condition}limit={size}")

    def search(self, text: str) -> Call:
        return Call("GET", f"{_offered(self.search_path)}{quote(text)}")

    def around(self, customer: str) -> Call:
        return Call("GET", f"{_offered(self.around_path)}{customer}")

    def create(self, document: Document) -> Call:
        return Call("POST", PATH, _text(document))

    def patch(self, identifier: str, location: str) -> Call:
        return Call("PATCH", f"{PATH}/{identifier}", _text({"location": location}))

    def delete(self, identifier: str) -> Call:
        return Call("DELETE", f"{PATH}/{identifier}")

    def records(self, answer: Any) -> list[Any]:
        return answer if isinstance(answer, list) else [answer]


@dataclass(frozen=True)
class Directus(Dialect):
    """The REST API of Directus over a collection with the document in a column of its own."""

    base: ClassVar[str] = "/items/individual"

    def get(self, identifier: str) -> Call:
        return Call("GET", f"{self.base}/{identifier}")

    def find(self, size: int, status: str | None) -> Call:
        condition = f"filter[status][_eq]={status}&" if status else ""
        return Call("GET", f"{self.base}?{condition}sort=id&limit={size}")

    def search(self, text: str) -> Call:
        return Call("GET", f"{self.base}?filter[name][_icontains]={quote(text)}&limit=20")

    def create(self, document: Document) -> Call:
        columns = {
            "name": f"{document['givenName']} {document['familyName']}",
            "family_name": document["familyName"],
            "given_name": document["givenName"],
            "status": document.get("status"),
        }
        identifier = new_id()
        body = {"id": identifier, **document}
        return Call("POST", self.base, _text({"id": identifier, **columns, "body": body}))

    def patch(self, identifier: str, location: str) -> Call:
        return Call("PATCH", f"{self.base}/{identifier}", _text({"location": location}))

    def delete(self, identifier: str) -> Call:
        return Call("DELETE", f"{self.base}/{identifier}")

    def records(self, answer: Any) -> list[Any]:
        data = answer["data"]
        return data if isinstance(data, list) else [data]


class PostGraphile(Dialect):
    """GraphQL over the table itself, by its composite key; what is patched is a column.

    Text is searched for only with a plugin.
    """

    def get(self, identifier: str) -> Call:
        key = f'id: "{identifier}", bucket: {bucket_of(identifier)}'
        return _graphql(f"{{individualByIdAndBucket({key}) {{id revision body}}}}")

    def find(self, size: int, status: str | None) -> Call:
        condition = f', condition: {{status: "{status}"}}' if status else ""
        return _graphql(
            f"{{allIndividuals(first: {size}, orderBy: ID_ASC{condition})"
            " {nodes {id revision body}}}"
        )

    def create(self, document: Document) -> Call:
        identifier = new_id()
        columns = {
            "id": identifier,
            "bucket": bucket_of(identifier),
            "subjectId": identifier,
            "revision": "1",
            "operation": "create",
            "body": {"id": identifier, **document},
            "recordedAt": datetime.now(UTC).isoformat(),
            "process": "peer",
            "purpose": "benchmark",
            "name": f"{document['givenName']} {document['familyName']}",
            "familyName": document["familyName"],
            "givenName": document["givenName"],
            "status": document.get("status"),
        }
        query = (
            "mutation ($record: IndividualInput!) {createIndividual(input: {individual: $record})"
            " {individual {id revision body}}}"
        )
        return Call("POST", "/graphql", _text({"query": query, "variables": {"record": columns}}))

    def patch(self, identifier: str, location: str) -> Call:
        patch = f'individualPatch: {{person: "{location}"}}'
        key = f'id: "{identifier}", bucket: {bucket_of(identifier)}'
        return _graphql(
            f"mutation {{updateIndividualByIdAndBucket(input: {{{patch}, {key}}})"
            " {individual {id revision body}}}"
        )

    def delete(self, identifier: str) -> Call:
        key = f'id: "{identifier}", bucket: {bucket_of(identifier)}'
        return _graphql(
            f"mutation {{deleteIndividualByIdAndBucket(input: {{{key}}}) {{individual {{id}}}}}}"
        )

    def records(self, answer: Any) -> list[Any]:
        if answer.get("errors"):
            return []
        (found,) = answer["data"].values()
        if found is None:
            return []
        if "nodes" in found:
            nodes: list[Any] = found["nodes"]
            return nodes
        return [found.get("individual", found)]


def _graphql(query: str) -> Call:
    return Call("POST", "/graphql", _text({"query": query}))


def _offered(path: str | None) -> str:
    if path is None:
        raise Unasked
    return path


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
