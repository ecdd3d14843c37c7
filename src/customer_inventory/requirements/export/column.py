"""The columns that a source fills to give what requirements on a record type ask for.

A column is named after the attribute that it becomes, by its dotted path. Of a list it gives one
item, of ways of contact one item a kind; what is deeper than a row can say is left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from customer_inventory.record.declare import RecordType
from customer_inventory.record.schema import Schema
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.requirement import RECORD, Requirement

_ALWAYS = ("@type", "@baseType", "@schemaLocation", "href", "id", "@referredType")
_ID: Schema = {"type": "string"}
_MOST_PARTS = 6
_SCALARS = ("string", "number", "integer", "boolean")


@dataclass(frozen=True, eq=False)
class Column:
    """A column: the `path` of its attribute, what a value must be, and the requirement on it.

    `requirement` is None, or one on what it lies in, for what must be there with others.
    """

    path: str
    schema: Schema
    requirement: Requirement | None
    is_reference: bool = False


def columns_of(declared: RecordType, requirements: Sequence[Requirement]) -> list[Column]:
    """Return the columns for requirements on a record type, in the order of the declaration."""
    shape = whole(declared, requirements)
    named = {each.path for each in declared.references}
    asked = {each.path: each for each in requirements if each.path != RECORD}
    found: dict[str, Schema] = {}
    for path in asked:
        if not any(other.startswith(f"{path}.") for other in asked):
            part = at(shape, path)
            if path in named and "properties" not in body(part):
                found[f"{path}.id"] = _ID
            else:
                found |= dict(_leaves(path, part, is_due=path in declared.mandatory))
    for name in declared.mandatory:
        if not _is_covered(name, found):
            found |= dict(_leaves(name, at(shape, name), is_due=True))
    while due := list(_due(shape, found)):
        found |= dict(due)
    order = {name: number for number, name in enumerate(shape["properties"])}
    return [
        Column(
            path,
            schema,
            _nearest(path, asked),
            is_reference=_is_reference(shape, path) or path.removesuffix(".id") in named,
        )
        for path, schema in sorted(found.items(), key=lambda each: order[each[0].split(".")[0]])
    ]


def whole(declared: RecordType, requirements: Iterable[Requirement]) -> Schema:
    """Return the schema of a document that fulfils its declaration and all `requirements`."""
    enforced = compiled(requirements).of(declared.name)
    return enforced.applied(declared.schema) if enforced else declared.schema


def at(schema: Schema, path: str) -> Schema:
    """Return the schema of what stands at a path, lists walked through."""
    for step in path.split("."):
        schema = body(schema).get("properties", {}).get(step, {})
    return schema


def body(schema: Schema) -> Schema:
    """Return the schema of an item, where `schema` is that of a list."""
    found: Schema = schema.get("items", schema)
    return found


def _leaves(path: str, schema: Schema, *, is_due: bool = False) -> Iterator[tuple[str, Schema]]:
    """Yield what of an attribute a column can give; if it `is_due`, something in any case."""
    inner = body(schema)
    if inner.get("type") in _SCALARS or "type" not in inner:
        if inner is schema:
            yield path, schema
        return
    properties = inner.get("properties", {})
    if "@referredType" in properties and "mimeType" not in properties:
        yield f"{path}.id", properties["id"]
        return
    own = {name: part for name, part in properties.items() if name not in _ALWAYS}
    if own and len(own) <= _MOST_PARTS and all(p.get("type") in _SCALARS for p in own.values()):
        yield from ((f"{path}.{name}", part) for name, part in own.items())
    elif is_due:
        for name, part in own.items():
            if leaves := list(_leaves(f"{path}.{name}", part, is_due=True)):
                yield leaves[0]
                return


def _due(shape: Schema, found: dict[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """Yield what must be there because something beside it is."""
    above = {path.rsplit(".", n)[0] for path in found for n in range(1, path.count(".") + 1)}
    for path in sorted(above):
        for name in body(at(shape, path)).get("required", ()):
            if not _is_covered(f"{path}.{name}", found):
                yield from _leaves(f"{path}.{name}", at(shape, f"{path}.{name}"), is_due=True)


def _is_reference(shape: Schema, path: str) -> bool:
    above, _, last = path.rpartition(".")
    return last == "id" and "@referredType" in body(at(shape, above)).get("properties", {})


def _is_covered(path: str, found: Iterable[str]) -> bool:
    return any(other == path or other.startswith(f"{path}.") for other in found)


def _nearest(path: str, asked: dict[str, Requirement]) -> Requirement | None:
    steps = path.split(".")
    above = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
    return next((asked[each] for each in above if each in asked), None)
