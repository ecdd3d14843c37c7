"""References between records, extracted from documents and kept as rows in both directions."""

from typing import Any, NamedTuple

from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import Document, RecordType, Reference
from customer_inventory.record.place import places
from customer_inventory.record.types import of_entity


class Link(NamedTuple):
    """One end of a reference, as it is kept in the bucket of `id`.

    An `outward` link says that `id` refers to `other_id` at `path`; its twin, in the other's
    bucket, says who refers to it. `other_type` is the other's record type, where known.
    """

    bucket: int
    id: str
    outward: bool
    path: str
    role: str
    other_id: str
    other_bucket: int
    other_type: str | None


def extract(declared: RecordType, document: Document) -> set[Link]:
    """Return the links of `document`, both directions of each."""
    identifier = document["id"]
    bucket = bucket_of(identifier)
    # By what tells links apart: a record named twice at one path in one role is linked once.
    found: dict[tuple[object, ...], Link] = {}
    for reference in declared.references:
        for other, role in _named(reference, document):
            other_id = other["id"]
            if other_id == identifier:
                continue
            other_bucket = bucket_of(other_id)
            path = reference.path
            other_type = _type_of(other, reference)
            for link in (
                Link(bucket, identifier, True, path, role, other_id, other_bucket, other_type),
                Link(other_bucket, other_id, False, path, role, identifier, bucket, declared.name),
            ):
                found.setdefault(link[:-1], link)
    return set(found.values())


def _named(reference: Reference, document: Document) -> list[tuple[Document, str]]:
    """Return what `reference` names in `document`, each with the role it is named in."""
    first, below = reference.steps[0], reference.steps[1:]
    holders = document.get(first)
    if holders is None:  # most references of a type are in few of its documents
        return []
    named: list[tuple[Document, str]] = []
    for holder in holders if isinstance(holders, list) else (holders,):
        role = holder.get(reference.role) if reference.role and isinstance(holder, dict) else None
        word = role if isinstance(role, str) else ""
        for place in places(holder, below) if below else (holder,):
            other = _identified(reference, place)
            if other is not None:
                named.append((other, word))
    return named


def _identified(reference: Reference, place: Any) -> Document | None:
    """Return `place` if it names a record, with the id under `id`."""
    if not isinstance(place, dict):
        return None
    identifier = place.get(reference.key)
    if not isinstance(identifier, str) or not identifier:
        return None
    if reference.is_catalogue and not is_id(identifier):
        return None
    if reference.key == "id":
        return place
    return {"id": identifier}


def _type_of(other: Document, reference: Reference) -> str | None:
    """Return the record type that a reference means: what it says, else the likely one."""
    for word in (other.get("@referredType"), other.get("@type")):
        declared = of_entity(word)
        if declared is not None:
            return declared.name
    return reference.targets[0] if len(reference.targets) == 1 else None
